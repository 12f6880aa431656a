"""Nmap -oG: one line a host, ports with the name of what version detection found there.

Holds no answers and no time with a zone; -oX of the same run is far better (`-oA` writes both).
Taken from it are open ports, "tcpwrapped", and that HTTP or something else was spoken. Source:
Nmap's output.cc, "Grepable Output" in Nmap's reference.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

from gatewatch.formats.given import Given
from gatewatch.formats.json_values import address, port
from gatewatch.formats.lines import RAW_KEPT, TOO_LONG, lines
from gatewatch.formats.nmap import Service, answer_of, unanswered
from gatewatch.model.observation import Observation, Rejected, Unanswered

__all__ = ["NAME", "SENTENCE", "read", "sniff"]

NAME = "nmap-grepable"
SENTENCE = "Nmap -oG: open ports without answers and without times; prefer -oX (text)."

_HOST = re.compile(rb"(?:\A|\n)Host: [^\s]{2,64} \(")
# port/state/protocol/owner/service/RPC/version/; a slash inside a field is written "|".
_PORT = re.compile(r"(\d{1,5})/([a-z|]+)/([a-z]+)/[^/]*+/([^/]*+)/[^/]*+/([^/]*+)/(?:, |$)")
_PRODUCT = re.compile(r"(gSOAP|Allegro RomPager) ([^()]+?)(?: \(([^()]*)\))?$")


def sniff(head: bytes) -> bool:
    """Whether it has Nmap's header and a line of a host."""
    return head.lstrip().startswith((b"# Nmap ", b"Host: ")) and (
        _HOST.search(head) is not None and b"\tBanner: " not in head
    )


def read(stream: BinaryIO, given: Given) -> Iterator[Observation | Unanswered | Rejected]:
    """One service for each open TCP port, one failure for each that is listed as not open."""
    for number, line, whole in lines(stream):
        text = line.decode("utf-8", "replace")
        if not text.strip() or text.startswith("#"):
            continue
        try:
            if not whole:
                raise ValueError(TOO_LONG)
            yield from _of_line(text, given)
        except ValueError as problem:
            yield Rejected(f"line {number}", str(problem), line[:RAW_KEPT])


def _of_line(line: str, given: Given) -> Iterator[Observation | Unanswered]:
    host, *fields = line.split("\t")
    if not host.startswith("Host: "):
        raise ValueError("no line of a host")
    ip = address(host.removeprefix("Host: ").partition(" ")[0])
    for ports in (field[7:] for field in fields if field.startswith("Ports: ")):
        for digits, state, protocol, name, version in _PORT.findall(ports):
            number = port(digits)
            if protocol != "tcp" or number is None:
                continue
            if state != "open":
                yield unanswered(state, "")
                continue
            answer = answer_of(_service(name, version), {})
            yield Observation(ip, number, given.time_or(None, NAME), answer)


def _service(name: str, version: str) -> Service:
    """`soap`, `gSOAP 2.7`; a name that ends in "?" is a guess from the port's number."""
    match = _PRODUCT.match(version)
    product, number, extra = match.groups("") if match else (version, "", "")
    return Service(
        name.rpartition("|")[2],
        product,
        number.replace("|", "/"),
        extra,
        is_probed=bool(version) or name == "tcpwrapped",
    )
