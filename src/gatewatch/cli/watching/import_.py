"""`gatewatch watch import`: sign-ins of log files are kept, each one once."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from gatewatch.cli.progress import Progress, say
from gatewatch.cli.question import counted
from gatewatch.cli.settings import WATCH_DAYS, WATCH_NAMES, setting
from gatewatch.cli.watching._logs import add_log_options, given_for
from gatewatch.cli.watching._store import add_watch_option, watch_of
from gatewatch.model.errors import Exit, NothingUsable
from gatewatch.model.hostile import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gatewatch.model.signin import SignIn
    from gatewatch.watch.intake import Rejects, Told
    from gatewatch.watch.signins import Added

HELP = "Import sign-ins from the logs of identity providers, VPNs and servers."
EXAMPLES = (
    "gatewatch watch import okta.jsonl.gz",
    "gatewatch watch import --year 2026 --zone Europe/Berlin auth.log",
    "gatewatch watch import --map ours.toml ours.csv",
)


def configure(parser: argparse.ArgumentParser) -> None:
    """The files, what they do not say themselves, and where to keep it."""
    parser.add_argument("files", nargs="+", metavar="FILE", help="- is standard input")
    add_log_options(parser)
    add_watch_option(parser)


def run(args: argparse.Namespace) -> int:
    """All files or nothing; 0: all of it, 1: no sign-in, 4: something was rejected or damaged."""
    from gatewatch.watch.intake import Rejects, Told
    from gatewatch.watch.signins import add

    told = Told()
    with Rejects(_rejects_of(args.files[0])) as rejects:
        done = add(
            watch_of(args),
            _signins(args, told, rejects),
            days=setting(WATCH_DAYS, args),
            keep_names=setting(WATCH_NAMES, args) != "none",
        )
    return _tell(done, told, rejects, args)


def _signins(args: argparse.Namespace, told: "Told", rejects: "Rejects") -> "Iterator[SignIn]":
    from gatewatch.watch.intake import log_signins

    given = given_for(args)
    mapped = "mapped" if args.map is not None or args.columns else None
    with Progress(f"import {shown(', '.join(args.files))}", "records", args) as progress:
        for name in args.files:
            for signin in log_signins(given(name), args.source or mapped, told, rejects):
                progress.show(told.records)
                yield signin


def _rejects_of(name: str) -> Path | None:
    """`auth.log.gz` keeps its rejected records in `auth.rejected.jsonl`."""
    if name == "-":
        return None
    path = Path(name)
    return path.with_name(f"{path.name.partition('.')[0] or path.name}.rejected.jsonl")


def _tell(done: "Added", told: "Told", rejects: "Rejects", args: argparse.Namespace) -> int:
    """Says what came of it, without a name or an address, and chooses the exit code."""
    where = f"watch import {', '.join(args.files)}"
    found = done.added + done.known
    if not found and told.rejected and not told.passed:
        raise NothingUsable(where=where, rejected=f"{told.rejected:,}", first=told.first_rejected)
    say(
        f"{where}: {counted(done.added, 'sign-in')} added, {done.known:,} known already; "
        f"{counted(told.failures, 'failed attempt')} among them",
        args,
    )
    for reason, count in sorted((told.passed + done.refused).items()):
        say(f"{where}: not kept: {count:,} {reason}", args)
    if told.rejected:
        kept = f"kept in {rejects.path} (personal: remove it when read)" if rejects.kept else ""
        say(
            f"{where}: {told.rejected:,} of {told.records:,} records rejected "
            f"(first: {told.first_rejected}); {kept or 'not kept'}",
            args,
        )
    for name, damage in told.damage:
        say(f"{where}: {name}: {damage}; everything before that was read", args)
    if told.rejected or told.damage:
        return Exit.PARTIAL
    return Exit.FOUND if found else Exit.NOTHING
