"""Who stands aside from which decision, as the data say it: who evaluated, who stands too near."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from spg_registry.core import clock
from spg_registry.core.messages import sentence
from spg_registry.core.permissions import Actor, Permission, require
from spg_registry.decisions import service as decisions
from spg_registry.producers.models import Producer
from spg_registry.seals.agenda import Agenda, Item, Seat, agenda_of

DECLARED = "declared"


@dataclass(frozen=True)
class Aside:
    """A member with the families from whose decision they stand aside, and why (codes)."""

    seat: Seat
    families: list[tuple[Producer, tuple[str, ...]]]


def in_words(why: Iterable[str], locale: str = "es") -> str:
    return ", ".join(sentence(f"recusal.{word}", locale) for word in why)


def found_in(agenda: Agenda) -> list[Aside]:
    """In the order of the seats; what somebody declared by themselves is no finding."""
    by_member: dict[int, list[tuple[Producer, tuple[str, ...]]]] = {}
    for item in agenda.items:
        for member, why in _found(item).items():
            listed = by_member.setdefault(member, [])
            if item.producer not in (producer for producer, _ in listed):
                listed.append((item.producer, why))
    return [
        Aside(seat, by_member[seat.member_id])
        for seat in agenda.attendance.seats
        if seat.member_id in by_member
    ]


def are_accepted(agenda: Agenda) -> bool:
    """Whether the meeting took on all that the data say now."""
    kept = agenda.meeting.recusals
    return all(
        str(member) in kept.get(str(item.producer.id), {})
        for item in agenda.items
        for member in _found(item)
    )


def accept(session: Session, actor: Actor, now: datetime, meeting_id: int) -> int:
    """Take on all that the data propose, in one act; returns how many there are."""
    agenda = agenda_of(session, actor, meeting_id, clock.local_date(now))
    require(actor, Permission.DECISION_RECORD, on=agenda.meeting.committee_id)
    found = {
        item.producer.id: {member: in_words(why) for member, why in _found(item).items()}
        for item in agenda.items
        if _found(item)
    }
    decisions.accept_recusals(session, actor, now, meeting_id, found)
    return sum(map(len, found.values()))


def _found(item: Item) -> Mapping[int, tuple[str, ...]]:
    listed = item.judged.recusals if item.judged else {}
    without = {m: tuple(word for word in why if word != DECLARED) for m, why in listed.items()}
    return {member: why for member, why in without.items() if why}
