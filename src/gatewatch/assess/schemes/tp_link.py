"""TP-Link firmware: `1.1.4 Build 20230219`; without its build it may be any of that number."""

import re

from gatewatch.assess.spans import LAST, Span

__all__ = ["NAME", "ORDER", "SENTENCE", "span"]

NAME = "tp-link"
SENTENCE = "TP-Link: 1.1.4 Build 20230219; 1.1.4 alone stands for every build of it."
ORDER = ("1.1.3", "1.1.4 Build 20220101", "1.1.4 Build 20230219", "1.2.1", "1.3.11", "3.14.3")

_FORM = re.compile(r"([0-9]{1,3})\.([0-9]{1,3})(?:\.([0-9]{1,3}))?(?: Build ([0-9]{6,8}))?.{0,40}")


def span(text: str) -> Span | None:
    """What follows the build (`rel.12345`) is ignored."""
    found = _FORM.fullmatch(text.strip())
    if found is None:
        return None
    *numbers, build = found.groups()
    key = tuple(int(number or 0) for number in numbers)
    if build is None:
        return Span((*key, 0), (*key, LAST))
    return Span((*key, int(build)), (*key, int(build)))
