"""Charts as a drawing: complete, well-formed, and only when there is something to draw."""

import io
from xml.etree import ElementTree as ET

import pytest

from gatewatch.formats.write.svg import write
from gatewatch.model.errors import FormatUnfit
from gatewatch.model.table import Bars, Document, Table

SVG = "{http://www.w3.org/2000/svg}"


def drawn(*tables: Table) -> ET.Element:
    out = io.StringIO(newline="")
    write(Document(tables), out)
    return ET.fromstring(out.getvalue())


def bars(title: str = "Servers") -> Table:
    rows = [("gSOAP/2.7", 72), ("RomPager", 35), ("nothing", 0)]
    return Table(
        ("server", "n"), rows, title=title, notes=("Unit services.",), chart=Bars("server", "n")
    )


def test_the_file_is_one_drawing_with_words() -> None:
    root = drawn(bars())
    words = [element.text for element in root.iter(f"{SVG}text")]
    assert root.tag == f"{SVG}svg"
    assert {"Servers", "gSOAP/2.7", "72", "Unit services."} <= set(words)


def test_bars_are_as_long_as_their_numbers() -> None:
    widths = [
        float(element.attrib["width"])
        for element in drawn(bars()).iter(f"{SVG}rect")
        if element.get("class") == "bar"
    ]
    assert widths[0] / widths[1] == pytest.approx(72 / 35, rel=0.01)
    assert widths[2] == 0


def test_several_charts_stand_below_each_other() -> None:
    one, two = drawn(bars()), drawn(bars(), bars("Again"))
    assert float(two.attrib["height"]) > 1.8 * float(one.attrib["height"])


def test_it_follows_the_readers_theme() -> None:
    style = next(drawn(bars()).iter(f"{SVG}style"))
    assert "prefers-color-scheme:dark" in (style.text or "")


def test_without_a_chart_there_is_no_picture() -> None:
    with pytest.raises(FormatUnfit, match="svg: holds a chart, and this has none"):
        drawn(Table(("ip",), [("192.0.2.1",)]))
