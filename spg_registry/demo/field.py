"""The field: newcomers come in, evaluators are sent, forms come back, findings are mended."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from spg_registry.demo.lives import Life, Step
from spg_registry.demo.stage import Scene
from spg_registry.demo.world import Office
from spg_registry.producers import service as producers
from spg_registry.rounds import forms
from spg_registry.rounds import service as rounds
from spg_registry.rounds.models import Acknowledgement, AssignmentOutcome, Round
from spg_registry.rounds.schemas import (
    AcknowledgeIn,
    AnswerIn,
    CloseIn,
    FindingIn,
    Pair,
    RoundIn,
    VisitSave,
)
from spg_registry.rules.words import Answer, FindingClass

_MEETS = AnswerIn(answer=Answer.MEETS)
_PARTLY = AnswerIn(answer=Answer.PARTLY, note="Se conversó con la familia y se anotó qué mejorar.")
_FAILS = AnswerIn(answer=Answer.FAILS, note="Ver el hallazgo.")
_NOT_APPLICABLE = AnswerIn(answer=Answer.NOT_APPLICABLE)
_OFTEN_NOT_APPLICABLE = ("P4", "C2", "T5")
_PARTLY_AT_TIMES = ("A2", "B1", "C3", "C4", "R1", "R3")

FINDINGS: dict[FindingClass, tuple[tuple[str, str, str], ...]] = {
    FindingClass.MINOR: (
        ("R1", "El cuaderno de campo no está al día.", "Poner al día el cuaderno de la gestión."),
        ("C4", "Hay bolsas plásticas en el lindero.", "Recoger y llevar al punto de acopio."),
        ("A2", "La vertiente no tiene cerco.", "Poner cerco vivo alrededor de la vertiente."),
        ("B1", "Quedan pocos árboles en el lindero.", "Plantar diez árboles nativos."),
        ("T1", "La cosecha se guarda junto a otros productos.", "Separar y señalar el depósito."),
        ("C3", "No asistió a la última capacitación.", "Participar en la siguiente capacitación."),
    ),
    FindingClass.MAJOR: (
        (
            "T1",
            "Se guardan envases de agroquímicos.",
            "Retirar y limpiar el depósito.",
        ),
        ("R3", "No mostró una de sus parcelas.", "Acompañar a los evaluadores a la parcela."),
        ("T5", "Usa el sello en un producto que no está aprobado.", "Retirar las etiquetas."),
    ),
    FindingClass.CRITICAL: (
        ("T2", "Usa pastillas de fosfuro en el almacén.", "Retirarlas y esperar un ciclo."),
        ("B2", "Se desmontó monte natural en la gestión.", "Cerrar la parcela y reforestar."),
        ("R2", "Vende más de lo que produce su terreno.", "Mostrar el origen de lo vendido."),
    ),
}
_EVIDENCE = "Se volvió a la unidad y se comprobó la corrección."


@dataclass
class Found:
    """A finding on the way to its closing."""

    finding_id: int
    grade: FindingClass
    life: Life
    due_on: date


@dataclass
class Ronda:
    """A round as its story knows it."""

    round_id: int
    cycle: int
    begins: date
    lives: list[Life]
    visits: dict[int, int] = field(default_factory=dict)
    """Visit by unit."""
    items: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """Questions by unit."""
    findings: list[Found] = field(default_factory=list)

    def visits_of(self, lives: Iterable[Life]) -> list[tuple[Life, int, int]]:
        """Life, unit and visit."""
        return [(life, unit, self.visits[unit]) for life in lives for unit in life.units]


def come_in(scene: Scene, office: Office, lives: Sequence[Life], meeting: date) -> None:
    """Registered with everything they have; the members who farm are among the first."""
    farms = office.farms
    if not lives or farms is None:
        return
    seats = _farming_members(office, lives)
    batch = [
        farms.producer(
            life,
            scene.today - timedelta(days=office.source.randint(0, 9)),
            meeting,
            seats.get(life.number),
        )
        for life in lives
    ]
    farms.close_batch()
    made = producers.register_all(scene.session, office.secretary, scene.now, office.spg_id, batch)
    for life, one in zip(lives, made, strict=True):
        life.producer_id, life.producer_code = one.producer.id, one.producer.code
        life.enrolment_id = one.enrolment.id
        life.person_ids = [person.id for person in one.persons]
        life.units = {unit.unit.id: [plot.id for plot in unit.plots] for unit in one.units}


def _farming_members(office: Office, lives: Sequence[Life]) -> dict[int, int]:
    """In the first batch, two of the members stand behind producers themselves."""
    if any(life.producer_id for life in office.lives):
        return {}
    found: dict[int, int] = {}
    for seat in office.members[1:3]:
        for life in lives:
            fits = life.woman_first == (seat.sex.value == "woman") and life.is_organic
            if fits and life.number not in found:
                found[life.number] = seat.person_id
                break
    return found


def plan(scene: Scene, office: Office, name: str, meeting: date) -> int:
    data = RoundIn(
        spg_id=office.spg_id,
        name=name,
        period_from=meeting - timedelta(days=42),
        period_until=meeting - timedelta(days=4),
    )
    return rounds.plan_round(scene.session, office.coordinator, scene.now, data).id


def begin(scene: Scene, office: Office, round_id: int, cycle: int, lives: Sequence[Life]) -> Ronda:
    """The norm is frozen, and every unit gets its visit."""
    session = scene.session
    row = rounds.open_round(session, office.coordinator, scene.now, round_id)
    ronda = Ronda(round_id, cycle, row.period_from, list(lives))
    units = [unit for life in lives for unit in life.units]
    made = rounds.add_units(session, office.coordinator, scene.now, round_id, units)
    ronda.visits = {visit.unit_id: visit.id for visit in made}
    ronda.items = forms.items_of_units(session, session.get_one(Round, round_id), units)
    return ronda


def send(scene: Scene, office: Office, ronda: Ronda) -> None:
    """As the registry proposes; and some whom it refuses, for they are too near."""
    session, who = scene.session, office.coordinator
    pairs = rounds.propose_assignments(session, who, scene.now, ronda.round_id)
    near = _too_near(office, ronda)
    answers = rounds.assign_all(session, who, scene.now, ronda.round_id, [*near, *pairs])
    refused = [row for row in answers if row.outcome is AssignmentOutcome.REFUSED]
    if len(refused) != len(near):
        raise RuntimeError("a pair that was proposed was refused, or one too near was not")


def _too_near(office: Office, ronda: Ronda) -> list[Pair]:
    """Evaluators asked to see their own land, or that of somebody they are tied to."""
    owners = {person: life for life in ronda.lives for person in life.person_ids[:1] if life.units}
    own = [(person, owners[person]) for person in office.evaluators if person in owners][:1]
    tied = [
        (tie.person_id, tie.life)
        for tie in office.ties
        if tie.person_id in office.evaluators and tie.life in ronda.lives
    ][-2:]
    return [
        Pair(unit_id=next(iter(life.units)), appointment_id=office.evaluators[person])
        for person, life in [*own, *tied]
    ]


def visit(
    scene: Scene, office: Office, ronda: Ronda, lives: Sequence[Life], *, signed: bool = True
) -> None:
    """The forms of some days in the field are typed in, with the producers' signatures."""
    session, who, now = scene.session, office.secretary, scene.now
    seen = ronda.visits_of(lives)
    if not seen:
        return
    days = {life.number: _field_day(office.source, scene, ronda) for life in lives}
    marked = {life.number: _findings_of(office.source, ronda, life) for life in lives}
    saves = [
        VisitSave(
            visit_id=visit_id,
            version=1,
            visited_on=days[life.number],
            plots_seen=life.units[unit],
            answers=_answers(office.source, ronda.items[unit], marked[life.number]),
            present="La familia y dos vecinos",
            statement=None if office.chance(0.8) else "Estamos de acuerdo con lo anotado.",
        )
        for life, unit, visit_id in seen
    ]
    rounds.save_visits(session, who, now, saves)
    rounds.submit_visits(session, who, now, [visit_id for *_, visit_id in seen])
    _record(scene, office, ronda, lives, marked, days)
    if signed:
        words = [
            AcknowledgeIn(visit_id=visit_id, on=days[life.number], how=Acknowledgement.SELF)
            for life, _, visit_id in seen
        ]
        rounds.acknowledge_visits(session, who, now, words)


def _field_day(source: Random, scene: Scene, ronda: Ronda) -> date:
    return max(ronda.begins, scene.today - timedelta(days=source.randint(1, 5)))


Marks = list[tuple[FindingClass, tuple[str, str, str]]]


def _findings_of(source: Random, ronda: Ronda, life: Life) -> Marks:
    """What was found, by how it is to go with the producer."""
    step = life.course[ronda.cycle]
    marks: Marks = []
    if source.random() < 0.16:
        marks.append((FindingClass.MINOR, source.choice(FINDINGS[FindingClass.MINOR])))
    major = 1.0 if step is Step.CONDITIONS else 0.03
    if source.random() < major:
        marks.append((FindingClass.MAJOR, source.choice(FINDINGS[FindingClass.MAJOR])))
    if step is Step.REFUSED:
        marks.append((FindingClass.CRITICAL, source.choice(FINDINGS[FindingClass.CRITICAL])))
    return marks


def _answers(source: Random, items: Sequence[str], marks: Marks) -> dict[str, AnswerIn]:
    answers = dict.fromkeys(items, _MEETS)
    for code in _OFTEN_NOT_APPLICABLE:
        answers[code] = _NOT_APPLICABLE
    if source.random() < 0.4:
        answers[source.choice(_PARTLY_AT_TIMES)] = _PARTLY
    for _, (code, _, _) in marks:
        answers[code] = _FAILS
    return answers


def _record(
    scene: Scene,
    office: Office,
    ronda: Ronda,
    lives: Sequence[Life],
    marked: dict[int, Marks],
    days: dict[int, date],
) -> None:
    owners: list[Life] = []
    batch: list[FindingIn] = []
    for life in lives:
        for grade, (item, description, measure) in marked[life.number]:
            owners.append(life)
            batch.append(
                FindingIn(
                    visit_id=ronda.visits[next(iter(life.units))],
                    item_code=item,
                    grade=grade,
                    description=description,
                    measure=measure,
                    due_on=days[life.number] + timedelta(days=office.source.randint(50, 140)),
                )
            )
    if not batch:
        return
    made = rounds.record_findings(scene.session, office.secretary, scene.now, batch)
    ronda.findings += [
        Found(row.id, row.grade, life, row.due_on) for row, life in zip(made, owners, strict=True)
    ]


def review(scene: Scene, office: Office, ronda: Ronda, lives: Sequence[Life]) -> None:
    visits = [visit_id for *_, visit_id in ronda.visits_of(lives)]
    if visits:
        rounds.review_visits(scene.session, office.coordinator, scene.now, visits)


def mend(scene: Scene, office: Office, findings: Sequence[Found]) -> None:
    """The producers set to work."""
    if findings:
        ids = [found.finding_id for found in findings]
        rounds.start_corrections(scene.session, office.secretary, scene.now, ids)


def close(scene: Scene, office: Office, ronda: Ronda, findings: Sequence[Found]) -> None:
    """And the committee saw that it is mended."""
    if not findings:
        return
    batch = [CloseIn(finding_id=found.finding_id, evidence=_EVIDENCE) for found in findings]
    rounds.close_findings(scene.session, office.secretary, scene.now, batch)
    done = {found.finding_id for found in findings}
    ronda.findings = [found for found in ronda.findings if found.finding_id not in done]
