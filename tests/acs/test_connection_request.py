"""Asking a device to call: every answer that devices give, over real sockets."""

import asyncio
import hashlib
import hmac
from collections.abc import Callable

import pytest

from gatewatch.acs.connection_request import Asked, Outcome, request_call, udp_request
from gatewatch.acs.digest import REALM, DigestAnswer, Nonces, challenges, read_answer
from gatewatch.acs.guard import Guard

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
BASIC = b'HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm="x"\r\n\r\n'
Device = Callable[[bytes], bytes]


def asked(
    device: Device, *, basic: bool = False, timeout_s: float = 30
) -> tuple[Asked, list[bytes]]:
    """Asks a device that answers each request by `device`; also what it heard."""
    heard: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            heard.append(await reader.readuntil(b"\r\n\r\n"))
            said = device(heard[-1])
            writer.write(said)
            if not said:
                await reader.read()
        finally:
            writer.close()

    async def main() -> Asked:
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            url = f"http://127.0.0.1:{port}/tr069?x=1"
            return await request_call(
                url, "127.0.0.1", "acs", "word", Guard(lab=True), basic=basic, timeout_s=timeout_s
            )

    return asyncio.run(main()), heard


def challenging(request: bytes) -> bytes:
    """A standard-true device."""
    nonces = Nonces(b"k")
    lines = request.decode().split("\r\n")
    given = next((line[15:] for line in lines if line.startswith("Authorization: ")), None)
    answer = read_answer(given) if given else None
    if isinstance(answer, DigestAnswer) and answer.proves("word", "GET"):
        return b"HTTP/1.1 204 No Content\r\n\r\n"
    headers = challenges(nonces.make(0, "x", b"12345678"), stale=False, basic=True)
    said = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return f"HTTP/1.1 401 Unauthorized\r\n{said}\r\n".encode()


def test_a_device_that_asks_for_digest_gets_it() -> None:
    result, heard = asked(challenging)
    assert result == Asked(Outcome.ACCEPTED)
    assert b"Authorization" not in heard[0]
    assert b"GET /tr069?x=1 HTTP/1.1\r\nHost: 127.0.0.1:" in heard[1]
    assert f'realm="{REALM}"'.encode() in heard[1]


def test_a_device_that_asks_for_nothing_is_asked_once() -> None:
    result, heard = asked(lambda _: OK)
    assert (result.outcome, len(heard)) == (Outcome.ACCEPTED, 1)


def test_basic_is_not_told_the_password_unless_allowed() -> None:
    result, heard = asked(lambda _: BASIC)
    assert (result.outcome, len(heard)) == (Outcome.UNAUTHORISED, 1)
    result, heard = asked(lambda said: OK if b"Basic YWNzOndvcmQ=" in said else BASIC, basic=True)
    assert (result.outcome, len(heard)) == (Outcome.ACCEPTED, 2)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (b"HTTP/1.1 503 Service Unavailable\r\n\r\n", Outcome.BUSY),
        (b"HTTP/1.1 404 Not Found\r\n\r\n", Outcome.ODD),
        (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n", Outcome.ODD),
        (b"SSH-2.0-dropbear\r\n\r\n", Outcome.ODD),
        (b"HTTP/1.1 200 OK\n\n", Outcome.ACCEPTED),
        (b"HTTP/1.1 200 OK\r\nX: " + b"a" * 10_000, Outcome.ACCEPTED),
        (b"HTTP/1.1 401 No\r\n\r\n", Outcome.UNAUTHORISED),
        (
            b'HTTP/1.1 401 No\r\nWWW-Authenticate: Digest realm="a\x01b", nonce="n"\r\n\r\n',
            Outcome.UNAUTHORISED,
        ),
    ],
)
def test_each_answer_is_named_and_nothing_is_followed(answer: bytes, outcome: Outcome) -> None:
    result, heard = asked(lambda _: answer)
    assert (result.outcome, len(heard)) == (outcome, 1)


def test_a_silent_device_costs_no_more_than_the_time_allowed() -> None:
    result, _ = asked(lambda _: b"", timeout_s=0.2)
    assert result == Asked(Outcome.OFFLINE, "no answer within 0.2 s")


def test_nothing_goes_where_the_guard_forbids() -> None:
    result = asyncio.run(
        request_call("http://127.0.0.1:7547/", "127.0.0.1", "acs", "word", Guard())
    )
    assert result.outcome is Outcome.FORBIDDEN


def test_nobody_there_is_offline() -> None:
    guard = Guard(ports=[1], lab=True)
    result = asyncio.run(request_call("http://127.0.0.9:1/", "127.0.0.9", "acs", "word", guard))
    assert result.outcome is Outcome.OFFLINE


def test_a_datagram_is_signed_as_annex_g_says() -> None:
    said = udp_request("192.0.2.7:5060", "o&e", "word", 1_700_000_000, 7, "cn")
    sig = hmac.new(b"word", b"17000000007o&ecn", hashlib.sha1).hexdigest()
    assert said == (
        b"GET http://192.0.2.7:5060?ts=1700000000&id=7&un=o%26e&cn=cn&sig=" + sig.encode()
        + b" HTTP/1.1\r\nHost: 192.0.2.7:5060\r\n\r\n"
    )  # fmt: skip
