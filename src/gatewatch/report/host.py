"""One address through all snapshots: what answers there, why we say what it is, what changed."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gatewatch.enrich.oui import Maker, makers_in
from gatewatch.model.address import Address, Network
from gatewatch.model.fields import FIELDS
from gatewatch.model.identity import Assertion, Identity
from gatewatch.model.language import ENGLISH, Language, Words
from gatewatch.model.observation import Answer
from gatewatch.model.snapshot import SnapshotInfo
from gatewatch.model.table import Value
from gatewatch.pipeline.understand import answer_of, explain
from gatewatch.query.nodes import Condition, Node, any_of
from gatewatch.query.search import services

if TYPE_CHECKING:
    import duckdb

__all__ = [
    "Belief",
    "Event",
    "Explained",
    "Sighting",
    "beliefs_of",
    "explained",
    "history",
    "latest",
    "sightings",
    "with_addresses",
]

# Fields whose change is told; what else changes in an answer is told as a change of the answer.
_TOLD = (
    *("country", "asn", "as.name", "spoke", "status", "server", "auth.scheme", "realm", "title"),
    *("tls.subject", "software", "software.version", "vendor", "model", "device.type", "firmware"),
    "role",
)
_READ = tuple(FIELDS[name] for name in ("snapshot", "port", "scan_time", "response", *_TOLD))


@dataclass(frozen=True, slots=True)
class Sighting:
    """One service in one snapshot."""

    snapshot: str
    port: int
    seen_at: str
    response: str
    """Its id as users see it."""
    values: dict[str, Value]
    """What is understood, by field."""


@dataclass(frozen=True, slots=True)
class Event:
    """What one snapshot says of one port."""

    snapshot: str
    port: int
    sighting: Sighting | None
    """None: not seen."""
    change: str
    """Against the sighting before; empty when all is the same."""


@dataclass(frozen=True, slots=True)
class Belief:
    """One value of one field, and every hint that says so."""

    field: str
    value: str
    sure: float
    """0 to 1, all its hints together."""
    hints: tuple[Assertion, ...]
    """The strongest first."""


@dataclass(frozen=True, slots=True)
class Explained:
    """A response with the reasons for what is believed of it."""

    masked: Answer
    beliefs: tuple[Belief, ...]
    """In the order of the catalogue, of each field the surest first."""
    example: bytes
    """The head of the first answer of this kind, as some host gave it."""
    first_seen: str
    shared_by: int
    """Services of that snapshot that give this response."""
    makers: Sequence[Maker] = ()
    """Who registered the hardware addresses in it; hints of their own, no part of the beliefs."""


def with_addresses(addresses: Sequence[Address]) -> Node:
    """The query for all services at these addresses, of which there is at least one."""
    entry = FIELDS["ip"]
    return any_of(Condition(entry, "=", Network(one, one)) for one in addresses)


def sightings(con: "duckdb.DuckDBPyConnection", address: Address) -> list[Sighting]:
    """Every service at `address` in the snapshots of `con`."""
    return [
        Sighting(
            str(snapshot), int(str(port)), str(seen_at), str(response),
            dict(zip(_TOLD, told, strict=True)),
        )
        for snapshot, port, seen_at, response, *told in services(
            con, with_addresses([address]), _READ
        )
    ]  # fmt: skip


def latest(snapshots: Sequence[SnapshotInfo], seen: Sequence[Sighting]) -> list[Sighting]:
    """The last sighting of each port, the latest first."""
    age = {info.id: place for place, info in enumerate(snapshots)}
    by_port = {one.port: one for one in sorted(seen, key=lambda one: age[one.snapshot])}
    return sorted(by_port.values(), key=lambda one: (-age[one.snapshot], one.port))


def history(
    snapshots: Sequence[SnapshotInfo], seen: Sequence[Sighting], language: Language = ENGLISH
) -> Iterator[Event]:
    """For each port that was ever seen and each snapshot, oldest first, what it says."""
    by_place = {(one.port, one.snapshot): one for one in seen}
    for port in sorted({one.port for one in seen}):
        before: Sighting | None = None
        for info in snapshots:
            found = by_place.get((port, info.id))
            if found is None:
                yield Event(info.id, port, None, language.phrase("not seen"))
                continue
            change = _change(before, found, language) if before else language.phrase("first seen")
            yield Event(info.id, port, found, change)
            before = found


def explained(
    con: "duckdb.DuckDBPyConnection", sighting: Sighting, overlay: Path | None = None
) -> Explained:
    """The response of `sighting`, understood anew by the very rules that a lake is built with."""
    number = int.from_bytes(bytes.fromhex(sighting.response), "big", signed=True)
    row = con.execute(
        "SELECT response, spoke, outcome, head, body, marks, tls, "
        "strftime(first_seen, '%Y-%m-%dT%H:%M:%SZ'), example FROM responses WHERE response = ?",
        [number],
    ).fetchall()[0]
    shared = con.execute(
        "SELECT coalesce(sum(n), 0)::BIGINT FROM cube WHERE response = ? AND snapshot = ?",
        [number, sighting.snapshot],
    ).fetchall()[0]
    masked = answer_of(row)
    _, identity = explain(masked, overlay)
    makers = makers_in(masked.head, masked.body, *(text.encode() for _, text in masked.tls))
    return Explained(masked, beliefs_of(identity), bytes(row[8]), row[7], int(shared[0]), makers)


def beliefs_of(identity: Identity) -> tuple[Belief, ...]:
    """What is believed, in the order of the field catalogue, of each field the surest first."""
    hints: dict[tuple[str, str], list[Assertion]] = {}
    for said in identity.assertions:
        hints.setdefault((said.field, said.value), []).append(said)
    beliefs = []
    for (name, value), several in hints.items():
        doubt = math.prod(1.0 - said.confidence for said in several)
        ranked = sorted(several, key=lambda said: -said.confidence)
        beliefs.append(Belief(name, value, 1.0 - doubt, tuple(ranked)))
    order = list(FIELDS)
    return tuple(sorted(beliefs, key=lambda one: (order.index(one.field), -one.sure, one.value)))


def _change(before: Sighting, after: Sighting, language: Language) -> str:
    """What became what, in the order of the catalogue."""
    told = [
        language.phrase(
            "{field} {before} became {after}",
            field=name,
            before=_word(before.values[name], language),
            after=_word(after.values[name], language),
        )
        for name in _TOLD
        if before.values[name] != after.values[name]
    ]
    if not told and before.response != after.response:
        return language.phrase("another answer, nothing else changed")
    return Words(", ".join(told)) if told else ""


def _word(value: Value, language: Language) -> str:
    if value is None:
        return language.phrase("nothing")
    return f'"{value}"' if isinstance(value, str) else str(value)
