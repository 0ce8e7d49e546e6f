"""Whether the registry can serve."""

import logging

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

from api.deps import GroundDep

router = APIRouter(include_in_schema=False)
log = logging.getLogger("spg.health")


@router.get("/healthz")
def healthz(ground: GroundDep) -> PlainTextResponse:
    """200 when a query answers on a migrated database, else 503 (the reason is in the log)."""
    try:
        ground.database.is_ready()
    except Exception:  # whatever is wrong, the answer is the same
        log.exception("the registry is not ready")
        return PlainTextResponse("no", 503)
    return PlainTextResponse("ok")
