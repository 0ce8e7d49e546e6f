"""The guided walk of docs/recorrido.md, walked: from a meeting to a scanned seal, to its
suspension, to the national register. With `SPG_PICTURES` it also takes the documents' pictures."""

import base64
import csv
import io
import json
import os
import subprocess
import sys
import urllib.parse
import urllib.request

from playwright.sync_api import Page, expect

from spg_registry.core.schema import PROJECT
from tests.browser.conftest import Camera, Opening, Printer
from tests.browser.steps import first_line, told_day, what_a_phone_reads
from tests.serving import Server

ACTA = "08/2026"


def test_from_the_meeting_to_the_fair_and_back(
    server: Server, person: Opening, picture: Camera, paper: Printer
) -> None:
    coordinator = person(server, "coordinadora")
    the_work_waits(coordinator, picture)
    meeting = a_meeting_is_held_and_decides(coordinator, picture)
    whoever_decided_may_not_close(coordinator, picture)

    secretary = person(server, "secretaria")
    path = another_person_closes_the_acta(secretary, meeting, picture)
    certificate = the_certificate_is_there(secretary, path)
    paper(certificate, "certificado")
    link = what_a_phone_reads(secretary, path)

    consumer = person(server)
    the_seal_is_valid(consumer, link, picture)
    a_typed_code_is_forgiven(consumer, path)

    program = a_program_of_the_control_body(server)
    code = path.removeprefix("/s/")
    assert standing_in_the_register(server, program, code) == "valid"
    the_control_body_suspends(person(server, "control"), code, picture)

    consumer.goto(link)
    assert first_line(consumer) == "SUSPENDIDO"
    picture(consumer, "sello-suspendido", on="phone")
    consumer.get_by_role("link", name="English").click()
    assert first_line(consumer) == "SUSPENDED"
    assert standing_in_the_register(server, program, code) == "suspended"


def the_work_waits(page: Page, picture: Camera) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Lo que espera")
    picture(page, "inicio")
    running = page.get_by_role("region", name="Rondas en marcha")
    running.get_by_role("link", name="Tercera ronda, segundo grupo, 2026", exact=True).click()
    expect(page.get_by_text("no están confirmados por la autoridad")).to_be_visible()
    picture(page, "ronda")


def a_meeting_is_held_and_decides(page: Page, picture: Camera) -> str:
    page.goto("/reuniones")
    page.get_by_role("link", name="Convocar una reunión").click()
    rounds = page.get_by_label("Ronda que se decide")
    ready = rounds.get_by_role("option").filter(has_text="primer grupo")
    rounds.select_option(ready.get_attribute("value"))
    page.get_by_label("Número de acta").fill(ACTA)
    page.get_by_label("Lugar").fill("Casa comunal")
    page.get_by_role("button", name="Empezar la reunión").click()

    expect(page.locator("#quorum")).to_contain_text("Sin quórum")
    seats = page.get_by_role("group", name="¿Quiénes están presentes?").get_by_role("checkbox")
    for place in range(seats.count()):
        seats.nth(place).check()
    page.get_by_role("button", name="Guardar la asistencia").click()
    expect(page.locator("#quorum")).to_contain_text("Hay quórum")
    picture(page, "asistencia")

    picture(page, "decisiones", above="Decisiones")
    assert page.get_by_text("Cumple todo").count() > 10
    page.get_by_role("button", name="Guardar las decisiones").click()
    expect(page.get_by_text("Decisiones guardadas")).to_be_visible()
    return urllib.parse.urlsplit(page.url).path


def whoever_decided_may_not_close(page: Page, picture: Camera) -> None:
    page.get_by_role("link", name="Revisar y cerrar el acta").click()
    expect(page.get_by_text("Otra persona debe cerrar esta acta")).to_be_visible()
    expect(page.get_by_role("button", name="Cerrar el acta y otorgar")).to_have_count(0)
    picture(page, "dos-personas")


def another_person_closes_the_acta(page: Page, meeting: str, picture: Camera) -> str:
    """Returns the address of a seal that is good from today."""
    page.goto(meeting)
    page.get_by_role("link", name="Revisar y cerrar el acta").click()
    fresh = page.get_by_role("row").filter(has_text=f"{told_day()} –").first
    family = fresh.get_by_role("rowheader").inner_text()
    picture(page, "cierre")
    page.get_by_role("button", name="Cerrar el acta y otorgar").click()
    expect(page.get_by_text("El acta está cerrada")).to_be_visible()
    picture(page, "acta-cerrada", above="Sellos otorgados")
    row = page.get_by_role("row").filter(has_text=family)
    return str(row.get_by_role("link", name="Página").get_attribute("href"))


def the_certificate_is_there(page: Page, path: str) -> bytes:
    answer = page.request.get(f"{path}/certificado.pdf")
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.body().startswith(b"%PDF-")
    return answer.body()


def the_seal_is_valid(page: Page, link: str, picture: Camera) -> None:
    assert link == link.upper()
    answer = page.goto(link)
    assert answer is not None
    assert answer.status == 200
    assert first_line(page) == "VÁLIDO"
    expect(page.get_by_text("Demostración")).to_be_visible()
    picture(page, "sello-valido", on="phone")


def a_typed_code_is_forgiven(page: Page, path: str) -> None:
    code = path.removeprefix("/s/")
    page.goto("/verificar")
    page.get_by_label("Código del sello").fill(f" {code[:5]}-{code[5:]} ".lower())
    page.get_by_role("main").get_by_role("button", name="Verificar").click()
    assert first_line(page) == "VÁLIDO"


def a_program_of_the_control_body(server: Server) -> tuple[str, str]:
    """Made by the operator; its secret is printed once."""
    settings = {"SPG_DATABASE_URL": server.database_url, "SPG_DATA_DIR": str(server.data_dir)}
    made = subprocess.run(
        [
            *(sys.executable, "-m", "spg_registry", "client", "create", "senasag"),
            *("--scope", "register:read"),
        ],
        cwd=PROJECT,
        env=os.environ | settings,
        capture_output=True,
        text=True,
        check=True,
    )
    secret = made.stdout.split("client_secret: ")[1].strip()
    return "senasag", secret


def standing_in_the_register(server: Server, program: tuple[str, str], code: str) -> str:
    """What `curl` would bring: a token for the program, then the table of seals."""
    basic = base64.b64encode(":".join(program).encode()).decode()
    asked = urllib.request.Request(  # noqa: S310  # our own address
        f"{server.url}/api/v1/token",
        data=b"grant_type=client_credentials",
        headers={"Authorization": f"Basic {basic}"},
    )
    with urllib.request.urlopen(asked) as answer:  # noqa: S310
        token = json.load(answer)["access_token"]
    asked = urllib.request.Request(  # noqa: S310
        f"{server.url}/api/v1/register/seals.csv", headers={"Authorization": f"Bearer {token}"}
    )
    with urllib.request.urlopen(asked) as answer:  # noqa: S310
        rows = list(csv.DictReader(io.TextIOWrapper(answer, "utf-8", newline="")))
    assert len(rows) > 3_000
    (row,) = [row for row in rows if row["public_code"] == code]
    return row["standing"]


def the_control_body_suspends(page: Page, code: str, picture: Camera) -> None:
    page.goto(f"/sellos/{code}")
    page.get_by_role("link", name="Suspender").click()
    page.get_by_label("Motivo público").select_option("prohibited_input")
    page.get_by_label("Explicación para el expediente").fill("Residuos en la muestra 114.")
    page.get_by_label("Derecho a réplica").fill("Avisada hoy; puede responder en diez días.")
    picture(page, "suspender")
    page.get_by_role("button", name="Suspender").click()
    expect(page.get_by_text("está suspendido")).to_be_visible()
    page.goto("/registro")
    picture(page, "registro")
