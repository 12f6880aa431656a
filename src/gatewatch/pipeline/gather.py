"""Records to batches: observations become rows and responses, the rest is counted.

A `Gatherer` belongs to one process and one input. It masks and interns each answer, and
remembers which responses it has handed out, so that a batch carries each response once.
Formats that offer `Templates` are read without parsing most of their lines (`templated.py`).
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import NamedTuple

import numpy as np

from gatewatch.formats.given import Given
from gatewatch.formats.read import Reader, Record
from gatewatch.model.knowledge import OURS, Knowledge
from gatewatch.model.observation import Observation, Outcome, Rejected, Unanswered
from gatewatch.model.response import Response, response_id
from gatewatch.pipeline.templated import Lessons, Taken, TemplatedLines
from gatewatch.pipeline.understand import Understood, understood
from gatewatch.protocol.masking import mask, mask_host
from gatewatch.store.spool import Columns, join

__all__ = ["Batch", "Gatherer", "Row", "shift_lines"]

_LINE = re.compile(r"\bline (\d+)")


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
    lessons: Lessons = field(default_factory=dict)
    """What was learnt of templates, for other processes that read the same input."""


class Gatherer:
    """Collects records and gives them up as batches; `knowledge` is what they are understood by."""

    def __init__(
        self, reader: Reader | None, given: Given | None, knowledge: Knowledge = OURS
    ) -> None:
        self._knowledge = knowledge
        self._reader = reader
        self._given = given
        templates = getattr(reader, "Templates", None)
        self._templated = templates and TemplatedLines(
            templates(), self._add_rows, self._add_unanswered, self._take_run
        )
        self._handed_out: set[int] = set()
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

    def count(self, unanswered: Mapping[str, int]) -> None:
        """Counts in targets that are no service, by outcome."""
        for outcome, count in unanswered.items():
            self._add_unanswered(Outcome(outcome), count)

    def take_lines(self, chunk: bytes) -> None:
        """Counts in a run of whole lines of a format of lines."""
        if self._templated:
            self._lines += self._templated.take(chunk, self._lines)
            return
        lines = chunk.split(b"\n")
        if not lines[-1]:
            lines.pop()
        self._lines += len(lines)
        self._take_run(lines, self._lines)

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
                understood(response.id, response.masked, self._knowledge)
                for response in self._responses
            ],
            self._unanswered,
            self._rejected,
            self._as_names,
            self._records,
            self._lines,
            self._lessons(),
        )
        self._new()
        return made

    def tell(self, lessons: Lessons) -> None:
        """Takes over what another process learnt of templates."""
        if self._templated:
            self._templated.tell(lessons)

    def _lessons(self) -> Lessons:
        if not self._templated:
            return {}
        learnt, self._templated.learnt = self._templated.learnt, {}
        return learnt

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
        number = response_id(masked)
        if number not in self._handed_out:
            self._handed_out.add(number)
            example = mask_host(seen.answer.head, host)
            self._responses.append(Response(number, masked, example, seen.seen_at))
        return number

    def _add_rows(self, columns: Columns) -> None:
        self._pieces4.append(columns)
        self._records += len(columns.low)

    def _add_unanswered(self, outcome: Outcome, count: int) -> None:
        self._unanswered[outcome] += count
        self._records += count

    def _take_run(self, lines: list[bytes], end: int) -> list[Taken]:
        """Counts in lines, the last of which has number `end`, by the format's reader."""
        assert self._reader is not None
        assert self._given is not None
        before = end - len(lines)
        records = []
        for record in self._reader.read(BytesIO(b"\n".join(lines) + b"\n"), self._given):
            if isinstance(record, Rejected):
                record = shift_lines(record, before)
            records.append((record, self.take(record)))
        return records


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
