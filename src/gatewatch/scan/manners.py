"""How others find out who scans: the pages to serve, and whether they can be found.

Sources: RFC 9511 (probing.txt, out-of-band attribution), RFC 9116 (security.txt), ZMap's scanning
best practices (reverse name, web page on the scanning address).
"""

import html
import re
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from gatewatch.model.address import Address
from gatewatch.model.errors import BadArguments
from gatewatch.protocol.head import parse_head
from gatewatch.protocol.response import Ending, ResponseReader
from gatewatch.scan.request import user_agent

__all__ = ["missing_on_line", "pages"]

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?=.{{4,253}}$)(?:{_LABEL}\.)+[a-z]{{2,63}}", re.IGNORECASE)
_WORDS_LIMIT = 400
_VALID = timedelta(days=365)
_PATIENCE_S = 5.0
PROBING, SECURITY = ".well-known/probing.txt", ".well-known/security.txt"

Fetch = Callable[[str, str], int | None]
"""Address and path to the status of the answer, None: none."""


def pages(host: str, contact: str | None, description: str = "") -> dict[str, str]:
    """File name to content of what to serve at `host`; raises BadArguments, PoliteRefusal."""
    if not _HOST.fullmatch(host):
        raise BadArguments(
            where="--name", what=f'"{host[:60]}" is no host name', mend="such as scan1.example.net"
        )
    agent = user_agent(contact)
    why = " ".join(description.split())[:_WORDS_LIMIT] or (
        "Looks for router management ports (CWMP, TCP 7547) that anybody can reach."
    )
    until = (datetime.now(UTC) + _VALID).strftime("%Y-%m-%dT%H:%M:%SZ")
    said = f"Contact: {contact}\nExpires: {until}\nPreferred-Languages: en\n"
    return {
        "index.html": _page(host, str(contact), why, agent),
        PROBING: f"Canonical: https://{host}/{PROBING}\n{said}Description: {why}\n",
        SECURITY: f"Canonical: https://{host}/{SECURITY}\n{said}",
        "reverse-name.txt": f"; in the reverse zone of the scanning address\nIN PTR {host}.\n",
    }


def missing_on_line(
    towards: Address,
    *,
    source_of: Callable[[Address], str] | None = None,
    name_of: Callable[[str], str | None] | None = None,
    fetch: Fetch | None = None,
) -> list[str]:
    """What somebody who looks our scanning address up would miss; nothing is sent to `towards`."""
    source = (source_of or _source)(towards)
    if not source:
        return ["a route to the first address of the scope"]
    found = []
    if not (name_of or _reverse_name)(source):
        found.append(f"a reverse name (PTR) for {source}")
    for path, what in (
        ("", "a web page"),
        (PROBING, "probing.txt (RFC 9511)"),
        (SECURITY, "security.txt (RFC 9116)"),
    ):
        if (fetch or _status)(source, f"/{path}") != 200:
            found.append(f"{what} at http://{source}/{path}")
    return found


def _page(host: str, contact: str, why: str, agent: str) -> str:
    host, contact, why, agent = map(html.escape, (host, contact, why, agent))
    return f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{host}: research scanner</title>
<h1>{host}: research scanner</h1>
<p>{why}</p>
<p>Each address gets one TCP connection and one <code>GET /</code> without credentials, at most
twice in a scan. Nothing is changed, nobody is logged in. The request says
<code>User-Agent: {agent}</code>.</p>
<h2>To be left out</h2>
<p>Write to <a href="{contact}">{contact}</a> and name your addresses. They are left out at once,
from this scan and all later ones.</p>
</html>
"""


def _source(towards: Address) -> str:
    """Our address on the way to `towards`: connecting a datagram socket sends nothing."""
    family = socket.AF_INET if towards.high is None else socket.AF_INET6
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((str(towards), 9))
        except OSError:
            return ""
        return str(probe.getsockname()[0])


def _reverse_name(address: str) -> str | None:
    try:
        return socket.gethostbyaddr(address)[0]
    except OSError:
        return None


def _status(address: str, path: str, port: int = 80) -> int | None:
    reader = ResponseReader()
    host = f"[{address}]" if ":" in address else address
    try:
        with socket.create_connection((address, port), _PATIENCE_S) as connection:
            connection.sendall(
                f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
            )
            while (data := connection.recv(16384)) and not reader.feed(data):
                pass
    except OSError:
        return None
    return parse_head(reader.answer(Ending.CLOSED).head).status
