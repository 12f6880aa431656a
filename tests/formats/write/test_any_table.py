"""Whatever a table holds, each format writes it or refuses it in one line."""

import io
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewatch.formats.write import TextWriter, writers
from gatewatch.model.errors import FormatUnfit
from gatewatch.model.table import BUCKET, Bars, Chart, Document, Heat, Lines, RowKind, Table, Value

_VALUES = (
    st.none()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=30)
    | st.lists(st.text(max_size=9), max_size=3)
)
_COLUMNS = ("label", "n", "low", "high", "at", BUCKET)
_CHARTS: list[Chart | None] = [
    None,
    Bars("label", "n", "low", "high", "low"),
    Lines("at", "n", series="label", low="low", high="high", broken="high"),
    Heat("label", ("n", "low"), {"n": "high"}),
]
_ROWS = st.lists(st.tuples(*[_VALUES] * 5, st.sampled_from([*RowKind, None])).map(list), max_size=6)


@pytest.mark.parametrize("name", writers())
@given(rows=_ROWS, chart=st.sampled_from(_CHARTS), title=st.text(max_size=40))
def test_it_is_written_or_refused(
    name: str, rows: list[list[Value]], chart: Chart | None, title: str
) -> None:
    table = Table(_COLUMNS, rows, title=title, aside=title, notes=(title,), chart=chart)
    writer = writers()[name]
    with suppress(FormatUnfit):
        if isinstance(writer, TextWriter):
            writer.write(Document([table]), io.StringIO(newline=""))
        else:
            writer.write_bytes(Document([table]), io.BytesIO())
