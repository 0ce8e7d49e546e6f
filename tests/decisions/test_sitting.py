"""A sitting on the screen: called in one form, everybody present in one press, recusals taken from
the data, and all who comply decided in one act."""

from datetime import date

import pypdfium2
import pytest
from sqlmodel import select

from spg_registry.core.config import settings
from spg_registry.core.keys import open_keyring
from spg_registry.decisions.models import Attendance, Decision
from spg_registry.producers.models import Producer
from spg_registry.producers.schemas import EnrolmentIn, InterestIn
from spg_registry.producers.service import declare_interests
from spg_registry.rounds import service as rounds
from spg_registry.rounds.models import Visit
from spg_registry.rules.words import InterestKind, Outcome
from tests.cast import Stage
from tests.decisions.test_pages import count, plain
from tests.rounds.stories import families, full, opened, sent
from tests.seals.stories import EVERYBODY, IN_TRANSITION, convened, visited


@pytest.fixture(autouse=True)
def keys(stage: Stage) -> None:
    open_keyring(settings().data_dir).ensure(stage.cast.now)


def a_mixed_round(stage: Stage) -> list[Visit]:
    """Three that comply (one of them white), one whose pledge nobody signed."""
    with stage.database.write(stage.cast.now) as session:
        homes = [
            *families(session, stage.cast, "Justina", "Wara"),
            *families(session, stage.cast, "Basilia", **IN_TRANSITION),
            *families(session, stage.cast, "Ñusta", enrolment=EnrolmentIn()),
        ]
        return visited(session, stage.cast, [home.units[0].unit.id for home in homes])


def a_meeting(stage: Stage, visits: list[Visit], present: tuple[str, ...] = EVERYBODY) -> str:
    with stage.database.write(stage.cast.now) as session:
        meeting = convened(session, stage.cast, visits[0].round_id, present)
    return f"/reuniones/{meeting.id}"


def kin(stage: Stage, member: str, producer_id: int) -> None:
    with stage.database.write(stage.cast.now) as session:
        tie = InterestIn(
            person_id=stage.cast.persons[member],
            producer_code=session.get_one(Producer, producer_id).code,
            kind=InterestKind.KIN,
            degree=1,
            since=date(2020, 1, 1),
        )
        declare_interests(session, stage.cast.secretary, stage.cast.now, [tie])


def names(stage: Stage, visits: list[Visit]) -> list[str]:
    with stage.database.read() as session:
        rows = [session.get_one(Producer, visit.producer_id) for visit in visits]
        return [row.display_name for row in rows]


def outcomes(stage: Stage) -> dict[int, Outcome]:
    with stage.database.read() as session:
        return {row.producer_id: row.outcome for row in session.exec(select(Decision))}


def test_one_form_calls_the_meeting_and_says_who_is_ready_and_who_is_not(stage: Stage) -> None:
    visits = a_mixed_round(stage)
    rosa = stage.browser(stage.cast.coordinator)
    page = rosa.get("/reuniones/nueva").text
    text = plain(page)
    assert "3 listas, 1 todavía no" in text
    ready, _, later = text.partition("Todavía no")
    *good, bare = names(stage, visits)
    for name in good:
        assert name in ready
    assert bare in later
    assert "Falta la firma de la carta de compromiso." in later
    assert 'value="1/2026"' in page


def test_a_visit_that_is_not_over_is_said_to_be_so(stage: Stage) -> None:
    with stage.database.write(stage.cast.now) as session:
        homes = families(session, stage.cast, "Justina", "Wara")
        ronda = opened(session, stage.cast)
        units = [home.units[0].unit.id for home in homes]
        made = rounds.add_units(session, stage.cast.coordinator, stage.cast.now, ronda.id, units)
        sent(session, stage.cast, ronda, made)
        rounds.save_visits(session, stage.cast.evaluator, stage.cast.now, full(session, made[:1]))
    text = plain(stage.browser(stage.cast.coordinator).get("/reuniones/nueva").text)
    assert "0 listas, 2 todavía no" in text


def test_the_call_is_one_page_with_day_place_agenda_and_members(stage: Stage) -> None:
    visits = a_mixed_round(stage)
    answer = stage.browser(stage.cast.secretary).post(
        "/reuniones/nueva",
        {
            "round_id": visits[0].round_id,
            "committee_id": stage.cast.committee,
            "body": "guarantee",
            "acta_number": "1/2026",
            "held_on": "2026-06-20",
            "hour": "09:30",
            "place": "Casa comunal",
            "called_by": "Rosa Mamani",
        },
    )
    here = answer.headers["location"]
    page = plain(stage.browser(stage.cast.secretary).get(here).text)
    assert "La reunión es el 20/06/2026" in page
    assert "¿Quiénes están presentes?" not in page
    paper = stage.browser(stage.cast.member).get(f"{here}/convocatoria.pdf")
    document = pypdfium2.PdfDocument(paper.content)
    assert len(document) == 1
    text = " ".join(document[0].get_textpage().get_text_bounded().split())
    for said in (
        "Convocatoria",
        "sábado 20 de junio de 2026",
        "09:30",
        "Casa comunal",
        "Lidia Rojas Vargas (Consumidores)",
        "se necesitan 3 de 5 personas en funciones",
        *names(stage, visits),
    ):
        assert said in text, said


def test_everybody_is_present_in_one_press(stage: Stage) -> None:
    visits = a_mixed_round(stage)
    here = a_meeting(stage, visits, ())
    rosa = stage.browser(stage.cast.coordinator)
    assert "Sin quórum" in plain(rosa.get(here).text)
    assert rosa.post(f"{here}/asistencia", {"todas": "1"}).status_code == 303
    assert "Están 5 personas de 5 en funciones" in plain(rosa.get(here).text)
    with stage.database.read() as session:
        assert session.exec(select(Attendance.present)).all() == [True] * 5


def test_recusals_are_proposed_by_the_data_and_taken_on_in_one_press(stage: Stage) -> None:
    visits = a_mixed_round(stage)
    here = a_meeting(stage, visits)
    kin(stage, "lidia", visits[0].producer_id)
    rosa = stage.browser(stage.cast.coordinator)
    page = plain(rosa.get(here).text)
    name = names(stage, visits)[0]
    assert f"Lidia Rojas Vargas : {name} (es pariente)" in page
    assert rosa.post(f"{here}/excusas").status_code == 303
    page = plain(rosa.get(here).text)
    assert "Excusas aceptadas: 1." in page
    assert "Aceptar estas excusas" not in page
    rosa.post(f"{here}/decisiones", {"todas": "1"})
    with stage.database.read() as session:
        query = select(Decision).where(Decision.producer_id == visits[0].producer_id)
        assert list(session.exec(query).one().recusals.values()) == ["es pariente"]


def test_all_who_comply_are_decided_in_one_act_and_nobody_else(stage: Stage) -> None:
    visits = a_mixed_round(stage)
    here = a_meeting(stage, visits)
    rosa = stage.browser(stage.cast.coordinator)
    page = plain(rosa.get(here).text)
    assert "4 en lista · 3 cumplen · 0 con advertencia · 1 no se puede · 0 anotadas" in page
    assert "Decidir las 3 que cumplen" in page
    typed = {f"d-{visits[1].producer_id}-outcome": "not_approved"}
    typed |= {f"d-{visits[1].producer_id}-reasons": "El pozo está junto al botadero."}
    assert rosa.post(f"{here}/decisiones", {"todas": "1", **typed}).status_code == 303
    first, second, white, _bare = (visit.producer_id for visit in visits)
    assert outcomes(stage) == {
        first: Outcome.ORGANIC,
        second: Outcome.NOT_APPROVED,
        white: Outcome.TRANSITION,
    }
    page = rosa.get(here).text
    assert "3 anotadas" in plain(page)
    assert 'form="decisiones"' not in page


def test_the_list_can_be_narrowed_and_keeps_what_it_shows(stage: Stage) -> None:
    visits = a_mixed_round(stage)
    here = a_meeting(stage, visits)
    rosa = stage.browser(stage.cast.coordinator)
    *good, bare = names(stage, visits)
    page = plain(rosa.get(f"{here}?ver=red").text)
    assert bare in page
    assert not any(f"{name} P0" in page for name in good)
    answer = rosa.post(
        f"{here}/decisiones",
        {
            "ver": "red",
            f"d-{visits[3].producer_id}-outcome": "pending_papers",
            f"d-{visits[3].producer_id}-reasons": "Falta la carta.",
            f"d-{visits[3].producer_id}-conditions-0-text": "Firmar la carta",
            f"d-{visits[3].producer_id}-conditions-0-due_on": "2026-07-15",
        },
    )
    assert answer.headers["location"] == f"{here}?ver=red#agenda"
    assert count(stage, Decision) == 1
    assert "Ninguna familia" in plain(rosa.get(f"{here}?ver=amber").text)


def test_a_family_whose_recusals_break_the_quorum_is_told_so_by_itself(stage: Stage) -> None:
    """Three of five are present; with one of them recused two remain of four, and three must."""
    visits = a_mixed_round(stage)
    here = a_meeting(stage, visits, ("rosa", "lidia", "julian"))
    kin(stage, "julian", visits[0].producer_id)
    page = plain(stage.browser(stage.cast.coordinator).get(here).text)
    assert "Hay quórum" in page
    assert "2 cumplen" in page
    assert "2 no se puede" in page
