"""The main menu: which rooms a user's roles open."""

from fastapi import Request

from api.render import locale_of
from spg_registry.core.messages import sentence
from spg_registry.core.permissions import Actor, Permission

_P = Permission

ROOMS: tuple[tuple[str, str, frozenset[Permission]], ...] = (
    ("work", "/inicio", frozenset()),
    ("producers", "/productores", frozenset({_P.PRODUCER_READ})),
    ("rounds", "/rondas", frozenset({_P.ROUND_READ})),
    ("visits", "/visitas", frozenset({_P.VISIT_READ_OWN})),
    ("findings", "/hallazgos", frozenset({_P.ROUND_READ})),
    ("meetings", "/reuniones", frozenset({_P.DECISION_READ})),
    ("seals", "/sellos", frozenset({_P.SEAL_READ})),
    ("complaints", "/denuncias-recibidas", frozenset({_P.COMPLAINT_READ})),
    ("committees", "/comites", frozenset({_P.COMMITTEE_READ})),
    ("users", "/usuarios", frozenset({_P.USER_MANAGE, _P.COMMITTEE_MANAGE})),
    ("register", "/registro", frozenset({_P.REGISTER_READ, _P.REGISTER_OWN, _P.SEAL_READ})),
)
"""Name, address, and the permissions of which one is enough (none: whoever is signed in)."""


def menu_of(request: Request, actor: Actor) -> list[tuple[str, str, bool]]:
    """`(label, href, current)` for `base.html`; empty for nobody."""
    if actor.id is None:
        return []
    locale, path = locale_of(request), request.url.path
    return [
        (sentence(f"nav.{name}", locale), href, path == href or path.startswith(f"{href}/"))
        for name, href, needs in ROOMS
        if not needs or any(actor.may(permission) for permission in needs)
    ]
