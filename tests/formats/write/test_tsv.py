import io

from gatewatch.formats.write.tsv import write
from gatewatch.model.table import Document, Table


def test_tsv_is_one_line_a_row_without_quotes() -> None:
    rows = [("192.0.2.1", 7547, 'a "b"\tc\nd'), ("192.0.2.2", None, "é")]
    out = io.StringIO(newline="")
    write(Document([Table(("ip", "port", "server"), rows)]), out)
    assert out.getvalue() == (
        'ip\tport\tserver\n192.0.2.1\t7547\ta "b"\\x09c\\x0ad\n192.0.2.2\t\té\n'
    )
