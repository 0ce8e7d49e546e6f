"""Is this seal good? Every verdict, its first match, and what the answer holds."""

from datetime import date, timedelta

import pytest
from sqlmodel import Session

from spg_registry.core import clock, codes
from spg_registry.core.keys import Keyring, Purpose
from spg_registry.producers import service as producers
from spg_registry.producers.models import Producer
from spg_registry.producers.schemas import ProducerCorrection
from spg_registry.rules.words import Outcome
from spg_registry.seals import service, signing
from spg_registry.seals.granting import payload_of
from spg_registry.seals.models import SealGrant
from spg_registry.seals.public import initials
from spg_registry.seals.schemas import ReplaceIn
from spg_registry.seals.verification import (
    Form,
    Verdict,
    as_json,
    verify,
    verify_code,
    verify_token,
)
from tests.cast import Cast
from tests.seals.stories import IN_TRANSITION, forged, granted, keys, token_of
from tests.seals.test_events import HEARD


@pytest.fixture
def grant(session: Session, cast: Cast) -> SealGrant:
    return granted(session, cast, "Justina")[0]


def verdict_of(session: Session, cast: Cast, token: str, ring: Keyring | None = None) -> Verdict:
    found = verify_token(session, ring or keys(cast), cast.now, token)
    assert found.form is Form.SIGNED
    return found.verdict


def test_every_single_changed_character_is_a_forgery(
    session: Session, cast: Cast, grant: SealGrant
) -> None:
    token = token_of(session, grant)
    for place in range(0, len(token), 7):
        other = "A" if token[place] != "A" else "B"
        changed = token[:place] + other + token[place + 1 :]
        assert verdict_of(session, cast, changed) in {Verdict.FORGED, Verdict.UNKNOWN_KEY}, place
    for mended in (token.lower(), f"{token}A", token[:-1], f" {token}", token.replace("O", "0")):
        if mended != token:
            assert verdict_of(session, cast, mended) is Verdict.FORGED


def test_a_forged_seal_tells_nothing(session: Session, cast: Cast, grant: SealGrant) -> None:
    token = token_of(session, grant)
    found = verify_token(session, keys(cast), cast.now, forged(token))
    assert as_json(found)["seal"] is None
    assert not found.is_known


def test_a_key_that_was_never_made_here_is_unknown(
    session: Session, cast: Cast, grant: SealGrant, tmp_path: object
) -> None:
    ring = keys(cast)
    ring.rotate(Purpose.SEAL, cast.now)
    foreign = signing.sign(payload_of(grant, 2), ring.active(Purpose.SEAL))
    bare = Keyring(tmp_path / "elsewhere")  # type: ignore[operator]
    bare.create(Purpose.SEAL, cast.now)
    assert verdict_of(session, cast, foreign, bare) is Verdict.UNKNOWN_KEY


def test_a_seal_of_a_rotated_key_stays_good(session: Session, cast: Cast, grant: SealGrant) -> None:
    token = token_of(session, grant)
    keys(cast).rotate(Purpose.SEAL, cast.now)
    assert verdict_of(session, cast, token) is Verdict.VALID


def test_a_stolen_key_spoils_its_seals(session: Session, cast: Cast, grant: SealGrant) -> None:
    token = token_of(session, grant)
    keys(cast).compromise("seal-1", cast.now)
    assert verdict_of(session, cast, token) is Verdict.KEY_COMPROMISED
    assert verify_code(session, cast.now, grant.code).verdict is Verdict.VALID


def test_a_signed_seal_that_is_not_in_the_register_is_unregistered(
    session: Session, cast: Cast, grant: SealGrant
) -> None:
    """Signed with our key: a second signature over the same seal, and a seal never granted."""
    ring = keys(cast)
    payload = payload_of(grant, 1)
    twin = signing.sign(payload, ring.active(Purpose.SEAL))
    assert twin != token_of(session, grant)
    assert verdict_of(session, cast, twin) is Verdict.UNREGISTERED
    invented = SealGrant.model_validate(grant.model_dump() | {"code": codes.new_code()})
    stray = signing.sign(payload_of(invented, 1), ring.active(Purpose.SEAL))
    assert verdict_of(session, cast, stray) is Verdict.UNREGISTERED


def test_a_mistyped_code_is_not_an_unknown_one(
    session: Session, cast: Cast, grant: SealGrant
) -> None:
    for place in range(10):
        other = "7" if grant.code[place] != "7" else "8"
        typed = grant.code[:place] + other + grant.code[place + 1 :]
        assert verify_code(session, cast.now, typed).verdict is Verdict.TYPING_ERROR
    for typed in ("", "hola", grant.code[:9], grant.code + "0", "Ñ" * 10):
        assert verify_code(session, cast.now, typed).verdict is Verdict.TYPING_ERROR
    assert verify_code(session, cast.now, codes.new_code()).verdict is Verdict.UNKNOWN_CODE


def test_a_code_is_read_as_people_write_it(session: Session, cast: Cast, grant: SealGrant) -> None:
    shown = codes.display(grant.code)
    for typed in (
        shown,
        shown.lower(),
        f"  {shown} ",
        grant.code.replace("0", "O").replace("1", "l"),
        " ".join(grant.code),
    ):
        found = verify_code(session, cast.now, typed)
        assert (found.verdict, found.form) == (Verdict.VALID, Form.TYPED)


def test_dates_alone_make_a_seal_young_or_old(
    session: Session, cast: Cast, grant: SealGrant
) -> None:
    token, ring = token_of(session, grant), keys(cast)
    day = timedelta(days=1)
    for on, verdict in (
        (grant.valid_from - day, Verdict.NOT_YET_VALID),
        (grant.valid_from, Verdict.VALID),
        (grant.valid_until, Verdict.VALID),
        (grant.valid_until + day, Verdict.EXPIRED),
    ):
        now = clock.midday(on)
        assert verify_token(session, ring, now, token).verdict is verdict
        assert verify(session, ring, now, grant.code).verdict is verdict


def test_the_day_is_bolivias(session: Session, cast: Cast, grant: SealGrant) -> None:
    """At half past ten at night in La Paz it is already tomorrow in Greenwich."""
    late = clock.midday(grant.valid_until) + timedelta(hours=10, minutes=30)
    assert late.date() == grant.valid_until + timedelta(days=1)
    assert verify_code(session, late, grant.code).verdict is Verdict.VALID


def test_the_graver_verdict_comes_first(session: Session, cast: Cast, grant: SealGrant) -> None:
    service.suspend(session, cast.control, cast.now, grant.code, HEARD)
    old = clock.midday(grant.valid_until + timedelta(days=400))
    assert verify_code(session, old, grant.code).verdict is Verdict.SUSPENDED
    service.withdraw(session, cast.control, cast.now, grant.code, HEARD)
    assert verify_code(session, cast.now, grant.code).verdict is Verdict.WITHDRAWN


def test_the_answer_holds_these_keys_and_no_others(
    session: Session, cast: Cast, grant: SealGrant
) -> None:
    answer = as_json(verify_token(session, keys(cast), cast.now, token_of(session, grant)))
    assert list(answer) == ["verdict", "form", "status_as_of", "seal"]
    assert answer["status_as_of"] == "2026-06-15T15:00:00Z"
    assert set(answer["seal"]) == {
        *("code", "category", "name", "community", "municipality_code", "municipality"),
        *("department", "products", "valid_from", "valid_until", "standing", "standing_since"),
        *("reason_class", "new_code", "spg_code", "spg", "committee", "acta_number"),
        *("decided_on", "standard_version", "waivers"),
    }
    assert answer["seal"]["products"] == [
        {"code": "papa", "es": "Papa", "en": "Potato", "area_m2": 10_000}
    ]


def test_without_consent_there_are_initials(session: Session, cast: Cast, grant: SealGrant) -> None:
    found = verify_code(session, cast.now, grant.code).seal
    assert found is not None
    producer = session.get_one(Producer, grant.producer_id)
    assert found.name == initials(producer.display_name)
    assert "Ñáñez" not in str(as_json(verify_code(session, cast.now, grant.code)))


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("María Quispe Mamani", "M. Q. M."),
        ("Ñusta Inca y Roberto Cuéllar", "Ñ. I. y R. C."),
        ("Rosa e Inés Ch'uqi", "R. e I. C."),
    ],
)
def test_initials_leave_the_word_between_two_people(name: str, short: str) -> None:
    assert initials(name) == short


def test_names_end_a_year_after_the_last_seal(session: Session, cast: Cast) -> None:
    (grant,) = granted(
        session, cast, "Justina", publication_consent=True, display_name="Familia Ñáñez"
    )
    last = clock.midday(grant.valid_until + timedelta(days=365))
    found = verify_code(session, last, grant.code).seal
    assert found is not None
    assert found.name == "Familia Ñáñez"
    gone = as_json(verify_code(session, last + timedelta(days=1), grant.code))
    assert (gone["verdict"], gone["seal"]["name"]) == ("expired", None)


def test_consent_taken_back_hides_the_name_at_once(session: Session, cast: Cast) -> None:
    (grant,) = granted(
        session, cast, "Justina", publication_consent=True, display_name="Familia Ñáñez"
    )
    producer = session.get_one(Producer, grant.producer_id)
    told = ProducerCorrection(publication_consent=False)
    producers.correct_producer(session, cast.secretary, cast.now, producer.code, told)
    found = verify_code(session, cast.now, grant.code).seal
    assert found is not None
    assert found.name == "F. Ñ."


def test_a_replaced_seal_names_its_successor(session: Session, cast: Cast) -> None:
    (old,) = granted(session, cast, "Justina", outcome=Outcome.TRANSITION, **IN_TRANSITION)
    wish = ReplaceIn(reason="Se corrigió el nombre", valid_until=date(2027, 1, 31))
    new = service.replace(session, cast.coordinator, cast.now, keys(cast), old.code, wish)
    answer = as_json(verify_token(session, keys(cast), cast.now, token_of(session, old)))
    assert (answer["verdict"], answer["seal"]["new_code"]) == ("replaced", new.code)
    assert as_json(verify_code(session, cast.now, new.code))["seal"]["valid_until"] == "2027-01-31"
