"""The look keeps its promises: contrast, no inline code, a small seal page, kept typing."""

import re
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from api.forms import Form
from api.render import (
    STATIC_DIR,
    Assets,
    environment,
    paging,
    preferred_locale,
    redirect,
    render,
    render_text,
    static_url,
)
from spg_registry.core import messages
from spg_registry.core.errors import Fault
from spg_registry.rules import words

TEMPLATES = Path(__file__).resolve().parents[1] / "templates"
FIRST_FLIGHT = 14_000
TAGGED: dict[str, type[StrEnum]] = {
    "category": words.Category,
    "seal": words.SealState,
    "round": words.RoundState,
    "visit": words.VisitState,
    "finding": words.FindingState,
    "finding_class": words.FindingClass,
    "answer": words.Answer,
    "outcome": words.Outcome,
    "decision": words.DecisionState,
    "registration": words.RegistrationState,
    "enrolment": words.EnrolmentStatus,
    "stage": words.Stage,
    "ballot": words.Ballot,
    "sanction": words.SanctionKind,
}
SEAL: dict[str, Any] = {
    "verdict": "valid",
    "typed": "",
    "host": "sello.example.bo",
    "status_as_of": "21/11/2026 10:00",
    "category": "organic",
    "name": "Familia Mamani Quispe",
    "community": "Chuquiña",
    "municipality": "Toledo",
    "department": "Oruro",
    "products": "quinua, haba",
    "valid_from": "02/03/2026",
    "valid_until": "01/03/2027",
    "spg": "SPG Toledo",
    "committee": "Comité Municipal de Toledo",
    "acta_number": "4/2026",
    "decided_on": "01/03/2026",
    "code": "7K3M9-QXA4Z",
    "new_code": None,
    "new_url": None,
    "certificate_url": "/s/7K3M9-QXA4Z/certificado.pdf",
    "report_url": "/denuncias?sello=7K3M9QXA4Z",
    "waivers": None,
}
ENGLISH = {"code": "en", "name": "English", "href": "?lang=en"}


def macro(source: str, locale: str = "es", **context: Any) -> str:
    text = '{% import "_macros.html" as m %}' + source
    return environment(locale).from_string(text).render(**context)


def seal_page(locale: str = "es", **changes: Any) -> str:
    return render_text("seal.html", locale, view=SEAL | changes, demo=True, other_language=ENGLISH)


# -- the seal's page ---------------------------------------------------------------------------


def test_the_seal_page_and_its_sheet_arrive_in_the_first_flight() -> None:
    sheet = (STATIC_DIR / "seal.css").stat().st_size
    assert len(seal_page().encode()) + sheet < FIRST_FLIGHT


def test_the_first_words_of_a_seal_page_are_its_verdict() -> None:
    body = seal_page().split("<body>")[1]
    words_only = re.sub(r"<[^>]+>", " ", body).split()
    assert words_only[0] == "VÁLIDO"


@pytest.mark.parametrize("locale", messages.locales())
@pytest.mark.parametrize(
    "verdict", ["withdrawn", "suspended", "not_yet_valid", "expired", "status_unknown", "replaced"]
)
def test_only_a_valid_seal_is_green(verdict: str, locale: str) -> None:
    assert 'class="verdict good"' in seal_page(locale)
    page = seal_page(locale, verdict=verdict, new_code="Q2W3E-R4T5Y", new_url="/s/Q2W3E-R4T5Y")
    assert 'class="verdict good"' not in page
    assert messages.sentence(f"verdict.{verdict}.word", locale) in page


@pytest.mark.parametrize(
    "verdict", ["forged", "unknown_key", "typing_error", "unknown_code", "no_offline_data"]
)
def test_a_code_that_leads_nowhere_offers_to_type_it_again(verdict: str) -> None:
    nothing = dict.fromkeys(SEAL) | {"verdict": verdict, "typed": "<7K3M9>", "host": "a.bo"}
    page = render_text("seal.html", view=nothing, demo=False, other_language=ENGLISH)
    assert 'value="&lt;7K3M9&gt;"' in page
    assert "Mamani" not in page


def test_a_white_seal_never_says_ecologico_alone() -> None:
    page = seal_page(category="transition", committee="Comité de Toledo")
    assert "Sello en transición" in page
    assert "ecológico" not in page.lower()


# -- all templates -----------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_no_template_carries_code_or_looks_of_its_own(path: Path) -> None:
    text = path.read_text()
    assert re.findall(r"<style|\sstyle=|\son[a-z]+=|javascript:", text) == []
    assert re.findall(r"<script(?![^>]*\ssrc=)", text) == []


@pytest.mark.parametrize("group", TAGGED)
def test_every_state_has_a_picture_a_colour_and_a_word(group: str) -> None:
    looks = environment("es").get_template("_macros.html").module.LOOKS  # type: ignore[attr-defined]
    for state in TAGGED[group]:
        assert state.value in looks[group]
        for locale in messages.locales():
            assert messages.has_sentence(f"status.{group}.{state.value}", locale)


def test_every_look_has_its_word() -> None:
    looks = environment("es").get_template("_macros.html").module.LOOKS  # type: ignore[attr-defined]
    wordless = [
        f"status.{group}.{state}"
        for group, states in looks.items()
        for state in states
        if not messages.has_sentence(f"status.{group}.{state}")
    ]
    assert wordless == []


# -- colours -----------------------------------------------------------------------------------


def schemes() -> dict[str, dict[str, str]]:
    css = (STATIC_DIR / "spg.css").read_text()
    light, dark = re.findall(r":root \{(.*?)\}", css, re.S)[:2]
    return {
        "light": dict(re.findall(r"--([\w-]+): (#\w+)", light)),
        "dark": dict(re.findall(r"--([\w-]+): (#\w+)", dark)),
    }


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(two * 2 for two in colour[1:])
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("front", "back", "least"),
    [
        ("text", "page", 4.5),
        ("muted", "page", 4.5),
        ("muted", "surface", 4.5),
        ("link", "page", 4.5),
        ("link", "surface", 4.5),
        ("link", "grey-bg", 4.5),
        ("on-green", "green", 4.5),
        ("on-green", "green-strong", 4.5),
        ("on-organic", "organic", 4.5),
        ("on-green", "red-button", 4.5),
        ("red", "page", 4.5),
        ("red", "surface", 4.5),
        ("ok", "ok-bg", 4.5),
        ("amber", "amber-bg", 4.5),
        ("red", "red-bg", 4.5),
        ("blue", "blue-bg", 4.5),
        ("grey", "grey-bg", 4.5),
        ("ok", "page", 4.5),
        ("amber", "page", 4.5),
        ("edge", "surface", 3),
        ("focus", "page", 3),
    ],
)
def test_colours_can_be_told_apart(scheme: str, front: str, back: str, least: float) -> None:
    colours = schemes()[scheme]
    assert contrast(colours[front], colours[back]) >= least


# -- forms -------------------------------------------------------------------------------------


def test_a_form_keeps_what_was_typed_and_points_at_the_fault() -> None:
    form = Form.of({"name": '<b>"Ana"'}, {"name": "Escriba el nombre"})
    html = macro("{{ m.error_summary(form) }}{{ m.text_field(form, 'name', 'Nombre') }}", form=form)
    assert '<a href="#f-name">Escriba el nombre</a>' in html
    assert 'value="&lt;b&gt;&#34;Ana&#34;"' in html
    assert 'aria-describedby=" f-name-error"' in html
    assert 'aria-invalid="true"' in html


def test_a_password_is_never_written_back() -> None:
    form = Form.of({"password": "secreto"})
    assert "secreto" not in macro(
        "{{ m.text_field(form, 'password', 'C', type='password') }}", form=form
    )


def test_ticked_boxes_stay_ticked() -> None:
    form = Form.of(FormData([("who", "1"), ("who", "3"), ("yes", "on")]))
    html = macro(
        "{{ m.checkboxes_field(form, 'who', 'Quién', [(1, 'A'), (2, 'B'), (3, 'C')]) }}"
        "{{ m.checkbox_field(form, 'yes', 'Sí') }}",
        form=form,
    )
    assert re.findall(r'value="(\w+)" checked', html) == ["1", "3", "on"]


def test_a_row_to_edit_fills_a_form() -> None:
    values = {"on": date(2026, 11, 21), "kind": words.Category.ORGANIC, "none": None, "yes": True}
    form = Form.of(values)
    assert form.values == {"on": "2026-11-21", "kind": "organic", "none": "", "yes": "on"}


def test_a_form_tells_the_first_fault_of_each_field() -> None:
    faults = [Fault("a", "required"), Fault("a", "too_long", {"limit": 3}), Fault("b", "bad_date")]
    form = Form.with_faults({"a": ""}, faults)
    assert list(form.errors) == ["a", "b"]
    assert form.errors["a"] == messages.sentence("error.required")


# -- answers -----------------------------------------------------------------------------------


def told(request: Request) -> Response:
    return render(request, "error.html", code="x", title="T", text="t", reasons=[], reference="")


def sent(_: Request) -> Response:
    return redirect("/told", "bad_flash_for_test" if "bad" in _.query_params else "signed_out")


def listed(request: Request) -> Response:
    page = paging(request, int(request.query_params.get("pagina", 1)), 50, 120)
    return Response(macro("{{ m.pagination(page) }}", page=page))


@pytest.fixture
def browser() -> TestClient:
    routes = [Route("/told", told), Route("/sent", sent), Route("/listed", listed)]
    app = Starlette(routes=[*routes, Mount("/static", Assets())])
    return TestClient(app, base_url="https://sello.example.bo")


def test_a_page_speaks_the_language_that_was_chosen_and_remembers_it(browser: TestClient) -> None:
    assert 'lang="es"' in browser.get("/told").text
    assert 'lang="en"' in browser.get("/told", headers={"Accept-Language": "en-GB,en"}).text
    assert '<html lang="en">' in browser.get("/told?lang=en").text
    assert '<html lang="en">' in browser.get("/told").text


@pytest.mark.parametrize(
    ("header", "locale"),
    [
        ("", "es"),
        ("qu,en;q=0.3,es;q=0.8", "es"),
        ("en;q=0", "es"),
        ("en;q=x,*", "es"),
        ("EN", "en"),
    ],
)
def test_the_browsers_wish_is_weighed(header: str, locale: str) -> None:
    assert preferred_locale(header) == locale


@pytest.mark.parametrize("url", ["https://evil.example", "//evil.example", "/\\evil", "evil"])
def test_redirects_stay_on_this_host(url: str) -> None:
    with pytest.raises(ValueError, match="stay on this host"):
        redirect(url)


def test_a_flash_message_is_shown_once(browser: TestClient) -> None:
    assert messages.sentence("flash.signed_out") in browser.get("/sent").text
    assert messages.sentence("flash.signed_out") not in browser.get("/told").text


@pytest.mark.parametrize("cookie", ["x", "bnVsbA==", "WzEsMiwzXQ==", "W10=", "A" * 3000])
def test_a_spoilt_flash_cookie_is_ignored(browser: TestClient, cookie: str) -> None:
    answer = browser.get("/told", headers={"Cookie": f"flash={cookie}"})
    assert answer.status_code == 200
    assert 'class="notice' not in answer.text


def test_a_flash_of_an_unknown_code_says_nothing(browser: TestClient) -> None:
    assert 'class="notice' not in browser.get("/sent?bad=1").text


def test_a_list_pages_on_with_its_filters(browser: TestClient) -> None:
    html = browser.get("/listed?q=rosa&pagina=2").text
    assert 'href="/listed?q=rosa&amp;pagina=1"' in html
    assert 'href="/listed?q=rosa&amp;pagina=3"' in html
    assert "51 a 100 de 120" in html


def test_static_files_are_kept_as_long_as_their_content(browser: TestClient) -> None:
    assert "immutable" in browser.get(static_url("spg.css")).headers["cache-control"]
    assert "immutable" not in browser.get("/static/spg.css").headers["cache-control"]
