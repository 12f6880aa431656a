"""Connection requests: asking a device to call, over HTTP (TR-069, 3.2.2) or UDP (annex G).

HTTP: one GET with our credentials to where the guard lets it go, no redirects, 5 s and 4 KiB at
most; Digest is answered, Basic only when the operator allows it, and credentials are never sent
before a challenge. A device that drops the connection after its 401 is asked once more. UDP: one
datagram in three copies, signed, from the socket that the device keeps its binding with.
"""

import asyncio
import hmac
import re
from base64 import b64encode
from dataclasses import dataclass
from enum import Enum
from secrets import token_hex
from urllib.parse import quote

from gatewatch.acs.digest import authorization
from gatewatch.acs.guard import Guard, Refused, Target
from gatewatch.protocol.challenge import Challenge, parse_challenges

__all__ = ["Asked", "Outcome", "request_call", "udp_request"]

_TIMEOUT_S = 5.0
_MOST = 4096
_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})[ \r\n]")


class Outcome(Enum):
    """What came of it."""

    ACCEPTED = "accepted"
    """A session should begin within 30 seconds."""
    BUSY = "busy"
    """503: too many requests, or a session is on."""
    UNAUTHORISED = "unauthorised"
    """It does not take our credentials, or asks for Basic, which is not allowed."""
    OFFLINE = "offline"
    """Refused, reset or silent."""
    ODD = "odd"
    """Another answer."""
    FORBIDDEN = "forbidden"
    """The guard lets nothing go there."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The outcome, and why."""

    outcome: Outcome
    detail: str = ""


async def request_call(
    url: str,
    source: str,
    username: str,
    password: str,
    guard: Guard,
    *,
    basic: bool = False,
    timeout_s: float = _TIMEOUT_S,
) -> Asked:
    """Asks the device at `url`, whose last Inform came from `source`, to call."""
    try:
        target = guard.target(url, source)
    except Refused as error:
        return Asked(Outcome.FORBIDDEN, str(error))
    try:
        async with asyncio.timeout(timeout_s):
            status, found = await _get(target, "")
            if status == 401:
                proof = _proof(found, target, username, password, basic=basic)
                if not proof:
                    return Asked(Outcome.UNAUTHORISED, "no challenge that we answer")
                status, _ = await _get(target, proof)
    except TimeoutError:
        return Asked(Outcome.OFFLINE, f"no answer within {timeout_s:g} s")
    except OSError as error:
        return Asked(Outcome.OFFLINE, error.strerror or type(error).__name__)
    if status in (200, 204):
        return Asked(Outcome.ACCEPTED)
    named = {401: Outcome.UNAUTHORISED, 503: Outcome.BUSY}
    return Asked(named.get(status, Outcome.ODD), f"HTTP {status}" if status else "no HTTP")


def _proof(
    found: tuple[Challenge, ...], target: Target, username: str, password: str, *, basic: bool
) -> str:
    """The Authorization for the first challenge that we answer; "" for none."""
    for challenge in found:
        if challenge.scheme == "digest":
            made = authorization(challenge, "GET", target.path, username, password, token_hex(8))
            if made:
                return made
    if basic and any(challenge.scheme == "basic" for challenge in found):
        return f"Basic {b64encode(f'{username}:{password}'.encode()).decode()}"
    return ""


async def _get(target: Target, proof: str) -> tuple[int, tuple[Challenge, ...]]:
    """The status of one GET on a connection of its own, and its challenges; 0: no HTTP."""
    reader, writer = await asyncio.open_connection(target.host, target.port, limit=_MOST)
    try:
        lines = [f"GET {target.path} HTTP/1.1", f"Host: {target.authority}", "Connection: close"]
        if proof:
            lines.append(f"Authorization: {proof}")
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        head = b""
        while b"\r\n\r\n" not in head and b"\n\n" not in head and len(head) < _MOST:
            piece = await reader.read(_MOST - len(head))
            if not piece:
                break
            head += piece
    finally:
        writer.transport.abort()
    found = _STATUS.match(head)
    if not found:
        if not head:
            raise ConnectionResetError("closed without an answer")
        return 0, ()
    lines = head.decode("latin-1").replace("\r\n", "\n").partition("\n\n")[0].split("\n")
    values = [
        value.strip()
        for name, _, value in (line.partition(":") for line in lines)
        if name.strip().lower() == "www-authenticate"
    ]
    return int(found[1]), parse_challenges(values)


def udp_request(address: str, username: str, password: str, now: int, id_: int, cn: str) -> bytes:
    """The datagram of annex G for the device whose UDPConnectionRequestAddress is `address`.

    `now`: seconds since 1970; `id_` and `cn`: of this request, new for each. The signature is
    HMAC-SHA1 (which annex G demands) over ts, id, un and cn, by the device's own password.
    """
    said = f"{now}{id_}{username}{cn}"
    sig = hmac.digest(password.encode(), said.encode(), "sha1").hex()
    name = quote(username, safe="")
    query = f"ts={now}&id={id_}&un={name}&cn={cn}&sig={sig}"
    return f"GET http://{address}?{query} HTTP/1.1\r\nHost: {address}\r\n\r\n".encode()
