"""What the catalogue sees in one text of an answer: hits of fingerprints, conditions that hold.

A text is read by the entries that may match it, which the text's first character tells for
those that are anchored and begin with a letter; each looks for its literal before its pattern is
tried. A few thousand Server values, realms and challenges stand for all answers, so what was
read in one line is remembered; what was read in long texts, which hardly repeat, is made one
and the same object where it is the same, so that conclusions can be remembered by it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from gatewatch.identify.catalogue import Catalogue
from gatewatch.identify.entries import Condition, Fingerprint
from gatewatch.identify.patterns import LINE_LENGTH, Pattern, length_of
from gatewatch.model.identity import Assertion
from gatewatch.protocol.facts import FEATURES

__all__ = ["Hit", "Reading", "Readings", "assertions_in"]

_EVIDENCE_LENGTH = 200
_VALUE_LENGTH = 100
# One-line values of some 100 bytes each: a few megabytes.
_REMEMBERED = 16_384

Hit = tuple[Fingerprint, tuple[Assertion, ...]]
"""A fingerprint whose own pattern is found, and what it then asserts."""


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What is seen in one text; compared by identity."""

    feature: str
    hits: tuple[Hit, ...]
    holds: frozenset[Condition]
    """The conditions on this feature, of fingerprints and of signs, that its text meets."""


@dataclass(frozen=True, slots=True)
class _Shelf:
    """All that may be looked for in one feature."""

    anywhere: tuple[Fingerprint, ...] = ()
    """For a text that begins with none of `by_first`."""
    by_first: Mapping[str, tuple[Fingerprint, ...]] = field(default_factory=dict)
    conditions: tuple[tuple[Pattern, frozenset[Condition]], ...] = ()
    """Each pattern with all the conditions that ask for it."""


class Readings:
    """Reads texts with one catalogue, and remembers."""

    def __init__(self, known: Catalogue) -> None:
        conditions: dict[str, list[Condition]] = {}
        for one in _conditions(known):
            conditions.setdefault(one.feature, []).append(one)
        # Every feature, since that one is there may count by itself.
        self._shelves = {
            feature: _shelf(known.fingerprints.get(feature, ()), conditions.get(feature, []))
            for feature in FEATURES
        }
        self._lengths = {feature: length_of(feature) for feature in self._shelves}
        self._line = lru_cache(maxsize=_REMEMBERED)(self._read)
        self._same = lru_cache(maxsize=_REMEMBERED)(Reading)

    def of(self, features: Mapping[str, str]) -> tuple[Reading, ...]:
        """The reading of each of an answer's features, in their order."""
        return tuple(
            [
                self._line(feature, value[:length])
                if (length := self._lengths[feature]) == LINE_LENGTH
                else self._read(feature, value[:length])
                for feature, value in features.items()
            ]
        )

    def _read(self, feature: str, value: str) -> Reading:
        shelf = self._shelves[feature]
        hits = [
            (fingerprint, said)
            for fingerprint in shelf.by_first.get(value[:1], shelf.anywhere)
            if fingerprint.pattern.literal in value
            and (said := assertions_in(fingerprint, value)) is not None
        ]
        holds = [
            several
            for pattern, several in shelf.conditions
            if pattern.literal in value and pattern.find(value) is not None
        ]
        return self._same(feature, tuple(hits), frozenset().union(*holds))


def assertions_in(fingerprint: Fingerprint, value: str) -> tuple[Assertion, ...] | None:
    """What `fingerprint` asserts of this text of its feature; None: its pattern is not found."""
    match = fingerprint.pattern.find(value)
    if match is None:
        return None
    return tuple(_assertions(fingerprint, match.groupdict(""), match[0]))


def _assertions(
    fingerprint: Fingerprint, captured: Mapping[str, str], evidence: str
) -> Iterator[Assertion]:
    for claim in fingerprint.claims:
        value = claim.value
        for name, text in captured.items():
            value = value.replace(f"{{{name}}}", text)
        value = value.strip()[:_VALUE_LENGTH]
        if value:
            yield Assertion(
                claim.field, value, claim.confidence, fingerprint.rule, evidence[:_EVIDENCE_LENGTH]
            )


def _conditions(known: Catalogue) -> Iterator[Condition]:
    for entries in known.fingerprints.values():
        for entry in entries:
            yield from entry.also
    for sign in known.signs.signs:
        yield from sign.where


def _shelf(entries: tuple[Fingerprint, ...], conditions: list[Condition]) -> _Shelf:
    firsts = {entry.pattern.prefix[:1] for entry in entries} - {""}
    return _Shelf(
        tuple(entry for entry in entries if not entry.pattern.prefix),
        {
            first: tuple(entry for entry in entries if entry.pattern.prefix[:1] in ("", first))
            for first in firsts
        },
        _by_pattern(conditions),
    )


def _by_pattern(
    conditions: list[Condition],
) -> tuple[tuple[Pattern, frozenset[Condition]], ...]:
    several: dict[str, list[Condition]] = {}
    for one in conditions:
        several.setdefault(one.pattern.regex.pattern, []).append(one)
    return tuple((same[0].pattern, frozenset(same)) for same in several.values())
