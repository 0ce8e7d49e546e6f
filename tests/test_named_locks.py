"""Locks of the database: one number, one meaning."""

import threading

from sqlalchemy import text

from spg_registry.core.db import Database, lock_all_writers
from spg_registry.core.locks import Lock, lock_upon


def test_a_lock_upon_one_thing_is_no_other_things() -> None:
    numbers = {lock_upon(*names) for names in (("a", "bc"), ("ab", "c"), ("abc",), ("a",))}
    assert len(numbers) == 4
    assert all(0 <= number < 2**63 for number in numbers)
    assert lock_upon("a", "bc") in numbers


def test_who_holds_a_lock_keeps_others_of_the_same_name_waiting(database: Database) -> None:
    """On SQLite, any other writer."""
    order: list[str] = []
    waiting = threading.Event()

    def second() -> None:
        waiting.set()
        with database.write() as session:
            lock_all_writers(session, Lock.SPG_CODES)
            order.append("second")

    thread = threading.Thread(target=second)
    with database.write() as session:
        lock_all_writers(session, Lock.SPG_CODES)
        if database.dialect == "postgresql":
            lock_all_writers(session, Lock.GRANTING)
            held = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted")
            assert session.connection().execute(held).scalar_one() == 2
        thread.start()
        waiting.wait()
        thread.join(0.2)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]
