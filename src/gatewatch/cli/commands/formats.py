"""`gatewatch formats`: what can be read and written."""

import argparse

from gatewatch.model.errors import Exit

HELP = "List the file formats that can be imported and written."
EXAMPLES = ("gatewatch formats",)


def configure(parser: argparse.ArgumentParser) -> None:
    """No arguments."""
    del parser


def run(args: argparse.Namespace) -> int:
    """Prints one line per format: direction, name, sentence."""
    del args
    from gatewatch.formats.read import readers
    from gatewatch.formats.write import writers

    for direction, modules in (("read", readers()), ("write", writers())):
        for name, module in modules.items():
            print(f"{direction:<6} {name:<16} {module.SENTENCE}")
    return Exit.FOUND
