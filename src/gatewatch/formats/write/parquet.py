"""A Parquet file for DuckDB, Spark, Polars and pandas: typed columns, named as the fields are.

Nothing is escaped, since nothing is shown: what reads it has to escape what it shows.
"""

from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, BinaryIO

from gatewatch.model.fields import Kind, field_named
from gatewatch.model.table import Document, Table, Value, flat

if TYPE_CHECKING:
    import duckdb

__all__ = ["FOR_PEOPLE", "NAME", "SENTENCE", "SUFFIXES", "write_bytes"]

NAME = "parquet"
SENTENCE = "A Parquet file with typed columns, for DuckDB, Spark, Polars and pandas."
SUFFIXES = (".parquet", ".pq")
FOR_PEOPLE = False

_BATCH = 8192
_TEXT, _TEXTS, _WHOLE, _REAL, _TIME = "VARCHAR", "VARCHAR[]", "BIGINT", "DOUBLE", "TIMESTAMP"
_INT64 = 2**63


def write_bytes(document: Document, out: BinaryIO) -> None:
    """Writes the file to `out`; raises FormatUnfit when there is more than one table."""
    import duckdb

    table = document.only_table(NAME)
    with TemporaryDirectory(prefix="gatewatch-") as folder:
        con = duckdb.connect(config={"temp_directory": folder})
        try:
            _fill(con, table)
            path = Path(folder) / "rows.parquet"
            con.execute(
                "COPY rows TO $path (FORMAT parquet, COMPRESSION zstd)".replace(
                    "$path", f"'{str(path).replace(chr(39), chr(39) * 2)}'"
                )
            )
        finally:
            con.close()
        with path.open("rb") as written:
            copyfileobj(written, out)


def _fill(con: "duckdb.DuckDBPyConnection", table: Table) -> None:
    rows = iter(table.rows)
    first = list(islice(rows, _BATCH))
    types = [_type(name, [row[at] for row in first]) for at, name in enumerate(table.columns)]
    columns = ", ".join(
        f"{_quoted(name)} {kind}" for name, kind in zip(table.columns, types, strict=True)
    )
    con.execute(f"CREATE TABLE rows ({columns})")
    places = ", ".join(f"unnest(?::{kind}[])" for kind in types)
    for batch in chain([first], _batches(rows)):
        if batch:
            values = [[_fitting(row[at], kind) for row in batch] for at, kind in enumerate(types)]
            con.execute(f"INSERT INTO rows SELECT {places}", values)


def _batches(rows: Iterator[Sequence[Value]]) -> Iterator[list[Sequence[Value]]]:
    while batch := list(islice(rows, _BATCH)):
        yield batch


def _type(name: str, values: Sequence[Value]) -> str:
    """By the field's kind where it is a field, else by the values."""
    known = field_named(name)
    if known is not None and known.kind is Kind.TIME:
        return _TIME
    present = [value for value in values if value is not None]
    if any(not isinstance(value, str | int | float) for value in present):
        return _TEXTS
    if present and all(isinstance(value, int) for value in present):
        return _WHOLE
    if present and all(isinstance(value, int | float) for value in present):
        return _REAL
    return _WHOLE if known is not None and known.kind is Kind.NUMBER and not present else _TEXT


def _fitting(value: Value, kind: str) -> Value:
    """`value` as the column's type; what does not fit a number column is missing there."""
    if value is None:
        return None
    if kind == _TEXTS:
        texts = [str(value)] if isinstance(value, str | int | float) else value
        return [_encodable(text) for text in texts]
    value = flat(value)
    if kind in (_WHOLE, _REAL):
        fits = isinstance(value, int | float) and abs(value) < _INT64
        return value if fits else None
    return _encodable(str(value))


def _encodable(text: str) -> str:
    r"""Lone surrogates become `\udcXX`: Parquet's text is UTF-8."""
    return text.encode("utf-8", "backslashreplace").decode()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
