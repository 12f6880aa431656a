"""Sheets, read back by an independent reader."""

import io
import zipfile
from typing import Any

import openpyxl
import pytest
from tests.formats.write.test_injection import HOSTILE

from gatewatch.formats.write import xlsx
from gatewatch.model.errors import FormatUnfit
from gatewatch.model.table import Document, Look, Table


def book(*tables: Table, title: str = "") -> Any:
    out = io.BytesIO()
    xlsx.write_bytes(Document(tables, title), out)
    return openpyxl.load_workbook(io.BytesIO(out.getvalue()))


def cells(sheet: Any) -> list[list[object]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_numbers_are_numbers_and_text_is_text() -> None:
    table = Table(
        ("server", "services", "share", "asn", "marks"),
        [("gSOAP/2.7", 412_310, 0.513, 64_500, ["a", "b"]), (None, None, None, None, None)],
        title="Servers",
        looks={"share": Look.SHARE},
    )
    sheet = book(table)["1 Servers"]
    assert cells(sheet)[:2] == [
        ["server", "services", "share", "asn", "marks"],
        ["gSOAP/2.7", 412_310, 0.513, 64_500, "a,b"],
    ]
    assert [cell.number_format for cell in sheet[2]] == ["General", "#,##0", "0.0%", "0", "General"]


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_no_cell_is_a_formula_or_a_link(hostile: str) -> None:
    sheet = book(Table(("ip", "server"), [("192.0.2.1", hostile)]))["1 data"]
    cell = sheet.cell(2, 2)
    assert cell.data_type == "s"
    assert cell.hyperlink is None
    assert cell.value.isprintable()
    assert not cell.value.startswith(("=", "+", "-", "@"))
    assert len(cell.value) <= 32_767


def test_the_first_sheet_tells_what_the_others_are() -> None:
    one = Table(
        ("ip",), [("192.0.2.1",)], title="Hosts", aside="2 days old", notes=("Unit hosts.",)
    )
    found = book(one, one, title="=The whole")
    assert found.sheetnames == ["about", "1 Hosts", "2 Hosts"]
    told = [row[0] for row in cells(found["about"])]
    assert told[:4] == ["'=The whole", "1 Hosts: Hosts", "2 days old", "Unit hosts."]


@pytest.mark.parametrize("title", ["a/b\\c?d*e[f]g:h", "'quoted'", "x" * 99, "\U00010000" * 40, ""])
def test_any_title_makes_a_sheet(title: str) -> None:
    name = book(Table(("ip",), [("192.0.2.1",)], title=title)).sheetnames[1]
    assert 0 < len(name.encode("utf-16-le")) // 2 <= 31


def test_what_a_binary64_cannot_hold_is_text() -> None:
    sheet = book(Table(("n",), [(2**53 + 1,), (2**53 - 1,)]))["1 data"]
    assert [row[0] for row in cells(sheet)[1:]] == [str(2**53 + 1), 2**53 - 1]


def test_more_rows_than_a_sheet_holds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "_ROWS_MOST", 10)
    assert len(cells(book(Table(("n",), [(1,)] * 9))["1 data"])) == 10
    with pytest.raises(FormatUnfit, match="holds 9 rows in a sheet"):
        book(Table(("n",), [(1,)] * 10))


def test_the_same_data_give_the_same_file() -> None:
    def written() -> bytes:
        out = io.BytesIO()
        xlsx.write_bytes(Document([Table(("n",), [(1,)])]), out)
        return out.getvalue()

    files = [zipfile.ZipFile(io.BytesIO(written())) for _ in range(2)]
    first, second = ({name: one.read(name) for name in one.namelist()} for one in files)
    assert first == second
