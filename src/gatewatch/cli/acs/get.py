"""`acs get`: see HELP."""

import argparse

from gatewatch.cli.acs_place import add_order_options, ordered

HELP = "read parameters of a device"


def configure(parser: argparse.ArgumentParser) -> None:
    """Which device, and what of it."""
    add_order_options(parser)
    parser.add_argument(
        "names", nargs="+", metavar="NAME", help="a parameter, or a path that ends with a dot"
    )


def run(args: argparse.Namespace) -> int:
    """Orders it."""
    return ordered(args, "get", {"names": args.names})
