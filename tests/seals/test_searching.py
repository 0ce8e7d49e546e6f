"""Anybody finds seals by published name, product and place, and nobody by a name they keep."""

import re

import pytest
from sqlmodel import Session

from spg_registry.producers import service as producers
from spg_registry.producers.models import Producer
from spg_registry.producers.schemas import ProducerCorrection
from spg_registry.seals import service as seals
from spg_registry.seals.models import SealGrant
from spg_registry.seals.searching import Found, Wish, search_seals
from tests.cast import Cast, Stage
from tests.producers.families import crop, unit
from tests.seals.stories import granted
from tests.seals.test_events import HEARD

SHOWN = {"publication_consent": True}


def named(session: Session, cast: Cast, text: str, **more: object) -> list[str]:
    found, total = search_seals(session, Wish(text, **more), cast.today, limit=50)  # type: ignore[arg-type]
    assert total == len(found)
    return [seal.name for seal in found]


@pytest.fixture
def seals_of(session: Session, cast: Cast) -> dict[str, SealGrant]:
    """Ñusta publishes her name and grows beans too; Zenobia does not publish hers."""
    names = {
        "Ñusta": SHOWN | {"units": [unit(crops=[crop("papa"), crop("haba")])]},
        "Zenobia": {"publication_consent": False},
    }
    made: dict[str, SealGrant] = {}
    for name, more in names.items():
        made[name] = granted(session, cast, name, **more)[0]
    return made


def test_who_publishes_the_name_is_found_by_it(
    session: Session, cast: Cast, seals_of: dict[str, SealGrant]
) -> None:
    whole = session.get_one(Producer, seals_of["Ñusta"].producer_id).display_name
    for typed in ("ñusta", "NUSTA", "  Ñustá ", "ñus", whole.upper()):
        assert named(session, cast, typed) == [whole]


def test_who_keeps_the_name_is_not_found_by_it(
    session: Session, cast: Cast, seals_of: dict[str, SealGrant]
) -> None:
    kept = session.get_one(Producer, seals_of["Zenobia"].producer_id)
    for typed in ("zenobia", "Zenobia papa", kept.code):
        assert named(session, cast, typed) == []
    by_place = named(session, cast, "punata")
    assert len(by_place) == 2
    assert kept.display_name not in by_place


def test_who_takes_the_consent_back_is_found_no_more(
    session: Session, cast: Cast, seals_of: dict[str, SealGrant]
) -> None:
    row = session.get_one(Producer, seals_of["Ñusta"].producer_id)
    wish = ProducerCorrection(publication_consent=False, reason="La familia lo pidió")
    producers.correct_producer(session, cast.secretary, cast.now, row.code, wish)
    assert named(session, cast, "ñusta") == []


@pytest.mark.parametrize(
    ("typed", "count"),
    [
        ("papa", 2),
        ("PAPAS", 2),
        ("haba", 1),
        ("habas", 1),
        ("abas", 1),
        ("broad bean", 1),
        ("punata", 2),
        ("Cochabamba", 2),
        ("papa punata", 2),
        ("haba ñusta", 1),
        ("haba zenobia", 0),
        ("quinua", 0),
        ("zz", 0),
        ("' OR 1=1 --", 0),
        ("%", 0),
    ],
)
def test_products_and_places_forgive_case_accents_and_plurals(
    session: Session, cast: Cast, seals_of: dict[str, SealGrant], typed: str, count: int
) -> None:
    if Wish(typed).is_empty:
        assert count == 0
    else:
        assert len(named(session, cast, typed)) == count


def test_a_committee_and_a_product_narrow_it(
    session: Session, cast: Cast, seals_of: dict[str, SealGrant]
) -> None:
    assert len(named(session, cast, "", committee_id=cast.committee)) == 2
    assert named(session, cast, "", committee_id=cast.committee_b) == []
    assert len(named(session, cast, "", product_code="haba")) == 1


def test_what_no_longer_stands_is_shown_only_when_asked(
    session: Session, cast: Cast, seals_of: dict[str, SealGrant]
) -> None:
    code = seals_of["Ñusta"].code
    seals.suspend(session, cast.control, cast.now, code, HEARD)
    assert named(session, cast, "ñusta") == []
    (found,) = search_seals(session, Wish("ñusta", lapsed=True), cast.today, limit=5)[0]
    assert (found.code, found.standing.value) == (code, "suspended")


def test_pages_do_not_overlap(session: Session, cast: Cast, seals_of: dict[str, SealGrant]) -> None:
    def at(offset: int) -> list[Found]:
        return search_seals(session, Wish("papa"), cast.today, limit=1, offset=offset)[0]

    assert {at(0)[0].code, at(1)[0].code} == {seal.code for seal in seals_of.values()}
    assert at(2) == []


# --- the page -------------------------------------------------------------------------------------


def test_the_page_leads_to_the_seal_and_tells_no_more_than_it(stage: Stage) -> None:
    with stage.database.write(stage.cast.now) as session:
        seal = granted(session, stage.cast, "Justina", publication_consent=False)[0]
        kept = session.get_one(Producer, seal.producer_id)
    answer = stage.client.get("/buscar", params={"q": "papa"})
    assert re.findall(r'href="(/s/\w+)"', answer.text) == [f"/s/{seal.code}"]
    assert "Vigente" in answer.text
    told = stage.client.get("/api/v1/search", params={"q": "papa"})
    for text in (answer.text, told.text):
        for private in (kept.display_name, kept.code, "Justina"):
            assert private not in text
    assert told.json()["items"][0]["code"] == seal.code


def test_nothing_asked_lists_nobody(stage: Stage) -> None:
    with stage.database.write(stage.cast.now) as session:
        granted(session, stage.cast, "Justina")
    assert "/s/" not in stage.client.get("/buscar").text
    assert stage.client.get("/api/v1/search").json()["total"] == 0
    for odd in ("/buscar?comite=x&pagina=99999", "/buscar?q=%00%3Cscript%3E", "/buscar?sello=x"):
        answer = stage.client.get(odd)
        assert answer.status_code == 200
        assert "<script>" not in answer.text
