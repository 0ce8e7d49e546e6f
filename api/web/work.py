"""The work list: home of who is signed in. Every line leads to its act."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from starlette.responses import Response

from api.deps import PageNumber
from api.forms import Form
from api.render import locale_of, paging, render
from api.web.desk import Desk, DeskDep
from spg_registry.committees.queries import visible_committees
from spg_registry.core.messages import has_sentence, sentence
from spg_registry.worklist.clocks import Clock
from spg_registry.worklist.matters import Look, Matter, Row, Urgency
from spg_registry.worklist.queries import clocks_of, sources_of, work_of

router = APIRouter()

FIRST: Final = 3
"""Rows of a matter on the whole list; its own page shows `PAGE_SIZE`."""
PAGE_SIZE: Final = 50

PLACES: Final = {
    "ready_meeting": "/reuniones/{}",
    "ready_round": "/reuniones/nueva?ronda={}",
    "meeting": "/reuniones/{}",
    "visit": "/visitas/{}",
    "visit_review": "/visitas/{}",
    "finding": "/hallazgos/{}",
    "appeal": "/apelaciones/{}",
    "complaint": "/denuncias-recibidas/{}",
    "seal": "/sellos/{}",
    "seal_acknowledge": "/sellos/{}/conformidad",
    "seal_reinstate": "/sellos/{}/restituir",
    "seal_agenda": "/sellos/{}/orden-del-dia",
    "seal_correct": "/sellos/{}/correccion",
    "spg": "/spg/{}",
    "committee": "/comites/{}",
    "member": "/comites/{}",
    "round": "/rondas/{}",
    "newcomers": "/rondas/abrir?spg={}&tipo=newcomers",
    "import": "/importaciones/{}",
    "coordinator": "/comites/{}/usuarios/nuevo",
    "user": "/usuarios",
    "invitation": "/usuarios#usuario-{}",
}
"""Where the act upon a row stands; a kind without a place is done with a command."""

TOGETHER: Final = {
    "seals_expiring": ("/sellos/renovar", "/rondas/abrir?renovar=1"),
    "seals_in_doubt": ("/sellos/revision",),
}
"""Where a whole matter is worked through at once; their words are `work.together.<matter>-<n>`."""

STATUSES: Final = {
    "own_visits": "visit",
    "complaints": "complaint",
    "visit_drafts": "visit",
    "registrations": "registration",
    "recognitions": "recognition",
    "rounds_running": "round",
    "keys": "key",
}
"""The closed list of words that a matter's rows tell their state in."""

OF_COMMITTEE: Final = ("meeting", "round", "member", "committee", "complaint")
"""Rows that tell their committee, which says nothing to who has only one."""


@router.get("/inicio")
def work(
    desk: DeskDep,
    matter: Annotated[str, Query(alias="asunto", max_length=40)] = "",
    urgency: Annotated[str, Query(alias="urgencia", max_length=12)] = "",
    committee: Annotated[str, Query(alias="comite", max_length=9)] = "",
    number: PageNumber = 1,
) -> Response:
    """What waits for this user, the overdue first; with `asunto` all of one matter."""
    known = [source.code for source in sources_of(desk.actor)]
    chosen = matter if matter in known else ""
    look = Look(
        desk.session,
        desk.actor,
        desk.today,
        committee_id=int(committee) if committee.isdecimal() else None,
        urgency=Urgency(urgency) if urgency in list(Urgency) else None,
        limit=PAGE_SIZE if chosen else FIRST,
        offset=(number - 1) * PAGE_SIZE if chosen else 0,
    )
    found = work_of(look, chosen)
    committees = _committees(desk)
    told = locale_of(desk.request)
    return render(
        desk.request,
        "home/work.html",
        matters=[_told(one, told, several=bool(committees)) for one in found],
        chosen=chosen,
        sums=[(word.value, sum(_of(one, word) for one in found)) for word in Urgency],
        form=Form.of({"asunto": chosen, "urgencia": urgency, "comite": committee}),
        choices=[(code, sentence(f"work.{code}", told)) for code in known],
        urgencies=[(word.value, sentence(f"status.task.{word.value}", told)) for word in Urgency],
        committees=committees,
        page=paging(desk.request, number, PAGE_SIZE, found[0].count if chosen and found else 0),
        clocks=_clocks(clocks_of(look) if not chosen else {}),
    )


def _of(matter: Matter, word: Urgency) -> int:
    by_word = {Urgency.OVERDUE: matter.late, Urgency.SOON: matter.soon}
    return by_word.get(word, matter.count - matter.late - matter.soon)


def _told(matter: Matter, locale: str, *, several: bool) -> dict[str, Any]:
    group, help_code = STATUSES.get(matter.code, ""), f"work.help.{matter.code}"
    return {
        "code": matter.code,
        "title": sentence(f"work.{matter.code}", locale),
        "help": sentence(help_code, locale) if has_sentence(help_code, locale) else "",
        "count": matter.count,
        "late": matter.late,
        "urgency": matter.urgency.value,
        "together": [
            (href, sentence(f"work.together.{matter.code}-{place}", locale))
            for place, href in enumerate(TOGETHER.get(matter.code, ()), start=1)
        ],
        "day": sentence(f"work.day.{matter.code}", locale),
        "rows": [_row(row, group, locale, several=several) for row in matter.rows],
    }


def _row(row: Row, group: str, locale: str, *, several: bool) -> dict[str, Any]:
    return {
        "href": PLACES[row.kind].format(row.key) if row.kind in PLACES else "",
        "act": sentence(f"work.act.{row.kind}", locale),
        "name": row.name or sentence("work.unnamed", locale),
        "about": row.about if several or row.kind not in OF_COMMITTEE else "",
        "many": row.many,
        "day": row.day,
        "urgency": row.urgency.value,
        "status": f"{group}.{row.status}" if group and row.status else "",
    }


def _committees(desk: Desk) -> list[tuple[str, str]]:
    """To choose from, for who has several."""
    rows, total = visible_committees(desk.session, desk.actor)
    return [(str(row.id), row.name) for row in rows] if total > 1 else []


def _clocks(found: dict[str, list[Clock]]) -> list[tuple[str, list[Clock]]]:
    """Those of which something has begun."""
    return [(span, told) for span, told in found.items() if any(one.of for one in told)]
