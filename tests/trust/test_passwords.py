from time import perf_counter

import pytest
from pwdlib.hashers.argon2 import Argon2Hasher

from spg_registry.people.passwords import PasswordCheck, check_password, hash_password


def test_the_right_password_is_right_and_the_wrong_one_is_not() -> None:
    stored = hash_password("quinua real 2026")
    assert stored.startswith("$argon2id$")
    assert check_password("quinua real 2026", stored) == PasswordCheck(right=True)
    assert check_password("quinua real 2025", stored) == PasswordCheck(right=False)


def test_two_people_with_one_password_have_two_hashes() -> None:
    assert hash_password("demo") != hash_password("demo")


def test_an_accent_typed_on_another_keyboard_is_the_same_password() -> None:
    assert check_password("N\u0303usta", hash_password("\u00d1usta")).right


def test_a_hash_of_older_settings_is_renewed_at_the_next_login() -> None:
    old = Argon2Hasher(time_cost=1, memory_cost=8192, parallelism=1).hash("quinua")
    renewed = check_password("quinua", old).rehash
    assert renewed is not None
    assert check_password("quinua", renewed) == PasswordCheck(right=True)
    assert check_password("otra", old) == PasswordCheck(right=False)


@pytest.mark.parametrize("stored", [None, "", "!", "$argon2id$", "md5$x"])
def test_who_does_not_exist_or_has_no_hash_never_gets_in(stored: str | None) -> None:
    assert not check_password("", stored).right
    assert not check_password("quinua", stored).right


def test_an_unknown_user_takes_as_long_as_a_wrong_password() -> None:
    stored = hash_password("quinua")
    check_password("x", None)

    def quickest(kept: str | None) -> float:
        times = []
        for _ in range(7):
            start = perf_counter()
            check_password("x", kept)
            times.append(perf_counter() - start)
        return min(times)

    assert 0.5 < quickest(None) / quickest(stored) < 2
