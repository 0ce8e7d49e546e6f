"""The norm, for programs. Reading is open to everybody: rules in force are public."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.deps import ActorDep, NowDep, SessionDep
from api.v1.idempotency import OnceRoute
from spg_registry.core import clock
from spg_registry.core.errors import NotFound
from spg_registry.standards import queries, service
from spg_registry.standards.schemas import (
    ByLaws,
    LocalItem,
    LocalItemOut,
    RuleSetOut,
    StandardOut,
)

router = APIRouter(tags=["standards"], route_class=OnceRoute)

CommitteeId = Annotated[int | None, Query(description="With that committee's by-laws")]


@router.get("/standards")
def standards(session: SessionDep) -> list[StandardOut]:
    """Every version, the newest first."""
    return [StandardOut.model_validate(row) for row in queries.standards(session)]


@router.get("/standards/{standard_id}")
def standard(session: SessionDep, standard_id: int) -> StandardOut:
    found = queries.standard(session, standard_id)
    if found is None:
        raise NotFound()
    return StandardOut.model_validate(found)


@router.get("/norm")
def norm(
    session: SessionDep,
    now: NowDep,
    committee_id: CommitteeId = None,
    on: Annotated[date | None, Query(description="A day; today without it")] = None,
) -> dict[str, Any]:
    """Standard, form, rules and months as a round that opened on that day would freeze them.

    Every value says its source and whether it is verified.
    """
    return queries.frozen(session, committee_id, on or clock.local_date(now))


@router.get("/rulesets")
def rulesets(session: SessionDep) -> list[RuleSetOut]:
    """The national ones, every version, with the bounds that by-laws must keep."""
    return [RuleSetOut.model_validate(row) for row in queries.rulesets(session)]


@router.get("/by-laws")
def by_laws(session: SessionDep, committee_id: int) -> list[RuleSetOut]:
    """All by-laws of a committee, the newest first."""
    return [RuleSetOut.model_validate(row) for row in queries.by_laws(session, committee_id)]


@router.post("/by-laws", status_code=201)
def adopt_by_laws(session: SessionDep, actor: ActorDep, now: NowDep, data: ByLaws) -> RuleSetOut:
    """Replace a committee's by-laws. Wants `committee:manage` on it."""
    return RuleSetOut.model_validate(service.adopt_by_laws(session, actor, now, data))


@router.get("/checklist-items")
def local_items(session: SessionDep, committee_id: int) -> list[LocalItemOut]:
    """The questions that a committee asks beside those of the form."""
    items = queries.local_items(session, committee_id)
    return [LocalItemOut.model_validate(item) for _, item in items]


@router.post("/checklist-items", status_code=201)
def add_local_item(
    session: SessionDep, actor: ActorDep, now: NowDep, data: LocalItem
) -> LocalItemOut:
    """A committee's own question. Wants `committee:manage` on it."""
    return LocalItemOut.model_validate(service.add_local_item(session, actor, now, data))


@router.post("/checklist-items/{item_id}/retirement")
def retire_local_item(
    session: SessionDep, actor: ActorDep, now: NowDep, item_id: int
) -> LocalItemOut:
    """Stop asking a local question. Wants `committee:manage` on its committee."""
    return LocalItemOut.model_validate(service.retire_local_item(session, actor, now, item_id))
