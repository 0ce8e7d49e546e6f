"""Actas that wait to be closed, many of them, so that closing can be disturbed again and again."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from sqlmodel import Session

from spg_registry.committees import queries, service
from spg_registry.committees.models import BodyKind, Committee
from spg_registry.committees.schemas import (
    CommitteeIn,
    EvaluatorIn,
    InviteIn,
    MemberIn,
    RecognitionIn,
    RegistrationIn,
    SpgIn,
)
from spg_registry.core.permissions import SYSTEM, Actor, Role
from spg_registry.people import service as people
from spg_registry.people.schemas import PersonIn
from spg_registry.rounds.models import Visit
from tests.cast import EVALUATORS_A, FOUNDED, MEMBERS_A, PASSWORD, PUNATA, Cast
from tests.seals.stories import convened, decided, ready


def waiting(session: Session, cast: Cast, actas: int, families: int) -> list[int]:
    """Meetings whose decisions are written down and only have to be closed: their ids."""
    names = [f"Familia {number}" for number in range(actas * families)]
    visits = ready(session, cast, *names)
    lots = [visits[place : place + families] for place in range(0, len(visits), families)]
    return [_acta(session, cast, number, lot) for number, lot in enumerate(lots)]


def _acta(session: Session, cast: Cast, number: int, visits: Sequence[Visit]) -> int:
    meeting = convened(session, cast, visits[0].round_id, acta_number=f"{number + 1}/2026")
    decided(session, cast, meeting, visits)
    return meeting.id


def country(session: Session, cast: Cast, committees: int) -> list[Cast]:
    """Further committees with people, an SPG and users of their own, as the cast's are."""
    rows = service.create_committees(
        session,
        SYSTEM,
        FOUNDED,
        [
            CommitteeIn(name=f"Comité número {number}", municipality_codes=[PUNATA])
            for number in range(committees)
        ],
    )
    return [_staffed(session, cast, row) for row in rows]


def _staffed(session: Session, cast: Cast, committee: Committee) -> Cast:
    own = replace(cast, committee=committee.id, persons={}, usernames={})
    act = RecognitionIn(number="RA 1/2025", issuer="Concejo", issued_on=date(2025, 2, 10))
    service.recognise(session, SYSTEM, FOUNDED, committee.id, act)
    _people(session, own)
    own.guarantee = queries.body_of(session, committee.id, BodyKind.GUARANTEE).id
    (spg,) = service.found_spgs(
        session,
        SYSTEM,
        FOUNDED,
        [SpgIn(committee_id=committee.id, name="SPG propio", municipality_codes=[PUNATA])],
    )
    own.spg = spg.id
    service.register_spgs(
        session,
        SYSTEM,
        FOUNDED,
        [
            RegistrationIn(
                spg_id=spg.id,
                issuer="Control nacional",
                act_number=f"R.A. {1000 + committee.id}/2025",
                issued_on=date(2025, 3, 1),
                term_years=5,
            )
        ],
    )
    own.coordinator = _user(session, own, "rosa", Role.COORDINATOR)
    own.secretary = _user(session, own, "lidia", Role.SECRETARY)
    own.evaluator = _user(session, own, "teofilo", Role.EVALUATOR)
    return own


def _people(session: Session, own: Cast) -> None:
    who = (*MEMBERS_A, *EVALUATORS_A)
    rows = people.register_persons(
        session,
        SYSTEM,
        FOUNDED,
        [PersonIn(names=names, surnames=surnames, sex=sex) for _, names, surnames, sex, _ in who],
        own.committee,
    )
    own.persons |= {known: row.id for (known, *_), row in zip(who, rows, strict=True)}
    day = date(2025, 3, 1)
    seats = [
        MemberIn(person_id=own.persons[known], sector=sector, term_from=day)
        for known, _, _, _, sector in MEMBERS_A
    ]
    service.seat_members(session, SYSTEM, FOUNDED, own.committee, seats)
    acts = [
        EvaluatorIn(person_id=own.persons[known], act="Acta 2", sector=sector, appointed_on=day)
        for known, _, _, _, sector in EVALUATORS_A
    ]
    service.appoint_evaluators(session, SYSTEM, FOUNDED, own.committee, acts)


def _user(session: Session, own: Cast, person: str, role: Role) -> Actor:
    user = service.invite_user(
        session,
        SYSTEM,
        FOUNDED,
        own.committee,
        InviteIn(
            username=f"{person}.{own.committee}",
            label=person,
            password=PASSWORD,
            role=role,
            person_id=own.persons[person],
        ),
    )
    own.usernames[user.id] = user.username
    return service.actor_of(session, user)
