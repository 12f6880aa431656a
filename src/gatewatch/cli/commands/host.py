"""`gatewatch host`: what is known of an address, why, and what it said."""

import argparse
import sys
import time
from typing import TYPE_CHECKING

from gatewatch.cli.evidence import (
    EVIDENCE,
    MOST_PORTS,
    address_of,
    evidence_headings,
    evidence_rows,
    looks,
    maker_rows,
    seen_of,
)
from gatewatch.cli.output import (
    add_format_option,
    for_people,
    language_of,
    write_table,
    write_tables,
)
from gatewatch.cli.parser import as_typed
from gatewatch.cli.progress import say
from gatewatch.cli.question import add_reading_options, looked_at, opened_lake
from gatewatch.cli.settings import CATALOGUE, lake_of, setting
from gatewatch.model.errors import Exit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import duckdb

    from gatewatch.model.address import Address
    from gatewatch.model.language import Language
    from gatewatch.model.table import Table, Value
    from gatewatch.report.host import Explained, Sighting
    from gatewatch.store.lake import Lake

HELP = "Show what is known of addresses: what they are and why, their history, their answers."
EXAMPLES = (
    "gatewatch host 192.0.2.7",
    "gatewatch host 2001:db8::7 --raw",
    "gatewatch view 192.0.2.7 192.0.2.8 --format ndjson",
)
ALIASES = ("view",)

_MOST_LINES = 40
_LOCATED = frozenset({"country", "asn", "as.name"})
_LINE_LIMIT = 1000


def configure(parser: argparse.ArgumentParser) -> None:
    """The addresses and how much of their answers."""
    parser.add_argument("ip", metavar="IP", nargs="+", help="IPv4 or IPv6, defanged ones too")
    parser.add_argument(
        "--raw",
        action="store_true",
        help="only the answer, every line of it, with what cannot be seen as escapes",
    )
    add_reading_options(parser)
    add_format_option(parser)


def run(args: argparse.Namespace) -> int:
    """A page an address for people; in formats for programs one row a sighting."""
    addresses = list(dict.fromkeys(address_of(word, "host") for word in args.ip))
    lake = opened_lake(args)
    with lake.reading([info.id for info in lake.snapshots]) as con:
        if args.raw:
            return min([_raw(con, lake, one, args) for one in addresses])
        if for_people(args):
            return write_tables(_pages(con, lake, addresses, args), args)
        return _as_rows(con, addresses, args)


def _pages(
    con: "duckdb.DuckDBPyConnection",
    lake: "Lake",
    addresses: "Sequence[Address]",
    args: argparse.Namespace,
) -> "Iterator[Table]":
    from gatewatch.report.host import latest

    language = language_of(args)
    for address in addresses:
        seen = seen_of(con, lake, address, args)
        last = latest(lake.snapshots, seen)[:MOST_PORTS]
        every = [(sighting, _explained(con, sighting, args)) for sighting in last]
        for sighting, why in every:
            yield _what_it_is(lake, address, sighting, why, language)
        if every:
            yield _what_is_wrong(address, every, args)
        for sighting, why in every:
            yield _what_it_said(sighting, why, args)
        if seen:
            yield _history(lake, address, seen, language)


def _as_rows(
    con: "duckdb.DuckDBPyConnection", addresses: "Sequence[Address]", args: argparse.Namespace
) -> int:
    from gatewatch.model.fields import FIELDS
    from gatewatch.model.table import Table
    from gatewatch.query.search import services
    from gatewatch.report.host import with_addresses

    fields = [entry for entry in FIELDS.values() if not entry.extra]
    rows = services(con, with_addresses(addresses), fields, sort=FIELDS["ip"])
    code = write_table(Table([entry.name for entry in fields], rows), args)
    if code == Exit.NOTHING:
        say("no snapshot holds any of these addresses", args)
    return code


def _raw(
    con: "duckdb.DuckDBPyConnection", lake: "Lake", address: "Address", args: argparse.Namespace
) -> int:
    from gatewatch.model.hostile import shown
    from gatewatch.report.host import latest

    found = latest(lake.snapshots, seen_of(con, lake, address, args))[:MOST_PORTS]
    for sighting in found:
        why = _explained(con, sighting, args)
        say(
            f"{address} port {sighting.port}: response {sighting.response} as it first came, "
            f"{why.first_seen}, maybe from another host; that host's own address is masked",
            args,
        )
        for line in _lines(why.example, why.masked.body):
            sys.stdout.write(f"{shown(line, len(line))}\n")
    return Exit.FOUND if found else Exit.NOTHING


def _explained(
    con: "duckdb.DuckDBPyConnection", sighting: "Sighting", args: argparse.Namespace
) -> "Explained":
    from gatewatch.report.host import explained

    return explained(con, sighting, setting(CATALOGUE, args))


def _what_it_is(
    lake: "Lake",
    address: "Address",
    sighting: "Sighting",
    why: "Explained",
    language: "Language",
) -> "Table":
    from gatewatch.model.table import Table

    rows = [*evidence_rows(why.beliefs), *maker_rows(why.makers, language)]
    believed = {belief.field for belief in why.beliefs}
    rows += [
        (name, value, None,
         language.phrase("network data") if name in _LOCATED else language.phrase("the answer"),
         None, None)
        for name, value in sighting.values.items()
        if value is not None and name not in believed
    ]  # fmt: skip
    info = lake.snapshot(sighting.snapshot)
    located = any(sighting.values.get(name) is not None for name in _LOCATED)
    return Table(
        columns=EVIDENCE,
        rows=rows,
        title=language.phrase(
            "{address} port {port}", address=str(address), port=str(sighting.port)
        ),
        aside=f"{sighting.seen_at}, {looked_at([info], time.time(), language)}",
        notes=[language.phrase("Located by {tables}.", tables=", ".join(info.networks))]
        if located and info.networks
        else [],
        looks=looks(),
        headings=evidence_headings(language),
    )


def _what_is_wrong(
    address: "Address", every: "Sequence[tuple[Sighting, Explained]]", args: argparse.Namespace
) -> "Table":
    from gatewatch.assess.score import band_of
    from gatewatch.model.table import Look, Table
    from gatewatch.pipeline.understand import known_to
    from gatewatch.report.findings import host_risk

    knowledge = known_to(lake_of(args), setting(CATALOGUE, args))
    wrong = host_risk({sighting.port: why.masked for sighting, why in every}, knowledge)
    rows: list[tuple[Value, ...]] = [
        (", ".join(map(str, one.ports)), one.finding.band, str(one.finding.verdict), one.finding.id,
         one.finding.entry.name, f"{one.finding.why} ({one.evidence})", one.finding.entry.fix)
        for one in wrong.found
    ]  # fmt: skip
    language = language_of(args)
    notes = [
        language.phrase(
            "An answer proves little: what each word means is told by docs/explanation/risk.md."
        )
    ]
    if wrong.unknown:
        notes.append(
            language.phrase("Nothing can be said of {findings}.", findings=", ".join(wrong.unknown))
        )
    if wrong.unaffected:
        notes.append(
            language.phrase("Not affected by {findings}.", findings=", ".join(wrong.unaffected))
        )
    told = language.phrase("no score: it is no device's own answer")
    if wrong.risk is not None:
        told = language.phrase(
            "risk {risk} of 100, {band}", risk=round(wrong.risk), band=band_of(wrong.risk)
        )
    ports = language.plural("{n} port together", "{n} ports together", len(every))
    return Table(
        columns=("on port", "band", "verdict", "finding", "name", "why", "fix"),
        rows=rows,
        title=language.phrase("What is wrong with {address}", address=str(address)),
        aside=f"{told}, {ports}",
        notes=notes,
        headings={
            "on port": language.phrase("on port"),
            "band": language.phrase("band"),
            "verdict": language.phrase("verdict"),
            "finding": language.phrase("finding"),
            "name": language.phrase("name"),
            "why": language.phrase("why"),
            "fix": language.phrase("fix"),
        },
        looks={"band": Look.WHOLE, "verdict": Look.WHOLE,
               "finding": Look.WHOLE, "name": Look.PROSE, "why": Look.PROSE, "fix": Look.PROSE},
    )  # fmt: skip


def _what_it_said(sighting: "Sighting", why: "Explained", args: argparse.Namespace) -> "Table":
    from gatewatch.model.table import Look, Table

    language = language_of(args)
    lines = _lines(why.masked.head, why.masked.body)
    rows = [
        (place, line[:_LINE_LIMIT].decode("latin-1") or None)
        for place, line in enumerate(lines[:_MOST_LINES], 1)
    ]
    notes: list[str] = []
    if len(lines) > _MOST_LINES:
        more = len(lines) - _MOST_LINES
        notes.append(
            language.plural(
                "{n} more line: --raw shows all.", "{n} more lines: --raw shows all.", more
            )
        )
    if lines:
        notes.append(
            language.phrase(
                "Masked: what changes with each answer, as <hex32> for 32 hex digits, <date>, "
                "<host>."
            )
        )
    if why.masked.marks:
        marks = ", ".join(sorted(why.masked.marks))
        notes.append(language.phrase("The source of this answer: {marks}.", marks=marks))
    notes.append(
        language.plural(
            "Given in {snapshot} by {n} service:",
            "Given in {snapshot} by {n} services:",
            why.shared_by,
            snapshot=sighting.snapshot,
        )
    )
    query = f"snapshot:{sighting.snapshot} response:{sighting.response}"
    notes.append(as_typed(args, "search", query))
    return Table(
        columns=("line", "answer"),
        rows=rows,
        title=language.phrase("What it said on port {port}", port=str(sighting.port)),
        aside=language.phrase("response {id}", id=sighting.response),
        notes=notes,
        looks={"line": Look.NUMBER},
        headings={"line": language.phrase("line"), "answer": language.phrase("answer")},
    )


def _history(
    lake: "Lake", address: "Address", seen: "Sequence[Sighting]", language: "Language"
) -> "Table":
    from gatewatch.model.table import Look, Table
    from gatewatch.report.host import history

    rows = [
        (event.snapshot, event.port, event.sighting.seen_at if event.sighting else None,
         event.sighting.response if event.sighting else None, event.change)
        for event in history(lake.snapshots, seen, language)
    ]  # fmt: skip
    return Table(
        columns=("snapshot", "port", "seen", "response", "change"),
        rows=rows,
        title=language.plural(
            "{address} in {n} snapshot",
            "{address} in {n} snapshots",
            len(lake.snapshots),
            address=str(address),
        ),
        notes=[language.phrase("A scan that left the address out does not see it either.")],
        headings={
            "snapshot": language.phrase("snapshot"),
            "port": language.phrase("port"),
            "seen": language.phrase("seen"),
            "response": language.phrase("response"),
            "change": language.phrase("change"),
        },
        looks={"snapshot": Look.WHOLE, "seen": Look.WHOLE, "response": Look.WHOLE,
               "change": Look.PROSE},
    )  # fmt: skip


def _lines(head: bytes, body: bytes) -> list[bytes]:
    """Head and start of the body, line by line."""
    lines = [line.removesuffix(b"\r") for line in (head + body).split(b"\n")]
    while lines and not lines[-1]:
        lines.pop()
    return lines
