"""The home page: what waits for whom, the overdue first, each line one click from its act."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import Session, select

from spg_registry.committees import service as committees
from spg_registry.committees.models import Member, SpgRegistration
from spg_registry.committees.schemas import ExtensionIn
from spg_registry.core import clock
from spg_registry.core.config import settings
from spg_registry.core.keys import open_keyring
from spg_registry.core.permissions import Actor
from spg_registry.people.schemas import ClientIn
from spg_registry.people.service import create_client
from spg_registry.producers.access import sight_of
from spg_registry.producers.models import Producer
from spg_registry.producers.queries import Filters
from spg_registry.producers.schemas import EnrolmentIn, MergeIn, PledgeIn
from spg_registry.rounds import findings
from spg_registry.rounds.schemas import FindingIn
from spg_registry.rules.words import FindingClass, SanctionKind, SealState
from spg_registry.seals import service as seals
from spg_registry.seals.holders import SealWish, search_holders
from spg_registry.seals.models import Sanction, SealGrant
from spg_registry.seals.queries import visible_seals
from spg_registry.seals.renewing import renewals
from spg_registry.standards.schemas import ByLaws, RuleChange
from spg_registry.standards.service import adopt_by_laws
from spg_registry.worklist.clocks import clocks
from spg_registry.worklist.matters import Look, Matter, Urgency
from spg_registry.worklist.queries import clocks_of, work_of
from tests.cast import Cast, Stage
from tests.complaints.stories import about
from tests.rounds.stories import families, one_visit, opened, submitted
from tests.seals.stories import closed, convened, decided, granted, granted_by_b, ready


def waiting(session: Session, actor: Actor, on: date, **part: object) -> dict[str, Matter]:
    return {one.code: one for one in work_of(Look(session, actor, on, **part))}  # type: ignore[arg-type]


def test_a_visit_walks_down_the_list_from_the_field_to_the_meeting(
    session: Session, cast: Cast
) -> None:
    visit = one_visit(session, cast)
    mine = waiting(session, cast.evaluator, cast.today)
    assert [row.key for row in mine["own_visits"].rows] == [str(visit.id)]
    assert "own_visits" not in waiting(session, cast.coordinator, cast.today)
    submitted(session, cast, visit)
    assert "own_visits" not in waiting(session, cast.evaluator, cast.today)
    assert waiting(session, cast.coordinator, cast.today)["visits_to_review"].count == 1


def test_who_is_reviewed_is_ready_until_something_is_decided(session: Session, cast: Cast) -> None:
    visits = ready(session, cast, "Justina", "Basilia")
    there = waiting(session, cast.coordinator, cast.today)["ready"]
    assert (there.count, there.rows[0].kind) == (2, "ready_round")
    meeting = convened(session, cast, visits[0].round_id)
    there = waiting(session, cast.coordinator, cast.today)["ready"]
    assert (there.rows[0].kind, there.rows[0].key) == ("ready_meeting", str(meeting.id))
    decided(session, cast, meeting, visits)
    found = waiting(session, cast.coordinator, cast.today)
    assert "ready" not in found
    assert found["meetings_open"].urgency is Urgency.OVERDUE  # held yesterday


def test_visits_are_late_when_the_days_in_the_field_are_over(session: Session, cast: Cast) -> None:
    one_visit(session, cast)
    assert "visits_overdue" not in waiting(session, cast.coordinator, cast.today)
    soon = waiting(session, cast.coordinator, date(2026, 8, 25))["visits_overdue"]
    assert (soon.urgency, soon.late, soon.soon) == (Urgency.SOON, 0, 1)
    late = waiting(session, cast.coordinator, date(2026, 9, 1))["visits_overdue"]
    assert (late.urgency, late.late) == (Urgency.OVERDUE, 1)


def test_a_finding_stands_there_from_two_weeks_before_its_day(session: Session, cast: Cast) -> None:
    visit = submitted(session, cast, one_visit(session, cast))
    data = FindingIn(
        visit_id=visit.id,
        grade=FindingClass.MINOR,
        description="Sin registro de abonos",
        measure="Llevar el cuaderno",
        due_on=date(2026, 7, 30),
    )
    findings.record_findings(session, cast.coordinator, cast.now, [data])
    assert "findings" not in waiting(session, cast.coordinator, date(2026, 7, 15))
    assert waiting(session, cast.coordinator, date(2026, 7, 16))["findings"].soon == 1
    assert waiting(session, cast.coordinator, date(2026, 7, 31))["findings"].late == 1


def test_a_seal_waits_for_its_family_and_then_for_its_renewal(session: Session, cast: Cast) -> None:
    (grant,) = granted(session, cast, "Justina")
    first = waiting(session, cast.coordinator, cast.today)
    assert (first["seals_unacknowledged"].count, first["seals_unacknowledged"].late) == (1, 0)
    assert "seals_expiring" not in first
    assert "seals_unacknowledged_long" not in waiting(session, cast.control, cast.today)
    later = date(2026, 7, 16)
    assert waiting(session, cast.coordinator, later)["seals_unacknowledged"].late == 1
    assert waiting(session, cast.control, later)["seals_unacknowledged_long"].count == 1
    end = grant.valid_until
    assert "seals_expiring" not in waiting(session, cast.coordinator, end - timedelta(days=61))
    expiring = waiting(session, cast.coordinator, end - timedelta(days=60))["seals_expiring"]
    assert [row.key for row in expiring.rows] == [grant.code]
    assert "seals_expiring" not in waiting(session, cast.coordinator, end + timedelta(days=1))


def given(session: Session, seal: SealGrant, producer_id: int, begins: date) -> None:
    """Somebody else's seal becomes this family's second one, a year long."""
    seal.producer_id, seal.valid_from = producer_id, begins
    seal.valid_until = begins + timedelta(days=364)
    session.add(seal)
    session.flush()


def test_home_counts_the_seals_that_the_page_it_leads_to_lists(
    session: Session, cast: Cast
) -> None:
    """By the committee's own days; a seal that another follows is nowhere, one beside it is."""
    names = ("Ana", "Basilia", "Justina", "Zenón", "Wara", "Nina", "Inti")
    plain, renewed, merged, beside, *spare = granted(session, cast, *names)
    end = plain.valid_until
    (again,) = families(session, cast, "Justina")
    old = session.get_one(Producer, merged.producer_id)
    word = MergeIn(other=old.code, reason="Es la misma familia")
    seals.merge(session, cast.secretary, cast.now, again.producer.code, word)
    after = end + timedelta(days=1)
    given(session, spare[0], renewed.producer_id, after)
    given(session, spare[1], again.producer.id, after)
    given(session, spare[2], beside.producer_id, end - timedelta(days=90))
    wanted = {plain.code, beside.code}

    def told(days: int) -> list[set[str]]:
        on = end - timedelta(days=days)
        work = waiting(session, cast.coordinator, on, limit=50).get("seals_expiring", Matter())
        places = renewals(session, cast.coordinator, on)
        listed, total = visible_seals(session, cast.coordinator, on, to_renew=True)
        assert work.count == sum(len(place.rows) for place in places) == total
        holders = search_holders(
            session,
            cast.coordinator,
            sight_of(cast.coordinator),
            on,
            Filters(),
            seal=SealWish.EXPIRING,
            limit=50,
            offset=0,
        )
        marked = [one for line in holders.lines for one in line.seals if one.ends_soon]
        return [
            {row.key for row in work.rows},
            {row.grant.code for place in places for row in place.rows},
            {grant.code for grant, _ in listed},
            {one.grant.code for one in marked},
        ]

    assert told(61) == [set()] * 4
    assert told(60) == [wanted] * 4
    change = RuleChange(params={"decided_ahead_days": 30})
    rules = ByLaws(committee_id=cast.committee, source="Asamblea", rules={"no_overlap": change})
    adopt_by_laws(session, cast.coordinator, cast.now, rules)
    assert told(31) == [set()] * 4
    assert told(30) == [wanted] * 4
    assert told(0) == [wanted] * 4


def test_a_suspension_past_its_end_is_told_and_ends_by_nothing_else(
    session: Session, cast: Cast
) -> None:
    (grant,) = granted(session, cast, "Justina")
    row = session.exec(select(SealGrant).where(SealGrant.id == grant.id)).one()
    row.state = SealState.SUSPENDED
    session.add(
        Sanction(
            code="S-1",
            producer_id=grant.producer_id,
            spg_id=grant.spg_id,
            kind=SanctionKind.SUSPENSION,
            since=date(2026, 6, 15),
            until=date(2026, 7, 15),
            reason_class="other",
        )
    )
    session.flush()
    assert "suspensions_over" not in waiting(session, cast.coordinator, date(2026, 7, 15))
    over = waiting(session, cast.coordinator, date(2026, 7, 16))["suspensions_over"]
    assert (over.late, over.rows[0].day) == (1, date(2026, 7, 15))


def test_terms_that_ended_wait_for_an_election_or_an_extension(
    session: Session, cast: Cast
) -> None:
    assert "members" not in waiting(session, cast.coordinator, cast.today)
    ended = date(2027, 3, 1)
    found = waiting(session, cast.coordinator, ended)["members"]
    assert (found.count, found.late) == (8, 8)
    assert waiting(session, cast.member, ended)["members"].rows[0].kind == "committee"
    first = session.exec(select(Member).where(Member.body_id == cast.guarantee)).first()
    assert first is not None
    data = ExtensionIn(act="Acta 9/2027", until=date(2028, 3, 1))
    committees.extend_term(session, cast.coordinator, cast.now, first.id, data)
    assert waiting(session, cast.coordinator, ended)["members"].count == 7


def test_registrations_and_recognitions_are_told_to_the_control_body(
    session: Session, cast: Cast
) -> None:
    found = waiting(session, cast.control, cast.today)
    assert [row.status for row in found["recognitions"].rows] == ["none"]  # committee B
    assert "registrations" not in found
    term = session.exec(select(SpgRegistration).where(SpgRegistration.spg_id == cast.spg)).one()
    soon = waiting(session, cast.control, term.until - timedelta(days=30))["registrations"]
    assert (soon.count, soon.urgency) == (2, Urgency.SOON)
    own = waiting(session, cast.coordinator, term.until + timedelta(days=1))["registrations"]
    assert (own.count, own.rows[0].status, own.late) == (1, "expired", 1)


def test_the_administrator_is_told_of_keys_and_of_programs_nobody_uses(
    session: Session, cast: Cast
) -> None:
    found = waiting(session, cast.administrator, cast.today)
    assert found["keys"].late == found["keys"].count > 0
    open_keyring(settings().data_dir).ensure(cast.now)
    wish = ClientIn(client_id="control-nacional", name="Control", scopes=["register:read"])
    create_client(session, cast.administrator, cast.now, wish)
    assert "keys" not in waiting(session, cast.administrator, cast.today)
    assert "idle_programs" not in waiting(session, cast.administrator, cast.today)
    later = waiting(session, cast.administrator, cast.today + timedelta(days=200))
    assert [row.key for row in later["idle_programs"].rows] == ["control-nacional"]


def test_nobody_is_told_of_the_neighbours_work(session: Session, cast: Cast) -> None:
    granted_by_b(session, cast, waivers={"committee_recognised": "Trámite en curso"})
    here = waiting(session, cast.coordinator, cast.today)
    there = waiting(session, cast.coordinator_b, cast.today)
    assert "seals_unacknowledged" in there
    assert set(here) <= {"members", "evaluators"}
    assert waiting(session, cast.coordinator_b, cast.today, committee_id=cast.committee) == {}


def test_the_list_can_be_narrowed_to_what_is_overdue(session: Session, cast: Cast) -> None:
    visit = one_visit(session, cast)
    submitted(session, cast, visit)
    late = waiting(session, cast.coordinator, date(2026, 9, 5), urgency=Urgency.OVERDUE)
    assert set(late) == {"rounds_running"}
    assert all(one.late == one.count for one in late.values())


def test_the_clocks_measure_who_is_through_and_count_who_waits(
    session: Session, cast: Cast
) -> None:
    families(session, cast, "Nadie")  # never in a round: in no clock
    pledge = PledgeIn(signed_on=date(2026, 5, 2))
    enrolment = EnrolmentIn(enrolled_on=date(2026, 5, 11), pledge=pledge)
    visits = ready(session, cast, "Justina", "Basilia", enrolment=enrolment)
    meeting = convened(session, cast, visits[0].round_id)
    decided(session, cast, meeting, visits[:1])
    closed(session, cast, meeting)
    told = clocks(Look(session, cast.coordinator, cast.today))["open"]
    by_step = {one.step: one for one in told}
    assert (by_step["visit"].days, by_step["visit"].of) == ([30, 30], 2)
    assert (by_step["decision"].days, by_step["decision"].of) == ([4], 2)
    assert (by_step["seal"].n, by_step["seal"].of, by_step["seal"].median) == (1, 1, 1)
    assert clocks_of(Look(session, cast.control, cast.today)) == {}


def test_the_page_leads_from_a_line_to_its_act(stage: Stage) -> None:
    with stage.database.write(stage.cast.now) as session:
        visits = ready(session, stage.cast, "Justina", "Basilia")
        ronda = opened(session, stage.cast, name="Segunda")
    browser = stage.browser(stage.cast.coordinator)
    page = browser.get("/inicio").text
    assert f'href="/reuniones/nueva?ronda={visits[0].round_id}"' in page
    assert f'href="/rondas/{ronda.id}"' in page
    for href in set(re.findall(r'class="act" href="([^"]+)"', page)):
        assert browser.get(href).status_code == 200, href
    only = browser.get("/inicio?asunto=rounds_running").text
    assert "Segunda" in only
    assert "Productores listos para decidir</h2>" not in only


@pytest.mark.parametrize("who", ["coordinator", "control", "cnape", "member", "evaluator"])
def test_every_line_opens_for_whom_it_is_told(
    stage: Stage, who: str, clock_at: Callable[[datetime], None]
) -> None:
    with stage.database.write(stage.cast.now) as session:
        granted(session, stage.cast, "Justina")
    clock_at(datetime(2027, 3, 20, 15, tzinfo=UTC))
    reader = replace(stage.cast, now=clock.now())
    browser = Stage(stage.database, reader).browser(getattr(reader, who))
    page = browser.get("/inicio").text
    acts = set(re.findall(r'class="act" href="([^"]+)"', page))
    assert acts
    for href in acts:
        assert browser.get(href).status_code == 200, (who, href)


def test_a_strange_filter_is_no_filter(stage: Stage) -> None:
    browser = stage.browser(stage.cast.coordinator)
    for query in ("asunto=nada", "urgencia=ya", "comite=x", "pagina=9&asunto=ready", "comite=99"):
        assert browser.get(f"/inicio?{query}").status_code == 200


def test_a_complaint_waits_for_its_answer(session: Session, cast: Cast) -> None:
    (grant,) = granted(session, cast, "Justina")
    row = about(session, cast, grant)
    found = waiting(session, cast.coordinator, cast.today)["complaints"]
    assert [one.key for one in found.rows] == [str(row.id)]
    late = waiting(session, cast.control, row.due_on + timedelta(days=1))["complaints"]
    assert (late.late, late.rows[0].day) == (1, row.due_on)
    assert "complaints" not in waiting(session, cast.coordinator_b, cast.today)


def test_the_expiring_seals_lead_to_their_renewal(
    stage: Stage, clock_at: Callable[[datetime], None]
) -> None:
    with stage.database.write(stage.cast.now) as session:
        (grant,) = granted(session, stage.cast, "Justina")
    soon = clock.midday(grant.valid_until - timedelta(days=20))
    clock_at(soon)
    browser = Stage(stage.database, replace(stage.cast, now=soon)).browser(stage.cast.coordinator)
    assert 'href="/sellos/renovar"' in browser.get("/inicio").text
    assert browser.get("/sellos/renovar").status_code == 200
