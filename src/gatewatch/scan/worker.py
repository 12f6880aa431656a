"""One process of a scan: its part of the plan, its book, its engine.

It tells its parent ten times a second where it stands and does what the parent says. When the
parent is gone it stops at once: nobody would read what it finds.
"""

import signal
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from gatewatch.model.errors import GatewatchError
from gatewatch.scan.book import Book
from gatewatch.scan.engines import load_engine
from gatewatch.scan.folder import ScanFolder
from gatewatch.scan.gate import Gate
from gatewatch.scan.job import Job
from gatewatch.scan.live import LiveExclusions

__all__ = ["work"]

_TELL_EVERY_S = 0.1
STOP = "stop"


def work(link: Connection, path: Path, number: int) -> None:
    """The life of process `number` of the scan in the folder `path`."""
    # Ctrl-C reaches the whole group; the parent decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        _Worker(link, path, number).run()
    except GatewatchError as error:
        link.send(error)
    except (BrokenPipeError, ConnectionResetError):
        return


class _Worker:
    def __init__(self, link: Connection, path: Path, number: int) -> None:
        folder = ScanFolder(path)
        plan = folder.plan()
        shard = plan.part().part(number, plan.processes)
        now = time.monotonic()
        self._link = link
        self._stop = False
        self._told_at = now
        self._book = Book(folder.part(number), len(shard))
        turns = (shard.turn(address) for address in folder.canaries())
        self._gate = Gate(
            plan,
            shard,
            self._book,
            LiveExclusions(folder.exclusion_files(plan), now),
            canaries=frozenset(turn for turn in turns if turn is not None),
        )
        self._engine = load_engine(plan.engine).start(
            Job(plan, self._gate, lambda: self._stop, self._tick, folder.path)
        )

    def run(self) -> None:
        results = self._engine.results()
        try:
            for result in results:
                self._gate.enter(result)
        finally:
            results.close()
            self._book.checkpoint()
            self._book.close()
        self._link.send(self._standing())

    def _tick(self) -> None:
        self._book.tick()
        if self._gate.given_up:
            self._stop = True
        if self._link.poll():
            try:
                self._stop = self._stop or self._link.recv() == STOP
            except EOFError:
                self._stop = True
                return
        now = time.monotonic()
        if now - self._told_at >= _TELL_EVERY_S:
            self._told_at = now
            self._link.send(self._standing())

    def _standing(self) -> dict[str, Any]:
        book = self._book
        return {
            "sent": self._gate.sent,
            "finished": book.finished,
            "outstanding": self._engine.outstanding,
            "room": self._engine.room,
            "silent": dict(book.silent),
            "services": dict(book.services),
            "spoke": dict(book.spoke),
            "skipped": dict(book.skipped),
            "numbers": dict(book.numbers),
            "left_alone": len(book.left_alone),
            "waiting_for": self._gate.waiting_for,
            "complete": book.complete,
            "given_up": self._gate.given_up,
        }
