"""`gatewatch watch cases`: all cases, people as pseudonyms unless settings say to show names."""

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from gatewatch.cli.output import add_format_option, write_table
from gatewatch.cli.settings import WATCH_NAMES, setting
from gatewatch.cli.watching._store import add_watch_option, watch_of
from gatewatch.model.hostile import shown
from gatewatch.model.moment import iso
from gatewatch.model.table import Table

HELP = "List cases: who signs in from behind what, how certain, and where it stands."
EXAMPLES = (
    "gatewatch watch cases",
    "gatewatch watch cases --state new --format ndjson",
    "gatewatch watch cases --all",
)
_STATES = ("new", "told", "mended", "accepted", "false")


def configure(parser: argparse.ArgumentParser) -> None:
    """Which cases, and the format."""
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--state", action="append", choices=_STATES, help="in this state; may be repeated"
    )
    which.add_argument("--all", action="store_true", help="in any state (default: new and told)")
    parser.add_argument("--rule", metavar="NAME", help="of this rule")
    add_watch_option(parser)
    add_format_option(parser)


def run(args: argparse.Namespace) -> int:
    """Prints one line a case; 1: there is none."""
    from gatewatch.watch.cases import OPEN, Cases, State

    states = tuple(State) if args.all else tuple(map(State, args.state or OPEN))
    columns = (
        "case", "state", "rule", "person", "severity", "confidence", "what", "ip", "port",
        "signins", "last_signin", "last_seen", "assigned", "advice",
    )  # fmt: skip
    with Cases.open(watch_of(args)) as cases, _people(args) as person:
        rows = [
            (one.id, str(one.state), one.rule, person(one.who), one.severity,
             round(100 * one.confidence), one.what, str(one.address), one.port, one.signins,
             iso(one.last_signin) if one.last_signin else None,
             iso(one.last_seen) if one.last_seen else None, one.assigned, one.advice)
            for one in cases.all(states, args.rule)
        ]  # fmt: skip
    return write_table(Table(columns, rows), args)


@contextmanager
def _people(args: argparse.Namespace) -> Iterator[Callable[[int | None], str]]:
    """How a person is written: the name where `watch_names` is `shown`, else the pseudonym."""
    from gatewatch.watch.folder import WatchFolder
    from gatewatch.watch.names import Names
    from gatewatch.watch.pseudonyms import shown_as

    folder = WatchFolder(watch_of(args))
    if setting(WATCH_NAMES, args) != "shown" or not folder.names.exists():
        yield shown_as
        return
    with Names.open(folder) as names:

        def name(who: int | None) -> str:
            known = None if who is None else names.name(who)
            return shown(known, 100) if known else shown_as(who)

        yield name
