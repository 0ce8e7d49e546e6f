"""The files of the register: the same bytes from either database, and nobody in the public ones."""

import csv
import hashlib
import io
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, col, select

from spg_registry.committees import queries as committees
from spg_registry.committees import service as committee_service
from spg_registry.committees.models import SpgRegistration
from spg_registry.committees.schemas import RegistrationChangeIn
from spg_registry.core import clock
from spg_registry.core.db import Database
from spg_registry.core.errors import Forbidden, Invalid, Unauthenticated
from spg_registry.core.permissions import NOBODY, Actor
from spg_registry.producers.models import Enrolment, Unit
from spg_registry.register import service
from spg_registry.register.columns import Profile, TableName
from spg_registry.register.errors import TableNotFound
from spg_registry.register.tables import Extract, count_of
from spg_registry.register.writing import Format
from spg_registry.rules.months import Span
from spg_registry.rules.standing import SealEvent as Happened
from spg_registry.rules.standing import SealStanding, standing_on
from spg_registry.rules.words import RegistrationState
from spg_registry.seals import service as seals
from spg_registry.seals.models import SealEvent, SealGrant
from spg_registry.seals.public import public_seal
from spg_registry.seals.schemas import ActIn, ReasonClass, ReplaceIn
from tests.cast import PUNATA, TIQUIPAYA, Cast
from tests.register.scene import (
    BASILIA,
    COMPANY,
    FORMULA,
    GROUP,
    JUSTINA,
    PERSONAL,
    ZENON,
    grant_of,
)
from tests.seals.stories import keys

EXPECTED = Path(__file__).parent / "expected"


def told(
    database: Database,
    cast: Cast,
    table: str,
    actor: Actor | None = None,
    format_: Format = Format.CSV,
    for_people: bool = False,
    **narrow: Any,
) -> bytes:
    """A file of the control profile for an actor, or of the public one."""
    with database.read() as session:
        if actor is None:
            extract = service.public_extract(session, cast.now, table, **narrow)
        else:
            extract = service.control_extract(session, actor, cast.now, table, **narrow)
        return b"".join(service.written(session, extract, format_, for_people))


def rows(file: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.decode(), newline="")))


@pytest.mark.parametrize("format_", Format)
@pytest.mark.parametrize("table", TableName)
@pytest.mark.parametrize("profile", Profile)
def test_the_same_data_makes_the_same_bytes_on_either_database(
    played: Database, cast: Cast, profile: Profile, table: TableName, format_: Format
) -> None:
    actor = cast.control if profile is Profile.CONTROL else None
    expected = EXPECTED / f"{profile}-{table}.{format_}"
    assert told(played, cast, table, actor, format_) == expected.read_bytes()


@pytest.mark.parametrize("format_", Format)
@pytest.mark.parametrize("table", TableName)
def test_nobody_is_in_the_public_files(
    played: Database, cast: Cast, table: TableName, format_: Format
) -> None:
    text = told(played, cast, table, None, format_).decode()
    for person in PERSONAL:
        assert person not in text
    with played.read() as session:
        for grant in session.exec(select(SealGrant)):
            assert not grant.stall_name or grant.stall_name not in text
    for hidden in ("glifosato", "-17.5", "woman", "2026-05-02"):
        assert hidden not in text


def test_both_formats_say_the_same_in_their_own_types(played: Database, cast: Cast) -> None:
    (first, *_) = (
        json.loads(line)
        for line in told(played, cast, "units", cast.control, Format.JSONL).splitlines()
    )
    assert (first["area_m2"], first["lat"]) == (15_500, -17.5423)
    assert first["products"] == ["durazno", "haba", "papa"]
    spelled = rows(told(played, cast, "units", cast.control))
    assert (spelled[0]["area_m2"], spelled[0]["products"]) == ("15500", "durazno;haba;papa")
    second = json.loads(told(played, cast, "units", cast.control, Format.JSONL).splitlines()[1])
    assert (second["lat"], spelled[1]["lat"]) == (None, "")


def test_a_spreadsheet_runs_nothing_and_a_machine_reads_what_was_written(
    played: Database, cast: Cast
) -> None:
    opened = told(played, cast, "producers", for_people=True).decode()
    assert opened.startswith("\ufeffproducer_code,")
    community = [row["community"] for row in rows(opened.encode("utf-8"))]
    assert f"'{FORMULA}" in community
    machine = told(played, cast, "producers")
    assert machine.startswith(b"producer_code,")
    assert FORMULA in [row["community"] for row in rows(machine)]
    assert 'Laguna "Sulti", banda' in [row["community"] for row in rows(machine)]
    assert machine.count(b"\r\n") == 7


def test_the_digest_and_the_rows_are_those_of_the_file(played: Database, cast: Cast) -> None:
    with played.read() as session:
        extract = service.public_extract(session, cast.now, "seals")
        file = service.written(session, extract, Format.CSV)
        chunks = list(file)
        assert file.digest == hashlib.sha256(b"".join(chunks)).hexdigest()
        assert file.rows == count_of(session, extract) == 5


def test_a_large_table_leaves_in_pieces(played: Database, cast: Cast) -> None:
    from spg_registry.register.tables import chunks_of

    with played.read() as session:
        extract = service.public_extract(session, cast.now, "seals")
        assert [len(rows) for rows in chunks_of(session, extract, 2)] == [2, 2, 1]


# --- what the columns say ------------------------------------------------------------------------


def test_the_standing_of_a_seal_is_what_the_rules_make_of_its_events(
    played: Database, cast: Cast
) -> None:
    """Also on days to come, when nothing has happened but time."""
    with played.write(cast.now) as session:
        seals.replace(
            session, cast.coordinator, cast.now, keys(cast), JUSTINA, ReplaceIn(reason="x")
        )
    seen = set()
    for day in (0, 200, 363, 364, 365, 400):
        now = cast.now + timedelta(days=day)
        on = clock.local_date(now)
        with played.read() as session:
            file = b"".join(
                service.written(session, Extract(TableName.SEALS, Profile.PUBLIC, on), Format.CSV)
            )
            for row in rows(file):
                standing = _by_the_rules(session, row["public_code"], on)
                since = standing.since.isoformat() if standing.since else ""
                assert (row["standing"], row["status_since"]) == (standing.name.value, since)
                seen.add(standing.name)
    assert seen == set(SealStanding) - {SealStanding.NOT_YET_VALID}


def _by_the_rules(session: Session, code: str, on: date) -> Any:
    grant = grant_of(session, code)
    events = session.exec(select(SealEvent).where(SealEvent.grant_id == grant.id))
    happened = [Happened(event.kind, event.effective_on, event.id) for event in events]
    return standing_on(Span(grant.valid_from, grant.valid_until), happened, on)


def test_a_seal_that_has_not_begun_says_so(played: Database, cast: Cast) -> None:
    early = date(2026, 6, 13)
    with played.read() as session:
        extract = Extract(TableName.SEALS, Profile.PUBLIC, early)
        file = rows(b"".join(service.written(session, extract, Format.CSV)))
    found = {row["public_code"]: row for row in file}
    assert found[BASILIA]["standing"] == "not_yet_valid"
    assert found[BASILIA]["status_since"] == ""


def test_a_reason_is_told_while_it_counts(played: Database, cast: Cast) -> None:
    found = {row["public_code"]: row for row in rows(told(played, cast, "seals"))}
    assert found[GROUP]["reason_class"] == found[ZENON]["reason_class"] == "prohibited_input"
    assert found[COMPANY]["reason_class"] == ""
    assert found[JUSTINA]["waivers"] == "evaluator_rotation"


def test_the_area_of_a_seal_is_that_of_its_certificate(played: Database, cast: Cast) -> None:
    found = rows(told(played, cast, "seals"))
    with played.read() as session:
        for row in found:
            seal = public_seal(session, row["public_code"], clock.local_date(cast.now))
            assert seal
            assert row["scope_area_m2"] == str(seal.area_m2)


@pytest.mark.parametrize("state", [RegistrationState.SUSPENDED, RegistrationState.CANCELLED, None])
def test_an_spg_is_registered_as_its_committee_reads_it(
    played: Database, cast: Cast, state: RegistrationState | None
) -> None:
    if state is not None:
        change = RegistrationChangeIn(state=state, effective_on=cast.today, reason="Revisión")
        with played.write(cast.now) as session:
            committee_service.change_registration(
                session, cast.control, cast.now, cast.registration, change
            )
    with played.read() as session:
        until = session.get_one(SpgRegistration, cast.registration).until
    for on in (cast.today, until, until + timedelta(days=1)):
        with played.read() as session:
            extract = Extract(TableName.SPGS, Profile.PUBLIC, on)
            file = rows(b"".join(service.written(session, extract, Format.CSV)))
            for spg_id, row in ((cast.spg_b, file[0]), (cast.spg, file[1])):
                terms = committees.registrations_on(session, [spg_id], on)[spg_id]
                word, end = committees.registration_standing(terms, on)
                assert row["registration_status"] == word
                assert row["registration_until"] == (end.isoformat() if end else "")


def test_who_comes_back_stands_once_in_the_producers(played: Database, cast: Cast) -> None:
    with played.write(cast.now) as session:
        first = session.exec(select(Enrolment).order_by(col(Enrolment.id))).first()
        assert first is not None
        again = first.model_copy(update={"id": None, "code": "OTRA-VEZ"})
        first.ended_on = cast.today - timedelta(days=3)
        session.add(first)
        session.flush()
        session.add(Enrolment(**again.model_dump(exclude={"id"})))
    found = [row["producer_code"] for row in rows(told(played, cast, "producers"))]
    assert found == sorted(set(found))
    assert len(found) == 6


# --- whose rows ----------------------------------------------------------------------------------


def test_rows_can_be_asked_for_by_place_and_by_spg(played: Database, cast: Cast) -> None:
    for table in TableName:
        everything = rows(told(played, cast, table))
        here = rows(told(played, cast, table, municipality=PUNATA))
        there = rows(told(played, cast, table, municipality=TIQUIPAYA))
        assert len(here) + len(there) == len(everything)
        assert rows(told(played, cast, table, municipality="03")) == everything
        assert rows(told(played, cast, table, spg=f"SPG-{PUNATA}-1")) == here
        with played.read() as session:
            extract = service.public_extract(session, cast.now, table, PUNATA)
            assert count_of(session, extract) == len(here)


@pytest.mark.parametrize("narrow", [{"municipality": "99"}, {"municipality": "%"}, {"spg": "X"}])
def test_an_unknown_place_is_a_fault_and_not_an_empty_file(
    played: Database, cast: Cast, narrow: dict[str, str]
) -> None:
    with pytest.raises(Invalid):
        told(played, cast, "seals", **narrow)


def test_an_unknown_table_is_not_found(played: Database, cast: Cast) -> None:
    with pytest.raises(TableNotFound):
        told(played, cast, "person")
    with pytest.raises(TableNotFound):
        service.format_of("exe")


def test_a_committee_reads_its_own_rows(played: Database, cast: Cast) -> None:
    for table, own, others in (
        ("spgs", 1, 1),
        ("producers", 5, 1),
        ("units", 5, 1),
        ("seals", 5, 0),
    ):
        assert len(rows(told(played, cast, table, cast.coordinator))) == own
        assert len(rows(told(played, cast, table, cast.secretary_b))) == others


def test_a_committee_that_a_family_left_reads_its_units_no_more(
    played: Database, cast: Cast
) -> None:
    def seen(actor: Actor) -> list[str]:
        return [row["unit_code"] for row in rows(told(played, cast, "units", actor))]

    with played.write(cast.now) as session:
        enrolled = session.exec(select(Enrolment).order_by(col(Enrolment.id))).first()
        assert enrolled is not None
        unit = session.exec(select(Unit.code).where(Unit.producer_id == enrolled.producer_id)).one()
        enrolled.ended_on = cast.today
    assert unit in seen(cast.coordinator)  # nobody else has it: the last one keeps reading
    assert unit not in seen(cast.coordinator_b)
    with played.write(cast.now) as session:
        moved = enrolled.model_dump(exclude={"id", "ended_on"}) | {"spg_id": cast.spg_b}
        session.add(Enrolment(**moved))
    assert unit not in seen(cast.coordinator)
    assert unit in seen(cast.coordinator_b)
    with played.read() as session:
        mine = service.control_extract(session, cast.coordinator, cast.now, "units")
        assert count_of(session, mine) == 4


@pytest.mark.parametrize("who", ["member", "evaluator", "cnape", "administrator"])
def test_the_control_profile_is_not_for_everybody(played: Database, cast: Cast, who: str) -> None:
    with pytest.raises(Forbidden):
        told(played, cast, "seals", getattr(cast, who))


def test_nobody_is_asked_who_they_are(played: Database, cast: Cast) -> None:
    with pytest.raises(Unauthenticated):
        told(played, cast, "seals", NOBODY)


def test_a_program_has_no_committee_of_its_own(played: Database, cast: Cast) -> None:
    program = Actor(kind="client", id=7, label="x", scopes=frozenset({"register:own"}))
    with pytest.raises(Forbidden):
        told(played, cast, "seals", program)


def test_a_suspension_shows_in_the_next_file(played: Database, cast: Cast) -> None:
    act = ActIn(reason_class=ReasonClass.OTHER, reason="x", right_of_reply="y")
    with played.write(cast.now) as session:
        seals.suspend(session, cast.control, cast.now, BASILIA, act)
    found = {row["public_code"]: row["standing"] for row in rows(told(played, cast, "seals"))}
    assert found[BASILIA] == "suspended"
