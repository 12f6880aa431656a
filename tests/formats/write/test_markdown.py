import io

from gatewatch.formats.write.markdown import write
from gatewatch.model.table import Document, Look, Table


def test_markdown_is_a_table_with_title_and_notes() -> None:
    table = Table(
        ("rank", "server", "services", "share", "query"),
        [(1, "mini_httpd/1.30", 412_310, 0.513, "server:x"), (None, "other", 7, 0.0, None)],
        title="Servers",
        aside="2 d old",
        notes=("unit services",),
        looks={"share": Look.SHARE, "query": Look.DATA},
    )
    out = io.StringIO(newline="")
    write(Document([table]), out)
    assert out.getvalue() == (
        "**Servers** (2 d old)\n\n"
        "| rank | server | services | share |\n"
        "| ---: | --- | ---: | ---: |\n"
        "| 1 | mini\\_httpd/1.30 | 412,310 | 51.3 % |\n"
        "|  | other | 7 | 0.0 % |\n"
        "\nunit services\n"
    )
