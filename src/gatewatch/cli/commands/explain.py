"""`gatewatch explain`: why an address is taken for what it is, and what it was nearly taken for."""

import argparse
from typing import TYPE_CHECKING

from gatewatch.cli.evidence import (
    EVIDENCE,
    EXPLAINED,
    MOST_PORTS,
    address_of,
    evidence_headings,
    evidence_rows,
    explained_rows,
    looks,
    maker_rows,
    near_table,
    seen_of,
)
from gatewatch.cli.output import (
    add_format_option,
    for_people,
    language_of,
    write_table,
    write_tables,
)
from gatewatch.cli.question import add_reading_options, opened_lake
from gatewatch.cli.settings import CATALOGUE, setting

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import duckdb

    from gatewatch.model.address import Address
    from gatewatch.model.language import Language
    from gatewatch.model.table import Table, Value
    from gatewatch.report.host import Belief, Explained, Sighting
    from gatewatch.store.lake import Lake

HELP = "Say why addresses are taken for what they are: rules, the bytes that matched, near misses."
EXAMPLES = (
    "gatewatch explain 192.0.2.7",
    "gatewatch explain 192.0.2.7 2001:db8::7 --format ndjson",
)

_ROW = ("ip", "port", *EXPLAINED)


def configure(parser: argparse.ArgumentParser) -> None:
    """The addresses."""
    parser.add_argument("ip", metavar="IP", nargs="+", help="IPv4 or IPv6, defanged ones too")
    add_reading_options(parser)
    add_format_option(parser)


def run(args: argparse.Namespace) -> int:
    """Tables an address for people; in formats for programs one row a hint or a near miss."""
    from gatewatch.model.table import Table

    addresses = list(dict.fromkeys(address_of(word, "explain") for word in args.ip))
    lake = opened_lake(args)
    with lake.reading([info.id for info in lake.snapshots]) as con:
        if for_people(args):
            return write_tables(_pages(con, lake, addresses, args), args)
        return write_table(Table(_ROW, _rows(con, lake, addresses, args)), args)


def _latest(
    con: "duckdb.DuckDBPyConnection", lake: "Lake", address: "Address", args: argparse.Namespace
) -> "Iterator[tuple[Sighting, Explained]]":
    from gatewatch.report.host import explained, latest

    seen = seen_of(con, lake, address, args)
    for sighting in latest(lake.snapshots, seen)[:MOST_PORTS]:
        yield sighting, explained(con, sighting, setting(CATALOGUE, args))


def _pages(
    con: "duckdb.DuckDBPyConnection",
    lake: "Lake",
    addresses: "Sequence[Address]",
    args: argparse.Namespace,
) -> "Iterator[Table]":
    from gatewatch.model.table import Table
    from gatewatch.report.explain import near_misses

    language = language_of(args)
    for address in addresses:
        by_port = {}
        for sighting, why in _latest(con, lake, address, args):
            by_port[sighting.port] = why.beliefs
            yield Table(
                columns=EVIDENCE,
                rows=[*evidence_rows(why.beliefs), *maker_rows(why.makers, language)],
                title=language.phrase(
                    "{address} port {port}", address=str(address), port=str(sighting.port)
                ),
                aside=language.phrase(
                    "{snapshot}, response {id}", snapshot=sighting.snapshot, id=sighting.response
                ),
                notes=() if why.beliefs else [language.phrase("No rule matches this answer.")],
                looks=looks(),
                headings=evidence_headings(language),
            )
            near = near_misses(why.masked, setting(CATALOGUE, args))
            title = language.phrase("Nearly matched on port {port}", port=str(sighting.port))
            yield near_table(near, title, language)
        if len(by_port) > 1:
            yield _as_a_whole(address, by_port, language)


def _as_a_whole(
    address: "Address", by_port: "dict[int, tuple[Belief, ...]]", language: "Language"
) -> "Table":
    from gatewatch.model.table import Look, Table
    from gatewatch.report.explain import together

    shared = together(by_port)
    rows = [(one.field, one.value, one.sure, ", ".join(map(str, one.ports))) for one in shared]
    fields = [one.field for one in shared]
    notes = [
        language.phrase(
            "The ports do not agree on {field}: several boxes behind one address, or a rule is "
            "wrong.",
            field=name,
        )
        for name in ("vendor", "model")
        if fields.count(name) > 1
    ]
    return Table(
        columns=("field", "value", "sure", "ports"),
        rows=rows,
        title=language.phrase("All ports of {address} together", address=str(address)),
        headings={**evidence_headings(language), "ports": language.phrase("ports")},
        notes=notes,
        looks={"field": Look.WHOLE, "sure": Look.SHARE, "ports": Look.TEXT},
    )


def _rows(
    con: "duckdb.DuckDBPyConnection",
    lake: "Lake",
    addresses: "Sequence[Address]",
    args: argparse.Namespace,
) -> "Iterator[tuple[Value, ...]]":
    from gatewatch.report.explain import near_misses, together

    for address in addresses:
        by_port = {}
        for sighting, why in _latest(con, lake, address, args):
            by_port[sighting.port] = why.beliefs
            near = near_misses(why.masked, setting(CATALOGUE, args))
            for row in explained_rows(why.beliefs, near):
                yield (str(address), sighting.port, *row)
        for one in together(by_port) if len(by_port) > 1 else ():
            told = ", ".join(map(str, one.ports))
            yield (str(address), None, "together", one.field, one.value, one.sure, None, None, None,
                   f"ports {told}")  # fmt: skip
