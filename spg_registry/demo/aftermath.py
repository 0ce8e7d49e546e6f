"""What happens to seals and producers between the rounds: appeals, hard decisions, acts of the
control body, departures."""

from collections.abc import Sequence
from datetime import date, timedelta

from spg_registry.committees.models import BodyKind
from spg_registry.decisions import service as decisions
from spg_registry.decisions.models import AppealOutcome
from spg_registry.decisions.schemas import AppealAnswerIn, AppealIn, DecisionIn
from spg_registry.demo import roster, sitting
from spg_registry.demo.calendar import moment
from spg_registry.demo.field import Ronda
from spg_registry.demo.lives import Life, Step
from spg_registry.demo.stage import Scene, Story
from spg_registry.demo.world import Office, World
from spg_registry.producers.schemas import StatusIn
from spg_registry.rules.words import EnrolmentStatus, Outcome, SanctionKind
from spg_registry.seals import service as seals
from spg_registry.seals.schemas import ActIn, ReasonClass, SanctionIn

_ENOUGH = 12
"""Below this many seals an office is too small for every kind of trouble."""


def appeal(world: World, office: Office, ronda: Ronda, made: dict[int, int], day: date) -> Story:
    """In some committees one who was not approved appeals; another body answers."""
    refused = [life for life in ronda.lives if life.course[ronda.cycle] is Step.REFUSED]
    if not refused or office.number % 3 or ronda.cycle == 2:
        return
    life = refused[0]
    scene = yield moment(day + timedelta(days=12), 16, office.number)
    data = AppealIn(
        filed_on=scene.today, grounds="La familia dice que el producto hallado no era suyo."
    )
    filed = decisions.file_appeal(
        scene.session, office.secretary, scene.now, made[life.producer_id], data
    )
    scene = yield moment(day + timedelta(days=15), 9, office.number)
    meeting_id = sitting.convened(scene, office, None, BodyKind.APPEALS)
    answer = AppealAnswerIn(
        meeting_id=meeting_id,
        outcome=AppealOutcome.UPHELD,
        answer="Se revisó la ficha y se volvió a la unidad: la decisión se mantiene.",
    )
    decisions.answer_appeal(scene.session, office.secretary, scene.now, filed.id, answer)
    sitting.closed(scene, world, office, meeting_id)


def hard_decisions(office: Office, ronda: Ronda) -> list[DecisionIn]:
    """A producer is put out, and one is suspended until it mends what a neighbour reported."""
    holding = _holding(office, ronda.lives)
    if len(holding) < _ENOUGH or ronda.cycle == 2:
        return []
    out, held = office.source.sample(holding, 2)
    out.gone, held.held = True, True
    return [
        DecisionIn(
            producer_id=out.producer_id,
            outcome=Outcome.EXCLUSION,
            reasons="Aplicó herbicida en una parcela con sello y lo reconoció ante la reunión.",
        ),
        DecisionIn(
            producer_id=held.producer_id,
            outcome=Outcome.SUSPENSION,
            reasons="Denuncia de un vecino por riego con aguas servidas; se toma una muestra.",
        ),
    ]


def _holding(office: Office, lives: Sequence[Life]) -> list[Life]:
    """Who has an organic seal and nothing against it, the members' own left out."""
    seated = {seat.person_id for seat in office.members}
    return [
        life
        for life in lives
        if life.producer_id in office.seals
        and not life.gone
        and not life.held
        and not seated.intersection(life.person_ids)
        and not set(office.evaluators).intersection(life.person_ids)
    ]


def between_rounds(world: World, office: Office, cycle: int, day: date) -> Story:
    if cycle == 1:
        yield from roster.renew_terms(world, office, day)
    troubled = _holding(office, [life for life in office.lives if life.course[cycle] is not None])
    office.source.shuffle(troubled)
    if len(troubled) >= _ENOUGH:
        yield from _under_control(world, office, cycle, day, troubled)
    if cycle == 0:
        yield from roster.suspended_for_a_while(world, office, day)


def _under_control(
    world: World, office: Office, cycle: int, day: date, troubled: Sequence[Life]
) -> Story:
    """The control body samples, suspends, reinstates and withdraws; some leave by themselves."""
    cleared, kept, withdrawn, warned, left, absent = troubled[:6]
    acts = (
        (60, _suspend, cleared),
        (64, _suspend, kept),
        (72, _warn, warned),
        (92, _reinstate, cleared),
        (101, _withdraw, withdrawn),
        (120, _leave, left),
        (130, _be_absent, absent),
    )
    for days, act, life in acts:
        when = day + timedelta(days=days)
        if world.is_past(when):
            scene = yield moment(when, 11, office.number)
            act(scene, world, office, life)


def _suspend(scene: Scene, world: World, office: Office, life: Life) -> None:
    life.held = True
    data = ActIn(
        reason_class=ReasonClass.PROHIBITED_INPUT,
        reason="El análisis de una muestra de feria dio residuos por encima de lo permitido.",
        right_of_reply="Citada la familia por nota; presentó su descargo en cinco días.",
    )
    code = office.seals[life.producer_id]
    seals.suspend(scene.session, world.control, scene.now, code, data)


def _reinstate(scene: Scene, world: World, office: Office, life: Life) -> None:
    life.held = False
    data = ActIn(
        reason_class=ReasonClass.OTHER,
        reason="La contramuestra salió limpia.",
        right_of_reply="La familia pidió la contramuestra y estuvo presente.",
    )
    code = office.seals[life.producer_id]
    seals.reinstate(scene.session, world.control, scene.now, code, data)


def _withdraw(scene: Scene, world: World, office: Office, life: Life) -> None:
    life.held = True
    data = ActIn(
        reason_class=ReasonClass.MISUSE_OF_SEAL,
        reason="Vendió con su sello producto comprado en otro mercado.",
        right_of_reply="Se oyó a la familia en el comité; no presentó notas de compra.",
    )
    code = office.seals.pop(life.producer_id)
    seals.withdraw(scene.session, world.control, scene.now, code, data)


def _warn(scene: Scene, world: World, office: Office, life: Life) -> None:
    data = SanctionIn(
        producer_id=life.producer_id,
        spg_id=office.spg_id,
        kind=SanctionKind.WARNING,
        since=scene.today,
        published_on=scene.today,
        reason_class=ReasonClass.MISUSE_OF_SEAL,
        reason="Etiqueta sin el código del sello.",
    )
    seals.impose(scene.session, world.control, scene.now, data)


def _leave(scene: Scene, world: World, office: Office, life: Life) -> None:
    life.gone = True
    wish = ActIn(
        reason_class=ReasonClass.OWN_WISH,
        reason="La familia deja el SPG por voluntad propia.",
        right_of_reply="Carta firmada por la familia.",
    )
    code = office.seals.pop(life.producer_id)
    seals.withdraw(scene.session, world.control, scene.now, code, wish)
    data = StatusIn(status=EnrolmentStatus.WITHDRAWN, reason="Se retira por voluntad propia.")
    seals.change_status(scene.session, office.secretary, scene.now, life.enrolment_id, data)


def _be_absent(scene: Scene, world: World, office: Office, life: Life) -> None:
    data = StatusIn(status=EnrolmentStatus.ABSENT, reason="Migración temporal por trabajo.")
    seals.change_status(scene.session, office.secretary, scene.now, life.enrolment_id, data)
