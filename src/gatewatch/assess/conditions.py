"""What cases ask of an answer, as plain words: `whole`, `begin*`, `*end`, `*part*`, `*` (any).

Words instead of regular expressions: matching is linear whatever a stranger sends, and a glance
tells what an entry looks for. Letter case never matters.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

__all__ = ["IDENTITY", "KEYS", "FieldReader", "Pattern", "Subject", "read_pattern"]

IDENTITY = (
    *("software", "software.version", "vendor", "model", "device.type", "firmware", "role"),
)
"""What fingerprints conclude, each with its confidence."""
_SAID = (
    *("spoke", "status", "server", "realm", "auth.scheme", "title", "content.type"),
    *("tls.subject", "body.size", "http.body", "http.challenge", "http.header", "http.cookies"),
    *("http.location", "http.status"),
)
KEYS = (*IDENTITY, *_SAID)
"""What conditions may ask for."""

_LONGEST = 4096
_SHORT = 200
_REMEMBERED = 4096


class Pattern(NamedTuple):
    """`text` in small letters, and whether anything may stand before and after it."""

    text: str
    before: bool
    after: bool

    def matches(self, value: str) -> bool:
        """Whether it is found in `value`, which is in small letters."""
        if self.before and self.after:
            return self.text in value
        if self.before:
            return value.endswith(self.text)
        return value.startswith(self.text) if self.after else value == self.text


class Subject(NamedTuple):
    """One answer, as far as it was understood."""

    identity: Mapping[str, tuple[str, float]]
    """Field to value and confidence (`Identity.best`)."""
    said: Mapping[str, str]
    """What the answer says by itself, by the names in `KEYS`."""
    port: int | None = None
    """The scanned port; None: it does not matter or is not known."""
    open: frozenset[int] = frozenset()
    """Other ports of the same host on which something answers."""

    def value(self, name: str) -> str | None:
        """The value of a key; None: it has none."""
        if name in self.identity:
            return self.identity[name][0]
        return self.said.get(name)

    def sure(self, name: str) -> float:
        """How sure that value is."""
        return self.identity[name][1] if name in self.identity else 1.0


class FieldReader:
    """Finds which of many patterns a value matches.

    Whole ones cost one look-up; what came of a short value is remembered, since few differ.
    """

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self._remembered = lru_cache(maxsize=_REMEMBERED)(self._found)
        self._whole: dict[str, tuple[Pattern, ...]] = {}
        self._parts: list[Pattern] = []
        for pattern in dict.fromkeys(patterns):
            if pattern.before or pattern.after:
                self._parts.append(pattern)
            else:
                self._whole[pattern.text] = (pattern,)

    def matched(self, value: str) -> tuple[Pattern, ...]:
        """The patterns that match."""
        return self._remembered(value) if len(value) <= _SHORT else self._found(value)

    def _found(self, value: str) -> tuple[Pattern, ...]:
        value = value[:_LONGEST].lower()
        found = self._whole.get(value, ())
        if self._parts:
            found += tuple(pattern for pattern in self._parts if pattern.matches(value))
        return found


def read_pattern(text: str) -> Pattern:
    """The pattern that `text` means; ValueError says what is wrong with it."""
    if text == "*":
        return Pattern("", before=True, after=True)
    before, after = text.startswith("*"), text.endswith("*")
    inner = text[before : len(text) - after]
    if not inner:
        raise ValueError("matches nothing")
    if "*" in inner:
        raise ValueError("has a star inside")
    return Pattern(inner.lower(), before, after)
