"""A producer's timeline: all of it, or one topic."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from api.deps import PageNumber
from api.forms import one_of
from api.render import paging, render
from api.sight import visible_ids
from api.web.again import choices
from api.web.desk import Desk, DeskDep
from spg_registry.complaints.timeline import complaints_about
from spg_registry.producers.answers import ProducerFile
from spg_registry.producers.dossier import producer_file
from spg_registry.seals.timeline import Line, Topic, timeline_of

router = APIRouter(prefix="/productores")

PAGE_SIZE = 60
LATEST = 8
"""On the producer's own page."""

_PLACES = {
    "": "",
    "producer": "/productores/",
    "unit": "/unidades/",
    "visit": "/visitas/",
    "finding": "/hallazgos/",
    "decision": "/decisiones/",
    "appeal": "/apelaciones/",
    "seal": "/sellos/",
    "sanction": "/sanciones",
    "complaint": "/denuncias-recibidas/",
}


@router.get("/{code}/historia")
def history(
    desk: DeskDep,
    code: str,
    topic: Annotated[str, Query(alias="tema")] = "",
    number: PageNumber = 1,
) -> Response:
    ids = visible_ids(desk.session, desk.actor)
    file = producer_file(desk.session, desk.actor, code, desk.today, ids)
    wanted = one_of(Topic, topic)
    lines = _lines(desk, file, wanted)
    first = (number - 1) * PAGE_SIZE
    return render(
        desk.request,
        "producers/history.html",
        file=file,
        topics=[("", ""), *choices(desk.request, "topic", Topic)],
        topic=wanted.value if wanted else "",
        lines=shown(lines[first : first + PAGE_SIZE]),
        page=paging(desk.request, number, PAGE_SIZE, len(lines)),
    )


def latest(desk: Desk, file: ProducerFile) -> tuple[list[dict[str, Any]], int]:
    """For the producer's own page, and how many lines there are in all."""
    lines = _lines(desk, file)
    return shown(lines[:LATEST]), len(lines)


def _lines(desk: Desk, file: ProducerFile, topic: Topic | None = None) -> list[Line]:
    more = {Topic.COMPLAINTS: complaints_about}
    return timeline_of(desk.session, desk.actor, file, topic, more)


def shown(lines: list[Line]) -> list[dict[str, Any]]:
    return [
        {
            "on": line.on,
            "code": line.code,
            "params": dict(line.params),
            "href": f"{_PLACES[line.to[0]]}{line.to[1]}",
            "tag": line.tag,
            "note": line.note,
        }
        for line in lines
    ]
