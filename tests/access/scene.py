"""One scene with an object of every noun in committee A, each in the state that an act wants.

What is personal in it bears a mark (`SURNAME`, `CI`): nobody but committee A and the national
roles may ever see the name, and of these only some the number.
"""

from dataclasses import dataclass, field
from datetime import date
from types import SimpleNamespace
from typing import Any

from sqlmodel import Session, select

from spg_registry.committees import service as committees
from spg_registry.committees.models import BodyKind, RoleAssignment
from spg_registry.committees.queries import members_in_office
from spg_registry.committees.schemas import InviteIn, SpgIn
from spg_registry.complaints import service as complaints
from spg_registry.complaints.photos import keep_photos
from spg_registry.complaints.schemas import ComplaintAnswer, ComplaintIn
from spg_registry.core.attachments import Kind, prepare
from spg_registry.core.keys import Keyring
from spg_registry.core.permissions import NOBODY, SYSTEM, Actor, Role
from spg_registry.decisions import service as decisions
from spg_registry.decisions.schemas import AppealIn, AttendanceIn, MeetingIn
from spg_registry.people import service as people
from spg_registry.people.models import Sex
from spg_registry.people.schemas import ClientIn
from spg_registry.producers import service as producers
from spg_registry.producers.models import PaperKind, TransferKind
from spg_registry.producers.registering import Registered
from spg_registry.producers.schemas import (
    CropIn,
    CropsIn,
    EnrolmentIn,
    HandOverIn,
    HolderIn,
    InterestIn,
    MembershipIn,
    MergeIn,
    MergePersonsIn,
    OrganisationIn,
    PaperIn,
    PledgeIn,
    StatusIn,
)
from spg_registry.producers.twins import merge_persons
from spg_registry.register import service as register
from spg_registry.rounds import service as rounds
from spg_registry.rounds.codes import VISIT, sheet_code
from spg_registry.rounds.models import Assignment, Visit
from spg_registry.rounds.schemas import AcknowledgeIn, FindingIn, PhotosIn
from spg_registry.rules.words import EnrolmentStatus, FindingClass, InterestKind
from spg_registry.seals import service as seals
from spg_registry.seals.schemas import (
    ActIn,
    LabelBatchesIn,
    LabelsIn,
    ReasonClass,
    SanctionIn,
)
from spg_registry.standards import service as standards
from spg_registry.standards.schemas import LocalItem
from tests.access.table import photo
from tests.cast import FOUNDED, PASSWORD, PUNATA, TIQUIPAYA, Cast
from tests.importing.lists import TITLES, examined
from tests.producers.families import family
from tests.rounds.stories import appointment, full, planned, sent
from tests.seals.stories import VISITED_ON, convened, decided

SURNAME = "Reservada"
COMPLAINT_ANSWER = {"outcome": "not_upheld", "public_answer": "Se visitó el puesto: es suyo."}
CI = "765432"


@dataclass
class Scene:
    """Ids and codes by the names that the table uses (`@visit_assigned`)."""

    cast: Cast
    idle: Actor = SYSTEM
    """Marcos Terán, an evaluator of committee A who is sent nowhere."""
    names: SimpleNamespace = field(default_factory=SimpleNamespace)

    def __getitem__(self, name: str) -> Any:
        return getattr(self.names, name)

    def resolved(self, given: Any) -> Any:
        """`@name` anywhere in a body or an address is what the scene has under that name."""
        if isinstance(given, dict):
            return {self.resolved(key): self.resolved(value) for key, value in given.items()}
        if isinstance(given, list):
            return [self.resolved(value) for value in given]
        if isinstance(given, str) and given.startswith("@"):
            return self[given[1:]]
        return given


class _Builder:
    def __init__(self, session: Session, cast: Cast, ring: Keyring) -> None:
        self.session, self.cast, self.ring = session, cast, ring
        self.scene = Scene(cast)
        self.names = self.scene.names

    def build(self) -> Scene:
        self.committee()
        self.homes()
        self.land()
        self.handed_over()
        self.merged()
        self.planned_rounds()
        self.open_round()
        self.judged_round()
        self.meetings()
        self.seals()
        self.appeal()
        self.complaints()
        self.import_and_pull()
        table = rounds.assignment_table(
            self.session, self.cast.coordinator, self.cast.now, self.names.round
        )
        self.names.proposal = table.digest
        return self.scene

    # -- people -----------------------------------------------------------------------------------

    def committee(self) -> None:
        cast, names, session = self.cast, self.names, self.session
        marcos = committees.invite_user(
            session,
            SYSTEM,
            FOUNDED,
            cast.committee,
            InviteIn(
                username="marcos",
                label="Marcos Terán",
                password=PASSWORD,
                role=Role.EVALUATOR,
                person_id=cast.persons["marcos"],
            ),
        )
        cast.usernames[marcos.id] = "marcos"
        self.scene.idle = committees.actor_of(session, marcos)
        names.committee, names.committee_b, names.spg = cast.committee, cast.committee_b, cast.spg
        names.registration, names.spg_b = cast.registration, cast.spg_b
        free = SpgIn(
            committee_id=cast.committee, name="SPG sin registro", municipality_codes=[PUNATA]
        )
        names.spg_free = committees.found_spgs(session, SYSTEM, FOUNDED, [free])[0].id
        names.user, names.no_role = cast.member.id, marcos.id
        held = select(RoleAssignment.id).where(RoleAssignment.user_id == cast.member.id)
        names.role = session.exec(held).one()
        names.person = cast.persons["elena"]
        seats = members_in_office(session, cast.guarantee, cast.today)
        names.member = next(row.id for row in seats if row.person_id == cast.persons["elena"])
        names.seats = [row.id for row in seats]
        names.appointment = appointment(session, cast, "marcos")
        names.evaluator_one = appointment(session, cast, "teofilo")
        client, _ = people.create_client(
            session,
            SYSTEM,
            FOUNDED,
            ClientIn(client_id="espejo", name="Espejo", scopes=["register:read"]),
        )
        names.client_id, names.client = client.client_id, client.id
        item = LocalItem(committee_id=cast.committee, dimension="water", text="¿Hay un pozo?")
        names.item = standards.add_local_item(session, cast.coordinator, FOUNDED, item).id

    # -- producers --------------------------------------------------------------------------------

    def homes(self) -> None:
        names = (
            *("seen", "sent", "filled", "heard", "unheard", "roundless", "unmanned"),
            *("first", "second", "third", "fourth", "fifth", "applicant", "gone", "stays", "twin"),
        )
        batch = [
            family(
                holders=[
                    HolderIn(names=name.title(), surnames=SURNAME, ci=f"{CI}{place}"),
                    HolderIn(names="Hijo", surnames=SURNAME, sex=Sex.MAN),
                ],
                enrolment=EnrolmentIn(
                    admitted=name != "applicant", pledge=PledgeIn(signed_on=date(2026, 5, 2))
                ),
            )
            for place, name in enumerate(names)
        ]
        made = producers.register_all(
            self.session, self.cast.secretary, self.cast.now, self.cast.spg, batch
        )
        self.home: dict[str, Registered] = dict(zip(names, made, strict=True))

    def land(self) -> None:
        cast, names, session = self.cast, self.names, self.session
        home, other = self.home["seen"], self.home["sent"]
        names.producer, names.producer_id = home.producer.code, home.producer.id
        names.holder, names.holder_too = (person.id for person in home.persons)
        names.holder_alike = self.home["roundless"].persons[1].id
        names.enrolment = home.enrolment.id
        names.applicant = self.home["applicant"].enrolment.id
        gone = self.home["gone"]
        names.gone = gone.producer.code
        left = StatusIn(status=EnrolmentStatus.WITHDRAWN, reason="Se fue a Tiquipaya")
        seals.change_status(session, cast.secretary, cast.now, gone.enrolment.id, left)
        unit = home.units[0]
        names.unit, names.unit_id = unit.unit.code, unit.unit.id
        names.plot, names.crop = unit.plots[0].code, unit.crops[0].id
        wish = CropsIn(crops=[CropIn(product_code="harina_quinua")])
        (flour,) = producers.add_crops(session, cast.secretary, cast.now, names.unit, wish)
        names.flour = flour.id
        names.other_plot = other.units[0].plots[0].code
        names.other_producer = other.producer.code
        names.community = unit.unit.community_id
        wish = InterestIn(
            person_id=cast.persons["elena"],
            producer_code=home.producer.code,
            kind=InterestKind.KIN,
            degree=2,
        )
        (interest,) = producers.declare_interests(session, cast.secretary, cast.now, [wish])
        names.interest = interest.id
        orgs = [OrganisationIn(name="Asociación Uno"), OrganisationIn(name="Asociación Dos")]
        mine, free = producers.register_organisations(session, cast.secretary, cast.now, orgs)
        names.organisation = free.code
        joined = producers.join_organisation(
            session,
            cast.secretary,
            cast.now,
            home.producer.code,
            MembershipIn(organisation=mine.code, since=date(2026, 5, 1)),
        )
        names.membership = joined.id

    def merged(self) -> None:
        stays, twin = (self.home[name].producer.code for name in ("stays", "twin"))
        word = MergeIn(other=twin, reason="Es la misma familia")
        seals.merge(self.session, self.cast.secretary, self.cast.now, stays, word)
        self.names.stays, self.names.twin = stays, twin
        self.names.roundless = self.home["roundless"].producer.code
        stays, gone = (self.home[name].persons[1] for name in ("unmanned", "unheard"))
        same = MergePersonsIn(other=gone.id, reason="Es la misma persona")
        merge_persons(self.session, self.cast.secretary, self.cast.now, stays.id, same)
        self.names.person_stays, self.names.person_gone = stays.id, gone.id

    def handed_over(self) -> None:
        """A plot of a family of committee B, for the first family of A to take."""
        cast, session = self.cast, self.session
        wara = family(
            names="Wara", surnames="Lima", municipality_code=TIQUIPAYA, community="Chapisirca"
        )
        (b,) = producers.register_all(session, cast.secretary_b, cast.now, cast.spg_b, [wara])
        unit = b.units[0]
        wish = HandOverIn(
            kind=TransferKind.INHERITED,
            plots=[unit.plots[0].code],
            to_producer=self.home["seen"].producer.code,
            reason="Herencia",
        )
        (row,) = seals.hand_over(session, cast.secretary_b, cast.now, unit.unit.code, wish)
        self.names.transfer = row.id

    # -- rounds -----------------------------------------------------------------------------------

    def units(self, *homes: str) -> list[int]:
        return [self.home[name].units[0].unit.id for name in homes]

    def planned_rounds(self) -> None:
        self.names.round_planned = planned(self.session, self.cast, name="Planificada").id

    def open_round(self) -> None:
        """Visits in every state before the review, and units that are not in it."""
        cast, names, session = self.cast, self.names, self.session
        ronda = self.opened("En curso")
        homes = ("seen", "sent", "filled", "heard", "unheard", "unmanned")
        visits = rounds.add_units(session, cast.coordinator, cast.now, ronda.id, self.units(*homes))
        by_home = dict(zip(homes, visits, strict=True))
        sent(session, cast, ronda, visits[:-1])
        names.round, names.visit = ronda.id, by_home["seen"].id
        names.unit_unmanned = by_home["unmanned"].unit_id
        names.visit_unmanned = by_home["unmanned"].id
        (names.unit_roundless,) = self.units("roundless")
        names.unit_ticked = f"1-{names.unit_roundless}"
        names.visit_assigned = by_home["sent"].id
        names.visit_code = sheet_code(VISIT, by_home["seen"].id)
        names.assignment = session.exec(
            select(Assignment.id).where(
                Assignment.visit_id == by_home["sent"].id,
                Assignment.appointment_id == names.evaluator_one,
            )
        ).one()
        written = [by_home[name] for name in ("filled", "heard", "unheard")]
        rounds.save_visits(session, cast.evaluator, cast.now, full(session, written, VISITED_ON))
        names.visit_filled = by_home["filled"].id
        handed_in = [by_home["heard"].id, by_home["unheard"].id]
        rounds.submit_visits(session, cast.evaluator, cast.now, handed_in)
        names.visit_submitted, names.visit_unheard = handed_in
        word = AcknowledgeIn(visit_id=handed_in[0], on=VISITED_ON)
        rounds.acknowledge_visits(session, cast.evaluator, cast.now, [word])
        self.findings(by_home["heard"])
        wish = PhotosIn(visit_id=by_home["seen"].id, caption="La chacra")
        leaf = prepare(photo()["photos"][1], "chacra.jpg", Kind.PHOTO, "photos")
        (kept,) = rounds.add_photos(session, cast.secretary, cast.now, wish, [leaf])
        names.photo = kept.id
        about = PaperIn(kind=PaperKind.PHOTO, title="Chacra")
        (paper,) = producers.add_papers(
            session, cast.secretary, cast.now, names.producer, about, [leaf]
        )
        names.paper = paper.id
        (form,) = full(session, [by_home["sent"]], VISITED_ON)
        names.form = form.model_dump(mode="json")
        names.form_data = form.model_dump(mode="json", exclude={"visit_id"})
        names.form_page = self.as_form(names.form_data)
        names.version = by_home["sent"].version

    def opened(self, name: str) -> Any:
        ronda = planned(self.session, self.cast, name=name)
        return rounds.open_round(self.session, self.cast.coordinator, self.cast.now, ronda.id)

    @staticmethod
    def as_form(data: dict[str, Any]) -> dict[str, Any]:
        """A visit's JSON as the page would send it."""
        page = {name: data[name] for name in ("version", "visited_on", "plots_seen", "present")}
        for code, said in data["answers"].items():
            page[f"answers-{code}-answer"] = said["answer"]
        return page

    def findings(self, visit: Visit) -> None:
        cast, names, session = self.cast, self.names, self.session
        wish = {
            "visit_id": visit.id,
            "grade": FindingClass.MINOR,
            "description": "El composte está sin cubrir",
            "measure": "Cubrir el composte",
            "due_on": date(2026, 8, 1),
        }
        batch = [FindingIn(**wish), FindingIn(**wish)]
        first, second = rounds.record_findings(session, cast.evaluator, cast.now, batch)
        rounds.start_correction(session, cast.coordinator, cast.now, second.id)
        names.finding, names.finding_in_correction = first.id, second.id

    def judged_round(self) -> None:
        """A round whose visits are all reviewed, once still open and once in deliberation."""
        self.reviewed = {}
        for name, homes in (("round_reviewed", ["fourth"]), ("round_deliberating", JUDGED)):
            ronda = self.opened(name)
            visits = rounds.add_units(
                self.session, self.cast.coordinator, self.cast.now, ronda.id, self.units(*homes)
            )
            self.made(ronda, visits)
            self.reviewed |= dict(zip(homes, visits, strict=True))
            setattr(self.names, name, ronda.id)
        rounds.to_deliberation(self.session, self.cast.coordinator, self.cast.now, ronda.id)

    def made(self, ronda: Any, visits: list[Visit]) -> None:
        cast, session = self.cast, self.session
        sent(session, cast, ronda, visits)
        ids = [visit.id for visit in visits]
        rounds.save_visits(session, cast.evaluator, cast.now, full(session, visits, VISITED_ON))
        rounds.submit_visits(session, cast.evaluator, cast.now, ids)
        words = [AcknowledgeIn(visit_id=id_, on=VISITED_ON) for id_ in ids]
        rounds.acknowledge_visits(session, cast.evaluator, cast.now, words)
        rounds.review_visits(session, cast.coordinator, cast.now, ids)

    # -- meetings ---------------------------------------------------------------------------------

    def meetings(self) -> None:
        cast, names, session = self.cast, self.names, self.session
        closed = self.convened("1/2026")
        judged = [self.reviewed[name] for name in ("first", "second", "fifth")]
        names.visit_reviewed = judged[0].id
        drafts = decided(session, cast, closed, judged)
        closing = seals.close_and_grant(session, cast.secretary, cast.now, self.ring, closed.id)
        self.granted = closing.granted
        names.meeting_closed = closed.id
        names.decision_told, names.decision_appealed, names.decision = (row.id for row in drafts)
        waiting = self.convened("2/2026")
        (draft,) = decided(session, cast, waiting, [self.reviewed["third"]])
        names.decision_draft = draft.id
        names.meeting = waiting.id
        names.decidable = self.home["third"].producer.code
        names.decidable_id = self.home["third"].producer.id
        unit = self.home["third"].units[0].unit
        names.decidable_scope = f"{unit.id}:papa"
        names.decidable_outcome = f"d-{self.home['third'].producer.id}-outcome"

    def convened(self, acta: str) -> Any:
        return convened(self.session, self.cast, self.names.round_deliberating, acta_number=acta)

    def seals(self) -> None:
        cast, names, session = self.cast, self.names, self.session
        valid, suspended, _ = self.granted
        names.seal, names.seal_suspended = valid.code, suspended.code
        names.seal_holder = self.home["first"].producer.code
        word = ActIn(
            reason_class=ReasonClass.NO_ACCESS,
            reason="No dejaron entrar",
            right_of_reply="Citado el 1 de junio",
        )
        seals.suspend(session, cast.control, cast.now, suspended.code, word)
        some = LabelsIn(code=valid.code, product_code="papa", content=2, count=3)
        wanted = LabelBatchesIn(rows=[some])
        (names.labels,) = [b.id for b in seals.allot(session, cast.secretary, cast.now, wanted)]
        wish = SanctionIn(
            producer_id=self.home["sent"].producer.id,
            spg_id=cast.spg,
            kind="warning",
            since=date(2026, 6, 1),
            reason_class=ReasonClass.MISUSE_OF_SEAL,
            reason="Vendió lo ajeno",
        )
        names.sanction = seals.impose(session, cast.coordinator, cast.now, wish).id

    def appeal(self) -> None:
        """Against a decision that was told to its producer, and a meeting that may answer it."""
        cast, names, session = self.cast, self.names, self.session
        told = [names.decision_told, names.decision_appealed]
        decisions.notify(session, cast.secretary, cast.now, told)
        filed = decisions.file_appeal(
            session,
            cast.secretary,
            cast.now,
            names.decision_appealed,
            AppealIn(filed_on=cast.today, grounds="Nadie vino a ver"),
        )
        names.appeal = filed.id
        meeting = decisions.convene(
            session,
            cast.coordinator,
            cast.now,
            MeetingIn(
                committee_id=cast.committee,
                body=BodyKind.APPEALS,
                held_on=cast.today,
                place="Punata",
                called_by="Benita Claros",
                acta_number="1/2026-A",
            ),
        )
        seats = members_in_office(session, cast.appeals, cast.today)
        present = AttendanceIn(members=[row.id for row in seats])
        decisions.record_attendance(session, cast.coordinator, cast.now, meeting.id, present)
        names.meeting_of_appeals = meeting.id

    def complaints(self) -> None:
        """One in every state that an act wants, about a seal, and one about somebody unnamed."""
        cast, names, session = self.cast, self.names, self.session
        of_seal = {"about": "seal", "reason": "not_the_stall", "seal": names.seal}
        unnamed = {"about": "producer", "reason": "other", "told": "Vende papa comprada"}
        unnamed |= {"whom": "La señora del puesto 4", "committee_id": cast.committee}
        waiting, reviewed, unnamed_one, answered = (
            complaints.lodge(session, cast.now, ComplaintIn.model_validate(wish), f"192.0.2.{n}")
            for n, wish in enumerate((of_seal, of_seal, unnamed, of_seal))
        )
        leaf = prepare(photo()["photos"][1], "puesto.jpg", Kind.PHOTO, "photos")
        (kept,) = keep_photos(session, NOBODY, cast.now, waiting, [leaf])
        names.complaint_photo = kept.id
        for row in (reviewed, unnamed_one, answered):
            complaints.take_up(session, cast.secretary, cast.now, row.id)
        word = ComplaintAnswer.model_validate(COMPLAINT_ANSWER)
        complaints.answer(session, cast.secretary, cast.now, answered.id, word)
        names.complaint, names.complaint_reviewed = waiting.id, reviewed.id
        names.complaint_unnamed, names.complaint_answered = unnamed_one.id, answered.id
        names.complaint_number = answered.code
        names.complaint_unit = self.home["first"].units[0].unit.code

    def import_and_pull(self) -> None:
        cast, names, session = self.cast, self.names, self.session
        rows = [
            TITLES,
            ("T-01", "Nueva", SURNAME, f"{CI} CB", "Capilla", ""),
            ("T-02", "Mala", SURNAME, "", "", ""),
        ]
        names.batch = examined(session, cast, rows).batch.id
        extract = register.control_extract(session, cast.control, cast.now, "seals")
        sequence = register.sequence_of(session)
        names.pull = register.begin(session, cast.control, cast.now, extract, sequence).id


JUDGED = ["first", "second", "third", "fifth"]


def build(session: Session, cast: Cast, ring: Keyring) -> Scene:
    return _Builder(session, cast, ring).build()
