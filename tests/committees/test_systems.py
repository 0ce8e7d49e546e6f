"""Guarantee systems and what the control body's registration says on a date."""

from datetime import date

import pytest
from sqlmodel import Session, select

from spg_registry.committees import queries, service
from spg_registry.committees.errors import NotRenewable, RegistrationStanding, SpgNotFound
from spg_registry.committees.schemas import (
    RegistrationChangeIn,
    RegistrationIn,
    RenewalIn,
    SpgIn,
)
from spg_registry.core.db import Database
from spg_registry.core.errors import Forbidden, Invalid, MoveRefused
from spg_registry.core.history import Change
from spg_registry.rules.words import RegistrationState
from tests.cast import PUNATA, TIQUIPAYA, Cast

END = date(2030, 2, 28)
"""Of the five years given on 1 March 2025."""


def registration(cast: Cast, **other: object) -> RegistrationIn:
    plain = {
        "spg_id": cast.spg,
        "issuer": "Control nacional",
        "act_number": "R.A. 900/2026",
        "issued_on": cast.today,
        "term_years": 1,
    }
    return RegistrationIn.model_validate(plain | other)


def change(session: Session, cast: Cast, state: str, on: date, **other: object) -> None:
    data = {"state": state, "effective_on": on, "act": "R.A. 55", "reason": "Revisión"} | other
    service.change_registration(
        session,
        cast.control,
        cast.now,
        cast.registration,
        RegistrationChangeIn.model_validate(data),
    )


def standing(session: Session, cast: Cast, on: date) -> str:
    states = queries.registrations_on(session, [cast.spg], on)
    return queries.registration_standing(states.get(cast.spg, []), on)[0]


def test_codes_count_up_in_their_municipality(session: Session, cast: Cast) -> None:
    made = service.found_spgs(
        session,
        cast.control,
        cast.now,
        [
            SpgIn(committee_id=cast.committee, name="SPG Comunal", municipality_codes=[PUNATA]),
            SpgIn(committee_id=cast.committee, name="SPG Privado", municipality_codes=[PUNATA]),
        ],
    )
    assert [row.code for row in made] == [f"SPG-{PUNATA}-2", f"SPG-{PUNATA}-3"]


def test_an_spg_lies_in_its_committees_municipalities(session: Session, cast: Cast) -> None:
    away = SpgIn(committee_id=cast.committee, name="SPG Lejos", municipality_codes=[TIQUIPAYA])
    with pytest.raises(Invalid) as refused:
        service.found_spgs(session, cast.control, cast.now, [away])
    assert refused.value.faults[0].code == "spg_municipality_outside"
    with pytest.raises(Forbidden):
        service.found_spgs(session, cast.coordinator, cast.now, [away])


def test_a_registration_lasts_one_or_five_years_to_the_day(session: Session, cast: Cast) -> None:
    assert [row.until for row in queries.registrations_of(session, cast.spg)] == [END]
    days = (date(2025, 2, 28), date(2025, 3, 1), END, date(2030, 3, 1))
    assert [standing(session, cast, day) for day in days] == [
        "none",
        "in_force",
        "in_force",
        "expired",
    ]
    with pytest.raises(ValueError, match="term_years"):
        registration(cast, term_years=3)


def test_the_number_is_theirs_and_unique_with_each_issuer(session: Session, cast: Cast) -> None:
    (other,) = service.found_spgs(
        session,
        cast.control,
        cast.now,
        [SpgIn(committee_id=cast.committee, name="SPG Dos", municipality_codes=[PUNATA])],
    )
    with pytest.raises(Invalid) as refused:
        service.register_spgs(
            session,
            cast.control,
            cast.now,
            [registration(cast, spg_id=other.id, act_number="R.A. 101/2025")],
        )
    assert refused.value.faults[0].code == "act_number_taken"
    (made,) = service.register_spgs(
        session,
        cast.control,
        cast.now,
        [registration(cast, spg_id=other.id, act_number="R.A. 101/2025", issuer="Otro emisor")],
    )
    assert made.act_number == "R.A. 101/2025"


def test_only_the_control_body_registers(session: Session, cast: Cast) -> None:
    for other in (cast.administrator, cast.coordinator, cast.cnape):
        with pytest.raises(Forbidden):
            service.register_spgs(session, other, cast.now, [registration(cast)])
    with pytest.raises(SpgNotFound):
        service.register_spgs(session, cast.control, cast.now, [registration(cast, spg_id=9999)])


def test_one_that_stands_is_renewed_and_not_registered_anew(session: Session, cast: Cast) -> None:
    with pytest.raises(RegistrationStanding):
        service.register_spgs(session, cast.control, cast.now, [registration(cast)])
    change(session, cast, "cancelled", cast.today)
    service.register_spgs(session, cast.control, cast.now, [registration(cast)])
    assert standing(session, cast, cast.today) == "in_force"


def test_a_renewal_given_early_counts_from_the_day_after_the_old_term(
    session: Session, cast: Cast
) -> None:
    early = RenewalIn(act_number="R.A. 7/2030", issued_on=date(2030, 1, 15), term_years=1)
    row = service.renew_registration(session, cast.control, cast.now, cast.registration, early)
    assert row.until == date(2031, 2, 28)
    assert standing(session, cast, date(2030, 3, 1)) == "in_force"
    with pytest.raises(NotRenewable):
        service.renew_registration(
            session,
            cast.control,
            cast.now,
            cast.registration,
            RenewalIn(act_number="R.A. 8/2030", issued_on=date(2030, 1, 16), term_years=1),
        )


def test_a_late_renewal_counts_from_its_own_day(session: Session, cast: Cast) -> None:
    late = RenewalIn(act_number="R.A. 9/2030", issued_on=date(2030, 5, 1), term_years=5)
    row = service.renew_registration(session, cast.control, cast.now, cast.registration, late)
    assert row.until == date(2035, 4, 30)
    assert standing(session, cast, date(2030, 4, 1)) == "expired"


def test_a_suspension_counts_between_its_days_and_keeps_its_reason(
    session: Session, cast: Cast
) -> None:
    change(session, cast, "suspended", date(2026, 6, 1))
    change(session, cast, "in_force", date(2026, 6, 10), reason=None)
    days = (date(2026, 5, 31), date(2026, 6, 1), date(2026, 6, 9), date(2026, 6, 10))
    assert [standing(session, cast, day) for day in days] == [
        "in_force",
        "suspended",
        "suspended",
        "in_force",
    ]
    events = queries.registration_events(session, [cast.registration])[cast.registration]
    assert [event.reason for event in events] == [None, "Revisión", None]


def test_a_suspension_takes_the_renewal_along(session: Session, cast: Cast) -> None:
    early = RenewalIn(act_number="R.A. 7/2026", issued_on=date(2026, 1, 15), term_years=1)
    service.renew_registration(session, cast.control, cast.now, cast.registration, early)
    change(session, cast, "suspended", cast.today)
    assert {row.state for row in queries.registrations_of(session, cast.spg)} == {
        RegistrationState.SUSPENDED
    }


@pytest.mark.parametrize(
    ("state", "other", "error"),
    [
        ("in_force", {}, MoveRefused),
        ("in_process", {}, MoveRefused),
        ("suspended", {"reason": None}, Invalid),
        ("suspended", {"effective_on": date(2025, 2, 28)}, Invalid),
    ],
)
def test_what_is_no_move_is_refused(
    session: Session, cast: Cast, state: str, other: dict[str, object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        change(session, cast, state, **({"on": cast.today} | _renamed(other)))  # type: ignore[arg-type]
    assert standing(session, cast, cast.today) == "in_force"


def _renamed(other: dict[str, object]) -> dict[str, object]:
    return {{"effective_on": "on"}.get(name, name): value for name, value in other.items()}


def test_a_cancelled_registration_never_comes_back(session: Session, cast: Cast) -> None:
    change(session, cast, "cancelled", cast.today)
    for state in ("in_force", "suspended"):
        with pytest.raises(MoveRefused):
            change(session, cast, state, cast.today)


def test_one_in_process_is_admitted_later(session: Session, cast: Cast) -> None:
    change(session, cast, "cancelled", cast.today)
    (row,) = service.register_spgs(
        session, cast.control, cast.now, [registration(cast, state="in_process")]
    )
    assert standing(session, cast, cast.today) == "in_process"
    service.change_registration(
        session,
        cast.control,
        cast.now,
        row.id,
        RegistrationChangeIn(state=RegistrationState.IN_FORCE, effective_on=date(2026, 7, 1)),
    )
    assert standing(session, cast, date(2026, 7, 1)) == "in_force"


def test_the_change_feed_says_from_which_day_a_suspension_counts(
    database: Database, cast: Cast
) -> None:
    with database.write(cast.now) as session:
        change(session, cast, "suspended", date(2026, 6, 1))
    with database.read() as session:
        image = session.exec(
            select(Change).where(Change.table_name == "spg_registration", Change.kind == "update")
        ).one()
        assert image.effective_on == date(2026, 6, 1)
        assert image.row["state"] == "suspended"
