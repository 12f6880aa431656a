"""Whole documents in each format that is text, kept as files beside this one and read as files.

`python -m tests.formats.write.test_golden` writes them anew; look at them before you commit.
"""

import io
from pathlib import Path

import pytest

from gatewatch.formats.write import TextWriter, writers
from gatewatch.model.language import language
from gatewatch.model.table import (
    BUCKET,
    QUERY,
    Bars,
    Document,
    Heat,
    Lines,
    Look,
    Page,
    RowKind,
    Table,
)

FOLDER = Path(__file__).parent / "golden"

TOP = Table(
    ("rank", "server", "services", "low", "high", "share", BUCKET, "behind", QUERY),
    [
        (1, "gSOAP/2.7", 412_310, 409_800, 414_820, 0.5134, RowKind.VALUE, "server=gSOAP/2.7",
         "server=gSOAP/2.7"),
        (2, "<b>&=1+1\x1b[2J\u202e", 1_220, 1_100, 1_340, 0.0015, RowKind.VALUE, "server=x", None),
        (3, "", 7, 2, 12, 0.00001, RowKind.VALUE, 'server=""', 'server=""'),
        (None, "other (1,204 values)", 61_033, 60_000, 62_066, 0.076, RowKind.OTHER, None, None),
        (None, "no server", 92_954, 91_000, 94_908, 0.1157, RowKind.MISSING, "not server:*",
         "not server:*"),
    ],
    title="Services by server: country:IT",
    aside="snapshot 2019-01-29, 2 days old",
    notes=("Unit services, total 803,112, which shares are of.", "Located by networks (invented)."),
    looks={"rank": Look.NUMBER, "share": Look.SHARE, "behind": Look.DATA, QUERY: Look.SPARE},
    headings={"low": "at least", "high": "at most"},
    queries={"services": "behind"},
    chart=Bars("server", "services", "low", "high"),
)  # fmt: skip
TREND = Table(
    ("server", "snapshot", "services", "coverage"),
    [
        ("gSOAP", "2026-08-24", 900, None), ("gSOAP", "2026-09-24", 850, None),
        ("gSOAP", "2026-10-24", 410, "coverage 99 % to 41 %"), ("gSOAP", "2026-11-24", 400, None),
        ("RomPager", "2026-08-24", 120, None), ("RomPager", "2026-09-24", None, None),
        ("RomPager", "2026-10-24", 60, None), ("RomPager", "2026-11-24", 61, None),
    ],
    title="Services by server and snapshot",
    chart=Lines("snapshot", "services", series="server", broken="coverage"),
)  # fmt: skip
CROSS = Table(
    ("country", "c0", "c1", "c0.e", "c1.e", "total"),
    [("IT", 30, 5, 20.0, 15.0, 35), ("FR", 10, 25, 20.0, 15.0, 35)],
    title="Services by country and software",
    headings={"c0": "gSOAP", "c1": "RomPager"},
    looks={"c0.e": Look.DATA, "c1.e": Look.DATA},
    chart=Heat("country", ("c0", "c1"), {"c0": "c0.e", "c1": "c1.e"}),
)
PEOPLE = [name for name, one in writers().items() if isinstance(one, TextWriter) and one.FOR_PEOPLE]
DATA = [
    name for name, one in writers().items() if isinstance(one, TextWriter) and not one.FOR_PEOPLE
]
CASES = [
    *((f"report.{name}", name, "en") for name in (*PEOPLE, *DATA)),
    *((f"rapport.{name}", name, "fr") for name in PEOPLE),
]


def written(name: str, code: str) -> str:
    writer = writers()[name]
    assert isinstance(writer, TextWriter)
    tables = [TOP, TREND, CROSS] if writer.FOR_PEOPLE else [TOP]
    title = "What is exposed" if writer.FOR_PEOPLE else ""
    out = io.StringIO(newline="")
    writer.write(Document(tables, title, Page(100, language=language(code))), out)
    return out.getvalue()


@pytest.mark.parametrize(("file", "name", "code"), CASES)
def test_the_document_is_as_it_was_reviewed(file: str, name: str, code: str) -> None:
    with (FOLDER / file).open(encoding="utf-8", newline="") as reviewed:
        assert written(name, code) == reviewed.read()


def test_no_file_is_left_of_a_format_that_is_gone() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {file for file, *_ in CASES}


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for path, format_name, language_code in CASES:
        with (FOLDER / path).open("w", encoding="utf-8", newline="") as file_out:
            file_out.write(written(format_name, language_code))
