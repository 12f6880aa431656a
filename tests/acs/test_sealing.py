"""Keys: made once, for nobody else's eyes, and what they seal."""

import stat
from pathlib import Path

import pytest

from gatewatch.acs.sealing import Keys, keys_from
from gatewatch.model.errors import AcsKeyUnusable


def test_a_key_file_is_made_once_and_is_the_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "acs.key"
    made = keys_from(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert keys_from(path).unseal(made.seal("word", "x"), "x") == "word"


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "acs.key"
    keys_from(path)
    path.chmod(0o640)
    with pytest.raises(AcsKeyUnusable, match="chmod 600"):
        keys_from(path)


def test_half_a_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "acs.key"
    path.write_bytes(b"short")
    path.chmod(0o600)
    with pytest.raises(AcsKeyUnusable, match="5 bytes"):
        keys_from(path)


def test_what_is_sealed_opens_only_in_its_place_and_unchanged() -> None:
    keys = Keys(bytes(32))
    sealed = keys.seal("word", "user a")
    assert b"word" not in sealed
    assert sealed != keys.seal("word", "user a")
    for other, context in ((sealed, "user b"), (sealed[:-1] + b"x", "user a"), (b"", "user a")):
        with pytest.raises(AcsKeyUnusable):
            keys.unseal(other, context)


def test_each_purpose_has_its_own_key() -> None:
    keys = Keys(bytes(32))
    assert keys.derived("nonces") != keys.derived("links")
    assert keys.tag("links", b"x") != keys.tag("audit", b"x")
