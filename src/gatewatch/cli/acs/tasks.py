"""`acs tasks`: see HELP."""

import argparse
import json

from gatewatch.cli.acs_place import add_place_options, opened
from gatewatch.cli.output import add_format_option, write_table
from gatewatch.model.moment import iso
from gatewatch.model.table import Table

HELP = "what devices are to do, do, or have done"
_STATES = ("proposed", "waiting", "running", "done", "failed", "cancelled")


def configure(parser: argparse.ArgumentParser) -> None:
    """Which tasks."""
    parser.add_argument("--device", default="", metavar="ID", help="only this device's")
    parser.add_argument("--campaign", default="", metavar="ID", help="only this campaign's")
    parser.add_argument("--state", choices=_STATES, action="append", help="only in this state")
    add_place_options(parser)
    add_format_option(parser)


def run(args: argparse.Namespace) -> int:
    """Writes one row a task."""
    columns = ("task", "device", "action", "what", "state", "by", "created", "tries", "fault",
               "result")  # fmt: skip
    with opened(args) as place:
        rows = [
            (one.id, one.device, one.action,
             asked(one.action, one.arguments), str(one.state), one.by, iso(one.created),
             one.tries, one.fault or None, one.result or None)
            for one in place.state.tasks(
                args.device, args.state or (), args.campaign, limit=100_000
            )
        ]  # fmt: skip
    return write_table(Table(columns, rows), args)


def asked(action: str, arguments: str) -> str | None:
    """What an order asks; nothing of tasks that are done, which keep no arguments."""
    from gatewatch.acs.orders import ACTIONS, shown_arguments

    return shown_arguments(action, json.loads(arguments)) or None if action in ACTIONS else None
