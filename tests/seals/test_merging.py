"""One family registered twice: found, compared, made one, and two again when it was a mistake."""

from datetime import date
from typing import Any

import pytest
from sqlmodel import Session, select

from spg_registry.core.audit import AuditEvent
from spg_registry.core.errors import NotFound
from spg_registry.producers import queries
from spg_registry.producers import service as producers
from spg_registry.producers.access import sight_of
from spg_registry.producers.dossier import producer_file
from spg_registry.producers.errors import NotMergeable
from spg_registry.producers.facts import pledges_of
from spg_registry.producers.merging import likely_duplicates
from spg_registry.producers.models import Enrolment, Merger, Producer, Unit
from spg_registry.producers.queries import Filters
from spg_registry.producers.schemas import EnrolmentIn, HolderIn, MergeIn
from spg_registry.rules.words import EnrolmentStatus, Outcome, SealState
from spg_registry.seals import service
from spg_registry.seals.again import judge_again
from spg_registry.seals.judging import standing_grants
from spg_registry.seals.models import SealGrant
from spg_registry.seals.queries import visible_seals
from spg_registry.seals.verification import Verdict, verify_code
from tests.cast import TIQUIPAYA, Cast, Stage
from tests.producers.families import family, plot, unit
from tests.rounds.stories import families, opened
from tests.seals.stories import (
    as_b,
    closed,
    convened,
    decided,
    decided_about,
    granted,
    on_day,
    visited,
)

SAME = "Es la misma familia: mismo carnet"


def merged(session: Session, cast: Cast, kept: Producer, other: Producer) -> Merger:
    word = MergeIn(other=other.code, reason=SAME)
    return service.merge(session, cast.secretary, cast.now, kept.code, word)


def twins(session: Session, cast: Cast) -> tuple[SealGrant, Producer]:
    """Justina with a seal, and Justina once more, typed in from another list."""
    (seal,) = granted(session, cast, "Justina")
    (again,) = families(session, cast, "Justina")
    return seal, again.producer


def holder_of(session: Session, seal: SealGrant) -> Producer:
    return session.get_one(Producer, seal.producer_id)


def refused(session: Session, cast: Cast, kept: Producer, other: Producer) -> str:
    with pytest.raises(NotMergeable) as refusal:
        merged(session, cast, kept, other)
    return str(refusal.value.params["why"])


# --- who looks like whom


def test_the_same_name_in_the_same_community_is_proposed(session: Session, cast: Cast) -> None:
    first, second, _other = families(session, cast, "Justina", "JUSTINA", "Zenón")
    (pair,) = likely_duplicates(session, cast.secretary)
    assert (pair.first, pair.second) == (first.producer.code, second.producer.code)
    assert not pair.same_person
    assert likely_duplicates(session, cast.secretary_b) == []


def test_another_year_of_birth_is_another_person(session: Session, cast: Cast) -> None:
    batch = [
        family(holders=[HolderIn(names="Justina", surnames="Ñáñez", birth_year=year)])
        for year in (1960, 1988, None)
    ]
    a, b, c = producers.register_all(session, cast.secretary, cast.now, cast.spg, batch)
    pairs = {(one.first, one.second) for one in likely_duplicates(session, cast.secretary)}
    assert pairs == {(a.producer.code, c.producer.code), (b.producer.code, c.producer.code)}


def test_one_person_behind_two_registrations_comes_first(session: Session, cast: Cast) -> None:
    (justina,) = families(session, cast, "Justina")
    families(session, cast, "Ana", "Ana")
    holder = HolderIn(person_id=justina.persons[0].id)
    batch = [family(holders=[holder], community="Laguna")]
    producers.register_all(session, cast.secretary, cast.now, cast.spg, batch)
    first, second = likely_duplicates(session, cast.secretary)
    assert (first.same_person, second.same_person) == (True, False)


# --- made one


def test_the_family_keeps_everything_under_the_code_that_stays(
    session: Session, cast: Cast
) -> None:
    seal, again = twins(session, cast)
    old = holder_of(session, seal)
    merged(session, cast, again, old)
    file = producer_file(session, cast.secretary, old.code, cast.today)
    assert (file.code, file.merged) == (again.code, [old.code])
    assert len(file.land) == 2
    assert {row.status for row in file.enrolments if row.ended_on is None} == {
        EnrolmentStatus.ORGANIC
    }
    seals, _ = visible_seals(session, cast.secretary, cast.today, producer_id=again.id)
    assert [grant.code for grant, _ in seals] == [seal.code]
    acts = session.exec(select(AuditEvent.action)).all()
    assert "producer.merge" in acts


def test_its_seal_stays_scannable_and_valid(session: Session, cast: Cast) -> None:
    seal, again = twins(session, cast)
    merged(session, cast, again, holder_of(session, seal))
    assert seal.state is SealState.GRANTED
    assert verify_code(session, cast.now, seal.code).verdict is Verdict.VALID


def test_old_codes_and_names_still_find_the_family(session: Session, cast: Cast) -> None:
    first, second = (one.producer for one in families(session, cast, "Justina", "Justa"))
    merged(session, cast, first, second)
    sight = sight_of(cast.secretary)
    for text in (second.code, second.code.lower(), "Justa", "Justina"):
        rows, total = queries.producers_page(session, sight, Filters(text=text), 10, 0)
        assert ([row.code for row in rows], total) == ([first.code], 1), text


def test_a_suspension_reaches_the_seals_of_both(session: Session, cast: Cast) -> None:
    seal, again = twins(session, cast)
    merged(session, cast, again, holder_of(session, seal))
    later = on_day(cast, date(2026, 7, 20))
    meeting = convened(session, later, None, held_on=later.today, acta_number="90/2026")
    decided_about(
        session, later, meeting, [again.id], Outcome.SUSPENSION, reasons="Según el informe"
    )
    closed(session, later, meeting)
    assert seal.state is SealState.SUSPENDED


def test_the_norm_takes_the_old_seal_for_the_familys_own(session: Session, cast: Cast) -> None:
    seal, again = twins(session, cast)
    merged(session, cast, again, holder_of(session, seal))
    units = session.exec(select(Unit.id).where(Unit.producer_id == again.id)).all()
    (standing,) = {one for rows in standing_grants(session, units).values() for one in rows}
    assert standing.producer_id == again.id


def test_asked_again_the_norm_still_takes_it_for_the_familys_own(
    session: Session, cast: Cast
) -> None:
    """The white seal was given under the code that went, the green one under the code that stayed;
    asked again later, the one may still take the other's place."""
    young = {"units": [unit(plots=[plot(last_input="date", last_input_on=date(2024, 9, 1))])]}
    (white,) = granted(session, cast, "Justina", outcome=Outcome.TRANSITION, **young)
    (home,) = families(session, cast, "Justina")
    merged(session, cast, home.producer, holder_of(session, white))
    later = on_day(cast, date(2026, 10, 5))
    land = session.exec(select(Unit.id).where(Unit.producer_id == home.producer.id)).all()
    visits = visited(session, later, land, date(2026, 9, 20))
    meeting = convened(session, later, visits[0].round_id, held_on=date(2026, 10, 4))
    (decision,) = decided(session, later, meeting, visits)
    (green,) = closed(session, later, meeting).granted
    assert green.replaces_id == white.id
    (one,) = judge_again(session, meeting, [decision])
    assert one.stops == ()


def test_what_was_signed_under_the_other_code_counts_for_the_family(
    session: Session, cast: Cast
) -> None:
    (unsigned,) = families(session, cast, "Justina", enrolment=EnrolmentIn())
    (signed,) = families(session, cast, "Justina")
    kept, other = unsigned.producer, signed.producer
    own, theirs = unsigned.enrolment, signed.enrolment
    assert pledges_of(session, [own.id]) == {}
    merged(session, cast, kept, other)
    day = date(2026, 5, 2)
    assert pledges_of(session, [own.id, theirs.id]) == {own.id: day, theirs.id: day}
    (row,) = [
        row
        for row in producer_file(session, cast.secretary, kept.code, cast.today).enrolments
        if row.ended_on is None
    ]
    assert [(one.signed_on, one.carried) for one in row.pledges] == [(day, True)]
    word = MergeIn(other=other.code, reason="Eran dos hermanas")
    service.unmerge(session, cast.secretary, cast.now, kept.code, word)
    (anew,) = [
        row.id
        for row in session.exec(select(Enrolment).where(Enrolment.producer_id == other.id))
        if row.ended_on is None
    ]
    assert pledges_of(session, [own.id, anew]) == {anew: day}


# --- refused


def test_two_running_seals_over_the_same_land_do_not_become_one(
    session: Session, cast: Cast
) -> None:
    """Two units that share a plot, sealed for the same product under two names."""
    from spg_registry.producers.models import UnitPlot

    first, second = granted(session, cast, "Justina", "Justa")
    units = [
        session.exec(select(Unit).where(Unit.producer_id == seal.producer_id)).one()
        for seal in (first, second)
    ]
    plot_id = session.exec(select(UnitPlot.plot_id).where(UnitPlot.unit_id == units[0].id)).one()
    session.add(UnitPlot(unit_id=units[1].id, plot_id=plot_id))
    session.flush()
    assert refused(session, cast, holder_of(session, first), holder_of(session, second)) == (
        "two_seals"
    )


def test_a_visit_under_way_is_finished_first(session: Session, cast: Cast) -> None:
    from spg_registry.rounds import service as rounds

    first, second = families(session, cast, "Justina", "Justa")
    ronda = opened(session, cast)
    unit_id = second.units[0].unit.id
    rounds.add_units(session, cast.coordinator, cast.now, ronda.id, [unit_id])
    assert refused(session, cast, first.producer, second.producer) == "under_way"
    merged(session, cast, second.producer, first.producer)  # the other way round it goes


def test_what_else_stands_in_the_way(session: Session, cast: Cast) -> None:
    first, second, third = (
        one.producer for one in families(session, cast, "Justina", "Justa", "Juana")
    )
    assert refused(session, cast, first, first) == "same"
    merged(session, cast, first, second)
    assert refused(session, cast, first, second) == "merged_before"
    assert refused(session, cast, third, first) == "merged_before"


def test_another_committees_family_is_nobodys_duplicate(session: Session, cast: Cast) -> None:
    (mine,) = families(session, cast, "Wara")
    b = as_b(cast)
    (theirs,) = families(session, b, "Wara", municipality_code=TIQUIPAYA, community="Chapisirca")
    with pytest.raises(NotFound):
        merged(session, cast, mine.producer, theirs.producer)


# --- taken back


def test_a_mistaken_merger_is_taken_back_by_another_act(session: Session, cast: Cast) -> None:
    seal, again = twins(session, cast)
    old = holder_of(session, seal)
    merged(session, cast, again, old)
    word = MergeIn(other=old.code, reason="Son madre e hija")
    service.unmerge(session, cast.secretary, cast.now, again.code, word)
    assert old.merged_into_id is None
    file = producer_file(session, cast.secretary, old.code, cast.today)
    assert (file.code, len(file.land)) == (old.code, 1)
    (row,) = [row for row in file.enrolments if row.ended_on is None]
    assert row.status is EnrolmentStatus.ORGANIC
    mergers = session.exec(select(Merger).order_by(Merger.id)).all()  # type: ignore[arg-type]
    assert [act.undoes_id for act in mergers] == [None, mergers[0].id]
    assert seal.state is SealState.GRANTED


def test_once_the_land_was_visited_under_the_one_name_they_stay_one(
    session: Session, cast: Cast
) -> None:
    first, second = families(session, cast, "Justina", "Justa")
    merged(session, cast, first.producer, second.producer)
    visited(session, cast, [second.units[0].unit.id])
    word = MergeIn(other=second.producer.code, reason="Son dos")
    with pytest.raises(NotMergeable) as refusal:
        service.unmerge(session, cast.secretary, cast.now, first.producer.code, word)
    assert refusal.value.params["why"] == "used_since"


# --- the pages


def test_the_office_compares_and_merges(stage: Stage, cast: Cast) -> None:
    with stage.database.write(cast.now) as session:
        made = families(session, cast, "Justina", "Justina")
        first, second = (one.producer.code for one in made)
    browser = stage.browser(cast.secretary)
    assert f"/productores/{first}/unir/{second}" in browser.get("/productores/duplicados").text
    url = f"/productores/{first}/unir/{second}"
    page = browser.get(url).text
    assert f"{first}-1" in page
    assert f"{second}-1" in page
    assert browser.post(url, {"stays": second}).status_code == 422  # why?
    done = browser.post(url, {"stays": second, "reason": SAME})
    assert (done.status_code, done.headers["location"]) == (303, f"/productores/{second}")
    told: Any = browser.get(f"/productores/{first}").text
    assert "También registrado como" in told
    assert f"{first}-1" in told
    with stage.database.read() as session:
        ended = session.exec(select(Enrolment).where(Enrolment.ended_on == cast.today)).all()
        assert len(ended) == 1
