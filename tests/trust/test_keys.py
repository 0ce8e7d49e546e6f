import json
import os
import re
import stat
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc.jwk import KeySet

from spg_registry.core import keys
from spg_registry.core.keys import Keyring, KeyState, Purpose

NOW = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=30)
ES256 = ec.ECDSA(hashes.SHA256())


def files(data_dir: Path) -> set[str]:
    return {path.name for path in (data_dir / "keys").iterdir() if not path.name.startswith(".")}


def test_a_key_is_made_and_signs_what_its_public_half_verifies(tmp_path: Path) -> None:
    keyring = Keyring(tmp_path)
    entry = keyring.create(Purpose.SEAL, NOW)
    assert (entry.kid, entry.state, entry.created_at) == ("seal-1", KeyState.ACTIVE, NOW)
    signature = keyring.active(Purpose.SEAL).private_key.sign(b"grano", ES256)
    public = keyring.verifying("seal-1")
    assert public is not None
    public.public_key.verify(signature, b"grano", ES256)


def test_a_second_active_key_of_a_purpose_is_refused(keyring: Keyring) -> None:
    with pytest.raises(keys.ActiveKeyExists):
        keyring.create(Purpose.SEAL, NOW)


def test_without_a_key_nothing_is_signed_and_nothing_is_known(tmp_path: Path) -> None:
    keyring = Keyring(tmp_path)
    with pytest.raises(keys.NoActiveKey):
        keyring.active(Purpose.SEAL)
    with pytest.raises(keys.NoActiveKey):
        keyring.rotate(Purpose.SEAL, NOW)
    assert keyring.verifying("seal-1") is None
    assert keyring.public_jwks() == {"keys": []}
    assert not (tmp_path / "keys").exists() or files(tmp_path) <= {"state.json"}


def test_rotation_retires_the_old_key_and_destroys_its_private_half(
    keyring: Keyring, tmp_path: Path
) -> None:
    entry = keyring.rotate(Purpose.SEAL, LATER)
    assert (entry.number, keyring.active(Purpose.SEAL).kid) == (2, "seal-2")
    old = next(key for key in keyring.list_keys() if key.kid == "seal-1")
    assert (old.state, old.retired_at) == (KeyState.RETIRED, LATER)
    assert keyring.verifying("seal-1") is not None
    assert {name for name in files(tmp_path) if name.startswith("seal")} == {
        "seal-1.pub.pem",
        "seal-2.pem",
        "seal-2.pub.pem",
    }


def test_a_stolen_key_leaves_the_jwks_and_leaves_no_active_key(
    keyring: Keyring, tmp_path: Path
) -> None:
    keyring.compromise("seal-1", LATER)
    with pytest.raises(keys.NoActiveKey):
        keyring.active(Purpose.SEAL)
    stolen = keyring.verifying("seal-1")
    assert stolen is not None
    assert (stolen.state, stolen.compromised_at) == (KeyState.COMPROMISED, LATER)
    assert "seal-1" not in {key["kid"] for key in keyring.public_jwks()["keys"]}
    assert "seal-1.pem" not in files(tmp_path)
    assert keyring.create(Purpose.SEAL, LATER).kid == "seal-2"


def test_saying_twice_that_a_key_is_stolen_keeps_the_first_moment(keyring: Keyring) -> None:
    keyring.compromise("vc-1", NOW)
    assert keyring.compromise("vc-1", LATER).compromised_at == NOW
    with pytest.raises(keys.UnknownKey):
        keyring.compromise("vc-9", NOW)


def test_the_first_start_makes_each_key_once_and_none_after_a_theft(tmp_path: Path) -> None:
    keyring = Keyring(tmp_path)
    assert {entry.kid for entry in keyring.ensure(NOW)} == {f"{p}-1" for p in Purpose}
    keyring.compromise("seal-1", NOW)
    assert keyring.ensure(LATER) == []


def test_the_published_set_is_read_by_another_library_and_hides_the_api_key(
    keyring: Keyring,
) -> None:
    keyring.rotate(Purpose.VC, LATER)
    published = keyring.public_jwks()
    read = KeySet.import_key_set(published)
    assert {key.kid for key in read.keys} == {"seal-1", "vc-1", "vc-2", "status-1", "register-1"}
    assert not any(key.is_private for key in read.keys)
    for key in read.keys:
        ours = keyring.verifying(str(key.kid))
        assert ours is not None
        assert key.public_key.public_numbers() == ours.public_key.public_numbers()
    assert all(len(key["x"]) == len(key["y"]) == 43 for key in published["keys"])


def test_a_rotation_by_another_process_is_seen_at_the_next_signature(
    keyring: Keyring, tmp_path: Path
) -> None:
    before = keyring.active(Purpose.SEAL)
    assert keyring.active(Purpose.SEAL) is before
    Keyring(tmp_path).rotate(Purpose.SEAL, LATER)
    assert keyring.active(Purpose.SEAL).kid == "seal-2"
    assert keyring.active(Purpose.API) is keyring.active(Purpose.API)


def test_only_the_service_can_read_the_files(keyring: Keyring, tmp_path: Path) -> None:
    directory = tmp_path / "keys"
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in directory.iterdir()} == {0o600}


def test_with_a_passphrase_the_private_key_lies_encrypted(tmp_path: Path) -> None:
    Keyring(tmp_path, "quinua real").create(Purpose.SEAL, NOW)
    pem = (tmp_path / "keys" / "seal-1.pem").read_text()
    assert pem.startswith("-----BEGIN ENCRYPTED PRIVATE KEY-----")
    assert Keyring(tmp_path, "quinua real").active(Purpose.SEAL).kid == "seal-1"
    for wrong in ("otra", None):
        with pytest.raises(keys.KeyUnreadable):
            Keyring(tmp_path, wrong).active(Purpose.SEAL)


def test_a_passphrase_set_later_reads_the_old_key_until_it_is_rotated(tmp_path: Path) -> None:
    Keyring(tmp_path).create(Purpose.SEAL, NOW)
    keyring = Keyring(tmp_path, "quinua real")
    assert keyring.active(Purpose.SEAL).kid == "seal-1"
    keyring.rotate(Purpose.SEAL, LATER)
    assert "ENCRYPTED" in (tmp_path / "keys" / "seal-2.pem").read_text()


def test_a_lost_state_file_stops_everything_instead_of_making_seals_unknown(
    keyring: Keyring, tmp_path: Path
) -> None:
    (tmp_path / "keys" / "state.json").unlink()
    for asked in (Keyring(tmp_path), keyring):
        with pytest.raises(keys.KeyUnreadable):
            asked.verifying("seal-1")
    with pytest.raises(keys.KeyUnreadable):
        Keyring(tmp_path).create(Purpose.SEAL, NOW)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"version": 2, "keys": []}', '{"version": 1}'])
def test_a_damaged_state_file_is_said_to_be_damaged(
    keyring: Keyring, tmp_path: Path, content: str
) -> None:
    (tmp_path / "keys" / "state.json").write_text(content)
    with pytest.raises(keys.KeyUnreadable):
        Keyring(tmp_path).list_keys()


def test_secrets_do_not_show_in_a_log_line(keyring: Keyring) -> None:
    shown = repr(keyring.active(Purpose.SEAL)) + repr(keyring)
    assert "private" not in shown.lower()


def test_sixteen_threads_that_rotate_and_sign_never_meet_a_half_made_key(tmp_path: Path) -> None:
    rings = [Keyring(tmp_path) for _ in range(4)]
    rings[0].create(Purpose.SEAL, NOW)
    failures: list[BaseException] = []

    def work(ring: Keyring, turns: int, rotating: bool) -> None:
        try:
            for _ in range(turns):
                if rotating:
                    ring.rotate(Purpose.SEAL, NOW)
                key = ring.active(Purpose.SEAL)
                public = ring.verifying(key.kid)
                assert public is not None
                public.public_key.verify(key.private_key.sign(b"x", ES256), b"x", ES256)
        except BaseException as error:  # noqa: BLE001  # handed to the main thread
            failures.append(error)

    threads = [
        threading.Thread(target=work, args=(rings[i % 4], 5 if i < 4 else 40, i < 4))
        for i in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert [entry.number for entry in rings[0].list_keys()] == list(range(1, 22))


def in_a_process_that_dies_at_step(step: int, act: Callable[[], object]) -> bool:
    """Run `act` in a child whose `step`-th call to the file system is its last; True if it died."""
    child = os.fork()
    if child:
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert code in {0, 9}
        return code == 9
    outcome = 1
    try:
        left = iter(range(step - 1))
        for name in ("fsync", "replace", "unlink", "open", "fchmod", "mkdir"):
            setattr(os, name, dying(getattr(os, name), left))
        act()
        outcome = 0
    finally:
        os._exit(outcome)


def dying(real: Callable[..., object], left: Iterator[int]) -> Callable[..., object]:
    def call(*args: object, **kwargs: object) -> object:
        if next(left, None) is None:
            os._exit(9)
        return real(*args, **kwargs)

    return call


@pytest.mark.parametrize("act", ["create", "rotate", "compromise"])
def test_a_process_killed_at_any_step_leaves_the_old_keys_or_the_new(
    tmp_path: Path, act: str
) -> None:
    step, died = 0, True
    while died:
        step += 1
        data_dir = tmp_path / str(step)
        first = Keyring(data_dir)
        if act != "create":
            first.create(Purpose.SEAL, NOW)
        acts: dict[str, Callable[[], object]] = {
            "create": lambda ring=first: ring.create(Purpose.SEAL, NOW),
            "rotate": lambda ring=first: ring.rotate(Purpose.SEAL, NOW),
            "compromise": lambda ring=first: ring.compromise("seal-1", NOW),
        }
        died = in_a_process_that_dies_at_step(step, acts[act])

        after = Keyring(data_dir)
        entries = after.list_keys()
        active = [entry for entry in entries if entry.state is KeyState.ACTIVE]
        expected = {"create": {0, 1}, "rotate": {1}, "compromise": {0, 1}}[act]
        assert len(active) in expected
        for entry in entries:
            assert after.verifying(entry.kid) is not None
        if active:
            assert after.active(Purpose.SEAL).kid == active[0].kid
        # The next act finishes the cleaning, and never gives a number twice.
        made = (after.rotate if active else after.create)(Purpose.SEAL, LATER)
        assert made.number > max((entry.number for entry in entries), default=0)
        left = files(data_dir)
        assert {n for n in left if re.fullmatch(r"seal-\d+\.pem", n)} == {f"{made.kid}.pem"}
        assert not list((data_dir / "keys").glob(".tmp-*"))
    assert step > 5
    state = json.loads((tmp_path / "1" / "keys" / "state.json").read_bytes())
    assert state["version"] == 1
