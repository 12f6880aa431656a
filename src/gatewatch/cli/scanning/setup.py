"""`scan setup`, and the look at what others can find out: pages, reverse name, attribution."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from gatewatch.cli.progress import say
from gatewatch.cli.settings import CONTACT, add_option, setting
from gatewatch.model.errors import Exit, OutputUnwritable, PlaceTaken

if TYPE_CHECKING:
    from gatewatch.scan.plan import Plan

__all__ = ["configure", "configure_check", "missing", "run"]


def configure_check(parser: argparse.ArgumentParser) -> None:
    """For `plan`: whether to look."""
    parser.add_argument(
        "--check",
        action="store_true",
        help="ask DNS and the scanning address itself whether others can find you",
    )


def configure(parser: argparse.ArgumentParser) -> None:
    """Where to write, and who you are."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="folder for the pages")
    add_option(parser, CONTACT)
    parser.add_argument(
        "--name", required=True, metavar="HOST", help="the scanning host: scan1.example.net"
    )
    parser.add_argument(
        "--description", default="", metavar="TEXT", help="why you scan, in a sentence"
    )


def run(args: argparse.Namespace) -> int:
    """Writes the pages into a folder that does not exist yet."""
    from gatewatch.scan.manners import pages

    made = pages(args.name, setting(CONTACT, args), args.description)
    if args.folder.exists():
        raise PlaceTaken(where=args.folder)
    try:
        for name, text in made.items():
            path = args.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputUnwritable(
            where=args.folder, what=error.strerror, mend="name another folder"
        ) from None
    for name in made:
        say(f"{args.folder / name}", args)
    say(f"serve them on the scanning address; name it: {args.folder / 'reverse-name.txt'}", args)
    return Exit.FOUND


def missing(plan: "Plan") -> list[str]:
    """What is missing for good conduct, one line each; asks DNS and our own address."""
    from gatewatch.scan.manners import missing_on_line

    if plan.lab:
        return ["  missing    nothing, in a lab"]
    found = missing_on_line(plan.order.address(0))
    return [f"  missing    {what}" for what in found] or ["  missing    nothing"]
