"""A committee gives account of its year: counted from what happened, without anybody's name."""

from datetime import date
from io import BytesIO

import pypdfium2
import pytest
from sqlmodel import Session

from spg_registry.committees.errors import CommitteeNotFound
from spg_registry.complaints import service as complaints
from spg_registry.core.db import Database
from spg_registry.register.accounts import Accounts, accounts, every_committee
from spg_registry.register.wall_sheet import wall_sheet
from spg_registry.rules.words import Outcome
from spg_registry.seals import service as seals
from tests.cast import APPEALS_A, EVALUATORS_A, MEMBERS_A, Cast, Stage
from tests.complaints.stories import UPHELD, about
from tests.seals.stories import closed, convened, decided, ready
from tests.seals.test_events import HEARD

BASE = "https://sello.example.bo"


def a_year(session: Session, cast: Cast) -> None:
    """Three visited: two with a green seal, one refused; one seal suspended; two complaints."""
    visits = ready(session, cast, "Justina", "Zacarías", "Wara")
    meeting = convened(session, cast, visits[0].round_id, ("rosa", "lidia", "julian", "elena"))
    decided(session, cast, meeting, visits[:2])
    refusal = {"reasons": "No abrió su parcela"}
    decided(session, cast, meeting, visits[2:], Outcome.NOT_APPROVED, **refusal)
    first, second = closed(session, cast, meeting).granted
    seals.suspend(session, cast.control, cast.now, first.code, HEARD)
    row = about(session, cast, second)
    about(session, cast, second)
    complaints.take_up(session, cast.secretary, cast.now, row.id)
    complaints.answer(session, cast.secretary, cast.now, row.id, UPHELD)


def figures(told: Accounts) -> dict[str, tuple[int, int | None]]:
    return {f.name: (f.count, f.of) for chapter in told.chapters for f in chapter.figures}


def test_each_figure_is_counted_of_its_whole(session: Session, cast: Cast) -> None:
    a_year(session, cast)
    told = accounts(session, cast.committee, cast.today)
    assert (told.year, told.provisional, told.years) == (2026, True, [2026, 2025])
    assert figures(told) == {
        "rounds_closed": (0, 1),
        "visits_made": (3, 3),
        "visits_reviewed": (3, 3),
        "granted_organic": (2, 3),
        "granted_transition": (0, 3),
        "not_yet": (0, 3),
        "refused": (1, 3),
        "appealed": (0, 3),
        "appeals_changed": (0, 0),
        "suspended": (1, 2),
        "reinstated": (0, 1),
        "withdrawn": (0, 2),
        "complaints_received": (2, None),
        "answered_in_time": (1, 2),
        "complaints_overdue": (0, 2),
        "complaints_upheld": (1, 1),
        "meetings": (1, None),
        "present": (4, 5),
    }
    assert (told.facts.organic, told.facts.transition) == (1, 0)


def test_another_year_and_another_committee_count_nothing_of_it(
    session: Session, cast: Cast
) -> None:
    a_year(session, cast)
    before = accounts(session, cast.committee, cast.today, 2025)
    assert not before.provisional
    assert {count for count, _ in figures(before).values()} == {0}
    other = accounts(session, cast.committee_b, cast.today)
    assert {count for count, _ in figures(other).values()} == {0}
    assert other.facts.recognised == "none"


def test_a_complaint_past_its_day_is_counted_as_late(session: Session, cast: Cast) -> None:
    a_year(session, cast)
    later = accounts(session, cast.committee, date(2026, 8, 1))
    assert figures(later)["complaints_overdue"] == (1, 2)


def test_every_committee_is_listed_with_its_holders(session: Session, cast: Cast) -> None:
    a_year(session, cast)
    told = {
        line.id: (line.organic, line.recognised) for line in every_committee(session, cast.today)
    }
    assert told == {cast.committee: (1, "in_force"), cast.committee_b: (0, "none")}


def test_a_committee_that_is_not_there_is_not_found(session: Session, cast: Cast) -> None:
    with pytest.raises(CommitteeNotFound):
        accounts(session, 999_999, cast.today)


# --- page and paper -------------------------------------------------------------------------------


@pytest.fixture
def told(database: Database, cast: Cast) -> Accounts:
    with database.write(cast.now) as session:
        a_year(session, cast)
    with database.read() as session:
        return accounts(session, cast.committee, cast.today)


def people() -> set[str]:
    listed = [*MEMBERS_A, *APPEALS_A, *EVALUATORS_A]
    return {surnames for _, _, surnames, *_ in listed} | {"Justina", "Zacarías", "Wara"}


def test_the_page_tells_sectors_and_sums_and_nobody(stage: Stage, told: Accounts) -> None:
    for url in (
        f"/rendicion/{stage.cast.committee}",
        f"/rendicion/{stage.cast.committee}?gestion=2025",
        f"/rendicion/{stage.cast.committee}?gestion=nada",
        "/rendicion?q=PUNÁTA",
    ):
        answer = stage.client.get(url)
        assert answer.status_code == 200
        assert not [name for name in people() if name in answer.text]
    page = stage.client.get(f"/rendicion/{stage.cast.committee}").text
    for said in ("RA 012/2025", "R.A. 101/2025", "de 3 · 66,7", "Comité de apelación"):
        assert said in page
    assert "Tiquipaya" not in stage.client.get("/rendicion?q=punata").text.split("<table")[1]
    assert stage.client.get("/rendicion/999999").status_code == 404


def test_the_wall_sheet_is_one_a3_page_with_the_same_figures(cast: Cast, told: Accounts) -> None:
    made = wall_sheet(told, cast.today, BASE)
    assert made == wall_sheet(told, cast.today, BASE)
    paper = pypdfium2.PdfDocument(BytesIO(made))
    assert len(paper) == 1
    assert [round(side / 72 * 25.4) for side in paper[0].get_size()] == [297, 420]
    text = paper[0].get_textpage().get_text_bounded()
    for said in ("Sellos ecológicos otorgados", "66,7 %", "sello.example.bo/rendicion", "Punata"):
        assert said in text
    assert not [name for name in people() if name in text]


def test_the_link_on_the_wall_leads_to_the_page(stage: Stage) -> None:
    answer = stage.client.get(f"/RENDICION/{stage.cast.committee}")
    assert answer.headers["location"] == f"/rendicion/{stage.cast.committee}"
