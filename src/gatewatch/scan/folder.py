"""A scan's folder: all that `resume`, `status`, `stop` and `exclude` need, and nothing else.

plan.json        what was decided before the first packet; never changed
targets.txt      who may be asked: family, first and last address, in hexadecimal
exclusions.txt   who asked to be left out while it ran
canaries.txt     who answered last time
part-N/          the book of process N
runs.json        when it ran
status.json      where it stands, written anew every second
stop             somebody asked it to stop
metadata.json    how it went, once it has ended
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from time import time_ns
from typing import Any

from gatewatch import __version__
from gatewatch.model.address import Address, parse_address
from gatewatch.model.errors import OutputUnwritable, PlaceTaken, ScanDamaged, ScanUnknown
from gatewatch.model.observation import Observation
from gatewatch.scan.book import SPOOL
from gatewatch.scan.exclusions import Exclusions
from gatewatch.scan.files import read_json, replace_file
from gatewatch.scan.order import Order
from gatewatch.scan.plan import Line, Plan, Timeouts
from gatewatch.scan.ranges import Ranges, Targets
from gatewatch.scan.spool import Kind, read_spool

__all__ = ["ScanFolder"]

_FORMAT = 1
_KEPT = (
    "scope", "asked_for", "seed", "port", "rate", "network_rate", "agent", "lab", "engine",
    "processes", "sample",
)  # fmt: skip


class ScanFolder:
    """The folder at `path`, which `create` makes and `open` finds."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.status = path / "status.json"
        self.metadata = path / "metadata.json"
        self.stop = path / "stop"
        self.committed = path / "committed.json"
        self.own_exclusions = path / "exclusions.txt"
        self._runs = path / "runs.json"

    @classmethod
    def create(cls, path: Path, plan: Plan, canaries: Sequence[Address] = ()) -> "ScanFolder":
        """Writes `plan` down; raises PlaceTaken, OutputUnwritable."""
        folder = cls(path)
        try:
            path.mkdir(parents=True)
            targets = "".join(_target_lines(plan.targets)).encode()
            replace_file(path / "targets.txt", targets)
            replace_file(folder.own_exclusions, b"")
            named = "".join(f"{address}\n" for address in canaries)
            replace_file(path / "canaries.txt", named.encode())
            described = _described(plan, sha256(targets).hexdigest())
            replace_file(path / "plan.json", json.dumps(described, indent=1).encode())
        except FileExistsError:
            raise PlaceTaken(where=path) from None
        except OSError as error:
            raise OutputUnwritable(
                where=path, what=error.strerror, mend="name another --out"
            ) from None
        return folder

    @classmethod
    def open(cls, path: Path) -> "ScanFolder":
        """The folder of a scan; raises ScanUnknown when `path` is none."""
        if not (path / "plan.json").is_file():
            raise ScanUnknown(where=path)
        return cls(path)

    def plan(self) -> Plan:
        """The plan as it was made; raises ScanDamaged."""
        where = self.path / "plan.json"
        try:
            described = json.loads(where.read_bytes())
            if described["format"] != _FORMAT:
                raise self._damaged(where, "is of another format, of another gatewatch")
            raw = (self.path / "targets.txt").read_bytes()
            if sha256(raw).hexdigest() != described["targets_sha256"]:
                raise self._damaged(self.path / "targets.txt", "is not what the plan was made with")
            return _read(described, _read_targets(raw))
        except OSError as error:
            raise self._damaged(where, f"cannot be read, {error.strerror}") from None
        except (ValueError, KeyError, TypeError):
            raise self._damaged(where, "is no plan") from None

    def part(self, number: int) -> Path:
        """Where process `number` keeps its book."""
        return self.path / f"part-{number}"

    def exclusion_files(self, plan: Plan) -> list[Path]:
        """The files that say who is left out, the one that later scans read as well first."""
        named = [Path(plan.exclusions.name)] if plan.exclusions.name else []
        return [*named, self.own_exclusions]

    def canaries(self) -> Iterator[Address]:
        """The addresses that answered in the last snapshot."""
        try:
            yield from map(parse_address, (self.path / "canaries.txt").read_text().split())
        except (OSError, ValueError):
            return

    def observations(self) -> Iterator[Observation]:
        """What every service said, each once."""
        for part in sorted(self.path.glob("part-*")):
            spool = part / SPOOL
            second = {entry.turn for entry in read_spool(spool) if entry.kind is Kind.SECOND}
            for entry in read_spool(spool):
                if entry.kind is not Kind.FIRST or entry.turn not in second:
                    yield entry.seen

    def runs(self) -> list[list[int]]:
        """(begin, end) of each run in microseconds; the end of one that was killed is 0."""
        found = (read_json(self._runs) or {}).get("runs", [])
        return found if isinstance(found, list) else []

    def begin_run(self) -> None:
        """Notes that it runs from now on."""
        self._write_runs([*self.runs(), [time_ns() // 1000, 0]])
        self.stop.unlink(missing_ok=True)

    def end_run(self) -> None:
        """Notes that it has ended."""
        runs = self.runs()
        runs[-1][1] = time_ns() // 1000
        self._write_runs(runs)

    def _write_runs(self, runs: list[list[int]]) -> None:
        try:
            replace_file(self._runs, json.dumps({"runs": runs}).encode())
        except OSError as error:
            mend = "free space or permission; what was scanned is kept"
            raise OutputUnwritable(where=self._runs, what=error.strerror, mend=mend) from None

    def _damaged(self, where: Path, what: str) -> ScanDamaged:
        return ScanDamaged(where=where, what=what, mend="restore it from a copy, or scan again")


def _target_lines(targets: Targets) -> Iterator[str]:
    for ranges in targets:
        for first, last in ranges:
            yield f"{ranges.version} {first:x} {last:x}\n"


def _read_targets(raw: bytes) -> Targets:
    spans: dict[bytes, list[tuple[int, int]]] = {b"4": [], b"6": []}
    for line in raw.splitlines():
        version, first, last = line.split()
        spans[version].append((int(first, 16), int(last, 16)))
    return Targets(Ranges(4, spans[b"4"]), Ranges(6, spans[b"6"]))


def _described(plan: Plan, targets: str) -> dict[str, Any]:
    name = plan.exclusions.name
    return {
        "format": _FORMAT,
        "gatewatch": __version__,
        "created": time_ns() // 1000,
        "targets_sha256": targets,
        **{name: getattr(plan, name) for name in _KEPT},
        "exclusions": str(Path(name).absolute()) if name else "",
        "exclusions_sha256": plan.exclusions.hash,
        "left_out": dict(plan.left_out),
        "shard": list(plan.shard),
        "caps": list(plan.caps),
        "timeouts": asdict(plan.timeouts),
        "line": asdict(plan.line),
    }


def _read(described: dict[str, Any], targets: Targets) -> Plan:
    return Plan(
        **{name: described[name] for name in _KEPT},
        exclusions=Exclusions(
            described["exclusions"], Targets.of(()), described["exclusions_sha256"]
        ),
        left_out=described["left_out"],
        targets=targets,
        order=Order(targets, described["seed"], described["sample"]),
        shard=(described["shard"][0], described["shard"][1]),
        caps=tuple(described["caps"]),
        timeouts=Timeouts(**described["timeouts"]),
        line=Line(**described["line"]),
    )
