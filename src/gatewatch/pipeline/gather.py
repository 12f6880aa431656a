"""Records to batches: observations become rows and responses, the rest is counted.

A `Gatherer` belongs to one process and one input. It masks and interns each answer, and
remembers which responses it has handed out, so that a batch carries each response once.
Formats that offer `template` are read without parsing most of their lines at all: two lines
with the same template differ only in address, time and in what masking replaces, so the second
one is a look-up. What a template does not cover goes the long way; the result is the same.
"""

import re
from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np

from gatewatch.formats.given import Given
from gatewatch.formats.read import Reader, Record
from gatewatch.model.moment import parse_moment
from gatewatch.model.observation import Observation, Outcome, Rejected, Unanswered
from gatewatch.model.response import Response, response_id
from gatewatch.pipeline.dotted import parse_ipv4
from gatewatch.pipeline.understand import Understood, understood
from gatewatch.protocol.masking import mask, mask_host
from gatewatch.store.spool import Columns, join

__all__ = ["Batch", "Gatherer", "Row", "shift_lines"]

_DOUBTFUL = object()
_LINE = re.compile(r"\bline (\d+)")

# Each generation of known templates holds this many; a template is about 1 KB.
_TEMPLATES = 40_000
_MOMENTS = 100_000
_ANSWERS = 20_000


class Templates(Protocol):
    """What a format of lines may offer as `Templates()`; see `formats/zgrab2_template.py`."""

    def __call__(self, line: bytes) -> tuple[Hashable, bytes, bytes] | None:
        """(template, address, time as written) of a line; None: read it the long way."""

    def closer(self, line: bytes) -> tuple[Hashable, bytes, bytes] | None:
        """The same, found with more care."""

    def doubtful(self, template: Any) -> bool:
        """Whether lines with this template, which is new, need that care."""


class Row(NamedTuple):
    """One observed service on its way to the spool, in the order of `Columns`."""

    high: int
    low: int
    port: int
    seen_at: int
    response: int
    asn: int
    country: int


@dataclass
class Batch:
    """What some records came to; travels between processes."""

    rows4: Columns
    rows6: Columns
    responses: list[Response]
    understood: list[Understood]
    """What is known of each of them."""
    unanswered: Counter[Outcome]
    rejected: list[Rejected]
    as_names: dict[int, str]
    records: int
    """Records read, rejected ones included."""
    lines: int = 0
    """Lines covered, for formats of lines."""


class Gatherer:
    """Collects records and gives them up as batches; `overlay` is the user's own catalogue."""

    def __init__(
        self, reader: Reader | None, given: Given | None, overlay: Path | None = None
    ) -> None:
        self._overlay = overlay
        self._reader = reader
        self._given = given
        make_templates = getattr(reader, "Templates", None)
        self._finder: Templates | None = make_templates() if make_templates else None
        self._handed_out: set[int] = set()
        self._templates = _Generations(_TEMPLATES)
        self._answers = _Generations(_ANSWERS)
        self._moments: dict[bytes, int] = {}
        self._new()

    def take(self, record: Record) -> int:
        """Counts one record in; returns the id of its response, 0 when it has none."""
        self._records += 1
        if isinstance(record, Observation):
            return self._observe(record)
        if isinstance(record, Unanswered):
            self._unanswered[record.outcome] += 1
        else:
            self._rejected.append(record)
        return 0

    def take_lines(self, chunk: bytes) -> None:
        """Counts in a run of whole lines of a format of lines."""
        assert self._reader is not None
        assert self._given is not None
        lines = chunk.split(b"\n")
        if not lines[-1]:
            lines.pop()
        self._lines += len(lines)
        if self._finder is None:
            for record in self._reader.read(BytesIO(chunk), self._given):
                if isinstance(record, Rejected):
                    record = shift_lines(record, self._lines - len(lines))
                self.take(record)
        else:
            self._take_templates(lines, self._finder)

    def waiting(self) -> int:
        """Records since the last batch."""
        return self._records

    def batch(self) -> Batch:
        """Everything since the last batch."""
        made = Batch(
            join([*self._pieces4, _columns(self._rows4)]),
            _columns(self._rows6),
            self._responses,
            [
                understood(response.id, response.masked, self._overlay)
                for response in self._responses
            ],
            self._unanswered,
            self._rejected,
            self._as_names,
            self._records,
            self._lines,
        )
        self._new()
        return made

    def _new(self) -> None:
        self._rows4: list[Row] = []
        self._rows6: list[Row] = []
        self._pieces4: list[Columns] = []
        self._responses: list[Response] = []
        self._unanswered: Counter[Outcome] = Counter()
        self._rejected: list[Rejected] = []
        self._as_names: dict[int, str] = {}
        self._records = self._lines = 0

    def _observe(self, seen: Observation) -> int:
        response = self._interned(seen)
        asn = country = 0
        if seen.place is not None:
            asn = seen.place.asn or 0
            country = _packed_country(seen.place.country)
            if asn and seen.place.as_name:
                self._as_names.setdefault(asn, seen.place.as_name)
        row = Row(
            seen.ip.high or 0, seen.ip.low, seen.port, seen.seen_at, response, asn, country
        )  # fmt: skip
        (self._rows4 if seen.ip.high is None else self._rows6).append(row)
        return response

    def _interned(self, seen: Observation) -> int:
        host = str(seen.ip)
        masked = mask(seen.answer, host)
        key = (masked.spoke, masked.outcome, masked.head, masked.body, masked.marks, masked.tls)
        number = self._answers.get(key)
        if number is None:
            number = response_id(masked)
            self._answers.put(key, number)
            if number not in self._handed_out:
                self._handed_out.add(number)
                example = mask_host(seen.answer.head, host)
                self._responses.append(Response(number, masked, example, seen.seen_at))
        return int(number)

    def _take_templates(self, lines: list[bytes], templates: Templates) -> None:
        """The loop that most lines of a big import run through and nothing more."""
        known, moments, unanswered = self._templates, self._moments, self._unanswered
        before = self._lines - len(lines)
        quick = _Quick()
        add_at, add_ip = quick.at.append, quick.ip.append
        add_moment = quick.seen_at.append
        add_port, add_response = quick.port.append, quick.response.append
        strange: list[bytes] = []
        for at, line in enumerate(lines):
            found = templates(line)
            entry = known.young.get(found[0]) or known.get(found[0]) if found else None
            if entry is _DOUBTFUL:
                found = templates.closer(line)
                entry = known.get(found[0]) if found else None
            if found is None:
                strange.append(line)
                continue
            if strange:
                self._take_run(strange, before + at)
                strange = []
            key, ip, stamp = found
            moment = moments.get(stamp) or self._moment(stamp)
            if entry is None or moment is None:
                self._learn(templates, key, self._take_run([line], before + at + 1))
            elif entry.__class__ is Outcome:
                unanswered[entry] += 1
                self._records += 1
            else:
                add_at(at)
                add_ip(ip)
                add_moment(moment)
                add_port(entry[0])
                add_response(entry[1])
        if strange:
            self._take_run(strange, self._lines)
        for at in self._add_quick(quick):
            self._take_run([lines[at]], before + at + 1)

    def _add_quick(self, quick: "_Quick") -> list[int]:
        """Counts in the rows of known templates; gives back the places of other addresses."""
        low = parse_ipv4(quick.ip)
        fine = low >= 0
        count = int(np.count_nonzero(fine))
        zeros = np.zeros(count, dtype=np.int64)
        port, seen_at, response = (
            np.array(column, dtype=np.int64)[fine]
            for column in (quick.port, quick.seen_at, quick.response)
        )
        self._pieces4.append(Columns(zeros, low[fine], port, seen_at, response, zeros, zeros))
        self._records += count
        return [at for at, good in zip(quick.at, fine.tolist(), strict=True) if not good]

    def _take_run(self, lines: list[bytes], end: int) -> list[tuple[Record, int]]:
        """Reads lines, the last of which has number `end`, the long way.

        Gives their records, each with its response's id or 0. Strange lines are read together,
        since a damaged file may hold a record that spans several of them.
        """
        assert self._reader is not None
        assert self._given is not None
        before = end - len(lines)
        records = []
        for record in self._reader.read(BytesIO(b"\n".join(lines) + b"\n"), self._given):
            if isinstance(record, Rejected):
                record = shift_lines(record, before)
            records.append((record, self.take(record)))
        return records

    def _learn(
        self, templates: Templates, key: Hashable, records: list[tuple[Record, int]]
    ) -> None:
        if templates.doubtful(key):
            self._templates.put(key, _DOUBTFUL)
            return
        if len(records) != 1:
            return
        record, response = records[0]
        if isinstance(record, Unanswered):
            self._templates.put(key, record.outcome)
        elif isinstance(record, Observation) and record.place is None:
            self._templates.put(key, (record.port, response))

    def _moment(self, stamp: bytes) -> int | None:
        if len(self._moments) >= _MOMENTS:
            self._moments.clear()
        try:
            moment = parse_moment(stamp.decode("ascii"))
        except ValueError:
            return None
        self._moments[stamp] = moment
        return moment


@dataclass
class _Quick:
    """Rows of known templates as columns; `at` is the place in the chunk."""

    at: list[int] = field(default_factory=list)
    ip: list[bytes] = field(default_factory=list)
    seen_at: list[int] = field(default_factory=list)
    port: list[int] = field(default_factory=list)
    response: list[int] = field(default_factory=list)


class _Generations:
    """A bounded map that forgets what was not asked for lately."""

    def __init__(self, size: int) -> None:
        self._size = size
        self.young: dict[Hashable, Any] = {}
        self._old: dict[Hashable, Any] = {}

    def get(self, key: Hashable) -> Any:
        value = self.young.get(key)
        if value is None:
            value = self._old.get(key)
            if value is not None:
                self.put(key, value)
        return value

    def put(self, key: Hashable, value: object) -> None:
        if len(self.young) >= self._size:
            self._old, self.young = self.young, {}
        self.young[key] = value


def shift_lines(rejected: Rejected, by: int) -> Rejected:
    """`rejected` with the line number in its place counted from `by` lines earlier."""
    where = _LINE.sub(lambda found: f"line {int(found[1]) + by}", rejected.where)
    return Rejected(where, rejected.reason, rejected.raw)


def _packed_country(code: str | None) -> int:
    if not code or len(code) != 2 or not code.isascii() or not code.isalpha():
        return 0
    return ord(code[0].upper()) << 8 | ord(code[1].upper())


def _columns(rows: list[Row]) -> Columns:
    table = np.array(rows, dtype=np.int64).reshape(-1, len(Row._fields))
    return Columns(*(table[:, at] for at in range(len(Row._fields))))
