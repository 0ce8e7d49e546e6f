"""A meeting: convened, attended, decided, closed; and what its producers do with the answer.

Each function is an act in a scene; the days are the story's (`yearly`).
"""

from collections.abc import Sequence
from datetime import timedelta

from spg_registry.committees.models import BodyKind
from spg_registry.decisions import service as decisions
from spg_registry.decisions.schemas import (
    AttendanceIn,
    ConditionIn,
    DecisionIn,
    MeetingIn,
)
from spg_registry.demo.calendar import CYCLES
from spg_registry.demo.lives import Life, Step
from spg_registry.demo.stage import Scene
from spg_registry.demo.world import Office, World
from spg_registry.rules.words import Ballot, Category, Outcome
from spg_registry.seals import service as seals
from spg_registry.seals.models import SealGrant
from spg_registry.seals.schemas import AcknowledgeIn

_OUTCOMES = {
    Step.ORGANIC: Outcome.ORGANIC,
    Step.TRANSITION: Outcome.TRANSITION,
    Step.CONDITIONS: Outcome.WITH_CONDITIONS,
    Step.PAPERS: Outcome.PENDING_PAPERS,
    Step.REFUSED: Outcome.NOT_APPROVED,
}
_NOT_APPROVED = "Tiene un hallazgo crítico abierto: no se puede otorgar el sello."
_WITNESSES = ("Dirigente de la comunidad", "Secretaria del comité", "Promotor del SPG")


def convened(
    scene: Scene, office: Office, round_id: int | None, body: BodyKind = BodyKind.GUARANTEE
) -> int:
    """With who is there: of the guarantee body at least five of seven."""
    meeting = decisions.convene(
        scene.session,
        office.secretary,
        scene.now,
        MeetingIn(
            committee_id=office.committee_id,
            body=body,
            round_id=round_id,
            held_on=scene.today,
            place=f"Sede del comité, {office.place.name}",
            called_by=office.members[0].name,
            acta_number=office.acta(scene.today),
            waivers=office.waivers() if body is BodyKind.GUARANTEE else {},
        ),
    )
    seats = office.members if body is BodyKind.GUARANTEE else office.appeals
    missing = office.source.choice(((), (1,), (2,), (3,), (5,), (3, 5)))
    present = [
        seat.member_id
        for n, seat in enumerate(seats)
        if body is BodyKind.APPEALS or n not in missing
    ]
    decisions.record_attendance(
        scene.session, office.secretary, scene.now, meeting.id, AttendanceIn(members=present)
    )
    return meeting.id


def decided(
    scene: Scene, office: Office, meeting_id: int, lives: Sequence[Life], cycle: int
) -> dict[int, int]:
    """One decision each, as its course says. Returns decision by producer."""
    batch = [_decision(scene, office, life, life.course[cycle]) for life in lives]
    return record(scene, office, meeting_id, batch)


def record(
    scene: Scene, office: Office, meeting_id: int, batch: Sequence[DecisionIn]
) -> dict[int, int]:
    rows = decisions.decide_all(scene.session, office.secretary, scene.now, meeting_id, batch)
    return {row.producer_id: row.id for row in rows}


def _decision(scene: Scene, office: Office, life: Life, step: Step | None) -> DecisionIn:
    outcome = _outcome(life, step)
    reasons, conditions = None, []
    if outcome is Outcome.WITH_CONDITIONS:
        reasons = "Falta corregir un hallazgo mayor; se vuelve a ver en la próxima reunión."
        conditions = [
            ConditionIn(
                text="Corregir lo anotado en la visita y mostrarlo a un evaluador.",
                due_on=scene.today + timedelta(days=21),
            )
        ]
    elif outcome is Outcome.PENDING_PAPERS:
        reasons = "Faltan documentos de la unidad productiva."
        conditions = [
            ConditionIn(
                text="Presentar el croquis de las parcelas y el acuerdo comunal.",
                due_on=scene.today + timedelta(days=60),
            )
        ]
    elif outcome is Outcome.NOT_APPROVED:
        reasons = _NOT_APPROVED
    votes = _votes(office)
    return DecisionIn(
        producer_id=life.producer_id,
        outcome=outcome,
        reasons=reasons,
        conditions=conditions,
        recusals=_recusals(office, life),
        by_consensus=not votes,
        votes=votes,
    )


def _outcome(life: Life, step: Step | None) -> Outcome:
    """Who waits in the round under way gets what its land allows: a white seal is renewed white."""
    if step is Step.WAITING:
        white = life.enters < CYCLES - 1 and not life.is_organic
        return Outcome.TRANSITION if white else Outcome.ORGANIC
    return _OUTCOMES[step or Step.ORGANIC]


def _recusals(office: Office, life: Life) -> dict[int, str]:
    return {
        seat.member_id: "Es su propia chacra."
        for seat in office.members
        if seat.person_id in life.person_ids
    }


def _votes(office: Office) -> dict[int, Ballot]:
    """Now and then there is no consensus: two for and one against, of members who never miss a
    meeting and stand near nobody; none where one of them does."""
    seats = [office.members[n] for n in (0, 4, 6)]
    tied = {tie.person_id for tie in office.ties}
    if not office.chance(0.05) or any(seat.person_id in tied for seat in seats):
        return {}
    ballots = (Ballot.FOR, Ballot.FOR, Ballot.AGAINST)
    return {seat.member_id: ballot for seat, ballot in zip(seats, ballots, strict=True)}


def closed(scene: Scene, world: World, office: Office, meeting_id: int) -> list[SealGrant]:
    """By the coordinator: the secretary put the decisions down, and nobody grants alone."""
    done = seals.close_and_grant(
        scene.session,
        office.coordinator,
        scene.now,
        world.keyring,
        meeting_id,
        new_code=office.new_code,
    )
    for grant in done.granted:
        if grant.category is Category.ORGANIC:
            office.seals[grant.producer_id] = grant.code
    return done.granted


def told(scene: Scene, office: Office, decision_ids: Sequence[int]) -> None:
    if decision_ids:
        decisions.notify(scene.session, office.secretary, scene.now, decision_ids)


def marks(scene: Scene, office: Office, codes: Sequence[str]) -> None:
    """Producers put their mark under their seals, before a witness."""
    if codes:
        data = AcknowledgeIn(
            codes=list(codes),
            acknowledged_on=scene.today,
            witness=office.source.choice(_WITNESSES),
        )
        seals.acknowledge(scene.session, office.secretary, scene.now, data)
