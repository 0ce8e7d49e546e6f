"""A committee's own rules and questions, on their page."""

import re

from spg_registry.standards import queries
from tests.cast import Stage
from tests.rounds.stories import opened


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def fields(page: str) -> dict[str, str]:
    """What a form would send unchanged."""
    values = re.findall(r'name="(rules-[^"]+)" type="text"\s+value="([^"]*)"', page)
    select = r'<select class="input" id="[^"]+" name="(rules-[^"]+)".*?value="(\w+)" selected'
    chosen = re.findall(select, page, re.S)
    return dict(values) | dict(chosen)


def test_the_page_tells_every_value_with_its_source_and_bounds(stage: Stage) -> None:
    home = f"/comites/{stage.cast.committee}/reglas"
    page = plain(stage.browser(stage.cast.member).get(home).text)
    assert "Antigüedad máxima de la visita, en meses: 12" in page
    assert "de 3 a 12" in page
    assert page.count("Sin verificar") > 15
    assert "Ninguno: valen los valores nacionales." in page
    assert "Cambiar las reglas" not in page


def test_only_what_differs_becomes_the_by_laws_and_counts_for_later_rounds(stage: Stage) -> None:
    home = f"/comites/{stage.cast.committee}/reglas"
    with stage.database.write(stage.cast.now) as session:
        before = opened(session, stage.cast, name="Antes")
    office = stage.browser(stage.cast.coordinator)
    sent = fields(office.get(f"{home}/cambiar").text)
    assert sent["rules-visit_recent-params-max_age_months"] == "12"
    sent |= {
        "source": "Reglamento interno, art. 4",
        "rules-visit_recent-params-max_age_months": "6",
        "rules-committee_recognised-severity": "off",
        "rules-quorum-params-more_than_percent": "",
    }
    answer = office.post(f"{home}/cambiar", sent)
    assert (answer.status_code, answer.headers["location"]) == (303, home)
    with stage.database.write(stage.cast.now) as session:
        (row,) = queries.by_laws(session, stage.cast.committee)
        assert row.parameters == {
            "visit_recent": {"params": {"max_age_months": 6}},
            "committee_recognised": {"severity": "off", "params": {}},
        }
        after = opened(session, stage.cast, name="Después")
        rules = [each.frozen["ruleset"]["rules"]["visit_recent"] for each in (before, after)]
    assert [rule["params"]["max_age_months"] for rule in rules] == [12, 6]
    page = plain(office.get(home).text)
    assert "Cambiado por el comité" in page
    assert "Reglamento interno, art. 4" in page


def test_a_number_outside_its_bounds_is_told_beside_its_field(stage: Stage) -> None:
    home = f"/comites/{stage.cast.committee}/reglas/cambiar"
    office = stage.browser(stage.cast.coordinator)
    wrong = {"source": "Reglamento", "rules-visit_recent-params-max_age_months": "40"}
    answer = office.post(home, wrong)
    assert answer.status_code == 422
    assert 'href="#f-rules-visit_recent-params-max_age_months"' in answer.text
    assert 'value="40"' in answer.text
    word = office.post(home, wrong | {"rules-visit_recent-params-max_age_months": "seis"})
    assert word.status_code == 422
    assert stage.browser(stage.cast.coordinator_b).get(home).status_code == 404


def test_a_question_of_the_committees_own_is_asked_in_its_next_round(stage: Stage) -> None:
    home = f"/comites/{stage.cast.committee}"
    office = stage.browser(stage.cast.secretary)
    asked = {
        "text": "Cuida la vertiente con un cerco vivo.",
        "dimension": "own",
        "pictogram": "tree",
        "applies_to": ["annual", "perennial"],
    }
    assert office.get(f"{home}/preguntas/nueva").status_code == 200
    assert office.post(f"{home}/preguntas/nueva", asked).status_code == 303
    with stage.database.write(stage.cast.now) as session:
        ronda = opened(session, stage.cast)
        (found,) = queries.local_items(session, stage.cast.committee)
        other = queries.frozen(session, stage.cast.committee_b, stage.cast.today)
    parts = ronda.frozen["checklist"]["dimensions"]
    assert parts[-1]["title"] == "Preguntas propias del comité"
    (item,) = parts[-1]["items"]
    assert (item["text"], item["pictogram"], item["local"]) == (asked["text"], "tree", True)
    assert "own" not in {part["code"] for part in other["checklist"]["dimensions"]}
    foreign = stage.browser(stage.cast.coordinator_b)
    away = f"/comites/{stage.cast.committee_b}/preguntas/{found[1].id}/retirar"
    assert foreign.post(away).status_code == 404
    assert office.post(f"{home}/preguntas/{found[1].id}/retirar").status_code == 303
    assert "vertiente" not in office.get(f"{home}/reglas").text


def test_the_help_explains_every_word_in_both_languages(stage: Stage) -> None:
    for language in ("es", "en"):
        page = stage.client.get(f"/ayuda?lang={language}").text
        assert "glossary." not in page
        assert "help." not in page
