"""Labels with running numbers, and full terms after the renewal of a registration."""

from fastapi import APIRouter

from api.deps import ActorDep, KeyringDep, NowDep, SessionDep
from api.v1.idempotency import OnceRoute
from spg_registry.seals import numbering, queries, service
from spg_registry.seals.schemas import LabelBatchesIn, LabelBatchOut, RestoreIn, SealOut

router = APIRouter(tags=["seals"], route_class=OnceRoute)


@router.post("/seals/labels", status_code=201)
def allot(
    session: SessionDep, actor: ActorDep, now: NowDep, data: LabelBatchesIn
) -> list[LabelBatchOut]:
    """The next numbers of each seal; no number is ever given twice."""
    made = service.allot(session, actor, now, data)
    return [LabelBatchOut.model_validate(row) for row in made]


@router.get("/seals/{code}/labels")
def list_labels(session: SessionDep, actor: ActorDep, code: str) -> list[LabelBatchOut]:
    """The latest first."""
    grant = queries.get_seal(session, actor, code)
    return [LabelBatchOut.model_validate(row) for row in numbering.batches_of(session, [grant.id])]


@router.post("/spgs/{spg_id}/full-terms", status_code=201)
def restore(
    session: SessionDep,
    actor: ActorDep,
    now: NowDep,
    keyring: KeyringDep,
    spg_id: int,
    data: RestoreIn,
) -> list[SealOut]:
    """Seals that the end of a former registration cut short, replaced all or none."""
    news = service.restore(session, actor, now, keyring, spg_id, data)
    return [SealOut.model_validate(row) for row in news]
