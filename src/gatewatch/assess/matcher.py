"""From an answer to findings: every entry of the catalogue that applies, and what it comes to.

`assess` never raises, whatever the answer holds, and its work is bounded by the catalogue. What
came of an answer is remembered by what entries ask for (which patterns matched, which versions
and confidences), since some hundred such profiles stand for all answers.

Three rules keep it honest:
- a finding is never surer than the identification that it rests on;
- only a sign in behaviour makes a finding `vulnerable`, a version never does;
- a honeypot or something on the path has no findings, and an ACS only those meant for an ACS.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from gatewatch.assess.catalogue import Catalogue, catalogue
from gatewatch.assess.conditions import IDENTITY, Pattern, Subject
from gatewatch.assess.entries import Advisory, Case, Conditions
from gatewatch.assess.findings import Assessment, Finding
from gatewatch.assess.ranges import Place

__all__ = ["assess"]

# What answers in place of the device, or imitates one.
_NOT_THE_DEVICE = frozenset({"honeypot", "middlebox"})
_SPEAKS = "http"
_SILENT = Assessment((), scored=False)
_REMEMBERED = 16_384


class _Profile(NamedTuple):
    """All that entries ask of an answer."""

    matched: tuple[tuple[Pattern, ...], ...]
    """In the order of the catalogue's readers."""
    sure: tuple[float, ...]
    """Of each field of an identity, in the order of IDENTITY."""
    version: str | None
    firmware: str | None
    role: str | None
    port: int | None
    open: frozenset[int]


def assess(subject: Subject, known: Catalogue | None = None) -> Assessment:
    """What the catalogue (by default ours) finds in an answer."""
    if subject.said.get("spoke") != _SPEAKS:
        return _SILENT
    known = known or catalogue()
    return _assess(known, _profile(subject, known))


def _profile(subject: Subject, known: Catalogue) -> _Profile:
    identity, said = subject.identity, subject.said
    matched = []
    for name, reader in known.readers.items():
        value = identity[name][0] if name in identity else said.get(name)
        matched.append(() if value is None else reader.matched(value))
    sure = tuple([round(identity[name][1], 3) if name in identity else 1.0 for name in IDENTITY])
    return _Profile(
        tuple(matched), sure, subject.value("software.version"), subject.value("firmware"),
        subject.value("role"), subject.port, subject.open,
    )  # fmt: skip


@lru_cache(maxsize=_REMEMBERED)
def _assess(known: Catalogue, profile: _Profile) -> Assessment:
    if profile.role in _NOT_THE_DEVICE:
        return _SILENT
    matched = dict(zip(known.readers, profile.matched, strict=True))
    found = (_applied(entry, matched, profile) for entry in known.calling(matched))
    ranked = sorted(filter(None, found), key=lambda one: (-one.risk, -one.c, one.id))
    return Assessment(tuple(ranked), scored=profile.role != "acs")


def _applied(
    entry: Advisory, matched: Mapping[str, tuple[Pattern, ...]], profile: _Profile
) -> Finding | None:
    """The finding of the first case that holds."""
    outside: str | None = None
    for case in entry.cases:
        if not _holds(case, matched, profile):
            continue
        if profile.role == "acs" and all(name != "role" for name, _ in case.when):
            continue
        version = _version(case, profile)
        place = _state(case, version)
        if not case.states or place in case.states:
            c = min(case.confidence, *_sureness(case, profile))
            return Finding(entry, case, c, case.behaviour, version)
        if place == "outside":
            outside = version
    return Finding(entry, None, 0.0, behaviour=False, version=outside) if outside else None


def _holds(case: Case, matched: Mapping[str, tuple[Pattern, ...]], profile: _Profile) -> bool:
    if case.ports and profile.port not in case.ports:
        return False
    if case.open and not case.open & profile.open:
        return False
    return all(_any(matched, one) for one in case.when) and not any(
        _any(matched, one) for one in case.unless
    )


def _any(
    matched: Mapping[str, tuple[Pattern, ...]], condition: tuple[str, tuple[Pattern, ...]]
) -> bool:
    name, patterns = condition
    return any(pattern in matched[name] for pattern in patterns)


def _version(case: Case, profile: _Profile) -> str | None:
    if case.versions is None:
        return None
    return profile.firmware if case.versions.of == "firmware" else profile.version


def _state(case: Case, version: str | None) -> str:
    """`affected`, `disputed`, `partly`, `unknown` or `outside`."""
    if case.versions is None:
        return "unknown"
    disputed = case.versions.disputed
    if disputed is not None and disputed.place(version) is Place.INSIDE:
        return "disputed"
    place = case.versions.affected.place(version)
    return "affected" if place is Place.INSIDE else str(place)


def _sureness(case: Case, profile: _Profile) -> Iterator[float]:
    """How sure the identification is of each field that the case rests on."""
    sure = dict(zip(IDENTITY, profile.sure, strict=True))
    yield from _asked(case.when, sure)
    if case.versions is not None:
        yield sure[case.versions.of]


def _asked(when: Conditions, sure: Mapping[str, float]) -> Iterator[float]:
    yield 1.0
    for name, _ in when:
        if name in sure:
            yield sure[name]
