"""What goes wrong in a year: a family moves to another SPG, a plot is sold, a heritage divided."""

from datetime import date
from typing import Any

import pytest
from sqlmodel import Session, select

from spg_registry.core.audit import AuditEvent
from spg_registry.core.errors import Forbidden, Invalid, NotFound
from spg_registry.producers import service as producers
from spg_registry.producers.dossier import producer_file, unit_file
from spg_registry.producers.facts import units_of
from spg_registry.producers.models import (
    Crop,
    Enrolment,
    Plot,
    Producer,
    Transfer,
    TransferKind,
    Unit,
)
from spg_registry.producers.schemas import HandOverIn, MoveIn, PlotCorrection, TakeOverIn
from spg_registry.rules.words import EnrolmentStatus, LastInput, SealEventKind, SealState
from spg_registry.seals import service
from spg_registry.seals.models import SealGrant
from spg_registry.seals.queries import events_of
from spg_registry.seals.schemas import ReasonClass
from tests.cast import TIQUIPAYA, Cast, Stage
from tests.producers.families import crop, plot, unit
from tests.rounds.stories import families
from tests.seals.stories import as_b, granted

TWO_UNITS = {"units": [unit(), unit(name="La chacra de arriba")]}


def moved(session: Session, cast: Cast, seal: SealGrant, **other: Any) -> Enrolment:
    wish: dict[str, Any] = {"spg_id": cast.spg_b, "reason": "Se fue a vivir a Tiquipaya"} | other
    return service.move(session, cast.secretary, cast.now, seal.enrolment_id, MoveIn(**wish))


def units_of_producer(session: Session, producer_id: int) -> list[Unit]:
    query = select(Unit).where(Unit.producer_id == producer_id).order_by(Unit.code)
    return list(session.exec(query))


# --- to another SPG


def test_who_moves_is_an_applicant_there_and_its_seal_ends_here(
    session: Session, cast: Cast
) -> None:
    (seal,) = granted(session, cast, "Justina")
    new = moved(session, cast, seal)
    old = session.get_one(Enrolment, seal.enrolment_id)
    assert (old.status, old.ended_on) == (EnrolmentStatus.WITHDRAWN, cast.today)
    assert (new.spg_id, new.status) == (cast.spg_b, EnrolmentStatus.APPLICANT)
    assert (seal.state, seal.reason_class) == (SealState.WITHDRAWN, ReasonClass.MOVED)
    assert events_of(session, seal.id)[-1].kind is SealEventKind.WITHDRAWN
    (row,) = session.exec(select(Transfer)).all()
    assert (row.kind, row.from_enrolment_id, row.to_enrolment_id) == ("moved", old.id, new.id)
    acts = session.exec(select(AuditEvent.action)).all()
    assert {"producer.move", "producer.enrol", "enrolment.status", "seal.withdrawn"} <= set(acts)


def test_the_receiving_committee_admits_and_the_left_one_only_reads(
    session: Session, cast: Cast
) -> None:
    (seal,) = granted(session, cast, "Justina")
    new = moved(session, cast, seal)
    with pytest.raises(NotFound):
        producers.admit_all(session, cast.secretary, cast.now, [new.id])
    (row,) = producers.admit_all(session, cast.secretary_b, cast.now, [new.id])
    assert row.status is EnrolmentStatus.ADMITTED
    code = session.get_one(Producer, seal.producer_id).code
    assert not producer_file(session, cast.secretary, code, cast.today).writable
    there = producer_file(session, cast.secretary_b, code, cast.today)
    assert there.writable
    assert there.land[0].plots[0].last_input is LastInput.NEVER


def test_land_that_stays_behind_is_closed(session: Session, cast: Cast) -> None:
    (seal,) = granted(session, cast, "Justina", **TWO_UNITS)
    first, second = units_of_producer(session, seal.producer_id)
    moved(session, cast, seal, units=[second.code])
    assert (first.until, second.until) == (cast.today, None)


@pytest.mark.parametrize(
    ("wish", "field", "code"),
    [
        ({"admitted": True}, "admitted", "receiver_admits"),
        ({"code": "B-1"}, "code", "receiver_admits"),
        ({"spg_id": 999}, "spg_id", "spg_not_found"),
        ({"units": ["P0999999-1"]}, "units", "unit_not_found"),
        ({"on": date(2026, 6, 16)}, "on", "date_in_future"),
        ({"on": date(2026, 6, 1)}, "on", "status_before_last"),
    ],
)
def test_what_a_move_cannot_say(
    session: Session, cast: Cast, wish: dict[str, Any], field: str, code: str
) -> None:
    (seal,) = granted(session, cast, "Justina")
    with pytest.raises(Invalid) as refused:
        moved(session, cast, seal, **wish)
    assert (field, code) in {(fault.field, fault.code) for fault in refused.value.faults}
    assert seal.state is SealState.GRANTED


def test_nobody_moves_another_committees_family(session: Session, cast: Cast) -> None:
    (seal,) = granted(session, cast, "Justina")
    wish = MoveIn(spg_id=cast.spg_b, reason="Nos la llevamos")
    with pytest.raises(NotFound):
        service.move(session, cast.secretary_b, cast.now, seal.enrolment_id, wish)
    with pytest.raises(Forbidden):
        service.move(session, cast.member, cast.now, seal.enrolment_id, wish)


# --- land from hand to hand --------------------------------------------------------------------


def sold(session: Session, cast: Cast, giver: Unit, receiver: str, **other: Any) -> list[Transfer]:
    given: dict[str, Any] = {
        "kind": TransferKind.SOLD,
        "plots": [f"{giver.code}-1"],
        "to_producer": receiver,
        "reason": "Escritura 14/2026",
    }
    wish = HandOverIn(**(given | other))
    return service.hand_over(session, cast.secretary, cast.now, giver.code, wish)


def test_a_plot_sold_in_the_same_committee_keeps_its_clock(session: Session, cast: Cast) -> None:
    clocked = {
        "units": [unit(plots=[plot(), plot(last_input="date", last_input_on=date(2025, 1, 1))])]
    }
    giver, receiver = families(session, cast, "Justina", "Zenón", **clocked)
    there = giver.units[0].unit
    (row,) = sold(
        session,
        cast,
        there,
        receiver.producer.code,
        plots=[f"{there.code}-2"],
        to_unit=receiver.units[0].unit.code,
    )
    assert row.taken_on == cast.today
    left = unit_file(session, cast.secretary, there.code, cast.today)
    assert [each.code for each in left.plots] == [f"{there.code}-1"]
    taken = unit_file(session, cast.secretary, receiver.units[0].unit.code, cast.today)
    came = next(each for each in taken.plots if each.code == f"{there.code}-2")
    assert came.last_input_on == date(2025, 1, 1)
    # The norm sees it there from the day on, and here until the day before.
    before = units_of(session, [giver.producer.id], date(2026, 6, 14))[giver.producer.id]
    now = units_of(session, [giver.producer.id], cast.today)[giver.producer.id]
    assert (len(before[0].plots), len(now[0].plots)) == (2, 1)


def test_the_last_plot_gone_closes_the_unit_and_its_seal(session: Session, cast: Cast) -> None:
    first, second = granted(session, cast, "Justina", "Zenón")
    (giver,) = units_of_producer(session, first.producer_id)
    receiver = session.get_one(Producer, second.producer_id)
    sold(session, cast, giver, receiver.code)
    assert giver.until is not None
    assert (first.state, second.state) == (SealState.WITHDRAWN, SealState.GRANTED)
    new = units_of_producer(session, receiver.id)[-1]
    assert new.community_id == giver.community_id  # land does not move
    file = producer_file(session, cast.secretary, receiver.code, cast.today)
    assert [row.kind for row in file.transfers] == [TransferKind.SOLD]


def test_another_committees_office_takes_what_was_handed_to_its_family(
    session: Session, cast: Cast
) -> None:
    (giver,) = families(session, cast, "Justina")
    b = as_b(cast)
    (receiver,) = families(session, b, "Wara", municipality_code=TIQUIPAYA, community="Chapisirca")
    with pytest.raises(Invalid) as refused:
        sold(
            session,
            cast,
            giver.units[0].unit,
            receiver.producer.code,
            to_unit=receiver.units[0].unit.code,
        )
    assert [fault.code for fault in refused.value.faults] == ["receiver_elsewhere"]
    (row,) = sold(
        session, cast, giver.units[0].unit, receiver.producer.code, kind=TransferKind.INHERITED
    )
    assert row.taken_on is None
    take = TakeOverIn(transfers=[row.id], to_unit=receiver.units[0].unit.code)
    with pytest.raises(NotFound):
        producers.take_over(session, cast.secretary, cast.now, receiver.producer.code, take)
    producers.take_over(session, cast.secretary_b, cast.now, receiver.producer.code, take)
    found = unit_file(session, cast.secretary_b, receiver.units[0].unit.code, cast.today)
    assert f"{giver.units[0].unit.code}-1" in {each.code for each in found.plots}
    with pytest.raises(Invalid):  # not twice
        producers.take_over(session, cast.secretary_b, cast.now, receiver.producer.code, take)
    acts = session.exec(select(AuditEvent.action)).all()
    assert {"plot.hand_over", "plot.take_over"} <= set(acts)


def test_what_stands_on_a_sold_plot_goes_on_with_the_receiver(session: Session, cast: Cast) -> None:
    """Potatoes of this season and a quinoa of long ago: the potatoes come along, once."""
    fields = {
        "plots": [plot(), plot()],
        "crops": [
            crop("papa", 4_000, plot=0),
            crop("haba", 1_000, plot=1),
            crop("quinua", 900, plot=0, season=2020),
        ],
    }
    (giver,) = families(session, cast, "Justina", units=[unit(**fields)])
    (receiver,) = families(session, cast, "Zenón")
    there, here = giver.units[0].unit, receiver.units[0].unit
    sold(session, cast, there, receiver.producer.code, plots=[f"{there.code}-1"], to_unit=here.code)
    land = units_of(session, [receiver.producer.id], cast.today)[receiver.producer.id]
    came = session.exec(select(Plot).where(Plot.code == f"{there.code}-1")).one()
    assert [one.product for one in land[0].crops if one.plot_id == came.id] == ["papa"]
    kept = session.exec(select(Crop).where(Crop.unit_id == here.id, Crop.plot_id == came.id)).one()
    assert (kept.season, kept.area_m2) == (2026, 4_000)
    left = units_of(session, [giver.producer.id], cast.today)[giver.producer.id]
    assert [one.product for one in left[0].crops] == ["haba"]
    grown = session.exec(select(Crop.season).where(Crop.unit_id == there.id)).all()
    assert sorted(grown) == [2020, 2026, 2026]  # the giver's history stays
    sold(session, cast, here, giver.producer.code, plots=[came.code], to_unit=there.code)
    again = units_of(session, [giver.producer.id], cast.today)[giver.producer.id]
    assert sorted(one.product for one in again[0].crops) == ["haba", "papa"]


def test_who_sold_a_plot_writes_about_it_no_more(session: Session, cast: Cast) -> None:

    (giver,) = families(session, cast, "Justina")
    b = as_b(cast)
    (receiver,) = families(session, b, "Wara", municipality_code=TIQUIPAYA, community="Chapisirca")
    (row,) = sold(session, cast, giver.units[0].unit, receiver.producer.code)
    code = session.get_one(Plot, row.plot_id).code
    for actor in (cast.secretary, cast.secretary_b):
        with pytest.raises(NotFound):
            producers.correct_plot(session, actor, cast.now, code, PlotCorrection(name="Mía"))


# --- the pages -----------------------------------------------------------------------------------


def test_the_office_moves_a_family_on_a_form(stage: Stage, cast: Cast) -> None:
    with stage.database.write(cast.now) as session:
        (seal,) = granted(session, cast, "Justina", **TWO_UNITS)
        code = session.get_one(Producer, seal.producer_id).code
        stays, goes = [each.code for each in units_of_producer(session, seal.producer_id)]
        enrolment, seal_id = seal.enrolment_id, seal.id
    browser = stage.browser(cast.secretary)
    url = f"/productores/{code}/inscripciones/{enrolment}/traslado"
    page = browser.get(url)
    assert "SPG Tiquipaya" in page.text
    assert stays in page.text
    assert browser.post(url, {"units": [goes]}).status_code == 422
    wish = {"spg_id": cast.spg_b, "units": [goes], "on": "2026-06-15", "reason": "Traslado"}
    assert browser.post(url, wish).status_code == 303
    with stage.database.read() as session:
        assert session.get_one(SealGrant, seal_id).state is SealState.WITHDRAWN
        assert [row.until for row in units_of_producer(session, seal.producer_id)] == [
            cast.today,
            None,
        ]
    told = browser.get(f"/productores/{code}").text
    assert "Traslado del productor" in told
    there = stage.browser(cast.secretary_b).get(f"/productores/{code}").text
    assert "Solicitante" in there
