"""`acs confirm`: see HELP."""

import argparse

from gatewatch.cli.acs_place import actor, add_place_options, opened
from gatewatch.model.errors import Exit

HELP = "agree, as a second person, to what somebody has proposed"


def configure(parser: argparse.ArgumentParser) -> None:
    """Which task."""
    parser.add_argument("task", type=int, metavar="TASK", help="its number, see acs tasks")
    parser.add_argument(
        "--alone", action="store_true", help="also what you proposed yourself; the log says so"
    )
    add_place_options(parser)


def run(args: argparse.Namespace) -> int:
    """Lets it go."""
    with opened(args) as place:
        task = place.orders.confirm(args.task, actor(), alone=args.alone)
        print(f"{task.device}: {task.action}, when the device next calls")
    return Exit.FOUND
