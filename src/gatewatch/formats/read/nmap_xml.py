"""Nmap -oX: hosts with their ports, each port with what version detection and scripts said.

Ports come out one by one as their element ends, so a host of 65,535 ports needs no more memory
than one; interrupted runs give all finished ports, appended runs all of theirs. `<hosthint>` (seen
up, not scanned) is no result, and other protocols than TCP are left out. So is the counted rest in
`<extraports>`: it names no port, and the thousands of closed ports of one host would pass for
thousands of addresses that were asked. Source: Nmap's DTD (nmap.dtd), output of Nmap 7.93.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from gatewatch.formats.given import Given
from gatewatch.formats.json_values import address, moment, port
from gatewatch.formats.lines import RAW_KEPT
from gatewatch.formats.nmap import SCRIPTS, Script, Service, answer_of, unanswered
from gatewatch.formats.xml_documents import Broken, document_events
from gatewatch.model.hostile import shown
from gatewatch.model.observation import Observation, Rejected, Unanswered
from gatewatch.protocol.xml import End, Start

__all__ = ["NAME", "SENTENCE", "read", "sniff"]

NAME = "nmap-xml"
SENTENCE = "Nmap -oX; unknown services by their fingerprints, ports only counted left out (XML)."

_ROOT = re.compile(rb"<nmaprun\b[^>]*+")
# What one script may bring: fingerprint-strings has some thirty values, ssl-cert as many.
_VALUES = 64

Attrs = dict[str, str]


def sniff(head: bytes) -> bool:
    """Whether the root element is within the first 4 KiB and does not name masscan."""
    root = _ROOT.search(head[:4096])
    return root is not None and b'scanner="masscan"' not in root[0]


def read(stream: BinaryIO, given: Given) -> Iterator[Observation | Unanswered | Rejected]:
    """One service for each open TCP port, one failure for each that is listed as not open."""
    scan = _Scan()
    for event in document_events(stream):
        if isinstance(event, Start):
            scan.start(event.name, event.attrs)
        elif isinstance(event, End):
            if event.name == "port" and scan.port is not None:
                yield from _record(scan, scan.port, given)
            scan.end(event.name)
        elif isinstance(event, Broken):
            scan = _Scan()
            yield Rejected(event.where, event.reason)
        else:
            scan.text += event.text


@dataclass(slots=True)
class _Port:
    """What has been read of one `<port>`."""

    attrs: Attrs
    state: Attrs = field(default_factory=dict)
    service: Attrs = field(default_factory=dict)
    scripts: dict[str, Script] = field(default_factory=dict)


@dataclass(slots=True)
class _Scan:
    """Where in a document the reader stands."""

    run: Attrs = field(default_factory=dict)
    host: Attrs = field(default_factory=dict)
    address: str = ""
    port: _Port | None = None
    script: Script | None = None
    path: list[str] = field(default_factory=list)
    """Keys of the open tables of the script; those without one are counted."""
    tables: int = 0
    text: str = ""

    def start(self, name: str, attrs: Attrs) -> None:
        """Takes up a start tag."""
        if name == "nmaprun":
            self.run = attrs
        elif name == "host":
            self.host, self.address, self.port = attrs, "", None
        elif name == "address":
            is_ip = attrs.get("addrtype") in ("ipv4", "ipv6")
            self.address = self.address or (attrs.get("addr", "") if is_ip else "")
        elif name == "port":
            self.port = _Port(attrs)
        elif self.port is not None:
            self._within(self.port, name, attrs)

    def _within(self, port: _Port, name: str, attrs: Attrs) -> None:
        if name == "state":
            port.state = attrs
        elif name == "service":
            port.service = attrs
        elif name == "script":
            self.script = Script(attrs.get("output", ""))
            self.path, self.tables = [], 0
            if attrs.get("id") in SCRIPTS:
                port.scripts[attrs["id"]] = self.script
        elif name == "table":
            self.path.append(attrs.get("key", str(self.tables)))
            self.tables += 1
        elif name == "elem":
            self.path.append(attrs.get("key", ""))
        self.text = ""

    def end(self, name: str) -> None:
        """Takes up an end tag."""
        if name == "port":
            self.port = None
        elif name == "script":
            self.script = None
        elif name in ("table", "elem") and self.path:
            if name == "elem" and self.script and len(self.script.values) < _VALUES:
                self.script.values.append((".".join(self.path), self.text))
            self.path.pop()
        self.text = ""


def _record(
    scan: _Scan, found: _Port, given: Given
) -> Iterator[Observation | Unanswered | Rejected]:
    if found.attrs.get("protocol") != "tcp":
        return
    state = found.state.get("state", "")
    if state != "open":
        yield unanswered(state, found.state.get("reason", ""))
        return
    try:
        ip = address(scan.address)
        number = port(found.attrs.get("portid"))
        if number is None:
            raise ValueError("no port number")
        seen_at = given.time_or(_seen_at(scan), NAME)
    except ValueError as problem:
        where = f"host {shown(scan.address, 60)} port {shown(found.attrs.get('portid', ''), 20)}"
        raw = repr((found.attrs, found.service)).encode("utf-8", "replace")
        yield Rejected(where, str(problem), raw[:RAW_KEPT])
        return
    yield Observation(ip, number, seen_at, answer_of(_service(found.service), found.scripts))


def _seen_at(scan: _Scan) -> int | None:
    """When the host was done; interrupted or very old runs only say when they began."""
    times = (scan.host.get("endtime"), scan.host.get("starttime"), scan.run.get("start"))
    return moment(next(filter(None, times), None))


def _service(attrs: Attrs) -> Service:
    return Service(
        attrs.get("name", ""),
        attrs.get("product", ""),
        attrs.get("version", ""),
        attrs.get("extrainfo", ""),
        attrs.get("method") == "probed",
        attrs.get("servicefp", ""),
    )
