import io

from gatewatch.formats.write.ndjson import write
from gatewatch.model.table import Document, Table


def test_ndjson_is_one_object_a_line_with_null_kept() -> None:
    rows = [("192.0.2.1", None, 0.5), ("192.0.2.2", "", 1)]
    out = io.StringIO(newline="")
    write(Document([Table(("ip", "software.version", "share"), rows)]), out)
    assert out.getvalue() == (
        '{"ip":"192.0.2.1","software.version":null,"share":0.5}\n'
        '{"ip":"192.0.2.2","software.version":"","share":1}\n'
    )


def test_no_rows_are_no_lines() -> None:
    out = io.StringIO()
    write(Document([Table(("ip",), ())]), out)
    assert out.getvalue() == ""
