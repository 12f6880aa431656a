"""Ranges and names as Parquet files, written and read by DuckDB.

Signed integers and plain text only, zstd, unknown is NULL: other programs and the lake's own SQL
read the very same files. In memory a country is packed (`countries.pack`) and unknown is 0.
"""

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from gatewatch.enrich.flatten import Spans

if TYPE_CHECKING:
    import duckdb

__all__ = [
    "connect",
    "merge_names",
    "read_names",
    "read_spans",
    "sync",
    "write_names",
    "write_spans",
]

_COLUMNS: Mapping[int, tuple[str, ...]] = {
    4: ("first", "last"),
    6: ("first_high", "first_low", "last_high", "last_low"),
}
_ASN = "nullif(asn, 0)::BIGINT AS asn"
_COUNTRY = "CASE WHEN country > 0 THEN chr(country >> 8) || chr(country & 255) END AS country"
_PACKED = (
    "coalesce(asn, 0) AS asn, "
    "coalesce(ascii(country) * 256 + ascii(country[2]), 0)::INTEGER AS country"
)


def connect() -> "duckdb.DuckDBPyConnection":
    """An in-memory DuckDB that loads no extension."""
    import duckdb

    return duckdb.connect(
        config={
            "threads": 2,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
    )


def write_spans(con: "duckdb.DuckDBPyConnection", spans: Spans, family: int, path: Path) -> None:
    """Writes ranges of address family 4 or 6, for good."""
    ends = (spans.first_high, spans.first_low, spans.last_high, spans.last_low)
    kept = ends if family == 6 else ends[1::2]
    columns = {name: half.view(np.int64) for name, half in zip(_COLUMNS[family], kept, strict=True)}
    con.register("spans", {**columns, "asn": spans.asn, "country": spans.country})
    _copy(con, f"SELECT {', '.join(columns)}, {_ASN}, {_COUNTRY} FROM spans", path)


def read_spans(con: "duckdb.DuckDBPyConnection", family: int, path: Path) -> Spans:
    """The ranges in the file."""
    names = _COLUMNS[family]
    found = con.execute(f"SELECT {', '.join(names)}, {_PACKED} FROM {_rows(path)}").fetchnumpy()
    halves = [np.asarray(found[name], dtype=np.int64).view(np.uint64) for name in names]
    if family == 4:
        zero = np.zeros(len(halves[0]), dtype=np.uint64)
        halves = [zero, halves[0], zero, halves[1]]
    asn, country = np.asarray(found["asn"], np.int64), np.asarray(found["country"], np.int32)
    return Spans(halves[0], halves[1], halves[2], halves[3], asn, country)


def write_names(con: "duckdb.DuckDBPyConnection", names: Mapping[int, str], path: Path) -> None:
    """Writes names of autonomous systems, for good."""
    texts: npt.NDArray[Any] = np.empty(len(names), dtype=object)
    texts[:] = list(names.values())
    con.register("told", {"asn": np.array(list(names), dtype=np.int64), "name": texts})
    _copy(con, "SELECT asn, name::VARCHAR AS name FROM told ORDER BY asn", path)


def read_names(con: "duckdb.DuckDBPyConnection", path: Path) -> dict[int, str]:
    """The names in the file."""
    return dict(con.execute(f"SELECT asn, name FROM {_rows(path)}").fetchall())


def merge_names(con: "duckdb.DuckDBPyConnection", parts: Sequence[Path], path: Path) -> None:
    """Writes the names of all `parts`; of two for one number that of the earlier part.

    A part that is missing or damaged is left out.
    """
    told = [
        f"SELECT asn, name, {place} AS place FROM {_rows(part)}"
        for place, part in enumerate(parts)
        if _is_sound(con, part)
    ] or ["SELECT 0::BIGINT AS asn, '' AS name, 0 AS place WHERE false"]
    _copy(
        con,
        "SELECT asn, arg_min(name, place) AS name FROM "
        f"({' UNION ALL '.join(told)}) GROUP BY asn ORDER BY asn",
        path,
    )


def sync(path: Path) -> None:
    """Makes a file's bytes, or a folder's names, durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _is_sound(con: "duckdb.DuckDBPyConnection", path: Path) -> bool:
    import duckdb

    try:
        con.execute(f"SELECT count(asn), max(name) FROM {_rows(path)}").fetchone()
    except duckdb.Error:
        return False
    return True


def _copy(con: "duckdb.DuckDBPyConnection", select: str, path: Path) -> None:
    con.execute(f"COPY ({select}) TO {_literal(str(path))} (FORMAT parquet, COMPRESSION zstd)")
    sync(path)


def _rows(path: Path) -> str:
    """SQL for the rows of a Parquet file whose name is no pattern."""
    plain = re.sub(r"([*?\[])", r"[\1]", str(path))
    return f"read_parquet({_literal(plain)})"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
