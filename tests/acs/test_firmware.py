"""Firmware: what is not signed, not whole or not for a device, no device hears of."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gatewatch.acs.firmware import (
    Statement,
    Store,
    fits,
    make_key,
    read_statement,
    sign,
    statement_path,
)
from gatewatch.acs.state.records import Device, File
from gatewatch.model.errors import FirmwareRefused

IMAGE = b"firmware image " * 1000


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "maker.pem"
    make_key(path)
    return path


@pytest.fixture
def store(tmp_path: Path, key: Path) -> Store:
    made = Store(tmp_path / "state")
    made.signers.mkdir(parents=True)
    made.signers.joinpath("maker.pub").write_bytes(key.with_suffix(".pub").read_bytes())
    return made


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / "fw-2.0.bin"
    path.write_bytes(IMAGE)
    return path


def signed(image: Path, key: Path) -> Statement:
    return read_statement(sign(image, "2.0", ["00259E/HG8245"], key))


def test_a_signed_file_is_taken_in(store: Store, image: Path, key: Path) -> None:
    file = store.add(image, signed(image, key), 5, "ada")
    assert (file.signer, file.version, file.size) == ("maker", "2.0", len(IMAGE))
    assert store.path(file.sha256).read_bytes() == IMAGE
    assert store.check(file) == ""


def test_a_private_key_is_its_owners_alone_and_never_overwritten(key: Path) -> None:
    assert key.stat().st_mode & 0o077 == 0
    with pytest.raises(FirmwareRefused, match="no key was written"):
        make_key(key)


@pytest.mark.parametrize("field", ["version", "models", "sha256", "size", "name", "signature"])
def test_a_statement_that_was_changed_is_nobodys(
    store: Store, image: Path, key: Path, field: str
) -> None:
    changed: dict[str, Any] = {
        "version": "3.0",
        "models": ("*/*",),
        "sha256": "0" * 64,
        "size": 1,
        "name": "x",
        "signature": "AAAA",
    }
    said = replace(signed(image, key), **{field: changed[field]})
    with pytest.raises(FirmwareRefused, match="nobody whom this ACS trusts"):
        store.add(image, said, 5, "ada")
    assert not store.files.exists()


def test_a_key_that_is_not_trusted_signs_nothing(store: Store, image: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    make_key(other)
    with pytest.raises(FirmwareRefused, match="no device was told"):
        store.add(image, signed(image, other), 5, "ada")


@pytest.mark.parametrize("content", [IMAGE[:-1], IMAGE[:-1] + b"!", IMAGE + b"!"])
def test_another_file_than_the_signed_one_is_refused(
    store: Store, image: Path, key: Path, content: bytes
) -> None:
    said = signed(image, key)
    image.write_bytes(content)
    with pytest.raises(FirmwareRefused, match="not the file that was signed"):
        store.add(image, said, 5, "ada")


def test_what_happens_to_a_file_later_is_noticed(store: Store, image: Path, key: Path) -> None:
    file = store.add(image, signed(image, key), 5, "ada")
    store.path(file.sha256).write_bytes(b"other")
    assert store.check(file) == "its bytes have changed"
    store.path(file.sha256).unlink()
    assert store.check(file) == "its bytes are missing"
    store.add(image, signed(image, key), 5, "ada")
    (store.signers / "maker.pub").unlink()
    assert store.check(file) == "nobody who is trusted now has signed it"


@pytest.mark.parametrize(
    ("models", "fit"),
    [
        (("00259E/HG8245",), True),
        (("00259e/HG8245",), True),
        (("00259E/HG8245/V2",), True),
        (("*/HG8245",), True),
        (("00259E/*",), True),
        (("00259E/HG8245/V3",), False),
        (("00259E/HG8246",), False),
        (("00259F/HG8245",), False),
        (("00259F/HG8245", "00259E/HG8245"), True),
        ((), False),
    ],
)
def test_a_file_is_for_the_models_that_it_names(models: tuple[str, ...], fit: bool) -> None:
    device = Device("x", oui="00259E", product_class="HG8245", hardware="V2")
    assert fits(File("0" * 64, "n", 1, "2.0", models), device) is fit


@pytest.mark.parametrize(
    "change",
    [
        {"models": []},
        {"models": ["HG8245"]},
        {"models": "00259E/HG8245"},
        {"version": ""},
        {"size": 0},
        {"size": 1e12},
        {"sha256": "abc"},
        {"name": "a\x1b[2J"},
        {"more": 1},
    ],
)
def test_a_statement_is_read_or_refused(image: Path, key: Path, change: dict[str, object]) -> None:
    path = sign(image, "2.0", ["00259E/HG8245"], key)
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(FirmwareRefused):
        read_statement(path)


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff", b'{"models": 5}'])
def test_any_file_is_a_statement_or_refused(image: Path, content: bytes) -> None:
    path = statement_path(image)
    path.write_bytes(content)
    with pytest.raises(FirmwareRefused):
        read_statement(path)
    with pytest.raises(FirmwareRefused):
        read_statement(path.with_name("nowhere"))
