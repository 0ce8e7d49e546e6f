"""A family chooses its PIN with a slip, enters its own file, and gives its word by itself."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pypdfium2 as pdfium
import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select

from spg_registry.core import codes
from spg_registry.core.audit import AuditEvent
from spg_registry.core.config import settings
from spg_registry.core.errors import Forbidden
from spg_registry.core.keys import open_keyring
from spg_registry.producers.errors import ProducerNotFound
from spg_registry.producers.models import Producer
from spg_registry.producers.schemas import MergeIn
from spg_registry.rounds import service as rounds
from spg_registry.rounds.models import Visit
from spg_registry.rounds.schemas import CloseIn, FindingIn
from spg_registry.rules.words import FindingClass
from spg_registry.seals import own_door, service
from spg_registry.seals.models import (
    ProducerPin,
    ProducerSession,
    ProducerSlip,
    SealEvent,
    SealGrant,
)
from spg_registry.seals.own_door import pin_fault
from spg_registry.seals.schemas import ActIn, ReasonClass
from tests.cast import Stage
from tests.rounds.stories import families
from tests.seals.stories import granted

PIN = "4071"


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


@dataclass
class Phone:
    """The family's own browser, in which nobody of the office is signed in."""

    client: TestClient

    def get(self, url: str) -> Any:
        return self.client.get(url)

    def post(self, url: str, **data: str) -> Any:
        page = self.client.get("/mi-sello").text
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert token
        return self.client.post(url, data={"csrf_token": token[1]} | data)

    def enter(self, code: str, pin: str = PIN) -> Any:
        return self.post("/mi-sello", codigo=code, pin=pin)

    def choose(self, code: str, slip: str, pin: str = PIN, again: str = "") -> Any:
        fields = {"codigo": code, "talon": slip, "pin": pin, "otra_vez": again or pin}
        return self.post("/mi-sello/pin", **fields)


@pytest.fixture
def phone(stage: Stage) -> Phone:
    return Phone(stage._client())


@pytest.fixture
def seals(stage: Stage) -> list[SealGrant]:
    open_keyring(settings().data_dir).ensure(stage.cast.now)
    with stage.database.write(stage.cast.now) as session:
        return granted(session, stage.cast, "Justina", "Basilia")


def producer(stage: Stage, seal: SealGrant) -> Producer:
    with stage.database.read() as session:
        return session.get_one(Producer, seal.producer_id)


def slip_for(stage: Stage, seal: SealGrant, now: datetime | None = None) -> str:
    moment = now or stage.cast.now
    with stage.database.write(moment) as session:
        (slip,) = own_door.issue_slips(session, stage.cast.secretary, moment, [seal.producer_id])
    return slip.code


def test_the_office_prints_a_slip_that_is_nowhere_else(
    stage: Stage, seals: list[SealGrant]
) -> None:
    family = producer(stage, seals[0])
    coordinator = stage.browser(stage.cast.coordinator)
    assert "Talón para el PIN" in coordinator.get(f"/productores/{family.code}").text
    assert coordinator.get(f"/productores/{family.code}/talon").status_code == 200
    answer = coordinator.post(f"/productores/{family.code}/talon")
    assert answer.headers["content-type"] == "application/pdf"
    (page,) = [p.get_textpage().get_text_range() for p in pdfium.PdfDocument(answer.content)]
    printed = re.search(r"\b([0-9A-Z]{5}-[0-9A-Z]{5})\b", page)
    assert printed
    code = codes.parse(printed[1])
    assert family.display_name in page
    with stage.database.read() as session:
        (row,) = session.exec(select(ProducerSlip))
        assert code not in row.model_dump_json()
        (entry,) = session.exec(select(AuditEvent).where(AuditEvent.action == "slip.issue"))
        assert code not in entry.model_dump_json()
    certificate = coordinator.get(f"/s/{seals[0].code}/certificado.pdf").content
    said = pdfium.PdfDocument(certificate)[0].get_textpage().get_text_range()
    assert "PIN" not in said
    assert "Clave" not in said


def test_slips_of_a_meeting_are_a_page_each(stage: Stage, seals: list[SealGrant]) -> None:
    secretary = stage.browser(stage.cast.secretary)
    here = f"/sellos/talones?comunidad={seals[0].community_id}"
    page = secretary.get(here).text
    ticked = re.findall(r'name="solo" value="(\w+)" checked', page)
    assert len(ticked) == 2
    assert len(pdfium.PdfDocument(secretary.post(here, {"solo": ticked}).content)) == 2
    nobody = secretary.post(here, {})
    assert nobody.status_code == 422
    assert 'href="#f-solo"' in nobody.text


def test_a_family_chooses_its_pin_and_says_that_it_knows(
    stage: Stage, seals: list[SealGrant], phone: Phone
) -> None:
    seal = seals[0]
    slip = slip_for(stage, seal)
    assert phone.get("/MI-SELLO").headers["location"] == "/mi-sello/pin"
    typed = codes.display(slip).lower()
    answer = phone.choose(codes.display(seal.code), typed)
    assert (answer.status_code, answer.headers["location"]) == (303, "/mi-sello")
    page = phone.get("/mi-sello").text
    for fact in ("Justina", "Papa", "14/06/2026 – 13/06/2027", "Acta", "Sin hallazgos", "apelar"):
        assert fact in plain(page), fact
    assert "Conozco este sello" in page
    assert "Basilia" not in page
    noted = phone.post("/mi-sello/conformidad", sello=seal.code)
    assert noted.status_code == 303
    assert phone.post("/mi-sello/conformidad", sello=seal.code).status_code == 303, "pressed twice"
    with stage.database.read() as session:
        assert session.get_one(SealGrant, seal.id).acknowledged_on == stage.cast.today
        events = session.exec(select(SealEvent).where(SealEvent.grant_id == seal.id))
        (last,) = [event for event in events if event.kind.value == "acknowledged"]
        assert (last.how, last.by_user) == ("self", None)
        entry = session.exec(
            select(AuditEvent).where(AuditEvent.action == "seal.acknowledge")
        ).one()
        assert entry.actor_label == producer(stage, seal).code
    office = stage.browser(stage.cast.secretary).get(f"/sellos/{seal.code}").text
    assert "Por la familia misma, con código y PIN" in plain(office)
    assert phone.post("/mi-sello/salir").status_code == 303
    assert "Tengo un talón" in phone.get("/mi-sello").text


def test_the_evaluation_is_confirmed_the_same_way(
    stage: Stage, seals: list[SealGrant], phone: Phone
) -> None:
    with stage.database.write(stage.cast.now) as session:
        visit = session.exec(select(Visit).where(Visit.producer_id == seals[0].producer_id)).one()
        visit.acknowledged_on, visit.acknowledged_how = None, None
        session.add(visit)
    phone.choose(seals[0].code, slip_for(stage, seals[0]))
    assert "Conozco esta evaluación" in phone.get("/mi-sello").text
    phone.post("/mi-sello/conformidad", visita=str(visit.id))
    again = phone.post("/mi-sello/conformidad", visita=str(visit.id))
    assert again.status_code == 303, "pressed twice"
    with stage.database.read() as session:
        told = session.get_one(Visit, visit.id)
        assert told.acknowledged_on == stage.cast.today
        assert told.acknowledged_how is not None
        assert told.acknowledged_how.value == "self"


def made_one(stage: Stage, seal: SealGrant) -> Producer:
    """The family was typed in once more, and the new code is the one that stays."""
    with stage.database.write(stage.cast.now) as session:
        old = session.get_one(Producer, seal.producer_id)
        (again,) = families(session, stage.cast, "Justina")
        word = MergeIn(other=old.code, reason="Es la misma familia")
        service.merge(session, stage.cast.secretary, stage.cast.now, again.producer.code, word)
        return again.producer


def test_a_family_registered_twice_has_one_file_under_every_code(
    stage: Stage, seals: list[SealGrant], phone: Phone
) -> None:
    """Its land had a seal, a visit and a finding under the code that was given up."""
    seal, cast = seals[0], stage.cast
    with stage.database.write(cast.now) as session:
        visit = session.exec(select(Visit).where(Visit.producer_id == seal.producer_id)).one()
        visit.acknowledged_on, visit.acknowledged_how = None, None
        session.add(visit)
        session.flush()
        finding = FindingIn(
            visit_id=visit.id,
            grade=FindingClass.MINOR,
            description="Sin barrera viva",
            measure="Plantar una",
            due_on=cast.today + timedelta(days=30),
        )
        (row,) = rounds.record_findings(session, cast.evaluator, cast.now, [finding])
        rounds.start_correction(session, cast.secretary, cast.now, row.id)
        closing = CloseIn(finding_id=row.id, closed_on=cast.today, evidence="Se la vio")
        rounds.close_findings(session, cast.secretary, cast.now, [closing])
    kept = made_one(stage, seal)
    with stage.database.write(cast.now) as session:
        (slip,) = own_door.issue_slips(session, cast.secretary, cast.now, [kept.id])
    phone.choose(seal.code, slip.code)
    page = plain(phone.get("/mi-sello").text)
    for told in (kept.code, codes.display(seal.code), "Sin barrera viva", "Acta"):
        assert told in page, told
    assert phone.post("/mi-sello/conformidad", sello=seal.code).status_code == 303
    assert phone.post("/mi-sello/conformidad", visita=str(visit.id)).status_code == 303
    with stage.database.read() as session:
        assert session.get_one(SealGrant, seal.id).acknowledged_on == cast.today
        assert session.get_one(Visit, visit.id).acknowledged_on == cast.today
        assert session.exec(select(ProducerPin.producer_id)).one() == kept.id


def test_the_slip_and_the_pin_of_the_code_given_up_open_the_same_file(
    stage: Stage, seals: list[SealGrant], phone: Phone
) -> None:
    first, second = (slip_for(stage, seal) for seal in seals)
    other = Phone(stage._client())
    other.choose(seals[1].code, second)
    kept = [made_one(stage, seal) for seal in seals]
    assert other.get("/mi-sello").text.count(kept[1].code)
    assert phone.choose(kept[0].code, second).status_code == 422, "another's"
    assert phone.choose(kept[0].code, first).status_code == 303
    assert kept[0].code in phone.get("/mi-sello").text
    phone.post("/mi-sello/salir")
    for code in (kept[1].code, seals[1].code):
        assert phone.enter(code).status_code == 303
        assert kept[1].code in phone.get("/mi-sello").text


def test_what_is_anothers_is_not_found(stage: Stage, seals: list[SealGrant], phone: Phone) -> None:
    phone.choose(seals[0].code, slip_for(stage, seals[0]))
    assert phone.post("/mi-sello/conformidad", sello=seals[1].code).status_code == 404
    with stage.database.read() as session:
        hers = session.exec(select(Visit).where(Visit.producer_id == seals[1].producer_id)).one()
    refused = phone.post("/mi-sello/conformidad", visita=str(hers.id))
    assert refused.status_code == 404
    assert "Esa visita no existe" in refused.text
    with stage.database.read() as session:
        assert session.get_one(SealGrant, seals[1].id).acknowledged_on is None


def test_a_family_s_session_opens_no_door_of_the_office(
    stage: Stage, seals: list[SealGrant], phone: Phone
) -> None:
    phone.choose(seals[0].code, slip_for(stage, seals[0]))
    for place in ("/inicio", "/sellos", f"/sellos/{seals[0].code}", "/productores"):
        assert phone.get(place).headers["location"].startswith("/entrar"), place


@pytest.mark.parametrize(
    ("story", "says"),
    [
        ("mistyped", "no es de este código"),
        ("another's", "no es de este código"),
        ("used", "ya se usó"),
        ("expired", "ya venció"),
        ("replaced", "más nuevo"),
    ],
)
def test_a_slip_that_does_not_count_says_why(
    stage: Stage,
    seals: list[SealGrant],
    phone: Phone,
    clock_at: Callable[[datetime], None],
    story: str,
    says: str,
) -> None:
    seal = seals[0]
    slip = slip_for(stage, seal)
    if story == "mistyped":
        slip = codes.new_code()
    if story == "another's":
        slip = slip_for(stage, seals[1])
    if story == "used":
        assert phone.choose(seal.code, slip).status_code == 303
        phone.post("/mi-sello/salir")
    if story == "expired":
        clock_at(stage.cast.now + own_door.SLIP_LIFE)
    if story == "replaced":
        slip_for(stage, seal)
    answer = phone.choose(seal.code, slip, "9182")
    assert answer.status_code == 422
    assert 'href="#f-talon"' in answer.text
    assert says in plain(answer.text)


@pytest.mark.parametrize(
    ("pin", "fault"),
    [
        ("123", "pin_not_digits"),
        ("12a4", "pin_not_digits"),
        ("٤٠٧١", "pin_not_digits"),
        ("123456789", "pin_not_digits"),
        ("1234", "pin_too_easy"),
        ("7654", "pin_too_easy"),
        ("0000", "pin_too_easy"),
        ("4071", ""),
        ("40714071", ""),
    ],
)
def test_a_pin_is_digits_and_not_too_easy(pin: str, fault: str) -> None:
    assert pin_fault(pin) == fault


def test_the_page_says_what_is_wrong_with_a_pin(
    stage: Stage, seals: list[SealGrant], phone: Phone
) -> None:
    slip = slip_for(stage, seals[0])
    easy = phone.choose(seals[0].code, slip, "1234")
    assert 'href="#f-pin"' in easy.text
    other = phone.choose(seals[0].code, slip, PIN, "4072")
    assert 'href="#f-otra_vez"' in other.text
    assert PIN not in other.text
    assert phone.choose(seals[0].code, slip).status_code == 303, "the slip was not spent"


def test_a_wrong_pin_is_slowed_down_and_then_locked_until_a_new_slip(
    stage: Stage,
    seals: list[SealGrant],
    phone: Phone,
    clock_at: Callable[[datetime], None],
) -> None:
    seal = seals[0]
    phone.choose(seal.code, slip_for(stage, seal))
    phone.post("/mi-sello/salir")
    moment = stage.cast.now
    answers = []
    for _ in range(own_door.MOST_TRIES):
        moment += timedelta(minutes=12)
        clock_at(moment)
        answers.append(plain(phone.enter(seal.code, "9999").text))
    assert "no corresponden" in answers[0]
    assert "bloqueado" in answers[-1]
    moment += timedelta(hours=1)
    clock_at(moment)
    assert "bloqueado" in plain(phone.enter(seal.code).text), "the right one does not help now"
    assert phone.choose(seal.code, slip_for(stage, seal, moment), "7315").status_code == 303
    phone.post("/mi-sello/salir")
    assert phone.enter(producer(stage, seal).code, "7315").status_code == 303
    with stage.database.read() as session:
        actions = set(session.exec(select(AuditEvent.action)))
    assert {"pin.choose", "pin.lock", "producer.refuse", "producer.enter"} <= actions


def test_many_tries_at_once_have_to_wait(
    stage: Stage, seals: list[SealGrant], phone: Phone
) -> None:
    phone.choose(seals[0].code, slip_for(stage, seals[0]))
    phone.post("/mi-sello/salir")
    answers = [phone.enter(seals[0].code, "9999").status_code for _ in range(6)]
    assert answers == [422] * 5 + [429]
    assert phone.enter(seals[0].code).status_code == 429


def test_a_code_without_a_pin_and_no_code_are_told_alike(
    stage: Stage, seals: list[SealGrant], phone: Phone
) -> None:
    told = {
        re.sub(r'value="[^"]*"', "", plain(phone.enter(code).text))
        for code in (seals[0].code, "P0999999", "x")
    }
    assert len(told) == 1


def test_a_session_is_short_and_a_new_pin_ends_it(
    stage: Stage,
    seals: list[SealGrant],
    phone: Phone,
    clock_at: Callable[[datetime], None],
) -> None:
    seal = seals[0]
    phone.choose(seal.code, slip_for(stage, seal))
    other = Phone(stage._client())
    other.choose(seal.code, slip_for(stage, seal), "7315")
    assert "Tengo un talón" in phone.get("/mi-sello").text
    assert "Mis sellos" in other.get("/mi-sello").text
    clock_at(stage.cast.now + own_door.SESSION_LIFE)
    assert "Tengo un talón" in other.get("/mi-sello").text
    late = other.post("/mi-sello/conformidad", sello=seal.code)
    assert late.headers["location"] == "/mi-sello"
    with stage.database.read() as session:
        assert session.get_one(SealGrant, seal.id).acknowledged_on is None


def test_what_is_stored_says_nothing_of_the_pin(
    stage: Stage, seals: list[SealGrant], phone: Phone
) -> None:
    phone.choose(seals[0].code, slip_for(stage, seals[0]))
    with stage.database.read() as session:
        pin = session.exec(select(ProducerPin)).one()
        assert pin.pin_hash.startswith("$argon2id$")
        assert session.exec(select(col(ProducerSession.token_hash))).one() != ""
    from spg_registry.people.passwords import check_password

    assert not check_password(PIN, pin.pin_hash).right, "worth nothing without the pepper"


def test_only_the_own_office_makes_slips(stage: Stage, seals: list[SealGrant]) -> None:
    cast = stage.cast
    for actor, reason in ((cast.member, Forbidden), (cast.secretary_b, ProducerNotFound)):
        with pytest.raises(reason), stage.database.write(cast.now) as session:
            own_door.issue_slips(session, actor, cast.now, [seals[0].producer_id])


def test_a_suspended_family_reads_why_and_how_to_answer(
    stage: Stage, seals: list[SealGrant], phone: Phone
) -> None:
    word = ActIn(
        reason_class=ReasonClass.PROHIBITED_INPUT,
        reason="La muestra 14 dio positivo",
        right_of_reply="Puede responder hasta el 30 de junio",
    )
    with stage.database.write(stage.cast.now) as session:
        service.suspend(session, stage.cast.control, stage.cast.now, seals[0].code, word)
    phone.choose(seals[0].code, slip_for(stage, seals[0]))
    page = plain(phone.get("/mi-sello").text)
    for said in ("Suspendido", "La muestra 14", "Puede responder hasta el 30 de junio"):
        assert said in page, said
    public = phone.get(f"/api/v1/seals/{seals[0].code}/verification").text
    assert "suspended" in public
    assert "muestra 14" not in public


def test_the_form_says_what_will_be_public(stage: Stage, seals: list[SealGrant]) -> None:
    control = stage.browser(stage.cast.control)
    page = plain(control.get(f"/sellos/{seals[0].code}/suspender").text)
    assert "Qué se publica" in page
    assert "Derecho a réplica" in page
