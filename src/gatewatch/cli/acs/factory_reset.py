"""`acs factory-reset`: see HELP."""

import argparse

from gatewatch.cli.acs_place import add_order_options, ordered

HELP = "make a device forget every setting (a second person confirms)"


def configure(parser: argparse.ArgumentParser) -> None:
    """Which device."""
    add_order_options(parser)


def run(args: argparse.Namespace) -> int:
    """Orders it."""
    return ordered(args, "factory-reset", {})
