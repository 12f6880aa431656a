"""From records to a committed snapshot: mask, intern, locate, identify, store.

This is the one place that knows the order. Nothing of an import is visible before its last
step, the manifest; when anything fails on the way, the lake is as it was.
"""

import json
import os
import shutil
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from time import time
from types import MappingProxyType

from gatewatch import __version__
from gatewatch.enrich.sources import sources
from gatewatch.enrich.tables import load_ranges
from gatewatch.formats.read import Record
from gatewatch.model.knowledge import Knowledge
from gatewatch.model.moment import SECOND, day_of
from gatewatch.model.observation import Rejected
from gatewatch.model.snapshot import SnapshotInfo, Source
from gatewatch.pipeline.gather import Batch, Gatherer, shift_lines
from gatewatch.pipeline.understand import catalogue_id, known_to
from gatewatch.store.lock import writer_lock
from gatewatch.store.manifest import Manifest, load_manifest
from gatewatch.store.snapshots import SnapshotWriter, clear_leftovers, commit

__all__ = ["Ingested", "ingest", "ingest_records"]

_BATCH_RECORDS = 20_000
_NOBODY: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Ingested:
    """What one import or scan came to."""

    info: SnapshotInfo | None
    """The committed snapshot; None: there was nothing to keep."""
    records: int
    rejected: int
    first_rejected: str
    """Where and why, for the message."""
    kept_in: Path | None
    """The file that holds the rejected records."""


def ingest_records(
    lake: Path,
    records: Iterable[Record],
    source: Source,
    stopped: Callable[[], bool] = lambda: False,
    overlay: Path | None = None,
    unanswered: Mapping[str, int] = _NOBODY,
) -> Ingested:
    """Stores `records` as one snapshot; `stopped` tells at the end whether they are all.

    `unanswered` are targets that are no service and have no record, by outcome.
    """
    batches = _batched(records, known_to(lake, overlay), unanswered)
    return ingest(lake, batches, source, damaged=stopped, overlay=overlay)


def _batched(
    records: Iterable[Record], knowledge: Knowledge, unanswered: Mapping[str, int]
) -> Iterator[Batch]:
    """`records`, read in this process, as batches."""
    gatherer = Gatherer(None, None, knowledge)
    gatherer.count(unanswered)
    for record in records:
        gatherer.take(record)
        if gatherer.waiting() >= _BATCH_RECORDS:
            yield gatherer.batch()
    yield gatherer.batch()


def ingest(
    lake: Path,
    batches: Iterable[Batch],
    source: Source,
    *,
    damaged: Callable[[], bool],
    rejects: Path | None = None,
    overlay: Path | None = None,
) -> Ingested:
    """Stores `batches` as one snapshot.

    `damaged`, asked at the end, tells whether the input broke off; `rejects` is where rejected
    records are kept, if that place can be written, else a file in the lake. Raises LakeBusy,
    LakeUnwritable, LakeTooNew, LakeCorrupt and what reading the batches raises.
    """
    catalogue = catalogue_id(known_to(lake, overlay))
    with writer_lock(lake):
        manifest = load_manifest(lake) or Manifest()
        clear_leftovers(lake, manifest)
        with closing(SnapshotWriter(lake)) as writer:
            tally = _Tally(writer.folder / "rejected.jsonl")
            with closing(tally):
                for batch in batches:
                    tally.count(batch)
                    writer.add_rows(4, batch.rows4)
                    writer.add_rows(6, batch.rows6)
                    writer.add_responses(batch.responses, batch.understood)
                writer.add_as_names(tally.as_names)
            info = None
            if tally.services or tally.unanswered:
                partial = damaged() or tally.rejected > 0
                info = _store(writer, manifest, source, tally, partial, catalogue)
            name = info.id if info else f"nothing-stored-{os.getpid()}"
            kept_in = tally.keep(rejects, lake / "rejected" / f"{name}.jsonl")
    return Ingested(info, tally.records, tally.rejected, tally.first, kept_in)


class _Tally:
    """Counts what is not a row, and keeps rejected records in a file beside."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("w", encoding="ascii")
        self._lines = 0
        self.services = self.records = self.rejected = 0
        self.first = ""
        self.unanswered: Counter[str] = Counter()
        self.as_names: dict[int, str] = {}

    def count(self, batch: Batch) -> None:
        self.services += len(batch.rows4.low) + len(batch.rows6.low)
        self.records += batch.records
        self.unanswered.update({str(one): count for one, count in batch.unanswered.items()})
        self.as_names |= batch.as_names
        for rejected in batch.rejected:
            self._reject(shift_lines(rejected, self._lines))
        self._lines += batch.lines

    def _reject(self, rejected: Rejected) -> None:
        self.rejected += 1
        self.first = self.first or f"{rejected.where}, {rejected.reason}"
        raw = rejected.raw
        shown = {"raw": raw.decode()} if _is_utf8(raw) else {"base64": b64encode(raw).decode()}
        line = {"where": rejected.where, "reason": rejected.reason, **shown}
        self._file.write(json.dumps(line) + "\n")

    def close(self) -> None:
        self._file.close()

    def keep(self, wanted: Path | None, otherwise: Path) -> Path | None:
        if not self.rejected:
            return None
        for place in (wanted, otherwise):
            if place is None:
                continue
            try:
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(self._path, place)
            except OSError:
                continue
            return place
        return None


def _store(
    writer: SnapshotWriter,
    manifest: Manifest,
    source: Source,
    tally: _Tally,
    partial: bool,
    catalogue: str,
) -> SnapshotInfo:
    lake = writer.lake
    ranges = load_ranges(lake)
    old = [lake / "responses" / name for name in sorted(manifest.responses)]
    counts = writer.finish(ranges.locate if ranges else None, old)
    networks = tuple(map(str, sources(lake)))
    now = int(time() * SECOND)
    seen = (counts.first_seen, counts.last_seen) if counts.services else (now, now)
    info = SnapshotInfo(
        id=day_of(seen[1]),
        tool=source.tool,
        inputs=source.inputs,
        details=dict(source.details),
        created_at=now,
        first_seen=seen[0],
        last_seen=seen[1],
        services=counts.services,
        hosts=counts.hosts,
        responses=counts.responses,
        duplicates=counts.duplicates,
        unanswered=dict(tally.unanswered),
        rejected=tally.rejected,
        partial=partial,
        located_by=dict(counts.located_by),
        networks=networks,
        catalogue=catalogue,
        version=__version__,
        files={},
        sampled=source.sampled,
    )
    return commit(writer, manifest, info)


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True
