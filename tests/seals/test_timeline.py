"""A producer's timeline: everything, the latest first, as far as the reader may see it."""

from datetime import date, timedelta

import pytest
from sqlmodel import Session, select

from spg_registry.core.attachments import Kind, prepare
from spg_registry.core.permissions import Actor
from spg_registry.people.models import Person
from spg_registry.people.schemas import PersonIn
from spg_registry.producers import service as producers
from spg_registry.producers.dossier import producer_file
from spg_registry.producers.models import PaperKind, Plot, Producer, Unit, UnitPlot
from spg_registry.producers.papers import paper_file, papers_of
from spg_registry.producers.schemas import (
    InterestIn,
    LastInputIn,
    MembershipIn,
    MergeIn,
    OrganisationIn,
    PaperIn,
    UnitCorrection,
)
from spg_registry.rounds import service as rounds
from spg_registry.rounds.models import Visit
from spg_registry.rounds.schemas import FindingIn
from spg_registry.rules.words import FindingClass, InterestKind, LastInput, SanctionKind
from spg_registry.seals import service
from spg_registry.seals.schemas import ActIn, ReasonClass, SanctionIn
from spg_registry.seals.timeline import Line, Topic, timeline_of
from tests.access.table import photo
from tests.cast import Cast, Stage
from tests.rounds.stories import families, one_visit, submitted
from tests.seals.stories import granted, on_day


def history(
    session: Session, cast: Cast, who: Actor, code: str, topic: Topic | None = None
) -> list[Line]:
    return timeline_of(session, who, producer_file(session, who, code, cast.today), topic)


def codes(lines: list[Line]) -> list[str]:
    return [line.code for line in lines]


def test_the_way_to_a_seal_and_out_of_it(session: Session, cast: Cast) -> None:
    (grant,) = granted(session, cast, "Justina")
    code = session.get_one(Producer, grant.producer_id).code
    stop = ActIn(
        reason_class=ReasonClass.OTHER, reason="Por una prueba", right_of_reply="Citada el día 1"
    )
    service.suspend(session, cast.control, cast.now, grant.code, stop)
    lines = history(session, cast, cast.coordinator, code)
    days = [line.on for line in lines]
    assert days == sorted(days, reverse=True)
    told = codes(lines)
    way = ["pledge", "visit", "decision", "seal_granted", "seal_suspended"]
    places = [told.index(each) for each in way]
    assert places == sorted(places, reverse=True), told
    assert "enrolled" in told
    assert "unit" in told
    seal = next(line for line in lines if line.code == "seal_granted")
    assert seal.to == ("seal", grant.code)
    assert seal.tag == ("category", "organic")
    assert [line.tag[1] for line in lines if line.code == "status"][-1] == "organic"
    later = on_day(cast, grant.valid_until + timedelta(days=5))
    assert "seal_expired" not in codes(history(session, later, cast.coordinator, code))


def test_a_seal_that_ran_out_says_so(session: Session, cast: Cast) -> None:
    (grant,) = granted(session, cast, "Justina")
    code = session.get_one(Producer, grant.producer_id).code
    later = on_day(cast, grant.valid_until + timedelta(days=5))
    first = history(session, later, cast.coordinator, code)[0]
    assert (first.code, first.on) == ("seal_expired", grant.valid_until + timedelta(days=1))


def test_findings_stand_between(session: Session, cast: Cast) -> None:
    visit: Visit = submitted(session, cast, one_visit(session, cast))
    finding = FindingIn(
        visit_id=visit.id,
        grade=FindingClass.MINOR,
        description="Sin barrera viva",
        measure="Plantar una",
        due_on=cast.today + timedelta(days=30),
    )
    (row,) = rounds.record_findings(session, cast.evaluator, cast.now, [finding])
    code = session.get_one(Producer, visit.producer_id).code
    lines = history(session, cast, cast.coordinator, code, Topic.VISITS)
    assert codes(lines) == ["finding", "visit"]
    assert (lines[0].to, lines[0].note) == (("finding", str(row.id)), "Sin barrera viva")


def test_people_and_corrections(session: Session, cast: Cast) -> None:
    (one,) = families(session, cast, "Justina")
    code, unit = one.producer.code, one.units[0].unit
    acting = (session, cast.secretary, cast.now)
    producers.register_organisations(*acting, [OrganisationIn(name="Asociación Sumaq")])
    producers.join_organisation(*acting, code, MembershipIn(organisation="Asociación Sumaq"))
    tie = InterestIn(
        person_id=cast.persons["pedro"], producer_code=code, kind=InterestKind.KIN, degree=2
    )
    producers.declare_interests(*acting, [tie])
    people = codes(history(session, cast, cast.secretary, code, Topic.PEOPLE))
    assert people == ["interest", "joined"]
    producers.correct_unit(*acting, unit.code, UnitCorrection(name="La de arriba"))
    plot = session.exec(
        select(Plot).join(UnitPlot).where(UnitPlot.unit_id == session.get_one(Unit, unit.id).id)
    ).one()
    moved = LastInputIn(
        last_input=LastInput.DATE, last_input_on=date(2026, 1, 5), reason="Abonó con urea"
    )
    producers.declare_last_input(*acting, plot.code, moved)
    person = session.get_one(Person, one.persons[0].id)
    again = PersonIn(names="Justa", surnames=person.surnames, sex=person.sex)
    producers.correct_holder(*acting, code, person.id, again)
    lines = history(session, cast, cast.secretary, code, Topic.CORRECTIONS)
    assert sorted(codes(lines)) == ["act_person_correct", "act_plot_last_input", "act_unit_correct"]
    assert {line.params["by"] for line in lines} == {"Lidia Rojas Vargas"}
    assert all("urea" not in str(line) for line in lines), "a reason is for the row"


def test_what_happened_to_a_twin_happened_to_the_one_it_became(
    session: Session, cast: Cast
) -> None:
    (kept, twin) = families(session, cast, "Justina", "JUSTINA")
    acting = (session, cast.secretary, cast.now)
    producers.add_papers(
        *acting,
        twin.producer.code,
        PaperIn(kind=PaperKind.PHOTO, title="Del segundo registro"),
        [prepare(photo()["photos"][1], "chacra.jpg", Kind.PHOTO, "photos")],
    )
    word = MergeIn(other=twin.producer.code, reason="Es la misma familia")
    service.merge(*acting, kept.producer.code, word)
    lines = history(session, cast, cast.secretary, kept.producer.code)
    assert "act_producer_merge" in codes(lines)
    told = [line.params["code"] for line in lines if line.code == "enrolled"]
    assert sorted(told) == sorted([kept.enrolment.code, twin.enrolment.code])
    file = producer_file(session, cast.secretary, kept.producer.code, cast.today)
    (paper,) = papers_of(session, file)
    assert paper.title == "Del segundo registro"
    assert paper_file(*acting, kept.producer.code, paper.id).media_type == "image/jpeg"


def test_what_was_decided_of_a_twin_is_told_once(session: Session, cast: Cast) -> None:
    """A seal, its decision, its visit and a sanction, all under the code that was given up."""
    (grant,) = granted(session, cast, "Justina")
    twin = session.get_one(Producer, grant.producer_id)
    (again,) = families(session, cast, "Justina")
    word = SanctionIn(
        producer_id=twin.id,
        spg_id=cast.spg,
        kind=SanctionKind.WARNING,
        since=cast.today,
        reason_class=ReasonClass.OTHER,
        reason="Sin registros de venta",
    )
    service.impose(session, cast.control, cast.now, word)
    merge = MergeIn(other=twin.code, reason="Es la misma familia")
    service.merge(session, cast.secretary, cast.now, again.producer.code, merge)
    told = codes(history(session, cast, cast.coordinator, again.producer.code))
    for each in ("visit", "decision", "seal_granted", "sanction"):
        assert told.count(each) == 1, each


@pytest.mark.parametrize("who", ["member", "cnape"])
def test_who_may_not_see_identity_sees_no_ties(session: Session, cast: Cast, who: str) -> None:
    (one,) = families(session, cast, "Justina")
    tie = InterestIn(
        person_id=cast.persons["pedro"],
        producer_code=one.producer.code,
        kind=InterestKind.BUYER,
    )
    producers.declare_interests(session, cast.secretary, cast.now, [tie])
    told = codes(history(session, cast, getattr(cast, who), one.producer.code))
    assert "interest" not in told
    assert "pledge" not in told
    assert "enrolled" in told


def test_the_page_shows_the_latest_and_leads_to_all(stage: Stage) -> None:
    with stage.database.write(stage.cast.now) as session:
        (grant,) = granted(session, stage.cast, "Justina")
        home = f"/productores/{session.get_one(Producer, grant.producer_id).code}"
        seal = f"/sellos/{grant.code}"
    office = stage.browser(stage.cast.secretary)
    assert f'href="{home}/historia"' in office.get(home).text
    whole = office.get(f"{home}/historia")
    assert f'href="{seal}"' in whole.text
    assert "Visita de evaluación" in whole.text
    seals = office.get(f"{home}/historia?tema=seals")
    assert "Visita de evaluación" not in seals.text
    assert office.get(f"{home}/historia?tema=%27&pagina=99").status_code == 200
    assert stage.browser(stage.cast.coordinator_b).get(f"{home}/historia").status_code == 404
