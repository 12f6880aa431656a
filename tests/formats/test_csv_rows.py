"""CSV rows by name, in bounded memory, through stray quotes."""

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewatch.formats.csv_rows import Row, rows
from gatewatch.model.observation import Rejected


def read(data: bytes) -> list[Row | Rejected]:
    return list(rows(BytesIO(data), lambda row: row[0] == "a"))


def fields(data: bytes) -> list[dict[str, str] | str]:
    """The fields of each row, or the reason why it was rejected."""
    return [row.fields if isinstance(row, Row) else row.reason for row in read(data)]


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"a,b\n1,2\n", [{"a": "1", "b": "2"}]),
        (b"a,b\r\n1,2\r\n\r\n3,4", [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}]),
        (b'a,b\n"1, one","say ""hi"""\n', [{"a": "1, one", "b": 'say "hi"'}]),
        (b'a,b\n"1\n\n2",3\n', [{"a": "1\n2", "b": "3"}]),
        (b"a,b\n1,2\na,c,d\n3,4,5\n", [{"a": "1", "b": "2"}, {"a": "3", "c": "4", "d": "5"}]),
        (b"a,b\n1,\xe9\n", [{"a": "1", "b": "\udce9"}]),
        (b"a,b\n1\n2,3\n", ["1 columns where the header names 2", {"a": "2", "b": "3"}]),
        (b"a,b\n1,\x00\n", [{"a": "1", "b": "\x00"}]),
    ],
)
def test_rows_are_read_by_name(data: bytes, found: list[dict[str, str] | str]) -> None:
    assert fields(data) == found


def test_the_place_of_a_row_is_the_line_it_begins_on() -> None:
    (first, second) = read(b'a,b\n"x\ny",2\n3,4\n')
    assert isinstance(first, Row)
    assert isinstance(second, Row)
    assert (first.line, first.raw, second.line) == (2, b'"x\ny",2', 4)
    assert second.rejected("why") == Rejected("line 4", "why", b"3,4")


def test_a_quote_that_never_closes_costs_its_own_line() -> None:
    data = b'a,b\n"1,2\n' + b"3,4\n" * 99
    found = fields(data)
    assert found[0] == "a quote that does not close, or stands where none may"
    assert found[1:] == [{"a": "3", "b": "4"}] * 99


def test_a_line_without_end_is_skipped_in_constant_memory() -> None:
    data = b"a,b\n1,2\n" + b"x" * (17 * 1024 * 1024) + b"\n3,4\n"
    first, long, last = read(data)
    assert isinstance(long, Rejected)
    assert (long.where, len(long.raw)) == ("line 3", 65536)
    assert isinstance(first, Row)
    assert isinstance(last, Row)


@given(st.binary(max_size=300))
def test_any_bytes_give_rows_or_reasons(data: bytes) -> None:
    read(b"a,b\n" + data)


@given(st.lists(st.sampled_from([b'"', b",", b"\n", b"x", b"\r", b"\x00"]), max_size=60))
def test_any_quoting_gives_rows_or_reasons_and_loses_no_line(parts: list[bytes]) -> None:
    data = b"".join(parts)
    told = b"\n".join(row.raw for row in read(b"a,b\n" + data))
    assert told.count(b"x") == data.count(b"x")
