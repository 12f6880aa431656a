from pathlib import Path

import pytest

from gatewatch.model.address import parse_address
from gatewatch.model.errors import BadScope, PoliteRefusal
from gatewatch.scan.scope import read_scope


@pytest.fixture
def scope(tmp_path: Path) -> Path:
    return tmp_path / "scope.txt"


def test_a_scope_is_the_union_of_its_lines(scope: Path) -> None:
    scope.write_text("8.8.8.0/25\n8.8.8.64/26  # twice\n9.9.9.9\n2a00::5\n", encoding="utf-8")
    targets = read_scope(scope)
    assert targets.size == 128 + 1 + 1
    assert (targets.v4.size, targets.v6.size) == (129, 1)
    assert targets.v6.at(0) == parse_address("2a00::5").number


def test_one_bad_line_is_named_with_its_mend(scope: Path) -> None:
    scope.write_text("8.8.8.8\n198.51.100.0/33\n", encoding="utf-8")
    with pytest.raises(BadScope) as failure:
        read_scope(scope)
    assert str(failure.value) == (
        f'{scope}:2: "198.51.100.0/33" is not a network: the prefix length of IPv4 is 0 to 32: '
        "mend this line"
    )


def test_all_bad_lines_are_in_one_error(scope: Path) -> None:
    scope.write_text("x\n8.8.8.8\n2a00::/64\n2a00::1-2a00::2:1\n", encoding="utf-8")
    with pytest.raises(BadScope) as failure:
        read_scope(scope)
    message = str(failure.value)
    assert message.startswith(f'{scope}:1: "x" cannot be read, not an IP address: ')
    assert 'mend it, and 2 more: line 3 ("2a00::/64" holds more than 65,536 IPv6 addr' in message
    assert 'line 4 ("2a00::1-2a00::2:1" holds' not in message.split("line 3")[0]


def test_a_112_of_ipv6_is_the_widest(scope: Path) -> None:
    scope.write_text("2a00::/112\n", encoding="utf-8")
    assert read_scope(scope).size == 65_536


def test_an_empty_scope_is_an_error(scope: Path) -> None:
    scope.write_text("# nothing yet\n", encoding="utf-8")
    with pytest.raises(BadScope, match="names no address: write one address or CIDR a line"):
        read_scope(scope)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("127.0.0.1", "127.0.0.0/8, loopback (RFC 1122)"),
        ("10.0.0.0/8", "10.0.0.0/8, private use (RFC 1918)"),
        ("192.0.2.0/25", "192.0.2.0/24, documentation (RFC 5737)"),
        ("224.0.0.1", "224.0.0.0/4, multicast (RFC 5771)"),
        ("::1", "::1/128, loopback (RFC 4291)"),
        ("2002:c000:201::1", "2002::/16, 6to4 (RFC 3056)"),
        ("64:ff9b::808:808", "64:ff9b::/96, IPv4-IPv6 translation (RFC 6052)"),
    ],
)
def test_special_purpose_lines_are_refused(line: str, why: str, scope: Path) -> None:
    scope.write_text(f"8.8.8.8\n{line}\n", encoding="utf-8")
    with pytest.raises(PoliteRefusal) as failure:
        read_scope(scope)
    assert str(failure.value) == (
        f'{scope}:2: "{line}" lies in {why}: add --lab if it is your own lab'
    )


@pytest.mark.parametrize(
    "line",
    [
        "127.0.0.1",
        "10.1.0.0/16",
        "172.16.0.1",
        "192.168.1.0/24",
        "198.18.0.0/15",
        "::1",
        "fd00::1",
    ],
)
def test_a_lab_may_use_lab_space(line: str, scope: Path) -> None:
    scope.write_text(line, encoding="utf-8")
    assert read_scope(scope, lab=True).size >= 1


@pytest.mark.parametrize(
    "line", ["8.8.8.8", "0.0.0.0/0", "10.0.0.0/7", "100.64.0.1", "192.0.2.1", "2a00::1", "fe80::1"]
)
def test_a_lab_is_no_way_to_the_internet(line: str, scope: Path) -> None:
    scope.write_text(f"127.0.0.1\n{line}\n", encoding="utf-8")
    with pytest.raises(PoliteRefusal) as failure:
        read_scope(scope, lab=True)
    assert str(failure.value) == (
        f'{scope}:2: "{line}" is no lab space (loopback, private use, benchmarking, unique local): '
        "scan the Internet without --lab"
    )


def test_every_refused_line_is_counted(scope: Path) -> None:
    scope.write_text("10.0.0.1\n10.0.0.2\n10.0.0.3\n", encoding="utf-8")
    with pytest.raises(PoliteRefusal, match="; 2 more lines: add --lab"):
        read_scope(scope)
