"""Seals that end soon: what each still lacks, and the way into a round or a meeting."""

import re
from datetime import date, timedelta

import pytest
from sqlmodel import select

from spg_registry.core import clock
from spg_registry.core.config import settings
from spg_registry.core.keys import open_keyring
from spg_registry.rounds.models import Finding, Round, Visit
from spg_registry.rules.words import FindingClass, SanctionKind
from spg_registry.seals import service
from spg_registry.seals.models import SealGrant
from spg_registry.seals.renewing import Renewal, renewals
from spg_registry.seals.schemas import ReasonClass, SanctionIn
from tests.cast import Cast, Stage
from tests.rounds.stories import opened
from tests.seals.stories import closed, convened, decided, granted, on_day, visited

LAST = date(2026, 8, 20)
"""The last day of the seals here, while the evaluators' appointments still run."""
SOON = date(2026, 7, 20)
SEEN = date(2026, 7, 15)


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


@pytest.fixture
def seals(stage: Stage) -> list[SealGrant]:
    open_keyring(settings().data_dir).ensure(stage.cast.now)
    with stage.database.write(stage.cast.now) as session:
        made = granted(session, stage.cast, "Justina", "Basilia")
        for grant in made:
            grant.valid_until = LAST
            session.add(grant)
        return made


@pytest.fixture
def later(stage: Stage) -> Cast:
    return on_day(stage.cast, SOON)


def listed(stage: Stage, cast: Cast, on: date = SOON) -> dict[int, Renewal]:
    with stage.database.read() as session:
        places = renewals(session, cast.secretary, on)
    return {row.grant.id: row for place in places for row in place.rows}


def lacks(row: Renewal) -> list[str]:
    return [need.code for need in row.needs]


def test_a_seal_is_listed_from_60_days_before_its_end_until_it_ends(
    stage: Stage, seals: list[SealGrant]
) -> None:
    last = seals[0].valid_until
    assert listed(stage, stage.cast, last - timedelta(days=61)) == {}
    for on in (last - timedelta(days=60), last):
        assert set(listed(stage, stage.cast, on)) == {grant.id for grant in seals}
    assert listed(stage, stage.cast, last + timedelta(days=1)) == {}


def test_what_is_lacking_is_told_by_its_name(
    stage: Stage, seals: list[SealGrant], later: Cast
) -> None:
    good, bad = seals
    with stage.database.write(later.now) as session:
        behind = session.exec(select(Visit).where(Visit.producer_id == bad.producer_id)).first()
        assert behind is not None
        for grade, due in ((FindingClass.CRITICAL, SOON), (FindingClass.MINOR, SOON)):
            session.add(
                Finding(
                    code=f"H-{grade.value}",
                    visit_id=behind.id,
                    unit_id=behind.unit_id,
                    producer_id=bad.producer_id,
                    grade=grade,
                    description="x",
                    measure="y",
                    found_on=SOON,
                    due_on=due,
                )
            )
        word = SanctionIn(
            producer_id=bad.producer_id,
            spg_id=bad.spg_id,
            kind=SanctionKind.SUSPENSION,
            since=SOON,
            reason_class=ReasonClass.MISUSE_OF_SEAL,
            reason="Vendió lo ajeno",
        )
        service.impose(session, later.control, later.now, word)
    found = listed(stage, stage.cast)
    assert lacks(found[good.id]) == ["visit"]
    assert lacks(found[bad.id]) == ["visit", "findings", "sanction"]
    assert found[bad.id].needs[1].params == {"count": 1}


def test_the_round_of_the_old_seal_does_not_count_and_the_new_one_does(
    stage: Stage, seals: list[SealGrant], later: Cast
) -> None:
    good, other = seals
    units = listed(stage, stage.cast)[good.id].unit_ids
    with stage.database.write(later.now) as session:
        visits = visited(session, later, units, on=SEEN)
    row = listed(stage, stage.cast)[good.id]
    assert (row.is_ready, row.round_id) == (True, visits[0].round_id)
    assert not listed(stage, stage.cast)[other.id].is_ready
    secretary = stage.browser(later.secretary)
    with stage.database.write(later.now) as session:
        meeting = convened(session, later, row.round_id, acta_number="8/2026", held_on=SOON)
        decided(session, later, meeting, visits)
        closed(session, later, meeting)
    assert set(listed(stage, stage.cast)) == {other.id}, "renewed: the successor begins later"
    assert secretary.get("/sellos/renovar").status_code == 200


def test_an_unheard_family_and_a_visit_under_way_are_waited_for(
    stage: Stage, seals: list[SealGrant], later: Cast
) -> None:
    good, other = seals
    known = listed(stage, stage.cast)
    with stage.database.write(later.now) as session:
        visited(session, later, known[good.id].unit_ids, on=SEEN, acknowledged=False)
    assert lacks(listed(stage, stage.cast)[good.id]) == ["acknowledgement"]
    assert lacks(listed(stage, stage.cast)[other.id]) == ["visit"]


def test_one_press_puts_the_families_into_a_round(
    stage: Stage, seals: list[SealGrant], clock_at: object
) -> None:
    at = clock.midday(SOON)
    clock_at(at)  # type: ignore[operator]
    later = on_day(stage.cast, SOON)
    with stage.database.write(later.now) as session:
        given = {"period_from": SOON, "period_until": SOON + timedelta(days=30)}
        ronda = opened(session, later, name="Ronda de renovación", **given)
    with stage.database.write(later.now) as session:
        from spg_registry.people import access

        signed = access.sign_in(
            session, later.now, later.username(later.secretary), later.password, "192.0.2.8"
        )
    assert signed.login is not None
    stage.client.cookies.set("spg_session", signed.token or "")
    page = stage.client.get("/sellos/renovar").text
    boxes = re.findall(r'name="units" value="([\d-]+)" checked', page)
    assert len(boxes) == 2
    assert "Capilla" in plain(page)
    assert "Falta visitar" in plain(page)
    form = {"csrf_token": signed.login.csrf, "units": boxes}
    refused = stage.client.post("/sellos/renovar", data=form)
    assert refused.status_code == 422
    assert 'href="#f-round_id"' in refused.text
    nobody = stage.client.post("/sellos/renovar", data=form | {"units": []})
    assert 'href="#f-units"' in nobody.text
    sent = stage.client.post("/sellos/renovar", data=form | {"round_id": str(ronda.id)})
    assert sent.headers["location"] == f"/rondas/{ronda.id}"
    with stage.database.read() as session:
        visits = list(session.exec(select(Visit).where(Visit.round_id == ronda.id)))
        assert session.get_one(Round, ronda.id).name == "Ronda de renovación"
    assert {visit.producer_id for visit in visits} == {grant.producer_id for grant in seals}
    again = stage.client.get("/sellos/renovar").text
    assert "Visita en camino" in plain(again)
    assert 'name="units"' not in again


def test_another_committee_sees_none_of_it(stage: Stage, seals: list[SealGrant]) -> None:
    with stage.database.read() as session:
        assert renewals(session, stage.cast.coordinator_b, SOON) == []
        (place,) = renewals(session, stage.cast.control, SOON)
    assert len(place.rows) == 2
