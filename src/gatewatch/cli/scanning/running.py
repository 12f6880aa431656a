"""`scan run`, `resume`, `commit` and `results`: following a plan and keeping what was found.

What is found lies in the scan's folder at once, and becomes a snapshot of the lake when the scan
is complete. If the lake fails, nothing is lost: `commit` tries again.
"""

import argparse
import json
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from types import FrameType
from typing import IO, TYPE_CHECKING

from gatewatch.cli.parser import as_typed
from gatewatch.cli.progress import Progress, say
from gatewatch.cli.scanning.planning import made_plan, told, warn
from gatewatch.cli.settings import CATALOGUE, add_lake_option, lake_of, setting
from gatewatch.model.errors import Exit, GatewatchError, OutputUnwritable

if TYPE_CHECKING:
    from gatewatch.scan.folder import ScanFolder
    from gatewatch.scan.standing import Standing

__all__ = ["commit", "configure_commit", "configure_resume", "configure_run", "resume", "run"]


def configure_run(parser: argparse.ArgumentParser) -> None:
    """What only `run` takes."""
    parser.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="the scan's folder (default: one of its own below the lake)",
    )
    _configure_talk(parser)


def configure_resume(parser: argparse.ArgumentParser) -> None:
    """The folder, and how to talk."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="the scan's folder")
    add_lake_option(parser)
    _configure_talk(parser)


def configure_commit(parser: argparse.ArgumentParser) -> None:
    """The folder."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="the scan's folder")
    add_lake_option(parser)


def _configure_talk(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--status-json",
        type=Path,
        metavar="FILE",
        help="add a JSON line there every second; - is standard error",
    )
    parser.add_argument(
        "--format", choices=("zgrab2",), help="also write what was found to standard output"
    )


def run(args: argparse.Namespace) -> int:
    """Plans, scans, and stores; 3: interrupted, `resume` goes on."""
    from gatewatch.pipeline.scanned import known_to_answer, write_answers
    from gatewatch.scan.folder import ScanFolder
    from gatewatch.scan.plan import require_confirmation

    plan = made_plan(args)
    for line in told(plan, args):
        say(line, args)
    warn(plan, args)
    require_confirmation(plan, confirmed=args.yes)
    lake = lake_of(args)
    path = args.out or _new_place(lake)
    folder = ScanFolder.create(path, plan, known_to_answer(lake, plan))
    if args.answers:
        write_answers(args.answers, folder, plan)
    say(f"  folder     {path}", args)
    return _scan(folder, args)


def resume(args: argparse.Namespace) -> int:
    """Goes on where a scan was stopped or killed; one that is complete is stored."""
    from gatewatch.scan.folder import ScanFolder

    return _scan(ScanFolder.open(args.folder), args)


def commit(args: argparse.Namespace) -> int:
    """Stores what a scan has found so far; 4: it is not complete."""
    from gatewatch.scan.folder import ScanFolder
    from gatewatch.scan.standing import standing_on_disk

    folder = ScanFolder.open(args.folder)
    standing = standing_on_disk(folder)
    _commit(folder, standing, args)
    return Exit.FOUND if standing.complete else Exit.PARTIAL


def _scan(folder: "ScanFolder", args: argparse.Namespace) -> int:
    from gatewatch.scan.standing import standing_on_disk

    standing = standing_on_disk(folder)
    if not standing.complete:
        standing = _run(folder, args)
        _write_metadata(folder, standing)
    say(_summary(folder, standing), args)
    if not standing.complete:
        words = ("scan", "resume", str(folder.path))
        why = "nobody answered for ten minutes; " if standing.given_up else ""
        say(f'{why}go on with "{as_typed(args, *words)}", or keep it with "scan commit"', args)
        return Exit.PARTIAL if standing.given_up else Exit.RESUMABLE
    _commit(folder, standing, args)
    _write_results(folder, args)
    return Exit.FOUND


def _run(folder: "ScanFolder", args: argparse.Namespace) -> "Standing":
    from gatewatch.scan.run import Scan

    with (
        _stop_on_signal() as stop,
        _status_lines(folder, args.status_json) as write,
        Progress("scan", "addresses", args, total=None) as progress,
    ):

        def tick(now: "Standing") -> None:
            progress.show(now.finished, now.finished / (now.total or 1), _live(now))
            write()

        try:
            return Scan(folder, stop=stop, tick=tick).run()
        except OutputUnwritable as error:
            raise _as_unwritable(error) from None


def _live(now: "Standing") -> str:
    """What stands behind rate and time left in the live line."""
    if now.waiting_for:
        return f"paused: {now.waiting_for}"
    asked = now.finished - now.skipped.total()
    share = f" ({100 * now.found / asked:.2f} %)" if asked else ""
    loss = now.loss()
    words = [f"{now.found:,} open{share}", f"{now.http:,} HTTP"]
    words.append(f"{now.outstanding:,}/{now.room:,} under way")
    if loss is not None:
        words.append(f"{loss:.1%} lost")
    if now.left_alone:
        words.append(f"{now.left_alone:,} networks left alone")
    if now.finished + now.outstanding >= now.total:
        words.append("waiting for late answers")
    return ", ".join(words)


@contextmanager
def _status_lines(folder: "ScanFolder", path: Path | None) -> Iterator[Callable[[], None]]:
    """A function that copies `status.json` to the file asked for, whenever it is new."""
    if path is None:
        yield lambda: None
        return
    try:
        out: IO[str] = sys.stderr if str(path) == "-" else path.open("a", encoding="ascii")
    except OSError as error:
        mend = "name a file that can be written, or -"
        raise OutputUnwritable(where=path, what=error.strerror, mend=mend) from None
    last = ""

    def write() -> None:
        nonlocal last
        text = folder.status.read_text("ascii") if folder.status.exists() else ""
        if text != last:
            last = text
            out.write(f"{text}\n")
            out.flush()

    try:
        yield write
    finally:
        write()
        if out is not sys.stderr:
            out.close()


def _commit(folder: "ScanFolder", standing: "Standing", args: argparse.Namespace) -> None:
    """Makes a snapshot of the scan, once."""
    from gatewatch.pipeline.scanned import commit_scan
    from gatewatch.scan.files import read_json, replace_file

    done = read_json(folder.committed)
    if done is not None and done.get("complete"):
        say(f"stored already: snapshot {done.get('snapshot')}", args)
        return
    lake = lake_of(args)
    try:
        stored = commit_scan(lake, folder, standing, setting(CATALOGUE, args))
    except GatewatchError as error:
        words = ("scan", "commit", str(folder.path))
        say(f'what was scanned is kept: store it later with "{as_typed(args, *words)}"', args)
        raise _as_unwritable(error) from None
    name = stored.info.id if stored.info else None
    noted = {"snapshot": name, "lake": str(lake), "complete": standing.complete}
    replace_file(folder.committed, json.dumps(noted).encode())
    say(f"snapshot {name} in {lake}" if name else "nothing was stored", args)


def _as_unwritable(error: GatewatchError) -> GatewatchError:
    error.exit_code = Exit.UNWRITABLE
    return error


def _write_metadata(folder: "ScanFolder", standing: "Standing") -> None:
    from gatewatch.scan.files import replace_file
    from gatewatch.scan.status import metadata_of

    told = metadata_of(folder, folder.plan(), standing)
    replace_file(folder.metadata, json.dumps(told, indent=1).encode())


def _write_results(folder: "ScanFolder", args: argparse.Namespace) -> None:
    if args.format:
        from gatewatch.formats.zgrab2_lines import zgrab2_line

        for seen in folder.observations():
            sys.stdout.write(zgrab2_line(seen))


def _new_place(lake: Path) -> Path:
    """A folder below the lake that is named after now and does not exist."""
    base = lake / "scans" / datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    path, number = base, 1
    while path.exists():
        number += 1
        path = base.with_name(f"{base.name}-{number}")
    return path


def _summary(folder: "ScanFolder", standing: "Standing") -> str:
    counts = ", ".join(f"{count:,} {name}" for name, count in standing.outcomes.most_common())
    left = ", ".join(f"{n:,} not asked: {why}" for why, n in standing.skipped.most_common())
    seconds = sum(max(0, end - start) for start, end in folder.runs()) / 1e6
    end = "complete" if standing.complete else "interrupted"
    asked = f"{standing.finished:,} of {standing.total:,} addresses"
    told = ", ".join(filter(None, (counts, left))) or "none answered"
    return f"scan {end} after {seconds:,.1f} s, {asked} ({told})"


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
