"""`gatewatch watch sources`: the logs that can be read."""

import argparse

from gatewatch.cli.output import add_format_option, write_table

HELP = "List the logs of sign-ins that can be read."
EXAMPLES = ("gatewatch watch sources",)


def configure(parser: argparse.ArgumentParser) -> None:
    """How to write the list."""
    add_format_option(parser)


def run(args: argparse.Namespace) -> int:
    """One row a source; the folder is the list."""
    from gatewatch.model.table import Look, Table, Value
    from gatewatch.watch.sources import sources

    rows: list[tuple[Value, ...]] = [(name, one.SENTENCE) for name, one in sources().items()]
    return write_table(Table(("source", "sentence"), rows, looks={"sentence": Look.PROSE}), args)
