r"""masscan -oL: one record a line, `open tcp 7547 192.0.2.10 1795508613`.

Banner lines go on with the name of the service and its text, bytes as `\xHH`. Several runs in
one file are read on. Source: masscan out-text.c.
"""

from collections.abc import Iterator
from typing import BinaryIO

from gatewatch.formats.given import Given
from gatewatch.formats.lines import RAW_KEPT, TOO_LONG, lines
from gatewatch.formats.masscan import Record, Sighting, merged, octets_of_text, sighting
from gatewatch.model.observation import Observation, Rejected, Unanswered

__all__ = ["NAME", "SENTENCE", "read", "sniff"]

NAME = "masscan-list"
SENTENCE = "masscan -oL: one record a line (text)."


def sniff(head: bytes) -> bool:
    """Whether it begins with the mark of masscan's list, or is a record of one."""
    first = head.lstrip().split(b"\n", 1)[0].rstrip(b"\r")
    if first == b"#masscan":
        return True
    words = first.split(b" ")
    return len(words) >= 4 and words[0] in _STATES and words[1] in (b"tcp", b"udp", b"sctp")


def read(stream: BinaryIO, given: Given) -> Iterator[Observation | Unanswered | Rejected]:
    """One service for each port, from all its records."""
    return merged(_sightings(stream, given))


_STATES = (b"open", b"closed", b"banner")


def _sightings(stream: BinaryIO, given: Given) -> Iterator[Sighting | Unanswered | Rejected | None]:
    for number, line, whole in lines(stream):
        if not line.strip() or line.startswith(b"#"):
            continue
        try:
            if not whole:
                raise ValueError(TOO_LONG)
            yield _of_line(line, given)
        except ValueError as problem:
            yield Rejected(f"line {number}", str(problem), line[:RAW_KEPT])


def _of_line(line: bytes, given: Given) -> Sighting | Unanswered | None:
    words = line.split(b" ", 6)
    if len(words) < 4 or words[0] not in _STATES:
        raise ValueError("no record of masscan's list")
    state, protocol, digits, ip, *rest = (word.decode("latin-1") for word in words)
    time, service, _ = (*rest, "", "", "")[:3]
    is_banner = state == "banner"
    if is_banner and not service:
        raise ValueError("a banner without its service")
    found = Record(
        ip=ip,
        port=digits,
        time=time,
        protocol=protocol,
        state="open" if is_banner else state,
        service=service if is_banner else "",
        banner=octets_of_text(words[6]) if len(words) > 6 else b"",
    )
    return sighting(found, given, NAME)
