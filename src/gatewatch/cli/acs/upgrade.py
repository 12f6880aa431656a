"""`acs upgrade`: see HELP."""

import argparse

from gatewatch.cli.acs_place import add_order_options, opened, ordered
from gatewatch.model.errors import OrderRefused

HELP = "have a device fetch and install a firmware of the catalogue"


def configure(parser: argparse.ArgumentParser) -> None:
    """Which device, and what for."""
    add_order_options(parser)
    parser.add_argument(
        "firmware", metavar="FIRMWARE", help="its version, its file's name, or its SHA-256's begin"
    )


def run(args: argparse.Namespace) -> int:
    """Orders it."""
    asked = args.firmware
    with opened(args) as place:
        found = [
            file
            for file in place.state.files()
            if asked in (file.version, file.name)
            or (len(asked) >= 6 and file.sha256.startswith(asked.lower()))
        ]
    if len(found) != 1:
        raise OrderRefused(
            where=asked,
            what=f"{len(found)} files of the catalogue are called so",
            mend='give what "gatewatch acs firmware list" shows under sha256',
        )
    return ordered(args, "upgrade", {"sha256": found[0].sha256})
