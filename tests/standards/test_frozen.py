"""What a round freezes when it opens, and what by-laws and local questions do to it."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import Session, select

from spg_registry.committees.models import Committee
from spg_registry.core.audit import AuditEvent
from spg_registry.core.errors import Forbidden, Invalid, NotFound, Unauthenticated
from spg_registry.core.messages import has_sentence, sentence
from spg_registry.core.permissions import NOBODY, SYSTEM, Actor, Role
from spg_registry.rules.verdict import Severity
from spg_registry.rules.words import ActivityKind
from spg_registry.standards import queries, service, snapshot
from spg_registry.standards.errors import ItemMissing
from spg_registry.standards.files import digest_of
from spg_registry.standards.models import ChecklistItem, RuleSet
from spg_registry.standards.schemas import ByLaws, LocalItem, RuleChange
from spg_registry.territory.models import ProductGroup

pytestmark = pytest.mark.usefixtures("reference_data")

NOW = datetime(2026, 11, 21, 14, tzinfo=UTC)
TODAY = date(2026, 11, 21)
SOURCE = "Reglamento interno, art. 12, acta 3/2026"


@pytest.fixture
def committee(session: Session) -> int:
    made = Committee(name="Comité de Villa Tunari", created_on=TODAY)
    other = Committee(name="Comité de Totora", created_on=TODAY)
    session.add_all([made, other])
    session.flush()
    return made.id


@pytest.fixture
def coordinator(committee: int) -> Actor:
    return Actor("user", 5, "Coordinadora", frozenset({(Role.COORDINATOR, committee)}))


@pytest.fixture
def stranger(committee: int) -> Actor:
    """The coordinator of the other committee."""
    return Actor("user", 6, "Coordinador 2", frozenset({(Role.COORDINATOR, committee + 1)}))


def by_laws(committee: int, **rules: RuleChange) -> ByLaws:
    return ByLaws(committee_id=committee, source=SOURCE, rules=rules)


# -- the snapshot ---------------------------------------------------------------------------------


def test_a_snapshot_survives_json_and_gives_the_parameters(session: Session) -> None:
    frozen = queries.frozen(session, None, TODAY)

    read_back = json.loads(json.dumps(frozen))

    assert read_back == frozen
    assert snapshot.digest(read_back) == snapshot.digest(frozen)
    found = snapshot.parameters(read_back)
    assert found.severity("quorum") is Severity.BLOCK
    assert found.severity("committee_recognised") is Severity.WARN
    assert found.transition_months == {
        "annual": 24, "perennial": 36, "livestock": 12, "apiculture": 12, "wild": 0,
    }  # fmt: skip
    assert (found.validity_months, found.kin_degree, found.appeal_window_days) == (12, 2, 15)


def test_a_snapshot_names_every_version_it_stands_on(session: Session) -> None:
    frozen = queries.frozen(session, None, TODAY)

    assert frozen["standard"]["label"] == "norma-tecnica-nacional/1"
    assert (frozen["checklist"]["code"], frozen["checklist"]["version"]) == ("spg-bo-draft", 1)
    assert (frozen["ruleset"]["code"], frozen["ruleset"]["version"]) == ("spg-bo-draft", 1)
    assert frozen["ruleset"]["by_laws"] is None
    assert frozen["transition"]["processed"]["months"] is None
    assert [group["code"] for group in frozen["product_groups"]] == list(ProductGroup)


def test_a_snapshot_says_what_nobody_confirmed(session: Session) -> None:
    frozen = queries.frozen(session, None, TODAY)

    unconfirmed = snapshot.unverified(frozen)
    assert "quorum" in unconfirmed
    assert "validity_bounds" not in unconfirmed
    assert all(rule["source"] for rule in frozen["ruleset"]["rules"].values())


@pytest.mark.parametrize(
    ("activities", "asked", "not_asked"),
    [
        ([ActivityKind.ANNUAL], {"S1", "M1", "P1", "R2"}, {"G1", "G4", "W1", "T3"}),
        ([ActivityKind.WILD], {"W1", "W2", "A1", "P1"}, {"S1", "M1", "G1"}),
        (["apiculture"], {"G4", "G5", "P1"}, {"S1", "G1", "W1"}),
        (["annual", "processed"], {"S1", "T3", "T4"}, {"W1"}),
    ],
)
def test_a_unit_is_asked_what_its_activities_ask_for(
    session: Session, activities: list[str], asked: set[str], not_asked: set[str]
) -> None:
    frozen = queries.frozen(session, None, TODAY)

    codes = {item["code"] for item in snapshot.items(frozen, activities)}

    assert asked <= codes
    assert codes.isdisjoint(not_asked)


def test_without_activities_the_whole_form_is_given_in_its_order(session: Session) -> None:
    frozen = queries.frozen(session, None, TODAY)

    codes = [item["code"] for item in snapshot.items(frozen)]

    assert codes[:5] == ["S1", "S2", "S3", "S4", "S5"]
    assert len(codes) == len(set(codes)) == 36
    kept = [dimension["code"] for dimension in snapshot.dimensions(frozen, ["wild"])]
    assert "animals" not in kept
    assert kept[0] == "water"


# -- by-laws --------------------------------------------------------------------------------------


def test_by_laws_within_bounds_count_for_their_committee_only(
    session: Session, committee: int, coordinator: Actor
) -> None:
    service.adopt_by_laws(
        session,
        coordinator,
        NOW,
        by_laws(
            committee,
            committee_recognised=RuleChange(severity=Severity.BLOCK),
            quorum=RuleChange(params={"more_than_percent": 66}),
            transition_complete=RuleChange(params={"annual": 36}),
        ),
    )

    own = queries.frozen(session, committee, TODAY)
    other = queries.frozen(session, committee + 1, TODAY)

    found = snapshot.parameters(own)
    assert found.severity("committee_recognised") is Severity.BLOCK
    assert found.quorum_more_than_percent == 66
    assert found.quorum_other_sectors == 1
    assert found.transition_months["annual"] == 36
    assert own["transition"]["annual"]["months"] == 36
    assert own["ruleset"]["by_laws"] == {"version": 1, "source": SOURCE}
    assert own["ruleset"]["rules"]["quorum"]["by_laws"] == SOURCE
    assert other == queries.frozen(session, None, TODAY)


@pytest.mark.parametrize(
    ("rule", "change", "code"),
    [
        ("quorum", RuleChange(params={"more_than_percent": 49}), "rule_param_out_of_bounds"),
        ("quorum", RuleChange(params={"more_than_percent": 76}), "rule_param_out_of_bounds"),
        ("quorum", RuleChange(severity=Severity.WARN), "rule_severity_fixed"),
        ("quorum", RuleChange(params={"percent": 60}), "rule_param_unknown"),
        ("transition_complete", RuleChange(params={"annual": 12}), "rule_param_out_of_bounds"),
        ("validity_bounds", RuleChange(params={"months": 13}), "rule_param_out_of_bounds"),
        ("evaluator_rotation", RuleChange(severity=Severity.OFF), "rule_severity_fixed"),
        ("kworum", RuleChange(), "rule_unknown"),
    ],
)
def test_by_laws_outside_the_bounds_are_refused(
    session: Session,
    committee: int,
    coordinator: Actor,
    rule: str,
    change: RuleChange,
    code: str,
) -> None:
    with pytest.raises(Invalid) as refusal:
        service.adopt_by_laws(session, coordinator, NOW, by_laws(committee, **{rule: change}))

    (fault,) = refusal.value.faults
    assert fault.code == code
    assert fault.field.startswith(f"rules-{rule}")
    for locale in ("es", "en"):
        assert has_sentence(f"error.{code}", locale)
        assert "…" not in sentence(f"error.{code}", locale, **fault.params)
    assert queries.by_laws_of(session, committee, "spg-bo-draft") is None


@pytest.mark.parametrize("percent", [50, 75])
def test_the_bounds_themselves_are_allowed(
    session: Session, committee: int, coordinator: Actor, percent: int
) -> None:
    change = RuleChange(params={"more_than_percent": percent})

    row = service.adopt_by_laws(session, coordinator, NOW, by_laws(committee, quorum=change))

    assert row.parameters == {"quorum": {"params": {"more_than_percent": percent}}}


def test_all_that_is_wrong_is_said_at_once(
    session: Session, committee: int, coordinator: Actor
) -> None:
    changes = by_laws(
        committee,
        quorum=RuleChange(severity=Severity.OFF, params={"more_than_percent": 10, "x": 1}),
        recused=RuleChange(severity=Severity.OFF),
    )

    with pytest.raises(Invalid) as refusal:
        service.adopt_by_laws(session, coordinator, NOW, changes)

    assert len(refusal.value.faults) == 4


def test_new_by_laws_are_a_new_version_and_replace_the_former_whole(
    session: Session, committee: int, coordinator: Actor
) -> None:
    quorum = RuleChange(params={"more_than_percent": 66})
    appeal = RuleChange(params={"days": 30})
    service.adopt_by_laws(session, coordinator, NOW, by_laws(committee, quorum=quorum))

    second = service.adopt_by_laws(
        session, coordinator, NOW, by_laws(committee, appeal_window=appeal)
    )

    assert second.version == 2
    found = snapshot.parameters(queries.frozen(session, committee, TODAY))
    assert (found.quorum_more_than_percent, found.appeal_window_days) == (50, 30)
    kept = session.exec(select(RuleSet).where(RuleSet.committee_id == committee)).all()
    assert [row.version for row in kept] == [1, 2]

    service.adopt_by_laws(session, coordinator, NOW, by_laws(committee))
    found = snapshot.parameters(queries.frozen(session, committee, TODAY))
    assert found.appeal_window_days == 15


def test_a_frozen_norm_does_not_feel_later_by_laws(
    session: Session, committee: int, coordinator: Actor
) -> None:
    frozen = queries.frozen(session, committee, TODAY)
    before = snapshot.digest(frozen)

    change = RuleChange(params={"days": 30})
    service.adopt_by_laws(session, coordinator, NOW, by_laws(committee, appeal_window=change))

    assert snapshot.digest(frozen) == before
    assert snapshot.digest(queries.frozen(session, committee, TODAY)) != before


def test_by_laws_that_a_newer_ruleset_no_longer_allows_are_left_out_and_named(
    session: Session, committee: int, coordinator: Actor
) -> None:
    appeal = RuleChange(params={"days": 30})
    quorum = RuleChange(params={"more_than_percent": 66})
    service.adopt_by_laws(
        session, coordinator, NOW, by_laws(committee, appeal_window=appeal, quorum=quorum)
    )
    narrow_the_appeal_window(session)

    frozen = queries.frozen(session, committee, TODAY)

    assert frozen["ruleset"]["version"] == 2
    assert frozen["ruleset"]["ignored"] == ["appeal_window"]
    found = snapshot.parameters(frozen)
    assert (found.appeal_window_days, found.quorum_more_than_percent) == (15, 66)


def narrow_the_appeal_window(session: Session) -> None:
    """A second national ruleset that leaves by-laws at most 20 days."""
    first = queries.ruleset_of(session, None, TODAY)
    rules = json.loads(json.dumps(first.national.parameters))
    rules["appeal_window"]["bounds"]["days"] = [10, 20]
    second = RuleSet(
        **first.national.model_dump(exclude={"id", "version", "parameters", "digest"}),
        version=2,
        parameters=rules,
        digest=digest_of(rules),
    )
    session.add(second)
    session.flush()
    for rule in first.transition:
        said = rule.model_dump(exclude={"id", "rule_set_id"})
        session.add(type(rule)(**said, rule_set_id=second.id))
    session.flush()


def test_only_the_committee_s_own_office_adopts_its_by_laws(
    session: Session, committee: int, coordinator: Actor, stranger: Actor
) -> None:
    laws = by_laws(committee, appeal_window=RuleChange(params={"days": 30}))
    evaluator = Actor("user", 9, "Evaluador", frozenset({(Role.EVALUATOR, committee)}))

    for actor in (stranger, evaluator):
        with pytest.raises(Forbidden):
            service.adopt_by_laws(session, actor, NOW, laws)
    with pytest.raises(Unauthenticated):
        service.adopt_by_laws(session, NOBODY, NOW, laws)
    with pytest.raises(NotFound):
        service.adopt_by_laws(session, SYSTEM, NOW, by_laws(999))

    service.adopt_by_laws(session, coordinator, NOW, laws)
    event = session.exec(select(AuditEvent).where(AuditEvent.action == "by_laws.adopt")).one()
    assert (event.actor_id, event.committee_id) == (coordinator.id, committee)
    assert event.details == {"version": 1, "rules": ["appeal_window"]}


# -- local questions ------------------------------------------------------------------------------


def question(committee: int, dimension: str = "water") -> LocalItem:
    return LocalItem(
        committee_id=committee,
        dimension=dimension,
        text="Cuida la toma de agua de la comunidad.",
        applies_to=[ActivityKind.ANNUAL],
    )


def water_codes(session: Session, committee: int | None) -> list[str]:
    frozen = queries.frozen(session, committee, TODAY)
    (water,) = [d for d in frozen["checklist"]["dimensions"] if d["code"] == "water"]
    return [item["code"] for item in water["items"]]


def test_a_local_question_is_asked_by_its_committee_only(
    session: Session, committee: int, coordinator: Actor
) -> None:
    item = service.add_local_item(session, coordinator, NOW, question(committee))

    assert water_codes(session, committee) == ["A1", "A2", item.code]
    assert water_codes(session, committee + 1) == ["A1", "A2"]
    assert water_codes(session, None) == ["A1", "A2"]
    frozen = queries.frozen(session, committee, TODAY)
    asked = {item["code"]: item for item in snapshot.items(frozen, ["annual"])}
    assert asked[item.code]["local"] is True
    assert item.code not in {i["code"] for i in snapshot.items(frozen, ["wild"])}


def test_a_retired_question_is_not_asked_and_its_code_not_used_again(
    session: Session, committee: int, coordinator: Actor
) -> None:
    first = service.add_local_item(session, coordinator, NOW, question(committee))
    service.retire_local_item(session, coordinator, NOW, first.id)
    service.retire_local_item(session, coordinator, NOW + timedelta(days=1), first.id)
    second = service.add_local_item(session, coordinator, NOW, question(committee))

    assert first.retired_at == NOW
    assert water_codes(session, committee) == ["A1", "A2", second.code]
    assert second.code != first.code


def test_local_questions_are_their_own_committee_s_business(
    session: Session, committee: int, coordinator: Actor, stranger: Actor
) -> None:
    with pytest.raises(Forbidden):
        service.add_local_item(session, stranger, NOW, question(committee))
    item = service.add_local_item(session, coordinator, NOW, question(committee))
    with pytest.raises(Forbidden):
        service.retire_local_item(session, stranger, NOW, item.id)
    with pytest.raises(ItemMissing):
        service.retire_local_item(session, coordinator, NOW, national_item(session))


def national_item(session: Session) -> int:
    """The id of a question that belongs to no committee."""
    query = select(ChecklistItem.id).where(ChecklistItem.code == "A1")
    return session.exec(query).one()


def test_a_question_for_no_part_of_the_form_is_refused(
    session: Session, committee: int, coordinator: Actor
) -> None:
    with pytest.raises(Invalid) as refusal:
        service.add_local_item(session, coordinator, NOW, question(committee, "cosmos"))

    assert [fault.code for fault in refusal.value.faults] == ["dimension_unknown"]
