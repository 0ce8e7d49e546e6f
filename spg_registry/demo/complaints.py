"""What people report in the first committee: answered, late, under review, and just come in."""

from datetime import timedelta
from random import Random

from spg_registry.complaints import service
from spg_registry.complaints.models import ComplaintAbout, ComplaintOutcome, ComplaintReason
from spg_registry.complaints.queries import get_complaint, units_to_visit
from spg_registry.complaints.schemas import ComplaintAnswer, ComplaintIn, VisitOrder
from spg_registry.core.codes import code_from
from spg_registry.demo.calendar import moment
from spg_registry.demo.stage import Scene, Story
from spg_registry.demo.world import Office, World

_ADDRESS = "192.0.2.10"
_A, _R = ComplaintAbout, ComplaintReason


def reported(world: World, office: Office) -> Story:
    """A story of its own, beside the committee's; it draws nothing from the committee's source."""
    numbers = Random(f"denuncias {office.place.ine_code}")

    def lodged(scene: Scene, **told: object) -> int:
        data = ComplaintIn.model_validate(told)
        code = code_from(numbers)
        return service.lodge(scene.session, scene.now, data, _ADDRESS, code).id

    today = world.today
    scene = yield moment(today - timedelta(days=38), 18)
    first, second = _seals(office)
    old = lodged(
        scene,
        about=_A.SEAL,
        reason=_R.NOT_THE_STALL,
        seal=first,
        place="Feria del sábado",
        told="El puesto tenía el sello de otra familia pegado en una caja.",
        name="Casera de la feria",
        reach="feria@example.bo",
    )
    scene = yield moment(today - timedelta(days=36), 9)
    service.take_up(scene.session, office.secretary, scene.now, old)
    scene = yield moment(today - timedelta(days=27), 17)
    said = "Se visitó el puesto: la caja era prestada y ya no lleva el sello de otra familia."
    word = ComplaintAnswer(outcome=ComplaintOutcome.UPHELD, public_answer=said)
    service.answer(scene.session, office.secretary, scene.now, old, word)
    service.close(scene.session, office.secretary, scene.now, old)
    scene = yield moment(today - timedelta(days=20), 12)
    lodged(
        scene,
        about=_A.PRODUCER,
        reason=_R.NO_VALID_SEAL,
        whom="Puesto de verduras junto a la entrada",
        committee_id=office.committee_id,
        place="Mercado municipal",
    )
    scene = yield moment(today - timedelta(days=8), 20)
    seen = lodged(
        scene,
        about=_A.SEAL,
        reason=_R.FORBIDDEN_INPUTS,
        seal=second,
        told="Desde el camino vi fumigar con mochila dos mañanas seguidas.",
        reach="Teléfono del vecino: 70000000",
    )
    scene = yield moment(today - timedelta(days=7), 9)
    service.take_up(scene.session, office.secretary, scene.now, seen)
    scene = yield moment(today - timedelta(days=6), 11)
    lodged(
        scene,
        about=_A.COMMITTEE,
        reason=_R.UNFAIR_TREATMENT,
        committee_id=office.committee_id,
        told="Mi visita se postergó dos veces sin explicación.",
    )
    scene = yield moment(today - timedelta(days=5), 15)
    _visit_ordered(scene, office, seen)
    scene = yield moment(today - timedelta(days=1), 19)
    lodged(
        scene,
        about=_A.FAIR,
        reason=_R.BOUGHT_ELSEWHERE,
        whom="Feria ecológica del domingo",
        committee_id=office.committee_id,
        told="Un puesto vendía tomate de cajón con la etiqueta verde.",
    )


def _seals(office: Office) -> tuple[str, str]:
    """Of two families with whom nobody of the committee has anything to do."""
    tied = {tie.life.number for tie in office.ties}
    own = {seat.person_id for seat in [*office.members, *office.appeals]} | set(office.evaluators)
    free = [
        life
        for life in office.lives
        if life.producer_id in office.seals
        and life.number not in tied
        and not own.intersection(life.person_ids)
        and not life.gone
        and not life.held
    ]
    first, second, *_ = free
    return office.seals[first.producer_id], office.seals[second.producer_id]


def _visit_ordered(scene: Scene, office: Office, complaint_id: int) -> None:
    row = get_complaint(scene.session, office.coordinator, complaint_id)
    unit = units_to_visit(scene.session, row)[0]
    order = VisitOrder(
        unit_code=unit.code,
        period_from=scene.today,
        period_until=scene.today + timedelta(days=10),
    )
    service.order_visit(scene.session, office.coordinator, scene.now, complaint_id, order)
