"""The form on paper: one sheet of A4 for a unit, and the way back from it to the visit."""

from dataclasses import replace
from datetime import date

import pypdfium2
import pytest
import zxingcpp
from sqlmodel import Session

from spg_registry.core.errors import Invalid
from spg_registry.rounds import printing, service
from spg_registry.rounds.codes import ROUND, VISIT, display, read_sheet_code, sheet_code
from spg_registry.rounds.errors import FormNotFrozen, RoundNotFound, VisitNotFound
from spg_registry.rounds.models import Visit
from spg_registry.rounds.sheet import FormSheet, forms
from spg_registry.standards import pictograms, snapshot
from spg_registry.standards.files import ChecklistFile, read_files
from tests.cast import Cast, Stage
from tests.rounds.stories import families, one_visit, opened, planned, sent, submitted

A4 = (595, 842)
PLACE = "https://sello.example.bo"
DAY = date(2026, 6, 10)


def _pages(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    for page in document:
        assert tuple(round(side) for side in page.get_size()) == A4
    return [page.get_textpage().get_text_bounded().replace("\r\n", " ") for page in document]


def _sheet(session: Session, cast: Cast, visit: Visit) -> FormSheet:
    return printing.visit_sheet(session, cast.evaluator, visit.id, PLACE, demo=False)


def test_a_prefilled_form_is_one_sheet_that_names_the_family(session: Session, cast: Cast) -> None:
    sheet = _sheet(session, cast, one_visit(session, cast))
    front, back = _pages(forms([sheet], DAY))
    for told in ("Justina", sheet.unit_code, "Teófilo Arce Montaño", "Primera ronda de 2026"):
        assert told in front
    for told in ("Hallazgos", "menor", "testigo", "Palabra del productor"):
        assert told in back
    asked = [item["code"] for one in sheet.dimensions for item in one["items"]]
    assert all(f" {code} " in front + back for code in asked)


def test_the_symbol_opens_the_visit(session: Session, cast: Cast) -> None:
    sheet = _sheet(session, cast, one_visit(session, cast))
    page = pypdfium2.PdfDocument(forms([sheet], DAY))[0]
    (found,) = zxingcpp.read_barcodes(page.render(scale=3).to_pil())
    assert found.text == f"HTTPS://SELLO.EXAMPLE.BO/V/{sheet.code}"


def test_every_question_that_ships_fits_on_two_sides(session: Session, cast: Cast) -> None:
    ronda = opened(session, cast)
    blank = printing.blank_sheet(session, cast.coordinator, ronda.id, PLACE, demo=True)
    pages = _pages(forms([blank], DAY))
    assert len(pages) == 2
    assert "DEMOSTRACIÓN" in pages[0]
    items = list(snapshot.items(ronda.frozen))
    assert len(items) > 30
    assert all(item["text"].split(".")[0][:30] in " ".join(pages) for item in items)


def test_a_committees_own_questions_take_another_sheet_and_say_so(
    session: Session, cast: Cast
) -> None:
    sheet = _sheet(session, cast, one_visit(session, cast))
    (item, *_) = sheet.dimensions[0]["items"]
    own = [item | {"code": f"L{n}", "local": True, "pictogram": ""} for n in range(40)]
    longer = replace(sheet, dimensions=[*sheet.dimensions, {"title": "Propios", "items": own}])
    pages = _pages(forms([longer], DAY))
    assert "esta ficha tiene 3" in pages[0]
    assert len(pages) == 4
    assert "vuelta sin uso" in pages[3]
    assert "Punto propio del comité" in pages[2]


def test_the_same_forms_give_the_same_bytes(session: Session, cast: Cast) -> None:
    sheet = _sheet(session, cast, one_visit(session, cast))
    assert forms([sheet], DAY) == forms([sheet], DAY)


def test_a_round_prints_the_forms_that_still_wait(session: Session, cast: Cast) -> None:
    homes = families(session, cast, "Justina", "Basilia", "Eulalia")
    ronda = opened(session, cast)
    units = [home.units[0].unit.id for home in homes]
    visits = service.add_units(session, cast.coordinator, cast.now, ronda.id, units)
    sent(session, cast, ronda, visits[:2])
    submitted(session, cast, visits[0])
    sheets, parts = printing.round_sheets(session, cast.coordinator, ronda.id, 1, PLACE, False)
    assert [sheet.code for sheet in sheets] == [sheet_code(VISIT, row.id) for row in visits[1:]]
    assert parts == 1
    assert len(_pages(forms(sheets, DAY))) == 4
    own, _ = printing.round_sheets(session, cast.evaluator, ronda.id, 1, PLACE, False)
    assert [sheet.code for sheet in own] == [sheet_code(VISIT, visits[1].id)]


def test_there_is_no_form_before_the_round_opens(session: Session, cast: Cast) -> None:
    ronda = planned(session, cast)
    with pytest.raises(FormNotFrozen):
        printing.blank_sheet(session, cast.coordinator, ronda.id, PLACE, demo=False)
    with pytest.raises(RoundNotFound):
        printing.blank_sheet(session, cast.coordinator_b, ronda.id, PLACE, demo=False)


def test_nobody_prints_the_families_of_others(session: Session, cast: Cast) -> None:
    visit = one_visit(session, cast)
    with pytest.raises(VisitNotFound):
        printing.visit_sheet(session, cast.coordinator_b, visit.id, PLACE, demo=False)


@pytest.mark.parametrize("number", [1, 123, 2_000_017])
@pytest.mark.parametrize("kind", [VISIT, ROUND])
def test_a_code_is_read_back_however_it_is_written(kind: str, number: int) -> None:
    code = sheet_code(kind, number)
    for typed in (code, display(code), code.lower(), f" {kind}{number}-{code[-1]} ".lower()):
        assert read_sheet_code(typed) == (kind, number)


@pytest.mark.parametrize("typed", ["", "V", "V12", "X000012K", "V٣٣٣", "V-", "123456789"])
def test_what_is_no_code_is_said_to_be_mistyped(typed: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read_sheet_code(typed)
    assert refusal.value.faults[0].code == "sheet_code_mistyped"


def test_no_wrong_digit_opens_another_familys_form() -> None:
    code = sheet_code(VISIT, 123_456)
    for place in range(1, 7):
        for digit in set("0123456789") - {code[place]}:
            with pytest.raises(Invalid):
                read_sheet_code(code[:place] + digit + code[place + 1 :])


def test_every_sign_of_the_checklists_is_drawn() -> None:
    lists = [file for file in read_files() if isinstance(file, ChecklistFile)]
    named = {item.pictogram for one in lists for part in one.dimensions for item in part.items}
    assert named - set(pictograms.PATHS) == set()
    assert pictograms.path_of("no-such-sign") == pictograms.OTHER


def test_from_the_paper_to_its_page(stage: Stage) -> None:
    with stage.database.write(stage.cast.now) as session:
        visit = one_visit(session, stage.cast)
        visit_id, round_id = visit.id, visit.round_id
    browser = stage.browser(stage.cast.secretary)
    code = display(sheet_code(VISIT, visit_id))
    for path in (f"/visitas/codigo?codigo={code.lower()}", f"/V/{sheet_code(VISIT, visit_id)}"):
        away = browser.get(path, follow_redirects=False)
        assert away.status_code == 303
        assert away.headers["location"].startswith(f"/visitas/{visit_id}")
    wrong = browser.get("/visitas/codigo?codigo=V000999-9")
    assert wrong.status_code == 422
    assert "Ese código no está bien copiado" in wrong.text
    assert "V000999-9" in wrong.text
    for path in (f"/visitas/{visit_id}/ficha.pdf", f"/rondas/{round_id}/fichas.pdf",
                 f"/rondas/{round_id}/ficha.pdf"):  # fmt: skip
        answer = browser.get(path)
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF-")
    assert browser.get(f"/rondas/{round_id}/fichas.pdf?parte=2").status_code == 404
