"""The lake as readers see it: a manifest, and SQL views over the files it lists.

Readers never lock and never write; a snapshot that they opened stays readable for some seconds
after it was removed.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gatewatch.model.errors import LakeCorrupt, LakeMissing, SnapshotUnknown
from gatewatch.model.snapshot import SnapshotInfo
from gatewatch.store.capped import capped
from gatewatch.store.kept import Kept
from gatewatch.store.manifest import Manifest, load_manifest
from gatewatch.store.schema import UNDERSTANDING, connect, literal, parquet

if TYPE_CHECKING:
    import duckdb

__all__ = ["Lake"]

_SERVICES = {
    "ip": "BIGINT", "ip_high": "BIGINT", "port": "INTEGER", "scan_time": "TIMESTAMP",
    "response": "BIGINT", "asn": "BIGINT", "country": "VARCHAR",
}  # fmt: skip
_CUBE = {
    "response": "BIGINT", "country": "VARCHAR", "asn": "BIGINT", "port": "INTEGER", "n": "BIGINT",
}  # fmt: skip
_TOTALS = {"response": "BIGINT", "n": "BIGINT"}
_PLACES = {"country": "VARCHAR", "asn": "BIGINT", "port": "INTEGER", "n": "BIGINT"}
_RESPONSES = {
    "response": "BIGINT", "spoke": "VARCHAR", "outcome": "VARCHAR", "head": "BLOB", "body": "BLOB",
    "marks": "VARCHAR", "tls": "VARCHAR", "first_seen": "TIMESTAMP", "example": "BLOB",
}  # fmt: skip
_AS_NAMES = {"asn": "BIGINT", "name": "VARCHAR"}


@dataclass(frozen=True, slots=True)
class Lake:
    """One opened lake: what its manifest said at that moment."""

    path: Path
    manifest: Manifest
    seconds: float | None = None
    """How long one reading may take; None: as long as it takes."""
    kept: Kept | None = None
    """Where connections stay open between readings; None: each opens and closes its own."""

    @classmethod
    def open(cls, path: Path) -> "Lake":
        """The lake at `path`.

        Raises LakeMissing when there is no snapshot, LakeTooNew and LakeCorrupt.
        """
        manifest = load_manifest(path)
        if manifest is None or not manifest.snapshots:
            raise LakeMissing(where=path)
        return cls(path, manifest)

    @property
    def snapshots(self) -> tuple[SnapshotInfo, ...]:
        """Its snapshots, oldest observations first."""
        return self.manifest.snapshots

    def snapshot(self, name: str) -> SnapshotInfo:
        """The snapshot with this id; `latest` is the last one. Raises SnapshotUnknown."""
        if name == "latest":
            return self.snapshots[-1]
        for info in self.snapshots:
            if info.id == name:
                return info
        mend = f'"gatewatch snapshot list" shows all; the last one is {self.snapshots[-1].id}'
        raise SnapshotUnknown(where=self.path, name=name, mend=mend)

    def response_files(self) -> list[Path]:
        """The responses files, in order of their names."""
        return [self.path / "responses" / name for name in sorted(self.manifest.responses)]

    def understanding_file(self, responses: Path) -> Path:
        """The understanding that belongs to a responses file."""
        return self.path / "understanding" / self.manifest.catalogue / responses.name

    def connect(self, snapshots: Sequence[str]) -> "duckdb.DuckDBPyConnection":
        """A connection with views of what the lake holds.

        `services`, `cube`, `totals` and `places` are limited to `snapshots`, `history` has the
        services of all; they name each row's snapshot in their column `snapshot`. `totals` is the
        cube summed over everything but the response, `places` over the response. `understanding`,
        `responses` and `as_names` are of all.
        Prefer `reading`, which also closes it and names damaged files.
        """
        con = connect(threads=2)
        # A report reads the same few files several times, and wide ones take long to open.
        con.execute("SET parquet_metadata_cache = true")
        self._require_files(snapshots)
        every = [info.id for info in self.snapshots]
        for name, chosen, pattern, columns in (
            ("services", snapshots, "services-*.parquet", _SERVICES),
            ("history", every, "services-*.parquet", _SERVICES),
            ("cube", snapshots, "cube.parquet", _CUBE),
            ("totals", snapshots, "totals.parquet", _TOTALS),
        ):
            views = [
                f"SELECT {literal(one)} AS snapshot, {', '.join(columns)} FROM "
                f"{_files(sorted((self.path / 'snapshots' / one).glob(pattern)), columns)}"
                for one in chosen
            ]
            con.execute(f"CREATE VIEW {name} AS {' UNION ALL '.join(views)}")
        places = " UNION ALL ".join(map(self._places, snapshots))
        con.execute(f"CREATE VIEW places AS {places}")
        responses = self.response_files()
        understood = [self.understanding_file(path) for path in responses]
        named = [self.path / "networks" / "CURRENT" / "as_names.parquet"]
        named += [self.path / "snapshots" / one / "as_names.parquet" for one in snapshots]
        for name, files, columns in (
            ("responses", responses, _RESPONSES),
            ("understanding", understood, UNDERSTANDING),
            ("as_names_told", [path for path in named if path.exists()], _AS_NAMES),
        ):
            con.execute(f"CREATE VIEW {name} AS SELECT * FROM {_files(files, columns)}")
        con.execute(
            "CREATE VIEW as_names AS SELECT asn, min(name) AS name FROM as_names_told GROUP BY asn"
        )
        return con

    def _places(self, snapshot: str) -> str:
        """SQL for the cube of a snapshot summed over the response."""
        folder = self.path / "snapshots" / snapshot
        columns = f"SELECT {literal(snapshot)} AS snapshot, {', '.join(_PLACES)} FROM "
        if (folder / "places.parquet").exists():
            return columns + parquet([folder / "places.parquet"])
        # A snapshot without services, or of before there were such files.
        cube = _files(sorted(folder.glob("cube.parquet")), _CUBE)
        summed = f"(SELECT country, asn, port, sum(n)::BIGINT AS n FROM {cube} GROUP BY ALL)"
        return columns + summed

    @contextmanager
    def reading(self, snapshots: Sequence[str]) -> Iterator["duckdb.DuckDBPyConnection"]:
        """`connect` for a with-block; a damaged file becomes LakeCorrupt.

        Raises QueryTooSlow when the block takes longer than `seconds`.
        """
        import duckdb

        damage = (duckdb.IOException, duckdb.InvalidInputException, duckdb.SerializationException)
        try:
            con = (
                self.kept.cursor(snapshots, self.connect) if self.kept else self.connect(snapshots)
            )
            try:
                with capped(con, self.seconds, self.path):
                    yield con
            finally:
                con.close()
        except RuntimeError as error:
            # DuckDB takes Ctrl-C for itself and raises this instead.
            if str(error) == "Query interrupted":
                raise KeyboardInterrupt from error
            raise
        except damage as error:
            raise LakeCorrupt(
                where=self.path,
                what=str(error).splitlines()[0],
                mend='"gatewatch snapshot verify" names the damaged files',
            ) from error

    def _require_files(self, snapshots: Sequence[str]) -> None:
        for one in snapshots:
            folder = self.path / "snapshots" / one
            for name in self.snapshot(one).files:
                if not (folder / name).exists():
                    raise LakeCorrupt(
                        where=folder / name,
                        what="is missing",
                        mend=f'restore it from a backup or "gatewatch snapshot remove {one}"',
                    )


def _files(paths: Sequence[Path], columns: dict[str, str]) -> str:
    """SQL for the rows of Parquet files; for none of them, no rows of the same columns."""
    if paths:
        return parquet(paths)
    empty = ", ".join(f'NULL::{kind} AS "{name}"' for name, kind in columns.items())
    return f"(SELECT {empty} WHERE false)"
