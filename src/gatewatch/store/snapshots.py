"""Writing a snapshot: rows and responses in, one atomic commit out.

Use: hold `writer_lock`, make a `SnapshotWriter` on the lake, `add` rows and responses, `finish`,
then `commit`. Until the manifest is replaced by `commit` nothing of it is visible; whatever an
interrupted writer leaves is cleared by `clear_leftovers` of the next one.
"""

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import time
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from gatewatch.model.response import Response
from gatewatch.model.snapshot import SnapshotInfo
from gatewatch.store.durable import fingerprint_of, settle, writing
from gatewatch.store.manifest import NAME as MANIFEST
from gatewatch.store.manifest import Manifest, save_manifest
from gatewatch.store.schema import SERVICES_GROUP, UNDERSTANDING, connect, copy_to, parquet
from gatewatch.store.spool import Columns, Spool, take

if TYPE_CHECKING:
    import duckdb

__all__ = [
    "GRACE_S",
    "Counts",
    "Locate",
    "SnapshotWriter",
    "clear_leftovers",
    "commit",
    "write_understanding",
]

Ints = npt.NDArray[np.signedinteger[Any]]
Locate = Callable[[Ints, Ints, int], tuple[Ints, Ints]]
"""(high, low, family) to (asn, country) of each address; 0: unknown; country as in `Columns`."""

# Readers that opened the old manifest finish within this time.
GRACE_S = 2.0
_BATCH = 8192
_CHEAP = ("port", "response", "asn", "country")


@dataclass
class Counts:
    """What a snapshot's rows came to."""

    services: int = 0
    hosts: int = 0
    duplicates: int = 0
    responses: int = 0
    first_seen: int = 0
    last_seen: int = 0
    located_by: Counter[str] = field(default_factory=Counter)
    """Services whose country came from the `tables`, from the `source`, from `nothing`."""


class SnapshotWriter:
    """Collects one snapshot in the staging folder `folder`."""

    def __init__(self, lake: Path) -> None:
        self.lake = lake
        self.folder = lake / "tmp" / str(os.getpid())
        with writing(lake):
            shutil.rmtree(self.folder, ignore_errors=True)
            (self.folder / "snapshot").mkdir(parents=True)
        self._spools = {4: Spool(self.folder, 4), 6: Spool(self.folder, 6)}
        self._known: set[int] = set()
        self._ranks: dict[int, int] = {}
        self._waiting: list[Response] = []
        self._understood: list[tuple[Any, ...]] = []
        self._batches = 0
        self._con = connect(threads=2, memory_limit="256MB", temp_directory=str(self.folder))

    def add_rows(self, family: int, columns: Columns) -> None:
        """Takes observed services of one address family (4 or 6), in any order."""
        with writing(self.lake):
            self._spools[family].add(columns)

    def add_responses(
        self, responses: Iterable[Response], understood: Iterable[tuple[Any, ...]]
    ) -> None:
        """Takes responses and the row of the understanding of each; known ids are left out."""
        for response, row in zip(responses, understood, strict=True):
            if response.id not in self._known:
                self._known.add(response.id)
                self._waiting.append(response)
                self._understood.append(row)
                self._ranks[response.id] = response.masked.spoke.rank
        if len(self._waiting) >= _BATCH:
            with writing(self.lake):
                self._flush()

    def add_as_names(self, names: Mapping[int, str]) -> None:
        """Takes names of autonomous systems that the source gives."""
        if names:
            self._register("names", {"asn": np.array(list(names)), "name": _texts(names.values())})
            with writing(self.lake):
                copy_to(
                    self._con,
                    "SELECT asn::BIGINT AS asn, name::VARCHAR AS name FROM names ORDER BY asn",
                    self.folder / "snapshot" / "as_names.parquet",
                )

    def finish(self, locate: Locate | None, old_responses: Sequence[Path]) -> Counts:
        """Writes rows, cube and the responses that stand in none of `old_responses`."""
        counts = Counts(located_by=Counter(tables=0, source=0, nothing=0))
        with writing(self.lake):
            self._flush()
            # Rows and responses meet only in the commit, so each gets a core.
            with ThreadPoolExecutor(1) as beside:
                responses = beside.submit(self._write_responses, self._con.cursor(), old_responses)
                for family, spool in self._spools.items():
                    for number, part in enumerate(spool.parts()):
                        self._write_part(family, number, part, locate, counts)
                if counts.services:
                    self._write_cube(counts)
                responses.result()
            for run in self.folder.glob("run*.npy"):
                run.unlink()
        return counts

    def close(self) -> None:
        """Removes what is left of the staging folder."""
        self._con.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _flush(self) -> None:
        if not self._waiting:
            return
        waiting, self._waiting = self._waiting, []
        understood, self._understood = self._understood, []
        self._register(
            "waiting",
            {
                "response": np.array([one.id for one in waiting], dtype=np.int64),
                "spoke": _texts(str(one.masked.spoke) for one in waiting),
                "outcome": _texts(str(one.masked.outcome) for one in waiting),
                "head": _texts(one.masked.head for one in waiting),
                "body": _texts(one.masked.body for one in waiting),
                "marks": _texts(",".join(sorted(one.masked.marks)) for one in waiting),
                "tls": _texts(
                    "\n".join("=".join(pair) for pair in one.masked.tls) for one in waiting
                ),
                "first_seen": np.array([one.seen_at for one in waiting], dtype=np.int64),
                "example": _texts(one.example for one in waiting),
            },
        )
        copy_to(
            self._con,
            "SELECT response, spoke::VARCHAR AS spoke, outcome::VARCHAR AS outcome, "
            "head::BLOB AS head, body::BLOB AS body, marks::VARCHAR AS marks, tls::VARCHAR AS tls, "
            "make_timestamp(first_seen) AS first_seen, example::BLOB AS example FROM waiting",
            self.folder / f"batch-{self._batches}.parquet",
        )
        write_understanding(
            self._con, understood, self.folder / f"understood-{self._batches}.parquet"
        )
        self._batches += 1

    def _write_part(
        self, family: int, number: int, part: Columns, locate: Locate | None, counts: Counts
    ) -> None:
        kept = self._strongest(part)
        counts.duplicates += len(part.low) - len(kept.low)
        counts.hosts += 1 + int(
            np.count_nonzero((np.diff(kept.low) != 0) | (np.diff(kept.high) != 0))
        )
        first, last = int(kept.seen_at.min()), int(kept.seen_at.max())
        counts.first_seen = min(first, counts.first_seen or first)
        counts.last_seen = max(last, counts.last_seen)
        kept = _located(kept, family, locate, counts)
        self._register("part", kept._asdict())
        high = "high" if family == 6 else "NULL"
        counts.services += copy_to(
            self._con,
            f"SELECT low::BIGINT AS ip, {high}::BIGINT AS ip_high, port::INTEGER AS port, "
            "make_timestamp(seen_at) AS scan_time, response, nullif(asn, 0)::BIGINT AS asn, "
            "CASE WHEN country > 0 THEN chr((country >> 8)::INTEGER) "
            "|| chr((country & 255)::INTEGER) END AS country "
            "FROM part",
            self.folder / "snapshot" / f"services-{family}-{number:04}.parquet",
            dictionaries=_CHEAP,
            group=SERVICES_GROUP,
        )

    def _strongest(self, part: Columns) -> Columns:
        """One row per service: of several the one that spoke most, then the newest."""
        same = (np.diff(part.low) == 0) & (np.diff(part.port) == 0) & (np.diff(part.high) == 0)
        if not same.any():
            return part
        group = np.concatenate(([0], np.cumsum(~same)))
        doubled = np.zeros(len(group), dtype=bool)
        doubled[1:] |= same
        doubled[:-1] |= same
        rank = np.zeros(len(group), dtype=np.int8)
        ranks = self._ranks
        rank[doubled] = [ranks[one] for one in part.response[doubled].tolist()]
        order = np.lexsort((part.response, part.seen_at, rank, group))
        last = np.append(np.diff(group[order]) != 0, True)
        return take(part, order[last])

    def _write_cube(self, counts: Counts) -> None:
        services = parquet((self.folder / "snapshot").glob("services-*.parquet"))
        cube = self.folder / "snapshot" / "cube.parquet"
        copy_to(
            self._con,
            "SELECT response, country, asn, port, count(*) AS n FROM "
            f"{services} GROUP BY ALL ORDER BY ALL",
            cube,
            dictionaries=("port", "asn", "country"),
        )
        counts.responses = copy_to(
            self._con,
            "SELECT response, sum(n)::BIGINT AS n FROM "
            f"{parquet([cube])} GROUP BY ALL ORDER BY ALL",
            self.folder / "snapshot" / "totals.parquet",
        )
        copy_to(
            self._con,
            "SELECT country, asn, port, sum(n)::BIGINT AS n FROM "
            f"{parquet([cube])} GROUP BY ALL ORDER BY ALL",
            self.folder / "snapshot" / "places.parquet",
        )

    def _write_responses(self, con: "duckdb.DuckDBPyConnection", old: Sequence[Path]) -> None:
        if not self._batches:
            return
        fresh = f" WHERE response NOT IN (SELECT response FROM {parquet(old)})" if old else ""
        for batches, name in (("batch", "responses"), ("understood", "understanding")):
            files = sorted(self.folder.glob(f"{batches}-*.parquet"))
            target = self.folder / f"{name}.parquet"
            select = f"SELECT * FROM {parquet(files)}{fresh} ORDER BY response"
            if not copy_to(con, select, target):
                target.unlink()
            for file in files:
                file.unlink()

    def _register(self, name: str, columns: Mapping[str, npt.NDArray[Any]]) -> None:
        # DuckDB takes a dict of arrays as a table; its type stubs do not know that yet.
        table: Any = {key: np.ascontiguousarray(column) for key, column in columns.items()}
        self._con.register(name, table)


def write_understanding(
    con: "duckdb.DuckDBPyConnection", rows: Sequence[tuple[Any, ...]], path: Path
) -> None:
    """Writes understood responses, in the order of the columns of `UNDERSTANDING`, to `path`."""
    columns = zip(*rows, strict=True) if rows else [()] * len(UNDERSTANDING)
    table: Any = {name: _texts(column) for name, column in zip(UNDERSTANDING, columns, strict=True)}
    con.register("understood", table)
    select = ", ".join(f'"{name}"::{kind} AS "{name}"' for name, kind in UNDERSTANDING.items())
    copy_to(con, f"SELECT {select} FROM understood ORDER BY response", path)


def commit(writer: SnapshotWriter, manifest: Manifest, info: SnapshotInfo) -> SnapshotInfo:
    """Makes the finished snapshot part of the lake; returns `info` with its id and files."""
    info = replace(info, id=_free_id(info.id, manifest))
    lake, folder = writer.lake, writer.folder
    responses = dict(manifest.responses)
    with writing(lake):
        snapshot = folder / "snapshot"
        info = replace(
            info, files={path.name: fingerprint_of(path) for path in sorted(snapshot.iterdir())}
        )
        if (folder / "responses.parquet").exists():
            name = f"{info.id}.parquet"
            responses[name] = fingerprint_of(folder / "responses.parquet")
            settle(folder / "responses.parquet", lake / "responses" / name)
            settle(folder / "understanding.parquet", lake / "understanding" / info.catalogue / name)
        settle(snapshot, lake / "snapshots" / info.id)
        snapshots = sorted((*manifest.snapshots, info), key=lambda one: (one.last_seen, one.id))
        save_manifest(
            lake,
            Manifest(catalogue=info.catalogue, snapshots=tuple(snapshots), responses=responses),
        )
    return info


def clear_leftovers(lake: Path, manifest: Manifest) -> None:
    """Removes what the manifest does not list; call with the writer lock held.

    Files that the manifest listed moments ago are left to readers that still read them.
    """
    shutil.rmtree(lake / "tmp", ignore_errors=True)
    path = lake / MANIFEST
    if path.exists() and time() - path.stat().st_mtime < GRACE_S:
        return
    kept = {info.id for info in manifest.snapshots}
    for folder in (lake / "snapshots").glob("*"):
        if folder.name not in kept:
            shutil.rmtree(folder, ignore_errors=True)
    for pattern in ("responses/*", "understanding/*/*"):
        for file in lake.glob(pattern):
            if file.name not in manifest.responses:
                file.unlink(missing_ok=True)


def _located(part: Columns, family: int, locate: Locate | None, counts: Counts) -> Columns:
    asn, country = part.asn, part.country
    told = country > 0
    if locate is not None:
        found_asn, found_country = locate(part.high, part.low, family)
        counts.located_by["tables"] += int(np.count_nonzero(found_country))
        told &= found_country == 0
        asn = np.where(found_asn > 0, found_asn, asn)
        country = np.where(found_country > 0, found_country, country)
    counts.located_by["source"] += int(np.count_nonzero(told))
    counts.located_by["nothing"] += int(np.count_nonzero(country == 0))
    return part._replace(asn=asn, country=country)


def _free_id(day: str, manifest: Manifest) -> str:
    taken = {info.id for info in manifest.snapshots}
    number, name = 1, day
    while name in taken:
        number += 1
        name = f"{day}-{number}"
    return name


def _texts(values: Iterable[object]) -> npt.NDArray[np.object_]:
    listed = list(values)
    column = np.empty(len(listed), dtype=object)
    column[:] = listed
    return column
