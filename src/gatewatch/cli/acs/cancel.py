"""`acs cancel`: see HELP."""

import argparse

from gatewatch.cli.acs_place import actor, add_place_options, opened
from gatewatch.model.errors import Exit

HELP = "take back tasks that were not begun"


def configure(parser: argparse.ArgumentParser) -> None:
    """Which tasks."""
    parser.add_argument("tasks", type=int, nargs="+", metavar="TASK", help="numbers of tasks")
    add_place_options(parser)


def run(args: argparse.Namespace) -> int:
    """Cancels them; 1 when one of them was begun, or is none."""
    code = Exit.FOUND
    with opened(args) as place:
        for number in args.tasks:
            if place.orders.cancel(number, actor()):
                print(f"task {number}: cancelled")
            else:
                print(f"task {number}: too late, or there is none")
                code = Exit.NOTHING
    return code
