"""What the stories of complaints begin with."""

from datetime import date

from sqlmodel import Session, col, select

from spg_registry.complaints import service
from spg_registry.complaints.models import Complaint
from spg_registry.complaints.schemas import ComplaintAnswer, ComplaintIn, VisitOrder
from spg_registry.core.permissions import Actor
from spg_registry.producers.models import Unit
from spg_registry.seals.models import SealGrant
from tests.cast import Cast

ADDRESS = "203.0.113.9"
CALLER = "Casimira Ledo"
REACH = "70012345"
TOLD = "El puesto de Fructuosa vende papa comprada"
DOUBT = {"about": "seal", "reason": "not_the_stall", "place": "Feria de Punata, puesto 12"}
SIGNED = {"told": TOLD, "name": CALLER, "reach": REACH}
UPHELD = ComplaintAnswer.model_validate(
    {
        "outcome": "upheld",
        "public_answer": "Se visitó el puesto y se retiró el sello ajeno.",
        "note": "Fructuosa lo reconoció",
    }
)
ORDER = {"period_from": date(2026, 6, 16), "period_until": date(2026, 6, 25)}


def lodged(session: Session, cast: Cast, **told: object) -> Complaint:
    return service.lodge(session, cast.now, ComplaintIn.model_validate(told), ADDRESS)


def about(session: Session, cast: Cast, seal: SealGrant, **more: object) -> Complaint:
    return lodged(session, cast, **(DOUBT | {"seal": seal.code} | SIGNED | more))


def reviewed(
    session: Session, cast: Cast, seal: SealGrant, actor: Actor | None = None
) -> Complaint:
    row = about(session, cast, seal)
    return service.take_up(session, actor or cast.secretary, cast.now, row.id)


def unit_of(session: Session, seal: SealGrant) -> Unit:
    query = select(Unit).where(Unit.producer_id == seal.producer_id).order_by(col(Unit.id))
    return session.exec(query).one()


def order(session: Session, seal: SealGrant) -> VisitOrder:
    return VisitOrder.model_validate(ORDER | {"unit_code": unit_of(session, seal).code})
