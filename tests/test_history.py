"""Row images: in order, without a gap, whole or not at all."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import Session, select

from spg_registry.core.db import Database
from spg_registry.core.history import Change, effective
from spg_registry.people.models import Person

NOW = datetime(2026, 6, 15, 3, tzinfo=UTC)  # still 14 June in Bolivia


def changes(database: Database) -> list[Change]:
    with database.read() as session:
        return list(session.exec(select(Change).order_by(Change.sequence)))  # type: ignore[arg-type]


def test_a_write_leaves_an_image_without_the_personal_columns(database: Database) -> None:
    with database.write(NOW) as session:
        session.add(Person(names="Rosa", surnames="Mamani", sex="woman", ci="123", phone="7"))
    [change] = changes(database)
    assert (change.sequence, change.kind, change.table_name) == (1, "insert", "person")
    assert change.recorded_at == NOW
    assert change.effective_on == date(2026, 6, 14)
    assert change.row == {"id": 1, "sex": "woman", "merged_into_id": None}


def test_several_changes_of_a_row_in_one_transaction_leave_its_last_state(
    database: Database,
) -> None:
    with database.write(NOW) as session:
        person = Person(names="Rosa", surnames="Mamani", sex="woman")
        session.add(person)
        session.flush()
        person.sex = "other"
    [change] = changes(database)
    assert (change.kind, change.row["sex"]) == ("insert", "other")


def test_a_later_change_is_an_update_effective_when_it_says(database: Database) -> None:
    with database.write(NOW) as session:
        session.add(Person(names="Rosa", surnames="Mamani"))
    with database.write(NOW) as session:
        effective(session, date(2026, 1, 31))
        session.exec(select(Person)).one().sex = "man"
    assert [change.kind for change in changes(database)] == ["insert", "update"]
    assert changes(database)[1].effective_on == date(2026, 1, 31)


def test_what_is_rolled_back_leaves_no_image_and_no_gap(database: Database) -> None:
    def cut_short() -> None:
        with database.write(NOW) as session:
            session.add(Person(names="Nadie", surnames="Nunca"))
            session.flush()
            raise RuntimeError("cut")

    with pytest.raises(RuntimeError, match="cut"):
        cut_short()
    with database.write(NOW) as session:
        session.add(Person(names="Rosa", surnames="Mamani"))
    assert [change.sequence for change in changes(database)] == [1]


def test_what_is_recorded_cannot_be_deleted(database: Database) -> None:
    with database.write(NOW) as session:
        session.add(Person(names="Rosa", surnames="Mamani"))
    with pytest.raises(TypeError, match="must not be deleted"), database.write(NOW) as session:
        session.delete(session.exec(select(Person)).one())
    assert len(changes(database)) == 1


def test_writers_at_the_same_time_leave_no_gap_and_no_double(database: Database) -> None:
    def write(name: str) -> None:
        for number in range(10):
            with database.write(NOW) as session:
                session.add(Person(names=name, surnames=str(number)))

    threads = [threading.Thread(target=write, args=(f"Hilo {n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [change.sequence for change in changes(database)] == list(range(1, 41))


def test_who_begins_first_and_commits_last_is_not_recorded_earlier(database: Database) -> None:
    """*Known at* turns a moment into a sequence number, so the two must rise together."""
    begun = threading.Event()
    committed = threading.Event()
    early, late = NOW, NOW + timedelta(minutes=5)

    def slow() -> None:
        with database.open(writes=True, now=early) as session:
            begun.set()
            committed.wait(10)
            session.add(Person(names="Lenta", surnames="Mamani"))
            session.commit()

    thread = threading.Thread(target=slow)
    thread.start()
    begun.wait(10)
    with database.open(writes=True, now=late) as session:
        session.add(Person(names="Rápida", surnames="Mamani"))
        session.commit()
    committed.set()
    thread.join()
    assert [(change.sequence, change.recorded_at) for change in changes(database)] == [
        (1, late),
        (2, late),
    ]


def test_a_read_session_never_commits(database: Database) -> None:
    with database.read() as session:
        assert isinstance(session, Session)
        session.add(Person(names="Rosa", surnames="Mamani"))
    assert changes(database) == []
