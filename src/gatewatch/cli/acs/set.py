"""`acs set`: see HELP."""

import argparse

from gatewatch.cli.acs_place import add_order_options, opened, ordered
from gatewatch.model.errors import BadArguments

HELP = "set parameters of a device, all or none of them"


def configure(parser: argparse.ArgumentParser) -> None:
    """Which device, and what of it."""
    add_order_options(parser)
    parser.add_argument(
        "values",
        nargs="+",
        metavar="NAME=VALUE",
        help="a parameter and its new value; NAME:TYPE=VALUE where its type is not known yet",
    )


def run(args: argparse.Namespace) -> int:
    """Orders it, each value in the type in which the device last told it."""
    values: dict[str, list[str]] = {}
    with opened(args) as place:
        known = place.state.parameters(args.device)
    for word in args.values:
        name, sign, value = word.partition("=")
        name, _, kind = name.partition(":")
        if not sign:
            raise BadArguments(where="acs set", what=f'"{word}" sets nothing', mend="NAME=VALUE")
        values[name] = [value, kind or (known[name].type if name in known else "string")]
    return ordered(args, "set", {"values": values})
