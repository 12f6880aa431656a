"""`gatewatch snapshot`: the scans and imports that a lake holds."""

import argparse
import sys

from gatewatch.cli.output import add_format_option, write_table
from gatewatch.cli.settings import add_lake_option, lake_of
from gatewatch.model.errors import Exit, LakeCorrupt
from gatewatch.model.moment import iso
from gatewatch.model.snapshot import SnapshotInfo
from gatewatch.model.table import Table, Value

HELP = "List, show, remove or verify the snapshots of a lake."
EXAMPLES = (
    "gatewatch snapshot list",
    "gatewatch snapshot show latest",
    "gatewatch snapshot verify",
    "gatewatch snapshot remove 2026-11-24",
)


def configure(parser: argparse.ArgumentParser) -> None:
    """One sub-command a verb."""
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    listing = verbs.add_parser("list", help="one line a snapshot, oldest first")
    listing.set_defaults(verb=_list)
    add_format_option(listing)
    show = verbs.add_parser("show", help="everything that is known of one")
    show.add_argument("snapshot", help="its id, or latest")
    show.set_defaults(verb=_show)
    add_format_option(show)
    remove = verbs.add_parser("remove", help="take one out of the lake")
    remove.add_argument("snapshot", help="its id")
    remove.set_defaults(verb=_remove)
    verify = verbs.add_parser("verify", help="compare every file with its checksum")
    verify.set_defaults(verb=_verify)
    for verb in (listing, show, remove, verify):
        add_lake_option(verb)


def run(args: argparse.Namespace) -> int:
    """Runs the verb."""
    code: int = args.verb(args)
    return code


def _list(args: argparse.Namespace) -> int:
    from gatewatch.store.lake import Lake

    columns = ("snapshot", "tool", "services", "hosts", "first_seen", "last_seen", "state")
    rows = [
        (one.id, one.tool, one.services, one.hosts, iso(one.first_seen), iso(one.last_seen),
         "partial" if one.partial else "whole")
        for one in Lake.open(lake_of(args)).snapshots
    ]  # fmt: skip
    return write_table(Table(columns, rows), args)


def _show(args: argparse.Namespace) -> int:
    from gatewatch.store.lake import Lake

    info = Lake.open(lake_of(args)).snapshot(args.snapshot)
    return write_table(Table(("what", "value"), _facts(info)), args)


def _facts(info: SnapshotInfo) -> list[tuple[str, Value]]:
    facts: list[tuple[str, Value]] = [
        ("snapshot", info.id),
        ("tool", info.tool),
        ("inputs", ", ".join(info.inputs)),
        ("stored", iso(info.created_at)),
        ("first seen", iso(info.first_seen)),
        ("last seen", iso(info.last_seen)),
        (
            "share of its scope asked",
            "all" if info.sampled == 1 else f"{info.sampled:.4%}, a sample",
        ),
        ("services", info.services),
        ("hosts", info.hosts),
        ("distinct responses", info.responses),
        ("duplicate records", info.duplicates),
        ("rejected records", info.rejected),
        ("state", "partial" if info.partial else "whole"),
        ("network data", ", ".join(info.networks) or "none"),
        ("catalogue", info.catalogue),
        ("written by", f"gatewatch {info.version}"),
        ("bytes", sum(int(file["size"]) for file in info.files.values())),
    ]
    facts += [(f"unanswered: {name}", count) for name, count in sorted(info.unanswered.items())]
    facts += [(f"located by {name}", count) for name, count in info.located_by.items()]
    facts += list(info.details.items())
    return facts


def _remove(args: argparse.Namespace) -> int:
    from gatewatch.store.upkeep import remove_snapshot

    info = remove_snapshot(lake_of(args), args.snapshot)
    print(f"snapshot {info.id}: removed ({info.services:,} services)", file=sys.stderr)
    return Exit.FOUND


def _verify(args: argparse.Namespace) -> int:
    from gatewatch.store.upkeep import verify

    lake, checked = lake_of(args), 0
    damaged = []
    for path, problem in verify(lake):
        checked += 1
        if problem:
            damaged.append(path)
            print(f"{path}: {problem}")
    if damaged:
        raise LakeCorrupt(
            where=lake,
            what=f"{len(damaged)} of {checked} files are damaged (named above)",
            mend="restore them from a backup, or remove their snapshots",
        )
    print(f"{lake}: {checked} files match their checksums", file=sys.stderr)
    return Exit.FOUND
