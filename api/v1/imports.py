"""Lists of producers as files: examined first, written when confirmed."""

from datetime import datetime
from io import BytesIO
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Request, UploadFile
from pydantic import BaseModel
from starlette.responses import Response

from api.deps import ActorDep, GroundDep, Listing, NowDep, PageDep, SessionDep
from api.render import locale_of
from api.v1.idempotency import OnceRoute
from spg_registry.core.messages import sentence
from spg_registry.core.spreadsheets import Limits, read_table
from spg_registry.producers import importing
from spg_registry.producers.importing import Action, Examination, Options, Verdict
from spg_registry.producers.models import ImportState

router = APIRouter(prefix="/imports", tags=["imports"], route_class=OnceRoute)


class ProblemOut(BaseModel):
    """Why a row is not taken, at its cell (`C14`)."""

    column: str
    cell: str
    code: str
    detail: str


class RowOut(BaseModel):
    row: int
    action: Action
    producer: str
    problems: list[ProblemOut]
    changes: list[str]
    notes: list[str]


class ImportOut(BaseModel):
    """`columns` maps fields to the titles they were read from; `missing` are codes of producers
    whom the SPG has and the list has not: they are told, never removed."""

    id: int
    spg_id: int
    state: ImportState
    filename: str
    digest: str
    examined_at: datetime
    counts: dict[str, Any]
    columns: dict[str, str]
    missing: list[Any]
    rows: list[RowOut]


class ImportLine(BaseModel):
    """A list among others, without its rows."""

    id: int
    spg_id: int
    state: ImportState
    filename: str
    examined_at: datetime
    counts: dict[str, Any]


@router.get("")
def list_imports(session: SessionDep, actor: ActorDep, page: PageDep) -> Listing[ImportLine]:
    rows, total = importing.imports(session, actor, page.limit, page.offset)
    lines = [ImportLine.model_validate(batch, from_attributes=True) for batch, _spg in rows]
    return Listing.of(lines, total, page)


@router.post("", status_code=201)
def examine(
    request: Request,
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    ground: GroundDep,
    spg_id: Annotated[int, Form()],
    file: Annotated[UploadFile, File(description="CSV or XLSX")],
    share_area: Annotated[bool, Form()] = False,
    admitted: Annotated[bool, Form()] = False,
) -> ImportOut:
    """What would become of every row. Writes no producer."""
    limits = Limits(max_bytes=ground.settings.upload_mb * 1_000_000)
    options = Options(share_area=share_area, admitted=admitted)
    with read_table(file.file, file.filename or "", limits) as table:
        found = importing.examine(session, actor, now, spg_id, table, options)
    return _out(found, request)


@router.get("/{batch_id}")
def get_import(request: Request, session: SessionDep, actor: ActorDep, batch_id: int) -> ImportOut:
    return _out(importing.examination(session, actor, batch_id), request)


@router.post("/{batch_id}/confirmation", status_code=201)
def confirm(
    request: Request, session: SessionDep, actor: ActorDep, now: NowDep, batch_id: int
) -> ImportOut:
    """Write exactly what was examined; 409 when the producers have changed since."""
    return _out(importing.confirm(session, actor, now, batch_id), request)


@router.get("/{batch_id}/rejected", response_class=Response)
def rejected(request: Request, session: SessionDep, actor: ActorDep, batch_id: int) -> Response:
    """The rejected rows as the same kind of file, with the reasons in one column more."""
    out = BytesIO()
    kind = importing.write_rejected_rows(session, actor, batch_id, out, locale_of(request))
    return Response(out.getvalue(), media_type=kind.media_type)


def _out(found: Examination, request: Request) -> ImportOut:
    batch = found.batch
    return ImportOut(
        id=batch.id,
        spg_id=batch.spg_id,
        state=batch.state,
        filename=batch.filename,
        digest=batch.digest,
        examined_at=batch.examined_at,
        counts=batch.counts,
        columns=found.columns,
        missing=batch.missing,
        rows=[_row(verdict, locale_of(request)) for verdict in found.verdicts],
    )


def _row(verdict: Verdict, locale: str) -> RowOut:
    return RowOut(
        row=verdict.row,
        action=verdict.action,
        producer=verdict.producer,
        problems=[
            ProblemOut(
                column=problem.column,
                cell=problem.cell,
                code=problem.code,
                detail=sentence(f"error.{problem.code}", locale, **problem.params),
            )
            for problem in verdict.problems
        ],
        changes=list(verdict.changes),
        notes=list(verdict.notes),
    )
