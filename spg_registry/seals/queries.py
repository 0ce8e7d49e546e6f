"""Reading seals as far as the reader may see them, and what a certificate prints."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, distinct, exists, false, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from spg_registry.committees.models import Committee, Spg
from spg_registry.core.permissions import Actor, Permission, require, require_somebody
from spg_registry.producers.facts import with_merged
from spg_registry.producers.models import Producer
from spg_registry.rules.parameters import Parameters
from spg_registry.rules.standing import SealStanding
from spg_registry.rules.states import STANDING
from spg_registry.rules.words import Authority, Category, SealEventKind, SealState
from spg_registry.seals import public
from spg_registry.seals.errors import SanctionNotFound, SealNotFound
from spg_registry.seals.models import Sanction, SealEvent, SealGrant
from spg_registry.seals.scope_table import ScopeLine
from spg_registry.seals.sheets import Certificate
from spg_registry.standards.models import Standard
from spg_registry.standards.queries import rules_of


def get_seal(session: Session, actor: Actor, code: str) -> SealGrant:
    """Fetching is the permission check: another committee's seal is not found."""
    require(actor, Permission.SEAL_READ)
    found = session.exec(select(SealGrant).where(SealGrant.code == code)).first()
    if found is None or not actor.may(Permission.SEAL_READ, found.committee_id):
        raise SealNotFound(code=code)
    return found


def visible_seals(
    session: Session,
    actor: Actor,
    on: date,
    *,
    standing: SealStanding | None = None,
    committee_id: int | None = None,
    municipality_code: str | None = None,
    producer_id: int | None = None,
    expiring_by: date | None = None,
    to_renew: bool = False,
    unacknowledged: bool = False,
    limit: int | None = None,
    offset: int = 0,
) -> tuple[list[tuple[SealGrant, Producer]], int]:
    """With their producers, the latest granted first, and how many there are in all."""
    require_somebody(actor)
    require(actor, Permission.SEAL_READ)
    query = select(SealGrant, Producer).where(SealGrant.producer_id == Producer.id)
    places = actor.committees(Permission.SEAL_READ)
    if places is not None:
        query = query.where(col(SealGrant.committee_id).in_(places))
    if standing is not None:
        query = query.where(stands(standing, on))
    if committee_id is not None:
        query = query.where(SealGrant.committee_id == committee_id)
    if municipality_code:
        query = query.where(col(SealGrant.municipality_code).startswith(municipality_code))
    if producer_id is not None:
        query = query.where(with_merged(col(SealGrant.producer_id), [producer_id]))
    if expiring_by is not None:
        query = query.where(
            stands(SealStanding.VALID, on), col(SealGrant.valid_until) <= expiring_by
        )
    if to_renew:
        query = query.where(renewable(days_ahead(session, actor, on), on))
    if unacknowledged:
        query = query.where(
            col(SealGrant.acknowledged_on).is_(None), stands(SealStanding.VALID, on)
        )
    total = session.exec(select(func.count()).select_from(query.subquery())).one()
    latest = query.order_by(col(SealGrant.id).desc())
    return list(session.exec(latest.limit(limit).offset(offset))), total


def stands(standing: SealStanding, on: date) -> ColumnElement[bool]:
    """The condition on a grant's mark and dates; the same order as `rules.standing`, which the
    tests hold against it."""
    by_event = {
        SealStanding.WITHDRAWN: SealState.WITHDRAWN,
        SealStanding.REPLACED: SealState.REPLACED,
        SealStanding.SUSPENDED: SealState.SUSPENDED,
    }
    if standing in by_event:
        return col(SealGrant.state) == by_event[standing]
    first, last = col(SealGrant.valid_from), col(SealGrant.valid_until)
    by_date = {
        SealStanding.NOT_YET_VALID: first > on,
        SealStanding.EXPIRED: last < on,
        SealStanding.VALID: and_(first <= on, last >= on),
    }
    return and_(col(SealGrant.state) == SealState.GRANTED, by_date[standing])


PRINTABLE = (SealStanding.VALID, SealStanding.NOT_YET_VALID)
"""What was granted and has not ended; a renewal is handed out before its first day."""


def is_printable(grant: SealGrant, on: date) -> bool:
    return standing_of_grant(grant, on) in PRINTABLE


def printable(on: date) -> ColumnElement[bool]:
    """What `is_printable` says of a row at hand, asked of the table."""
    return or_(*(stands(standing, on) for standing in PRINTABLE))


def days_ahead(session: Session, actor: Actor, on: date) -> dict[int, int]:
    """By committee whose seals this actor may read: how many days before its end its rules let a
    seal be decided again."""
    places = actor.committees(Permission.SEAL_READ)
    ids = session.exec(select(Committee.id)) if places is None else places
    return {
        id_: Parameters.from_mapping(rules).decided_ahead_days
        for id_, rules in rules_of(session, ids, on).items()
    }


def renewable(ahead: Mapping[int, int], on: date) -> ColumnElement[bool]:
    """The condition on a grant: it runs on that day, ends within the days `ahead` of its committee
    (`days_ahead`), and no other follows it."""
    by_days: dict[int, list[int]] = {}
    for committee_id, days in ahead.items():
        by_days.setdefault(days, []).append(committee_id)
    ends = (
        and_(
            col(SealGrant.valid_until) <= on + timedelta(days=days),
            col(SealGrant.committee_id).in_(ids),
        )
        for days, ids in by_days.items()
    )
    return and_(stands(SealStanding.VALID, on), or_(false(), *ends), ~followed())


def followed() -> ColumnElement[bool]:
    """The condition on a grant: its family, or the one that family was merged into, has another in
    the same SPG that begins after its last day."""
    later, holder = aliased(SealGrant), aliased(Producer)
    merged = select(holder.merged_into_id).where(holder.id == SealGrant.producer_id)
    family = [col(SealGrant.producer_id), merged.correlate(SealGrant).scalar_subquery()]
    return (
        exists()
        .where(
            col(later.producer_id).in_(family),
            col(later.spg_id) == col(SealGrant.spg_id),
            col(later.state).in_(STANDING),
            col(later.valid_from) > col(SealGrant.valid_until),
        )
        .correlate(SealGrant)
    )


def standing_of_grant(grant: SealGrant, on: date) -> SealStanding:
    """What `stands` asks of the table, of a row at hand."""
    dates = (grant.valid_from, grant.valid_until)
    return public.standing_of(grant.state, grant.state_since, *dates, on).name


def public_figures(session: Session, on: date) -> dict[str, int]:
    """What the front page counts. Organic and transition holders are never added together."""
    valid = stands(SealStanding.VALID, on)

    def holders(category: Category) -> int:
        query = select(func.count(distinct(col(SealGrant.producer_id))))
        return session.exec(query.where(valid, SealGrant.category == category)).one()

    places = select(func.count(distinct(col(SealGrant.municipality_code)))).where(valid)
    return {
        "organic_holders": holders(Category.ORGANIC),
        "transition_holders": holders(Category.TRANSITION),
        "municipalities": session.exec(places).one(),
    }


def events_of(session: Session, grant_id: int) -> list[SealEvent]:
    """Everything that happened to a seal, in order."""
    return list(
        session.exec(
            select(SealEvent).where(SealEvent.grant_id == grant_id).order_by(col(SealEvent.id))
        )
    )


def suspended_by_control(session: Session, grant_ids: Iterable[int]) -> frozenset[int]:
    """Those that the control body suspended, by itself or on top of a committee's suspension, and
    that nobody gave back since."""
    rows = session.exec(
        select(SealEvent.grant_id, SealEvent.kind, SealEvent.authority)
        .where(SealEvent.grant_id == SealGrant.id, SealGrant.state == SealState.SUSPENDED)
        .where(col(SealGrant.id).in_(set(grant_ids)))
        .where(col(SealEvent.kind).in_([SealEventKind.SUSPENDED, SealEventKind.REINSTATED]))
        .order_by(col(SealEvent.id))
    )
    held: set[int] = set()
    for grant_id, kind, authority in rows:
        if kind is SealEventKind.REINSTATED:
            held.discard(grant_id)
        elif authority is Authority.CONTROL:
            held.add(grant_id)
    return frozenset(held)


def granted_in(session: Session, decision_ids: Iterable[int]) -> list[SealGrant]:
    """The seals that decisions made, in the order of granting."""
    return list(
        session.exec(
            select(SealGrant)
            .where(col(SealGrant.decision_id).in_(set(decision_ids)))
            .order_by(col(SealGrant.id))
        )
    )


def visible_sanctions(
    session: Session,
    actor: Actor,
    *,
    producer_id: int | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> tuple[list[Sanction], int]:
    """Of the SPGs whose committees the actor may read, the latest first."""
    require(actor, Permission.SEAL_READ)
    query = select(Sanction).where(Sanction.spg_id == Spg.id)
    places = actor.committees(Permission.SEAL_READ)
    if places is not None:
        query = query.where(col(Spg.committee_id).in_(places))
    if producer_id is not None:
        query = query.where(with_merged(col(Sanction.producer_id), [producer_id]))
    total = session.exec(select(func.count()).select_from(query.subquery())).one()
    latest = query.order_by(col(Sanction.id).desc())
    return list(session.exec(latest.limit(limit).offset(offset))), total


def get_sanction(session: Session, sanction_id: int) -> Sanction:
    found = session.get(Sanction, sanction_id)
    if found is None:
        raise SanctionNotFound(id=sanction_id)
    return found


def places_with_seals(session: Session, actor: Actor) -> list[str]:
    """The codes of the municipalities of all seals that the actor may read."""
    require(actor, Permission.SEAL_READ)
    query = select(SealGrant.municipality_code).distinct()
    places = actor.committees(Permission.SEAL_READ)
    if places is not None:
        query = query.where(col(SealGrant.committee_id).in_(places))
    return sorted(session.exec(query))


def certificates_of(
    session: Session, grants: Iterable[SealGrant], on: date, base_url: str, *, demo: bool
) -> list[Certificate]:
    """For the papers of a whole meeting: of what may be printed."""
    wanted = [grant for grant in grants if is_printable(grant, on)]
    return [certificate_of(session, g.code, on, base_url, demo=demo) for g in wanted]


def standard_title(session: Session, label: str) -> str:
    """The standard's own name, as people read it, for the label that a seal keeps."""
    code, _, version = label.rpartition("/")
    if not version.isdigit():
        return label
    query = select(Standard).where(Standard.code == code, Standard.version == int(version))
    found = session.exec(query).first()
    if found is None:
        return label
    return f"{found.title}, {found.edition}" if found.edition else found.title


def certificate_of(
    session: Session, code: str, on: date, base_url: str, *, demo: bool
) -> Certificate:
    """What the paper says: the public page's facts and the newest signed token."""
    seal = public.public_seal(session, code, on)
    if seal is None:
        raise SealNotFound(code=code)
    return Certificate(
        category=seal.category,
        code=seal.code,
        producer=seal.name,
        community=seal.community,
        municipality=seal.municipality,
        department=seal.department,
        scope=tuple(ScopeLine(row.es, row.area_m2) for row in seal.products),
        valid_from=seal.valid_from,
        valid_until=seal.valid_until,
        committee=seal.committee,
        acta_number=seal.acta_number,
        decided_on=seal.decided_on,
        standard=standard_title(session, seal.standard_version),
        token=public.tokens_of(session, seal.id)[0],
        base_url=base_url,
        total_area_m2=seal.area_m2,
        demo=demo,
        standing=seal.standing,
        standing_since=seal.standing_since,
    )
