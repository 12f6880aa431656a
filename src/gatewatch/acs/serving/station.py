"""The devices' process: doors, desk and what has to be done now and then, until it is told to end.

It knows nothing of people and their API, which live in a process of their own (acs/admin): what
breaks into the one has not broken into the other's memory, and neither can starve the other.
"""

import asyncio
import gc
import os
import signal
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

from gatewatch.acs.dialogue import Rules
from gatewatch.acs.firmware import Store
from gatewatch.acs.guard import Guard
from gatewatch.acs.http.door import Doors
from gatewatch.acs.http.limits import Limits
from gatewatch.acs.identity import Gatekeeper
from gatewatch.acs.links import Links
from gatewatch.acs.sealing import Keys
from gatewatch.acs.serving.binding import Bindings
from gatewatch.acs.serving.calling import Caller
from gatewatch.acs.serving.carrying_out import Carrier
from gatewatch.acs.serving.desk import Desk
from gatewatch.acs.state import open_state
from gatewatch.acs.state.interface import State
from gatewatch.acs.state.journal import Journal
from gatewatch.model.errors import BadArguments

__all__ = ["Plan", "Station", "serve"]

_SWEEP_S = 3600


@dataclass(frozen=True, slots=True)
class Plan:
    """What a station is to do."""

    state: str
    key: Path
    folder: Path
    host: str = "127.0.0.1"
    port: int = 7547
    public_url: str = ""
    """Where devices reach it; empty: by host and port."""
    certificate: Path | None = None
    private_key: Path | None = None
    client_authority: Path | None = None
    """Whose certificates prove who a device is."""
    lab: bool = False
    stun_port: int | None = None
    networks: tuple[str, ...] = ()
    """Where connection requests may go besides a device's own address."""
    basic: bool = False
    """Answer Basic challenges in connection requests, too."""
    limits: Limits = field(default_factory=Limits)
    lease_s: int = 120
    shared: bool = False
    """Other processes listen on the same port."""

    def check(self) -> None:
        """Raises BadArguments for what would not be safe."""
        if self.lab and not _is_loopback(self.host):
            raise BadArguments(
                where="acs serve",
                what=f"--lab lets anybody in, and {self.host} is not loopback",
                mend="leave out one of them",
            )
        if bool(self.certificate) != bool(self.private_key):
            raise BadArguments(
                where="acs serve",
                what="a certificate and its key belong together",
                mend="give both --tls-cert and --tls-key",
            )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def tls_context(plan: Plan) -> ssl.SSLContext | None:
    """TLS 1.2 or later with the plan's certificate; raises BadArguments."""
    if plan.certificate is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(plan.certificate, plan.private_key)
        if plan.client_authority is not None:
            context.load_verify_locations(plan.client_authority)
            context.verify_mode = ssl.CERT_OPTIONAL
    except (OSError, ssl.SSLError) as error:
        raise BadArguments(
            where=plan.certificate, what=f"cannot be used for TLS, {error}", mend="see the files"
        ) from None
    return context


class Station:
    """Opened by `start`, ended by `close`; all in one loop."""

    def __init__(self, plan: Plan, state: State, keys: Keys, told: Callable[[str], None]) -> None:
        """`told` is given a line for the log, now and then."""
        plan.check()
        self._plan, self._state, self._told = plan, state, told
        loop = asyncio.get_running_loop()
        store = Store(plan.folder)
        self.journal = Journal(state, loop, failed=lambda why: told(f"not written: {why}"))
        self.port = plan.port
        self.desk = Desk(
            state,
            self.journal,
            Gatekeeper(state, keys.derived("nonces"), lab=plan.lab),
            Carrier(state, store, self.public_url),
            Links(state, store),
            rules=Rules(owner=f"{os.uname().nodename}-{os.getpid()}", lease=plan.lease_s * 10**6),
            limits=plan.limits,
        )
        self.doors = Doors(self.desk, plan.limits)
        self.bindings = Bindings()
        guard = Guard(plan.networks, lab=plan.lab)
        self.caller = Caller(state, guard, self.bindings, basic=plan.basic)

    def public_url(self) -> str:
        """Where devices reach our files."""
        if self._plan.public_url:
            return self._plan.public_url.rstrip("/")
        host = f"[{self._plan.host}]" if ":" in self._plan.host else self._plan.host
        return f"http{'s' if self._plan.certificate else ''}://{host}:{self.port}"

    async def start(self) -> None:
        """Opens the doors; raises BadArguments."""
        plan = self._plan
        try:
            self.port = await self.doors.open(
                plan.host, plan.port, tls=tls_context(plan), shared=plan.shared
            )
            if plan.stun_port is not None:
                await self.bindings.open(plan.host, plan.stun_port)
        except OSError as error:
            raise BadArguments(
                where="acs serve",
                what=f"{plan.host}:{plan.port} cannot be listened on, {error.strerror}",
                mend="choose another --listen or --port, or end what has it",
            ) from None

    async def run(self, stop: asyncio.Event) -> None:
        """Serves until `stop` is set."""
        loop = asyncio.get_running_loop()
        swept = loop.time()
        async with asyncio.TaskGroup() as group:
            calling = group.create_task(self.caller.run())
            while not stop.is_set():
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), 1.0)
                self.desk.tick()
                if loop.time() - swept > _SWEEP_S:
                    swept = loop.time()
                    self.desk.sweep()
            calling.cancel()

    async def close(self) -> None:
        """Lets sessions end, then writes what is left."""
        await self.doors.close()
        self.bindings.close()
        self.journal.close()


def serve(
    plan: Plan, keys: Keys, told: Callable[[str], None], ready: Callable[[int], None]
) -> None:
    """Serves until SIGTERM or SIGINT. `ready` is given the port."""
    import uvloop

    # What was imported stays, and a session's objects go by themselves: the collector need not
    # walk through all of it every few hundred allocations.
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)

    async def main() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        state = open_state(plan.state, keys)
        try:
            station = Station(plan, state, keys, told)
            await station.start()
            ready(station.port)
            await station.run(stop)
            await station.close()
            counts = {**station.doors.counts, **station.desk.counts}
            told(", ".join(f"{name}: {number}" for name, number in sorted(counts.items())))
        finally:
            state.close()

    uvloop.run(main())
