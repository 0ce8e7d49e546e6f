"""What the norm says, as the pages of a meeting show it: sentences, names and colours."""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlmodel import Session

from spg_registry.core import codes
from spg_registry.core.messages import format_date, reason, sentence
from spg_registry.decisions.models import Decision
from spg_registry.rules.verdict import NotMet
from spg_registry.seals.agenda import Agenda, Item
from spg_registry.seals.naming import names_for

Shown = list[dict[str, str]]
"""Items of the macro `verdict_list`."""


class Told:
    """The reasons about some producers in words, every name looked up once."""

    def __init__(
        self,
        session: Session,
        items: Sequence[Item],
        locale: str,
        also: Iterable[NotMet] = (),
    ) -> None:
        self.locale = locale
        every = [verdict for item in items for verdict in item.reasons]
        self._name_of = names_for(session, [*every, *also])

    def say(self, verdict: NotMet) -> str:
        return reason(verdict, self.locale, self._name_of)

    def reasons(self, item: Item) -> Shown:
        """What this producer does not meet: what stops stands in red, warnings in amber."""
        stops = set(map(id, item.stops))
        asks = set(map(id, item.judged.asks)) if item.judged else set()
        shown = []
        for verdict in item.own_reasons:
            stopping = id(verdict) in stops and id(verdict) not in asks
            shown.append(self.shown(verdict, "not_met" if stopping else "warn"))
        return shown

    def shown(self, verdict: NotMet, state: str = "not_met") -> dict[str, str]:
        return {
            "state": state,
            "title": sentence(f"rule.{verdict.code}", self.locale),
            "reason": self.say(verdict),
            "article": verdict.article,
        }

    def recused(self, item: Item, agenda: Agenda) -> list[str]:
        """The names of the members who neither count nor vote for this producer."""
        seats = {seat.member_id: seat.name for seat in agenda.attendance.seats}
        found = item.judged.recused if item.judged else frozenset()
        return [seats[member] for member in sorted(found) if member in seats]

    @staticmethod
    def code(code: str) -> str:
        return codes.display(code)

    @staticmethod
    def conditions(decision: Decision) -> str:
        return "; ".join(
            f"{row['text']} ({format_date(date.fromisoformat(row['due_on']))})"
            for row in decision.conditions
        )
