"""Reading the norm that was frozen into a round, without a database.

Shape, all of it JSON:
    standard   code, version, label, title, issuer, edition, scope, dates, verified, source
    checklist  code, version, kind, title, verified, source,
               dimensions: [{code, title, items: [{code, text, critical, help, pictogram,
               applies_to, local}]}]
    ruleset    code, version, title, by_laws (version and source, or null), ignored (rules of the
               by-laws that no longer fit the bounds), rules: {code: {severity, params, source,
               verified, article?, by_laws?}}
    transition {activity: {months or null, source, verified}}
    product_groups  [{bit, code}]
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from spg_registry.rules.parameters import Parameters
from spg_registry.rules.words import ActivityKind
from spg_registry.standards.files import digest_of

Snapshot = Mapping[str, Any]


def parameters(snapshot: Snapshot) -> Parameters:
    """The frozen ruleset as the rules read it."""
    return Parameters.from_mapping(snapshot["ruleset"]["rules"])


def digest(snapshot: Snapshot) -> str:
    """SHA-256 of the frozen norm: 64 hexadecimal digits."""
    return digest_of(snapshot)


def items(
    snapshot: Snapshot, activities: Collection[ActivityKind | str] | None = None
) -> Iterator[Mapping[str, Any]]:
    """The questions for a unit with these activities, in the order of the form; None: all."""
    for dimension in dimensions(snapshot, activities):
        yield from dimension["items"]


def dimensions(
    snapshot: Snapshot, activities: Collection[ActivityKind | str] | None = None
) -> list[dict[str, Any]]:
    """The form for a unit with these activities; dimensions without a question are left out."""
    found = []
    for dimension in snapshot["checklist"]["dimensions"]:
        asked = [item for item in dimension["items"] if _is_asked(item, activities)]
        if asked:
            found.append({"code": dimension["code"], "title": dimension["title"], "items": asked})
    return found


def _is_asked(item: Mapping[str, Any], activities: Collection[ActivityKind | str] | None) -> bool:
    if activities is None or not item["applies_to"]:
        return True
    return not set(item["applies_to"]).isdisjoint(str(kind) for kind in activities)


def unverified(snapshot: Snapshot) -> list[str]:
    """Rule codes whose values nobody confirmed yet: the interface says so to committees."""
    return [code for code, rule in snapshot["ruleset"]["rules"].items() if not rule["verified"]]
