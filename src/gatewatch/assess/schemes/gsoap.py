"""gSOAP: a banner tells the line (`2.8`), never the patch level (`2.8.48`).

Genivia's change log counts 2.7.0a to 2.7.9l with letters, later 2.7.10 to 2.8.140 without.
"""

import re

from gatewatch.assess.spans import Span, exactly, line

__all__ = ["NAME", "ORDER", "SENTENCE", "span"]

NAME = "gsoap"
SENTENCE = "gSOAP: 2.8 stands for every release of that line; 2.80 would be another line."
ORDER = ("2.7.0", "2.7.9c", "2.7.9l", "2.7.10", "2.7.17", "2.8.0", "2.8.48", "2.8.109", "2.80")

_FORM = re.compile(r"([0-9])\.([0-9]{1,2})(?:\.([0-9]{1,4})([a-z]?))?")


def span(text: str) -> Span | None:
    """`2.8` is the whole line, `2.8.48` one release."""
    found = _FORM.fullmatch(text.strip())
    if found is None:
        return None
    major, minor, patch, letter = found.groups()
    if patch is None:
        return line(int(major), int(minor))
    return exactly(int(major), int(minor), int(patch), ord(letter) - 96 if letter else 0)
