"""A meeting in the browser: steps in order, one screen for all rows, every reason when refused."""

import re
from typing import Any

import pypdfium2
import pytest
from sqlmodel import func, select

from spg_registry.core import codes
from spg_registry.core.config import settings
from spg_registry.core.keys import open_keyring
from spg_registry.core.permissions import Actor
from spg_registry.decisions.models import Attendance, Decision, Meeting, MeetingState
from spg_registry.producers.models import Producer
from spg_registry.producers.schemas import EnrolmentIn
from spg_registry.rounds.models import Visit
from spg_registry.rules.words import DecisionState, Outcome
from spg_registry.seals.models import SealGrant
from tests.cast import MEMBERS_B, TIQUIPAYA, Stage
from tests.producers.families import crop, unit
from tests.rounds.stories import families
from tests.seals.stories import (
    EVERYBODY,
    IN_TRANSITION,
    as_b,
    convened,
    decided,
    ready,
    seat,
    visited,
)


def told(stage: Stage, actor: Actor, url: str, status: int = 200) -> str:
    """The page's text without its markup."""
    answer = stage.browser(actor).get(url)
    assert answer.status_code == status, answer.text
    return plain(answer.text)


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


@pytest.fixture(autouse=True)
def keys(stage: Stage) -> None:
    open_keyring(settings().data_dir).ensure(stage.cast.now)


def a_round(stage: Stage, *names: str, **other: Any) -> list[Visit]:
    with stage.database.write(stage.cast.now) as session:
        return ready(session, stage.cast, *names, **other)


def a_meeting(stage: Stage, visits: list[Visit], present: tuple[str, ...] = EVERYBODY) -> int:
    with stage.database.write(stage.cast.now) as session:
        return convened(session, stage.cast, visits[0].round_id, present).id


def seats(stage: Stage, *names: str) -> list[str]:
    with stage.database.read() as session:
        return [str(seat(session, stage.cast, name)) for name in names]


def count(stage: Stage, table: Any) -> int:
    with stage.database.read() as session:
        return session.exec(select(func.count()).select_from(table)).one()


def test_the_whole_way_in_the_browser(stage: Stage) -> None:
    cast = stage.cast
    visits = a_round(stage, "Justina", "Basilia")
    coordinator, secretary = stage.browser(cast.coordinator), stage.browser(cast.secretary)

    page = coordinator.get("/reuniones/nueva").text
    assert "Ronda de 06/2026" in page
    answer = coordinator.post(
        "/reuniones/nueva",
        {
            "round_id": visits[0].round_id,
            "committee_id": cast.committee,
            "body": "guarantee",
            "acta_number": "4/2026",
            "held_on": "2026-06-14",
            "place": "Sede",
            "called_by": "Rosa Mamani",
        },
    )
    assert answer.status_code == 303
    here = answer.headers["location"]
    page = plain(coordinator.get(here).text)
    assert "Sin quórum" in page

    members = seats(stage, *EVERYBODY[:4])
    assert coordinator.post(f"{here}/asistencia", {"members": members}).status_code == 303
    page = plain(coordinator.get(here).text)
    assert "Hay quórum Están 4 personas de 5 en funciones" in page
    assert page.count("Cumple todo") == 2

    rows = {f"d-{visit.producer_id}-outcome": "organic" for visit in visits}
    assert coordinator.post(f"{here}/decisiones", rows).status_code == 303
    assert "Otra persona debe cerrar" in plain(coordinator.get(f"{here}/cierre").text)
    page = plain(secretary.get(f"{here}/cierre").text)
    assert "Se otorgarán 2 sellos." in page
    assert "14/06/2026 – 13/06/2027" in page
    assert secretary.post(f"{here}/cierre").status_code == 303

    page = secretary.get(here).text
    with stage.database.read() as session:
        grants = session.exec(select(SealGrant)).all()
    assert len(grants) == 2
    for grant in grants:
        for address in (
            f"/sellos/{grant.code}",
            f"/s/{grant.code}",
            f"/s/{grant.code}/certificado.pdf",
            f"/s/{grant.code}/qr.png?profile=carried",
        ):
            assert f'href="{address}"' in page
    papers = secretary.get(f"{here}/certificados.pdf")
    assert papers.headers["content-type"] == "application/pdf"
    document = pypdfium2.PdfDocument(papers.content)
    texts = [sheet.get_textpage().get_text_bounded() for sheet in document]
    assert len(texts) == 2
    for grant, text in zip(grants, texts, strict=True):
        assert codes.display(grant.code) in text


def test_the_norm_proposes_the_seal_that_the_land_allows(stage: Stage) -> None:
    with stage.database.write(stage.cast.now) as session:
        old = families(session, stage.cast, "Justina")
        young = families(session, stage.cast, "Basilia", **IN_TRANSITION)
        bare = families(session, stage.cast, "Wara", enrolment=EnrolmentIn())
        units = [home.units[0].unit.id for home in (*old, *young, *bare)]
        visits = visited(session, stage.cast, units)
    here = f"/reuniones/{a_meeting(stage, visits)}"
    page = stage.browser(stage.cast.coordinator).get(here).text
    chosen = re.findall(r'id="f-d-\d+-outcome".*?<option value="(\w*)" selected', page, re.S)
    assert chosen == ["organic", "transition"]
    assert "Falta la firma de la carta de compromiso." in page


def test_a_refused_closing_says_every_reason_and_loses_nothing(stage: Stage) -> None:
    with stage.database.write(stage.cast.now) as session:
        good = families(session, stage.cast, "Justina")
        bare = families(session, stage.cast, "Wara", enrolment=EnrolmentIn())
        units = [home.units[0].unit.id for home in (*good, *bare)]
        visits = visited(session, stage.cast, units, acknowledged=False)
        meeting = convened(session, stage.cast, visits[0].round_id)
        decided(session, stage.cast, meeting, visits)
    here = f"/reuniones/{meeting.id}"
    secretary = stage.browser(stage.cast.secretary)
    assert "Así como está" in plain(secretary.get(f"{here}/cierre").text)
    answer = secretary.post(f"{here}/cierre")
    assert answer.status_code == 422
    text = plain(answer.text)
    assert "El acta no se cerró: no se otorgó nada" in text
    assert text.count("Falta que la familia o persona productora confirme") == 2
    assert "Falta la firma de la carta de compromiso." in text
    for home in (*good, *bare):
        assert home.producer.code in text
    assert count(stage, SealGrant) == 0
    with stage.database.read() as session:
        assert session.get_one(Meeting, meeting.id).state is MeetingState.CONVENED
        states = session.exec(select(Decision.state)).all()
        assert set(states) == {DecisionState.DRAFT}


def test_who_decided_cannot_close_even_by_force(stage: Stage) -> None:
    visits = a_round(stage, "Justina")
    meeting = a_meeting(stage, visits)
    coordinator = stage.browser(stage.cast.coordinator)
    rows = {f"d-{visits[0].producer_id}-outcome": "organic"}
    coordinator.post(f"/reuniones/{meeting}/decisiones", rows)
    answer = coordinator.post(f"/reuniones/{meeting}/cierre")
    assert answer.status_code == 422
    assert "Otra persona debe cerrar esta acta" in plain(answer.text)
    assert count(stage, SealGrant) == 0


def test_who_comes_second_gets_the_page_of_the_closed_meeting(stage: Stage) -> None:
    visits = a_round(stage, "Justina")
    with stage.database.write(stage.cast.now) as session:
        meeting = convened(session, stage.cast, visits[0].round_id)
        decided(session, stage.cast, meeting, visits)
    secretary = stage.browser(stage.cast.secretary)
    here = f"/reuniones/{meeting.id}"
    assert secretary.post(f"{here}/cierre").status_code == 303
    for address in ("cierre", "asistencia", "decisiones", "dispensas"):
        answer = stage.browser(stage.cast.coordinator).post(f"{here}/{address}")
        assert (answer.status_code, answer.headers["location"]) == (303, here)
    coordinator = stage.browser(stage.cast.coordinator)
    coordinator.post(f"{here}/cierre")
    assert "Otra persona ya cerró esta acta." in coordinator.get(here).text
    assert count(stage, SealGrant) == 1


def test_saving_again_what_stands_there_writes_nobody_down_as_who_decided(stage: Stage) -> None:
    visits = a_round(stage, "Justina", "Basilia")
    meeting = a_meeting(stage, visits)
    rows = {f"d-{visit.producer_id}-outcome": "organic" for visit in visits}
    coordinator = stage.browser(stage.cast.coordinator)
    coordinator.post(f"/reuniones/{meeting}/decisiones", rows)
    changed = rows | {f"d-{visits[0].producer_id}-outcome": "transition"}
    stage.browser(stage.cast.secretary).post(f"/reuniones/{meeting}/decisiones", changed)
    with stage.database.read() as session:
        drafts = session.exec(select(Decision).order_by(Decision.id)).all()  # type: ignore[arg-type]
    assert [draft.recorded_by for draft in drafts] == [
        stage.cast.secretary.hand,
        stage.cast.coordinator.hand,
    ]


def test_a_row_that_lacks_its_reasons_comes_back_as_it_was_typed(stage: Stage) -> None:
    visits = a_round(stage, "Justina", "Basilia")
    meeting = a_meeting(stage, visits)
    first, second = (visit.producer_id for visit in visits)
    answer = stage.browser(stage.cast.coordinator).post(
        f"/reuniones/{meeting}/decisiones",
        {
            f"d-{first}-outcome": "organic",
            f"d-{second}-outcome": "with_conditions",
            f"d-{second}-reasons": "La barrera está <raleada>",
            f"d-{second}-conditions-0-text": "Reponer la barrera",
        },
    )
    assert answer.status_code == 422
    assert f'href="#f-d-{second}-conditions-0-due_on"' in answer.text
    assert "La barrera está &lt;raleada&gt;" in answer.text
    assert "Reponer la barrera" in answer.text
    assert count(stage, Decision) == 0


def test_one_producer_in_detail(stage: Stage) -> None:
    visits = a_round(stage, "Justina", units=[unit(crops=[crop("papa"), crop("haba")])])
    meeting = a_meeting(stage, visits)
    with stage.database.read() as session:
        code = session.get_one(Producer, visits[0].producer_id).code
    here = f"/reuniones/{meeting}/productores/{code}"
    coordinator = stage.browser(stage.cast.coordinator)
    assert "Alcance: qué productos cubre el sello" in coordinator.get(here).text
    rosa, lidia, julian, pedro = seats(stage, "rosa", "lidia", "julian", "pedro")
    form = {
        "outcome": "organic",
        "scope": [f"{visits[0].unit_id}:haba"],
        "valid_until": "2026-12-31",
        "by_consensus": "votes",
        f"votes-{rosa}": "for",
        f"votes-{lidia}": "for",
        f"votes-{julian}": "against",
        f"recusals-{pedro}": "Es su compadre",
    }
    answer = coordinator.post(here, form)
    assert answer.status_code == 303, answer.text
    with stage.database.read() as session:
        draft = session.exec(select(Decision)).one()
    assert [row["product_code"] for row in draft.scope] == ["haba"]
    assert draft.votes == {rosa: "for", lidia: "for", julian: "against"}
    assert draft.recusals == {pedro: "Es su compadre"}
    page = plain(coordinator.get(f"/reuniones/{meeting}").text)
    assert "Se excusan: Pedro Flores Ledezma." in page
    assert "Del 14/06/2026 al 31/12/2026." in page
    for wrong, field in (
        ({"scope": []}, "scope"),
        ({"outcome": "suspension"}, "reasons"),
        ({"valid_until": "31.12."}, "valid_until"),
    ):
        again = coordinator.post(here, form | wrong)
        assert again.status_code == 422
        assert f'href="#f-{field}"' in again.text


def test_the_screen_of_all_keeps_what_the_detail_said(stage: Stage) -> None:
    visits = a_round(stage, "Justina")
    with stage.database.write(stage.cast.now) as session:
        meeting = convened(session, stage.cast, visits[0].round_id)
        why = {seat(session, stage.cast, "pedro"): "Compadre"}
        decided(session, stage.cast, meeting, visits, recusals=why)
    rows = {f"d-{visits[0].producer_id}-outcome": "transition"}
    stage.browser(stage.cast.secretary).post(f"/reuniones/{meeting.id}/decisiones", rows)
    with stage.database.read() as session:
        draft = session.exec(select(Decision)).one()
    assert draft.outcome is Outcome.TRANSITION
    assert list(draft.recusals.values()) == ["Compadre"]


def test_somebody_whom_the_round_did_not_bring(stage: Stage) -> None:
    with stage.database.write(stage.cast.now) as session:
        (home,) = families(session, stage.cast, "Justina")
        meeting = convened(session, stage.cast, None)
    here = f"/reuniones/{meeting.id}"
    coordinator = stage.browser(stage.cast.coordinator)
    answer = coordinator.get(f"{here}/productores?codigo={home.producer.code.lower()}")
    assert answer.headers["location"] == f"{here}/productores/{home.producer.code}"
    form = {"outcome": "exclusion", "reasons": "Vendió ajeno", "by_consensus": "on"}
    assert coordinator.post(answer.headers["location"], form).status_code == 303
    assert stage.browser(stage.cast.secretary).post(f"{here}/cierre").status_code == 303
    answer = coordinator.get(f"{here}/productores?codigo=P9999999")
    assert answer.headers["location"] == here


def test_warnings_are_let_pass_by_the_meeting_in_writing(stage: Stage) -> None:
    cast = stage.cast
    with stage.database.write(cast.now) as session:
        b = as_b(cast)
        homes = families(session, b, "Wara", municipality_code=TIQUIPAYA, community="Chapisirca")
        visits = visited(session, b, [homes[0].units[0].unit.id], team=("wilma", "oscar"))
        present = [known for known, *_ in MEMBERS_B]
        meeting = convened(session, b, visits[0].round_id, present)
    here = f"/reuniones/{meeting.id}"
    fausto = stage.browser(cast.coordinator_b)
    page = fausto.get(here).text
    assert 'name="waivers-committee_recognised"' in page
    assert "Esto vale para todas las familias" in page
    reason = {"waivers-committee_recognised": "El trámite está en el concejo municipal"}
    assert fausto.post(f"{here}/dispensas", reason).status_code == 303
    page = plain(fausto.get(here).text)
    assert "Esto vale para todas las familias" not in page
    assert "Cumple todo" in page
    rows = {f"d-{visits[0].producer_id}-outcome": "organic"}
    fausto.post(f"{here}/decisiones", rows)
    assert fausto.post(f"{here}/cierre").status_code == 303  # three members: one pair of hands
    assert "El trámite está en el concejo municipal" in fausto.get(here).text
    assert count(stage, SealGrant) == 1


def test_a_number_that_is_taken_is_said_at_its_field(stage: Stage) -> None:
    visits = a_round(stage, "Justina")
    a_meeting(stage, visits)
    answer = stage.browser(stage.cast.coordinator).post(
        "/reuniones/nueva",
        {
            "round_id": visits[0].round_id,
            "committee_id": stage.cast.committee,
            "acta_number": f"{visits[0].round_id}/2026",
            "held_on": "2026-06-14",
            "place": "Sede",
            "called_by": "Rosa",
        },
    )
    assert answer.status_code == 422
    assert 'href="#f-acta_number"' in answer.text


def test_families_are_told_once(stage: Stage) -> None:
    visits = a_round(stage, "Justina")
    with stage.database.write(stage.cast.now) as session:
        meeting = convened(session, stage.cast, visits[0].round_id)
        decided(session, stage.cast, meeting, visits)
    stage.browser(stage.cast.secretary).post(f"/reuniones/{meeting.id}/cierre")
    secretary = stage.browser(stage.cast.secretary)
    assert "Las familias fueron avisadas hoy" in secretary.get(f"/reuniones/{meeting.id}").text
    assert secretary.post(f"/reuniones/{meeting.id}/notificaciones").status_code == 303
    assert "Las familias fueron avisadas hoy" not in secretary.get(f"/reuniones/{meeting.id}").text


def test_pages_of_a_meeting_are_for_who_may_read_it(stage: Stage) -> None:
    cast = stage.cast
    visits = a_round(stage, "Justina")
    meeting = a_meeting(stage, visits)
    here = f"/reuniones/{meeting}"
    with stage.database.read() as session:
        code = session.get_one(Producer, visits[0].producer_id).code
    pages = (here, f"{here}/cierre", f"{here}/productores/{code}", f"{here}/certificados.pdf")
    for address in (*pages, "/reuniones", "/reuniones/nueva"):
        answer = stage.client.get(address)
        assert (answer.status_code, answer.headers["location"][:8]) == (303, "/entrar?")
    for stranger in (cast.coordinator_b, cast.evaluator):
        browser = stage.browser(stranger)
        assert [browser.get(address).status_code for address in pages] == [404] * 4
        for address in ("cierre", "asistencia", "decisiones", "dispensas", "notificaciones"):
            assert browser.post(f"{here}/{address}").status_code == 404
    for reader in (cast.member, cast.control, cast.cnape):
        browser = stage.browser(reader)
        assert browser.get(here).status_code == 200
        assert "Guardar las decisiones" not in browser.get(here).text
        assert browser.get(f"{here}/cierre").status_code == 403
        for address in ("cierre", "asistencia", "decisiones", "dispensas"):
            assert browser.post(f"{here}/{address}").status_code == 403
    assert count(stage, Decision) == 0
    assert count(stage, Attendance) == 5
    listed = stage.browser(cast.coordinator).get("/reuniones").text
    assert f'href="{here}"' in listed
    assert f'href="{here}"' not in stage.browser(cast.coordinator_b).get("/reuniones").text


def test_an_open_meeting_in_english(stage: Stage) -> None:
    visits = a_round(stage, "Justina")
    page = told(stage, stage.cast.coordinator, f"/reuniones/{a_meeting(stage, visits)}?lang=en")
    assert "There is a quorum" in page
    assert "Meets everything" in page
