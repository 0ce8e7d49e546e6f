"""The work that is killed: a process that closes one acta after another and tells of each."""

import time
from multiprocessing.connection import Connection
from pathlib import Path

from spg_registry.core import clock
from spg_registry.core.db import Database
from spg_registry.core.keys import open_keyring
from spg_registry.seals.service import close_and_grant
from tests.cast import Cast


def close_one_after_another(
    told: Connection, database_url: str, data_dir: Path, cast: Cast, meeting_ids: list[int]
) -> None:
    """Tells `(id, None, when)` when it begins with an acta and `(id, codes, when)` once it is
    committed: what a client would have been told.

    A rehearsal comes first and is undone: a process's first act takes ten times as long as the
    others, and most kills would fall into that.
    """
    ring = open_keyring(data_dir)
    database = Database(database_url, pool_size=1)
    with clock.standing_at(cast.now):
        with database.open(writes=True, now=cast.now) as session:
            close_and_grant(session, cast.secretary, cast.now, ring, meeting_ids[0])
        for meeting_id in meeting_ids:
            told.send((meeting_id, None, time.monotonic()))
            with database.write(cast.now) as session:
                closing = close_and_grant(session, cast.secretary, cast.now, ring, meeting_id)
                codes = [grant.code for grant in closing.granted]
            told.send((meeting_id, codes, time.monotonic()))
