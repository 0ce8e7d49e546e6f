import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spg_registry.core import codes

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
codes_of_any_kind = st.integers(0, 2**32).map(lambda seed: codes.code_from(random.Random(seed)))


def check_by_long_division(nine: str) -> str:
    """The check character worked out the slow way: polynomials over GF(2), then the remainder."""
    total = 0
    for i, character in enumerate(nine, start=1):
        total ^= CROCKFORD.index(character) << i
    for degree in range(total.bit_length() - 1, 4, -1):
        if total >> degree & 1:
            total ^= 0b100101 << (degree - 5)
    return CROCKFORD[total]


@given(codes_of_any_kind)
def test_the_check_character_is_the_remainder_of_the_weighted_sum(code: str) -> None:
    assert code[9] == check_by_long_division(code[:9])


def test_the_code_of_the_specification_is_well_formed() -> None:
    assert codes.parse("7K3M9-QXA4Z") == "7K3M9QXA4Z"
    assert codes.display("7K3M9QXA4Z") == "7K3M9-QXA4Z"


@given(codes_of_any_kind)
def test_every_single_wrong_character_is_a_typing_error(code: str) -> None:
    for place in range(10):
        for other in set(CROCKFORD) - {code[place]}:
            with pytest.raises(codes.MistypedCode):
                codes.parse(code[:place] + other + code[place + 1 :])


@given(codes_of_any_kind)
def test_every_swap_of_neighbours_is_a_typing_error(code: str) -> None:
    for place in range(9):
        swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
        if swapped != code:
            with pytest.raises(codes.MistypedCode):
                codes.parse(swapped)


@pytest.mark.parametrize(
    "typed",
    ["7k3m9-qxa4z", " 7K3M9 QXA4Z ", "7K3M9–QXA4Z", "7-K-3-M-9-Q-X-A-4-Z", "7K3M9\u00a0QXA4Z\n"],
)
def test_case_dashes_and_spaces_are_forgiven(typed: str) -> None:
    assert codes.parse(typed) == "7K3M9QXA4Z"


def test_letters_that_look_like_digits_are_forgiven() -> None:
    code = "010101010" + check_by_long_division("010101010")
    for typed in ("OiOlOIOLO", "oLoIoiolo"):
        assert codes.parse(typed + code[9]) == code


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "7K3M9",
        "7K3M9QXA4",
        "7K3M9QXA4ZZ",
        "7K3M9QXA4U",
        "7K3M9QXA4Ź",
        "SK3M9QXA4Z",
        "７K3M9QXA4Z",
    ],
)
def test_what_was_never_given_to_anyone_is_a_typing_error(typed: str) -> None:
    with pytest.raises(codes.MistypedCode):
        codes.parse(typed)


@given(codes_of_any_kind)
def test_six_bytes_hold_the_nine_characters_as_a_number_in_base_32(code: str) -> None:
    number = 0
    for character in code[:9]:
        number = number * 32 + CROCKFORD.index(character)
    assert codes.pack(code) == (number * 8).to_bytes(6, "big")
    assert codes.unpack(codes.pack(code)) == code


@pytest.mark.parametrize(
    "packed", [b"", bytes(5), bytes(7), bytes(5) + b"\x01", bytes(5) + b"\x04"]
)
def test_six_bytes_that_pack_would_not_write_are_refused(packed: bytes) -> None:
    with pytest.raises(ValueError, match="packed code"):
        codes.unpack(packed)


def test_fresh_codes_are_well_formed_and_do_not_repeat() -> None:
    made = [codes.new_code() for _ in range(2000)]
    assert len(set(made)) == 2000
    assert all(re.fullmatch(f"[{CROCKFORD}]{{10}}", code) and codes.is_code(code) for code in made)


def test_the_demonstration_gets_the_same_codes_each_time() -> None:
    first, second = random.Random(7), random.Random(7)
    assert [codes.code_from(first) for _ in range(5)] == [codes.code_from(second) for _ in range(5)]
