"""A scan under way: its processes, what they say, and where the whole of it stands.

`Scan.run` starts the processes of a plan's folder, adds up what they tell, writes `status.json`
every second, and ends when all are done, when `stop` is set, or when the file `stop` appears in
the folder. What they found is in the folder, whatever happens to this process.
"""

import json
import multiprocessing
import time
from collections.abc import Callable
from multiprocessing.connection import Connection, wait
from threading import Event
from typing import Any

from gatewatch.model.errors import GatewatchError
from gatewatch.scan.files import replace_file
from gatewatch.scan.folder import ScanFolder
from gatewatch.scan.standing import Standing, together
from gatewatch.scan.status import status_of
from gatewatch.scan.worker import STOP, work

__all__ = ["Scan"]

_BEAT_S = 0.1
_STATUS_EVERY_S = 1.0
# A stopped process closes its sockets and makes its book durable; a disk may take its time.
_STOP_PATIENCE_S = 30.0


class Scan:
    """One run of the scan in `folder`."""

    def __init__(
        self,
        folder: ScanFolder,
        *,
        stop: Event | None = None,
        tick: Callable[[Standing], None] = lambda _: None,
    ) -> None:
        """`stop`, once set, ends the run early; `tick` is called some ten times a second."""
        self.folder = folder
        self.plan = folder.plan()
        self._stop = stop or Event()
        self._tick = tick
        self._told: dict[int, dict[str, Any]] = {}

    def run(self) -> Standing:
        """Runs until the end, or the stop; raises what a process raises."""
        self.folder.begin_run()
        context = multiprocessing.get_context("spawn")
        started = time.monotonic()
        crew: dict[Connection, Any] = {}
        try:
            for number in range(self.plan.processes):
                ours, theirs = context.Pipe()
                process = context.Process(
                    target=work, args=(theirs, self.folder.path, number), daemon=True
                )
                process.start()
                theirs.close()
                crew[ours] = process
            self._follow(crew, started)
        finally:
            self._dismiss(crew)
            standing = self.standing()
            self.folder.end_run()
            self._write_status(standing, started, "complete" if standing.complete else "stopped")
        return standing

    def standing(self) -> Standing:
        """Where it stands."""
        return together(list(self._told.values()), len(self.plan.part()), self.plan.processes)

    def _follow(self, crew: dict[Connection, Any], started: float) -> None:
        """Listens until all have hung up."""
        links = dict.fromkeys(crew, 0)
        numbers = {link: number for number, link in enumerate(crew)}
        told_to_stop = False
        written = 0.0
        while links:
            for link in wait(list(links), _BEAT_S):
                assert isinstance(link, Connection)
                try:
                    message = link.recv()
                except (EOFError, ConnectionResetError):
                    del links[link]
                    self._see_end(crew[link], numbers[link])
                    continue
                if isinstance(message, GatewatchError):
                    raise message
                self._told[numbers[link]] = message
            if not told_to_stop and (self._stop.is_set() or self.folder.stop.exists()):
                told_to_stop = True
                _tell(crew, STOP)
            standing = self.standing()
            if time.monotonic() - written >= _STATUS_EVERY_S:
                written = time.monotonic()
                self._write_status(standing, started, "stopping" if told_to_stop else "running")
            self._tick(standing)

    def _see_end(self, process: Any, number: int) -> None:
        process.join(_STOP_PATIENCE_S)
        if process.exitcode != 0:
            raise RuntimeError(f"scanning process {number} died (exit code {process.exitcode})")

    def _dismiss(self, crew: dict[Connection, Any]) -> None:
        _tell(crew, STOP)
        for link in crew:
            link.close()
        for process in crew.values():
            process.join(_STOP_PATIENCE_S)
            if process.is_alive():
                process.terminate()
                process.join()

    def _write_status(self, standing: Standing, started: float, state: str) -> None:
        status = status_of(self.plan, standing, time.monotonic() - started, state)
        replace_file(self.folder.status, json.dumps(status).encode(), durable=False)


def _tell(crew: dict[Connection, Any], word: str) -> None:
    for link in crew:
        try:
            link.send(word)
        except OSError:
            continue
