r"""What masscan says of one port in up to four records, put together to one observation.

masscan writes a record for the SYN-ACK and one for each thing it found in an answer: `http` (the
head), `http.server`, `title`, `html` (with --capture html), or `ssh`, `X509`, `ssl`, `vuln` for
other talk. `merged` collects the records of a port within a window of 20,000 ports or 64 MiB,
whichever is reached first, and lets go of the port that was silent for longest; a port that
comes back after that is a second observation. A missing banner means nothing: masscan loses some
in every run. Source: masscan's out-*.c, proto-http.c, output.c (normalize_string).
"""

import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, NamedTuple

from gatewatch.formats.given import Given
from gatewatch.formats.http_text import answer_from_raw, http_answer, rebuilt_head
from gatewatch.formats.json_records import JsonRecord, records
from gatewatch.formats.json_values import address, moment, port
from gatewatch.model.address import Address
from gatewatch.model.hostile import shown
from gatewatch.model.observation import (
    BODY_LIMIT,
    HEAD_LIMIT,
    Answer,
    Mark,
    Observation,
    Outcome,
    Rejected,
    Spoke,
    Unanswered,
)

__all__ = [
    "Record",
    "Sighting",
    "merged",
    "merged_json",
    "octets_of_json",
    "octets_of_text",
    "sighting",
]

_WINDOW = 20_000
_WINDOW_BYTES = 64 * 1024 * 1024
# "err" stands for IP protocols that have no ports.
_NOT_TCP = frozenset({"arp", "err", "icmp", "sctp", "udp"})
_HTTP_PARTS = ("http", "http.server", "title", "html")
_ESCAPE = re.compile(rb"\\x([0-9A-Fa-f]{2})")
_PARTIAL = frozenset({Mark.REBUILT, Mark.PARTIAL})
_NO_BODY = frozenset({Mark.NO_BODY})
_TRUNCATED = frozenset({Mark.TRUNCATED})


class Record(NamedTuple):
    """A record as it stands in the file."""

    ip: object
    port: object
    time: object
    protocol: str
    state: str = "open"
    """A banner says no state: its port is open."""
    service: str = ""
    banner: bytes = b""


class Sighting(NamedTuple):
    """One record of an open port: a SYN-ACK without `service`, or a banner."""

    ip: Address
    port: int
    seen_at: int
    service: str = ""
    banner: bytes = b""


@dataclass(slots=True)
class _Port:
    """What is known of one port so far; only banners of use are kept, and only their beginning."""

    seen_at: int
    banners: dict[str, bytes] = field(default_factory=dict)

    def add(self, sighting: Sighting) -> int:
        """Takes up one record; returns how many bytes more are held."""
        self.seen_at = max(self.seen_at, sighting.seen_at)
        name = sighting.service
        if not name:
            return 0
        kept = name if name in _HTTP_PARTS else "other"
        if kept in self.banners:
            return 0
        self.banners[kept] = sighting.banner[: HEAD_LIMIT + 1]
        return len(self.banners[kept])


def sighting(record: Record, given: Given, fmt: str) -> Sighting | Unanswered | None:
    """A record of an open or closed port; None for what is no TCP, which is left out.

    Raises ValueError, with the reason, for what masscan does not write.
    """
    if record.protocol in _NOT_TCP:
        return None
    if record.protocol != "tcp":
        raise ValueError(f'protocol "{shown(record.protocol, 20)}" is none of masscan\'s')
    if record.state == "closed":
        return Unanswered(Outcome.CONNECTION_REFUSED)
    if record.state != "open":
        raise ValueError(f'status "{shown(record.state, 20)}" is neither open nor closed')
    ip = address(record.ip)
    number = port(record.port)
    if number is None:
        raise ValueError("no port")
    seen_at = given.time_or(moment(record.time), fmt)
    return Sighting(ip, number, seen_at, record.service, record.banner)


def octets_of_json(banner: str) -> bytes:
    r"""The bytes of a banner in JSON, where every `\u00HH` is one byte."""
    return banner.encode("latin-1" if max(banner, default="") < "\u0100" else "utf-8", "replace")


def octets_of_text(banner: bytes) -> bytes:
    r"""The bytes of a banner in XML and text, where `\xHH` is one byte and a backslash `\x5c`."""
    return _ESCAPE.sub(lambda match: bytes([int(match[1], 16)]), banner)


def merged_json(
    stream: BinaryIO, read_record: Callable[[JsonRecord], Iterator[Sighting | Unanswered | None]]
) -> Iterator[Observation | Unanswered | Rejected]:
    """`merged` for files of JSON; what `read_record` refuses with a ValueError is rejected."""
    return merged(_of_json(stream, read_record))


def _of_json(
    stream: BinaryIO, read_record: Callable[[JsonRecord], Iterator[Sighting | Unanswered | None]]
) -> Iterator[Sighting | Unanswered | Rejected | None]:
    for record in records(stream):
        if isinstance(record, Rejected):
            yield record
            continue
        try:
            yield from read_record(record)
        except ValueError as problem:
            yield record.rejected(str(problem))


def merged(
    found: Iterable[Sighting | Unanswered | Rejected | None],
) -> Iterator[Observation | Unanswered | Rejected]:
    """One observation for each port; other records pass at once, None is dropped."""
    window: OrderedDict[tuple[Address, int], _Port] = OrderedDict()
    held = 0
    for record in found:
        if record is None:
            continue
        if not isinstance(record, Sighting):
            yield record
            continue
        key = (record.ip, record.port)
        known = window.setdefault(key, _Port(record.seen_at))
        window.move_to_end(key)
        held += known.add(record)
        while len(window) > _WINDOW or held > _WINDOW_BYTES:
            (ip, number), oldest = window.popitem(last=False)
            held -= sum(map(len, oldest.banners.values()))
            yield Observation(ip, number, oldest.seen_at, _answer(oldest.banners))
    for (ip, number), known in window.items():
        yield Observation(ip, number, known.seen_at, _answer(known.banners))


def _answer(banners: dict[str, bytes]) -> Answer:
    body, marks = _body(banners)
    if raw := banners.get("http"):
        return _with_body(answer_from_raw(raw), body, marks)
    if not banners.keys().isdisjoint(_HTTP_PARTS):
        server = banners.get("http.server")
        headers = [] if server is None else [("Server", server)]
        head = rebuilt_head("", None, "", headers) if headers else b""
        return http_answer(head, body, marks=marks | _PARTIAL)
    if other := banners.get("other"):
        return answer_from_raw(other)
    return Answer(Spoke.SYN_ACK, Outcome.SUCCESS)


def _with_body(answer: Answer, body: bytes, marks: frozenset[Mark]) -> Answer:
    """The answer of an `http` banner, which is a head only and may break off."""
    if answer.spoke is not Spoke.HTTP:
        return answer
    if not answer.head.endswith((b"\n\r\n", b"\n\n")):
        marks |= _TRUNCATED
    return http_answer(answer.head, answer.body or body, marks=answer.marks | marks)


def _body(banners: dict[str, bytes]) -> tuple[bytes, frozenset[Mark]]:
    if html := banners.get("html"):
        marks = _TRUNCATED if len(html) > BODY_LIMIT else frozenset()
        return html[:BODY_LIMIT], marks
    if title := banners.get("title"):
        return b"<title>%b</title>" % title[: BODY_LIMIT - 15], _TRUNCATED
    return b"", _NO_BODY
