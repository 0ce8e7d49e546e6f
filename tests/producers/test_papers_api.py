"""Photos and papers of a producer over JSON: the same checks and the same readers as the pages."""

from io import BytesIO
from typing import Any

import httpx2
import pytest
from PIL import Image
from sqlmodel import select

from spg_registry.core.attachments import Attachment
from spg_registry.core.permissions import Actor
from tests.cast import Stage
from tests.rounds.stories import families

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture
def home(stage: Stage) -> str:
    with stage.database.write(stage.cast.now) as session:
        (row,) = families(session, stage.cast, "Justina")
        return f"/api/v1/producers/{row.producer.code}/papers"


def picture() -> BytesIO:
    told = Image.Exif()
    told[0x010E] = "Capilla, junto al pozo"
    out = BytesIO()
    Image.new("RGB", (600, 400), "green").save(out, "JPEG", exif=told)
    out.seek(0)
    return out


def sent(
    stage: Stage, home: str, actor: Actor, kind: str, *files: Any, **more: str
) -> httpx2.Response:
    wanted = [("files", file) for file in files]
    headers = stage.headers(actor) | more
    return stage.client.post(home, data={"kind": kind}, files=wanted, headers=headers)


def test_a_program_adds_a_photo_that_everybody_who_sees_the_producer_sees(
    stage: Stage, home: str
) -> None:
    cast = stage.cast
    answer = sent(stage, home, cast.secretary, "photo", ("a.jpg", picture(), "image/jpeg"))
    assert answer.status_code == 201
    (paper,) = answer.json()
    assert (paper["kind"], paper["is_photo"]) == ("photo", True)
    shown = stage.client.get(f"{home}/{paper['id']}", headers=stage.headers(cast.cnape))
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/jpeg")
    assert b"pozo" not in shown.content


def test_a_scanned_pledge_is_for_who_may_see_identities(stage: Stage, home: str) -> None:
    cast = stage.cast
    scan = ("carta.pdf", BytesIO(PDF), "application/pdf")
    (paper,) = sent(stage, home, cast.secretary, "pledge", scan).json()
    place = f"{home}/{paper['id']}"
    for actor, told in ((cast.control, 200), (cast.cnape, 404), (cast.coordinator_b, 404)):
        assert stage.client.get(place, headers=stage.headers(actor)).status_code == told
    assert stage.client.get(home, headers=stage.headers(cast.cnape)).json() == []
    office = stage.headers(cast.secretary)
    gone = stage.client.post(f"{place}/withdrawal", json={"reason": "Otra casa"}, headers=office)
    assert (gone.status_code, gone.json()["withdrawn_reason"]) == (200, "Otra casa")
    assert stage.client.get(place, headers=stage.headers(cast.control)).status_code == 404


def test_what_is_no_paper_writes_nothing(stage: Stage, home: str) -> None:
    cast = stage.cast
    strange = ("virus.exe", BytesIO(b"MZ" + b"0" * 100), "application/pdf")
    refused = sent(stage, home, cast.secretary, "other", strange)
    assert (refused.status_code, refused.json()["faults"][0]["code"]) == (422, "not_a_paper")
    as_photo = sent(stage, home, cast.secretary, "photo", ("a.pdf", BytesIO(PDF), "image/jpeg"))
    assert as_photo.json()["faults"][0]["code"] == "not_a_photo"
    with stage.database.read() as session:
        assert session.exec(select(Attachment)).all() == []


def test_only_the_own_office_adds_and_a_repeated_request_adds_once(stage: Stage, home: str) -> None:
    cast = stage.cast
    for actor, told in ((cast.coordinator_b, 404), (cast.member, 403)):
        answer = sent(stage, home, actor, "photo", ("a.jpg", picture(), "image/jpeg"))
        assert answer.status_code == told
    assert stage.client.post(home, data={"kind": "photo"}).status_code == 401
    key = {"Idempotency-Key": "foto-de-la-chacra"}
    first, again = (
        sent(stage, home, cast.secretary, "photo", ("a.jpg", picture(), "image/jpeg"), **key)
        for _ in range(2)
    )
    assert (first.status_code, again.json()) == (201, first.json())
    listed = stage.client.get(home, headers=stage.headers(cast.secretary)).json()
    assert len(listed) == 1
