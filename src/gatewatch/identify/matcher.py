"""From features to an identity: every fingerprint that matches leaves its assertions.

`identify` never raises, whatever the features hold. Its work per response is bounded by the
catalogue (patterns cannot hang, `patterns.py`; values are cut, `length_of`), and what was found
for a one-line value is remembered, since a few thousand Server values stand for all answers.

What a service *is* (its role) follows three rules where hints disagree:
- a honeypot imitates: once a fingerprint is sure (`_SURE`) of a honeypot, everything that others
  said about the same answer is what it imitates, and is dropped;
- an ACS shows signs of CWMP too, so a match for an ACS or a middlebox outranks `cpe`;
- where no fingerprint knows a role, the signs of CWMP (`data/signs`) are added up.
And a version belongs to the software that its rule names: where another software wins, it goes.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from gatewatch.identify.catalogue import Catalogue, catalogue
from gatewatch.identify.entries import Condition, Fingerprint
from gatewatch.identify.patterns import LINE_LENGTH, length_of
from gatewatch.model.identity import Assertion, Identity

__all__ = ["assertions_of", "identify"]

_EVIDENCE_LENGTH = 200
_VALUE_LENGTH = 100
_SURE = 0.8
# One-line values of some 100 bytes each: a few megabytes.
_REMEMBERED = 16_384

Features = Mapping[str, str]
Hit = tuple[Fingerprint, tuple[Assertion, ...]]


def identify(features: Features, known: Catalogue | None = None) -> Identity:
    """What the catalogue (by default ours) knows of an answer with these features."""
    known = known or catalogue()
    said = [
        assertion
        for feature, value in features.items()
        for fingerprint, assertions in _hits(known, feature, value)
        if _holds(fingerprint.also, fingerprint.without, features)
        for assertion in assertions
    ]
    said = _own_version(_settle(said))
    if not any(assertion.field == "role" for assertion in said):
        said.extend(_by_signs(known, features))
    return Identity(tuple(said))


def assertions_of(fingerprint: Fingerprint, features: Features) -> tuple[Assertion, ...] | None:
    """What this one fingerprint says of an answer with these features; None: it does not match."""
    value = features.get(fingerprint.feature)
    found = None if value is None else _match(fingerprint, value[: length_of(fingerprint.feature)])
    if found is None or not _holds(fingerprint.also, fingerprint.without, features):
        return None
    return found


def _hits(known: Catalogue, feature: str, value: str) -> tuple[Hit, ...]:
    if length_of(feature) > LINE_LENGTH:
        return _find(known, feature, value[: length_of(feature)])
    return _find_line(known, feature, value[:LINE_LENGTH])


def _find(known: Catalogue, feature: str, value: str) -> tuple[Hit, ...]:
    """The fingerprints whose own pattern is found in `value`, with what they assert."""
    return tuple(
        (fingerprint, found)
        for fingerprint in known.fingerprints.get(feature, ())
        if (found := _match(fingerprint, value)) is not None
    )


_find_line = lru_cache(maxsize=_REMEMBERED)(_find)


def _match(fingerprint: Fingerprint, value: str) -> tuple[Assertion, ...] | None:
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


def _holds(also: Iterable[Condition], without: Iterable[str], features: Features) -> bool:
    for condition in also:
        value = features.get(condition.feature)
        if value is None or not condition.pattern.find(value[: length_of(condition.feature)]):
            return False
    return all(name not in features and "http.names" in features for name in without)


def _settle(said: list[Assertion]) -> list[Assertion]:
    """Drops what an imitator imitates, and `cpe` where something stronger is known."""
    roles = [assertion for assertion in said if assertion.field == "role"]
    honeypots = {one.rule for one in roles if one.value == "honeypot" and one.confidence >= _SURE}
    if honeypots:
        return [assertion for assertion in said if assertion.rule in honeypots]
    if any(one.value in ("acs", "middlebox") for one in roles):
        return [one for one in said if one.field != "role" or one.value != "cpe"]
    return said


def _own_version(said: list[Assertion]) -> list[Assertion]:
    """Drops the versions of software that loses: a version belongs to what its rule names."""
    names = {one.value for one in said if one.field == "software"}
    if len(names) < 2:
        return said
    winner, _ = Identity(tuple(said)).best()["software"]
    rules = {one.rule for one in said if one.field == "software" and one.value == winner}
    return [one for one in said if one.field != "software.version" or one.rule in rules]


def _by_signs(known: Catalogue, features: Features) -> Iterator[Assertion]:
    found = [sign for sign in known.signs.signs if _holds(sign.where, sign.without, features)]
    total = sum(sign.points for sign in found)
    for verdict in known.signs.verdicts:
        if total >= verdict.points > 0 or total <= verdict.points < 0:
            reasons = ", ".join(f"{sign.id} {sign.points:+}" for sign in found)
            yield Assertion(
                "role", verdict.role, verdict.confidence, "signs/cwmp", f"{reasons} = {total:+}"
            )
            return
