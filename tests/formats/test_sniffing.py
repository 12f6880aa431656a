"""Recognising an input by its first bytes, and what is said of what cannot be read."""

import gzip
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewatch.formats import sniffing
from gatewatch.formats.compression import open_plain
from gatewatch.formats.read import readers
from gatewatch.formats.sniffing import claimants, reader_for
from gatewatch.model.errors import FormatUnknown, InputUnreadable

SAMPLES = sorted((Path(__file__).parent / "read" / "samples").iterdir())


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_packed_sample_is_recognised_by_one_reader(sample: Path, tmp_path: Path) -> None:
    path = tmp_path / "scan"
    path.write_bytes(gzip.compress(b"\xef\xbb\xbf" + sample.read_bytes()))
    with open_plain(path) as plain:
        assert len(claimants(plain.head())) == 1
        assert sample.name.startswith(reader_for(plain.head(), plain.name).NAME)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_no_beginning_of_a_sample_is_claimed_twice(sample: Path) -> None:
    """The head may be cut anywhere."""
    data = sample.read_bytes()
    for cut in range(1, min(len(data), 3000), 17):
        assert len(claimants(data[:cut])) <= 1


@pytest.mark.parametrize(
    ("head", "what", "mend"),
    [
        (b"\xd4\xc3\xb2\xa1\x02\0\x04\0", "it is a packet capture", "tshark -r FILE"),
        (b"\x0a\x0d\x0d\x0a\x1c\0\0\0", "it is a packet capture", "tshark -r FILE"),
        (b"masscan/1.1\n" + bytes(80), "masscan's binary format", "--readscan FILE -oJ OUT.json"),
        (b"# Nmap 7.93 scan initiated\nNmap scan report for 192.0.2.1\n", "-oN", "-oX"),
        (b"Starting Nmap 7.93 ( https://nmap.org )\n", "-oN", "-oX"),
        (b"WARC/1.0\r\nWARC-Type: response\r\n", "web archive", "scanner's own output"),
        (b"PAR1\x15\x04\x15", "Parquet", 'duckdb -c "COPY'),
        (b"Obj\x01\x04\x14", "Avro", "JSON lines"),
        (b"SQLite format 3\0", "SQLite", "JSON lines or CSV"),
        (b'<?xml version="1.0"?>\n<Types xmlns="x">', "Office document", "as CSV"),
        (b"\n<!DOCTYPE HTML><html>", "web page", "fetch the file again"),
        (b"7z\xbc\xaf\x27\x1c\0\x04", "not read", "unpack it first"),
        (bytes(257) + b"ustar\x0000", "not read", "unpack it first"),
    ],
)
def test_known_formats_that_are_not_read_say_what_to_do(head: bytes, what: str, mend: str) -> None:
    with pytest.raises(InputUnreadable) as caught:
        reader_for(head, "scan")
    said = str(caught.value)
    assert said.startswith("scan: cannot be read, ")
    assert what in said
    assert mend in said


@pytest.mark.parametrize("head", [b"\x00\x01\x02", b"hello\n", b"{}", b'"ip","banner"\n', b"<a/>"])
def test_what_nobody_knows_is_refused_with_its_beginning(head: bytes) -> None:
    with pytest.raises(FormatUnknown, match="no known format begins with"):
        reader_for(head, "scan")


def test_the_beginning_is_shown_safely_and_cut() -> None:
    with pytest.raises(FormatUnknown) as caught:
        reader_for(b"\x1b[2Jabc" + b"x" * 1000, "na\nme")
    assert str(caught.value) == (
        'na\\x0ame: no known format begins with "\\x1b[2Jabc' + "x" * 33 + '":'
        ' see "gatewatch formats" for what can be read'
    )


def test_should_two_claim_one_input_the_first_by_name_reads_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = readers()["zmap-csv"]
    monkeypatch.setattr(sniffing, "readers", lambda: {"b": readers()["address-list"], "a": one})
    monkeypatch.setattr(one, "sniff", lambda _: True)
    assert reader_for(b"192.0.2.1\n", "scan") is one


@given(st.binary(max_size=300))
def test_any_bytes_are_recognised_or_refused(head: bytes) -> None:
    with suppress(FormatUnknown, InputUnreadable):
        assert reader_for(head, "scan") in claimants(head)
