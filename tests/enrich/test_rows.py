"""Lines and words that all text formats share."""

from pathlib import Path

import pytest

from gatewatch.enrich.rows import as_number, country, head_lines, lines, name, network, span


def test_lines_keep_their_numbers_whatever_stands_between_them(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    long = "é" * 3000
    path.write_bytes(f"\ufeffone\r\n\n# no\n {long}\nfive\nsix".encode())
    found = list(lines(path))
    assert [(line.number, line.text[:4], line.whole) for line in found] == [
        (1, "one", True), (4, "éééé", False), (5, "five", True), (6, "six", True),
    ]  # fmt: skip


@pytest.mark.parametrize(("length", "whole"), [(4095, True), (4096, True), (4097, False)])
@pytest.mark.parametrize("end", ["\n", ""])
def test_a_line_of_four_kib_is_whole(tmp_path: Path, length: int, whole: bool, end: str) -> None:
    (tmp_path / "lines").write_text("x" * length + end)
    assert [(len(line.text), line.whole) for line in lines(tmp_path / "lines")] == [(length, whole)]


def test_the_first_lines_of_a_head_are_whole_and_say_something() -> None:
    assert head_lines(b"\xef\xbb\xbf# no\n\n one\r\ntwo\nthree", 2) == ["one", "two"]
    assert head_lines(b"\n" * 1000 + b"late") == []


@pytest.mark.parametrize(
    ("text", "number"),
    [("64500", 64500), ("AS64500", 64500), (" as1 ", 1), ("4294967295", 4294967295)],
)
def test_an_as_number_is_read_with_and_without_as(text: str, number: int) -> None:
    assert as_number(text) == number


@pytest.mark.parametrize("text", ["", "-", "0", "AS0", "None", "null", "N/A"])
def test_nothing_is_no_as_number_and_no_error(text: str) -> None:
    assert as_number(text) is None


@pytest.mark.parametrize("text", ["64500.1", "+1", "1_000", "٣", "AS", "12345678901", "4294967296"])
def test_what_is_no_as_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="AS number"):
        as_number(text)


def test_words_for_countries() -> None:
    assert [country(word) for word in ("it", "Italie", "UK", "EU", "QX")] == [
        "IT", "IT", "GB", "EU", "QX",
    ]  # fmt: skip
    assert [country(word) for word in ("", "ZZ", "-", "None", "XX")] == [None] * 5
    with pytest.raises(ValueError, match="neither a code nor a name"):
        country("A1")


def test_a_name_is_one_line_of_some_length() -> None:
    assert name("  Example \n Telecom ") == "Example Telecom"
    assert name("Not routed") is name("-") is name(" ") is None
    assert len(name("x" * 1000) or "") == 200


def test_ranges_in_numbers_and_networks_in_any_form() -> None:
    assert (
        span("3221225984", "3221226239")
        == network("192.0.2.0/24")
        == network("192.0.2.0-192.0.2.255")
        == (4, 0xC0000200, 0xC00002FF)
    )
    assert span(str(1 << 32), str((1 << 128) - 1)) == (6, 1 << 32, (1 << 128) - 1)
    with pytest.raises(ValueError, match="ends before it begins"):
        span("2", "1")
    with pytest.raises(ValueError, match="one address family"):
        span("1", str(1 << 32))
