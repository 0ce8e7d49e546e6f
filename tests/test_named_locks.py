"""Locks of the database: one number, one meaning."""

import re
import threading
from pathlib import Path

from sqlalchemy import text

from spg_registry.core.db import Database, lock_all_writers
from spg_registry.core.locks import Lock

PROJECT = Path(__file__).parent.parent


def test_no_lock_has_a_number_of_its_own() -> None:
    for place in ("spg_registry", "api", "migrations"):
        for file in (PROJECT / place).rglob("*.py"):
            if file.name != "locks.py":
                assert not re.search(r"0x5B6|_LOCK\b.*= *(0x|\d)", file.read_text()), file


def test_each_lock_says_what_it_is_for() -> None:
    source = (PROJECT / "spg_registry" / "core" / "locks.py").read_text()
    for lock in Lock:
        assert re.search(rf'{lock.name} = \w+\n    """\w', source), lock.name


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
