"""A term that was typed wrongly: set right by a row of its own, nothing overwritten."""

from datetime import date

import pytest
from sqlmodel import Session, select

from spg_registry.committees import queries, reading, service
from spg_registry.committees.errors import MemberNotFound
from spg_registry.committees.models import Member, TermCorrection
from spg_registry.committees.schemas import ExtensionIn, LeaveIn, TermCorrectionIn
from spg_registry.core.errors import Forbidden, Invalid
from spg_registry.seals.revision import doubts_of
from tests.cast import Cast, Stage
from tests.seals.stories import granted, on_day

WHY = "El acta 1 dice junio"


def seat(session: Session, cast: Cast, name: str = "rosa") -> Member:
    query = select(Member).where(
        Member.body_id == cast.guarantee, Member.person_id == cast.persons[name]
    )
    return session.exec(query).one()


def right(first: date, last: date) -> TermCorrectionIn:
    return TermCorrectionIn(term_from=first, term_until=last, reason=WHY)


def in_office(session: Session, cast: Cast, on: date) -> set[int]:
    return {row.person_id for row in queries.members_in_office(session, cast.guarantee, on)}


def test_a_shortened_term_ends_earlier_and_keeps_what_was_typed(
    session: Session, cast: Cast
) -> None:
    row, rosa = seat(session, cast), cast.persons["rosa"]
    typed = (row.term_from, row.term_until)
    assert rosa in in_office(session, cast, date(2026, 12, 1))
    word = right(date(2025, 6, 1), date(2026, 11, 30))
    service.correct_term(session, cast.secretary, cast.now, row.id, word)
    assert rosa not in in_office(session, cast, date(2026, 12, 1))
    assert rosa not in in_office(session, cast, date(2025, 5, 31))
    assert rosa in in_office(session, cast, date(2025, 6, 1))
    assert (row.term_from, row.term_until) == typed
    told = session.exec(select(TermCorrection)).one()
    assert (told.was_from, told.was_until, told.reason) == (*typed, WHY)
    assert told.corrected_by == cast.secretary.hand


def test_a_wrong_extension_is_corrected_too_and_a_later_one_counts_again(
    session: Session, cast: Cast
) -> None:
    row = seat(session, cast)
    place = (session, cast.coordinator, cast.now, row.id)
    service.extend_term(*place, ExtensionIn(act="Acta 4", until=date(2030, 1, 1)))
    service.correct_term(*place, right(row.term_from, date(2027, 1, 1)))
    assert row.term_end == date(2027, 1, 1)
    with pytest.raises(Invalid) as refused:
        service.correct_term(*place, right(row.term_from, date(2027, 1, 1)))
    assert refused.value.faults[0].code == "term_as_before"
    service.extend_term(*place, ExtensionIn(act="Acta 5", until=date(2028, 1, 1)))
    assert row.term_end == date(2028, 1, 1)


def test_what_cannot_be_is_refused_beside_its_field(session: Session, cast: Cast) -> None:
    row = seat(session, cast)
    place = (session, cast.coordinator, cast.now, row.id)
    service.leave(*place, LeaveIn(on=date(2026, 3, 1)))
    for word, field, code in (
        (right(date(2026, 5, 1), date(2026, 4, 1)), "term_until", "term_backwards"),
        (right(date(2026, 4, 1), date(2027, 4, 1)), "term_from", "term_after_leaving"),
    ):
        with pytest.raises(Invalid) as refused:
            service.correct_term(*place, word)
        assert [(f.field, f.code) for f in refused.value.faults] == [(field, code)]


def test_only_the_own_office_corrects(session: Session, cast: Cast) -> None:
    row = seat(session, cast)
    word = right(row.term_from, date(2026, 11, 30))
    with pytest.raises(MemberNotFound):
        service.correct_term(session, cast.coordinator_b, cast.now, row.id, word)
    with pytest.raises(Forbidden):
        service.correct_term(session, cast.member, cast.now, row.id, word)


def test_seals_that_rest_on_the_wrong_days_come_up_for_review(session: Session, cast: Cast) -> None:
    """Four of five sat there; three of them were in no office yet, so there was no quorum."""
    (seal,) = granted(session, cast, "Justina")
    then = on_day(cast, date(2026, 7, 20))
    for name in ("rosa", "julian", "pedro"):
        word = right(date(2026, 7, 1), date(2028, 6, 30))
        service.correct_term(
            session, then.coordinator, then.now, seat(session, cast, name).id, word
        )
    (one,) = doubts_of(session, then.coordinator, cast.committee, then.now)
    assert one.grant.id == seal.id
    assert "quorum" in {why.code for why in one.reasons}


def test_the_page_tells_what_it_said_before(stage: Stage) -> None:
    cast = stage.cast
    with stage.database.read() as session:
        member = seat(session, cast).id
    browser = stage.browser(cast.coordinator)
    home = f"/comites/{cast.committee}"
    place = f"{home}/miembros/{member}/correccion"
    assert f'href="{place}"' in browser.get(home).text
    assert 'value="2025-03-01"' in browser.get(place).text
    form = {"term_from": "2025-06-01", "term_until": "2026-11-30", "reason": WHY}
    assert browser.post(place, form).status_code == 303
    page = browser.get(home).text
    assert "decía del 01/03/2025 al 28/02/2027" in page
    assert WHY in page


def test_each_extension_keeps_its_act(session: Session, cast: Cast) -> None:
    row = seat(session, cast)
    place = (session, cast.coordinator, cast.now, row.id)
    for act, year in (("Acta 4", 2028), ("Acta 9", 2029)):
        service.extend_term(*place, ExtensionIn(act=act, until=date(year, 1, 1)))
    (told,) = reading.members_out(session, [row], cast.today)
    assert [(one.act, one.until.year) for one in told.extensions] == [
        ("Acta 4", 2028),
        ("Acta 9", 2029),
    ]
    assert told.term_end == date(2029, 1, 1)
