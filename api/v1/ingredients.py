"""What processed products are made of."""

from fastapi import APIRouter

from api.deps import ActorDep, NowDep, SessionDep
from api.v1.idempotency import OnceRoute
from spg_registry.producers import service
from spg_registry.producers.answers import CropOut
from spg_registry.producers.dossier import crop_file
from spg_registry.producers.schemas import IngredientsIn

router = APIRouter(tags=["units"], route_class=OnceRoute)


@router.put("/crops/{crop_id}/ingredients")
def declare_ingredients(
    session: SessionDep, actor: ActorDep, now: NowDep, crop_id: int, data: IngredientsIn
) -> CropOut:
    """All ingredients of a processed product: the producer's own, or bought under an organic seal
    (its code). The norm judges the product by them. Wants `producer:write`."""
    service.declare_ingredients(session, actor, now, crop_id, data)
    return crop_file(session, crop_id)
