"""Help: the work step by step, and the words of the registry. Open to everybody."""

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.deps import VisitorDep
from api.render import render

router = APIRouter(prefix="/ayuda")

STEPS: Final = ("round", "visit", "meeting", "seal")
WORDS: Final = (
    "spg",
    "organic",
    "transition",
    "in_force",
    "committee",
    "evaluator",
    "pledge",
    "unit",
    "plot",
    "round",
    "visit",
    "form",
    "finding",
    "acta",
    "quorum",
    "recusal",
    "waiver",
    "unverified",
    "suspension",
    "withdrawal",
    "exclusion",
    "appeal",
    "complaint",
)


@router.get("")
def index(request: Request, _visitor: VisitorDep) -> Response:
    return render(request, "public/help.html", steps=STEPS, words=WORDS)
