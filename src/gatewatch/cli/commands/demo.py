"""`gatewatch demo`: the main job, whole, on this machine's own loopback addresses.

Simulated devices on real sockets are scanned, understood, stored and reported, by the very
commands that a user types; each is shown before it runs. Everything is gone afterwards, also
after Ctrl-C, unless `--lake` says where to keep it.
"""

import argparse
import contextlib
import tempfile
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from gatewatch.cli.parser import as_typed
from gatewatch.cli.progress import say
from gatewatch.cli.rehearsal import interruptible, typed
from gatewatch.model.errors import Exit, PlaceTaken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gatewatch.acs.devices import SimulatedDevices

HELP = "Show the main job on simulated devices: find, understand, report. Loopback only."
EXAMPLES = ("gatewatch demo", "gatewatch demo --serve", "gatewatch demo --lake demo-lake")

NETWORKS = 30
DEVICES_PER_NETWORK = 12
# The rest of each block of 16 stays empty: a scan also meets addresses where nothing listens.
BLOCK = 28
PORT = 7547
SEED = 2019


def configure(parser: argparse.ArgumentParser) -> None:
    """Where to keep the lake, if anywhere, and whether to show it in the browser."""
    parser.add_argument(
        "--lake", type=Path, metavar="DIR", help="keep the lake there (default: a temporary one)"
    )
    parser.add_argument(
        "--serve", action="store_true", help="show the same in the browser, until Ctrl-C"
    )


def run(args: argparse.Namespace) -> int:
    """Runs the demo; its exit code is that of the first step that fails."""
    if args.lake is not None and args.lake.exists():
        raise PlaceTaken(where=args.lake)
    started = monotonic()
    lake = str(args.lake.resolve()) if args.lake else "demo-lake"
    with (
        interruptible(),
        tempfile.TemporaryDirectory(prefix="gatewatch-demo-") as folder,
        contextlib.chdir(folder),
    ):
        code = _scan(lake, args) or _report(lake, args)
        if code == Exit.FOUND:
            say(f"done in {monotonic() - started:.0f} s", args)
            _what_next(args)
            if args.serve:
                return typed(args, "serve", "--port", "0", "--lake", lake)
    return code


def _scan(lake: str, args: argparse.Namespace) -> int:
    """Starts the devices, tells where their networks are, and scans them."""
    from gatewatch.acs.device_kinds import CLOSED

    Path("scope.txt").write_text("".join(f"127.77.{n}.0/{BLOCK}\n" for n in range(NETWORKS)))
    Path("exclude.txt").write_text("127.77.0.14  # asked to be left alone\n")
    networks = resources.files("gatewatch") / "data" / "demo" / "networks.csv"
    Path("networks.csv").write_bytes(networks.read_bytes())
    with _devices() as devices:
        up = [kind for kind in devices.kinds.values() if kind != CLOSED]
        say(
            f"{len(up)} simulated devices of {len(set(up))} kinds are up on loopback, "
            f"port {devices.port}; their networks and countries are invented",
            args,
        )
        return typed(
            args, "geo", "import", "networks.csv", "--licence", "invented", "--lake", lake
        ) or typed(
            args, "scan", "run", "--lab", "--scope", "scope.txt", "--exclude", "exclude.txt",
            "--port", str(devices.port), "--lake", lake,
        )  # fmt: skip


@contextmanager
def _devices() -> "Iterator[SimulatedDevices]":
    """The devices on their usual port, or on a free one when somebody listens there."""
    from gatewatch.acs.devices import SimulatedDevices
    from gatewatch.model.errors import BadArguments

    addresses = [
        f"127.77.{network}.{host}"
        for network in range(NETWORKS)
        for host in range(1, DEVICES_PER_NETWORK + 1)
    ]
    try:
        devices = SimulatedDevices(addresses, PORT, SEED)
        devices.__enter__()
    except BadArguments:
        devices = SimulatedDevices(addresses, 0, SEED)
        devices.__enter__()
    try:
        yield devices
    finally:
        devices.__exit__(None, None, None)


def _report(lake: str, args: argparse.Namespace) -> int:
    """What was found, from the whole to one host."""
    place = ["--format", "table", "--lake", lake]
    return (
        typed(args, "report", "--by", "server", "-n", "10", *place)
        or typed(args, "report", "--by", "device.type", "-n", "12", *place)
        or typed(args, "report", "--by", "country", "-n", "8", *place)
        or typed(args, "report", "--rare", "-n", "6", *place)
        or typed(args, "search", "device.type:solar", *place)
    )


def _what_next(args: argparse.Namespace) -> None:
    kept = argparse.Namespace(lake=args.lake or Path("demo-lake"))
    anew = argparse.Namespace(lake=None)
    steps: list[tuple[str, str]] = [
        (as_typed(kept, "search", "server:gSOAP country:IT"), "from a number to hosts"),
        (as_typed(kept, "host", "127.77.0.1"), "one host, its evidence and its bytes"),
        (as_typed(anew, "import", "scan.jsonl.zst"), "your own data"),
        (as_typed(anew, "report"), "the 2019 report, on it"),
    ]
    if args.lake is None:
        steps.insert(0, (as_typed(kept, "demo"), "the same, and keep its lake"))
    print("\nWhat to type next:")
    for line, why in steps:
        print(f"  {line:<63} {why}")
