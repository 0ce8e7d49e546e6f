"""Sheets, cards and numbered labels as the office prints them."""

import re
from datetime import date, timedelta
from typing import Any

import pypdfium2 as pdfium
import pytest
import zxingcpp
from sqlmodel import Session, col, select

from spg_registry.core import codes
from spg_registry.core.audit import AuditEvent
from spg_registry.core.config import settings
from spg_registry.core.errors import Forbidden, Invalid
from spg_registry.core.keys import open_keyring
from spg_registry.decisions.models import Decision
from spg_registry.rules.words import SealState
from spg_registry.seals import choosing, numbering, service
from spg_registry.seals.errors import SealNotFound, SealNotInForce
from spg_registry.seals.models import LabelBatch, QuantityUnit, SealGrant
from spg_registry.seals.queries import certificates_of
from spg_registry.seals.schemas import LabelBatchesIn, LabelsIn, ReplaceIn
from tests.cast import Cast, Stage
from tests.producers.families import crop, unit
from tests.seals.stories import granted, keys


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def pages(pdf: bytes) -> list[str]:
    return [page.get_textpage().get_text_range() for page in pdfium.PdfDocument(pdf)]


@pytest.fixture
def seals(stage: Stage) -> list[SealGrant]:
    """Justina's, Basilia's, which the control body suspended, and Wara's."""
    open_keyring(settings().data_dir).ensure(stage.cast.now)
    with stage.database.write(stage.cast.now) as session:
        expected = {"units": [unit(crops=[crop("papa", expected_kg=100), crop("haba")])]}
        made = granted(session, stage.cast, "Justina", "Basilia", "Wara", **expected)
        word = {"reason_class": "other", "reason": "x", "right_of_reply": "y"}
        service.suspend(session, stage.cast.control, stage.cast.now, made[1].code, act(word))
    return made


def act(word: dict[str, Any]) -> Any:
    from spg_registry.seals.schemas import ActIn

    return ActIn(**word)


def wish(grant: SealGrant, **other: Any) -> LabelBatchesIn:
    given: dict[str, Any] = {"code": grant.code, "product_code": "papa", "content": 2, "count": 10}
    return LabelBatchesIn(rows=[LabelsIn(**(given | other))])


def test_one_page_offers_every_paper_of_a_meeting(stage: Stage, seals: list[SealGrant]) -> None:
    good, bad, _ = seals
    browser = stage.browser(stage.cast.secretary)
    which = browser.get("/sellos/imprimir").text
    meeting = re.search(r'<select[^>]*name="reunion"><option value="(\d+)"', which)
    assert meeting
    page = browser.get(f"/sellos/imprimir?reunion={meeting[1]}")
    assert f'value="{good.code}" checked' in page.text
    assert f'value="{bad.code}"' not in page.text
    assert "No se imprimen (1)" in plain(page.text)
    here = f"/sellos/imprimir/papel.pdf?reunion={meeting[1]}&marcas=1&solo={good.code}"
    sheet = browser.get(f"{here}&papel=seals&perfil=short&copias=25")
    assert sheet.headers["content-type"] == "application/pdf"
    assert len(pages(sheet.content)) == 2
    image = pdfium.PdfDocument(sheet.content)[1].render(scale=200 / 72).to_pil()
    (link,) = [code.text for code in zxingcpp.read_barcodes(image)]
    assert link.endswith(f"/S/{good.code}")
    for paper in ("cards", "certificates"):
        told = pages(browser.get(f"{here}&papel={paper}").content)
        assert len(told) == 1
        assert codes.display(good.code) in told[0]


def test_a_community_and_a_single_seal_are_chosen_the_same_way(
    stage: Stage, seals: list[SealGrant]
) -> None:
    good, bad, _ = seals
    browser = stage.browser(stage.cast.coordinator)
    community = browser.get(f"/sellos/imprimir?comunidad={good.community_id}").text
    assert "Sellos de Capilla" in plain(community)
    assert "Justina" in plain(community)
    typed = codes.display(good.code).lower()
    alone = browser.get(f"/sellos/imprimir?sello={typed}").text
    assert 'value="24"' in alone
    assert (
        "Ninguno de estos sellos está vigente"
        in browser.get(f"/sellos/imprimir?sello={bad.code}").text
    )
    for wrong in ("7K3M9QXA4X", codes.new_code()):
        answer = browser.get(f"/sellos/imprimir?sello={wrong}")
        assert answer.status_code == 422
        assert 'href="#f-sello"' in answer.text


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("marcas=1", "solo"),
        ("copias=0", "copias"),
        ("copias=4801", "copias"),
        ("copias=x", "copias"),
    ],
)
def test_nothing_and_far_too_much_are_told_on_the_page(
    stage: Stage, seals: list[SealGrant], query: str, field: str
) -> None:
    browser = stage.browser(stage.cast.coordinator)
    answer = browser.get(f"/sellos/imprimir/papel.pdf?sello={seals[0].code}&{query}")
    assert answer.status_code == 422
    assert f'href="#f-{field}"' in answer.text


def test_another_committee_prints_nothing_of_ours(stage: Stage, seals: list[SealGrant]) -> None:
    other = stage.browser(stage.cast.coordinator_b)
    good = seals[0]
    assert other.get(f"/sellos/imprimir/papel.pdf?sello={good.code}").status_code == 404
    assert good.code not in other.get(f"/sellos/imprimir?comunidad={good.community_id}").text
    assert "Capilla" not in other.get("/sellos/imprimir").text


def test_numbers_run_on_and_none_is_given_twice(stage: Stage, seals: list[SealGrant]) -> None:
    cast, good = stage.cast, seals[0]
    for count, piece in ((10, QuantityUnit.KILOGRAM), (5, QuantityUnit.GRAM)):
        with stage.database.write(cast.now) as session:
            service.allot(session, cast.secretary, cast.now, wish(good, count=count, unit=piece))
    with stage.database.read() as session:
        rows = list(session.exec(select(LabelBatch).order_by(col(LabelBatch.id))))
        assert [(row.first_number, row.last_number) for row in rows] == [(1, 10), (11, 15)]
        assert [row.declared for row in rows] == [20, 10]
        entry = session.exec(select(AuditEvent).where(AuditEvent.action == "label.allot")).first()
        assert entry is not None
        assert entry.details["last"] == 10
        balance = numbering.balances_of(session, [good], cast.today)[good.id, "papa"]
        assert balance == numbering.Balance(20_010, 100_000)


def test_more_than_the_fields_give_needs_an_explanation(
    stage: Stage, seals: list[SealGrant]
) -> None:
    cast, good = stage.cast, seals[0]
    secretary = stage.browser(cast.secretary)
    here = f"/sellos/etiquetas?sello={good.code}"
    assert "declarado 0 kg de 100 kg" in plain(secretary.get(here).text)
    form = {
        "rows-0-code": good.code,
        "rows-0-product_code": "papa",
        "rows-0-content": "5",
        "rows-0-unit": "kg",
        "rows-0-count": "21",
    }
    refused = secretary.post(here, form)
    assert refused.status_code == 422
    assert "se declaran 105 kg" in plain(refused.text)
    assert 'name="rows-0-explanation"' in refused.text
    assert 'value="21"' in refused.text
    explained = form | {"rows-0-explanation": "Cosecharon también la parcela nueva"}
    assert secretary.post(here, explained).status_code == 303
    page = plain(secretary.get(here).text)
    assert "1 – 21" in page
    assert "105 kg" in page
    pdf = secretary.get("/sellos/etiquetas/papel.pdf?lote=1")
    (told,) = pages(pdf.content)
    assert told.count("5 kg") == 21
    assert "N.º 000021" in told


def test_a_row_without_a_count_is_passed_over_and_no_row_at_all_is_told(
    stage: Stage, seals: list[SealGrant]
) -> None:
    good = seals[0]
    secretary = stage.browser(stage.cast.secretary)
    here = f"/sellos/etiquetas?comunidad={good.community_id}"
    empty = secretary.post(here, {"rows-0-code": good.code, "rows-0-unit": "kg"})
    assert empty.status_code == 422
    assert "cuántas etiquetas" in plain(empty.text)
    wrong = {"rows-0-code": good.code, "rows-0-product_code": "quinua", "rows-0-count": "4"}
    refused = secretary.post(here, wrong)
    assert 'href="#f-rows-0-product_code"' in refused.text
    assert 'href="#f-rows-0-content"' in refused.text


def test_who_may_not_and_what_does_not_count_gets_no_labels(
    stage: Stage, seals: list[SealGrant]
) -> None:
    cast = stage.cast
    good, bad, _ = seals
    for actor, grant, reason in (
        (cast.secretary, bad, SealNotInForce),
        (cast.member, good, Forbidden),
        (cast.secretary_b, good, SealNotFound),
    ):
        with pytest.raises(reason), stage.database.write(cast.now) as session:
            service.allot(session, actor, cast.now, wish(grant))
    with stage.database.write(cast.now) as session:
        (batch,) = service.allot(session, cast.secretary, cast.now, wish(good))
        service.suspend(session, cast.control, cast.now, good.code, act(CONTROL))
    answer = stage.browser(cast.secretary).get(f"/sellos/etiquetas/papel.pdf?lote={batch.id}")
    assert answer.status_code == 409


CONTROL = {"reason_class": "other", "reason": "x", "right_of_reply": "y"}


def test_labels_of_the_seal_it_took_the_place_of_still_count(
    stage: Stage, seals: list[SealGrant]
) -> None:
    cast, good = stage.cast, seals[0]
    with stage.database.write(cast.now) as session:
        service.allot(session, cast.secretary, cast.now, wish(good, count=50))
        new = service.replace(
            session, cast.coordinator, cast.now, keys(cast), good.code, ReplaceIn(reason="Nombre")
        )
        with pytest.raises(Invalid) as refused:
            service.allot(session, cast.secretary, cast.now, wish(new, count=1))
    assert [fault.code for fault in refused.value.faults] == ["declared_past_yield"]


def test_a_program_gives_numbers_by_the_same_rules(stage: Stage, seals: list[SealGrant]) -> None:
    cast, good = stage.cast, seals[0]
    headers = stage.headers(cast.secretary)
    body = {"rows": [{"code": good.code, "product_code": "papa", "content": 5, "count": 4}]}
    made = stage.client.post("/api/v1/seals/labels", json=body, headers=headers)
    assert made.status_code == 201
    (told,) = made.json()
    assert (told["first_number"], told["last_number"], told["declared"]) == (1, 4, 20)
    listed = stage.client.get(f"/api/v1/seals/{good.code}/labels", headers=headers)
    assert listed.json() == [told]
    body["rows"][0]["count"] = 30
    refused = stage.client.post("/api/v1/seals/labels", json=body, headers=headers)
    assert refused.status_code == 422
    assert "declared_past_yield" in refused.text


def test_one_word_says_what_may_be_printed_on_a_day(session: Session, cast: Cast) -> None:
    """From before its first day to its last one; everywhere the same."""
    keys(cast)
    (grant,) = granted(session, cast, "Justina")
    meeting_id = session.get_one(Decision, grant.decision_id).meeting_id
    who = (session, cast.secretary)

    def papers(on: date) -> list[int]:
        certificates = certificates_of(session, [grant], on, "https://x.bo", demo=False)
        return [
            len(certificates),
            len(choosing.of_meeting(*who, on, meeting_id).printable),
            len(choosing.of_community(*who, on, grant.community_id).printable),
            sum(count for _, count in choosing.meetings_to_print(*who, on)),
            sum(count for _, count in choosing.communities_to_print(*who, on)),
        ]

    first, last = grant.valid_from, grant.valid_until
    for on in (first - timedelta(days=5), first, last):
        assert papers(on) == [1] * 5, on
    assert papers(last + timedelta(days=1)) == [0] * 5
    grant.state = SealState.SUSPENDED
    session.add(grant)
    session.flush()
    assert papers(first) == [0] * 5
