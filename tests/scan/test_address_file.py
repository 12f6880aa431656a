from pathlib import Path

import pytest

from gatewatch.model.address import parse_network
from gatewatch.model.errors import InputUnreadable
from gatewatch.scan.address_file import faults, read_addresses


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "list.txt"


@pytest.mark.parametrize(
    ("line", "network", "comment"),
    [
        ("192.0.2.1", "192.0.2.1", ""),
        (" 192.0.2.0/24 ", "192.0.2.0/24", ""),
        ("192.0.2.9/24", "192.0.2.0/24", ""),
        ("192.0.2.5-192.0.2.9  # ours", "192.0.2.5-192.0.2.9", "ours"),
        ("198[.]51[.]100[.]7", "198.51.100.7", ""),
        ("2001:db8::/112#lab", "2001:db8::/112", "lab"),
        ("2001:db8::1", "2001:db8::1", ""),
        ("::ffff:192.0.2.1", "192.0.2.1", ""),
        ("\ufeff192.0.2.1\r", "192.0.2.1", ""),
    ],
)
def test_a_line_names_addresses(line: str, network: str, comment: str, file: Path) -> None:
    file.write_text(f"# head\n\n{line}\n", encoding="utf-8", newline="")
    (entry,) = read_addresses(file).entries
    assert (entry.network, entry.comment, entry.line) == (parse_network(network), comment, 3)


def test_every_bad_line_is_collected(file: Path) -> None:
    lines = ["192.0.2.0/33", "192.0.2.1", "example.net", "192.0.2.9-192.0.2.1", "010.0.0.1", "fe80::1%eth0"]  # fmt: skip  # noqa: E501
    file.write_text("\n".join(lines), encoding="utf-8")
    found = read_addresses(file)
    assert len(found.entries) == 1
    assert [problem.line for problem in found.problems] == [1, 3, 4, 5, 6]
    told = faults(found)
    assert told["where"] == f"{file}:1"
    assert told["what"] == "is not a network: the prefix length of IPv4 is 0 to 32"
    assert told["mend"].startswith('mend it, and 4 more: line 3 ("example.net" cannot be read, not')


def test_thousands_of_bad_lines_are_counted_not_kept(file: Path) -> None:
    file.write_text("no\n" * 5000, encoding="utf-8")
    found = read_addresses(file)
    assert found.problem_count == 5000
    assert len(found.problems) == 100
    assert faults(found)["mend"].startswith("mend it, and 4,999 more: line 2 ")


def test_a_line_without_end_is_one_bad_line(file: Path) -> None:
    file.write_bytes(b"1" * 100_000 + b"\n192.0.2.1\n")
    found = read_addresses(file)
    assert [problem.line for problem in found.problems] == [1]
    assert [entry.line for entry in found.entries] == [2]


def test_bytes_that_are_no_text_are_a_bad_line(file: Path) -> None:
    file.write_bytes(b"\xff\xfe\x00\x1b[31m\n")
    assert read_addresses(file).problem_count == 1


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputUnreadable, match="cannot be read, No such file"):
        read_addresses(tmp_path / "none.txt")
    with pytest.raises(InputUnreadable, match="Is a directory"):
        read_addresses(tmp_path)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("hxxp://192.0.2[.]1:7547/", "192.0.2.1"),
        ("hxxps[:]//192.0.2.1/path/more", "192.0.2.1"),
        ("http://192.0.2.1", "192.0.2.1"),
        ("HTTP://192.0.2.1:80", "192.0.2.1"),
        ("hxxp://[2001:db8::1]:7547/", "2001:db8::1"),
        ("hxxp://[2001:db8::1]", "2001:db8::1"),
    ],
)
def test_a_web_address_stands_for_its_host(text: str, address: str, tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text(text)
    (entry,) = read_addresses(path).entries
    assert str(entry.network.first) == str(entry.network.last) == address


def test_an_as_number_stands_for_its_networks_where_they_are_told(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text("as64500 # one\nAS99999999999\n")
    networks = [parse_network("192.0.2.0/25"), parse_network("192.0.2.192/26")]
    found = read_addresses(path, lambda number: networks if number == 64500 else [])
    assert [(entry.line, entry.network) for entry in found.entries] == [
        (1, networks[0]),
        (1, networks[1]),
    ]
    assert found.problem_count == 1
    assert read_addresses(path).problems[0].what == "is an AS number, which only a scope may name"
