"""From features to an identity: every fingerprint that matches leaves its assertions.

`identify` never raises, whatever the features hold. Its work per response is bounded by the
catalogue (patterns cannot hang, `patterns.py`; values are cut, `length_of`), and answers in which
the same is read (`reading.py`) are concluded upon once.

What a service *is* (its role) follows three rules where hints disagree:
- a honeypot imitates: once a fingerprint is sure (`_SURE`) of a honeypot, everything that others
  said about the same answer is what it imitates, and is dropped;
- an ACS shows signs of CWMP too, so a match for an ACS or a middlebox outranks `cpe`;
- where no fingerprint knows a role, the signs of CWMP (`data/signs`) are added up.
And a version belongs to the software that its rule names: where another software wins, it goes.
"""

from collections.abc import Container, Iterable, Iterator, Mapping
from functools import cache, lru_cache

from gatewatch.identify.catalogue import Catalogue, catalogue
from gatewatch.identify.entries import Condition, Fingerprint
from gatewatch.identify.patterns import length_of
from gatewatch.identify.reading import Reading, Readings, assertions_in
from gatewatch.model.identity import Assertion, Identity

__all__ = ["assertions_of", "identify", "is_met", "readings_of"]

_SURE = 0.8
# Known kinds of answer; what is unknown reads alike.
_REMEMBERED = 16_384

Features = Mapping[str, str]


def identify(features: Features, known: Catalogue | None = None) -> Identity:
    """What the catalogue (by default ours) knows of an answer with these features."""
    known = known or catalogue()
    return _concluded(known, readings_of(known).of(features))


@cache
def readings_of(known: Catalogue) -> Readings:
    """The reader of texts with this catalogue."""
    return Readings(known)


def assertions_of(fingerprint: Fingerprint, features: Features) -> tuple[Assertion, ...] | None:
    """What this one fingerprint says of an answer with these features; None: it does not match."""
    value = features.get(fingerprint.feature)
    if value is None:
        return None
    found = assertions_in(fingerprint, value[: length_of(fingerprint.feature)])
    met = {condition for condition in fingerprint.also if is_met(condition, features)}
    return found if _holds(fingerprint.also, fingerprint.without, features, met) else None


def is_met(condition: Condition, features: Features) -> bool:
    """Whether an answer with these features meets this condition."""
    value = features.get(condition.feature)
    if value is None:
        return False
    return condition.pattern.find(value[: length_of(condition.feature)]) is not None


@lru_cache(maxsize=_REMEMBERED)
def _concluded(known: Catalogue, readings: tuple[Reading, ...]) -> Identity:
    present = {reading.feature for reading in readings}
    met = {condition for reading in readings for condition in reading.holds}
    said = [
        assertion
        for reading in readings
        for fingerprint, assertions in reading.hits
        if _holds(fingerprint.also, fingerprint.without, present, met)
        for assertion in assertions
    ]
    said = _own_version(_settle(said))
    if not any(assertion.field == "role" for assertion in said):
        said.extend(_by_signs(known, present, met))
    return Identity(tuple(said))


def _holds(
    also: Iterable[Condition],
    without: Iterable[str],
    present: Container[str],
    met: Container[Condition],
) -> bool:
    """Absence is only proven where the names of all headers are known."""
    return all(condition in met for condition in also) and all(
        name not in present and "http.names" in present for name in without
    )


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


def _by_signs(
    known: Catalogue, present: Container[str], met: Container[Condition]
) -> Iterator[Assertion]:
    found = [sign for sign in known.signs.signs if _holds(sign.where, sign.without, present, met)]
    total = sum(sign.points for sign in found)
    for verdict in known.signs.verdicts:
        if total >= verdict.points > 0 or total <= verdict.points < 0:
            reasons = ", ".join(f"{sign.id} {sign.points:+}" for sign in found)
            yield Assertion(
                "role", verdict.role, verdict.confidence, "signs/cwmp", f"{reasons} = {total:+}"
            )
            return
