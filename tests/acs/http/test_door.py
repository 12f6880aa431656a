"""A door over real sockets: what it answers, and when it ends a connection."""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable, Iterator

from gatewatch.acs.http.door import Doors
from gatewatch.acs.http.limits import Limits
from gatewatch.acs.http.messages import Answer, Peer, Reply, Request

POST = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n"
PATIENCE_S = 30


class Echo:
    """Answers with the body; `later` is answered when the test says so."""

    def __init__(self) -> None:
        self.waiting: list[Reply] = []
        self.left: list[Peer] = []

    def asked(self, request: Request, peer: Peer, reply: Reply) -> None:
        assert peer.address == "127.0.0.1"
        if request.body == b"L":
            self.waiting.append(reply)
        elif request.body == b"S":
            pieces: Iterator[bytes] = iter([b"x" * 65536] * 40)
            reply(Answer(200, stream=pieces, length=40 * 65536))
        elif request.body == b"0":
            reply(Answer(204))
        else:
            reply(Answer(200, request.body))

    def gone(self, peer: Peer) -> None:
        self.left.append(peer)


Talk = Callable[["Visitor"], Awaitable[None]]


class Visitor:
    """A client's socket."""

    def __init__(self, doors: Doors, echo: Echo, port: int) -> None:
        self.doors, self.echo, self.port = doors, echo, port

    async def connect(self) -> None:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)

    def say(self, data: bytes) -> None:
        self.writer.write(data)

    async def rest(self) -> bytes:
        async with asyncio.timeout(PATIENCE_S):
            return await self.reader.read()

    async def hears(self, data: bytes) -> None:
        async with asyncio.timeout(PATIENCE_S):
            assert await self.reader.readexactly(len(data)) == data

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                await asyncio.sleep(0.01)


def visited(talk: Talk, limits: Limits | None = None) -> None:
    """Runs `talk` with one connection to a door of its own."""

    async def main() -> None:
        echo = Echo()
        doors = Doors(echo, limits)
        visitor = Visitor(doors, echo, await doors.open("127.0.0.1", 0))
        await visitor.connect()
        try:
            await talk(visitor)
        finally:
            visitor.writer.close()
            await doors.close(grace_s=0)

    asyncio.run(main())


def test_requests_of_one_connection_are_answered_in_turn() -> None:
    async def talk(visitor: Visitor) -> None:
        for body in (b"a", b"b"):
            visitor.say(POST + body)
            await visitor.hears(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" + body)

    visited(talk)


def test_a_connection_without_a_word_ends_as_soon_as_the_peer_ends_it() -> None:
    """genieacs-sim waits for this close before it does anything."""

    async def talk(visitor: Visitor) -> None:
        visitor.writer.write_eof()
        assert await visitor.rest() == b""

    visited(talk, Limits(head_s=1000))


def test_a_peer_that_sends_no_more_still_gets_its_answer() -> None:
    async def talk(visitor: Visitor) -> None:
        visitor.say(POST + b"L")
        visitor.writer.write_eof()
        await visitor.until(lambda: visitor.echo.waiting)
        await asyncio.sleep(0)
        visitor.echo.waiting[0](Answer(200, b"late"))
        assert (await visitor.rest()).endswith(b"\r\n\r\nlate")

    visited(talk)


def test_any_other_bytes_are_answered_400_and_counted() -> None:
    async def talk(visitor: Visitor) -> None:
        visitor.say(b"\x16\x03\x01 what a pity\r\n\r\n")
        assert (await visitor.rest()).startswith(b"HTTP/1.1 400 Bad Request\r\n")
        assert visitor.doors.counts["refused 400"] == 1

    visited(talk)


def test_a_body_that_is_not_read_does_not_cost_the_peer_the_answer() -> None:
    async def talk(visitor: Visitor) -> None:
        visitor.say(b"POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n" + bytes(500_000))
        assert (await visitor.rest()).startswith(b"HTTP/1.1 413 ")

    visited(talk)


def test_half_a_head_is_not_waited_for() -> None:
    async def talk(visitor: Visitor) -> None:
        visitor.say(b"POST / HTTP/1.1\r\nHo")
        await visitor.until(lambda: visitor.doors.counts["late"])

    visited(talk, Limits(head_s=0.5))


def test_a_byte_now_and_then_keeps_no_connection_open() -> None:
    async def talk(visitor: Visitor) -> None:
        async def drip() -> None:
            while True:
                visitor.say(b"X")
                await asyncio.sleep(0.05)

        visitor.say(POST.replace(b": 1", b": 9999"))
        dripping = asyncio.ensure_future(drip())
        await visitor.until(lambda: visitor.doors.counts["late"])
        dripping.cancel()

    visited(talk, Limits(body_s=0.5))


def test_an_idle_connection_is_ended() -> None:
    async def talk(visitor: Visitor) -> None:
        visitor.say(POST + b"a")
        await visitor.until(lambda: visitor.doors.counts["late"])

    visited(talk, Limits(idle_s=0.5))


def test_http_1_0_is_told_whether_the_connection_stays() -> None:
    async def talk(visitor: Visitor) -> None:
        old = POST.replace(b"1.1\r\n", b"1.0\r\nConnection: keep-alive\r\n")
        visitor.say(old + b"a")
        answer = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: "
        await visitor.hears(answer + b"keep-alive\r\n\r\na")
        visitor.say(POST.replace(b"1.1\r\n", b"1.0\r\n") + b"b")
        assert await visitor.rest() == answer + b"close\r\n\r\nb"

    visited(talk)


def test_nothing_more_is_a_204_without_a_length() -> None:
    async def talk(visitor: Visitor) -> None:
        visitor.say(POST + b"0")
        await visitor.hears(b"HTTP/1.1 204 No Content\r\n\r\n")

    visited(talk)


def test_who_waits_to_send_a_body_is_told_to() -> None:
    async def talk(visitor: Visitor) -> None:
        visitor.say(POST.replace(b"Host: a", b"Expect: 100-continue"))
        await visitor.hears(b"HTTP/1.1 100 Continue\r\n\r\n")
        visitor.say(b"a")
        await visitor.hears(b"HTTP/1.1 200 OK\r\n")

    visited(talk)


def test_a_second_request_before_the_answer_ends_the_connection_after_it() -> None:
    async def talk(visitor: Visitor) -> None:
        visitor.say(POST + b"L" + POST + b"b")
        await visitor.until(lambda: visitor.echo.waiting)
        visitor.echo.waiting[0](Answer(200, b"only"))
        answer = await visitor.rest()
        assert answer.count(b"HTTP/1.1") == 1
        assert b"Connection: close" in answer

    visited(talk)


def test_more_connections_than_allowed_are_told_to_come_again() -> None:
    async def talk(visitor: Visitor) -> None:
        await visitor.until(lambda: visitor.doors.admission.open == 1)
        second = Visitor(visitor.doors, visitor.echo, visitor.port)
        await second.connect()
        second.say(POST + b"a")
        answer = await second.rest()
        assert answer.startswith(b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 30\r\n")
        second.writer.close()

    visited(talk, Limits(connections_per_source=1))
    visited(talk, Limits(connections=1))


def test_who_leaves_makes_room() -> None:
    async def talk(visitor: Visitor) -> None:
        visitor.writer.close()
        await visitor.until(lambda: visitor.doors.admission.open == 0)
        await visitor.connect()
        visitor.say(POST + b"a")
        await visitor.hears(b"HTTP/1.1 200 OK\r\n")
        assert len(visitor.echo.left) == 1

    visited(talk, Limits(connections=1))


def test_a_long_body_is_sent_as_fast_as_it_is_taken() -> None:
    async def talk(visitor: Visitor) -> None:
        visitor.say(POST.replace(b"Host: a", b"Connection: close") + b"S")
        body = (await visitor.rest()).partition(b"\r\n\r\n")[2]
        assert body == b"x" * 40 * 65536

    visited(talk)


def test_an_answer_to_somebody_who_has_gone_is_dropped() -> None:
    async def talk(visitor: Visitor) -> None:
        visitor.say(POST + b"L")
        await visitor.until(lambda: visitor.echo.waiting)
        linger = struct.pack("ii", 1, 0)  # a reset instead of an end
        visitor.writer.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, linger
        )
        visitor.writer.transport.abort()
        await visitor.until(lambda: visitor.echo.left)
        visitor.echo.waiting[0](Answer(200))

    visited(talk)


def test_a_door_that_closes_lets_a_session_end() -> None:
    async def talk(visitor: Visitor) -> None:
        visitor.say(POST + b"L")
        await visitor.until(lambda: visitor.echo.waiting)
        closing = asyncio.ensure_future(visitor.doors.close(grace_s=PATIENCE_S))
        await visitor.until(lambda: visitor.doors.closing)
        visitor.echo.waiting[0](Answer(200, b"done"))
        assert (await visitor.rest()).endswith(b"done")
        visitor.writer.close()
        await closing

    visited(talk)
