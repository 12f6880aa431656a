"""The spool: what services said, on disk as soon as it is known, framed so that a crash shows.

A file of frames: length and CRC-32 of what follows, then one record. A crash can only cut the
last frames; `read_spool` stops before the first that is not whole. Nothing is ever rewritten.
A service that is asked a second time has two records, the second one `Kind.SECOND`.
"""

import json
import struct
from collections.abc import Iterator
from enum import IntEnum
from pathlib import Path
from typing import BinaryIO, NamedTuple
from zlib import crc32

from gatewatch.model.address import address_of
from gatewatch.model.observation import Answer, Mark, Observation, Outcome, Spoke

__all__ = ["Entry", "Kind", "frame", "read_spool"]

_FRAME = struct.Struct("<II")
# turn, kind, family, outcome, spoke, marks, port, lengths of head, body and TLS facts, time
_RECORD = struct.Struct("<QBBBBBHHHHq")
# Head and body at their limits, TLS facts and the rest.
_LIMIT = 128 * 1024
_OUTCOMES, _SPOKES, _MARKS = tuple(Outcome), tuple(Spoke), tuple(Mark)
_OUTCOME = {outcome: at for at, outcome in enumerate(_OUTCOMES)}
_SPOKE = {spoke: at for at, spoke in enumerate(_SPOKES)}
_MARK = {mark: 1 << at for at, mark in enumerate(_MARKS)}


class Kind(IntEnum):
    """What a record is to its address."""

    ONLY = 0
    FIRST = 1
    """The address will be asked again; if that brings a record, this one does not count."""
    SECOND = 2


class Entry(NamedTuple):
    """One record of a spool."""

    turn: int
    kind: Kind
    seen: Observation
    end: int
    """Where its frame ends in the file."""


def frame(turn: int, kind: Kind, seen: Observation) -> bytes:
    """The frame of one record."""
    answer = seen.answer
    tls = json.dumps(answer.tls).encode() if answer.tls else b""
    family, width = (4, 4) if seen.ip.high is None else (6, 16)
    fixed = _RECORD.pack(
        turn,
        kind,
        family,
        _OUTCOME[answer.outcome],
        _SPOKE[answer.spoke],
        sum(_MARK[mark] for mark in answer.marks),
        seen.port,
        len(answer.head),
        len(answer.body),
        len(tls),
        seen.seen_at,
    )
    number = seen.ip.number.to_bytes(width, "big")
    record = b"".join((fixed, number, answer.head, answer.body, tls))
    return _FRAME.pack(len(record), crc32(record)) + record


def read_spool(path: Path, start: int = 0) -> Iterator[Entry]:
    """The records from byte `start` on, up to the first frame that is not whole."""
    try:
        stream = path.open("rb")
    except FileNotFoundError:
        return
    with stream:
        stream.seek(start)
        end = start
        while (record := _next(stream)) is not None:
            end += _FRAME.size + len(record)
            try:
                yield _entry(record, end)
            except (struct.error, IndexError, ValueError):
                return


def _next(stream: BinaryIO) -> bytes | None:
    head = stream.read(_FRAME.size)
    if len(head) < _FRAME.size:
        return None
    length, checksum = _FRAME.unpack(head)
    if not _RECORD.size < length <= _LIMIT:
        return None
    record = stream.read(length)
    return record if len(record) == length and crc32(record) == checksum else None


def _entry(record: bytes, end: int) -> Entry:
    turn, kind, family, outcome, spoke, marks, port, head, body, tls, seen_at = _RECORD.unpack_from(
        record
    )
    parts = []
    at = _RECORD.size
    for size in (4 if family == 4 else 16, head, body, tls):
        parts.append(record[at : at + size])
        at += size
    answer = Answer(
        _SPOKES[spoke],
        _OUTCOMES[outcome],
        parts[1],
        parts[2],
        frozenset(mark for mark in _MARKS if marks & _MARK[mark]),
        tuple((name, value) for name, value in json.loads(parts[3])) if tls else (),
    )
    address = address_of(int.from_bytes(parts[0], "big"), family)
    return Entry(turn, Kind(kind), Observation(address, port, seen_at, answer), end)
