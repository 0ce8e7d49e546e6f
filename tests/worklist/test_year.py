"""What a year brings besides its rounds: each is told on the home page, one click from its act."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import event
from sqlmodel import Session, select

from spg_registry.committees import service as committees
from spg_registry.committees.schemas import InviteIn
from spg_registry.core import clock
from spg_registry.core.permissions import Actor, Role
from spg_registry.people import links
from spg_registry.people.passwords import Hashed, hash_password
from spg_registry.producers import service as producers
from spg_registry.producers.models import Unit
from spg_registry.producers.schemas import EnrolmentIn, LastInputIn, PlotCorrection
from spg_registry.rounds import service as rounds
from spg_registry.rules.words import LastInput
from spg_registry.seals.models import SealGrant
from spg_registry.worklist.matters import Look, Matter, Urgency
from spg_registry.worklist.queries import work_of
from tests.cast import Cast, Stage
from tests.rounds.stories import families, opened
from tests.seals.stories import granted, on_day


def waiting(session: Session, actor: Actor, on: date, **part: Any) -> dict[str, Matter]:
    return {one.code: one for one in work_of(Look(session, actor, on, **part))}


def corrected(session: Session, cast: Cast, seal: SealGrant) -> None:
    unit = session.exec(select(Unit).where(Unit.producer_id == seal.producer_id)).one()
    word = LastInputIn(
        last_input=LastInput.DATE, last_input_on=date(2026, 3, 1), reason="Boleta de compra"
    )
    producers.declare_last_input(session, cast.secretary, cast.now, f"{unit.code}-1", word)


# --- newcomers -----------------------------------------------------------------------------------


def test_who_came_after_the_round_began_waits_for_an_extraordinary_one(
    session: Session, cast: Cast
) -> None:
    assert "newcomers" not in waiting(session, cast.coordinator, cast.today)
    opened(session, cast)
    first, second = families(session, cast, "Justina", "Basilia")
    (there,) = waiting(session, cast.coordinator, cast.today)["newcomers"].rows
    assert (there.kind, there.key, there.many) == ("newcomers", str(cast.spg), 2)
    assert "newcomers" not in waiting(session, cast.coordinator_b, cast.today)
    other = opened(session, cast, name="Extraordinaria", kind="newcomers")
    rounds.add_units(session, cast.coordinator, cast.now, other.id, [first.units[0].unit.id])
    assert waiting(session, cast.coordinator, cast.today)["newcomers"].count == 1
    rounds.add_units(session, cast.coordinator, cast.now, other.id, [second.units[0].unit.id])
    assert "newcomers" not in waiting(session, cast.coordinator, cast.today)


def test_who_was_there_before_the_round_is_no_newcomer(session: Session, cast: Cast) -> None:
    families(session, cast, "Justina", enrolment=EnrolmentIn(enrolled_on=date(2026, 5, 11)))
    opened(session, cast, period_from=date(2026, 6, 1))
    assert "newcomers" not in waiting(session, cast.coordinator, cast.today)


# --- wrong entries found late --------------------------------------------------------------------


def test_a_seal_that_would_not_pass_today_waits_until_it_is_on_an_agenda(
    session: Session, cast: Cast
) -> None:
    first, _second = granted(session, cast, "Justina", "Zenón")
    then = on_day(cast, date(2026, 7, 20))
    assert "seals_in_doubt" not in waiting(session, then.coordinator, then.today)
    corrected(session, then, first)
    found = waiting(session, then.secretary, then.today)["seals_in_doubt"]
    assert [(row.key, row.kind) for row in found.rows] == [(first.code, "seal_agenda")]
    assert (found.late, found.rows[0].day) == (1, then.today)
    assert "seals_in_doubt" not in waiting(session, then.coordinator_b, then.today)
    assert "seals_in_doubt" not in waiting(session, then.member, then.today)


def test_a_seal_that_would_still_pass_waits_for_who_looks_at_it(
    session: Session, cast: Cast
) -> None:
    (seal,) = granted(session, cast, "Justina")
    then = on_day(cast, date(2026, 7, 20))
    unit = session.exec(select(Unit).where(Unit.producer_id == seal.producer_id)).one()
    word = PlotCorrection(area_m2=9_000)
    producers.correct_plot(session, then.secretary, then.now, f"{unit.code}-1", word)
    found = waiting(session, then.coordinator, then.today)["seals_in_doubt"]
    assert (found.urgency, found.rows[0].kind) == (Urgency.TODO, "seal_correct")
    assert waiting(session, then.secretary, then.today)["seals_in_doubt"].rows[0].kind == "seal"


# --- invitations ---------------------------------------------------------------------------------


def invited(session: Session, cast: Cast) -> str:
    wish = InviteIn(username="casilda", label="Casilda Nina", role=Role.MEMBER)
    _, token = committees.invite_by_link(session, cast.coordinator, cast.now, cast.committee, wish)
    return token


def test_an_invitation_waits_until_its_password_is_set(session: Session, cast: Cast) -> None:
    token = invited(session, cast)
    (row,) = waiting(session, cast.coordinator, cast.today)["invitations"].rows
    assert (row.name, row.about, row.urgency) == ("Casilda Nina", "casilda", Urgency.TODO)
    assert row.day == cast.today + timedelta(days=7)
    assert waiting(session, cast.administrator, cast.today)["invitations"].count == 1
    assert "invitations" not in waiting(session, cast.coordinator_b, cast.today)
    late = waiting(session, cast.coordinator, cast.today + timedelta(days=8))["invitations"]
    assert late.late == 1
    links.use_link(session, cast.now, token, Hashed(hash_password("otra clave larga")))
    assert "invitations" not in waiting(session, cast.coordinator, cast.today)


# --- on the page ---------------------------------------------------------------------------------


def acts(page: str) -> list[str]:
    return [href.replace("&amp;", "&") for href in re.findall(r'class="act" href="([^"]+)"', page)]


def test_each_of_them_is_one_click_from_its_act(
    stage: Stage, clock_at: Callable[[datetime], None]
) -> None:
    with stage.database.write(stage.cast.now) as session:
        (seal,) = granted(session, stage.cast, "Justina")
        code = seal.code
        then = on_day(stage.cast, date(2026, 7, 20))
        corrected(session, then, seal)
        families(session, then, "Nueva")
        invited(session, then)
    clock_at(then.now)
    browser = Stage(stage.database, replace(stage.cast, now=then.now)).browser(then.coordinator)
    found = acts(browser.get("/inicio").text)
    for href in (
        f"/sellos/{code}/orden-del-dia",
        f"/rondas/abrir?spg={then.spg}&tipo=newcomers",
    ):
        assert href in found
        assert browser.get(href).status_code == 200
    (link,) = [href for href in found if href.startswith("/usuarios#")]
    assert f'id="{link.partition("#")[2]}"' in browser.get("/usuarios").text


def test_all_seals_that_end_go_into_one_round_at_once(
    stage: Stage, clock_at: Callable[[datetime], None]
) -> None:
    with stage.database.write(stage.cast.now) as session:
        first, _ = granted(session, stage.cast, "Justina", "Basilia")
        families(session, stage.cast, "Nunca")
    soon = clock.midday(first.valid_until - timedelta(days=20))
    clock_at(soon)
    browser = Stage(stage.database, replace(stage.cast, now=soon)).browser(stage.cast.coordinator)
    assert 'href="/rondas/abrir?renovar=1"' in browser.get("/inicio").text
    assert 'href="/rondas/abrir?renovar=1"' in browser.get("/sellos/renovar").text
    page = browser.get("/rondas/abrir?renovar=1").text
    assert len(re.findall(r'name="units" value="[\d-]+" checked', page)) == 2
    assert re.search(r'name="communities" value="\d+" checked', page)
    assert "Nunca" not in page


# --- what it costs -------------------------------------------------------------------------------


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    asked: list[str] = []

    def note(*args: Any) -> None:
        asked.append(args[2])

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_the_list_asks_no_more_when_the_office_has_more_to_do(session: Session, cast: Cast) -> None:
    granted(session, cast, "Justina")
    families(session, cast, "Primera")
    then = on_day(cast, date(2026, 7, 20))
    with counted(session) as few:
        waiting(session, then.coordinator, then.today)
    granted(session, then, *(f"Familia {letter}" for letter in "ABCDE"))
    families(session, then, *(f"Nueva {letter}" for letter in "ABCDE"))
    with counted(session) as many:
        found = waiting(session, then.coordinator, then.today)
    assert found["seals_unacknowledged"].count == 6
    assert len(many) == len(few)
    assert len(many) < 40
