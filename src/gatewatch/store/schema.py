"""The columns of the lake's Parquet files, and the one way to write them.

Signed integers and microsecond timestamps only, no Arrow dictionary types, so that Spark and
Delta read the very same files. Every column of few values must end up dictionary-encoded, since
a silent PLAIN costs reports two to three times; `copy_to` asserts it after writing.
"""

import os
import re
from collections.abc import Iterable
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING, Any

from gatewatch.model.fields import FIELDS, Home, Kind

if TYPE_CHECKING:
    import duckdb

__all__ = ["UNDERSTANDING", "connect", "copy_to", "literal", "parquet"]

ROW_GROUP = 1 << 20
# Who asks for one address reads one group of it in each snapshot, whole.
SERVICES_GROUP = 1 << 17
# A dictionary pays when a value stands for at least this many rows; DuckDB judges alike.
ROWS_PER_VALUE = 20
_SMALL = 10_000

_TYPES = {Kind.NUMBER: "INTEGER", Kind.BOOLEAN: "BOOLEAN"}
SURENESS = {
    "finding_sure": "TINYINT[]", "finding_verdict": "VARCHAR[]",
    "cve_sure": "TINYINT[]", "cve_verdict": "VARCHAR[]",
}  # fmt: skip
"""Beside each element of `finding` and `cve`: how sure it is, in per cent, and its word."""
UNDERSTANDING: dict[str, str] = (
    {"response": "BIGINT"}
    | {
        entry.column: _TYPES.get(entry.kind, "VARCHAR") + ("[]" if entry.many else "")
        for entry in FIELDS.values()
        if entry.home is Home.RESPONSE and not entry.computed
    }
    | SURENESS
)
"""Column name to SQL type of the understanding: the fields of the catalogue in its order, then
`SURENESS`."""


def connect(**config: str | int) -> "duckdb.DuckDBPyConnection":
    """An in-memory DuckDB that loads no extension and reads no network."""
    import duckdb

    settings: dict[str, Any] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        # Columns handed in as Python objects are looked at whole, not by a sample that may
        # hold only NULLs.
        "pandas_analyze_sample": 1 << 40,
        # What does not fit into memory is spilled there, never into the user's folder.
        "temp_directory": f"{gettempdir()}/gatewatch-{os.getpid()}",
        **config,
    }
    return duckdb.connect(config=settings)


def copy_to(
    con: "duckdb.DuckDBPyConnection",
    select: str,
    path: Path,
    *,
    dictionaries: tuple[str, ...] = (),
    group: int = ROW_GROUP,
) -> int:
    """Writes the rows of `select` to the Parquet file `path`; returns their number.

    `dictionaries` names columns of few values; AssertionError when one of them was written
    plain although its values repeat. `group`: rows of a row group.
    """
    counted = con.execute(
        f"COPY ({select}) TO {literal(path)} "
        f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {group})"
    ).fetchone()
    rows = int(counted[0]) if counted else 0
    if rows > _SMALL:
        for column in dictionaries:
            _assert_dictionary(con, path, column, group)
    return rows


def literal(value: object) -> str:
    """`value` as an SQL string literal."""
    return "'" + str(value).replace("'", "''") + "'"


def parquet(paths: Iterable[Path]) -> str:
    """SQL for the rows of these Parquet files, at least one; their names are no patterns."""
    plain = (re.sub(r"([*?\[])", r"[\1]", str(path)) for path in paths)
    return f"read_parquet([{', '.join(map(literal, plain))}])"


def _assert_dictionary(
    con: "duckdb.DuckDBPyConnection", path: Path, column: str, group: int
) -> None:
    """Each full row group of `column` is dictionary-encoded, unless its values hardly repeat."""
    groups = con.execute(
        f"SELECT encodings, num_values FROM parquet_metadata({literal(path)}) "
        "WHERE path_in_schema = ? AND num_values > ?",
        [column, _SMALL],
    ).fetchall()
    if all("DICTIONARY" in encodings for encodings, _ in groups):
        return
    rows, values = con.execute(
        f'SELECT count("{column}"), count(DISTINCT "{column}") FROM {parquet([path])}'
    ).fetchall()[0]
    repeats = values and min(rows, group) / values >= ROWS_PER_VALUE
    assert not repeats, f"{path.name}: column {column} was written without a dictionary"
