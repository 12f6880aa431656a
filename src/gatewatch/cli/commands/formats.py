"""`gatewatch formats`: what can be read and written."""

import argparse

from gatewatch.cli.output import add_format_option, write_table

HELP = "List the file formats that can be read and written."
EXAMPLES = ("gatewatch formats", "gatewatch formats --format json")


def configure(parser: argparse.ArgumentParser) -> None:
    """How to write the list."""
    add_format_option(parser)


def run(args: argparse.Namespace) -> int:
    """One row per format; the folders are the lists."""
    from gatewatch.enrich.read import readers as network_readers
    from gatewatch.formats.export import exporters
    from gatewatch.formats.read import readers
    from gatewatch.formats.write import writers
    from gatewatch.model.table import Look, Table, Value

    rows: list[tuple[Value, ...]] = [
        (direction, name, module.SENTENCE)
        for direction, modules in (
            ("import", readers()),
            ("geo import", network_readers()),
            ("write", writers()),
            ("export", exporters()),
        )
        for name, module in modules.items()
    ]
    looks = {"sentence": Look.PROSE}
    return write_table(Table(("direction", "format", "sentence"), rows, looks=looks), args)
