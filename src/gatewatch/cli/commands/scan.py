"""`gatewatch scan`: asks the addresses of a scope file, politely, and keeps a snapshot."""

import argparse
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from types import FrameType
from typing import TYPE_CHECKING

from gatewatch.cli.progress import Progress, say
from gatewatch.cli.settings import CATALOGUE, CONTACT, add_lake_option, add_option, lake_of, setting
from gatewatch.model.errors import Exit
from gatewatch.model.hostile import shown

if TYPE_CHECKING:
    from gatewatch.pipeline.ingest import Ingested
    from gatewatch.scan.plan import Plan
    from gatewatch.scan.run import Progress as Standing
    from gatewatch.scan.run import Scan

HELP = "Scan the addresses of a scope file with one GET each; plan first, then run."
EXAMPLES = (
    "gatewatch scan plan --scope ours.txt --exclude exclude.txt --contact mailto:noc@example.net",
    "gatewatch scan run --scope ours.txt --exclude exclude.txt --contact https://scan.example.net",
    "gatewatch scan run --scope lab.txt --lab",
)


def configure(parser: argparse.ArgumentParser) -> None:
    """`plan` and `run`, which take the same."""
    actions = parser.add_subparsers(metavar="ACTION", required=True, dest="action")
    for word, help_text in (
        ("plan", "show what would be asked, and send nothing"),
        ("run", "show the plan, follow it, and store what was seen as a snapshot"),
    ):
        action = actions.add_parser(word, help=help_text, description=f"{help_text}.".capitalize())
        _configure_plan(action)
        if word == "run":
            add_lake_option(action)


def _configure_plan(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--scope",
        type=Path,
        required=True,
        metavar="FILE",
        help="what may be asked: an address, CIDR block or first-last a line",
    )
    parser.add_argument(
        "--exclude",
        type=Path,
        metavar="FILE",
        help="who asked to be left out, one a line with the reason behind #",
    )
    parser.add_argument("--port", type=int, default=7547, metavar="N", help="port (default: 7547)")
    parser.add_argument(
        "--rate", type=float, default=1000, metavar="N", help="probes a second (default: 1000)"
    )
    add_option(parser, CONTACT)
    parser.add_argument(
        "--lab",
        action="store_true",
        help="your own lab: only loopback and private networks, no contact needed",
    )
    parser.add_argument("--yes", action="store_true", help="yes, more than 65,536 addresses")
    parser.add_argument("--fast", action="store_true", help="yes, more than 50,000 a second")


def run(args: argparse.Namespace) -> int:
    """Plans, or plans and scans; 130: interrupted, what was seen so far is stored."""
    from gatewatch.scan.plan import make_plan, require_confirmation

    plan = make_plan(
        args.scope,
        args.exclude,
        contact=setting(CONTACT, args),
        port=args.port,
        rate=args.rate,
        lab=args.lab,
        fast=args.fast,
    )
    if args.action == "plan":
        print("\n".join(_told(plan)))
        return Exit.FOUND
    for line in _told(plan):
        say(line, args)
    require_confirmation(plan, confirmed=args.yes)
    return _scan(plan, args)


def _scan(plan: "Plan", args: argparse.Namespace) -> int:
    from gatewatch.scan.run import Scan

    with (
        _stop_on_signal() as stop,
        Progress("scan", "addresses", args, total=len(plan.order)) as progress,
    ):

        def tick(now: "Standing") -> None:
            part = now.finished / now.total
            progress.show(now.finished, part, f"{now.services:,} services, {now.http:,} HTTP")

        scan = Scan(plan, stop=stop, tick=tick)
        done = _store(scan, lake_of(args), setting(CATALOGUE, args))
    say(_summary(scan, done, lake_of(args)), args)
    return Exit.FOUND if scan.complete else Exit.INTERRUPTED


def _store(scan: "Scan", lake: Path, catalogue: Path | None) -> "Ingested":
    from gatewatch.model.snapshot import Source
    from gatewatch.pipeline.ingest import ingest_records

    # The scan completes its details when its last record is read, which is before the
    # snapshot is committed.
    source = Source("gatewatch scan", (scan.plan.scope,), scan.details)
    return ingest_records(
        lake, scan.records(), source, stopped=lambda: not scan.complete, overlay=catalogue
    )


@contextmanager
def _stop_on_signal() -> Iterator[Event]:
    """An event that Ctrl-C or SIGTERM sets; a second one interrupts at once."""
    stop = Event()
    signals = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.getsignal(number) for number in signals}

    def ask(_number: int, _frame: FrameType | None) -> None:
        stop.set()
        for number, handler in before.items():
            signal.signal(number, handler)

    for number in signals:
        signal.signal(number, ask)
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _told(plan: "Plan") -> list[str]:
    """The plan for people, one fact a line."""
    asked = f"{len(plan.order):,} of {plan.asked_for:,}"
    names = {"special_purpose": "special-purpose", "exclusions": "excluded"}
    left = [f"{count:,} {names[why]}" for why, count in plan.left_out.items() if count]
    gap = plan.network_gap_s()
    network = "asked once" if gap is None else f"asked at most every {gap:.3g} s"
    return [
        f"scan {shown(plan.scope)}, port {plan.port}{', in a lab' if plan.lab else ''}",
        f"  addresses  {asked}" + (f" ({', '.join(left)})" if left else ""),
        f"  speed      at most {plan.rate:,.0f} a second, {_duration(plan.seconds())} in all",
        f"  a /24 is   {network}",
        "  each gets  one connection, GET / without credentials",
        f"  who asks   {plan.agent}",
    ]


def _duration(seconds: float) -> str:
    """A time as people say it: `40 s`, `3 min`, `2.5 h`, `4.3 days`."""
    for unit, size in (("days", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.2g} {unit}"
    return f"{seconds:.0f} s"


def _summary(scan: "Scan", done: "Ingested", lake: Path) -> str:
    counts = ", ".join(f"{count:,} {name}" for name, count in scan.outcomes.most_common())
    seconds = (scan.ended_at - scan.started_at) / 1e6
    end = "complete" if scan.complete else "interrupted"
    asked = f"{end} after {seconds:,.1f} s, {scan.finished:,} of {len(scan.plan.order):,} addresses"
    where = f"snapshot {done.info.id} in {lake}" if done.info else "nothing was stored"
    return f"scan {asked} ({counts or 'none answered'}); {where}"
