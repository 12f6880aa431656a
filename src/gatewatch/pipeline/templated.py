"""Lines read by template: most of them are a look-up, the others go the long way.

Two lines with the same template differ only in address, time and in what masking replaces
(`formats/zgrab2_template.py` says why that holds). What a template does not cover goes through
the format's reader; the result is the same, as a property test shows.
"""

from array import array
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Generic, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from gatewatch.model.observation import Observation, Outcome, Rejected, Unanswered
from gatewatch.pipeline.dotted import parse_dotted, parse_ipv4
from gatewatch.pipeline.stamps import parse_stamp, parse_stamps
from gatewatch.store.spool import Columns

__all__ = ["Found", "Hits", "Lessons", "Taken", "TemplatedLines", "Templates"]

# Each generation of known templates holds this many; a template is about 1 KB.
_TEMPLATES = 32_000
_LESSONS = 100_000
_PIECE = 1 << 17
_FIRST_STEP, _LONGEST_STEP = 256, 16_384
_OUTCOMES = list(Outcome)

T = TypeVar("T")

Ints = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]

Taken = tuple[Observation | Unanswered | Rejected, int]
"""A record that was counted in, and the id of its response (0: it has none)."""
Meaning = Outcome | tuple[int, int]
"""What every line of a template gives: an outcome without a service, or (port, response)."""
Lessons = dict[bytes, Meaning]
"""Digest of a template to its meaning."""
Template = tuple[bytes | int, ...]


class Found(Protocol):
    """One line's template, and its address and time as written."""

    @property
    def template(self) -> Template: ...
    @property
    def ip(self) -> bytes: ...
    @property
    def stamp(self) -> bytes: ...


class Hits(Protocol):
    """What a run of lines came to: three columns for the lines whose template was learnt."""

    @property
    def places(self) -> Ints:
        """Which lines these are, counted from the first of the run."""

    @property
    def entries(self) -> Ints: ...
    @property
    def ips(self) -> Bytes:
        """A row each, digits and dots only, filled up with zero bytes to `dotted.WIDTH`."""

    @property
    def stamps(self) -> Bytes:
        """A row of 20 bytes each."""


class Templates(Protocol):
    """What a format of lines may offer as `Templates()`."""

    def hits(self, text: bytes, starts: Ints, ends: Ints) -> Hits:
        """The lines of `text` between these offsets whose template was learnt."""

    def learn(self, template: Template, entry: int) -> None:
        """Makes `hits` know a template of `closer`, where it can."""

    def closer(self, line: bytes) -> Found | None:
        """The template of one line, None when it has none."""


class TemplatedLines:
    """Reads runs of lines; counts rows and outcomes through the functions handed in."""

    def __init__(
        self,
        templates: Templates,
        add_rows: Callable[[Columns], None],
        add_unanswered: Callable[[Outcome, int], None],
        take_run: Callable[[list[bytes], int], list[Taken]],
    ) -> None:
        """`take_run(lines, end)` reads lines, the last of which has number `end`, the long way."""
        self.learnt: Lessons = {}
        """What was learnt since the owner last emptied it, for other processes."""
        self._told: _Generations[Meaning] = _Generations(_LESSONS)
        self._templates = templates
        self._add_rows = add_rows
        self._add_unanswered = add_unanswered
        self._take_run = take_run
        self._known: _Generations[int] = _Generations(_TEMPLATES)
        self._step = _FIRST_STEP
        # What a known template stands for: at 0 and above a place in these two columns, below
        # an outcome without a service.
        self._ports, self._responses = array("q"), array("q")

    def take(self, text: bytes, before: int) -> int:
        """Counts in the lines of `text`, which `before` others precede; returns their number."""
        starts, ends = _bounds(text)
        # In small steps at first, so that what is learnt from a line serves those soon after it.
        at = 0
        while at < len(ends):
            step = slice(at, at + self._step)
            self._take_step(text, starts[step], ends[step], before + at)
            at += self._step
            self._step = min(2 * self._step, _LONGEST_STEP)
        return len(ends)

    def tell(self, lessons: Lessons) -> None:
        """Takes over what another process learnt from its part of the input."""
        for digest, meaning in lessons.items():
            self._told.put(digest, meaning)

    def _take_step(self, text: bytes, starts: Ints, ends: Ints, before: int) -> None:
        hits = self._templates.hits(text, starts, ends)
        low, moments = parse_dotted(hits.ips), parse_stamps(hits.stamps)
        sound = (low >= 0) & (moments >= 0)
        self._add(hits.entries[sound], low[sound], moments[sound])
        missed = np.ones(len(ends), dtype=np.bool_)
        missed[hits.places[sound]] = False
        strange, known = _Run(), _Known()
        columns = np.flatnonzero(missed), starts[missed], ends[missed]
        for at, start, stop in zip(*(column.tolist() for column in columns), strict=True):
            line, end = text[start:stop], before + at + 1
            found = self._templates.closer(line)
            if found is None and strange.grows(line, end):
                continue
            if strange.lines:
                self._take_run(strange.lines, strange.end)
            strange = _Run() if found is not None else _Run([line], end)
            if found is not None:
                self._attend(line, found, end, known)
        if strange.lines:
            self._take_run(strange.lines, strange.end)
        if not self._count(known):
            for line, end in known.lines:
                self._take_run([line], end)

    def _attend(self, line: bytes, found: Found, end: int, known: "_Known") -> None:
        """Takes one line whose template `hits` did not know: into `known`, or the long way."""
        template = found.template
        entry = self._known.get(template)
        if entry is None:
            digest = _digest(template)
            entry = self._remember(template, self._told.get(digest))
            if entry is None:
                meaning = _meaning(self._take_run([line], end))
                self._remember(template, meaning)
                if meaning is not None:
                    self.learnt[digest] = meaning
                return
        else:
            self._templates.learn(template, entry)
        known.lines.append((line, end))
        known.entries.append(entry)
        known.ips.append(found.ip)
        known.stamps.append(found.stamp)

    def _remember(self, template: Template, meaning: Meaning | None) -> int | None:
        """Makes `meaning` that of the template; its entry."""
        if meaning is None:
            return None
        if isinstance(meaning, Outcome):
            entry = -1 - _OUTCOMES.index(meaning)
        else:
            entry = len(self._ports)
            self._ports.append(meaning[0])
            self._responses.append(meaning[1])
        self._known.put(template, entry)
        self._templates.learn(template, entry)
        return entry

    def _count(self, known: "_Known") -> bool:
        """Counts in lines of known templates; False, and nothing counted, if one is no such."""
        if not known.lines:
            return True
        low = parse_ipv4(known.ips)
        moments = np.array([parse_stamp(stamp) for stamp in known.stamps], dtype=np.int64)
        if (low < 0).any() or (moments < 0).any():
            return False
        self._add(np.array(known.entries, dtype=np.int64), low, moments)
        return True

    def _add(self, entry: Ints, low: Ints, moments: Ints) -> None:
        rows = entry >= 0
        kinds, zeros = entry[rows], np.zeros(np.count_nonzero(rows), dtype=np.int64)
        self._add_rows(
            Columns(
                zeros,
                low[rows],
                np.frombuffer(self._ports, dtype=np.int64)[kinds],
                moments[rows],
                np.frombuffer(self._responses, dtype=np.int64)[kinds],
                zeros,
                zeros,
            )
        )
        codes, counts = np.unique(entry[~rows], return_counts=True)
        for code, count in zip(codes.tolist(), counts.tolist(), strict=True):
            self._add_unanswered(_OUTCOMES[-1 - code], count)


def _bounds(text: bytes) -> tuple[Ints, Ints]:
    """Where the lines of `text` begin and end."""
    data = np.frombuffer(text, dtype=np.uint8)
    # In pieces that stay in the processor's cache.
    pieces = (
        np.flatnonzero(data[at : at + _PIECE] == ord("\n")) + at
        for at in range(0, len(data), _PIECE)
    )
    last = [len(text)] if text and not text.endswith(b"\n") else []
    ends = np.concatenate([*pieces, np.array(last, dtype=np.int64)])
    return np.append(0, ends + 1)[: len(ends)], ends


def _meaning(taken: list[Taken]) -> Meaning | None:
    """What lines of a template give, when that is one record and holds for all of them."""
    if len(taken) != 1:
        return None
    record, response = taken[0]
    if isinstance(record, Unanswered):
        return record.outcome
    if isinstance(record, Observation) and record.place is None:
        return record.port, response
    return None


def _digest(template: Template) -> bytes:
    """Sixteen bytes that stand for a template in any process."""
    parts = (part if isinstance(part, bytes) else b"%d" % part for part in template)
    return blake2b(b"\n".join(parts), digest_size=16).digest()


@dataclass
class _Run:
    """Strange lines that follow each other, the last of which has number `end`.

    They are read together, since a damaged file may hold a record that spans several lines.
    """

    lines: list[bytes] = field(default_factory=list)
    end: int = 0

    def grows(self, line: bytes, end: int) -> bool:
        if not self.lines or end != self.end + 1:
            return False
        self.lines.append(line)
        self.end = end
        return True


@dataclass
class _Known:
    """Lines whose template turned out to be known after all, as columns."""

    lines: list[tuple[bytes, int]] = field(default_factory=list)
    entries: list[int] = field(default_factory=list)
    ips: list[bytes] = field(default_factory=list)
    stamps: list[bytes] = field(default_factory=list)


class _Generations(Generic[T]):
    """A bounded map that forgets what was not asked for lately."""

    def __init__(self, size: int) -> None:
        self._size = size
        self.young: dict[Hashable, T] = {}
        self._old: dict[Hashable, T] = {}

    def get(self, key: Hashable) -> T | None:
        value = self.young.get(key)
        if value is None:
            value = self._old.get(key)
            if value is not None:
                self.put(key, value)
        return value

    def put(self, key: Hashable, value: T) -> None:
        if len(self.young) >= self._size:
            self._old, self.young = self.young, {}
        self.young[key] = value
