"""Committees, their bodies and people, the guarantee systems they run, and who may act for them."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from spg_registry.core.db import coded, instant, key
from spg_registry.core.history import Recorded
from spg_registry.core.permissions import Role
from spg_registry.rules.words import RegistrationState, Sector


class CommitteeLevel(StrEnum):
    MUNICIPAL = "municipal"
    REGIONAL = "regional"
    ORGANISATION = "organisation"


class BodyKind(StrEnum):
    GUARANTEE = "guarantee"
    APPEALS = "appeals"


class SpgKind(StrEnum):
    MUNICIPAL = "municipal"
    PRIVATE = "private"
    COMMUNAL = "communal"


class Committee(Recorded, table=True):
    """A municipal ecological committee, or one of another level."""

    __tablename__ = "committee"

    id: int = key()
    name: str = Field(max_length=160, unique=True)
    level: CommitteeLevel = coded(CommitteeLevel, CommitteeLevel.MUNICIPAL)
    created_on: date


class CommitteeMunicipality(Recorded, table=True):
    __tablename__ = "committee_municipality"

    committee_id: int = Field(foreign_key="committee.id", primary_key=True)
    municipality_code: str = Field(foreign_key="municipality.ine_code", primary_key=True)


class RecognitionAct(Recorded, table=True):
    """The act by which a committee is recognised; `until` None means without a named end."""

    __tablename__ = "recognition_act"

    id: int = key()
    committee_id: int = Field(foreign_key="committee.id", index=True)
    number: str = Field(max_length=80)
    issuer: str = Field(max_length=160)
    issued_on: date
    until: date | None = None


class Body(Recorded, table=True):
    """A committee's organ that decides: guarantee, or appeals."""

    __tablename__ = "body"
    __table_args__ = (UniqueConstraint("committee_id", "kind"),)

    id: int = key()
    committee_id: int = Field(foreign_key="committee.id", index=True)
    kind: BodyKind = coded(BodyKind)
    name: str = Field(max_length=160)


class Member(Recorded, table=True):
    """A person's term in a body: dated, never overwritten; a new term is a new row.

    `term_until` is inclusive; an extension by act moves the end to `extended_until`. What was typed
    wrongly stays as it was typed: `corrected_from` and `corrected_until` say how the last
    `TermCorrection` has it.
    """

    __tablename__ = "member"
    __table_args__ = (CheckConstraint("term_until >= term_from", name="term"),)

    id: int = key()
    body_id: int = Field(foreign_key="body.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    sector: Sector = coded(Sector)
    office: str | None = Field(default=None, max_length=60)
    term_from: date
    term_until: date
    extension_act: str | None = Field(default=None, max_length=80)
    extended_until: date | None = None
    corrected_from: date | None = None
    corrected_until: date | None = None
    left_on: date | None = None

    @property
    def term_begin(self) -> date:
        return self.corrected_from or self.term_from

    @property
    def term_end(self) -> date:
        """The last day, an extension counted."""
        end = self.corrected_until or self.term_until
        return max(end, self.extended_until or end)

    def in_office(self, on: date) -> bool:
        in_term = self.term_begin <= on <= self.term_end
        return in_term and (self.left_on is None or on < self.left_on)


class TermCorrection(Recorded, table=True):
    """A member's term was typed wrongly: what was believed before, what is right, and why. An
    extension that was part of what was believed is corrected with it."""

    __tablename__ = "term_correction"
    __personal__: ClassVar[frozenset[str]] = frozenset({"reason"})

    id: int = key()
    member_id: int = Field(foreign_key="member.id", index=True)
    was_from: date
    was_until: date
    term_from: date
    term_until: date
    reason: str = Field(max_length=400)
    corrected_on: date
    corrected_by: str | None = Field(default=None, max_length=32)


class TermExtension(Recorded, table=True):
    """One act that moved a member's end. The member's own row repeats the latest."""

    __tablename__ = "term_extension"

    id: int = key()
    member_id: int = Field(foreign_key="member.id", index=True)
    act: str = Field(max_length=80)
    until: date


class EvaluatorAppointment(Recorded, table=True):
    """The act that makes a person an evaluator of a committee, for a while (`until` inclusive)."""

    __tablename__ = "evaluator_appointment"

    id: int = key()
    committee_id: int = Field(foreign_key="committee.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    act: str = Field(max_length=80)
    sector: Sector = coded(Sector, Sector.PRODUCER)
    trained_on: date | None = None
    appointed_on: date
    until: date


class EvaluatorService(Recorded, table=True):
    """An evaluator who also serves a neighbouring committee."""

    __tablename__ = "evaluator_service"

    appointment_id: int = Field(foreign_key="evaluator_appointment.id", primary_key=True)
    committee_id: int = Field(foreign_key="committee.id", primary_key=True)


class RoleAssignment(SQLModel, table=True):
    """What a user may do, and where (`committee_id` None: everywhere)."""

    __tablename__ = "role_assignment"

    id: int = key()
    user_id: int = Field(foreign_key="user_account.id", index=True)
    role: Role = coded(Role)
    committee_id: int | None = Field(default=None, foreign_key="committee.id", index=True)
    given_at: datetime = instant()
    ended_at: datetime | None = instant(optional=True)


class Spg(Recorded, table=True):
    """A guarantee system run by a committee. `code` is this registry's own, not the state's."""

    __tablename__ = "spg"
    __personal__: ClassVar[frozenset[str]] = frozenset({"representative"})

    id: int = key()
    code: str = Field(max_length=24, unique=True)
    committee_id: int = Field(foreign_key="committee.id", index=True)
    name: str = Field(max_length=160)
    kind: SpgKind = coded(SpgKind, SpgKind.MUNICIPAL)
    representative: str | None = Field(default=None, max_length=160)
    created_on: date


class SpgMunicipality(Recorded, table=True):
    __tablename__ = "spg_municipality"

    spg_id: int = Field(foreign_key="spg.id", primary_key=True)
    municipality_code: str = Field(foreign_key="municipality.ine_code", primary_key=True)


class SpgRegistration(Recorded, table=True):
    """A term of registration at the control body. The act's number is theirs: free text.

    `state` is what the last event made it; *expired* is derived from `until` (inclusive).
    """

    __tablename__ = "spg_registration"
    __table_args__ = (UniqueConstraint("issuer", "act_number"),)

    id: int = key()
    spg_id: int = Field(foreign_key="spg.id", index=True)
    issuer: str = Field(max_length=80)
    act_number: str = Field(max_length=80)
    issued_on: date
    term_years: int
    until: date
    state: RegistrationState = coded(RegistrationState)
    state_since: date


class SpgRegistrationEvent(Recorded, table=True):
    """A change of a registration's state, with the act that made it."""

    __tablename__ = "spg_registration_event"
    __personal__: ClassVar[frozenset[str]] = frozenset({"reason"})

    id: int = key()
    registration_id: int = Field(foreign_key="spg_registration.id", index=True)
    state: RegistrationState = coded(RegistrationState)
    effective_on: date
    act: str | None = Field(default=None, max_length=80)
    reason: str | None = Field(default=None, max_length=400)
