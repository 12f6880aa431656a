"""`gatewatch query`: what a query means, what it is here, and queries kept by name."""

import argparse
import time
from itertools import islice
from typing import TYPE_CHECKING

from gatewatch.cli.output import add_format_option, write_table
from gatewatch.cli.progress import say
from gatewatch.cli.question import (
    add_dialect_option,
    add_query_argument,
    add_reading_options,
    asked,
    counted,
    dialect_named,
    looked_at,
    opened_lake,
    understood,
)
from gatewatch.cli.settings import CATALOGUE, add_lake_option, lake_of, setting
from gatewatch.model.errors import Exit, LakeMissing

if TYPE_CHECKING:
    import duckdb

    from gatewatch.model.table import Value
    from gatewatch.query.scope import Scope

HELP = "Explain a query, convert one of another search engine, or keep queries by name."
EXAMPLES = (
    "gatewatch query explain 'server:\"gSOAP/2.7\" not country:Italy'",
    "gatewatch query convert --from censys-legacy '7547.cwmp.get.headers.server: gSOAP'",
    "gatewatch query save italy 'country:IT role:cpe'",
    "gatewatch query run italy --format ndjson",
    "gatewatch query list",
    "gatewatch query delete italy",
)
_LIMIT = 100


def configure(parser: argparse.ArgumentParser) -> None:
    """One sub-command a verb."""
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    explain = verbs.add_parser("explain", help="what a query means, and what each part of it finds")
    add_query_argument(explain)
    add_format_option(explain)
    explain.set_defaults(verb=_explain)
    convert = verbs.add_parser("convert", help="print what a query of another engine is here")
    add_dialect_option(convert, "--from")
    convert.add_argument("query", metavar="QUERY", nargs="+", help="as that engine takes it")
    convert.set_defaults(verb=_convert)
    save = verbs.add_parser("save", help="keep a query under a name")
    save.add_argument("name", metavar="NAME", help="letters, digits, dot, dash, underscore")
    add_query_argument(save)
    save.set_defaults(verb=_save)
    listing = verbs.add_parser("list", help="the kept queries")
    add_lake_option(listing)
    add_format_option(listing)
    listing.set_defaults(verb=_list)
    running = verbs.add_parser("run", help="what it finds now and did not before, and what is gone")
    running.add_argument("name", metavar="NAME", help="a kept query")
    running.add_argument(
        "--limit", metavar="N", type=int, default=_LIMIT,
        help=f"so many changes at most, 0: all (default: {_LIMIT})",
    )  # fmt: skip
    add_reading_options(running)
    add_format_option(running)
    running.set_defaults(verb=_run)
    delete = verbs.add_parser("delete", help="forget a kept query")
    delete.add_argument("name", metavar="NAME", help="a kept query")
    add_lake_option(delete)
    delete.set_defaults(verb=_delete)


def run(args: argparse.Namespace) -> int:
    """Runs the verb."""
    code: int = args.verb(args)
    return code


def _explain(args: argparse.Namespace) -> int:
    from gatewatch.model.table import Look, Table
    from gatewatch.query.explain import advice
    from gatewatch.query.printing import printed

    query = understood(args)
    rows: list[tuple[Value, ...]] = [("query", printed(query.node), None)]
    rows += [("name", text, None) for text in query.rewrites]
    rows += [("note", text, None) for text in (*query.notes, *advice(query.node))]
    rows += [("unit", query.unit, None), *_counts(args)]
    looks = {"what": Look.WHOLE, "text": Look.PROSE, "services": Look.COUNT}
    return write_table(Table(("what", "text", "services"), rows, looks=looks), args)


def _counts(args: argparse.Namespace) -> "list[tuple[Value, ...]]":
    """Rows of what is looked at and what each condition finds; none of them without a lake."""
    from gatewatch.query.explain import leaves
    from gatewatch.query.printing import printed
    from gatewatch.query.search import count_hosts, count_services

    try:
        with asked(args, silent=True) as question:
            con, node = question.con, question.scope.node
            where = looked_at(question.scope.infos, time.time())
            whole = count_hosts if question.query.unit == "hosts" else count_services
            return [
                ("looks at", where, None),
                *(("alone", printed(one), count_services(con, one)) for one in leaves(node)),
                ("all", printed(node), whole(con, node)),
            ]
    except LakeMissing as error:
        return [("looks at", str(error), None)]


def _convert(args: argparse.Namespace) -> int:
    from gatewatch.query.parser import parse
    from gatewatch.query.printing import printed

    overlay = setting(CATALOGUE, args)
    query = parse(" ".join(args.query), dialect_named(args.dialect), overlay=overlay)
    print(printed(query.node))
    for text in (*query.rewrites, *query.notes):
        say(text, args)
    if query.unit == "hosts":
        say("hosts are counted there: gatewatch count --unit hosts", args)
    return Exit.FOUND


def _save(args: argparse.Namespace) -> int:
    from gatewatch.query.saved import keep
    from gatewatch.store.lake import Lake

    query = understood(args)
    for text in query.notes:
        say(text, args)
    kept = keep(Lake.open(lake_of(args)).path, args.name, query, time.time())
    say(f"kept as {args.name}: {kept.query}", args)
    return Exit.FOUND


def _list(args: argparse.Namespace) -> int:
    from gatewatch.model.table import Look, Table
    from gatewatch.query.saved import load

    rows = [(one.name, one.query, one.saved_at) for one in load(lake_of(args)).values()]
    looks = {"name": Look.WHOLE, "query": Look.WHOLE, "saved": Look.WHOLE}
    return write_table(Table(("name", "query", "saved"), rows, looks=looks), args)


def _run(args: argparse.Namespace) -> int:
    from gatewatch.model.table import Look, Table
    from gatewatch.query.parser import parse
    from gatewatch.query.saved import changes, named
    from gatewatch.query.scope import scope

    overlay = setting(CATALOGUE, args)
    lake = opened_lake(args)
    kept = named(lake.path, args.name)
    found = scope(parse(kept.query, overlay=overlay).node, lake.snapshots)
    infos = lake.snapshots[-2:]
    with lake.reading([info.id for info in infos]) as con:
        _say_count(con, found, args)
        if len(infos) < 2:
            say("there is one snapshot only, so nothing to compare with", args)
            return Exit.NOTHING
        before, after = (info.id for info in infos)
        rows = (
            (one.change, one.ip, one.port, one.because)
            for one in islice(changes(con, found.node, before, after), args.limit or None)
        )
        looks = {"change": Look.WHOLE, "because": Look.WHOLE}
        code = write_table(Table(("change", "ip", "port", "because"), rows, looks=looks), args)
    say(f"{after} compared with {before}" + ("" if code == Exit.FOUND else ": no change"), args)
    return code


def _say_count(con: "duckdb.DuckDBPyConnection", found: "Scope", args: argparse.Namespace) -> None:
    from gatewatch.model.fields import FIELDS
    from gatewatch.query.nodes import Condition, all_of
    from gatewatch.query.search import count_services

    latest = Condition(FIELDS["snapshot"], "=", found.infos[-1].id)
    number = count_services(con, all_of([found.node, latest]))
    say(f"{counted(number, 'service')}, {looked_at(found.infos, time.time())}", args)


def _delete(args: argparse.Namespace) -> int:
    from gatewatch.query.saved import delete

    delete(lake_of(args), args.name)
    say(f"{args.name} is forgotten", args)
    return Exit.FOUND
