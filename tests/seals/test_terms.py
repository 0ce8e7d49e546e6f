"""Seals that the end of a registration cut short, to their full term in one act."""

import re
from datetime import date

import pytest
from sqlmodel import col, select

from spg_registry.committees import service as committees
from spg_registry.committees.models import SpgRegistration
from spg_registry.committees.schemas import RenewalIn
from spg_registry.core.audit import AuditEvent
from spg_registry.core.config import settings
from spg_registry.core.errors import Forbidden, Invalid
from spg_registry.core.keys import open_keyring
from spg_registry.rules.words import SanctionKind, SealState
from spg_registry.seals import service
from spg_registry.seals.models import SealEvent, SealGrant
from spg_registry.seals.restoring import cut_short
from spg_registry.seals.schemas import ActIn, ReasonClass, ReplaceIn, RestoreIn, SanctionIn
from spg_registry.seals.verification import Verdict, verify_code
from tests.cast import Stage
from tests.seals.stories import granted, keys

ENDED = date(2026, 9, 30)
FULL = date(2027, 6, 13)


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


@pytest.fixture
def seals(stage: Stage) -> list[SealGrant]:
    """Four seals granted while the registration ended on 30 September."""
    open_keyring(settings().data_dir).ensure(stage.cast.now)
    with stage.database.write(stage.cast.now) as session:
        term = session.get_one(SpgRegistration, stage.cast.registration)
        term.until = ENDED
        session.add(term)
        made = granted(session, stage.cast, "Justina", "Basilia", "Wara", "Sabina")
    assert {grant.valid_until for grant in made} == {ENDED}
    return made


@pytest.fixture
def renewed(stage: Stage, seals: list[SealGrant]) -> list[SealGrant]:
    cast = stage.cast
    with stage.database.write(cast.now) as session:
        wish = RenewalIn(act_number="R.A. 300/2026", issued_on=cast.today, term_years=1)
        committees.renew_registration(session, cast.control, cast.now, cast.registration, wish)
    return seals


def able(stage: Stage) -> dict[str, bool]:
    with stage.database.read() as session:
        found = cut_short(session, stage.cast.coordinator, stage.cast.spg, stage.cast.today)
        assert {one.until for one in found} <= {FULL}
        return {one.grant.code: one.can_be for one in found}


def test_nothing_is_offered_before_the_registration_is_renewed(
    stage: Stage, seals: list[SealGrant]
) -> None:
    assert able(stage) == {}


def test_all_get_their_full_term_in_one_act_with_one_acta(
    stage: Stage, renewed: list[SealGrant]
) -> None:
    cast = stage.cast
    assert able(stage) == {grant.code: True for grant in renewed}
    coordinator = stage.browser(cast.coordinator)
    assert "4 sellos se otorgaron solo hasta" in plain(coordinator.get(f"/spg/{cast.spg}").text)
    here = f"/spg/{cast.spg}/plazos"
    page = coordinator.get(here).text
    ticked = re.findall(r'name="codes" value="(\w+)" checked', page)
    assert ticked == [grant.code for grant in renewed]
    nameless = coordinator.post(here, {"codes": ticked})
    assert nameless.status_code == 422
    assert 'href="#f-acta"' in nameless.text
    assert coordinator.post(here, {"codes": ticked, "acta": "31/2026"}).status_code == 303
    with stage.database.read() as session:
        news = session.exec(select(SealGrant).where(SealGrant.state == SealState.GRANTED)).all()
        assert {grant.valid_until for grant in news} == {FULL}
        assert len({grant.code for grant in news} - set(ticked)) == 4
        events = session.exec(select(SealEvent).where(col(SealEvent.replaced_by_id).is_not(None)))
        assert {event.reason for event in events} == {"Acta 31/2026"}
        for code in ticked:
            assert verify_code(session, cast.now, code).verdict is Verdict.REPLACED
        for grant in news:
            assert verify_code(session, cast.now, grant.code).verdict is Verdict.VALID
        (entry,) = session.exec(select(AuditEvent).where(AuditEvent.action == "seal.restore"))
        assert (entry.details["acta"], entry.details["seals"]) == ("31/2026", 4)
    assert "Ningún sello" in plain(coordinator.get(here).text)


def test_what_cannot_be_is_listed_with_the_reason_and_left_alone(
    stage: Stage, renewed: list[SealGrant]
) -> None:
    cast = stage.cast
    good, suspended, sanctioned, shortened = renewed
    with stage.database.write(cast.now) as session:
        word = ActIn(reason_class=ReasonClass.OTHER, reason="x", right_of_reply="y")
        service.suspend(session, cast.control, cast.now, suspended.code, word)
        wish = SanctionIn(
            producer_id=sanctioned.producer_id,
            spg_id=cast.spg,
            kind=SanctionKind.SUSPENSION,
            since=cast.today,
            reason_class=ReasonClass.OTHER,
            reason="Informe",
        )
        service.impose(session, cast.control, cast.now, wish)
        shorter = ReplaceIn(reason="Así lo pidió", valid_until=date(2026, 8, 1))
        service.replace(session, cast.coordinator, cast.now, keys(cast), shortened.code, shorter)
    assert able(stage) == {good.code: True, suspended.code: False, sanctioned.code: False}
    coordinator = stage.browser(cast.coordinator)
    here = f"/spg/{cast.spg}/plazos"
    page = plain(coordinator.get(here).text)
    assert "suspendido no se reemplaza" in page
    assert "sanción" in page
    form = {"codes": [good.code, suspended.code], "acta": "31/2026"}
    refused = coordinator.post(here, form)
    assert refused.status_code == 422
    assert "No se hizo nada" in plain(refused.text)
    assert able(stage)[good.code], "all or none"


def test_only_the_coordinator_of_the_spg_does_it(stage: Stage, renewed: list[SealGrant]) -> None:
    cast = stage.cast
    data = RestoreIn(acta="1", codes=[renewed[0].code])
    for actor in (cast.secretary, cast.member, cast.control):
        with pytest.raises(Forbidden), stage.database.write(cast.now) as session:
            service.restore(session, actor, cast.now, keys(cast), cast.spg, data)
    unknown = RestoreIn(acta="1", codes=["0000000000"])
    with pytest.raises(Invalid), stage.database.write(cast.now) as session:
        service.restore(session, cast.coordinator, cast.now, keys(cast), cast.spg, unknown)
    assert stage.browser(cast.secretary).get(f"/spg/{cast.spg}/plazos").status_code == 403
