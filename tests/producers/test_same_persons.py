"""One person written down twice: pointed out, compared, made one with everything kept."""

from datetime import date

import pytest
from sqlmodel import Session, col, select

from spg_registry.core.audit import AuditEvent
from spg_registry.core.errors import Forbidden
from spg_registry.core.permissions import Actor
from spg_registry.people.errors import PersonNotFound
from spg_registry.people.models import Person, PersonMerger
from spg_registry.people.queries import person_with_ci
from spg_registry.producers import service, twins
from spg_registry.producers.access import sight_of
from spg_registry.producers.errors import NotMergeable
from spg_registry.producers.facts import producers_held_by
from spg_registry.producers.models import Holder, Interest
from spg_registry.producers.queries import Filters, find_producers
from spg_registry.producers.schemas import HolderIn, InterestIn, MergePersonsIn
from spg_registry.rules.words import InterestKind
from spg_registry.seals.revision import doubts_of
from tests.cast import Cast, Stage
from tests.producers.families import family
from tests.seals.stories import granted, on_day

SAME = "Es la misma: mismo carnet"


def registered(session: Session, cast: Cast, *holders: HolderIn) -> list[Person]:
    """A family each."""
    batch = [family(holders=[one]) for one in holders]
    made = service.register_all(session, cast.secretary, cast.now, cast.spg, batch)
    return [row.persons[0] for row in made]


def justina(**more: object) -> HolderIn:
    return HolderIn.model_validate({"names": "Justina", "surnames": "Quispe"} | more)


def merged(
    session: Session, cast: Cast, kept: Person, other: Person, actor: Actor | None = None
) -> PersonMerger:
    wish = MergePersonsIn(other=other.id, reason=SAME)
    return twins.merge_persons(session, actor or cast.secretary, cast.now, kept.id, wish)


def refused(session: Session, cast: Cast, kept: Person, other: Person) -> str:
    with pytest.raises(NotMergeable) as refusal:
        merged(session, cast, kept, other)
    return str(refusal.value.params["why"])


def test_the_same_name_in_the_same_community_is_pointed_out(session: Session, cast: Cast) -> None:
    one, two, *_ = registered(
        session,
        cast,
        justina(ci="7654321"),
        justina(names="JUSTINA", surnames="Quíspe"),
        justina(names="Zenona"),
    )
    (pair,) = twins.likely_same_persons(session, cast.secretary)
    assert (pair.first_id, pair.second_id) == (one.id, two.id)
    assert len(pair.first_holds) == len(pair.second_holds) == 1
    assert twins.likely_same_persons(session, cast.secretary_b) == []


def test_other_numbers_and_other_years_are_other_persons(session: Session, cast: Cast) -> None:
    a, b = registered(session, cast, justina(ci="7654321"), justina(ci="7654322"))
    c, d = registered(session, cast, justina(birth_year=1960), justina(birth_year=1988))
    pairs = {
        (row.first_id, row.second_id) for row in twins.likely_same_persons(session, cast.secretary)
    }
    assert not {(a.id, b.id), (c.id, d.id)} & pairs
    assert refused(session, cast, a, b) == "two_numbers"
    assert refused(session, cast, c, d) == "two_years"
    assert refused(session, cast, a, a) == "same"


def test_who_stays_takes_over_holdings_ties_and_particulars(session: Session, cast: Cast) -> None:
    kept, other = registered(session, cast, justina(), justina(ci="7654321", phone="70011223"))
    (there,) = producers_held_by(session, [other.id])[other.id]
    home = find_producers(session, sight_of(cast.secretary), Filters(text="justina"), 9, 0).rows
    tie = InterestIn(
        person_id=other.id, producer_code=home[0].code, kind=InterestKind.KIN, degree=1
    )
    service.declare_interests(session, cast.secretary, cast.now, [tie])
    row = merged(session, cast, kept, other)
    assert there in producers_held_by(session, [kept.id])[kept.id]
    assert producers_held_by(session, [other.id])[other.id] == []
    assert session.exec(select(Interest.person_id)).one() == kept.id
    assert (kept.phone, other.merged_into_id) == ("70011223", kept.id)
    found = person_with_ci(session, "7654321")
    assert found is not None
    assert found.id == kept.id
    assert (len(row.moved["holders"]), len(row.moved["interests"])) == (1, 1)
    assert "person.merge" in session.exec(select(AuditEvent.action)).all()


def test_two_persons_after_all_have_everything_back(session: Session, cast: Cast) -> None:
    kept, other = registered(session, cast, justina(), justina(ci="7654321", phone="70011223"))
    before = producers_held_by(session, [kept.id, other.id])
    merged(session, cast, kept, other)
    word = MergePersonsIn(other=other.id, reason="Son madre e hija")
    with pytest.raises(PersonNotFound):
        twins.part_persons(session, cast.secretary_b, cast.now, kept.id, word)
    twins.part_persons(session, cast.secretary, cast.now, kept.id, word)
    assert producers_held_by(session, [kept.id, other.id]) == before
    assert (kept.ci, kept.phone) == (None, None)
    assert (other.ci, other.phone, other.merged_into_id) == ("7654321", "70011223", None)
    with pytest.raises(PersonNotFound):  # not twice
        twins.part_persons(session, cast.secretary, cast.now, kept.id, word)
    merged(session, cast, kept, other)
    assert len(session.exec(select(PersonMerger)).all()) == 3


def test_a_family_that_has_both_keeps_one_of_them(session: Session, cast: Cast) -> None:
    batch = [family(holders=[justina(), justina(birth_year=1961)])]
    (made,) = service.register_all(session, cast.secretary, cast.now, cast.spg, batch)
    kept, other = made.persons
    merged(session, cast, kept, other)
    rows = session.exec(select(Holder).order_by(col(Holder.id))).all()
    assert [(row.person_id, row.until) for row in rows] == [
        (kept.id, None),
        (other.id, cast.today),
    ]
    word = MergePersonsIn(other=other.id, reason="Son gemelas")
    twins.part_persons(session, cast.secretary, cast.now, kept.id, word)
    assert [row.until for row in rows] == [None, None]


def test_who_has_an_office_is_the_one_to_stay(session: Session, cast: Cast) -> None:
    (other,) = registered(session, cast, justina())
    rosa = HolderIn(person_id=cast.persons["rosa"])
    (kept,) = registered(session, cast, rosa)
    assert refused(session, cast, other, kept) == "has_office"
    merged(session, cast, kept, other)
    assert other.merged_into_id == kept.id


def test_an_evaluator_who_turns_out_to_be_the_holder_puts_the_seal_in_doubt(
    session: Session, cast: Cast
) -> None:
    (seal,) = granted(session, cast, "Justina")
    holder = session.exec(
        select(Person)
        .join(Holder, col(Holder.person_id) == col(Person.id))
        .where(Holder.producer_id == seal.producer_id)
    ).one()
    (evaluator,) = registered(session, cast, HolderIn(person_id=cast.persons["teofilo"]))
    then = on_day(cast, date(2026, 7, 20))
    merged(session, then, evaluator, holder)
    (one,) = doubts_of(session, then.coordinator, cast.committee, then.now)
    assert "evaluator_independent" in {why.code for why in one.reasons}


def test_only_the_office_of_both_merges(session: Session, cast: Cast) -> None:
    kept, other = registered(session, cast, justina(), justina())
    with pytest.raises(PersonNotFound):
        merged(session, cast, kept, other, cast.secretary_b)
    with pytest.raises(Forbidden):
        merged(session, cast, kept, other, cast.member)
    stranger = session.get_one(Person, cast.persons["wilma"])
    with pytest.raises(PersonNotFound):
        merged(session, cast, kept, stranger)


def test_the_page_points_out_compares_and_merges(stage: Stage) -> None:
    cast = stage.cast
    with stage.database.write(cast.now) as session:
        kept, other = (one.id for one in registered(session, cast, justina(), justina()))
    browser = stage.browser(cast.secretary)
    place = f"/productores/personas/{kept}/unir/{other}"
    assert f'href="{place}"' in browser.get("/productores/duplicados").text
    assert browser.get(place).status_code == 200
    none = browser.post(place, {"stays": "999", "reason": SAME})
    assert none.status_code == 422
    assert browser.post(place, {"stays": str(kept), "reason": SAME}).status_code == 303
    again = browser.get("/productores/duplicados").text
    assert f'href="{place}"' not in again
    apart = f"/productores/personas/{kept}/separar/{other}"
    assert f'href="{apart}"' in again
    assert SAME in browser.get(apart).text
    assert browser.post(apart, {"reason": "Son madre e hija"}).status_code == 303
    assert f'href="{place}"' in browser.get("/productores/duplicados").text
    assert stage.browser(cast.secretary_b).get(place).status_code == 404
