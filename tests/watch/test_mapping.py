"""A mapping says what the columns of an unknown log mean; a wrong one is one clear line."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from tests.watch.sources.conftest import BARE

from gatewatch.model.errors import BadMapping, LogIncomplete
from gatewatch.model.moment import iso
from gatewatch.model.observation import Rejected
from gatewatch.model.signin import Outcome, SignIn
from gatewatch.watch.mapping import Mapped, mapping_from, read_mapping
from gatewatch.watch.records import Passed
from gatewatch.watch.sources import Record, sources

COLUMNS = {"time": "Datum", "user": "Benutzer", "address": "IP-Adresse"}
GERMAN = """\
delimiter = ";"
encoding = "windows-1252"
[columns]
time = "Datum"
user = "Benutzer"
address = "IP-Adresse"
outcome = "Ergebnis"
[values]
time = "%d.%m.%Y %H:%M:%S"
zone = "Europe/Berlin"
success = ["Erfolg"]
failure = ["Falsches Kennwort"]
"""


def read(mapped: Mapped | None, data: bytes) -> list[Record]:
    return list(sources()["mapped"].read(BytesIO(data), replace(BARE, mapping=mapped)))


def test_a_german_table_of_windows_is_read(tmp_path: Path) -> None:
    file = tmp_path / "map.toml"
    file.write_text(GERMAN)
    rows = (
        "Datum;Benutzer;IP-Adresse;Ergebnis\r\n"
        "20.11.2026 08:00:04;J\u00f6rg;198.51.100.7;Erfolg\r\n"
        '20.07.2026 08:00:04;"eve;x";203.0.113.9;falsches Kennwort\r\n'
        "20.11.2026 08:00:05;alice;198.51.100.8;Abgebrochen\r\n"
        "2026-11-20;alice;198.51.100.8;Erfolg\r\n"
    )
    one, two, three, four = read(read_mapping(file), rows.encode("windows-1252"))
    assert isinstance(one, SignIn)
    assert (one.user, iso(one.at)) == ("j\u00f6rg", "2026-11-20T07:00:04Z")
    assert isinstance(two, SignIn)
    assert (two.outcome, iso(two.at)) == (Outcome.FAILURE, "2026-07-20T06:00:04Z")
    assert three is Passed.UNFINISHED
    assert isinstance(four, Rejected)


def test_columns_have_numbers_where_there_is_no_header() -> None:
    mapped = mapping_from({"columns": {"time": 2, "user": 3, "address": 1}}, "here")
    [found] = read(mapped, b"198.51.100.7,1795161604,alice\n")
    assert isinstance(found, SignIn)


def test_objects_are_read_by_path() -> None:
    table = {"format": "json", "columns": {"time": "t", "user": "who.name", "address": "ip"}}
    found = read(
        mapping_from(table, "here"),
        b'{"t":"2026-11-20T08:00:04Z","who":{"name":"alice"},"ip":"198.51.100.7"}\n{"t":1}\n',
    )
    assert isinstance(found[0], SignIn)
    assert isinstance(found[1], Passed | Rejected)


def test_a_zone_that_nobody_told_is_asked_for() -> None:
    mapped = mapping_from({"columns": COLUMNS}, "here")
    with pytest.raises(LogIncomplete, match="--zone"):
        read(mapped, b"Datum,Benutzer,IP-Adresse\n2026-11-20 08:00:04,alice,198.51.100.7\n")


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({}, r"has no \[columns\]"),
        ({"columns": {"time": "t", "user": "u"}}, 'which column is "address"'),
        ({"columns": COLUMNS | {"adress": "x"}}, '"columns.adress" is unknown'),
        ({"columns": COLUMNS | {"user": 0}}, "columns.user is no column"),
        ({"columns": COLUMNS | {"user": True}}, "columns.user is no column"),
        ({"columns": COLUMNS, "delimeter": ";"}, '"delimeter" is unknown'),
        ({"columns": COLUMNS, "delimiter": ";;"}, "delimiter is not one character"),
        ({"columns": COLUMNS, "encoding": "klingon"}, "encoding is unknown"),
        ({"columns": COLUMNS, "format": "xml"}, "format is unknown"),
        ({"columns": COLUMNS, "values": {"zone": "Berlin/../x"}}, "is no time zone"),
        ({"columns": COLUMNS, "values": {"success": "OK"}}, "lists of words"),
        ({"columns": COLUMNS, "values": {"time": "soon"}}, "no form of times"),
    ],
)
def test_a_wrong_mapping_says_where_and_what(table: dict[str, object], says: str) -> None:
    with pytest.raises(BadMapping, match=says) as caught:
        mapping_from(table, "map.toml")
    assert str(caught.value).startswith("map.toml")


@pytest.mark.parametrize("content", [b"\xff\xfe", b"columns = [", b""])
def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "map.toml"
    file.write_bytes(content)
    with pytest.raises(BadMapping):
        read_mapping(file)


def test_a_log_without_the_named_columns_gives_no_record() -> None:
    found = read(mapping_from({"columns": COLUMNS}, "here"), b"a,b,c\n1,2,3\n")
    assert [type(one) for one in found] == [Rejected, Rejected]
