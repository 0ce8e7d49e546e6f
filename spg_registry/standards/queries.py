"""Which norm counts where and when, and its frozen copy for a round."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session, col, or_, select

from spg_registry.standards.by_laws import changed, faults_of_changes
from spg_registry.standards.errors import NormMissing
from spg_registry.standards.files import with_months
from spg_registry.standards.models import (
    Checklist,
    ChecklistDimension,
    ChecklistItem,
    RuleSet,
    Standard,
    TransitionRule,
)
from spg_registry.territory.models import ProductGroup

NATIONAL_STANDARD = "norma-tecnica-nacional"


@dataclass(frozen=True)
class EffectiveRules:
    """A ruleset as it counts for a committee. `rules` is complete, bounds included."""

    national: RuleSet
    by_laws: RuleSet | None
    rules: dict[str, dict[str, Any]]
    transition: list[TransitionRule]
    ignored: list[str]
    """Rules that the by-laws change but a newer national version no longer lets them."""


def standard_on(session: Session, day: date, code: str = NATIONAL_STANDARD) -> Standard:
    """The newest version in force on a day; a date that is not established is open."""
    query = (
        select(Standard)
        .where(
            Standard.code == code,
            or_(col(Standard.in_force_from).is_(None), col(Standard.in_force_from) <= day),
            or_(col(Standard.in_force_until).is_(None), col(Standard.in_force_until) >= day),
        )
        .order_by(col(Standard.version).desc())
    )
    found = session.exec(query).first()
    if found is None:
        raise NormMissing(what=code)
    return found


def standards(session: Session) -> list[Standard]:
    """Every version, the newest of each first."""
    query = select(Standard).order_by(col(Standard.code), col(Standard.version).desc())
    return list(session.exec(query))


def standard(session: Session, standard_id: int) -> Standard | None:
    return session.get(Standard, standard_id)


def checklist_of(session: Session, of: Standard) -> Checklist:
    """The newest form made for this version of the standard."""
    query = select(Checklist).where(Checklist.standard_id == of.id)
    found = session.exec(query.order_by(col(Checklist.id).desc())).first()
    if found is None:
        raise NormMissing(what=of.label)
    return found


def checklist_on(session: Session, day: date) -> Checklist:
    return checklist_of(session, standard_on(session, day))


def rulesets(session: Session) -> list[RuleSet]:
    """The national ones, every version."""
    query = select(RuleSet).where(col(RuleSet.committee_id).is_(None))
    return list(session.exec(query.order_by(col(RuleSet.code), col(RuleSet.version).desc())))


def national_ruleset(session: Session, of: Standard) -> RuleSet:
    query = select(RuleSet).where(RuleSet.standard_id == of.id, col(RuleSet.committee_id).is_(None))
    found = session.exec(query.order_by(col(RuleSet.id).desc())).first()
    if found is None:
        raise NormMissing(what=of.label)
    return found


def transition_rules(session: Session, ruleset: RuleSet) -> list[TransitionRule]:
    query = select(TransitionRule).where(TransitionRule.rule_set_id == ruleset.id)
    return list(session.exec(query.order_by(col(TransitionRule.id))))


def by_laws(session: Session, committee_id: int) -> list[RuleSet]:
    """All that a committee ever adopted, the newest first."""
    query = select(RuleSet).where(RuleSet.committee_id == committee_id)
    return list(session.exec(query.order_by(col(RuleSet.version).desc())))


def by_laws_of(session: Session, committee_id: int, code: str) -> RuleSet | None:
    """The newest by-laws of a committee on a ruleset."""
    query = select(RuleSet).where(RuleSet.committee_id == committee_id, RuleSet.code == code)
    return session.exec(query.order_by(col(RuleSet.version).desc())).first()


def ruleset_of(
    session: Session, committee_id: int | None, day: date, standard_code: str = NATIONAL_STANDARD
) -> EffectiveRules:
    """The rules that count for a committee on a day; None asks for the national ones."""
    national = national_ruleset(session, standard_on(session, day, standard_code))
    transition = transition_rules(session, national)
    months = {rule.activity: rule.months for rule in transition}
    rules = with_months(national.parameters, months)
    if committee_id is None:
        return EffectiveRules(national, None, rules, transition, [])
    by_laws = by_laws_of(session, committee_id, national.code)
    if by_laws is None:
        return EffectiveRules(national, None, rules, transition, [])
    changes = by_laws.parameters
    ignored = [code for code in changes if faults_of_changes(rules, {code: changes[code]})]
    allowed = {code: change for code, change in changes.items() if code not in ignored}
    rules = changed(rules, allowed, by_laws.source)
    return EffectiveRules(national, by_laws, rules, transition, ignored)


def rules_of(
    session: Session, committee_ids: Iterable[int], day: date
) -> dict[int, dict[str, dict[str, Any]]]:
    """The rules that count for each of many committees; most have none of their own."""
    national = ruleset_of(session, None, day)
    own = set(session.exec(select(RuleSet.committee_id).distinct()))
    return {
        id_: ruleset_of(session, id_, day).rules if id_ in own else national.rules
        for id_ in committee_ids
    }


def frozen(
    session: Session,
    committee_id: int | None,
    day: date,
    standard_code: str = NATIONAL_STANDARD,
) -> dict[str, Any]:
    """Standard, form, rules and months as they count on a day; shape in `snapshot`."""
    norm = standard_on(session, day, standard_code)
    effective = ruleset_of(session, committee_id, day, standard_code)
    return {
        "standard": _standard_out(norm),
        "checklist": _checklist_out(session, checklist_of(session, norm), committee_id),
        "ruleset": _ruleset_out(effective),
        "transition": _transition_out(effective),
        "product_groups": [{"bit": group.bit, "code": group.value} for group in ProductGroup],
    }


def _standard_out(norm: Standard) -> dict[str, Any]:
    plain = norm.model_dump(mode="json", exclude={"id", "digest", "loaded_at"})
    return plain | {"label": norm.label}


def _ruleset_out(effective: EffectiveRules) -> dict[str, Any]:
    by_laws = effective.by_laws
    return {
        "code": effective.national.code,
        "version": effective.national.version,
        "title": effective.national.title,
        "by_laws": by_laws and {"version": by_laws.version, "source": by_laws.source},
        "ignored": effective.ignored,
        "rules": {code: _rule_out(rule) for code, rule in effective.rules.items()},
    }


def _rule_out(rule: dict[str, Any]) -> dict[str, Any]:
    """Without the bounds, which are for by-laws and not for a round, and without empty words."""
    named = ("severity", "params", "source", "verified", "article", "by_laws")
    return {name: rule[name] for name in named if rule.get(name, "") != ""}


def _transition_out(effective: EffectiveRules) -> dict[str, Any]:
    months = effective.rules["transition_complete"]["params"]
    return {
        rule.activity.value: {
            "months": months.get(rule.activity.value),
            "source": rule.source,
            "verified": rule.verified,
        }
        for rule in effective.transition
    }


def local_items(
    session: Session, committee_id: int
) -> list[tuple[ChecklistDimension, ChecklistItem]]:
    """A committee's own questions that it still asks, whatever the form's version they joined."""
    query = (
        select(ChecklistDimension, ChecklistItem)
        .join(ChecklistItem, col(ChecklistItem.dimension_id) == ChecklistDimension.id)
        .where(ChecklistItem.committee_id == committee_id, col(ChecklistItem.retired_at).is_(None))
        .order_by(col(ChecklistItem.id))
    )
    return list(session.exec(query))


def _checklist_out(session: Session, form: Checklist, committee_id: int | None) -> dict[str, Any]:
    dimensions: dict[str, dict[str, Any]] = {}
    for dimension, item in items_of(session, form):
        _place(dimensions, dimension, item)
    for dimension, item in local_items(session, committee_id) if committee_id is not None else []:
        _place(dimensions, dimension, item)
    return {
        "code": form.code,
        "version": form.version,
        "kind": form.kind,
        "title": form.title,
        "verified": form.verified,
        "source": form.source,
        "dimensions": list(dimensions.values()),
    }


def items_of(session: Session, form: Checklist) -> list[tuple[ChecklistDimension, ChecklistItem]]:
    """The form's own questions in its order; committees' are not among them."""
    query = (
        select(ChecklistDimension, ChecklistItem)
        .join(ChecklistItem, col(ChecklistItem.dimension_id) == ChecklistDimension.id)
        .where(
            ChecklistDimension.checklist_id == form.id, col(ChecklistItem.committee_id).is_(None)
        )
        .order_by(col(ChecklistDimension.position), col(ChecklistItem.position))
    )
    return list(session.exec(query))


def _place(
    dimensions: dict[str, dict[str, Any]], dimension: ChecklistDimension, item: ChecklistItem
) -> None:
    """Under the dimension of the same code: a local question moves along to a newer form."""
    shelf = dimensions.setdefault(
        dimension.code, {"code": dimension.code, "title": dimension.title, "items": []}
    )
    shelf["items"].append(
        {
            "code": item.code,
            "text": item.text,
            "critical": item.critical,
            "help": item.help,
            "pictogram": item.pictogram,
            "applies_to": list(item.applies_to),
            "local": item.committee_id is not None,
        }
    )
