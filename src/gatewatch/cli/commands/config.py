"""`gatewatch config`: every setting, its value, and who said so."""

import argparse

from gatewatch.cli.output import add_format_option, write_table
from gatewatch.cli.settings import CATALOGUE, CONTACT, LAKE, SETTINGS, add_option, effective

HELP = "Show each setting, its value and where the value comes from."
EXAMPLES = ("gatewatch config", "gatewatch config --lake ./other --format json")


def configure(parser: argparse.ArgumentParser) -> None:
    """The settings themselves, to see what a flag would do."""
    for entry in (LAKE, CONTACT, CATALOGUE):
        add_option(parser, entry)
    add_format_option(parser)


def run(args: argparse.Namespace) -> int:
    """One row per setting."""
    from gatewatch.model.table import Look, Table

    rows = [
        (name, _text(found.value), found.origin, entry.sentence)
        for name, entry in SETTINGS.items()
        for found in [effective(entry, args)]
    ]
    looks = {"value": Look.WHOLE, "origin": Look.WHOLE, "sentence": Look.PROSE}
    return write_table(Table(("setting", "value", "origin", "sentence"), rows, looks=looks), args)


def _text(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or None
    return None if value is None else str(value)
