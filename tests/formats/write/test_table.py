"""What people see on a terminal, kept as text files beside this one and reviewed as text."""

import io
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from unicodedata import east_asian_width

import pytest

from gatewatch.formats.write.table import write
from gatewatch.model.table import Bars, Document, Look, Page, Table, Value

REPORT = Table(
    columns=("rank", "server", "services", "share", "query"),
    rows=(
        (1, "gSOAP/2.7", 412_310, 0.5134, 'server:"gSOAP/2.7"'),
        (2, "RomPager/4.07 UPnP/1.0", 101_220, 0.126, 'server:"RomPager/4.07 UPnP/1.0"'),
        (3, "", 22_954, 0.0286, 'server:""'),
        (4, "東京ルータ", 9_001, 0.0112, "server:東京ルータ"),
        (5, "\x1b[2J\u202eevil\r\n", 1, 0.000001, None),
        (None, "other (1,204 values)", 60_118, 0.0749, None),
    ),
    title="Server software of CWMP services in Italy",
    aside="snapshot 2019-01-29, 2 d old",
    chart=Bars("server", "services"),
    notes=("unit services, total 803,112, buckets do not overlap", "query: port:7547 country:IT"),
    looks={"share": Look.SHARE, "query": Look.DATA},
)
SEARCH = Table(
    columns=("ip", "port", "server", "title"),
    rows=(
        ("2001:db8:ffff:ffff:ffff:ffff:ffff:fffe", 7547, "gSOAP/2.7", None),
        ("192.0.2.7", 80, "mini_httpd/1.30 26Oct2018", "A page with a title that has no end " * 9),
    ),
)
HELP = Table(
    columns=("check", "what"),
    rows=(("space", "the disk is full and nothing can be imported until some is freed"),),
    looks={"what": Look.PROSE},
)


def drawn(table: Table, page: Page, encoding: str = "utf-8") -> str:
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding=encoding, errors="backslashreplace", newline="")
    write(Document([table], page=page), out)
    out.flush()
    return raw.getvalue().decode(encoding)


@pytest.mark.parametrize(
    ("name", "table", "page"),
    [
        ("report_100", REPORT, Page(100)),
        ("report_60", REPORT, Page(60)),
        ("report_44_has_no_room_for_bars", REPORT, Page(44)),
        ("report_30_has_blocks", REPORT, Page(30)),
        ("report_file", REPORT, Page()),
        ("report_accessible", REPORT, Page(100, accessible=True)),
        ("report_color", REPORT, Page(80, color=True)),
        ("search_100", SEARCH, Page(100)),
        ("search_50_has_blocks", SEARCH, Page(50)),
        ("prose_40", HELP, Page(40)),
    ],
)
def test_tables_look_as_reviewed(name: str, table: Table, page: Page) -> None:
    expected = (Path(__file__).parent / "tables" / f"{name}.txt").read_text(encoding="utf-8")
    assert drawn(table, page) == expected


def test_without_utf8_bars_and_cuts_are_ascii() -> None:
    text = drawn(REPORT, Page(44), "ascii") + drawn(REPORT, Page(80), "ascii")
    assert text.isascii()
    assert "RomPager/4.07 UPn..." in text
    assert "\n   1  gSOAP/2.7" in text
    assert "  #####" in text


@pytest.mark.parametrize("width", range(44, 130, 7))
@pytest.mark.parametrize("table", [REPORT, HELP], ids=["report", "prose"])
def test_no_line_is_wider_than_the_terminal(width: int, table: Table) -> None:
    for line in drawn(table, Page(width)).splitlines():
        wide = sum(east_asian_width(char) in "WF" for char in line)
        assert len(line) + wide <= width


@pytest.mark.parametrize("width", [20, 40, 60, 80, 200])
def test_an_address_is_never_cut_or_wrapped(width: int) -> None:
    assert "2001:db8:ffff:ffff:ffff:ffff:ffff:fffe" in drawn(SEARCH, Page(width))


def test_a_bar_begins_at_zero_and_the_smallest_is_seen() -> None:
    rows: list[tuple[Value, ...]] = [("a", 1000), ("b", 500), ("c", 1), ("d", 0), ("e", None)]
    lines = drawn(Table(("x", "n"), rows, chart=Bars("x", "n")), Page(30)).splitlines()
    bars = [line[10:].strip() for line in lines[1:]]
    assert [len(bar) for bar in bars] == [20, 10, 1, 0, 0]


def test_rows_stream_in_bounded_memory() -> None:
    taken = 0

    def rows() -> Iterator[tuple[Value, ...]]:
        nonlocal taken
        for taken in count():
            yield "192.0.2.1", taken

    class Full(io.StringIO):
        def write(self, text: str) -> int:
            if taken == 5000:
                raise EOFError
            return len(text)

    with pytest.raises(EOFError):
        write(Document([Table(("ip", "n"), rows())]), Full())
    assert taken == 5000


def test_an_empty_table_is_its_header() -> None:
    assert drawn(Table(("ip", "port"), ()), Page(80)) == "ip  port\n"


def test_a_spare_column_is_shown_whole_or_left_out() -> None:
    spare = replace(REPORT, looks={"share": Look.SHARE, "query": Look.SPARE})
    assert 'server:"RomPager/4.07 UPnP/1.0"' in drawn(spare, Page(120))
    assert "query  " not in drawn(spare, Page(90))
    assert "server:" not in drawn(spare, Page(90))
