"""Charts as a picture, on a machine without any font."""

import io
import struct
import zlib

import pytest

from gatewatch.formats.write import png
from gatewatch.model.errors import FormatUnfit
from gatewatch.model.table import Bars, Document, Table


def picture(label: str) -> bytes:
    out = io.BytesIO()
    table = Table(("server", "n"), [(label, 7)], chart=Bars("server", "n"))
    png.write_bytes(Document([table]), out)
    return out.getvalue()


def pixels(data: bytes) -> tuple[int, int, bytes]:
    """Width, height and the inflated scan lines (PNG specification, 5.6 and 10)."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", data[16:24])
    parts, at = b"", 8
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        parts += data[at + 8 : at + 8 + size] if kind == b"IDAT" else b""
        at += size + 12
    return width, height, zlib.decompress(parts)


def test_it_is_twice_as_fine_as_the_drawing() -> None:
    width, _, _ = pixels(picture("gSOAP/2.7"))
    assert width == 2 * (760 + 32)


def test_letters_are_drawn() -> None:
    """Two labels of the same width differ in nothing but their letters."""
    assert pixels(picture("gSOAP/2.7"))[2] != pixels(picture("gSOAP/2.8"))[2]


def test_letters_come_from_our_own_font(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the system's fonts the picture is the same."""
    import resvg_py

    whole = resvg_py.svg_to_bytes
    with_system = picture("gSOAP/2.7")
    monkeypatch.setattr(
        resvg_py, "svg_to_bytes", lambda **given: whole(**given | {"skip_system_fonts": True})
    )
    assert picture("gSOAP/2.7") == with_system


@pytest.mark.parametrize("label", ["\x00\x1b[1m", "<script>", "x" * 100_000, "\u202e", "日本語"])
def test_any_label_can_be_drawn(label: str) -> None:
    assert picture(label).startswith(b"\x89PNG")


def test_without_a_chart_there_is_no_picture() -> None:
    with pytest.raises(FormatUnfit, match="png: holds a chart, and this has none"):
        png.write_bytes(Document([Table(("ip",), [("192.0.2.1",)])]), io.BytesIO())
