"""Parquet files, read back by DuckDB."""

import io
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.formats.write.test_injection import HOSTILE

from gatewatch.formats.write import parquet
from gatewatch.model.errors import FormatUnfit
from gatewatch.model.table import Document, Table, Value


def read(tmp_path: Path, table: Table, select: str = "*") -> list[tuple[object, ...]]:
    out = io.BytesIO()
    parquet.write_bytes(Document([table]), out)
    path = tmp_path / "rows.parquet"
    path.write_bytes(out.getvalue())
    with duckdb.connect() as con:
        return con.execute(f"SELECT {select} FROM read_parquet(?)", [str(path)]).fetchall()


def test_columns_have_the_types_of_their_fields(tmp_path: Path) -> None:
    table = Table(
        ("ip", "port", "scan_time", "oddities", "share", "n"),
        [("192.0.2.1", 7547, "2026-11-24T10:00:00Z", ["bare-lf"], 0.5, 7)],
    )
    names = ", ".join(f"typeof({name})" for name in table.columns)
    assert read(tmp_path, table, names) == [
        ("VARCHAR", "BIGINT", "TIMESTAMP", "VARCHAR[]", "DOUBLE", "BIGINT")
    ]


def test_nothing_is_nothing_and_an_empty_text_is_one(tmp_path: Path) -> None:
    rows = [("", 1), (None, None)]
    assert read(tmp_path, Table(("server", "n"), rows)) == rows


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_text_comes_back_as_it_was(tmp_path: Path, hostile: str) -> None:
    ((found,),) = read(tmp_path, Table(("server",), [(hostile,)]))
    assert found == hostile.encode("utf-8", "backslashreplace").decode()


def test_more_rows_than_one_batch_keep_their_order(tmp_path: Path) -> None:
    rows: list[tuple[Value, ...]] = [(number, str(number)) for number in range(20_000)]
    assert read(tmp_path, Table(("n", "text"), iter(rows))) == rows


def test_an_empty_table_has_its_columns(tmp_path: Path) -> None:
    assert read(tmp_path, Table(("ip", "port"), []), "count(*)") == [(0,)]


def test_a_column_name_is_never_sql(tmp_path: Path) -> None:
    assert read(tmp_path, Table(('a"; DROP TABLE rows; --',), [(1,)])) == [(1,)]


@given(st.lists(st.none() | st.integers() | st.floats(allow_nan=False) | st.text(), max_size=20))
def test_any_mixture_is_written_or_left_out(values: list[Value]) -> None:
    out = io.BytesIO()
    parquet.write_bytes(Document([Table(("x",), [(value,) for value in values])]), out)
    assert out.getvalue()[:4] == b"PAR1"


def test_two_tables_are_refused() -> None:
    table = Table(("n",), [(1,)])
    with pytest.raises(FormatUnfit, match="holds one table"):
        parquet.write_bytes(Document([table, table]), io.BytesIO())
