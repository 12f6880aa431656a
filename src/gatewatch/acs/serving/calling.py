"""Asking devices to call when there is something new for them, and not before they are able to.

New tasks are looked for once a second; one process of all that share a state does so (it holds a
claim, as a session holds a device). Each device is asked once for what has come up; one that
cannot be reached calls by itself sooner or later. At most 50 requests are under way at a time.
"""

import asyncio
import os
import time
from collections import Counter

from gatewatch.acs.connection_request import Asked, Outcome, request_call
from gatewatch.acs.guard import Guard
from gatewatch.acs.serving.binding import Bindings
from gatewatch.acs.state.changes import Claim
from gatewatch.acs.state.interface import State
from gatewatch.model.errors import GatewatchError
from gatewatch.model.moment import SECOND

__all__ = ["Caller"]

_PLACE = "*calling"
_LEASE_S = 10
_AT_ONCE = 50
_FRESH_S = 60
"""Older tasks were asked for by the process that was here before."""


class Caller:
    """Watches for tasks and asks their devices to call."""

    def __init__(
        self, state: State, guard: Guard, bindings: Bindings, *, basic: bool = False
    ) -> None:
        self._state, self._guard, self._bindings, self._basic = state, guard, bindings, basic
        self._owner = f"{os.uname().nodename}-{os.getpid()}-calling"
        self._seen = 0
        self._limit = asyncio.Semaphore(_AT_ONCE)
        self.counts: Counter[str] = Counter()

    async def run(self) -> None:
        """Until it is cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                await asyncio.sleep(1.0)
                try:
                    devices = await asyncio.to_thread(self._new)
                except GatewatchError:
                    self.counts["state unusable"] += 1
                    continue
                for device in devices:
                    await self._limit.acquire()
                    asking = group.create_task(self._ask(device))
                    asking.add_done_callback(lambda _: self._limit.release())

    def _new(self) -> list[str]:
        """Devices for which there are tasks that were not seen yet."""
        now = time.time_ns() // 1000
        until = now + _LEASE_S * SECOND
        if not self._state.apply([Claim(_PLACE, self._owner, self._owner, now, until)])[0]:
            return []
        tasks = self._state.waiting_since(max(self._seen, now - _FRESH_S * SECOND))
        if tasks:
            self._seen = tasks[-1][0]
        return list(dict.fromkeys(device for _, device in tasks))

    async def _ask(self, device: str) -> None:
        asked = await self.ask(device)
        self.counts[asked.outcome.value] += 1

    async def ask(self, device: str) -> Asked:
        """Asks one device to call, by UDP where it is bound here, else over HTTP."""
        known = self._state.device(device)
        own = [one for one in self._state.credentials(device) if one.connection_username]
        if known is None or not known.connection_url:
            return Asked(Outcome.FORBIDDEN, "it has told no URL to be asked at")
        name = own[0].connection_username if own else ""
        word = own[0].connection_password if own else ""
        if known.udp_address and self._bindings.ask(known.udp_address, name, word):
            return Asked(Outcome.ACCEPTED, "by UDP")
        return await request_call(
            known.connection_url, known.address, name, word, self._guard, basic=self._basic
        )
