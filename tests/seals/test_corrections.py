"""A wrong acta: it stays as it was closed, and another one says what it corrects and why."""

from datetime import date
from typing import Any

import pytest
from sqlmodel import Session, select

from spg_registry.committees import service as committees
from spg_registry.committees.schemas import RegistrationChangeIn
from spg_registry.core.config import settings
from spg_registry.core.errors import Invalid
from spg_registry.core.keys import open_keyring
from spg_registry.decisions import queries, service
from spg_registry.decisions.models import Decision, Meeting
from spg_registry.decisions.schemas import DecisionIn, ScopeIn
from spg_registry.rounds import service as rounds
from spg_registry.rounds.models import Visit
from spg_registry.rules.words import Outcome, SealState
from spg_registry.seals.acta import acta_of
from spg_registry.seals.acta_sheet import acta_paper
from spg_registry.seals.agenda import agenda_of
from spg_registry.seals.errors import ClosingRefused, CorrectionGoesBeyond
from spg_registry.seals.models import SealGrant
from tests.cast import Cast, Stage
from tests.decisions.test_pages import plain
from tests.seals.stories import (
    HELD_ON,
    TWO_PRODUCTS,
    closed,
    convened,
    decided,
    decided_about,
    on_day,
    ready,
)
from tests.seals.test_acta import paper_of, words_of

WHY = "Se anotó un producto que la familia ya no cultiva."


def wrong(session: Session, cast: Cast) -> tuple[Meeting, SealGrant]:
    """A closed acta whose seal covers one product too many."""
    visits = ready(session, cast, "Justina", **TWO_PRODUCTS)
    meeting = convened(session, cast, visits[0].round_id)
    decided(session, cast, meeting, visits)
    (grant,) = closed(session, cast, meeting).granted
    return meeting, grant


def correction(session: Session, cast: Cast, meeting: Meeting, **other: Any) -> Meeting:
    given = {"acta_number": "2/2026", "corrects_id": meeting.id, "correction": WHY}
    return convened(session, cast, meeting.round_id, **(given | other))


def test_a_correction_gives_the_seal_that_was_meant_and_leaves_the_first_acta_alone(
    session: Session, cast: Cast
) -> None:
    first, grant = wrong(session, cast)
    before = paper_of(session, cast, first)
    second = correction(session, cast, first)
    (item,) = agenda_of(session, cast.coordinator, second.id).items
    assert agenda_of(session, cast.coordinator, second.id).complying == []
    only = ScopeIn(unit_id=item.scope[0].unit_id, product_code="papa")
    wish = DecisionIn(
        producer_id=grant.producer_id, outcome=Outcome.ORGANIC, scope=[only], reasons=WHY
    )
    (draft,) = service.decide_all(session, cast.coordinator, cast.now, second.id, [wish])
    assert draft.corrects_id == grant.decision_id
    (fresh,) = closed(session, cast, second).granted
    session.refresh(grant)
    assert grant.state is SealState.REPLACED
    assert fresh.replaces_id == grant.id
    assert paper_of(session, cast, first) == before
    text = words_of(paper_of(session, cast, second))
    assert f"Corrige el acta N.º {first.acta_number} del 14/06/2026" in text
    assert WHY in text
    assert "El acta que se corrige decía: Ecológico." in text
    assert [(row.id, m.id) for row, m in queries.corrected_by(session, grant.decision_id)] == [
        (draft.id, second.id)
    ]


def test_a_correction_that_refuses_withdraws_the_seal_in_the_same_act(
    session: Session, cast: Cast
) -> None:
    first, grant = wrong(session, cast)
    second = correction(session, cast, first)
    wish = DecisionIn(producer_id=grant.producer_id, outcome=Outcome.NOT_APPROVED, reasons=WHY)
    service.decide_all(session, cast.coordinator, cast.now, second.id, [wish])
    closed(session, cast, second)
    session.refresh(grant)
    assert grant.state is SealState.WITHDRAWN


@pytest.mark.parametrize(
    ("other", "field", "fault"),
    [
        ({"correction": None}, "correction", "required"),
        ({"held_on": date(2026, 6, 13)}, "held_on", "before_the_corrected"),
        ({"corrects_id": 999_999}, "corrects_id", "not_found"),
    ],
)
def test_a_correction_says_what_and_why(
    session: Session, cast: Cast, other: dict[str, Any], field: str, fault: str
) -> None:
    first, _ = wrong(session, cast)
    with pytest.raises(Invalid) as refusal:
        correction(session, cast, first, **other)
    assert [(f.field, f.code) for f in refusal.value.faults] == [(field, fault)]


def test_an_acta_that_is_not_closed_is_no_matter_for_a_correction(
    session: Session, cast: Cast
) -> None:
    visits = ready(session, cast, "Justina")
    meeting = convened(session, cast, visits[0].round_id)
    with pytest.raises(Invalid) as refusal:
        correction(session, cast, meeting)
    assert [fault.code for fault in refusal.value.faults] == ["acta_not_closed"]


def test_both_pages_name_each_other(stage: Stage) -> None:
    open_keyring(settings().data_dir).ensure(stage.cast.now)
    with stage.database.write(stage.cast.now) as session:
        first, grant = wrong(session, stage.cast)
        decision = grant.decision_id
    rosa = stage.browser(stage.cast.coordinator)
    here = f"/reuniones/{first.id}"
    assert f'href="/reuniones/nueva?corrige={first.id}"' in rosa.get(here).text
    page = rosa.get(f"/reuniones/nueva?corrige={first.id}").text
    assert f'name="corrects_id" value="{first.id}"' in page
    form = {
        "corrects_id": first.id,
        "committee_id": stage.cast.committee,
        "acta_number": "2/2026",
        "held_on": HELD_ON.isoformat(),
        "place": "Sede",
        "called_by": "Rosa Mamani",
    }
    assert rosa.post("/reuniones/nueva", form).status_code == 422
    answer = rosa.post("/reuniones/nueva", form | {"correction": WHY})
    assert answer.status_code == 303
    there = answer.headers["location"]
    page = plain(rosa.get(there).text)
    assert f"Esta acta corrige otra Acta {first.acta_number}" in page
    assert "Otra acta corrige esta Acta 2/2026" in plain(rosa.get(here).text)
    rosa.post(f"{there}/asistencia", {"todas": "1"})
    row = f"d-{grant.producer_id}-"
    rosa.post(f"{there}/decisiones", {f"{row}outcome": "not_approved", f"{row}reasons": WHY})
    assert stage.browser(stage.cast.secretary).post(f"{there}/cierre").status_code == 303
    assert "Otra decisión corrige esta: Acta 2/2026" in plain(
        rosa.get(f"/decisiones/{decision}").text
    )
    with stage.database.read() as session:
        later = session.exec(select(Decision).where(Decision.corrects_id == decision)).one()
        _, content = acta_of(session, stage.cast.member, later.meeting_id)
    assert content["corrects"]["reason"] == WHY
    assert f"Corrige el acta N.º {first.acta_number}" in words_of(acta_paper(content))


# --- in a closed round ---------------------------------------------------------------------------


def refused_by_mistake(session: Session, cast: Cast) -> tuple[Meeting, Visit]:
    """Justina stands as not approved, Basilia in no acta, and the round is over."""
    visits = ready(session, cast, "Justina", "Basilia")
    meeting = convened(session, cast, visits[0].round_id)
    decided(session, cast, meeting, visits[:1], Outcome.NOT_APPROVED, reasons="Otra familia")
    closed(session, cast, meeting)
    rounds.close_round(session, cast.coordinator, cast.now, visits[0].round_id)
    return meeting, visits[1]


def test_a_correction_grants_in_a_closed_round_what_was_meant(session: Session, cast: Cast) -> None:
    first, _ = refused_by_mistake(session, cast)
    later = on_day(cast, date(2026, 7, 1))
    second = correction(session, later, first, held_on=later.today)
    (item,) = agenda_of(session, later.coordinator, second.id).items
    assert item.complies
    (draft,) = decided_about(
        session, later, second, [item.producer.id], Outcome.ORGANIC, reasons=WHY
    )
    (grant,) = closed(session, later, second).granted
    assert (grant.valid_from, grant.decision_id) == (later.today, draft.id)
    assert grant.standard_version
    text = words_of(paper_of(session, later, second))
    assert "El acta que se corrige decía: No aprobado." in text


def test_in_a_closed_round_nobody_else_is_granted_anything(session: Session, cast: Cast) -> None:
    first, left_out = refused_by_mistake(session, cast)
    second = correction(session, cast, first)
    decided(session, cast, second, [left_out])
    with pytest.raises(CorrectionGoesBeyond):
        closed(session, cast, second)


def test_every_rule_is_asked_again_on_the_day_of_the_correction(
    session: Session, cast: Cast
) -> None:
    first, _ = refused_by_mistake(session, cast)
    stopped = RegistrationChangeIn(
        state="suspended", effective_on=cast.today, reason="Sin informe anual"
    )
    committees.change_registration(session, cast.control, cast.now, cast.registration, stopped)
    later = on_day(cast, date(2026, 7, 1))
    second = correction(session, later, first, held_on=later.today)
    (wrong_one,) = queries.decisions_of(session, first.id)
    decided_about(session, later, second, [wrong_one.producer_id], Outcome.ORGANIC, reasons=WHY)
    with pytest.raises(ClosingRefused) as refusal:
        closed(session, later, second)
    (stops,) = refusal.value.by_producer.values()
    assert {stop.code for stop in stops} == {"spg_registration_in_force"}
