"""The front door for everybody, the work list for who is signed in, the API's page."""

from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from api.deps import NowDep, SessionDep, UserDep, VisitorDep
from api.forms import Form
from api.render import locale_of, render
from spg_registry.complaints.queries import visible_complaints
from spg_registry.core import clock
from spg_registry.core.messages import format_number, sentence
from spg_registry.core.permissions import Actor, Permission
from spg_registry.decisions.models import MeetingState
from spg_registry.decisions.queries import visible_meetings
from spg_registry.rounds.queries import visible_findings, visible_rounds, visible_visits
from spg_registry.rules.standing import SealStanding
from spg_registry.rules.words import RoundState, VisitState
from spg_registry.seals.queries import public_figures, visible_seals

router = APIRouter()

RENEWAL = timedelta(days=60)
"""How far ahead a seal may be renewed, and so how early it stands on the list."""

_P = Permission


@router.get("/")
def front(request: Request, session: SessionDep, now: NowDep, _visitor: VisitorDep) -> Response:
    today, locale = clock.local_date(now), locale_of(request)
    figures = [
        (format_number(count, locale), sentence(f"figure.{name}", locale))
        for name, count in public_figures(session, today).items()
    ]
    return render(
        request,
        "public/home.html",
        form=Form(),
        figures=figures,
        as_of=today,
        period_note=sentence("figure.provisional", locale),
    )


@router.get("/inicio")
def work(request: Request, session: SessionDep, now: NowDep, actor: UserDep) -> Response:
    """What waits for this user, each line one click from its act."""
    return render(request, "home/work.html", tasks=_tasks(request, session, now, actor))


def _tasks(request: Request, session: Session, now: NowDep, actor: Actor) -> list[dict[str, Any]]:
    locale, today = locale_of(request), clock.local_date(now)
    found: list[tuple[str, str, int]] = []
    if actor.may(_P.VISIT_READ_OWN):
        for state in (VisitState.ASSIGNED, VisitState.IN_FIELD, VisitState.RETURNED):
            _, count = visible_visits(session, actor, state=state, mine=True, limit=0)
            found.append((f"my_visits_{state.value}", "/visitas", count))
    if actor.may(_P.ROUND_READ):
        for round_state in (RoundState.OPEN, RoundState.DELIBERATION):
            _, count = visible_rounds(session, actor, state=round_state, limit=0)
            found.append((f"rounds_{round_state.value}", "/rondas", count))
        _, count = visible_visits(session, actor, state=VisitState.SUBMITTED, limit=0)
        found.append(("visits_to_review", "/rondas", count))
        _, count = visible_findings(session, actor, overdue_on=today, limit=0)
        found.append(("findings_overdue", "/hallazgos", count))
    if actor.may(_P.DECISION_READ):
        _, count = visible_meetings(session, actor, state=MeetingState.CONVENED, limit=0)
        found.append(("meetings_open", "/reuniones", count))
    if actor.may(_P.SEAL_READ):
        _, count = visible_seals(session, actor, today, expiring_by=today + RENEWAL, limit=0)
        found.append(("seals_expiring", "/sellos?vence=60", count))
        _, count = visible_seals(session, actor, today, unacknowledged=True, limit=0)
        found.append(("seals_unacknowledged", "/sellos?sin_conformidad=1", count))
        _, count = visible_seals(session, actor, today, standing=SealStanding.SUSPENDED, limit=0)
        found.append(("seals_suspended", "/sellos?estado=suspended", count))
    if actor.may(_P.COMPLAINT_READ):
        _, count = visible_complaints(session, actor, unanswered=True, limit=0)
        found.append(("complaints_open", "/denuncias-recibidas?estado=pending", count))
        _, count = visible_complaints(session, actor, overdue_on=today, limit=0)
        found.append(("complaints_overdue", "/denuncias-recibidas?estado=overdue", count))
    return [
        {
            "title": sentence(f"work.{name}", locale),
            "href": href,
            "hint": "",
            "tag": format_number(count, locale),
        }
        for name, href, count in found
    ]


@router.get("/api/docs")
def api_page(request: Request, _visitor: VisitorDep) -> Response:
    """The OpenAPI document as a plain page: it needs no script and no other site."""
    document = request.app.openapi()
    groups: dict[str, list[dict[str, str]]] = {}
    for path, verbs in document["paths"].items():
        for verb, operation in verbs.items():
            group = (operation.get("tags") or ["api"])[0]
            groups.setdefault(group, []).append(
                {
                    "verb": verb.upper(),
                    "path": path,
                    "says": operation.get("description") or operation.get("summary", ""),
                }
            )
    return render(request, "public/api.html", groups=groups, version=document["info"]["version"])
