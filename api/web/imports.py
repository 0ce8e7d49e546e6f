"""Lists of producers from spreadsheets: send one, see what would happen, confirm."""

from io import BytesIO
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from sqlmodel import Session
from starlette.datastructures import UploadFile
from starlette.responses import Response

from api.deps import FormDep, GroundDep, NowDep, PageNumber, SessionDep, UserDep
from api.forms import Form, number_in
from api.render import locale_of, paging, redirect, render
from api.web.once import FormRoute
from spg_registry.committees import queries as committees
from spg_registry.core.errors import Fault, Invalid, NotFound, TooLarge
from spg_registry.core.messages import format_number, sentence
from spg_registry.core.permissions import Actor, Permission, require
from spg_registry.core.spreadsheets import Limits, read_table
from spg_registry.producers import importing
from spg_registry.producers.importing import (
    COLUMNS,
    Action,
    Examination,
    ImportChanged,
    Options,
    Verdict,
)
from spg_registry.producers.models import ImportState

router = APIRouter(prefix="/importaciones", route_class=FormRoute)

PAGE_SIZE = 50
ROWS_SHOWN = 100
Shown = Annotated[Action | None, Query(alias="ver")]


@router.get("")
def index(
    request: Request, session: SessionDep, actor: UserDep, number: PageNumber = 1
) -> Response:
    rows, total = importing.imports(session, actor, PAGE_SIZE, (number - 1) * PAGE_SIZE)
    page = paging(request, number, PAGE_SIZE, total)
    return render(request, "imports/index.html", rows=rows, page=page)


@router.get("/nueva")
def new(request: Request, session: SessionDep, actor: UserDep, ground: GroundDep) -> Response:
    return _new(request, session, actor, ground.settings.upload_mb, Form())


@router.post("/nueva")
def examine(
    request: Request,
    session: SessionDep,
    actor: UserDep,
    now: NowDep,
    ground: GroundDep,
    data: FormDep,
) -> Response:
    limit_mb = ground.settings.upload_mb
    try:
        options = Options(share_area="share_area" in data, admitted="admitted" in data)
        spg_id = _spg(data.get("spg"))
        upload = data.get("file")
        if not isinstance(upload, UploadFile) or not upload.filename:
            raise Invalid.at("file", "required")
        limits = Limits(max_bytes=limit_mb * 1_000_000)
        with read_table(upload.file, upload.filename, limits) as table:
            found = importing.examine(session, actor, now, spg_id, table, options)
    except (Invalid, TooLarge) as refusal:
        session.rollback()
        form = Form.with_faults(data, _faults(refusal), locale_of(request))
        status = 413 if isinstance(refusal, TooLarge) else 422
        return _new(request, session, actor, limit_mb, form, status)
    return redirect(f"/importaciones/{found.batch.id}")


def _spg(typed: Any) -> int:
    spg_id = number_in(typed)
    if spg_id is None:
        raise Invalid.at("spg", "required")
    return spg_id


def _faults(refusal: Invalid | TooLarge) -> list[Fault]:
    if isinstance(refusal, Invalid):
        return refusal.faults
    return [Fault("file", refusal.code, refusal.params)]


def _new(
    request: Request,
    session: Session,
    actor: Actor,
    limit_mb: int,
    form: Form,
    status: int = 200,
) -> Response:
    require(actor, Permission.PRODUCER_WRITE)
    spgs, _ = committees.visible_spgs(session, actor)
    locale = locale_of(request)
    return render(
        request,
        "imports/new.html",
        status,
        form=form,
        spgs=[
            (spg.id, spg.name)
            for spg in spgs
            if actor.may(Permission.PRODUCER_WRITE, spg.committee_id)
        ],
        columns=[sentence(f"import_column.{name}", locale) for name in COLUMNS],
        limit_mb=limit_mb,
    )


@router.get("/{batch_id}")
def show(
    request: Request,
    session: SessionDep,
    actor: UserDep,
    batch_id: int,
    shown: Shown = None,
    number: PageNumber = 1,
) -> Response:
    found = importing.examination(session, actor, batch_id)
    return _show(request, found, shown, number)


@router.post("/{batch_id}/confirmar")
def confirm(
    request: Request,
    session: SessionDep,
    actor: UserDep,
    now: NowDep,
    _data: FormDep,
    batch_id: int,
) -> Response:
    try:
        found = importing.confirm(session, actor, now, batch_id)
    except ImportChanged as change:
        session.rollback()
        found = importing.examination(session, actor, batch_id)
        return _show(request, found, None, 1, changed=str(change.params["row"]), status=409)
    counts = found.batch.counts
    return redirect(
        f"/importaciones/{batch_id}",
        "import_confirmed",
        new=counts["new"],
        changed=counts["update"],
    )


@router.post("/{batch_id}/revisar")
def look_again(
    session: SessionDep, actor: UserDep, now: NowDep, _data: FormDep, batch_id: int
) -> Response:
    importing.reexamine(session, actor, now, batch_id)
    return redirect(f"/importaciones/{batch_id}", "import_examined")


@router.post("/{batch_id}/descartar")
def put_away(
    session: SessionDep, actor: UserDep, now: NowDep, _data: FormDep, batch_id: int
) -> Response:
    importing.put_away(session, actor, now, batch_id)
    return redirect("/importaciones", "import_put_away")


@router.get("/{batch_id}/rechazadas")
def rejected(request: Request, session: SessionDep, actor: UserDep, batch_id: int) -> Response:
    out = BytesIO()
    kind = importing.write_rejected_rows(session, actor, batch_id, out, locale_of(request))
    name = f"filas-rechazadas-{batch_id}.{kind.value}"
    return Response(
        out.getvalue(),
        media_type=kind.media_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _show(
    request: Request,
    found: Examination,
    shown: Action | None,
    number: int,
    *,
    changed: str = "",
    status: int = 200,
) -> Response:
    batch, locale = found.batch, locale_of(request)
    if shown is None:
        shown = next((action for action in ORDER if batch.counts[action.value]), Action.NEW)
    verdicts = found.of(shown)
    start = (number - 1) * ROWS_SHOWN
    if verdicts and start >= len(verdicts):
        raise NotFound()
    home = f"/importaciones/{batch.id}"
    return render(
        request,
        "imports/show.html",
        status,
        batch=batch,
        spg=found.spg,
        waiting=batch.state is ImportState.PREVIEWED,
        kept=batch.let_go_at is None,
        accepted=batch.counts["new"] + batch.counts["update"],
        changed=changed,
        counts=[
            (
                format_number(batch.counts[action.value], locale),
                sentence(f"import_count.{action.value}", locale),
                "",
                f"{home}?ver={action.value}",
            )
            for action in ORDER
        ],
        tabs=[
            (
                sentence(f"import_count.{action.value}", locale),
                f"{home}?ver={action.value}",
                action is shown,
            )
            for action in ORDER
        ],
        rows=[_row(verdict, locale) for verdict in verdicts[start : start + ROWS_SHOWN]],
        page=paging(request, number, ROWS_SHOWN, len(verdicts)),
        missing=batch.missing[:ROWS_SHOWN],
        columns=[
            (title, sentence(f"import_column.{name}", locale))
            for name, title in found.columns.items()
        ],
        unknown=", ".join(f"{heading.title} ({heading.cell})" for heading in found.unknown),
    )


ORDER = (Action.REJECTED, Action.NEW, Action.UPDATE, Action.UNCHANGED)
"""What needs somebody comes first."""


def _row(verdict: Verdict, locale: str) -> dict[str, Any]:
    return {
        "row": verdict.row,
        "label": verdict.label,
        "action": verdict.action.value,
        "producer": verdict.producer,
        "reasons": [
            (problem.cell, sentence(f"error.{problem.code}", locale, **problem.params))
            for problem in verdict.problems
        ],
        "changes": _columns(verdict.changes, locale),
        "notes": _columns(verdict.notes, locale),
    }


def _columns(names: tuple[str, ...], locale: str) -> str:
    return ", ".join(sentence(f"import_column.{name}", locale).lower() for name in names)
