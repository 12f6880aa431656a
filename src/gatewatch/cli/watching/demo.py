"""`gatewatch watch demo`: an invented company, from its logs to mended routers, on loopback."""

import argparse
import contextlib
import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from gatewatch.cli.parser import as_typed
from gatewatch.cli.progress import say
from gatewatch.cli.rehearsal import interruptible, typed
from gatewatch.cli.watching import _company
from gatewatch.model.errors import Exit, PlaceTaken
from gatewatch.model.moment import iso

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gatewatch.acs.devices import SimulatedDevices
    from gatewatch.watch.cases import Case

HELP = "Tell the whole story on an invented company: logs, scan, cases, letters, mended routers."
EXAMPLES = ("gatewatch watch demo", "gatewatch watch demo --keep watch-demo")

MENDED = 30
_NETWORKS, _DEVICES, _SEED = 30, 12, 2019
# Said each time: whoever has settings of their own keeps what they name clean.
_WATCH = ("--watch", "demo-watch")
_LAKE = ("--lake", "demo-lake")
_ACCOUNTS = """\
[smtp]
from = "security@example.org"
[letters]
company = "Example Ltd"
contact = "security@example.org"
"""
_VULNERABLE = ("gsoap-27-realtek", "gsoap-27-ok", "gsoap-27-sagemcom")


def configure(parser: argparse.ArgumentParser) -> None:
    """Where to keep what the demo makes, if anywhere."""
    parser.add_argument(
        "--keep", type=Path, metavar="DIR", help="keep its lake, logs and letters there"
    )


def run(args: argparse.Namespace) -> int:
    """Runs the demo; its exit code is that of the first step that fails."""
    if args.keep is not None and args.keep.exists():
        raise PlaceTaken(where=args.keep)
    started = monotonic()
    with interruptible(), _place(args):
        code = _find(args) or _tell(args) or _mend(args)
    if code == Exit.FOUND:
        say(f"done in {monotonic() - started:.0f} s", args)
        _what_next(args)
    return code


@contextmanager
def _place(args: argparse.Namespace) -> Iterator[None]:
    """The folder in which everything happens: one that is kept, or one that goes away."""
    with contextlib.ExitStack() as stack:
        if args.keep is None:
            folder = Path(
                stack.enter_context(tempfile.TemporaryDirectory(prefix="gatewatch-demo-"))
            )
        else:
            folder = args.keep.resolve()
            folder.mkdir(parents=True, mode=0o700)
        stack.enter_context(contextlib.chdir(folder))
        # Nobody of the invented company minds being named.
        Path("gatewatch.toml").write_text(
            'watch_names = "shown"\nwatch_domains = ["example.org"]\n'
        )
        yield


@contextmanager
def _devices(port: int, mended: "Sequence[str]" = ()) -> "Iterator[SimulatedDevices]":
    """A provider's customers; who mended a router has closed its door."""
    from gatewatch.acs.device_kinds import CLOSED
    from gatewatch.acs.devices import SimulatedDevices

    devices = SimulatedDevices(_addresses(), port, _SEED)
    devices.kinds.update(dict.fromkeys(mended, CLOSED))
    with devices:
        yield devices


def _addresses() -> list[str]:
    return [f"127.77.{n}.{host}" for n in range(_NETWORKS) for host in range(1, _DEVICES + 1)]


def _find(args: argparse.Namespace) -> int:
    """From logs and a scan to cases."""
    with _devices(0) as devices:
        homes = [one for one, kind in devices.kinds.items() if kind in _VULNERABLE]
        logs = _company.Company(datetime.now(UTC), homes[: _company.EXPOSED]).write(Path())
        Path("scope.txt").write_text("".join(f"127.77.{n}.0/28\n" for n in range(_NETWORKS)))
        say(
            f"an invented company of {_company.PEOPLE:,} people: {_company.EXPOSED} live behind "
            f"vulnerable routers, {_company.ROUND} go round the VPN; {_company.DAYS} days of logs",
            args,
        )
        scan = ("--lab", "--scope", "scope.txt", "--port", str(devices.port))
        code = (
            typed(args, "watch", "assets", "add", _company.EGRESS, "--kind", "egress", *_WATCH)
            or typed(args, "watch", "import", "--lab", *logs, *_WATCH)
            or typed(args, "scan", "run", *scan, *_LAKE)
            or typed(args, "watch", "run", *_WATCH, *_LAKE)
        )
    return code or _show(args)


def _show(args: argparse.Namespace) -> int:
    """The cases of those who go round the VPN, and one of those behind a router."""
    first = next((case.id for case in _cases() if case.port is not None), 0)
    rule = ("--rule", "round-the-vpn", "--format", "table", *_WATCH)
    return typed(args, "watch", "cases", *rule) or typed(
        args, "watch", "case", str(first), "--format", "table", *_WATCH
    )


def _cases() -> "list[Case]":
    from gatewatch.watch.cases import Cases, State

    with Cases.open(Path(_WATCH[1])) as cases:
        return list(cases.all(tuple(State), None))


def _tell(args: argparse.Namespace) -> int:
    """Letters to those behind routers, as files; their names are opened on record."""
    from gatewatch.watch.cases import Cases, State
    from gatewatch.watch.opening import open_name

    watch, now = Path(_WATCH[1]), int(datetime.now(UTC).timestamp()) * 1_000_000
    behind = [case for case in _cases() if case.port is not None]
    lines = [
        {
            "to": f"{open_name(watch, case.id, now, 'demo', 'letter')}@example.org",
            "ip": str(case.address),
            "port": case.port,
            "seen_at": iso(case.last_seen or now),
            "case": str(case.id),
        }
        for case in behind
    ]
    for name, some in (("one.ndjson", lines[:1]), ("people.ndjson", lines)):
        Path(name).write_text("".join(json.dumps(line) + "\n" for line in some))
    Path("accounts.toml").touch(mode=0o600)
    Path("accounts.toml").write_text(_ACCOUNTS)
    keys = ("--accounts", "accounts.toml")
    send = ("send", "--from", "people.ndjson", *keys, *_WATCH)
    code = typed(args, "watch", "letters", "preview", "--from", "one.ndjson", *keys) or typed(
        args, "watch", "letters", *send
    )
    with Cases.open(watch) as cases:
        for case in behind:
            cases.move(case.id, State.TOLD, now, "demo", "letter")
    return code


def _mend(args: argparse.Namespace) -> int:
    """Thirty people do what the letter says; a re-scan sees it."""
    behind = [case for case in _cases() if case.port is not None]
    mended = [str(case.address) for case in behind][:MENDED]
    say("", args)
    say(f"{len(mended)} people have closed the door of their router", args)
    with _devices(behind[0].port or 0, mended):
        manner = ("--lab", "--rate", "200", "--format", "csv")
        code = typed(args, "watch", "rescan", *manner, *_WATCH, *_LAKE)
    states = Counter(str(case.state) for case in _cases())
    say(f"cases: {', '.join(f'{count} {state}' for state, count in sorted(states.items()))}", args)
    return code


def _what_next(args: argparse.Namespace) -> None:
    steps = [
        (as_typed(args, "watch", "sources"), "the logs that can be read"),
        (as_typed(args, "watch", "import", "FILE"), "your own log"),
        (as_typed(args, "watch", "assets", "add", "NETWORK", "--kind", "egress"), "your VPN"),
        (as_typed(args, "watch", "run"), "cases of your people"),
    ]
    if args.keep is None:
        again = as_typed(args, "watch", "demo", "--keep", "watch-demo")
        steps.insert(0, (again, "the same, and keep what it makes"))
    else:
        watch, lake = str(args.keep / _WATCH[1]), str(args.keep / _LAKE[1])
        pages = as_typed(args, "serve", "--watch", watch, "--lake", lake)
        steps.insert(0, (pages, "these cases in the browser"))
    print("\nWhat to type next:")
    for line, why in steps:
        print(f"  {line:<63} {why}")
