"""Rules that nearly matched: exactly one thing stands between an answer and what they assert.

That is one of these, and nothing looser:
- the rule's pattern is found, and all of its conditions but one are met;
- all conditions are met, and the pattern is found once upper and lower case count alike, or once
  any number may stand for the numbers in it;
- all conditions are met, and the text, which is one line, begins as every match does but goes on
  otherwise (another version, something behind it), or holds the text of the pattern in another
  place. Since many texts begin alike, it must then also share `_ALIKE` of its letters with one of
  the rule's examples.

Bounded like matching itself: a pattern that is tried is under the same bound, and what is
compared letter by letter is cut.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from gatewatch.identify.catalogue import Catalogue
from gatewatch.identify.entries import Fingerprint
from gatewatch.identify.matcher import is_met
from gatewatch.identify.patterns import LINE_LENGTH, Pattern, compile_pattern, length_of
from gatewatch.identify.tokens import tokens_of

__all__ = ["Near", "nearly"]

_ALIKE = 0.6
_COMPARED = 200
_NUMBER = "[0-9]{1,4}"
# Shorter texts are in too many values to say anything.
_BEGINNING = 3
_HELD = 5


@dataclass(frozen=True, slots=True)
class Near:
    """A rule and the one thing that it lacks."""

    fingerprint: Fingerprint
    feature: str
    """Where that one thing is missing."""
    why: str
    """One sentence of ours."""
    text: str | None
    """What the answer says there; None: it says nothing."""
    alike: float
    """0 to 1; 1 where the rule's own pattern is found."""


def nearly(features: Mapping[str, str], known: Catalogue) -> list[Near]:
    """The rules of `known` that nearly match an answer with these features, the nearest first."""
    found = [
        near
        for feature, value in features.items()
        for entry in known.fingerprints.get(feature, ())
        if (near := _near(entry, value[: length_of(feature)], features)) is not None
    ]
    return sorted(found, key=lambda near: (-near.alike, -_confidence(near), near.fingerprint.rule))


def _near(entry: Fingerprint, value: str, features: Mapping[str, str]) -> Near | None:
    unmet = list(_unmet(entry, features))
    if entry.pattern.find(value) is not None:
        return unmet[0] if len(unmet) == 1 else None
    if unmet:
        return None
    if _any_case(entry.pattern.regex).search(value) is not None:
        return Near(entry, entry.feature, "matches in other letters, upper or lower", value, 0.95)
    if length_of(entry.feature) > LINE_LENGTH:
        return None
    numbers = _any_number(entry.pattern.regex.pattern, entry.feature)
    # A status is no version: 404 is not nearly 200.
    if entry.feature != "http.status" and numbers is not None and numbers.find(value) is not None:
        return Near(entry, entry.feature, "matches with other numbers", value, 0.95)
    why = _begun_or_held(entry, value)
    alike = max(_likeness(value, example.value) for example in entry.examples) if why else 0.0
    return Near(entry, entry.feature, why, value, alike) if alike >= _ALIKE else None


def _unmet(entry: Fingerprint, features: Mapping[str, str]) -> Iterator[Near]:
    for condition in entry.also:
        if not is_met(condition, features):
            text = features.get(condition.feature)
            why = f"also asks {condition.feature} for {condition.pattern.regex.pattern}"
            yield Near(entry, condition.feature, why, text, 1.0)
    for name in entry.without:
        if name in features:
            why = f"{name} is sent, which may not be"
            yield Near(entry, name, why, features[name], 1.0)
        elif "http.names" not in features:
            why = f"asks for an answer without {name}; the source kept some headers only"
            yield Near(entry, name, why, None, 1.0)


def _begun_or_held(entry: Fingerprint, value: str) -> str:
    pattern = entry.pattern
    if len(pattern.prefix) >= _BEGINNING and value.startswith(pattern.prefix):
        return f'begins with "{pattern.prefix}" as it should, then goes on otherwise'
    if len(pattern.literal) >= _HELD and pattern.literal in value:
        return f'holds "{pattern.literal}", but not where or with what the pattern asks for'
    return ""


def _likeness(value: str, example: str) -> float:
    return SequenceMatcher(None, value[:_COMPARED], example[:_COMPARED], autojunk=False).ratio()


@lru_cache(maxsize=1024)
def _any_case(regex: re.Pattern[str]) -> re.Pattern[str]:
    return re.compile(regex.pattern, regex.flags | re.IGNORECASE)


@lru_cache(maxsize=1024)
def _any_number(source: str, feature: str) -> Pattern | None:
    """The pattern with any number in the place of each; None where that could be slow."""
    pieces: list[str] = []
    for token in tokens_of(source):
        digits = token.kind == "atom" and token.text.isdigit()
        piece = _NUMBER if digits else source[token.start : token.end]
        if not (digits and pieces and pieces[-1] == _NUMBER):
            pieces.append(piece)
    try:
        return compile_pattern("".join(pieces), feature)
    except ValueError:
        return None


def _confidence(near: Near) -> float:
    return max(claim.confidence for claim in near.fingerprint.claims)
