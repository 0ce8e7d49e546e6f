"""The norm's files become rows; what changes becomes a new version and never an edit."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlmodel import Session, select

from spg_registry.core.audit import AuditEvent
from spg_registry.rules.parameters import PARAMS
from spg_registry.rules.words import ActivityKind
from spg_registry.standards import queries, service
from spg_registry.standards.errors import NormMissing
from spg_registry.standards.files import (
    DATA,
    ChecklistFile,
    RuleSetFile,
    StandardFile,
    read_files,
)
from spg_registry.standards.models import (
    Checklist,
    ChecklistItem,
    RuleSet,
    Standard,
    TransitionRule,
)

NOW = datetime(2026, 11, 21, 14, tzinfo=UTC)
TODAY = date(2026, 11, 21)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped files, for changing."""
    made = tmp_path / "norm"
    made.mkdir()
    for path in DATA.glob("*.toml"):
        (made / path.name).write_bytes(path.read_bytes())
    return made


def rewrite(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def labels(rows: list[service.Versioned]) -> list[tuple[str, str, int]]:
    return [(type(row).__name__, row.code, row.version) for row in rows]


# -- the shipped files ----------------------------------------------------------------------------


def shipped() -> tuple[StandardFile, ChecklistFile, RuleSetFile]:
    standard, checklist, ruleset = read_files()
    assert isinstance(standard, StandardFile)
    assert isinstance(checklist, ChecklistFile)
    assert isinstance(ruleset, RuleSetFile)
    return standard, checklist, ruleset


def test_every_rule_stands_in_the_ruleset_and_no_other() -> None:
    assert set(shipped()[2].rules) == set(PARAMS)


def test_only_the_year_of_a_seal_is_verified() -> None:
    """All other numbers still want the competent authority's word (domain.md, section 4)."""
    standard, checklist, ruleset = shipped()

    assert not standard.verified
    assert not checklist.verified
    assert [code for code, rule in ruleset.rules.items() if rule.verified] == ["validity_bounds"]
    assert not any(part.verified for part in ruleset.transition.values())
    assert all("onfirmar" in rule.source for rule in ruleset.rules.values() if not rule.verified)
    assert not any(rule.article for rule in ruleset.rules.values())


def test_the_months_of_transition_are_the_proposed_ones() -> None:
    assert {kind.value: part.months for kind, part in shipped()[2].transition.items()} == {
        "annual": 24,
        "perennial": 36,
        "livestock": 12,
        "apiculture": 12,
        "wild": 0,
        "processed": None,
    }


def test_the_form_fits_two_pages_and_asks_everybody_something() -> None:
    checklist = shipped()[1]
    items = [item for dimension in checklist.dimensions for item in dimension.items]

    assert 25 <= len(items) <= 36
    assert all(item.help and item.pictogram for item in items)
    assert max(len(item.text) for item in items) <= 140
    assert 10 <= sum(item.critical for item in items) <= len(items) / 2
    for kind in ActivityKind:
        assert [item for item in items if item.critical and kind in item.applies_to] or kind in {
            ActivityKind.PROCESSED
        }


# -- loading --------------------------------------------------------------------------------------


def test_the_first_load_makes_version_1_of_each(session: Session) -> None:
    made = service.load_standards(session, NOW)

    assert labels(made) == [
        ("Standard", "norma-tecnica-nacional", 1),
        ("Checklist", "spg-bo-draft", 1),
        ("RuleSet", "spg-bo-draft", 1),
    ]
    assert len(session.exec(select(ChecklistItem)).all()) == 36
    assert len(session.exec(select(TransitionRule)).all()) == len(ActivityKind)
    acts = session.exec(select(AuditEvent.action)).all()
    assert acts == ["standard.load", "checklist.load", "ruleset.load"]


def test_loading_the_same_again_makes_nothing(session: Session) -> None:
    service.load_standards(session, NOW)

    assert service.load_standards(session, NOW) == []


def test_a_comment_or_another_layout_is_no_change(session: Session, folder: Path) -> None:
    service.load_standards(session, NOW, folder)
    path = folder / "ruleset-spg-bo-draft.toml"
    path.write_text("# Revised.\n\n" + path.read_text(encoding="utf-8"), encoding="utf-8")

    assert service.load_standards(session, NOW, folder) == []


def test_a_changed_ruleset_is_a_version_2_and_leaves_version_1(
    session: Session, folder: Path
) -> None:
    service.load_standards(session, NOW, folder)
    first = session.exec(select(RuleSet)).one()
    before = first.model_dump()
    rewrite(folder / "ruleset-spg-bo-draft.toml", "days = 15 }", "days = 20 }")

    made = service.load_standards(session, NOW, folder)

    assert labels(made) == [("RuleSet", "spg-bo-draft", 2)]
    session.refresh(first)
    assert first.model_dump() == before
    assert first.parameters["appeal_window"]["params"] == {"days": 15}
    now_in_force = queries.ruleset_of(session, None, TODAY)
    assert now_in_force.national.version == 2
    assert now_in_force.rules["appeal_window"]["params"] == {"days": 20}


def test_changed_months_of_transition_are_a_new_ruleset_too(session: Session, folder: Path) -> None:
    service.load_standards(session, NOW, folder)
    rewrite(folder / "ruleset-spg-bo-draft.toml", "months = 24\nsource", "months = 30\nsource")

    assert labels(service.load_standards(session, NOW, folder)) == [("RuleSet", "spg-bo-draft", 2)]

    rules = queries.ruleset_of(session, None, TODAY).rules
    assert rules["transition_complete"]["params"]["annual"] == 30


def test_a_changed_form_leaves_the_former_questions(session: Session, folder: Path) -> None:
    service.load_standards(session, NOW, folder)
    rewrite(folder / "checklist-spg-bo-draft.toml", "Usa el agua con cuidado", "Cuida el agua")

    assert labels(service.load_standards(session, NOW, folder)) == [
        ("Checklist", "spg-bo-draft", 2)
    ]

    asked = session.exec(select(ChecklistItem.text).where(ChecklistItem.code == "A2")).all()
    assert [text[:13] for text in asked] == ["Usa el agua c", "Cuida el agua"]


def test_a_new_standard_brings_its_own_form_and_ruleset(session: Session, folder: Path) -> None:
    service.load_standards(session, NOW, folder)
    rewrite(folder / "norma-tecnica-nacional.toml", 'edition = ""', 'edition = "2027"')

    assert [version for _, _, version in labels(service.load_standards(session, NOW, folder))] == [
        2, 2, 2,
    ]  # fmt: skip

    norm = queries.standard_on(session, TODAY)
    assert (norm.label, norm.edition) == ("norma-tecnica-nacional/2", "2027")
    assert queries.checklist_of(session, norm).version == 2
    first = session.exec(select(Standard).where(Standard.version == 1)).one()
    assert queries.checklist_of(session, first).version == 1
    assert queries.national_ruleset(session, first).version == 1


def test_going_back_to_an_older_text_is_a_version_again(session: Session, folder: Path) -> None:
    service.load_standards(session, NOW, folder)
    rewrite(folder / "ruleset-spg-bo-draft.toml", "days = 15 }", "days = 20 }")
    service.load_standards(session, NOW, folder)
    rewrite(folder / "ruleset-spg-bo-draft.toml", "days = 20 }", "days = 15 }")

    assert labels(service.load_standards(session, NOW, folder)) == [("RuleSet", "spg-bo-draft", 3)]


def test_the_newest_standard_in_force_on_the_day_counts(session: Session, folder: Path) -> None:
    service.load_standards(session, NOW, folder)
    rewrite(
        folder / "norma-tecnica-nacional.toml",
        'edition = ""',
        'edition = "2027"\nin_force_from = 2027-01-01\nin_force_until = 2027-12-31',
    )
    service.load_standards(session, NOW, folder)

    versions = [
        queries.standard_on(session, day).version
        for day in (date(2026, 12, 31), date(2027, 1, 1), date(2027, 12, 31), date(2028, 1, 1))
    ]
    assert versions == [1, 2, 2, 1]


def test_without_a_loaded_norm_nothing_can_be_frozen(session: Session) -> None:
    with pytest.raises(NormMissing):
        queries.frozen(session, None, TODAY)


@pytest.mark.parametrize(
    ("file", "before", "after", "complaint"),
    [
        ("ruleset-spg-bo-draft", "[rules.quorum]", "[rules.kworum]", "kworum: unknown code"),
        ("ruleset-spg-bo-draft", "{ kin_degree = 2 }", "{ kin = 2 }", "kin is not a param"),
        ("ruleset-spg-bo-draft", "{ kin_degree = 2 }", "{ kin_degree = 1 }", "outside its own"),
        ("ruleset-spg-bo-draft", 'severity = "warn"', 'severity = "hint"', "severity"),
        ("ruleset-spg-bo-draft", "[transition.wild]", "[transition.wool]", "transition"),
        ("checklist-spg-bo-draft", 'code = "A2"', 'code = "A1"', "codes used twice: A1"),
        ("norma-tecnica-nacional", "\nverified = false", "", "verified"),
    ],
)
def test_a_faulty_file_is_refused_whole(
    session: Session, folder: Path, file: str, before: str, after: str, complaint: str
) -> None:
    rewrite(folder / f"{file}.toml", before, after)

    with pytest.raises(ValidationError, match=complaint):
        service.load_standards(session, NOW, folder)

    assert session.exec(select(Standard)).all() == []
    assert session.exec(select(Checklist)).all() == []
