# Invariant: any TOML is an entry whose examples can be tried, or is refused by CatalogueBroken in
# one line; what is refused once is refused again with the same words.
"""Tries assess/reading.py, assess/conditions.py and assess/proof.py."""

import tomllib
from importlib.resources import files

from fuzz.laws import check_one_line

from gatewatch.assess.proof import failures
from gatewatch.assess.reading import read_advisory, read_weakness
from gatewatch.model.errors import CatalogueBroken

__all__ = ["SEEDS", "TOKENS", "one"]

_DATA = files("gatewatch").joinpath("data")
_NAMES = (
    *("advisories/cve-2014-9222.toml", "advisories/cve-2017-17215.toml"),
    *("weaknesses/c10-obsolete.toml", "weaknesses/c14-other-doors.toml"),
)
SEEDS = [_DATA.joinpath(*name.split("/")).read_bytes() for name in _NAMES]
TOKENS = [
    *(b"[[case]]\n", b"[versions]\n", b"[kev]\n", b"when = {}", b'"*"', b"confidence = 1", b"true"),
    *(b"-1", b"nan", b"[]", b'version = ["partly"]', b'"< 4.34 | = 5.00"', b"port = [0]"),
]


def one(data: bytes) -> None:
    """Reads `data` as an advisory and as a weakness."""
    try:
        content = tomllib.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        return
    for read, name in ((read_advisory, "cve-2014-9222.toml"), (read_weakness, "c10-x.toml")):
        try:
            entry = read(content, name)
        except CatalogueBroken as error:
            check_one_line(error)
            continue
        assert all(isinstance(failure, str) for failure in failures(entry))
