"""Codes are the contract; each has its sentence in every language, filled by its own params."""

import json
import re
from datetime import date

import pytest

from spg_registry.core.messages import has_sentence, locales, sentence
from spg_registry.rules.granting import CODES, may_grant
from spg_registry.rules.reasons import REASONS
from spg_registry.rules.verdict import Met, NotMet, Params, filled, not_met, plain, restored
from tests.rules.cases import TABLE
from tests.rules.cast import GOOD

MSGIDS = [f"rule.{code}" for code in REASONS] + [
    f"rule.{code}.{reason}" for code, reasons in REASONS.items() for reason in reasons
]
GIVEN = [verdict for case in TABLE for verdict in not_met(may_grant(case.facts))]


def test_every_rule_has_its_reasons_listed() -> None:
    assert set(CODES) < set(REASONS)


@pytest.mark.parametrize("locale", locales())
@pytest.mark.parametrize("msgid", MSGIDS)
def test_every_rule_and_reason_has_a_sentence(msgid: str, locale: str) -> None:
    own = sentence(msgid, locale)
    assert has_sentence(msgid, locale)
    if locale != "es":
        assert own != sentence(msgid, "es"), "the fallback is no translation"


@pytest.mark.parametrize("locale", locales())
@pytest.mark.parametrize(
    ("code", "reason"), [(code, reason) for code in REASONS for reason in REASONS[code]]
)
def test_a_sentence_names_only_params_that_its_reason_brings(
    code: str, reason: str, locale: str
) -> None:
    marks = {name: f"<{name}>" for name in REASONS[code][reason]}
    said = sentence(f"rule.{code}.{reason}", locale, **marks)
    assert "…" not in said
    unsaid = {name for name in marks if f"<{name}>" not in said}
    assert unsaid <= {"unit", "machine"}, "a number or a date that the sentence leaves out"


@pytest.mark.parametrize("locale", locales())
def test_what_the_rules_say_reads_as_sentences(locale: str) -> None:
    for verdict in GIVEN:
        said = sentence(verdict.msgid, locale, **filled(verdict, lambda kind, id_: None))
        assert re.search(r"[.]$", said)
        assert not re.search(r"%\(|\d{4}-\d\d-\d\d|None", said)


def test_names_are_put_in_at_the_edge_only() -> None:
    verdict = NotMet(
        "evaluator_team", "not_appointed", {"person": 31, "visit_on": date(2026, 10, 5)}
    )
    names = {("person", 31): "Eusebio Mamani"}
    shown = filled(verdict, lambda kind, id_: names.get((kind, id_)))  # type: ignore[arg-type]
    assert sentence(verdict.msgid, "es", **shown) == (
        "La persona evaluadora Eusebio Mamani no tenía nombramiento vigente el 05/10/2026."
    )
    assert verdict.params["person"] == 31


def test_an_ingredient_is_named_as_a_product() -> None:
    params: Params = {"unit": 10, "product": "mermelada", "ingredient": "durazno"}
    verdict = NotMet("transition_complete", "ingredient_unproven", params)
    asked = []
    filled(verdict, lambda kind, id_: asked.append((kind, id_)))
    assert sorted(asked) == [("product", "durazno"), ("product", "mermelada"), ("unit", 10)]


def test_verdicts_survive_being_kept_as_json() -> None:
    for verdict in [*GIVEN, *may_grant(GOOD), NotMet("quorum", "no_producer", article="Art. 4")]:
        assert restored(json.loads(json.dumps(plain(verdict)))) == verdict
    assert plain(Met("quorum")) == {"code": "quorum", "met": True}
