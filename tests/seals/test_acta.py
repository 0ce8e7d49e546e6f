"""The acta: what it says of a sitting, the paper that is signed, and that it never changes."""

import hashlib
import json
from datetime import date
from typing import Any

import pypdfium2
import pytest
from sqlmodel import Session, select

from spg_registry.committees.models import Body
from spg_registry.core import codes
from spg_registry.core.config import settings
from spg_registry.core.keys import open_keyring
from spg_registry.decisions import service as decisions
from spg_registry.decisions.models import Meeting
from spg_registry.decisions.schemas import ConditionIn, DecisionIn, WaiversIn
from spg_registry.people.models import Person
from spg_registry.producers.models import Producer
from spg_registry.producers.schemas import EnrolmentIn
from spg_registry.rounds.models import Visit
from spg_registry.rules.words import Ballot, Outcome
from spg_registry.seals.acta import acta_of, digest, spelled
from spg_registry.seals.acta_sheet import acta_paper
from tests.cast import MEMBERS_B, TIQUIPAYA, Cast, Stage
from tests.rounds.stories import families
from tests.seals.stories import (
    as_b,
    closed,
    convened,
    decided,
    ready,
    seat,
    visited,
)

FOUR = ("rosa", "julian", "lidia", "elena")


def words_of(pdf: bytes) -> str:
    """The text of all pages on one line."""
    pages = pypdfium2.PdfDocument(pdf)
    text = " ".join(page.get_textpage().get_text_bounded() for page in pages)
    return " ".join(text.split())


def paper_of(session: Session, cast: Cast, meeting: Meeting) -> bytes:
    row, content = acta_of(session, cast.member, meeting.id)
    return acta_paper(content, row.acta_sha256)


def a_full_sitting(session: Session, cast: Cast) -> tuple[Meeting, list[Visit]]:
    """One family with everything in order, two whose pledge nobody signed, one voted down."""
    good = families(session, cast, "Justina", "Wara")
    bare = families(session, cast, "Basilia", "Ñusta", enrolment=EnrolmentIn())
    visits = visited(session, cast, [home.units[0].unit.id for home in (*good, *bare)])
    meeting = convened(session, cast, visits[0].round_id, FOUR)
    rosa, lidia, elena = (seat(session, cast, name) for name in ("rosa", "lidia", "elena"))
    first, fourth, second, third = (visit.producer_id for visit in visits)
    batch = [
        DecisionIn(producer_id=first, outcome=Outcome.ORGANIC, recusals={lidia: "Es mi comadre."}),
        DecisionIn(
            producer_id=second,
            outcome=Outcome.WITH_CONDITIONS,
            reasons="Nunca firmó la carta.",
            conditions=[ConditionIn(text="Firmar la carta.", due_on=date(2026, 7, 1))],
        ),
        DecisionIn(
            producer_id=third,
            outcome=Outcome.PENDING_PAPERS,
            reasons="Falta el croquis.",
            conditions=[ConditionIn(text="Traer el croquis.", due_on=date(2026, 8, 1))],
        ),
        DecisionIn(
            producer_id=fourth,
            outcome=Outcome.NOT_APPROVED,
            reasons="El vecino fumiga sobre su parcela.",
            by_consensus=False,
            votes={rosa: Ballot.FOR, elena: Ballot.FOR, lidia: Ballot.AGAINST},
        ),
    ]
    decisions.decide_all(session, cast.coordinator, cast.now, meeting.id, batch)
    return meeting, visits


def test_the_acta_tells_the_whole_sitting(session: Session, cast: Cast) -> None:
    meeting, visits = a_full_sitting(session, cast)
    (grant,) = closed(session, cast, meeting).granted
    text = words_of(paper_of(session, cast, meeting))
    for said in (
        f"Acta N.º {meeting.acta_number}",
        session.get_one(Body, cast.guarantee).name,
        "Sede del comité, Punata",
        "14/06/2026",
        "Rosa Mamani Condori",
        "Hay quórum: asisten 4 de 5 personas en funciones; se necesitan 3.",
        "Decisiones de la ronda «Ronda de 06/2026»: 4 familias o personas.",
        f"Sello ecológico · {codes.display(grant.code)} · del 14/06/2026 al 13/06/2027",
        "Se excusan: Lidia Rojas Vargas (Es mi comadre).",
        "Sin las personas excusadas asisten 3 de 4 con derecho a voto; se necesitan 3.",
        "Nunca firmó la carta.",
        "Falta la firma de la carta de compromiso.",
        "Firmar la carta. Hasta el 01/07/2026.",
        "Traer el croquis. Hasta el 01/08/2026.",
        "El vecino fumiga sobre su parcela.",
        "Por votos: 2 a favor, 1 en contra, 0 abstenciones",
        "Lidia Rojas Vargas: en contra",
        "Total: 1 sello.",
        "15 días siguientes al aviso",
        "Sello del comité",
        f"Huella SHA-256 del contenido: {meeting.acta_sha256}",
        "Página 1 de 2",
        "Página 2 de 2",
    ):
        assert said in text, said
    for visit in visits:
        producer = session.get_one(Producer, visit.producer_id)
        assert producer.display_name in text
        assert producer.code in text
    assert "BORRADOR" not in text


def test_a_draft_says_that_it_is_one_and_what_is_still_in_the_way(
    session: Session, cast: Cast
) -> None:
    visits = ready(session, cast, "Basilia", "Wara", enrolment=EnrolmentIn())
    meeting = convened(session, cast, visits[0].round_id)
    decided(session, cast, meeting, visits[:1])
    text = words_of(paper_of(session, cast, meeting))
    assert "BORRADOR" in text
    assert "Borrador sin valor" in text
    assert "Huella SHA-256" not in text
    assert "Todavía no se puede: • Falta la firma de la carta de compromiso." in text
    other = session.get_one(Producer, visits[1].producer_id)
    assert f"Quedan para otra reunión: {other.display_name}" in text


def test_a_closed_acta_is_the_same_bytes_whatever_is_renamed_later(
    session: Session, cast: Cast
) -> None:
    meeting, visits = a_full_sitting(session, cast)
    closed(session, cast, meeting)
    before = paper_of(session, cast, meeting)
    for row in session.exec(select(Person)):
        row.surnames = "Otro"
        session.add(row)
    session.get_one(Producer, visits[0].producer_id).display_name = "Otra Familia"
    session.flush()
    session.expire_all()
    meeting = session.get_one(Meeting, meeting.id)
    assert paper_of(session, cast, meeting) == before
    assert meeting.acta_sha256 == digest(meeting.acta)
    assert meeting.acta_sha256 == hashlib.sha256(spelled(meeting.acta)).hexdigest()


def test_a_waived_warning_stands_in_the_acta_with_its_reason(session: Session, cast: Cast) -> None:
    """Committee B was never recognised; its meeting writes why it decides all the same."""
    b = as_b(cast)
    homes = families(session, b, "Wara", municipality_code=TIQUIPAYA, community="Chapisirca")
    visits = visited(session, b, [homes[0].units[0].unit.id], team=("wilma", "oscar"))
    meeting = convened(session, b, visits[0].round_id, [known for known, *_ in MEMBERS_B])
    why = WaiversIn(waivers={"committee_recognised": "La resolución está en el Concejo."})
    decisions.waive(session, b.coordinator, b.now, meeting.id, why)
    decided(session, b, meeting, visits)
    closed(session, b, meeting)
    _, content = acta_of(session, b.coordinator, meeting.id)
    (waiver,) = content["waivers"]
    assert waiver["reason"] == "La resolución está en el Concejo."
    assert "Motivo escrito: La resolución está en el Concejo." in words_of(acta_paper(content))


def content_of(**other: Any) -> dict[str, Any]:
    """A sitting as large as one can be, with the longest names."""
    long = "Asociación de Productoras y Productores Agroecológicos del Valle Alto «Ñawpaqman»"
    decision = {
        "producer": long,
        "code": "P0000123",
        "community": "Villa San Isidro de la Frontera",
        "outcome": "organic",
        "word": "Ecológico",
        "valid_from": "2026-06-14",
        "valid_until": "2027-06-13",
        "scope": [
            {"unit": "P0000123-1", "product": f"Producto {n}", "area_m2": 12_500} for n in range(9)
        ],
        "area_m2": 112_500,
        "seal": "7K3M9-QXYZ1",
        "replaces": [],
        "by_consensus": True,
        "votes": [],
        "recusals": [{"name": "Rosa Mamani Condori", "reason": "evaluó la unidad"}],
        "quorum": {"present": 5, "members": 6, "needed": 4},
        "warnings": [],
        "reasons": None,
        "unmet": [],
        "conditions": [],
        "stops": [],
    }
    seats = [
        {"name": f"{long} {n}", "sector": "Instituciones", "office": "Presidenta", "present": True}
        for n in range(15)
    ]
    return {
        "closed": True,
        "number": "12/2026",
        "committee": "Comité Municipal de Producción Ecológica de Punata",
        "municipalities": ["Punata"],
        "body": "Comité de garantía",
        "held_on": "2026-06-14",
        "place": "Sede",
        "called_by": "Rosa Mamani",
        "round": "Ronda de 06/2026",
        "norm": "Norma Técnica Nacional",
        "attendance": seats,
        "quorum": {"present": 15, "members": 15, "needed": 8, "lacks": []},
        "agenda": ["Control de asistencia y del quórum."],
        "waivers": [],
        "decisions": [{**decision, "place": n} for n in range(1, 101)],
        "appeals": [],
        "waiting": [],
        "seals": [
            {**{k: decision[k] for k in ("producer", "code", "community", "seal", "valid_until")}}
            | {"category": "organic", "valid_from": "2026-06-14"}
            for _ in range(100)
        ],
        "appeal_days": 15,
        "appeal_body": "Comité de apelaciones",
        **other,
    }


def test_a_sitting_of_a_hundred_stays_inside_its_pages() -> None:
    document = pypdfium2.PdfDocument(acta_paper(content_of(), "0" * 64))
    count = len(document)
    assert count > 10
    for place, page in enumerate(document, start=1):
        text = page.get_textpage()
        assert f"Página {place} de {count}" in text.get_text_bounded()
        boxes = [text.get_charbox(n) for n in range(text.count_chars())]
        lowest = min(box[1] for box in boxes if box[3] > box[1])
        rightmost = max(box[2] for box in boxes)
        assert lowest > 20
        assert rightmost < 190 / 25.4 * 72


@pytest.fixture
def keys(stage: Stage) -> None:
    open_keyring(settings().data_dir).ensure(stage.cast.now)


@pytest.mark.usefixtures("keys")
def test_the_paper_and_the_content_are_a_click_away(stage: Stage) -> None:
    with stage.database.write(stage.cast.now) as session:
        meeting, _ = a_full_sitting(session, stage.cast)
        here = f"/reuniones/{meeting.id}"
    browser = stage.browser(stage.cast.secretary)
    assert f'href="{here}/acta.pdf"' in browser.get(here).text
    assert "BORRADOR" in words_of(browser.get(f"{here}/acta.pdf").content)
    assert browser.post(f"{here}/cierre").status_code == 303
    page = browser.get(here).text
    assert f'href="{here}/acta.pdf"' in page
    paper = browser.get(f"{here}/acta.pdf")
    assert paper.headers["content-type"] == "application/pdf"
    assert paper.content == browser.get(f"{here}/acta.pdf").content
    content = browser.get(f"{here}/acta.json").content
    found = hashlib.sha256(content).hexdigest()
    assert found in page
    assert f"Huella SHA-256 del contenido: {found}" in words_of(paper.content)
    assert json.loads(content)["closed"] is True
