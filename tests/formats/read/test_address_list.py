"""Plain lists of addresses."""

from collections.abc import Callable

import pytest

from gatewatch.formats.read import Record, readers
from gatewatch.model.errors import PortMissing, TimeMissing
from gatewatch.model.observation import Observation, Rejected, Spoke

Read = Callable[..., list[Record]]

WHEN = 1_795_508_401_000_000


def test_every_spelling_is_read(read: Read) -> None:
    records = read("address-list", "address-list.txt", port=7547, seen_at=WHEN)
    assert [(str(o.ip), o.port) for o in records if isinstance(o, Observation)] == [
        ("192.0.2.50", 7547),
        ("192.0.2.51", 30005),
        ("192.0.2.52", 7547),
        ("2001:db8::53", 7547),
        ("2001:db8::54", 7547),
        ("192.0.2.55", 7547),
        ("192.0.2.56", 5555),
        ("192.0.2.57", 7547),
    ]
    assert len(records) == 8
    assert {o.answer.spoke for o in records if isinstance(o, Observation)} == {Spoke.SYN_ACK}


def test_port_and_time_have_to_be_given(read: Read) -> None:
    with pytest.raises(PortMissing):
        read("address-list", b"192.0.2.1\n", seen_at=WHEN)
    with pytest.raises(TimeMissing):
        read("address-list", b"192.0.2.1:7547\n")


NETWORK = "a network is what to scan, not what a scan found: list addresses"


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"192.0.2.0/24", NETWORK),
        (b"2001:db8::/32", NETWORK),
        (b"192.0.2.1-192.0.2.9", NETWORK),
        (b"192.0.2.1:0", "ports are 1 to 65535"),
        (b"192.0.2.1:70000", "ports are 1 to 65535"),
        (b"192.0.2.256", "not an IP address"),
        (b"010.0.2.1", "leading zeros are read as octal by some programs; write them out"),
        (b"fe80::1%eth0", "zone ids such as %eth0 name an interface, not a host on the Internet"),
        (b"router.example.net", "not an IP address"),
        (b"192.0.2.1 7547 open", "not an address"),
        (b"\x1b[31m", "not an IP address"),
        (b"x" * 300, "not an address"),
    ],
)
def test_what_is_no_address_is_rejected_with_its_reason(
    line: bytes, problem: str, read: Read
) -> None:
    (record,) = read("address-list", line, port=7547, seen_at=WHEN)
    assert isinstance(record, Rejected)
    assert record.where == "line 1"
    assert record.reason.endswith(f'": {problem}')
    assert "\x1b" not in record.reason


@pytest.mark.parametrize(
    ("head", "claimed"),
    [
        (b"192.0.2.1\n", True),
        (b"# list\r\n\r\n[2001:db8::1]:7547\r\n", True),
        (b"192.0.2.0/24\n", True),
        (b"# only a comment\n", False),
        (b"saddr\n192.0.2.1\n", False),
        (b"7547\n", False),
        (b"host,ip,port\n", False),
        (b"", False),
    ],
)
def test_the_first_line_decides(head: bytes, claimed: bool) -> None:
    assert readers()["address-list"].sniff(head) is claimed
