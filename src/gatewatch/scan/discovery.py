"""Other programs that find open ports, and the connect engine that asks there.

The program gets a file of the addresses that may be asked and are not done, and our rate; what it
prints is offered to the gate, where a connect engine takes it like anything else. Whoever is
excluded while it runs is taken from that file, and the program starts again without them. When
it has ended, all others are known to be silent. It is ended with us, whatever happens.

What cannot be promised here: its order is its own, so a /24 may be asked twice in a moment; and a
scan that is resumed asks everybody again who has not answered.
"""

import ctypes
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

from gatewatch.model.address import address_of, parse_address
from gatewatch.model.errors import BadArguments, MissingPrivilege, SystemRefusal
from gatewatch.scan.connecting import ConnectEngine
from gatewatch.scan.job import Job
from gatewatch.scan.plan import Plan
from gatewatch.scan.probe import Result
from gatewatch.scan.ranges import Targets

__all__ = ["DiscoveryEngine", "Program", "check_program"]

# Who is done is remembered address by address.
_MOST = 1 << 24
_PIECE = 64 * 1024
_LINE_MOST = 4096
_PATIENCE_S = 5.0
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Program:
    """How a program is called and read."""

    name: str
    command: Callable[[Plan, Path], list[str]]
    """Its command line, for a plan and a file of addresses in CIDR notation."""
    address: Callable[[Sequence[str]], str]
    """The address in the words of a line; empty: none."""


def check_program(program: Program, plan: Plan) -> None:
    """Raises MissingPrivilege, SystemRefusal or BadArguments when it cannot follow `plan`."""
    name = program.name
    part = plan.shard[1] > 1 or plan.sample < 1 or plan.processes > 1
    if part or plan.targets.v6.size or len(plan.order) > _MOST:
        raise BadArguments(
            where=f"--engine {name}",
            what="asks whole IPv4 scopes of at most 16,777,216 addresses",
            mend="leave out --shard, --sample, --processes and IPv6, or take --engine connect",
        )
    if shutil.which(name) is None:
        raise SystemRefusal(where=f"--engine {name}", what=f"{name} is not installed")
    if os.geteuid() != 0:
        raise MissingPrivilege(
            where=f"--engine {name}",
            what="packets of its own need root",
            mend="run it as root, or take --engine connect, which needs no privileges",
        )


class DiscoveryEngine:
    """Runs `program` and asks whomever it finds."""

    def __init__(self, program: Program, job: Job) -> None:
        self._program = program
        self._job = job
        self._gate = job.gate
        self._shard = job.plan.part()
        self._found: set[int] = set()
        self._rest = b""
        self._child: subprocess.Popen[bytes] | None = None
        self._version = -1
        self._coming = True
        self._gate.await_offers()
        self._connect = ConnectEngine(job.plan, job.gate, stopped=job.stopped, tick=self._tick)

    @property
    def outstanding(self) -> int:
        """Connections under way."""
        return self._connect.outstanding

    @property
    def room(self) -> int:
        """Connections at a time, at most."""
        return self._connect.room

    def results(self) -> Generator[Result, None, None]:
        """Runs both; once both have ended, who was not found counts as silent."""
        try:
            yield from self._connect.results()
        finally:
            self._end()
        if not self._job.stopped():
            self._gate.rest_is_silent()

    def _tick(self) -> None:
        self._job.tick()
        if not self._coming:
            return
        if self._version != self._gate.exclusions_version:
            self._end()
            self._begin()
        child = self._child
        if child is not None and self._read(child):
            code = child.wait()
            self._end()
            if code:
                raise SystemRefusal(where=self._program.name, what=_last_words(self._log))
            self._all_found()

    def _all_found(self) -> None:
        self._coming = False
        self._gate.end_offers()

    @property
    def _log(self) -> Path:
        return self._job.folder / f"{self._program.name}.log"

    def _begin(self) -> None:
        """Starts the program with whoever is left."""
        self._version = self._gate.exclusions_version
        allowed = self._job.folder / "allowed.txt"
        left = self._gate.left_of(self._job.plan.targets)
        if not left.size:
            self._all_found()
            return
        allowed.write_text("".join(f"{block}\n" for block in _blocks(left)), encoding="ascii")
        with self._log.open("wb") as log:
            self._child = subprocess.Popen(
                self._program.command(self._job.plan, allowed),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                preexec_fn=_die_with_parent,  # noqa: PLW1509  (one system call, no thread here)
                env={**os.environ, "LC_ALL": "C"},
            )
        assert self._child.stdout is not None
        os.set_blocking(self._child.stdout.fileno(), False)

    def _read(self, child: "subprocess.Popen[bytes]") -> bool:
        """Offers whoever it has found; returns whether it has ended."""
        assert child.stdout is not None
        try:
            data = os.read(child.stdout.fileno(), _PIECE)
        except BlockingIOError:
            return False
        *lines, self._rest = (self._rest + data).split(b"\n")
        self._rest = self._rest[:_LINE_MOST]
        for line in lines:
            self._offer(line.decode("ascii", "replace").split())
        return not data

    def _offer(self, words: list[str]) -> None:
        try:
            turn = self._shard.turn(parse_address(self._program.address(words))) if words else None
        except ValueError:
            return
        if turn is not None and turn not in self._found:
            self._found.add(turn)
            self._gate.offer(turn)

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.terminate()
        try:
            child.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        if child.stdout is not None:
            child.stdout.close()


def _blocks(targets: Targets) -> Sequence[str]:
    """The IPv4 ranges of `targets` as CIDR blocks."""
    found = []
    for first, last in targets.v4:
        while first <= last:
            bits = min((first & -first).bit_length() - 1 if first else 32, 32)
            while first + (1 << bits) - 1 > last:
                bits -= 1
            found.append(f"{address_of(first, 4)}/{32 - bits}")
            first += 1 << bits
    return found


def _last_words(log: Path) -> str:
    lines = log.read_text("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else "it ended without a word"


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
