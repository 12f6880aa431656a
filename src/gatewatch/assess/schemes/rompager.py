"""Allegro RomPager: one digit and two, as in `4.07`; `b3` is a beta, `.1` a patch."""

import re

from gatewatch.assess.spans import Span, exactly

__all__ = ["NAME", "ORDER", "SENTENCE", "span"]

NAME = "rompager"
SENTENCE = "Allegro RomPager: 4.07 is before 4.34; a beta (4.30b3) is before its release."
ORDER = ("2.10", "2.20", "4.01", "4.01.1", "4.07", "4.30b3", "4.30", "4.34", "4.51", "5.00")

_FORM = re.compile(r"([0-9])\.([0-9]{2})(?:\.([0-9]{1,3})|b([0-9]{0,3}))?")
_BETA, _RELEASE = 0, 1


def span(text: str) -> Span | None:
    """`4.07` is exactly that release; `4.7` is no RomPager version."""
    found = _FORM.fullmatch(text.strip())
    if found is None:
        return None
    major, minor, patch, beta = found.groups()
    stage = _RELEASE if beta is None else _BETA
    return exactly(int(major), int(minor), stage, int(patch or beta or 0))
