"""Photos and scanned papers of a producer."""

from typing import Annotated

from fastapi import APIRouter, File, Form, UploadFile
from sqlmodel import Session
from starlette.responses import FileResponse, Response

from api.deps import ActorDep, NowDep, SessionDep
from api.forms import parse
from api.sight import visible_ids
from api.uploads import ProgramFilesDep, handed_out
from api.v1.idempotency import OnceRoute
from spg_registry.core import clock
from spg_registry.core.errors import Invalid
from spg_registry.core.permissions import Actor
from spg_registry.producers import service
from spg_registry.producers.answers import PaperOut
from spg_registry.producers.dossier import producer_file
from spg_registry.producers.errors import PaperNotFound
from spg_registry.producers.models import PaperKind
from spg_registry.producers.papers import paper_file, papers_of
from spg_registry.producers.schemas import PaperIn, WithdrawPaperIn

router = APIRouter(prefix="/producers/{code}/papers", tags=["producers"], route_class=OnceRoute)


@router.get("")
def list_papers(session: SessionDep, actor: ActorDep, now: NowDep, code: str) -> list[PaperOut]:
    """The latest first. Wants `producer:read`; all but photos of the land, `producer:identity`."""
    return _papers(session, actor, now, code)


@router.post("", status_code=201)
def add_papers(
    uploads: ProgramFilesDep,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    code: str,
    kind: Annotated[PaperKind, Form()],
    # Heard by `uploads` before the transaction, and told here for the documentation.
    files: Annotated[
        list[UploadFile], File(description="Photos as JPEG, PNG or WebP; papers as PDF or photo")
    ],
    title: Annotated[str, Form()] = "",
    unit_code: Annotated[str, Form()] = "",
) -> list[PaperOut]:
    """One paper for each file, drawn anew without what the telephone wrote into it. Wants
    `producer:write`."""
    wish = parse(PaperIn, {"title": title, "unit_code": unit_code}, kind=kind)
    prepared = uploads.all("files")
    if not prepared:
        raise Invalid.at("files", "required")
    rows = service.add_papers(session, actor, now, code, wish, prepared)
    added = {row.id for row in rows}
    return [paper for paper in _papers(session, actor, now, code) if paper.id in added]


@router.get("/{paper_id}", response_class=FileResponse)
def get_paper(
    session: SessionDep, actor: ActorDep, now: NowDep, code: str, paper_id: int
) -> Response:
    """The file itself."""
    ids = visible_ids(session, actor)
    return handed_out(paper_file(session, actor, now, code, paper_id, ids))


@router.post("/{paper_id}/withdrawal")
def withdraw(
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    code: str,
    paper_id: int,
    data: WithdrawPaperIn,
) -> PaperOut:
    """It stays, marked, for who writes the producer's papers. Wants `producer:write`."""
    _one(session, actor, now, code, paper_id)
    service.withdraw_paper(session, actor, now, paper_id, data)
    return _one(session, actor, now, code, paper_id)


def _one(session: Session, actor: Actor, now: NowDep, code: str, paper_id: int) -> PaperOut:
    for paper in _papers(session, actor, now, code):
        if paper.id == paper_id:
            return paper
    raise PaperNotFound(id=paper_id)


def _papers(session: Session, actor: Actor, now: NowDep, code: str) -> list[PaperOut]:
    ids = visible_ids(session, actor)
    return papers_of(session, producer_file(session, actor, code, clock.local_date(now), ids))
