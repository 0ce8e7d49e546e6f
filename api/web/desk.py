"""What every form page of one room asks for, as one thing: who sits at the desk, and when."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, NamedTuple

from fastapi import Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from api.deps import NowDep, SessionDep, UserDep
from api.forms import Form
from api.render import locale_of, redirect, render
from api.web.again import typed_again
from spg_registry.core import clock
from spg_registry.core.db import lock_all_writers
from spg_registry.core.errors import Invalid
from spg_registry.core.locks import lock_upon
from spg_registry.core.permissions import Actor


class Acting(NamedTuple):
    """The first three things that every verb takes."""

    session: Session
    actor: Actor
    now: datetime


@dataclass(frozen=True)
class Desk:
    request: Request
    session: Session
    actor: Actor
    now: datetime

    @property
    def today(self) -> date:
        return clock.local_date(self.now)

    @property
    def acting(self) -> Acting:
        """`service.verb(*desk.acting, …)`."""
        return Acting(self.session, self.actor, self.now)

    def page(self, name: str, form: Form, status: int = 200, **context: Any) -> Response:
        """A page with one form that posts to its own address."""
        action = self.request.url.path
        return render(self.request, name, status, form=form, action=action, **context)

    def act(
        self,
        data: Mapping[str, Any],
        act: Callable[[], object],
        again: Callable[[Form, int], Response],
        url: str,
        flash: str = "",
        **params: object,
    ) -> Response:
        """Validate and act, then on to `url`; or the form again, with 422 and what was typed."""
        try:
            act()
        except Invalid as refusal:
            return again(typed_again(self.request, self.session, data, refusal), 422)
        return redirect(url, flash, "success", **params)

    def edit(
        self,
        data: Mapping[str, Any],
        record: Callable[[], Form],
        act: Callable[[], object],
        again: Callable[[Form, int], Response],
        url: str,
        flash: str = "",
        lock: str = "",
        **params: object,
    ) -> Response:
        """`act` for a form that shows a record (with `m.was(form)` in it): who opened it before
        somebody else changed the record is told, with both beside each other, and 409. `lock`
        names the record where several pages change it."""
        overtaken = self.overtaken(data, record, lock)
        if overtaken is not None:
            return again(overtaken, 409)
        return self.act(data, act, again, url, flash, **params)

    def overtaken(
        self, data: Mapping[str, Any], record: Callable[[], Form], lock: str = ""
    ) -> Form | None:
        """The form beside the record, when that is no longer what its writer was shown."""
        self.hold(lock or self.request.url.path)
        now = record()
        if data.get("was", now.was) == now.was:
            return None
        return Form.of(data).overtaken_by(now, locale_of(self.request))

    def hold(self, record: str) -> None:
        """Until the end of the request nobody else who holds this record writes it."""
        lock_all_writers(self.session, lock_upon("edit", record))
        self.session.expire_all()


def desk(request: Request, session: SessionDep, actor: UserDep, now: NowDep) -> Desk:
    return Desk(request, session, actor, now)


DeskDep = Annotated[Desk, Depends(desk)]
