"""The national control register: tables as streams, reconciliation, and who pulled what."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from api.deps import ActorDep, GroundDep, Listing, NowDep, PageDep, SessionDep
from api.downloads import Download
from spg_registry.register import reconciliation, service

router = APIRouter(prefix="/register", tags=["register"])

Place = Annotated[
    str | None, Query(description="An INE code, or the beginning of one", examples=["031401", "03"])
]
SpgCode = Annotated[str | None, Query(examples=["SPG-031401-1"])]
Bom = Annotated[
    bool, Query(description="CSV for spreadsheet programs: with a mark, and without formulas")
]


class PullOut(BaseModel):
    """A download on record; `finished` once its last row has left, with the digest of its bytes."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    at: datetime
    puller: str
    table_name: str
    profile: str
    as_of: date
    sequence: int
    rows: int | None
    digest: str | None
    finished: bool


@router.get("/reconciliation")
def reconcile(session: SessionDep, actor: ActorDep, now: NowDep) -> reconciliation.Reconciliation:
    """Wants `register:read`; with `producer:read` it tells what is of the own committees."""
    return reconciliation.reconcile(session, actor, now)


@router.get("/pulls")
def pulls(session: SessionDep, actor: ActorDep, page: PageDep) -> Listing[PullOut]:
    """Officers of the control body see all, others their own."""
    rows, total = service.pulls(session, actor, page.limit, page.offset)
    return Listing.of([PullOut.model_validate(row) for row in rows], total, page)


@router.get("/pulls/{pull_id}")
def pull(session: SessionDep, actor: ActorDep, pull_id: int) -> PullOut:
    """One's own, to compare the digest with what arrived."""
    return PullOut.model_validate(service.get_pull(session, actor, pull_id))


@router.get(
    "/{table}.{ending}",
    status_code=200,
    response_class=Download,
    responses={200: {"content": {"text/csv": {}, "application/jsonl": {}}}},
)
def download(
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    ground: GroundDep,
    table: str,
    ending: str,
    municipality: Place = None,
    spg: SpgCode = None,
    bom: Bom = False,
) -> Download:
    """`spgs`, `producers`, `units` or `seals` as `csv` or `jsonl`, in the control profile.

    Wants `register:read`; with `register:own` it tells the rows of the own committees. Each
    download is recorded; `Spg-Pull` names its record under `/register/pulls`. `Spg-Status`, and
    the file's name, say whether its figures are `provisional` or `closed`.
    """
    extract = service.control_extract(session, actor, now, table, municipality, spg)
    return Download(ground, actor, now, extract, service.format_of(ending), bom)
