# Invariant: any file in a user's own folder of fingerprints or names becomes part of the catalogue
# or raises CatalogueBroken, one line that names the file.
"""Tries identify/catalogue.py with identify/entries.py and identify/vocabulary.py."""

from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

from fuzz.laws import check_one_line

from gatewatch.identify.catalogue import catalogue
from gatewatch.identify.vocabulary import LISTS
from gatewatch.model.errors import CatalogueBroken

__all__ = ["SEEDS", "TOKENS", "one"]

_FINGERPRINTS, _VOCABULARY = "http_server.toml", LISTS["vendor"]


def _entries() -> list[bytes]:
    """Some entries of ours, one by one; a whole catalogue is read with each that is right."""
    folder = files("gatewatch").joinpath("data", "fingerprints")
    file = folder.joinpath(_FINGERPRINTS).read_bytes()
    return [b"[[fingerprint]]" + entry for entry in file.split(b"[[fingerprint]]")[1:5]]


SEEDS = [*_entries(), b'"Acme" = ["acme inc", "acme networks"]\n"Example" = []\n']
TOKENS = [
    *(b"[[fingerprint]]\n", b"id = ", b"pattern = '", b"asserts = { ", b"examples = ["),
    b"also = {",
    *(b"confidence = 1.5", b"'''", b'"""', b"= inf", b"= 2026-11-20", b"= true", b"a.b.c = 1"),
    b"{}",
    *(b"(?P<version>", b"{version}", b"[0-9.]{1,20}", b"(a+)+", b"^", b"$", b"|", b"\\", b"[[["),
    *(b"without = [", b"counter_examples = [", b'value = "', b"gives = {", b"http.server"),
]


def one(data: bytes) -> None:
    """Reads a folder with `data` in the file that it looks like."""
    entries = b"[[" in data or b"=" not in data
    name = Path("fingerprints", _FINGERPRINTS) if entries else Path("vocabulary", _VOCABULARY)
    with TemporaryDirectory() as folder:
        file = Path(folder) / name
        file.parent.mkdir()
        file.write_bytes(data)
        try:
            # Not remembered: each folder is read once.
            catalogue.__wrapped__(Path(folder))
        except CatalogueBroken as error:
            check_one_line(error)
            _check_named(error, file)


def _check_named(error: CatalogueBroken, file: Path) -> None:
    assert file.name in str(error)
