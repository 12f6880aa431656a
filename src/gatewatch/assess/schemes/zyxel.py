"""Zyxel firmware: `1.00(AAFR.4)C0_20170615`: version, product code with revision, build, date.

Two product codes are two products: their versions do not compare.
"""

import re

from gatewatch.assess.spans import LAST, Span

__all__ = ["NAME", "ORDER", "SENTENCE", "span"]

NAME = "zyxel"
SENTENCE = "Zyxel: 1.00(AAFR.4)C0_20170615; only versions with the same letters compare."
ORDER = (
    *("1.00(AAFR.2)C0", "1.00(AAFR.4)C0_20160101", "1.00(AAFR.4)C0_20170615", "1.00(AAFR.5)C0"),
    "1.10(AAFR.0)C0",
)

_FORM = re.compile(
    r"[vV]?([0-9]{1,2})\.([0-9]{1,2})\(([A-Z]{2,5})\.([0-9]{1,3})\)"
    r"(?:[bB]([0-9]{1,3})|[cC]([0-9]{1,3}))?(?:_([0-9]{8}))?"
)


def span(text: str) -> Span | None:
    """Without a date it is any date of that build."""
    found = _FORM.fullmatch(text.strip())
    if found is None:
        return None
    major, minor, code, revision, beta, build, date = found.groups()
    key = (int(major), int(minor), int(revision), 0 if beta else 1, int(beta or build or 0))
    if date is None:
        return Span((*key, 0), (*key, LAST), code)
    return Span((*key, int(date)), (*key, int(date)), code)
