"""`gatewatch watch follow`: sign-ins are kept while they are logged."""

import argparse
import signal
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from threading import Event
from time import monotonic
from types import FrameType
from typing import TYPE_CHECKING

from gatewatch.cli.progress import say
from gatewatch.cli.question import counted
from gatewatch.cli.settings import WATCH_DAYS, WATCH_NAMES, setting
from gatewatch.cli.watching._logs import add_log_options, given_for, networks_of
from gatewatch.cli.watching._store import add_watch_option, watch_of
from gatewatch.model.errors import BadArguments, Exit, WatchBusy

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from gatewatch.model.signin import SignIn
    from gatewatch.watch.following import Follower
    from gatewatch.watch.syslog_door import SyslogDoor

HELP = "Keep sign-ins while they are logged: growing files, and a port for syslog."
EXAMPLES = (
    "gatewatch watch follow --zone Europe/Berlin /var/log/auth.log",
    "gatewatch watch follow --syslog 5514",
)

_LOOPBACK = ("127.0.0.0/8", "::1")
_BATCH = 5000
_EVERY_S = 5.0
# So long another writer ("watch run") is waited for before it is an error.
_PATIENCE_S = 600.0


def configure(parser: argparse.ArgumentParser) -> None:
    """The files, the port, what logs do not say themselves, and where to keep it."""
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="a file that grows")
    parser.add_argument(
        "--syslog", metavar="[HOST:]PORT", help="listen for syslog, UDP and TCP (on 127.0.0.1)"
    )
    parser.add_argument(
        "--allow", metavar="NET,...", help="who may send syslog; needed beyond loopback"
    )
    add_log_options(parser)
    add_watch_option(parser)


def run(args: argparse.Namespace) -> int:
    """Runs until Ctrl-C or SIGTERM, which end it in order; 4: something was rejected."""
    with _stop_on_signal() as stop:
        return follow(args, stop)


def follow(args: argparse.Namespace, stop: Event) -> int:
    """Follows until `stop` is set; what was found by then is kept."""
    from gatewatch.watch.following import Follower

    if not args.files and args.syslog is None:
        raise BadArguments(
            where="watch follow",
            what="there is nothing to follow",
            mend="name a FILE, or --syslog 5514",
        )
    mapped = "mapped" if args.map is not None or args.columns else None
    follower = Follower(given_for(args, live=args.year is None), args.source or mapped, stop)
    try:
        with _door(args, follower) as door:
            for path in args.files:
                follower.follow_file(path)
            if door is not None:
                say(f"watch follow: listening for syslog on port {door.port}", args)
            added = _keep(follower, args)
    finally:
        stop.set()
    return _tell(follower, added, args)


def _keep(follower: "Follower", args: argparse.Namespace) -> int:
    added = 0
    for batch in follower.batches(_BATCH, _EVERY_S):
        if batch:
            new = _add(batch, args)
            added += new
            if new:
                say(f"watch follow: {counted(new, 'sign-in')} added", args)
    return added


def _add(batch: "list[SignIn]", args: argparse.Namespace) -> int:
    """Keeps a batch; another writer is waited for."""
    from gatewatch.watch.signins import add

    until = monotonic() + _PATIENCE_S
    days, names = setting(WATCH_DAYS, args), setting(WATCH_NAMES, args) != "none"
    while True:
        try:
            return add(watch_of(args), batch, days=days, keep_names=names).added
        except WatchBusy:
            if monotonic() > until:
                raise
            Event().wait(0.5)


def _door(
    args: argparse.Namespace, follower: "Follower"
) -> "AbstractContextManager[SyslogDoor | None]":
    from gatewatch.watch.records import is_loopback
    from gatewatch.watch.syslog_door import SyslogDoor

    if args.syslog is None:
        return nullcontext()
    host, colon, port = args.syslog.rpartition(":")
    host = host.strip("[]") if colon else "127.0.0.1"
    if not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise BadArguments(
            where="--syslog",
            what=f'"{args.syslog}" names no port',
            mend="write 5514 or 192.0.2.1:5514",
        )
    if not is_loopback(host) and not args.allow:
        raise BadArguments(
            where="--syslog",
            what="whoever reaches the port could make up sign-ins",
            mend="add --allow with the networks of your own senders",
        )
    allowed = networks_of(args.allow or ",".join(_LOOPBACK), "--allow")
    return SyslogDoor(host, int(port), follower.message, allowed, follower.stop)


def _tell(follower: "Follower", added: int, args: argparse.Namespace) -> int:
    told = follower.told
    say(f"watch follow: {counted(added, 'sign-in')} added of {told.records:,} records", args)
    if follower.unclaimed:
        say(f"watch follow: {follower.unclaimed:,} messages are of no known log", args)
    if told.rejected:
        say(
            f"watch follow: {told.rejected:,} records rejected (first: {told.first_rejected})", args
        )
    if follower.dropped:
        say(f"watch follow: {follower.dropped:,} messages came too fast and are lost", args)
    return Exit.PARTIAL if told.rejected or follower.dropped else Exit.FOUND


@contextmanager
def _stop_on_signal() -> Iterator[Event]:
    """Ctrl-C and SIGTERM end following in order: what was read is kept."""
    stop = Event()

    def ask(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, ask) for number in numbers}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
