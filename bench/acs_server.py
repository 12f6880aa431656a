"""Sessions a second and core: the ACS's door, beside the same session on uvicorn and Starlette.

A session is a new connection and four requests: an Inform that is answered 401, the same one
with Digest, an empty one that is asked for a parameter, and its answer, which gets 204 once it
is durable.
Both servers have the same inside: identity, sessions, SQLite with synchronous=FULL, group commit.
Clients run in a process of their own; what is told is the CPU time of the server's process, which
does not depend on them.

    python acs_server.py [--sessions 4000] [--devices 2000] [--parameters 300] [--storm 5000]

Also: sessions whose devices bring an inventory of 300 parameters; what 100,000 devices take on disk
(measured on fewer, told per device); and a storm: everybody at once, none lost, none served twice.
"""

import argparse
import asyncio
import gc
import json
import multiprocessing
import os
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import uvloop

from gatewatch.acs.dialogue import Rules
from gatewatch.acs.digest import authorization
from gatewatch.acs.firmware import Store
from gatewatch.acs.http.door import Doors
from gatewatch.acs.http.limits import Limits
from gatewatch.acs.http.messages import Answer, Peer
from gatewatch.acs.http.messages import Request as Asked
from gatewatch.acs.identity import Gatekeeper
from gatewatch.acs.links import Links
from gatewatch.acs.sealing import Keys
from gatewatch.acs.serving.carrying_out import Carrier
from gatewatch.acs.serving.desk import Desk
from gatewatch.acs.state import open_state
from gatewatch.acs.state.changes import AddTask, KeepCredential, Learned
from gatewatch.acs.state.journal import Journal
from gatewatch.acs.state.records import Credential, Parameter, Task
from gatewatch.protocol.challenge import parse_challenges
from gatewatch.protocol.cwmp import (
    DeviceId,
    Event,
    GetParameterValues,
    GetParameterValuesResponse,
    Inform,
    ParameterValue,
    Reboot,
    RebootResponse,
)
from gatewatch.protocol.soap import Envelope, read, write

KEYS = Keys(bytes(32))
NAMESPACE = "urn:dslforum-org:cwmp-1-0"
LIMITS = Limits(connections_per_source=20_000, whole_s=3600, answer_s=600, idle_s=600, head_s=600)
Start = Callable[[Desk], Any]


def device_id(number: int) -> str:
    """The id of the device with this number."""
    return f"00259E-HG8245-S{number}"


def inform(number: int, extra: int = 0) -> bytes:
    """About two kilobytes, as devices send it."""
    root = "Device."
    told = {
        "RootDataModelVersion": "2.11",
        "DeviceInfo.HardwareVersion": "HG8245.V2",
        "DeviceInfo.SoftwareVersion": "V5R020C00S280",
        "DeviceInfo.ProvisioningCode": "",
        "ManagementServer.ParameterKey": "",
        "ManagementServer.ConnectionRequestURL": f"http://127.0.0.1:9/{number:032x}",
        "WAN.ExternalIPAddress": "192.0.2.7",
    }
    values = [ParameterValue(f"{root}{name}", value) for name, value in told.items()]
    values += [ParameterValue(*one) for one in inventory(number, extra).items()]
    said = Inform(
        DeviceId("Huawei Technologies Co., Ltd.", "00259E", "HG8245", f"S{number}"),
        (Event("2 PERIODIC"),),
        parameters=tuple(values),
    )
    return write(Envelope(said, str(number), NAMESPACE))


def inventory(number: int, count: int) -> dict[str, str]:
    """`count` parameters, a quarter of whose values are the device's own."""
    return {
        f"Device.Object.{place % 17}.Table.{place}.Parameter": (
            f"value {place}" if place % 4 else f"own {number} {place * 7919 % 1000}"
        )
        for place in range(count)
    }


# --- servers, each in a process of its own


def serve(kind: str, folder: str, tell: Connection) -> None:
    """Serves until something comes through the pipe; then tells what it cost."""

    async def main() -> None:
        loop = asyncio.get_running_loop()
        state = open_state(folder, KEYS)
        journal = Journal(state, loop, room=100_000)
        desk = Desk(
            state,
            journal,
            Gatekeeper(state, KEYS.derived("nonces")),
            Carrier(state, Store(Path(folder)), lambda: ""),
            Links(state, Store(Path(folder))),
            rules=Rules(owner="bench"),
            limits=LIMITS,
        )
        end = await STARTS[kind](desk, tell)
        before = resource.getrusage(resource.RUSAGE_SELF)
        await loop.run_in_executor(None, tell.recv)
        after = resource.getrusage(resource.RUSAGE_SELF)
        spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        await end()
        journal.close()
        state.close()
        tell.send((spent, after.ru_maxrss / 1024))

    gc.freeze()  # as acs/serving/station.py does
    gc.set_threshold(50_000, 20, 50)
    uvloop.run(main())


async def start_door(desk: Desk, tell: Connection) -> Callable[[], Any]:
    """Our own door."""
    doors = Doors(desk, LIMITS)
    tell.send(await doors.open("127.0.0.1", 0))

    async def end() -> None:
        await doors.close(0)

    return end


async def start_starlette(desk: Desk, tell: Connection) -> Callable[[], Any]:
    """The same desk behind Starlette and uvicorn (httptools, uvloop)."""
    import uvicorn
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    peers: dict[tuple[str, int], Peer] = {}

    async def answer(request: Request) -> Response:
        assert request.client
        key = (request.client.host, request.client.port)
        peer = peers.setdefault(key, Peer(len(peers) + 1, *key))
        body = await request.body()
        asked = Asked("POST", request.url.path, "1.1", dict(request.headers), body)
        done: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        desk.asked(asked, peer, done.set_result)
        made = await done
        response = Response(made.body, made.status)
        for name, value in made.headers:
            response.headers.append(name, value)
        if made.close:
            desk.gone(peer)
        return response

    config = uvicorn.Config(
        Starlette(routes=[Route("/{path:path}", answer, methods=["POST"])]),
        host="127.0.0.1", port=0, log_level="error", access_log=False, http="httptools",
        backlog=4096,
    )  # fmt: skip
    server = uvicorn.Server(config)
    serving = asyncio.ensure_future(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    tell.send(server.servers[0].sockets[0].getsockname()[1])

    async def end() -> None:
        server.should_exit = True
        await serving

    return end


STARTS: dict[str, Callable[[Desk, Connection], Any]] = {
    "own door": start_door,
    "Starlette": start_starlette,
}


# --- clients


@dataclass
class Load:
    """What clients do."""

    port: int
    sessions: int
    devices: int
    parameters: int
    at_once: int


def clients(load: Load, tell: Connection) -> None:
    """Runs all sessions; tells how many ended well, and what devices were asked."""

    async def main() -> tuple[int, Counter[str]]:
        asked: Counter[str] = Counter()
        queue = iter(range(load.sessions))
        good = 0

        async def one() -> None:
            nonlocal good
            for number in queue:
                for _ in range(50):
                    if await session(load, number % load.devices, asked):
                        good += 1
                        break
                    await asyncio.sleep(0.2)

        async with asyncio.TaskGroup() as group:
            for _ in range(load.at_once):
                group.create_task(one())
        return good, asked

    tell.send(uvloop.run(main()))


async def session(load: Load, number: int, asked: Counter[str]) -> bool:
    """One whole session; whether it ended with 204."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", load.port)
    except OSError:
        return False
    try:
        return await talk(reader, writer, load, number, asked)
    except (OSError, asyncio.IncompleteReadError):
        return False
    finally:
        writer.close()


async def talk(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    load: Load,
    number: int,
    asked: Counter[str],
) -> bool:
    """The requests of a session."""
    challenge = ""

    async def post(body: bytes) -> tuple[int, bytes]:
        nonlocal challenge
        proof = ""
        if challenge:
            (read_one,) = parse_challenges([challenge])
            made = authorization(read_one, "POST", "/", f"gw-{number}", "word", os.urandom(4).hex())
            proof = f"Authorization: {made}\r\n"
        head = f"POST / HTTP/1.1\r\nHost: acs\r\n{proof}Content-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        said = (await reader.readuntil(b"\r\n\r\n")).decode()
        lines = said.split("\r\n")
        length = 0
        for line in lines[1:]:
            name, _, value = line.partition(": ")
            if name.lower() == "content-length":
                length = int(value)
            elif name.lower() == "www-authenticate" and "MD5" in value:
                challenge = value
        return int(lines[0].split()[1]), await reader.readexactly(length) if length else b""

    body = inform(number)
    status, _ = await post(body)
    if status == 401:
        status, _ = await post(body)
    if status != 200:
        return False
    status, said = await post(b"")
    while status == 200:
        envelope = read(said)
        message = envelope.message
        asked[f"{message.METHOD} {number}"] += 1
        if isinstance(message, Reboot):
            answer: Any = RebootResponse()
        else:
            assert isinstance(message, GetParameterValues)
            told = inventory(number, load.parameters) or {message.names[0]: "7"}
            values = (ParameterValue(*pair) for pair in told.items())
            answer = GetParameterValuesResponse(tuple(values))
        status, said = await post(write(Envelope(answer, envelope.id, NAMESPACE)))
    return status == 204


# --- what is measured


def prepared(folder: str, devices: int, tasks: int, action: str, arguments: str) -> None:
    """A state with credentials for all devices and as many tasks as there will be sessions."""
    state = open_state(folder, KEYS)
    for first in range(0, devices, 1000):
        state.apply(
            [
                KeepCredential(Credential(f"gw-{one}", "word", device_id(one), used=1))
                for one in range(first, min(first + 1000, devices))
            ]
        )
    for first in range(0, tasks, 1000):
        state.apply(
            [
                AddTask(Task(0, device_id(one % devices), action, arguments))
                for one in range(first, min(first + 1000, tasks))
            ]
        )
    state.close()


def measured(kind: str, load: Load, action: str, arguments: str) -> tuple[float, float, int]:
    """CPU seconds of the server, its memory in MB, and how many sessions ended well."""
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder:
        prepared(folder, load.devices, load.sessions, action, arguments)
        ours, theirs = context.Pipe()
        server = context.Process(target=serve, args=(kind, folder, theirs))
        server.start()
        load.port = ours.recv()
        heard, told = context.Pipe()
        client = context.Process(target=clients, args=(load, told))
        begun = time.perf_counter()
        client.start()
        good, asked = heard.recv()
        took = time.perf_counter() - begun
        client.join()
        ours.send("end")
        spent, memory = ours.recv()
        server.join()
        state = open_state(folder, KEYS)
        states = Counter(str(one.state) for one in state.tasks(limit=10_000_000))
        state.close()
        del asked
    print(
        f"  {kind:10} {spent / load.sessions * 1000:6.3f} ms CPU a session, "
        f"{load.sessions / spent:7,.0f} sessions/s a core; {good:,} of {load.sessions:,} whole, "
        f"{took:.1f} s, {memory:.0f} MB; tasks {dict(states)}"
    )
    return spent, memory, good


def disk(devices: int, parameters: int) -> None:
    """What devices take on disk."""
    with tempfile.TemporaryDirectory() as folder:
        state = open_state(folder, KEYS)
        begun = time.process_time()
        for first in range(0, devices, 500):
            state.apply(
                [
                    Learned(
                        device_id(one),
                        1,
                        {
                            name: Parameter(value)
                            for name, value in inventory(one, parameters).items()
                        },
                    )
                    for one in range(first, min(first + 500, devices))
                ]
            )
        spent = time.process_time() - begun
        state.close()
        size = sum(path.stat().st_size for path in Path(folder).iterdir())
    each = size / devices
    print(
        f"  {devices:,} devices with {parameters} parameters: {each:,.0f} bytes each, "
        f"{spent / devices * 1e6:,.0f} us; 100,000 of them: {each * 100_000 / 1e6:,.0f} MB"
    )


def main() -> None:
    """Runs all of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=4000)
    parser.add_argument("--devices", type=int, default=2000)
    parser.add_argument("--parameters", type=int, default=300)
    parser.add_argument("--storm", type=int, default=5000)
    args = parser.parse_args()
    one = json.dumps({"names": ["Device.DeviceInfo.UpTime"]})
    print(f"{args.sessions:,} sessions of {args.devices:,} devices, Digest, four requests, durable")
    spent = {
        kind: measured(kind, Load(0, args.sessions, args.devices, 0, 64), "get", one)[0]
        for kind in STARTS
    }
    print(f"  Starlette costs {spent['Starlette'] / spent['own door']:.2f} times as much")
    count = args.sessions // 4
    print(f"{count:,} sessions whose devices bring {args.parameters} parameters")
    measured("own door", Load(0, count, count, args.parameters, 64), "get", one)
    print("what is on disk")
    disk(args.devices, args.parameters)
    print(f"a storm: {args.storm:,} devices, 1,000 connections at once, a reboot for each")
    measured("own door", Load(0, args.storm, args.storm, 0, 1000), "reboot", "{}")


if __name__ == "__main__":
    main()
