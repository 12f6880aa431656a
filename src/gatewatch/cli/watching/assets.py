"""`gatewatch watch assets`: our own networks, and those that hide where people live."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from gatewatch.cli.output import add_format_option, write_table
from gatewatch.cli.progress import say
from gatewatch.cli.watching._store import add_watch_option, watch_of
from gatewatch.model.errors import BadArguments, Exit
from gatewatch.model.hostile import shown
from gatewatch.model.table import Table

if TYPE_CHECKING:
    from gatewatch.watch.assets import Asset

HELP = "Say which networks are our own, where our VPN comes out, and which hide homes."
EXAMPLES = (
    "gatewatch watch assets add 198.51.100.0/24 --kind own --name 'head office'",
    "gatewatch watch assets add AS64500 --kind egress",
    "gatewatch watch assets import networks.txt --kind own",
    "gatewatch watch assets list",
    "gatewatch watch assets remove AS64500",
)
_KINDS = ("own", "egress", "mobile", "hosting", "vpn")


def configure(parser: argparse.ArgumentParser) -> None:
    """One sub-command a verb."""
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    add = verbs.add_parser("add", help="add networks, ranges or AS numbers")
    add.add_argument("networks", nargs="+", metavar="NETWORK", help="198.51.100.0/24 or AS64500")
    add.add_argument("--name", default="", help="what people call it")
    add.set_defaults(verb=_add)
    read = verbs.add_parser("import", help="add the networks in a file, one a line")
    read.add_argument("file", type=Path, metavar="FILE", help="[KIND] NETWORK [# name] a line")
    read.set_defaults(verb=_import)
    for verb in (add, read):
        verb.add_argument(
            "--kind", choices=_KINDS, default="own", help="what they are to us (default: own)"
        )
    remove = verbs.add_parser("remove", help="remove one")
    remove.add_argument("network", metavar="NETWORK", help="as it is listed")
    remove.set_defaults(verb=_remove)
    listing = verbs.add_parser("list", help="show all")
    add_format_option(listing)
    listing.set_defaults(verb=_list)
    for verb in (add, read, remove, listing):
        add_watch_option(verb)


def run(args: argparse.Namespace) -> int:
    """Runs the verb."""
    code: int = args.verb(args)
    return code


def _add(args: argparse.Namespace) -> int:
    from gatewatch.watch.assets import parse_asset

    found = []
    for text in args.networks:
        try:
            found.append(parse_asset(args.kind, text, args.name))
        except ValueError as error:
            raise BadArguments(
                where="watch assets add",
                what=f'"{shown(text, 60)}" is no network: {error}',
                mend="give 198.51.100.0/24, 2001:db8::/32, first-last or AS64500",
            ) from None
    return _store(found, args)


def _import(args: argparse.Namespace) -> int:
    from gatewatch.watch.assets import read_assets

    return _store(read_assets(args.file, args.kind), args)


def _store(found: "list[Asset]", args: argparse.Namespace) -> int:
    from gatewatch.watch.assets import Assets

    with Assets.open(watch_of(args)) as assets:
        added = assets.add(found)
    say(f"{added} of {len(found)} are new", args)
    return Exit.FOUND


def _remove(args: argparse.Namespace) -> int:
    from gatewatch.watch.assets import Assets

    with Assets.open(watch_of(args)) as assets:
        removed = assets.remove(args.network)
    if not removed:
        raise BadArguments(
            where="watch assets remove",
            what=f'"{shown(args.network, 60)}" is not listed',
            mend='"gatewatch watch assets list" shows how each is written',
        )
    say(f"{removed} removed", args)
    return Exit.FOUND


def _list(args: argparse.Namespace) -> int:
    from gatewatch.watch.assets import Assets

    with Assets.open(watch_of(args)) as assets:
        rows = [(str(one.kind), one.text, one.name) for one in assets.all()]
    return write_table(Table(("kind", "network", "name"), rows), args)
