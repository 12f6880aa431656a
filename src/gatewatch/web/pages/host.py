"""One address: what stands there and why we say so, what is wrong, what it said, what changed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gatewatch.assess.score import band_of
from gatewatch.model.address import Address, parse_address
from gatewatch.model.errors import BadArguments
from gatewatch.model.fields import FIELDS
from gatewatch.model.language import Language, Words
from gatewatch.model.snapshot import SnapshotInfo
from gatewatch.pipeline.understand import known_to
from gatewatch.query.asking import Question
from gatewatch.query.nodes import PRESENT, Condition, all_of
from gatewatch.query.parser import Query
from gatewatch.query.pivot import Shared, alike
from gatewatch.report.findings import host_risk
from gatewatch.report.host import (
    Event,
    Explained,
    Sighting,
    explained,
    history,
    latest,
    sightings,
    with_addresses,
)
from gatewatch.report.side_by_side import Line, Pair, lines_of, marked, side_by_side
from gatewatch.report.wording import looked_at
from gatewatch.web.narrowing import Link, Narrowing
from gatewatch.web.state import url
from gatewatch.web.told import call_of, command_of
from gatewatch.web.visit import Download, Page, Reply, Route, Visit

__all__ = ["MENU", "ROUTES"]

MENU = None

_MOST_PORTS = 8
_MOST_CELLS = 60
_MOST_EVENTS = 40
_AT_FIRST = 40
_FACTS = (
    *("software", "software.version", "vendor", "model", "device.type", "firmware", "role"),
    *("status", "server", "auth.scheme", "realm", "title", "tls.subject"),
)


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is believed or was said."""

    name: str
    link: Link
    sure: float | None
    """None: the answer says so itself."""
    because: Sequence[tuple[str, str, float]]
    """Of each hint the text that matched, the rule, how sure it is alone."""


@dataclass(frozen=True, slots=True)
class Service:
    """One port."""

    sighting: Sighting
    why: Explained
    facts: Sequence[Fact]
    lines: Sequence[Line]
    """Of its answer, with what rules matched marked."""
    raw: str
    """Where the answer can be had as it came."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A port in a snapshot."""

    snapshot: str
    look: str
    """`seen`, `changed`, or nothing."""
    words: str
    url: str


def host(visit: Visit) -> Reply:
    """The page of an address; 404 when no snapshot ever saw it."""
    address = _address(visit.part["ip"])
    with visit.asked(_everywhere(address)) as question:
        lake, con = question.lake, question.con
        seen = sightings(con, address)
        if not seen:
            return _unknown(address)
        until = _until(visit, lake.snapshots)
        before = [one for one in seen if one.snapshot in until] or seen
        last = latest(lake.snapshots, before)[:_MOST_PORTS]
        every = [(one, explained(con, one, visit.site.overlay)) for one in last]
        knowledge = known_to(lake.path, visit.site.overlay)
        wrong = host_risk({one.port: why.masked for one, why in every}, knowledge)
        narrowing = Narrowing(visit.state, all_of([]))
        info = lake.snapshot(last[0].snapshot)
        values = {
            "ip": str(address),
            "info": info,
            "age": looked_at([info], visit.now, visit.language),
            "first": min(one.seen_at for one in seen),
            "services": [_service(address, narrowing, *one) for one in every],
            "wrong": wrong,
            "band": None if wrong.risk is None else band_of(wrong.risk),
            "place": _place(last[0], narrowing),
            "networks": _networks(address),
            "strips": _strips(visit, lake.snapshots, seen),
            "events": _events(visit.language, lake.snapshots, seen),
            "pivots": _pivots(question, info, last, narrowing),
            "diff": _difference(visit, question, seen),
            "choices": [one.id for one in lake.snapshots if one.id in {x.snapshot for x in seen}],
            "ports": sorted({one.port for one in seen}),
            "name": _name(last[0]),
            "list_url": narrowing.link("ip", str(address)).url,
        }
    return Page(
        template="host.html",
        title=f"{address}",
        values=values,
        query=f"ip:{address}",
        command=command_of("host", str(address)),
        call=call_of(f"/host/{address}"),
    )


def raw(visit: Visit) -> Reply:
    """The answer of a port as it first came, to be kept: never shown as a page."""
    address = _address(visit.part["ip"])
    port = visit.state.number("port", 7547, 0, 65535)
    wanted = visit.state.one("response")
    with visit.asked(_everywhere(address)) as question:
        seen = [one for one in sightings(question.con, address) if one.port == port]
        chosen = [one for one in seen if wanted in ("", one.response)]
        if not chosen:
            raise BadArguments(
                where=f"/host/{address}/raw",
                what=f"no such answer of port {port} is kept",
                mend=f"see /host/{address} for those that are",
            )
        why = explained(question.con, latest(question.lake.snapshots, chosen)[0], None)
    name = f"{address}-{port}.txt".replace(":", "_")
    return Download(why.example + why.masked.body, "text/plain; charset=iso-8859-1", name)


def _address(text: str) -> Address:
    try:
        return parse_address(text)
    except ValueError as error:
        mend = "write one address, as in /host/192.0.2.7"
        raise BadArguments(where="host", what=f'"{text}": {error}', mend=mend) from None


def _everywhere(address: Address) -> Query:
    """The address in all snapshots."""
    anywhere = Condition(FIELDS["snapshot"], ":", PRESENT)
    return Query(all_of([with_addresses([address]), anywhere]))


def _until(visit: Visit, infos: Sequence[SnapshotInfo]) -> set[str]:
    """The snapshots up to the chosen one."""
    if not visit.state.one("at"):
        return {info.id for info in infos}
    chosen = visit.lake().snapshot(visit.state.one("at"))
    return {info.id for info in infos[: list(infos).index(chosen) + 1]}


def _unknown(address: Address) -> Page:
    return Page(
        template="host_unknown.html",
        title=str(address),
        values={"ip": str(address), "networks": _networks(address)},
        query=f"ip:{address}",
        command=command_of("host", str(address)),
        status=404,
    )


def _networks(address: Address) -> list[tuple[str, str]]:
    """Networks around it, each with its page."""
    lengths = (24, 16) if address.high is None else (64, 48, 32)
    return [(f"{address}/{length}", f"/net/{address}/{length}") for length in lengths]


def _place(sighting: Sighting, narrowing: Narrowing) -> dict[str, Link | str | None]:
    """Country, network and its page; None where nobody knows."""
    found: dict[str, Link | str | None] = {"page": None}
    for name in ("country", "asn", "as.name"):
        value = sighting.values[name]
        found[name] = None if value is None else narrowing.link(name, value)
    if sighting.values["asn"] is not None:
        found["page"] = url(f"/as/{sighting.values['asn']}")
    return found


def _name(sighting: Sighting) -> str:
    """What stands there, in a few words."""
    values = sighting.values
    device = " ".join(str(values[name]) for name in ("vendor", "model") if values[name])
    return device or str(values["software"] or values["server"] or "")


def _service(address: Address, narrowing: Narrowing, sighting: Sighting, why: Explained) -> Service:
    evidence = [hint.evidence for belief in why.beliefs for hint in belief.hints]
    lines = [marked(line, evidence) for line in lines_of(why.masked.head + why.masked.body)]
    link = url(
        f"/host/{address}/raw",
        [("port", str(sighting.port)), ("response", sighting.response)],
    )
    return Service(sighting, why, list(_facts(sighting, why, narrowing)), lines, link)


def _facts(sighting: Sighting, why: Explained, narrowing: Narrowing) -> Iterator[Fact]:
    """What is believed, with every hint; then what the answer says itself."""
    believed = set()
    for belief in why.beliefs:
        believed.add(belief.field)
        hints = [(hint.evidence, hint.rule, hint.confidence) for hint in belief.hints]
        link = narrowing.link(belief.field, belief.value)
        yield Fact(belief.field, link, belief.sure, hints)
    for name in _FACTS:
        value = sighting.values.get(name)
        if value is not None and name not in believed:
            yield Fact(name, narrowing.link(name, value), None, ())


def _strips(
    visit: Visit, infos: Sequence[SnapshotInfo], seen: Sequence[Sighting]
) -> list[tuple[int, list[Cell]]]:
    """For each port a cell a snapshot, oldest first."""
    strips: dict[int, list[Cell]] = {}
    for event in history(infos, seen, visit.language):
        look = "" if event.sighting is None else "changed" if event.change else "seen"
        words = event.change or visit.language.phrase("seen")
        told = Words(f"{event.snapshot}: {words}"[:300])
        href = visit.state.having(at=event.snapshot)
        strips.setdefault(event.port, []).append(Cell(event.snapshot, look, told, href))
    return [(port, cells[-_MOST_CELLS:]) for port, cells in strips.items()][:_MOST_PORTS]


def _events(
    language: Language, infos: Sequence[SnapshotInfo], seen: Sequence[Sighting]
) -> list[Event]:
    """What changed, the newest first."""
    age = {info.id: place for place, info in enumerate(infos)}
    told = [event for event in history(infos, seen, language) if event.change]
    return sorted(told, key=lambda one: (-age[one.snapshot], one.port))[:_MOST_EVENTS]


def _pivots(
    question: Question, info: SnapshotInfo, last: Sequence[Sighting], narrowing: Narrowing
) -> list[tuple[Shared, Link]]:
    """What it shares with others of the same snapshot."""
    here = [one.response for one in last if one.snapshot == info.id]
    found = alike(question.con, info.id, here)
    return [(one, narrowing.link(one.field, one.value)) for one in found]


def _difference(
    visit: Visit, question: Question, seen: Sequence[Sighting]
) -> tuple[int, str, str, list[Pair]] | None:
    """Port, two snapshots and their answers side by side; None: not asked for."""
    state = visit.state
    if not state.one("a") or not state.one("b"):
        return None
    port = state.number("port", seen[0].port, 0, 65535)
    sides = [question.lake.snapshot(state.one(name)).id for name in ("a", "b")]
    said = []
    for one in sides:
        here = [found for found in seen if (found.snapshot, found.port) == (one, port)]
        if not here:
            said.append(b"")
            continue
        why = explained(question.con, here[0], visit.site.overlay)
        said.append(why.masked.head + why.masked.body)
    return port, sides[0], sides[1], list(side_by_side(*said))


ROUTES = (Route("/host/{ip}", host), Route("/host/{ip}/raw", raw))
