"""D-Link firmware: `1.08`, `1.08B04`, `1.12b04`, `1.08.B01`, with a region as in `1.14WW`."""

import re

from gatewatch.assess.spans import Span, exactly, line

__all__ = ["NAME", "ORDER", "SENTENCE", "span"]

NAME = "d-link"
SENTENCE = "D-Link: 1.08 stands for every build of 1.08; the region in 1.14WW is ignored."
ORDER = ("1.02", "1.04", "1.06B01", "1.08.B01", "1.08B04", "1.12b04", "1.14WW", "2.01")

_FORM = re.compile(r"[vV]?([0-9]{1,2})\.([0-9]{1,2})(?:\.?[bB]([0-9]{1,3}))?(?:WW|EU|NA|DE|CN|RU)?")


def span(text: str) -> Span | None:
    """`1.08B04` is exactly that build."""
    found = _FORM.fullmatch(text.strip())
    if found is None:
        return None
    major, minor, build = found.groups()
    if build is None:
        return line(int(major), int(minor))
    return exactly(int(major), int(minor), int(build))
