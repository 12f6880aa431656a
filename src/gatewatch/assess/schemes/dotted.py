"""Plain numbers with dots, as most open source counts."""

import re

from gatewatch.assess.spans import Span, exactly

__all__ = ["NAME", "ORDER", "SENTENCE", "span"]

NAME = "dotted"
SENTENCE = "Numbers with dots; missing places are 0, a leading v is ignored."
ORDER = ("0.94.13", "1.2", "1.2.1", "1.10", "1.19", "v2.0", "10.0.0.1")

_FORM = re.compile(r"[vV]?([0-9]{1,12}(?:\.[0-9]{1,12}){0,6})")


def span(text: str) -> Span | None:
    """`1.19` is exactly that release."""
    found = _FORM.fullmatch(text.strip())
    return exactly(*map(int, found[1].split("."))) if found else None
