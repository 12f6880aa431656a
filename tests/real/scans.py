"""Runs of real scanners in the laboratory, and what our readers find in the files they write."""

import contextlib
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.real.laboratory import Laboratory

from gatewatch.formats.compression import open_plain
from gatewatch.formats.given import Given
from gatewatch.formats.read import Record
from gatewatch.formats.sniffing import reader_for
from gatewatch.model.observation import Observation, Spoke
from gatewatch.protocol.facts import Fact, read_facts

__all__ = [
    "GATEWATCH",
    "Row",
    "Said",
    "Scan",
    "imported",
    "observed",
    "read",
    "running",
    "said",
    "said_in",
    "searched",
]

Row = dict[str, str | int | None]
_FIELDS = ("ip", "spoke", "status", "server", "realm", "headers")

GATEWATCH = (sys.executable, "-P", "-m", "gatewatch")

_LIMIT_S = 90.0

Said = tuple[Fact, Fact, Fact]
"""Status, Server header and realm, as in `services.Truth`."""


@dataclass(frozen=True, slots=True)
class Scan:
    """One run of a scanner."""

    process: subprocess.Popen[bytes]
    output: Path
    log: Path

    def file(self) -> Path:
        """What it wrote, once it has ended well."""
        assert self.process.wait(_LIMIT_S) == 0, self.log.read_text(errors="replace")[-1000:]
        return self.output

    def wait_until_it_says(self, pattern: bytes) -> None:
        """Returns when `pattern` matches in its talk."""
        deadline = time.monotonic() + _LIMIT_S
        while not re.search(pattern, self.log.read_bytes()):
            assert self.process.poll() is None, self.log.read_text(errors="replace")[-1000:]
            assert time.monotonic() < deadline
            time.sleep(0.01)


@contextlib.contextmanager
def running(
    lab: Laboratory, folder: Path, commands: Mapping[str, Sequence[str]]
) -> Iterator[dict[str, Scan]]:
    """The scanners of `commands` at work, all at once, each named by the file it writes."""
    with contextlib.ExitStack() as undo:
        scans = {}
        for name, argv in commands.items():
            log = folder / f"{name}.log"
            scans[name] = Scan(lab.start(argv, log), folder / name, log)
            undo.callback(scans[name].process.wait)
            undo.callback(scans[name].process.kill)
        yield scans


def read(
    path: Path, port: int | None = None, seen_at: int | None = None
) -> tuple[str, list[Record]]:
    """The format's name and all records of a file, as the importer reads it."""
    with open_plain(path) as plain:
        reader = reader_for(plain.head(), str(path))
        return reader.NAME, list(reader.read(plain.stream, Given(str(path), port, seen_at)))


def observed(records: Iterable[Record]) -> dict[str, Observation]:
    """The observations by address; there may be but one of each."""
    found: dict[str, Observation] = {}
    for record in records:
        if isinstance(record, Observation):
            assert str(record.ip) not in found
            found[str(record.ip)] = record
    return found


def said(observations: Mapping[str, Observation]) -> dict[str, Said]:
    """What those that spoke HTTP said of themselves."""
    return {
        address: _facts(observation)
        for address, observation in observations.items()
        if observation.answer.spoke is Spoke.HTTP
    }


def imported(lake: Path, path: Path, *words: str) -> dict[str, Row]:
    """What a search of `lake` gives once the command line has imported `path` into it."""
    _gatewatch("import", "--lake", str(lake), *words, str(path))
    return searched(lake)


def searched(lake: Path) -> dict[str, Row]:
    """Every service in `lake` by its address, as the command line tells it."""
    words = ("--limit", "0", "--format", "ndjson", "--fields", ",".join(_FIELDS))
    lines = _gatewatch("search", "ip:*", "--lake", str(lake), *words).splitlines()
    rows = {row["ip"]: row for row in map(json.loads, lines)}
    assert len(rows) == len(lines)
    return rows


def said_in(rows: Mapping[str, Row]) -> dict[str, Said]:
    """What those that spoke HTTP said of themselves."""
    return {
        address: (row["status"], row["server"], row["realm"])
        for address, row in rows.items()
        if row["spoke"] == "http"
    }


def _gatewatch(*words: str) -> str:
    """What the command prints; it has to end with 0."""
    done = subprocess.run([*GATEWATCH, *words], capture_output=True, text=True, timeout=_LIMIT_S)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _facts(observation: Observation) -> Said:
    fields = read_facts(observation.answer).fields
    return fields["status"], fields["server"], fields["realm"]
