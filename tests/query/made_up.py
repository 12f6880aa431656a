"""A lake whose every value is known, and a naive reading of conditions to compare with.

Two snapshots, both address families, several ports, networks without names and a name that two
networks share; among the texts of the answers are quotes, wildcards, controls and SQL.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from gatewatch.model.address import Address, Network, parse_address
from gatewatch.model.fields import FIELDS, Field, Home, Kind
from gatewatch.model.moment import SECOND, parse_moment
from gatewatch.model.observation import Answer, Observation, Outcome, Place, Spoke
from gatewatch.model.response import shown_id
from gatewatch.model.snapshot import Source
from gatewatch.pipeline.ingest import ingest_records
from gatewatch.query.nodes import (
    And,
    Condition,
    Everything,
    Host,
    Node,
    Not,
    Pattern,
    Period,
    Present,
    Range,
    Value,
    Wild,
)
from gatewatch.query.words import values_of
from gatewatch.store.lake import Lake
from gatewatch.store.schema import UNDERSTANDING, connect
from gatewatch.store.snapshots import write_understanding

if TYPE_CHECKING:
    import duckdb

TEXTS = (
    None, "", " ", "gSOAP/2.7", "gsoap/2.7", "gSOAP/2.8", "RomPager/4.07 UPnP/1.0", "a*b", "a?b",
    "axb", "a%b", "a_b", 'say "hi"', "it's", "back\\slash", "\\x41", "\x1b[31m", "a\nb", "\0",
    "\u202edrawkcab", "Müller", "MÜLLER", "not", "or", "*", "(x)", "[a TO b]", "-x", "=x", "/x/",
    "gSOAP^2", "a,b", "'; DROP TABLE cube; --", "😀", "x" * 300,
)  # fmt: skip
LISTS: tuple[list[str] | None, ...] = (
    None, ["bare-lf"], ["Bare-LF", "folded"], [""], ["a,b", "a", "it's"], ["gSOAP/2.7", "x" * 300],
)  # fmt: skip
CVES = ("CVE-2014-9222", "CVE-2017-9765")
VERSIONS = (None, "2.7", "2.7.17", "2.71", "2", "V2.7", "v2.7.1", "")
NUMBERS = (None, 0, 7, 200, 401, 404, 65536)
COUNTRIES = (None, "IT", "FR", "DE")
NETWORKS = {64496: "Example Telecom", 64497: "Example Telecom", 64498: 'Net "9"', 64499: None}
RESPONSES = 60
DAYS = ("2026-11-20T10:00:00Z", "2026-11-24T10:00:00Z")


@dataclass(frozen=True, slots=True)
class Service:
    """One row with everything that is understood of it, by canonical field name."""

    ip: Address
    scan_time: int
    values: dict[str, Any]
    mates: list["Service"] = field(default_factory=list, repr=False, compare=False)
    """The services of the same host in the same snapshot, this one too."""


class MadeUp:
    """The lake and what is in it; no dataclass, whose every value a failing property would show."""

    def __init__(self, lake: Lake, services: tuple[Service, ...]) -> None:
        self.lake = lake
        self.services = services
        self.opened: dict[tuple[str, ...], duckdb.DuckDBPyConnection] = {}

    def reading(self, ids: Iterable[str]) -> "duckdb.DuckDBPyConnection":
        """The views of these snapshots; each choice is opened once."""
        wanted = tuple(ids)
        if wanted not in self.opened:
            self.opened[wanted] = self.lake.connect(wanted)
        return self.opened[wanted]


def made_up(path: Path, services: int = 150, seed: int = 7) -> MadeUp:
    """Makes the lake at `path`; the same seed gives the same lake."""
    chance = Random(seed)
    rows: list[tuple[str, Observation, int]] = []
    for day in DAYS:
        observed = list(_observed(chance, day, services))
        info = ingest_records(path, [one for one, _ in observed], Source("made up")).info
        assert info is not None
        rows += [(info.id, one, kind) for one, kind in observed]
    lake = Lake.open(path)
    understood = _understand(lake, chance)
    return MadeUp(lake, _together([_service(*row, understood) for row in rows]))


def _together(services: list[Service]) -> tuple[Service, ...]:
    """Adds what is known of a service from others: its host's, and its own in other snapshots."""
    hosts, places = defaultdict(list), defaultdict(list)
    for one in services:
        hosts[one.ip, one.values["snapshot"]].append(one)
        places[one.ip, one.values["port"]].append(one.scan_time)
    for one in services:
        times = places[one.ip, one.values["port"]]
        one.mates.extend(hosts[one.ip, one.values["snapshot"]])
        told = {"host.services": len(one.mates), "first_seen": min(times), "last_seen": max(times)}
        one.values.update(told)
    return tuple(services)


def _observed(chance: Random, day: str, count: int) -> Iterator[tuple[Observation, int]]:
    places = {(_address(chance, n), chance.choice((7547, 7547, 80))): n for n in range(count)}
    for ip, port in places:
        asn = chance.choice((None, *NETWORKS))
        place = Place(chance.choice(COUNTRIES), asn, NETWORKS.get(asn) if asn else None)
        kind = min(int(chance.expovariate(0.1)), RESPONSES - 1)
        head = b"HTTP/1.1 200 OK\r\nServer: kind-%d\r\n\r\n" % kind
        answer = Answer(Spoke.HTTP, Outcome.SUCCESS, head)
        when = parse_moment(day) + chance.randrange(2 * 86_400) * SECOND + chance.randrange(2)
        yield Observation(ip, port, when, answer, place), kind


def _address(chance: Random, number: int) -> Address:
    if number % 3:
        return parse_address(f"192.0.2.{chance.randrange(256)}")
    # The sign of both halves of an IPv6 address changes within these.
    group = chance.choice(("2001:db8", "7fff:db8", "8000:db8"))
    return parse_address(f"{group}::{chance.choice('78')}000:0:0:{chance.randrange(9)}")


def _understand(lake: Lake, chance: Random) -> dict[int, dict[str, Any]]:
    """Gives each response made-up facts; they replace what the pipeline understood."""
    with lake.reading(lake.snapshot("latest").id.split()) as con:
        ids = dict(con.execute("SELECT server, response FROM understanding").fetchall())
    facts: dict[int, dict[str, Any]] = {}
    for kind in range(RESPONSES):
        if f"kind-{kind}" in ids:
            facts[kind] = {
                name: None if chance.random() < 0.2 else chance.choice(_pool(entry))
                for name, entry in FIELDS.items()
                if entry.home is Home.RESPONSE and not entry.computed
            } | {"response": ids[f"kind-{kind}"]}
    by_id = {one["response"]: one for one in facts.values()}
    names = {entry.column: name for name, entry in FIELDS.items()}
    columns = [names.get(column, column) for column in UNDERSTANDING]
    con = connect(threads=1)
    for file in lake.response_files():
        known = con.execute(f"SELECT response FROM '{file}'").fetchall()
        rows = [tuple(map(by_id[number].get, columns)) for (number,) in known]
        write_understanding(con, rows, lake.understanding_file(file))
    con.close()
    return facts


def _pool(entry: Field) -> tuple[Any, ...]:
    if entry.closed:
        words = values_of(entry)
        return (words, words[:1], [*words[1:3]]) if entry.many else tuple(words)
    if entry.kind is Kind.BOOLEAN:
        return (True,)
    if entry.name == "cve":
        return ([CVES[0]], [*CVES])
    if entry.name == "header":
        return (*LISTS, ["etag: W/1", "etag: 2"])
    if entry.many:
        return LISTS
    return {Kind.NUMBER: NUMBERS, Kind.VERSION: VERSIONS}.get(entry.kind, TEXTS)


def _service(
    snapshot: str, seen: Observation, kind: int, understood: dict[int, dict[str, Any]]
) -> Service:
    assert seen.place is not None
    facts = understood[kind]
    values = facts | {
        "snapshot": snapshot,
        "port": seen.port,
        "country": seen.place.country,
        "asn": seen.place.asn,
        "as.name": NETWORKS.get(seen.place.asn or 0),
        "response": shown_id(facts["response"]),
        "ipv6": seen.ip.high is not None,
        "banner": _banner(facts),
    }
    return Service(seen.ip, seen.seen_at, values)


def _banner(facts: dict[str, Any]) -> str:
    status = [facts["http.version"], facts["status"], facts["reason"]]
    parts: list[str | None] = [" ".join(str(one) for one in status if one is not None)]
    parts += facts["header"] or []
    parts += [facts[name] for name in ("title", "realm", "vendor", "model", "software")]
    return "\n".join(one for one in parts if one is not None)


def holds(node: Node, service: Service) -> bool:
    """Whether the service satisfies the query, by the words of the reference page."""
    if isinstance(node, Everything):
        return True
    if isinstance(node, Condition):
        return _condition_holds(node, service)
    if isinstance(node, Not):
        return not holds(node.part, service)
    if isinstance(node, Host):
        return any(holds(node.part, mate) for mate in service.mates)
    every = all if isinstance(node, And) else any
    return every(holds(part, service) for part in node.parts)


def _condition_holds(node: Condition, service: Service) -> bool:
    kind, symbol, wanted = node.field.kind, node.symbol, node.value
    if kind is Kind.IP:
        return _at_address(symbol, wanted, service.ip)
    if kind is Kind.TIME:
        times = service.values | {"scan_time": service.scan_time}
        return _in_time(symbol, wanted, times[node.field.name])
    have = service.values[node.field.name]
    if kind is Kind.BOOLEAN and not isinstance(wanted, Present):
        return have is not None and wanted is not have if symbol == "!=" else bool(have) is wanted
    if have is None:
        return False
    if node.field.many and not isinstance(wanted, Present):
        opposite = {"!=": "=", "!~": "=~"}
        single = replace(node.field, many=False)
        same = replace(node, field=single, symbol=opposite.get(symbol, symbol))
        each = (replace(service, values={node.field.name: one}) for one in have)
        return any(_condition_holds(same, one) for one in each) != (symbol in opposite)
    if symbol in ("=~", "!~"):
        return (re.search(str(wanted), have) is not None) == (symbol == "=~")
    if symbol == "!=":
        return bool(have != wanted)
    if kind is Kind.VERSION and (symbol[0] in "<>" or isinstance(wanted, Range)):
        return _compares(symbol, _keys(wanted), _version_key(have))
    if symbol == "=" or kind is Kind.NUMBER:
        return _compares(symbol, wanted, have)
    return _found_in(kind, wanted, str(have))


def _at_address(symbol: str, wanted: Value, ip: Address) -> bool:
    if symbol in (":", "=", "!="):
        return _in_network(wanted, ip) != (symbol == "!=")
    assert isinstance(wanted, Network)
    same_family = (wanted.first.high is None) == (ip.high is None)
    return same_family and _compares(symbol, wanted.first.number, ip.number)


def _keys(wanted: Value) -> Any:
    """A version, or a range of them, by what orders it."""
    if isinstance(wanted, Range):
        ends = (
            None if end is None else _version_key(str(end)) for end in (wanted.low, wanted.high)
        )
        return Range(*ends)  # type: ignore[arg-type]  # compared as they are
    return _version_key(str(wanted))


def _version_key(text: str) -> list[tuple[int, int, str]]:
    parts = re.findall("[0-9]+|[a-z]+", text.lower().removeprefix("v"))
    return [(1, int(part), "") if part.isdigit() else (0, 0, part) for part in parts]


def _in_network(wanted: Value, ip: Address) -> bool:
    if isinstance(wanted, Present):
        return True
    assert isinstance(wanted, Network)
    same_family = (wanted.first.high is None) == (ip.high is None)
    return same_family and wanted.first.number <= ip.number <= wanted.last.number


def _in_time(symbol: str, wanted: Value, have: int) -> bool:
    if isinstance(wanted, Present):
        return True
    if isinstance(wanted, Range):
        low, high = (end for end in (wanted.low, wanted.high))
        return (low is None or _in_time(">=", low, have)) and (
            high is None or _in_time("<=", high, have)
        )
    assert isinstance(wanted, Period)
    return {
        ":": wanted.first <= have <= wanted.last,
        "=": wanted.first <= have <= wanted.last,
        "!=": not wanted.first <= have <= wanted.last,
        "<": have < wanted.first,
        "<=": have <= wanted.last,
        ">": have > wanted.last,
        ">=": have >= wanted.first,
    }[symbol]


def _compares(symbol: str, wanted: Value, have: Any) -> bool:
    if isinstance(wanted, Present):
        return True
    if isinstance(wanted, Range):
        return (wanted.low is None or bool(have >= wanted.low)) and (
            wanted.high is None or bool(have <= wanted.high)
        )
    return bool(
        {
            ":": lambda: have == wanted,
            "=": lambda: have == wanted,
            "<": lambda: have < wanted,
            "<=": lambda: have <= wanted,
            ">": lambda: have > wanted,
            ">=": lambda: have >= wanted,
        }[symbol]()
    )


def _found_in(kind: Kind, wanted: Value, have: str) -> bool:
    if isinstance(wanted, Present):
        return True
    have = have.lower()
    if isinstance(wanted, Pattern):
        return _matches([sign for one in wanted.pieces for sign in _signs(one)], have)
    word = str(wanted).lower()
    if kind is Kind.TEXT:
        return word in have
    if kind is Kind.VERSION:
        return have == word or have.startswith(f"{word}.")
    return have == word


def _signs(piece: str | Wild) -> list[Any]:
    return [piece] if isinstance(piece, Wild) else list(piece.lower())


def _matches(signs: list[Any], text: str) -> bool:
    """Signs against text, one cell of the table after the other."""
    reached = {0}
    for sign in signs:
        if sign is Wild.MANY:
            reached = {end for start in reached for end in range(start, len(text) + 1)}
        else:
            reached = {
                at + 1
                for at in reached
                if at < len(text) and (sign is Wild.ONE or text[at] == sign)
            }
    return bool(reached) and len(text) in reached
