"""Entries of the catalogue: from TOML tables to fingerprints and signs, each checked.

An entry that could mislead is refused: unknown keys or names, no source, no example or
counter-example, a capture that nothing uses, a pattern that could hang.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gatewatch.identify.patterns import Pattern, compile_pattern
from gatewatch.identify.vocabulary import LISTS, Vocabulary
from gatewatch.model.knowledge import Entry
from gatewatch.protocol.facts import FEATURES

__all__ = [
    "ASSERTED",
    "Claim",
    "Condition",
    "Example",
    "Fingerprint",
    "Sign",
    "Signs",
    "Verdict",
    "read_fingerprints",
    "read_signs",
]

ASSERTED = (
    *("software", "software.version", "vendor", "model", "device.type", "firmware", "role"),
)
"""The fields that a fingerprint may say something about."""

_KEYS = frozenset(
    {
        *("id", "description", "source", "pattern", "asserts", "confidence", "examples"),
        *("also", "without", "counter_examples"),
    }
)
_REQUIRED = ("id", "description", "source", "pattern", "asserts", "confidence", "examples")
# Absence is only known of headers, and only when all header names are known.
_MAY_BE_ABSENT = frozenset(
    {"http.server", "http.challenge", "http.realm", "http.location", "http.cookies"}
)
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_CAPTURE = re.compile(r"\{(\w+)\}")
_MOST_EXAMPLES = 20

Table = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that an entry asserts; `value` may name captures: `{version}`."""

    field: str
    value: str
    confidence: float


@dataclass(frozen=True, slots=True, eq=False)
class Condition:
    """Another feature that has to match too; compared by identity."""

    feature: str
    pattern: Pattern


@dataclass(frozen=True, slots=True)
class Example:
    """A value with the other features of the same answer, and what its captures give."""

    value: str
    also: Mapping[str, str]
    gives: Mapping[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Fingerprint:
    """One entry: when `pattern` is found in `feature`, the claims hold."""

    id: str
    feature: str
    pattern: Pattern
    also: tuple[Condition, ...]
    without: tuple[str, ...]
    claims: tuple[Claim, ...]
    description: str
    source: str
    examples: tuple[Example, ...]
    counter_examples: tuple[Example, ...]

    @property
    def rule(self) -> str:
        """How evidence names this entry: `http_server/gsoap`."""
        return f"{self.feature.replace('.', '_')}/{self.id}"


@dataclass(frozen=True, slots=True)
class Sign:
    """Points for or against CWMP when all conditions match."""

    id: str
    points: int
    where: tuple[Condition, ...]
    without: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a sum of points of at least (or, when negative, at most) `points` means."""

    points: int
    role: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Signs:
    """The signs and what their sum means, strongest verdict first."""

    signs: tuple[Sign, ...]
    verdicts: tuple[Verdict, ...]


class _Reader(Entry):
    """An entry with patterns and features."""

    __slots__ = ()

    def pattern(self, source: str, feature: str) -> Pattern:
        if feature not in FEATURES:
            raise self.wrong(f'no feature "{feature}"', f"use one of {', '.join(FEATURES)}")
        try:
            return compile_pattern(source, feature)
        except ValueError as error:
            raise self.wrong(
                str(error), 'anchor it, bound its repeats ("[0-9.]{1,20}"), split it in two'
            ) from error

    def conditions(self, key: str) -> tuple[Condition, ...]:
        return tuple(
            Condition(feature, self.pattern(source, feature))
            for feature, source in self.texts(key).items()
        )

    def absent(self) -> tuple[str, ...]:
        names = tuple(str(name) for name in self.items("without"))
        for name in names:
            if name not in _MAY_BE_ABSENT:
                known = ", ".join(sorted(_MAY_BE_ABSENT))
                raise self.wrong(f'cannot know that "{name}" is absent', f"use one of {known}")
        return names


def read_fingerprints(
    content: Table, file: str, feature: str, vocabulary: Vocabulary
) -> Iterator[Fingerprint]:
    """The entries of one file, in order; raises CatalogueBroken."""
    top = _Reader(file, content)
    top.keys(frozenset({"fingerprint"}))
    seen: set[str] = set()
    for number, table in enumerate(top.items("fingerprint"), 1):
        if not isinstance(table, dict):
            raise top.wrong(f"entry {number} is no table", "begin it with [[fingerprint]]")
        reader = _Reader(f"{file}: {table.get('id', f'entry {number}')}", table)
        entry = _fingerprint(reader, feature, vocabulary)
        if entry.id in seen:
            raise reader.wrong("this id is there twice", "give each entry of a file its own id")
        seen.add(entry.id)
        yield entry


def read_signs(content: Table, file: str, vocabulary: Vocabulary) -> Signs:
    """The signs and verdicts of one file; raises CatalogueBroken."""
    top = _Reader(file, content)
    top.keys(frozenset({"sign", "verdict"}))
    return Signs(
        tuple(_sign(reader) for reader in _tables(top, "sign", "id")),
        tuple(_verdict(reader, vocabulary) for reader in _tables(top, "verdict", "role")),
    )


def _tables(top: _Reader, key: str, name: str) -> Iterator[_Reader]:
    for number, table in enumerate(top.items(key), 1):
        if not isinstance(table, dict):
            raise top.wrong(f"{key} {number} is no table", f"begin it with [[{key}]]")
        yield _Reader(f"{top.where}: {table.get(name, f'{key} {number}')}", table)


def _sign(reader: _Reader) -> Sign:
    reader.keys(frozenset({"id", "points", "where", "without"}))
    where = reader.conditions("where")
    if not where:
        raise reader.wrong("no where", "add where = { feature = 'pattern' }")
    return Sign(reader.text("id"), reader.number("points"), where, reader.absent())


def _verdict(reader: _Reader, vocabulary: Vocabulary) -> Verdict:
    reader.keys(frozenset({"points", "role", "confidence"}))
    role = reader.text("role")
    _check_name(reader, "role", role, vocabulary)
    return Verdict(reader.number("points"), role, reader.share("confidence"))


def _fingerprint(reader: _Reader, feature: str, vocabulary: Vocabulary) -> Fingerprint:
    reader.keys(_KEYS)
    for key in _REQUIRED:
        if key not in reader.table:
            raise reader.wrong(f"no {key}", "docs/how-to/add-a-fingerprint.md shows an entry")
    if not _ID.fullmatch(reader.text("id")):
        raise reader.wrong("id is no name", "use small letters, digits and single hyphens")
    pattern = reader.pattern(reader.text("pattern"), feature)
    claims = _claims(reader, vocabulary)
    _check_captures(reader, pattern, claims)
    examples = tuple(_example(reader, one) for one in reader.items("examples"))
    counters = tuple(_example(reader, one) for one in reader.items("counter_examples"))
    _check_examples(reader, examples, counters)
    return Fingerprint(
        id=reader.text("id"),
        feature=feature,
        pattern=pattern,
        also=reader.conditions("also"),
        without=reader.absent(),
        claims=claims,
        description=reader.text("description"),
        source=reader.text("source"),
        examples=examples,
        counter_examples=counters,
    )


def _claims(reader: _Reader, vocabulary: Vocabulary) -> tuple[Claim, ...]:
    table = reader.table["asserts"]
    if not isinstance(table, dict) or not table:
        raise reader.wrong("asserts nothing", "write asserts = { software = 'name' }")
    confidence = reader.share("confidence")
    claims = []
    for field, said in table.items():
        if field not in ASSERTED:
            raise reader.wrong(f'cannot assert "{field}"', f"use one of {', '.join(ASSERTED)}")
        own = said if isinstance(said, dict) else {"value": said, "confidence": confidence}
        inner = _Reader(f"{reader.where}: {field}", own)
        inner.keys(frozenset({"value", "confidence"}))
        claim = Claim(field, inner.text("value"), inner.share("confidence"))
        if field in LISTS:
            _check_name(inner, field, claim.value, vocabulary)
        claims.append(claim)
    return tuple(claims)


def _check_name(reader: _Reader, field: str, name: str, vocabulary: Vocabulary) -> None:
    canonical = vocabulary.canonical(field, name)
    if canonical == name:
        return
    mend = f'write "{canonical}"' if canonical else f"add it to vocabulary/{LISTS[field]}"
    raise reader.wrong(f'"{name}" is not in the vocabulary of {field}', mend)


def _check_captures(reader: _Reader, pattern: Pattern, claims: Sequence[Claim]) -> None:
    captured = set(pattern.regex.groupindex)
    used = {name for claim in claims for name in _CAPTURE.findall(claim.value)}
    for name in sorted(used - captured):
        raise reader.wrong(f"asserts use {{{name}}}", f"capture it: (?P<{name}>...)")
    for name in sorted(captured - used):
        raise reader.wrong(f"nothing uses the capture {name}", "use it in asserts or write (?:...)")
    if pattern.regex.groups > len(captured):
        raise reader.wrong("a group has no name", "write (?P<name>...) or (?:...)")


def _example(reader: _Reader, one: object) -> Example:
    if isinstance(one, str):
        return Example(one, {}, {})
    if not isinstance(one, dict) or not isinstance(one.get("value"), str):
        raise reader.wrong("an example has no value", "write 'text' or { value = 'text', ... }")
    inner = _Reader(f"{reader.where}: example", one)
    inner.keys(frozenset({"value", "also", "gives"}))
    return Example(one["value"], inner.texts("also"), inner.texts("gives"))


def _check_examples(
    reader: _Reader, examples: Sequence[Example], counters: Sequence[Example]
) -> None:
    if not examples:
        raise reader.wrong("no example", "add a real value that it has to match")
    if not counters:
        raise reader.wrong("no counter-example", "add a similar value that it must not match")
    if len(examples) + len(counters) > _MOST_EXAMPLES:
        raise reader.wrong("too many examples", f"keep the {_MOST_EXAMPLES} most telling")
