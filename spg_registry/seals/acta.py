"""What an acta says, word by word: gathered once, kept with the closed meeting, drawn as a paper.

The content is plain JSON and its words are Spanish, for the acta is a paper of the committee. At
the closing it is stored with its digest, so that the paper of a closed acta comes from what was
closed and from nothing else, whatever is renamed or corrected afterwards.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from spg_registry.committees.models import Body, BodyKind, Committee
from spg_registry.committees.queries import body_of, members_in_office, municipalities_of
from spg_registry.core import codes
from spg_registry.core.db import compact_json
from spg_registry.core.messages import reason, sentence
from spg_registry.core.permissions import Actor
from spg_registry.decisions.models import Appeal, Decision, Meeting, MeetingState
from spg_registry.decisions.queries import (
    answered_in,
    attendance_of,
    decisions_of,
    get_meeting,
    meetings_by_id,
)
from spg_registry.decisions.service import parameters_of
from spg_registry.people.queries import persons_by_id
from spg_registry.producers.models import Producer, Unit
from spg_registry.rounds.models import Round
from spg_registry.rules import granting
from spg_registry.rules.verdict import NotMet
from spg_registry.rules.words import Ballot, Outcome
from spg_registry.seals.again import judge_again
from spg_registry.seals.agenda import OF_THE_MEETING, ready_for
from spg_registry.seals.judging import Judged, general_facts, judge
from spg_registry.seals.models import SealGrant
from spg_registry.seals.naming import NameOf, names_for
from spg_registry.seals.queries import granted_in
from spg_registry.seals.recusals import in_words
from spg_registry.territory.atlas import atlas_of
from spg_registry.territory.models import Community

Content = Mapping[str, Any]

VERSION = 1
_AGAINST = frozenset({Outcome.SUSPENSION, Outcome.EXCLUSION})


def digest(content: Content) -> str:
    """SHA-256 of the content as `spelled` writes it: 64 hexadecimal digits."""
    return hashlib.sha256(spelled(content)).hexdigest()


def spelled(content: Content) -> bytes:
    """The one spelling: JSON in UTF-8, keys in order, nothing between them."""
    return compact_json(content).encode()


def acta_of(
    session: Session, actor: Actor, meeting_id: int, today: date | None = None
) -> tuple[Meeting, Content]:
    """The content of a meeting's acta: the kept one when it is closed, else as it would be, were it
    closed `today` (None: on the meeting's own day)."""
    meeting = get_meeting(session, actor, meeting_id)
    return meeting, meeting.acta or written(session, meeting, today=today)


def keep(session: Session, meeting: Meeting, judged: Sequence[Judged]) -> None:
    """The last word of a closing: what the acta says, and its digest, are fixed."""
    meeting.acta = dict(written(session, meeting, judged))
    meeting.acta_sha256 = digest(meeting.acta)
    session.add(meeting)
    session.flush()


def written(
    session: Session,
    meeting: Meeting,
    judged: Sequence[Judged] | None = None,
    today: date | None = None,
) -> dict[str, Any]:
    decisions = decisions_of(session, meeting.id)
    closed = meeting.state is MeetingState.CLOSED
    if judged is None:
        judged = (
            judge_again(session, meeting, decisions)
            if closed
            else judge(session, meeting, decisions, today or meeting.held_on)
        )
    return _Writer(session, meeting, decisions, judged).content()


class _Writer:
    """Every name looked up once."""

    def __init__(
        self,
        session: Session,
        meeting: Meeting,
        decisions: Sequence[Decision],
        judged: Sequence[Judged],
    ) -> None:
        self.session, self.meeting = session, meeting
        self.closed = meeting.state is MeetingState.CLOSED
        self.decisions = decisions
        self.judged = judged
        self.parameters = parameters_of(session, meeting)
        self.appeals = answered_in(session, meeting.id)
        settled = self.closed or meeting.corrects_id is not None
        self.waiting = [] if settled else ready_for(session, meeting, self._decided())
        self.seats = members_in_office(session, meeting.body_id, meeting.held_on)
        persons = persons_by_id(session, (seat.person_id for seat in self.seats))
        self.member_name = {seat.id: persons[seat.person_id].full_name for seat in self.seats}
        self.grants = {row.decision_id: row for row in granted_in(session, map(_id, decisions))}
        self.general = general_facts(session, meeting)
        self.lacks = tuple(granting.quorum(self.general))
        self.name_of = self._names()
        self.products = atlas_of(session).products
        self.units = self._units()
        self.producers = self._producers()

    def _decided(self) -> set[int]:
        return {row.producer_id for row in self.decisions}

    def _names(self) -> NameOf:
        reasons = [r for one in self.judged for r in (*one.against, *one.stops, *one.asks)]
        return names_for(self.session, [*reasons, *self.lacks])

    def _units(self) -> dict[int, str]:
        wanted = {row.unit_id for one in self.judged for row in one.proposal.scope}
        query = select(Unit.id, Unit.code).where(col(Unit.id).in_(wanted))
        return dict(self.session.exec(query).all())

    def _producers(self) -> dict[int, tuple[Producer, str]]:
        asked = {row.decision_id for row in self.appeals}
        about = select(Decision.producer_id).where(col(Decision.id).in_(asked))
        ids = {*self._decided(), *self.session.exec(about), *self.waiting}
        query = select(Producer, Community.name).where(
            Producer.community_id == Community.id, col(Producer.id).in_(ids)
        )
        return {row.id: (row, place) for row, place in self.session.exec(query)}

    # --- the whole -------------------------------------------------------------------------------

    def content(self) -> dict[str, Any]:
        meeting, session = self.meeting, self.session
        committee = session.get_one(Committee, meeting.committee_id)
        ronda = session.get(Round, meeting.round_id) if meeting.round_id else None
        places = municipalities_of(session, [committee.id]).get(committee.id, [])
        known = atlas_of(session).municipalities
        return {
            "version": VERSION,
            "closed": self.closed,
            "number": meeting.acta_number,
            "corrects": self._corrects(),
            "committee": committee.name,
            "municipalities": [known[code].name for code in places if code in known],
            "body": session.get_one(Body, meeting.body_id).name,
            "held_on": meeting.held_on.isoformat(),
            "hour": meeting.hour,
            "place": meeting.place,
            "called_by": meeting.called_by,
            "subject": meeting.subject,
            "round": ronda.name if ronda else None,
            "norm": _norm(ronda),
            "attendance": self._attendance(),
            "quorum": self._quorum(),
            "agenda": self._agenda(ronda),
            "waivers": self._waivers(),
            "decisions": [
                self._decision(place, one) for place, one in enumerate(self.judged, start=1)
            ],
            "appeals": [self._appeal(row) for row in self.appeals],
            "waiting": self._waiting(),
            "seals": self._seals(),
            "appeal_days": self.parameters.appeal_window_days,
            "appeal_body": body_of(session, committee.id, BodyKind.APPEALS).name,
        }

    def _corrects(self) -> dict[str, Any] | None:
        if self.meeting.corrects_id is None:
            return None
        first = self.session.get_one(Meeting, self.meeting.corrects_id)
        return {
            "number": first.acta_number,
            "held_on": first.held_on.isoformat(),
            "reason": self.meeting.correction,
        }

    def _attendance(self) -> list[dict[str, Any]]:
        present = attendance_of(self.session, self.meeting.id)
        return [
            {
                "name": self.member_name[seat.id],
                "sector": sentence(f"status.sector.{seat.sector.value}"),
                "office": seat.office,
                "present": bool(present.get(seat.id)),
            }
            for seat in self.seats
        ]

    def _quorum(self) -> dict[str, Any]:
        count = granting.quorum_count(self.general)
        return {**_counted(count), "lacks": self._said(self.lacks)}

    def _agenda(self, ronda: Round | None) -> list[str]:
        about = [row for row in self.decisions if row.outcome not in _AGAINST]
        points = ["Control de asistencia y del quórum."]
        if about and ronda is not None:
            points.append(f"Decisiones de la ronda «{ronda.name}»: {_families(len(about))}.")
        elif about:
            points.append(f"Decisiones sobre {_families(len(about))}.")
        if len(about) < len(self.decisions):
            points.append(f"Suspensiones y exclusiones: {len(self.decisions) - len(about)}.")
        if self.appeals:
            points.append(f"Respuesta a apelaciones: {len(self.appeals)}.")
        return [*points, "Lectura y firma del acta."]

    def _waivers(self) -> list[dict[str, Any]]:
        """The warnings that the meeting passed for all, each with what the norm said."""
        found = []
        for code, why in sorted(self.meeting.waivers.items()):
            asks = [ask for one in self.judged for ask in one.asks if ask.code == code]
            if asks and why.strip():
                said = self._said(asks) if code in OF_THE_MEETING else []
                found.append({"rule": sentence(f"rule.{code}"), "said": said, "reason": why})
        return found

    def _waiting(self) -> list[dict[str, str]]:
        return [self._about(producer_id) for producer_id in self.waiting]

    def _seals(self) -> list[dict[str, Any]]:
        rows = [self.grants[row.id] for row in self.decisions if row.id in self.grants]
        return [{**self._about(row.producer_id), **_seal(row)} for row in rows]

    # --- one decision ----------------------------------------------------------------------------

    def _decision(self, place: int, one: Judged) -> dict[str, Any]:
        decision = one.decision
        gives = one.category is not None
        stops = () if self.closed else one.stops
        return {
            "place": place,
            **self._about(decision.producer_id),
            "outcome": decision.outcome.value,
            "word": sentence(f"status.outcome.{decision.outcome.value}"),
            "valid_from": one.proposal.valid_from.isoformat() if gives else None,
            "valid_until": one.proposal.valid_until.isoformat() if gives else None,
            "scope": self._scope(one) if gives else [],
            "area_m2": one.area_m2 if gives else None,
            "seal": codes.display(self.grants[decision.id].code)
            if decision.id in self.grants
            else None,
            "replaces": self._replaced(one),
            "by_consensus": decision.by_consensus,
            "votes": self._votes(decision.votes),
            "recusals": self._recusals(one),
            "quorum": _counted(one.quorum) if one.recusals else None,
            "warnings": self._warnings(one),
            "corrects": self._wrong_word(decision),
            "reasons": decision.reasons,
            "unmet": [] if gives or decision.outcome in _AGAINST else self._said(one.against),
            "conditions": decision.conditions,
            "stops": self._said(stops),
        }

    def _scope(self, one: Judged) -> list[dict[str, Any]]:
        return [
            {
                "unit": self.units.get(row.unit_id, str(row.unit_id)),
                "product": self.products[row.product].es
                if row.product in self.products
                else row.product,
                "area_m2": row.area_m2 or None,
            }
            for row in one.proposal.scope
        ]

    def _wrong_word(self, decision: Decision) -> str | None:
        """What the corrected acta had said of the same."""
        if decision.corrects_id is None:
            return None
        wrong = self.session.get_one(Decision, decision.corrects_id)
        return sentence(f"status.outcome.{wrong.outcome.value}")

    def _replaced(self, one: Judged) -> list[str]:
        if one.category is None or not one.replaces:
            return []
        query = select(SealGrant.code).where(col(SealGrant.id).in_(one.replaces))
        return [codes.display(code) for code in self.session.exec(query.order_by("id"))]

    def _recusals(self, one: Judged) -> list[dict[str, str]]:
        told = one.decision.recusals
        return [
            {
                "name": self.member_name[member],
                "reason": told.get(str(member)) or in_words(why),
            }
            for member, why in sorted(one.recusals.items())
        ]

    def _votes(self, votes: Mapping[str, str]) -> list[dict[str, str]]:
        return [
            {
                "name": self.member_name.get(int(member), ""),
                "ballot": ballot,
                "word": sentence(f"status.ballot.{Ballot(ballot).value}"),
            }
            for member, ballot in sorted(votes.items(), key=lambda each: int(each[0]))
        ]

    def _warnings(self, one: Judged) -> list[dict[str, str]]:
        """What was passed for this family; what says something of the meeting stands with it."""
        own, shared = one.decision.waivers, self.meeting.waivers
        asks = [ask for ask in one.asks if ask.code in own or ask.code not in OF_THE_MEETING]
        return [
            {
                "rule": sentence(f"rule.{ask.code}"),
                "said": said,
                "reason": own.get(ask.code) or shared.get(ask.code) or "",
            }
            for ask, said in zip(asks, self._each(asks), strict=True)
        ]

    def _appeal(self, row: Appeal) -> dict[str, Any]:
        decision = self.session.get_one(Decision, row.decision_id)
        first = meetings_by_id(self.session, [decision.meeting_id])[decision.meeting_id]
        return {
            **self._about(decision.producer_id),
            "acta": first.acta_number,
            "held_on": first.held_on.isoformat(),
            "filed_on": row.filed_on.isoformat(),
            "word": sentence(f"status.appeal.{(row.proposed or row.state).value}"),
            "answer": row.answer,
            "by_consensus": row.by_consensus,
            "votes": self._votes(row.votes),
            "recusals": [
                {"name": self.member_name.get(int(member), ""), "reason": why}
                for member, why in sorted(row.recusals.items())
            ],
        }

    def _about(self, producer_id: int) -> dict[str, str]:
        producer, place = self.producers[producer_id]
        return {"producer": producer.display_name, "code": producer.code, "community": place}

    def _said(self, reasons: Iterable[NotMet]) -> list[str]:
        """Each sentence once."""
        return list(dict.fromkeys(self._each(reasons)))

    def _each(self, reasons: Iterable[NotMet]) -> list[str]:
        return [reason(each, name_of=self.name_of) for each in reasons]


def _id(row: Decision) -> int:
    return row.id


def _norm(ronda: Round | None) -> str | None:
    """The standard and the rules that were frozen when the round opened."""
    if ronda is None or not ronda.frozen:
        return None
    standard, rules = ronda.frozen["standard"], ronda.frozen["ruleset"]
    return f"{standard['title']} ({standard['label']}); reglas {rules['code']} {rules['version']}"


def _counted(count: granting.QuorumCount) -> dict[str, int]:
    return {"present": count.present, "members": count.members, "needed": count.needed}


def _families(count: int) -> str:
    return "una familia o persona" if count == 1 else f"{count} familias o personas"


def _seal(row: SealGrant) -> dict[str, Any]:
    return {
        "seal": codes.display(row.code),
        "category": row.category.value,
        "valid_from": row.valid_from.isoformat(),
        "valid_until": row.valid_until.isoformat(),
    }
