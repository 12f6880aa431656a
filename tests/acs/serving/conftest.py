"""A station of the tests' own, in a thread."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from gatewatch.acs.firmware import Store
from gatewatch.acs.orders import Orders
from gatewatch.acs.sealing import Keys
from gatewatch.acs.serving.station import Plan, Station
from gatewatch.acs.state import open_state
from gatewatch.acs.state.interface import State

KEYS = Keys(bytes(range(32)))
PATIENCE_S = 30


@dataclass
class Site:
    """A running station, and its state as others see it."""

    state: State
    folder: Path
    station: Station
    port: int
    loop: asyncio.AbstractEventLoop
    said: list[str] = field(default_factory=list)

    @property
    def orders(self) -> Orders:
        return Orders(self.state, Store(self.folder), self.now)

    def now(self) -> int:
        import time

        return time.time_ns() // 1000


Open = Callable[..., Site]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Open]:
    """Opens stations over a state in a folder; more than one may share it."""
    ends: list[Callable[[], None]] = []

    def opened(where: str = "", **plan: Any) -> Site:
        made: Future[Site] = Future()
        thread = threading.Thread(target=_run, args=(made, where, tmp_path, plan, ends))
        thread.start()
        ends.append(thread.join)
        return made.result(PATIENCE_S)

    yield opened
    for end in ends:
        end()


def _run(
    made: "Future[Site]",
    where: str,
    folder: Path,
    plan: dict[str, Any],
    ends: list[Callable[[], None]],
) -> None:
    async def main() -> None:
        state = open_state(where or str(folder / "state"), KEYS)
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        try:
            said: list[str] = []
            whole = Plan(str(folder / "state"), folder / "key", folder, port=0, **plan)
            station = Station(whole, state, KEYS, said.append)
            await station.start()
        except BaseException as error:  # noqa: BLE001 - the test is told
            made.set_exception(error)
            state.close()
            return
        ends.insert(0, lambda: loop.call_soon_threadsafe(stop.set))  # type: ignore[arg-type]
        made.set_result(Site(state, folder, station, station.port, loop, said))
        await station.run(stop)
        await station.close()
        state.close()

    asyncio.run(main())
