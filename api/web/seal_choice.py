"""Whose seals a page of papers is about: one seal's, a meeting's, or a community's. The address
says it, and while it says nothing the page before asks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Query
from starlette.responses import Response

from api.forms import Form
from api.render import locale_of
from api.web.desk import Desk, DeskDep
from spg_registry.core import codes
from spg_registry.core.messages import sentence
from spg_registry.seals import choosing
from spg_registry.seals.choosing import Choice
from spg_registry.seals.errors import SealNotFound

NAMES = {"seal": "sello", "meeting": "reunion", "community": "comunidad"}


@dataclass(frozen=True)
class Asked:
    desk: Desk
    code: str
    meeting: int
    community: int

    def choice(self) -> Choice:
        """What the address names; raises SealNotFound where it names nothing."""
        found = self._named()
        if found is None:
            raise SealNotFound()
        return found

    def page(self, show: Callable[[Choice], Response]) -> Response:
        """The page of the choice; the one that asks while there is none, or no such seal."""
        form = Form.of({"sello": self.code})
        try:
            found = self._named()
        except SealNotFound as missing:
            locale = locale_of(self.desk.request)
            form.errors["sello"] = sentence(f"error.{missing.code}", locale)
            found = None
        return show(found) if found else self._which(form)

    def _named(self) -> Choice | None:
        who = (self.desk.session, self.desk.actor, self.desk.today)
        if self.code.strip():
            try:
                return choosing.of_seal(*who, codes.parse(self.code))
            except codes.MistypedCode:
                raise SealNotFound(code=self.code) from None
        if self.meeting:
            return choosing.of_meeting(*who, self.meeting)
        return choosing.of_community(*who, self.community) if self.community else None

    def _which(self, form: Form) -> Response:
        who = (self.desk.session, self.desk.actor, self.desk.today)
        return self.desk.page(
            "seals/which.html",
            form,
            422 if form.errors else 200,
            to=self.desk.request.url.path,
            meetings=choosing.meetings_to_print(*who),
            communities=choosing.communities_to_print(*who),
        )


def asked(
    desk: DeskDep,
    code: Annotated[str, Query(alias="sello", max_length=40)] = "",
    meeting: Annotated[int, Query(alias="reunion", ge=0)] = 0,
    community: Annotated[int, Query(alias="comunidad", ge=0)] = 0,
) -> Asked:
    return Asked(desk, code, meeting, community)


AskedDep = Annotated[Asked, Depends(asked)]


def query_of(choice: Choice) -> str:
    """The same choice in an address."""
    return f"{NAMES[choice.kind]}={choice.key}"


def shown(choice: Choice) -> dict[str, Any]:
    """What every page of a choice shows of it."""
    return {
        "choice": choice,
        "query": query_of(choice),
        "shown_code": codes.display(choice.key) if choice.kind == "seal" else "",
    }
