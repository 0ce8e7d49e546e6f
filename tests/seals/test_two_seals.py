"""One family, one sitting, two seals: the green one for the land that is ready, the white one for
the rest; never two over the same."""

import re
from datetime import date
from typing import Any

import pytest
from sqlmodel import Session, col, select

from spg_registry.core.config import settings
from spg_registry.core.errors import Invalid
from spg_registry.core.keys import open_keyring
from spg_registry.decisions import service as decisions
from spg_registry.decisions.models import Decision, Meeting
from spg_registry.decisions.schemas import DecisionIn, ScopeIn
from spg_registry.producers.models import Enrolment
from spg_registry.rounds.models import Visit
from spg_registry.rules.words import Category, EnrolmentStatus, Outcome
from spg_registry.seals import splitting
from spg_registry.seals.acta import acta_of
from spg_registry.seals.agenda import agenda_of
from spg_registry.seals.errors import ClosingRefused
from spg_registry.seals.models import SealGrant, SealScope
from tests.cast import Cast, Stage
from tests.decisions.test_pages import plain
from tests.producers.families import crop, plot, unit
from tests.seals.stories import closed, codes_of, convened, ready

MIXED = {
    "units": [
        unit(plots=[plot()], crops=[crop("papa")]),
        unit(
            plots=[plot(last_input="date", last_input_on=date(2025, 9, 1))],
            crops=[crop("haba")],
        ),
    ]
}
"""Old land with potatoes, and land whose clock runs with broad beans."""


def a_meeting(session: Session, cast: Cast) -> tuple[Meeting, list[Visit]]:
    visits = ready(session, cast, "Justina", **MIXED)
    return convened(session, cast, visits[0].round_id), visits


def part(visit: Visit, outcome: Outcome, product: str, **other: Any) -> DecisionIn:
    scope = [ScopeIn(unit_id=visit.unit_id, product_code=product)]
    return DecisionIn(producer_id=visit.producer_id, outcome=outcome, scope=scope, **other)


def test_a_family_gets_both_seals_each_over_its_part(session: Session, cast: Cast) -> None:
    meeting, visits = a_meeting(session, cast)
    (code,) = set(codes_of(session, visits))
    (item,) = agenda_of(session, cast.coordinator, meeting.id).items
    assert item.proposed is Outcome.TRANSITION
    assert item.may_split
    splitting.give_both(session, cast.coordinator, cast.now, meeting.id, code)
    granted = closed(session, cast, meeting).granted
    told = {
        grant.category: session.exec(
            select(SealScope.product_code).where(SealScope.grant_id == grant.id)
        ).all()
        for grant in granted
    }
    assert told == {Category.ORGANIC: ["papa"], Category.TRANSITION: ["haba"]}
    assert {grant.valid_from for grant in granted} == {meeting.held_on}
    status = session.exec(
        select(Enrolment.status).where(Enrolment.producer_id == visits[0].producer_id)
    ).one()
    assert status is EnrolmentStatus.ORGANIC
    _, content = acta_of(session, cast.member, meeting.id)
    assert [one["outcome"] for one in content["decisions"]] == ["organic", "transition"]
    assert len(content["seals"]) == 2


def test_two_seals_of_one_sitting_never_cover_the_same(session: Session, cast: Cast) -> None:
    meeting, visits = a_meeting(session, cast)
    both = [
        part(visits[0], Outcome.TRANSITION, "papa", category=Category.TRANSITION),
        part(visits[0], Outcome.ORGANIC, "papa", category=Category.ORGANIC),
    ]
    decisions.decide_all(session, cast.coordinator, cast.now, meeting.id, both)
    with pytest.raises(ClosingRefused) as refusal:
        closed(session, cast, meeting)
    (stops,) = refusal.value.by_producer.values()
    assert [(stop.code, stop.reason) for stop in stops] == [("no_overlap", "overlaps")]


def test_a_second_word_takes_the_place_of_the_one_it_is_about(session: Session, cast: Cast) -> None:
    meeting, visits = a_meeting(session, cast)
    old, young = visits
    record = (session, cast.coordinator, cast.now, meeting.id)
    (first,) = decisions.decide_all(*record, [part(old, Outcome.TRANSITION, "papa")])
    (again,) = decisions.decide_all(*record, [part(old, Outcome.ORGANIC, "papa")])
    assert (again.id, again.category) == (first.id, Category.ORGANIC)
    white = part(young, Outcome.TRANSITION, "haba", category=Category.TRANSITION)
    (second,) = decisions.decide_all(*record, [white])
    assert second.id != first.id
    refused = DecisionIn(
        producer_id=old.producer_id,
        category=Category.TRANSITION,
        outcome=Outcome.NOT_APPROVED,
        reasons="Fumigó.",
    )
    (third,) = decisions.decide_all(*record, [refused])
    assert (third.id, third.category) == (second.id, Category.TRANSITION)
    for wish, field, fault in (
        (refused.model_copy(update={"category": None}), "0-category", "category_needed"),
        (white.model_copy(update={"outcome": Outcome.ORGANIC}), "0-outcome", "other_seal"),
    ):
        with pytest.raises(Invalid) as refusal:
            decisions.decide_all(*record, [wish])
        assert [(f.field, f.code) for f in refusal.value.faults] == [(field, fault)]


def test_land_that_is_all_alike_has_nothing_to_split(session: Session, cast: Cast) -> None:
    visits = ready(session, cast, "Justina")
    meeting = convened(session, cast, visits[0].round_id)
    (code,) = codes_of(session, visits)
    with pytest.raises(Invalid) as refusal:
        splitting.give_both(session, cast.coordinator, cast.now, meeting.id, code)
    assert [fault.code for fault in refusal.value.faults] == ["nothing_to_split"]


def test_both_rows_stand_on_the_screen_and_are_changed_each_by_itself(stage: Stage) -> None:
    open_keyring(settings().data_dir).ensure(stage.cast.now)
    with stage.database.write(stage.cast.now) as session:
        meeting, visits = a_meeting(session, stage.cast)
        (code,) = set(codes_of(session, visits))
    here, producer = f"/reuniones/{meeting.id}", visits[0].producer_id
    rosa = stage.browser(stage.cast.coordinator)
    assert "Dar los dos sellos" in rosa.get(here).text
    assert 'id="dos-sellos"' in rosa.get(f"{here}/productores/{code}").text
    assert rosa.post(f"{here}/productores/{code}/dos-sellos").status_code == 303
    page = rosa.get(here).text
    assert "se anotaron dos decisiones" in page
    assert len(re.findall(rf'name="d-{producer}-(?:organic|transition)-outcome"', page)) == 2
    page = plain(rosa.get(f"{here}/productores/{code}?sello=transition").text)
    assert "En transición" in page
    rows = {
        f"d-{producer}-organic-outcome": "organic",
        f"d-{producer}-transition-outcome": "not_approved",
        f"d-{producer}-transition-reasons": "El vecino fumiga.",
    }
    assert rosa.post(f"{here}/decisiones", rows).status_code == 303
    with stage.database.read() as session:
        told = session.exec(select(Decision.outcome).order_by(col(Decision.id))).all()
    assert told == [Outcome.ORGANIC, Outcome.NOT_APPROVED]
    swapped = {f"d-{producer}-transition-outcome": "organic"}
    answer = rosa.post(f"{here}/decisiones", swapped)
    assert answer.status_code == 422
    assert f'href="#f-d-{producer}-transition-outcome"' in answer.text
    secretary = stage.browser(stage.cast.secretary)
    assert secretary.post(f"{here}/cierre").status_code == 303
    with stage.database.read() as session:
        assert session.exec(select(SealGrant.category)).all() == [Category.ORGANIC]
