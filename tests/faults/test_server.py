"""A real server: killed while it answers, asked twice at once, asked by sixteen at once."""

import random
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest

from spg_registry.core.db import Database
from spg_registry.core.keys import Keyring, open_keyring
from spg_registry.rounds.schemas import VisitSave
from tests.cast import PASSWORD, Cast
from tests.faults.actas import country, waiting
from tests.faults.conftest import FAMILIES
from tests.faults.test_kills import await_silence
from tests.faults.wholeness import complaints, is_closed
from tests.rounds.stories import full, one_visit
from tests.serving import serving

CLOCK_STANDS = "tests.faults.served:app"
WRITERS = 16

Act = Callable[[], httpx2.Response]


@dataclass(frozen=True)
class Crowded:
    """A server of two processes, so that no lock inside one of them is the answer."""

    url: str
    database: Database
    ring: Keyring
    visit: VisitSave
    """A form as two evaluators opened it."""
    committees: list[Cast]
    actas: list[list[int]]
    """Waiting in each of these committees."""


@pytest.fixture(scope="module")
def crowded(
    databases: Any,
    full_table: tuple[str, list[int]],
    staged: tuple[str, Cast],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Crowded]:
    cast, place = staged[1], tmp_path_factory.mktemp("crowded")
    ring = open_keyring(place / "data")
    ring.ensure(cast.now)
    address = databases.copy(full_table[0])
    database = Database(address, pool_size=1)
    with database.write(cast.now) as session:
        (form,) = full(session, [one_visit(session, cast)])
        committees = country(session, cast, WRITERS)
        actas = [waiting(session, own, 2, 3) for own in committees]
    with serving(place, address, workers=2, app=CLOCK_STANDS) as server:
        yield Crowded(server.url, database, ring, form, committees, actas)
    database.dispose()
    databases.drop(address)


def signed_in(url: str, username: str) -> httpx2.Client:
    """A user's script: the password grant, then the token with every request."""
    client = httpx2.Client(base_url=url, timeout=60)
    form = {"grant_type": "password", "username": username, "password": PASSWORD}
    answer = client.post("/api/v1/token", data=form)
    assert answer.status_code == 200, answer.text
    client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    return client


def at_once(acts: Iterable[Act]) -> list[httpx2.Response]:
    """All begin in the same moment; their answers in the acts' order."""
    todo = list(acts)
    gate = threading.Barrier(len(todo))

    def begin(act: Act) -> httpx2.Response:
        gate.wait()
        return act()

    with ThreadPoolExecutor(len(todo)) as crowd:
        return list(crowd.map(begin, todo))


def closing(client: httpx2.Client, meeting_id: int, **headers: str) -> Act:
    return partial(client.post, f"/api/v1/meetings/{meeting_id}/closing", headers=headers)


def codes(answers: Iterable[httpx2.Response]) -> list[str]:
    return [seal["code"] for answer in answers for seal in answer.json()["granted"]]


def test_a_server_that_is_killed_kept_every_promise(
    fresh: Callable[[], str],
    meetings: list[int],
    staged: tuple[str, Cast],
    tmp_path: Path,
    repetitions: Callable[[int, int], int],
) -> None:
    cast, address = staged[1], fresh()
    ring = open_keyring(tmp_path / "data")
    ring.ensure(cast.now)
    left, promised = list(meetings), []
    for _ in range(repetitions(2, 8)):
        with serving(tmp_path, address, app=CLOCK_STANDS) as server:
            client = signed_in(server.url, cast.username(cast.secretary))
            killer = threading.Timer(random.uniform(0.05, 0.4), server.process.kill)
            killer.start()
            try:
                for meeting_id in left:
                    answer = closing(client, meeting_id)()
                    assert answer.status_code == 201, answer.text
                    promised += codes([answer])
            except httpx2.TransportError:
                pass
            killer.join()
        database = Database(address, pool_size=1)
        await_silence(database)
        assert complaints(database, ring, promised) == []
        left = [meeting for meeting in left if not is_closed(database, meeting)]
        database.dispose()


def test_a_double_click_closes_once(
    crowded: Crowded, meetings: list[int], staged: tuple[str, Cast]
) -> None:
    username = staged[1].username(staged[1].secretary)
    clients = [signed_in(crowded.url, username) for _ in range(4)]
    plain = at_once(closing(client, meetings[0]) for client in clients)
    same = {"Idempotency-Key": "one and the same click"}
    keyed = at_once(closing(client, meetings[1], **same) for client in clients)

    assert sorted(answer.status_code for answer in plain) == [201, 409, 409, 409]
    late = {answer.json()["code"] for answer in plain if answer.status_code == 409}
    assert late == {"meeting_closed"}
    assert [answer.status_code for answer in keyed] == [201] * 4
    assert all(answer.json() == keyed[0].json() for answer in keyed)
    promised = codes([*(answer for answer in plain if answer.status_code == 201), keyed[0]])
    assert len(promised) == 2 * FAMILIES
    assert complaints(crowded.database, crowded.ring, promised) == []


def test_the_second_of_two_who_save_a_visit_hears_it(
    crowded: Crowded, staged: tuple[str, Cast]
) -> None:
    cast = staged[1]
    names = (cast.username(cast.evaluator), cast.username(cast.evaluator_two))
    clients = [signed_in(crowded.url, name) for name in names]
    form = crowded.visit.model_dump(mode="json", exclude={"visit_id"})
    path = f"/api/v1/visits/{crowded.visit.visit_id}"
    answers = at_once(
        partial(client.put, path, json=form | {"statement": name})
        for client, name in zip(clients, names, strict=True)
    )

    assert sorted(answer.status_code for answer in answers) == [200, 409]
    won = next(answer for answer in answers if answer.status_code == 200)
    lost = next(answer for answer in answers if answer.status_code == 409)
    assert lost.json()["code"] == "stale"
    assert clients[0].get(path).json() == won.json()
    assert complaints(crowded.database, crowded.ring) == []


def test_sixteen_committees_grant_at_once_and_none_fails(crowded: Crowded) -> None:
    clients = [signed_in(crowded.url, own.username(own.secretary)) for own in crowded.committees]
    answers = [
        answer
        for turn in range(2)
        for answer in at_once(
            closing(client, own[turn]) for client, own in zip(clients, crowded.actas, strict=True)
        )
    ]
    assert [answer.status_code for answer in answers] == [201] * 2 * WRITERS
    assert len(set(codes(answers))) == 2 * WRITERS * 3
    assert complaints(crowded.database, crowded.ring, codes(answers)) == []
