"""Which matters wait for whom, in the order in which a page tells them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from spg_registry.core.permissions import NATIONAL, Actor, Permission, Role, require_somebody
from spg_registry.worklist import office, own, terms, year
from spg_registry.worklist.clocks import Clock, clocks
from spg_registry.worklist.matters import Look, Matter, Urgency

_P = Permission


def _keeps_office(actor: Actor) -> bool:
    return actor.may(_P.COMMITTEE_MANAGE)


def _sits(actor: Actor) -> bool:
    return actor.has(Role.MEMBER) and not _keeps_office(actor)


def _evaluates(actor: Actor) -> bool:
    return actor.person_id is not None and actor.may(_P.VISIT_FILL_OWN)


def _controls(actor: Actor) -> bool:
    return actor.may(_P.SPG_REGISTER)


def _coordinates(actor: Actor) -> bool:
    return actor.has(Role.COORDINATION)


def _administers(actor: Actor) -> bool:
    return actor.may(_P.USER_MANAGE)


@dataclass(frozen=True)
class Source:
    """Where a matter comes from, and for whom: one of `who` is enough."""

    code: str
    find: Callable[[Look], Matter]
    who: tuple[Callable[[Actor], bool], ...]


SOURCES: Final = (
    Source("own_visits", own.visits, (_evaluates,)),
    Source("own_appointment", terms.own_appointment, (_evaluates,)),
    Source("ready", office.ready, (_keeps_office,)),
    Source("meetings_open", office.meetings_open, (_keeps_office, _sits)),
    Source("visits_overdue", office.visits_overdue, (_keeps_office,)),
    Source("visits_to_review", office.visits_to_review, (_keeps_office,)),
    Source("findings", office.findings, (_keeps_office,)),
    Source("appeals", office.appeals, (_keeps_office, _sits)),
    Source("complaints", office.complaints, (_keeps_office, _controls)),
    Source("suspensions_over", office.suspensions_over, (_keeps_office, _controls)),
    Source("seals_expiring", office.seals_expiring, (_keeps_office,)),
    Source("seals_in_doubt", year.seals_in_doubt, (_keeps_office,)),
    Source("seals_unacknowledged", office.seals_unacknowledged, (_keeps_office,)),
    Source("seals_unacknowledged_long", office.seals_unacknowledged_long, (_controls,)),
    Source("registrations", terms.registrations, (_keeps_office, _controls, _coordinates)),
    Source("recognitions", terms.recognitions, (_keeps_office, _controls, _coordinates)),
    Source("members", terms.members, (_keeps_office, _sits, _controls, _coordinates)),
    Source("evaluators", terms.evaluators, (_keeps_office,)),
    Source("rounds_running", office.rounds_running, (_keeps_office,)),
    Source("newcomers", year.newcomers, (_keeps_office,)),
    Source("visit_drafts", office.visit_drafts, (_keeps_office,)),
    Source("imports", office.imports, (_keeps_office,)),
    Source("keys", own.keys, (_administers,)),
    Source("leaderless", own.leaderless, (_administers, _controls)),
    Source("invitations", year.invitations, (_keeps_office, _administers)),
    Source("idle_users", own.users_without_role, (_administers,)),
    Source("idle_programs", own.idle_programs, (_administers,)),
)


def sources_of(actor: Actor) -> list[Source]:
    return [source for source in SOURCES if any(who(actor) for who in source.who)]


def work_of(look: Look, matter: str = "") -> list[Matter]:
    """What waits for this actor: the overdue first, then in the order above; empty ones are left
    out. With `matter` only that one."""
    require_somebody(look.actor)
    chosen = [one for one in sources_of(look.actor) if matter in ("", one.code)]
    found = [replace(one.find(look), code=one.code) for one in chosen]
    order = list(Urgency)
    return sorted((one for one in found if one.count), key=lambda one: order.index(one.urgency))


def clocks_of(look: Look) -> dict[str, list[Clock]]:
    """For who reads the rounds of a committee; empty for the national roles and for nobody."""
    if not look.actor.may(_P.ROUND_READ):
        return {}
    national = any(role in NATIONAL for role, _place in look.actor.grants)
    return {} if national else clocks(look)
