"""STUN and UDP connection requests over real sockets."""

import asyncio
import socket
from collections.abc import Awaitable, Callable

from gatewatch.acs.serving.binding import Bindings

PATIENCE_S = 30
REQUEST = b"\x00\x01\x00\x18" + bytes(range(16)) + b"\xc0\x01\x00\x14dslforum.org/TR-111 "
PLAIN = b"\x00\x01\x00\x00" + bytes(range(16))


def run(talk: Callable[[Bindings, socket.socket, int], Awaitable[None]]) -> None:
    """Runs `talk` with a device's socket and a port that answers STUN."""

    async def main() -> None:
        bindings = Bindings()
        port = await bindings.open("127.0.0.1", 0)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as device:
            device.bind(("127.0.0.1", 0))
            device.setblocking(False)
            async with asyncio.timeout(PATIENCE_S):
                await talk(bindings, device, port)
        bindings.close()

    asyncio.run(main())


async def heard(device: socket.socket) -> bytes:
    return await asyncio.get_running_loop().sock_recv(device, 2000)


def test_a_device_is_told_its_binding_and_asked_to_call_through_it() -> None:
    async def talk(bindings: Bindings, device: socket.socket, port: int) -> None:
        device.sendto(REQUEST, ("127.0.0.1", port))
        answer = await heard(device)
        own = device.getsockname()[1]
        assert answer[-6:] == own.to_bytes(2, "big") + b"\x7f\0\0\x01"
        assert bindings.ask(f"127.0.0.1:{own}", "acs", "word")
        for _ in range(3):
            said = await heard(device)
            assert said.startswith(f"GET http://127.0.0.1:{own}?ts=".encode())

    run(talk)


def test_nobody_is_asked_who_is_not_bound_by_that_very_address() -> None:
    async def talk(bindings: Bindings, device: socket.socket, port: int) -> None:
        own = device.getsockname()[1]
        assert not bindings.ask(f"127.0.0.1:{own}", "acs", "word")
        device.sendto(PLAIN, ("127.0.0.1", port))
        await heard(device)
        assert not bindings.ask(f"127.0.0.1:{own}", "acs", "word"), "not for connection requests"
        assert not bindings.ask("192.0.2.1:80", "acs", "word")

    run(talk)


def test_what_is_no_binding_request_is_not_answered() -> None:
    async def talk(bindings: Bindings, device: socket.socket, port: int) -> None:
        for junk in (b"", b"x", b"GET / HTTP/1.1\r\n\r\n", REQUEST[:-1], bytes(1500)):
            device.sendto(junk, ("127.0.0.1", port))
        device.sendto(PLAIN, ("127.0.0.1", port))
        assert (await heard(device)).startswith(b"\x01\x01")
        assert bindings.counts["dropped"] == 5

    run(talk)


def test_a_source_that_asks_too_often_is_not_answered() -> None:
    async def talk(bindings: Bindings, device: socket.socket, port: int) -> None:
        for _ in range(60):
            device.sendto(PLAIN, ("127.0.0.1", port))
        while sum(bindings.counts.values()) < 60:
            await asyncio.sleep(0.01)
        assert bindings.counts["dropped"] >= 30

    run(talk)
