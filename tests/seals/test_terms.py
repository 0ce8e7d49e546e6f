"""The terms of a committee's members ended: everything can be read, nothing can be decided."""

from datetime import date

import pytest
from sqlmodel import Session, select

from spg_registry.committees import service as committees
from spg_registry.committees.models import Member
from spg_registry.committees.schemas import ExtensionIn
from spg_registry.core.errors import Invalid
from spg_registry.decisions import service as decisions
from spg_registry.decisions.schemas import AttendanceIn
from spg_registry.producers.access import sight_of
from spg_registry.producers.queries import Filters, producers_page
from spg_registry.rules.words import Outcome, SanctionKind, SealState
from spg_registry.seals import queries, service
from spg_registry.seals.errors import ClosingRefused
from spg_registry.seals.schemas import ReasonClass, SanctionIn
from tests.cast import Cast, Stage
from tests.seals.stories import closed, convened, decided_about, granted, on_day, seat

AFTER = date(2027, 3, 20)
"""The terms of 1 March 2025 ran for two years."""


def extended(session: Session, cast: Cast, *names: str) -> None:
    word = ExtensionIn(act="RM 4/2027", until=date(2028, 2, 28))
    for name in names:
        (row,) = session.exec(
            select(Member).where(
                Member.person_id == cast.persons[name], Member.body_id == cast.guarantee
            )
        )
        committees.extend_term(session, cast.coordinator, cast.now, row.id, word)


def test_after_the_terms_the_office_reads_and_the_acta_does_not_close(
    session: Session, cast: Cast
) -> None:
    (seal,) = granted(session, cast, "Justina")
    later = on_day(cast, AFTER)
    _, total = producers_page(session, sight_of(later.coordinator), Filters(), 10, 0)
    seals, _ = queries.visible_seals(session, later.coordinator, later.today)
    assert (total, [row.code for row, _ in seals]) == (1, [seal.code])
    meeting = convened(session, later, None, present=(), held_on=AFTER, acta_number="5/2027")
    about = [seal.producer_id]
    decided_about(session, later, meeting, about, Outcome.SUSPENSION, reasons="Informe")
    with pytest.raises(ClosingRefused) as refused:
        closed(session, later, meeting)
    told = {(why.code, why.reason) for why in refused.value.reasons}
    assert ("quorum", "nobody_in_office") in told
    assert seal.state is SealState.GRANTED


def test_an_extension_by_act_lets_the_same_acta_close(session: Session, cast: Cast) -> None:
    (seal,) = granted(session, cast, "Justina")
    later = on_day(cast, AFTER)
    meeting = convened(session, later, None, present=(), held_on=AFTER, acta_number="5/2027")
    about = [seal.producer_id]
    decided_about(session, later, meeting, about, Outcome.SUSPENSION, reasons="Informe")
    present = ("rosa", "lidia", "julian")
    extended(session, later, *present)
    seats = AttendanceIn(members=[seat(session, cast, name) for name in present])
    decisions.record_attendance(session, later.coordinator, later.now, meeting.id, seats)
    closed(session, later, meeting)
    assert seal.state is SealState.SUSPENDED


def test_the_page_says_why_and_where_to_go(stage: Stage, cast: Cast) -> None:
    with stage.database.write(cast.now) as session:
        meeting = convened(
            session, on_day(cast, AFTER), None, present=(), held_on=AFTER, acta_number="5/2027"
        ).id
    page = stage.browser(cast.coordinator).get(f"/reuniones/{meeting}").text
    assert "nadie estaba en funciones" in page
    assert f'href="/comites/{cast.committee}"' in page


def test_a_sanction_is_corrected_once(session: Session, cast: Cast) -> None:
    """The second correction is of the first one, not of what it corrected."""
    (seal,) = granted(session, cast, "Justina")

    def impose(correction_of: int | None) -> int:
        wish = SanctionIn(
            producer_id=seal.producer_id,
            spg_id=cast.spg,
            kind=SanctionKind.WARNING,
            since=cast.today,
            reason_class=ReasonClass.OTHER,
            reason="Vendió sin sello",
            correction_of=correction_of,
        )
        return service.impose(session, cast.control, cast.now, wish).id

    first = impose(None)
    second = impose(first)
    with pytest.raises(Invalid) as refused:
        impose(first)
    assert [fault.code for fault in refused.value.faults] == ["sanction_corrected_before"]
    assert impose(second)
