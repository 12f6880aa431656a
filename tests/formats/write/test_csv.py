import io

from gatewatch.formats.write.csv import write
from gatewatch.model.table import Document, Table


def test_csv_is_that_of_rfc_4180() -> None:
    rows = [("192.0.2.1", 7547, 'a "quoted", text', 0.5), ("192.0.2.2", None, "", -1)]
    out = io.StringIO(newline="")
    write(
        Document([Table(("ip", "port", "server", "share"), rows, title="left out", notes=("so",))]),
        out,
    )
    assert out.getvalue() == (
        'ip,port,server,share\r\n192.0.2.1,7547,"a ""quoted"", text",0.5\r\n192.0.2.2,,,-1\r\n'
    )


def test_several_values_share_a_cell_and_are_no_formula_together() -> None:
    out = io.StringIO(newline="")
    table = Table(("oddities",), [(["bare-lf", "\x1b=1"],), (["=a", "b"],)])
    write(Document([table]), out)
    assert out.getvalue() == 'oddities\r\n"bare-lf,\\x1b=1"\r\n"\'=a,b"\r\n'
