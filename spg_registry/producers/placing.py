"""Writing down where a plot lies."""

from datetime import datetime

from sqlmodel import Session

from spg_registry.core import audit
from spg_registry.core.errors import Invalid
from spg_registry.core.permissions import Actor
from spg_registry.producers.access import plot_to_write
from spg_registry.producers.models import Plot
from spg_registry.producers.outlines import NotAnOutline, outline_in
from spg_registry.producers.schemas import OutlineIn


def set_outline(
    session: Session, actor: Actor, now: datetime, plot_code: str, data: OutlineIn
) -> Plot:
    """An outline or a point in place of what there was; an empty text takes it away. The declared
    area stays: the two are shown beside each other."""
    plot, committee_id = plot_to_write(session, actor, plot_code)
    try:
        corners = outline_in(data.geojson) if data.geojson else []
    except NotAnOutline as refusal:
        raise Invalid(refusal.fault("geojson")) from refusal
    plot.outline = corners
    plot.correction_reason = data.reason or plot.correction_reason
    audit.record(
        session,
        actor,
        now,
        "plot.outline",
        "plot",
        plot.id,
        committee_id=committee_id,
        corners=len(corners),
        reasoned=data.reason is not None,
    )
    session.flush()
    return plot
