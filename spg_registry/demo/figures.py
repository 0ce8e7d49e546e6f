"""The figures of a demonstration, counted in the database, beside what the programme says."""

from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from spg_registry.committees.models import Committee, RecognitionAct, Spg, SpgMunicipality
from spg_registry.committees.queries import registration_standing, registrations_on
from spg_registry.decisions.models import Decision
from spg_registry.people.models import Person, Sex
from spg_registry.producers.models import Enrolment, Holder, Plot, Producer, Unit, UnitPlot
from spg_registry.rounds.models import Assignment, AssignmentOutcome, Finding, Round, Visit
from spg_registry.rules.words import (
    Category,
    DecisionState,
    FindingState,
    Outcome,
    RoundState,
    SealState,
)
from spg_registry.seals.models import SealGrant, SealScope

UNACKNOWLEDGED_AFTER = timedelta(days=30)


@dataclass(frozen=True)
class Figures:
    """Of one day. *ever* counts producers once that had such a seal at any time; *valid* those
    that have one on the day. Organic and transition holders overlap: never add them up."""

    municipalities_with_spg: int
    committees_recognised: int
    committees_not_recognised: int
    communities: int
    producers: int
    organic_holders_ever: int
    organic_holders_valid: int
    transition_holders_ever: int
    transition_holders_valid: int
    organic_area_m2: int
    """Of the units under an organic seal at any time, every plot counted once."""
    women_first_holders: int
    """Of the organic holders."""
    grants: int
    suspended: int
    withdrawn: int
    replaced: int
    expired: int
    ending_soon: int
    """Valid, and not sixty days more."""
    not_approved: int
    with_conditions: int
    findings_open: int
    findings_overdue: int
    unacknowledged: int
    """Valid seals granted more than 30 days ago without the producer's mark."""
    without_consent: int
    refused_assignments: int
    visits_under_way: int
    drafts: int

    def lines(self) -> list[str]:
        """`organic_holders_ever 4000`, one a line."""
        return [f"{field.name} {getattr(self, field.name)}" for field in fields(self)]


def measure(session: Session, on: date) -> Figures:
    organic = col(SealGrant.category) == Category.ORGANIC
    white = col(SealGrant.category) == Category.TRANSITION
    granted = col(SealGrant.state) == SealState.GRANTED
    running = col(SealGrant.valid_until) >= on
    begun = col(SealGrant.valid_from) <= on
    holders = func.count(func.distinct(SealGrant.producer_id))
    recognised = _count(
        session,
        func.count(func.distinct(RecognitionAct.committee_id)),
        col(RecognitionAct.issued_on) <= on,
        col(RecognitionAct.until).is_(None) | (col(RecognitionAct.until) >= on),
    )
    is_open = col(Finding.state) != FindingState.CLOSED
    seals = func.count(col(SealGrant.id))
    return Figures(
        municipalities_with_spg=_registered_municipalities(session, on),
        committees_recognised=recognised,
        committees_not_recognised=_count(session, func.count(col(Committee.id))) - recognised,
        communities=_count(session, func.count(func.distinct(Unit.community_id))),
        producers=_count(session, func.count(col(Producer.id))),
        organic_holders_ever=_count(session, holders, organic),
        organic_holders_valid=_count(session, holders, organic, granted, begun, running),
        transition_holders_ever=_count(session, holders, white),
        transition_holders_valid=_count(session, holders, white, granted, begun, running),
        organic_area_m2=_organic_area(session),
        women_first_holders=_women(session),
        grants=_count(session, seals),
        suspended=_count(session, seals, col(SealGrant.state) == SealState.SUSPENDED),
        withdrawn=_count(session, seals, col(SealGrant.state) == SealState.WITHDRAWN),
        replaced=_count(session, seals, col(SealGrant.state) == SealState.REPLACED),
        expired=_count(session, seals, granted, col(SealGrant.valid_until) < on),
        ending_soon=_count(
            session,
            seals,
            granted,
            begun,
            running,
            col(SealGrant.valid_until) <= on + timedelta(days=60),
        ),
        not_approved=_decided(session, Outcome.NOT_APPROVED),
        with_conditions=_decided(session, Outcome.WITH_CONDITIONS),
        findings_open=_count(session, func.count(col(Finding.id)), is_open),
        findings_overdue=_count(session, func.count(col(Finding.id)), is_open, Finding.due_on < on),
        unacknowledged=_count(
            session,
            seals,
            granted,
            begun,
            running,
            col(SealGrant.acknowledged_on).is_(None),
            col(SealGrant.state_since) < on - UNACKNOWLEDGED_AFTER,
        ),
        without_consent=_count(
            session, func.count(col(Producer.id)), col(Producer.publication_consent).is_(False)
        ),
        refused_assignments=_count(
            session, func.count(col(Assignment.id)), Assignment.outcome == AssignmentOutcome.REFUSED
        ),
        visits_under_way=_count(
            session,
            func.count(col(Visit.id)),
            Visit.round_id == Round.id,
            Round.state == RoundState.OPEN,
        ),
        drafts=_count(
            session, func.count(col(Decision.id)), col(Decision.state) == DecisionState.DRAFT
        ),
    )


def _count(session: Session, what: Any, *where: ColumnElement[bool] | bool) -> int:
    return int(session.exec(select(what).where(*where)).one() or 0)


def _decided(session: Session, outcome: Outcome) -> int:
    return _count(session, func.count(col(Decision.id)), col(Decision.outcome) == outcome)


def _registered_municipalities(session: Session, on: date) -> int:
    terms = registrations_on(session, session.exec(select(Spg.id)).all(), on)
    in_force = [
        spg_id
        for spg_id, states in terms.items()
        if registration_standing(states, on)[0] == "in_force"
    ]
    return _count(
        session,
        func.count(func.distinct(SpgMunicipality.municipality_code)),
        col(SpgMunicipality.spg_id).in_(in_force),
    )


def _organic_area(session: Session) -> int:
    units = (
        select(SealScope.unit_id)
        .join(SealGrant, col(SealGrant.id) == col(SealScope.grant_id))
        .where(SealGrant.category == Category.ORGANIC)
    )
    plots = select(UnitPlot.plot_id).where(col(UnitPlot.unit_id).in_(units))
    return _count(session, func.sum(Plot.area_m2), col(Plot.id).in_(plots))


def _women(session: Session) -> int:
    holders = select(SealGrant.producer_id).where(SealGrant.category == Category.ORGANIC)
    return _count(
        session,
        func.count(func.distinct(Holder.producer_id)),
        Holder.person_id == Person.id,
        Holder.position == 1,
        col(Person.sex) == Sex.WOMAN,
        col(Holder.producer_id).in_(holders),
    )


def enrolled(session: Session) -> int:
    """Producers in an SPG now."""
    return _count(session, func.count(col(Enrolment.id)), col(Enrolment.ended_on).is_(None))
