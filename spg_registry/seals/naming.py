"""Names for the ids in verdicts: verdicts are stored and published, so they never hold a name.

Whoever asks has been let in to read the meeting or the seal; who may not is never asked here.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from sqlmodel import Session, col, select

from spg_registry.core import codes
from spg_registry.people.queries import persons_by_id
from spg_registry.producers.models import Plot, Unit
from spg_registry.rounds.models import Finding
from spg_registry.rules.verdict import REFERENCES, NotMet
from spg_registry.seals.models import SealGrant
from spg_registry.territory.atlas import atlas_of

NameOf = Callable[[str, int | str], str | None]


def names_for(session: Session, reasons: Iterable[NotMet]) -> NameOf:
    """What `messages.reason` calls: the names behind these reasons, looked up at once."""
    wanted: dict[str, set[Any]] = defaultdict(set)
    for reason in reasons:
        for key, value in reason.params.items():
            if key in REFERENCES:
                wanted[REFERENCES[key]].add(value)
    products = atlas_of(session).products
    known: dict[str, dict[Any, str]] = {
        "person": {
            id_: row.full_name for id_, row in persons_by_id(session, wanted["person"]).items()
        },
        "unit": _codes(session, Unit, wanted["unit"]),
        "plot": _codes(session, Plot, wanted["plot"]),
        "finding": _codes(session, Finding, wanted["finding"]),
        "grant": {
            id_: codes.display(code)
            for id_, code in _codes(session, SealGrant, wanted["grant"]).items()
        },
        "product": {code: products[code].es for code in wanted["product"] if code in products},
    }
    return lambda kind, key: known.get(kind, {}).get(key)


def _codes(session: Session, table: Any, ids: set[Any]) -> dict[int, str]:
    if not ids:
        return {}
    return dict(session.exec(select(table.id, table.code).where(col(table.id).in_(ids))).all())
