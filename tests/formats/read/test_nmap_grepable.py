"""Nmap's grepable output: open ports and what they were taken for."""

from collections.abc import Callable

import pytest

from gatewatch.formats.read import Record, readers
from gatewatch.model.errors import TimeMissing
from gatewatch.model.observation import Observation, Outcome, Rejected, Spoke, Unanswered

Read = Callable[..., list[Record]]

WHEN = 1_795_508_401_000_000


def test_every_open_tcp_port_is_one_observation(read: Read) -> None:
    records = read("nmap-grepable", "nmap-grepable.gnmap", seen_at=WHEN)
    found = {str(r.ip): r.answer for r in records if isinstance(r, Observation)}
    assert {ip: (answer.spoke, answer.head) for ip, answer in found.items()} == {
        "192.0.2.20": (Spoke.HTTP, b"Server: gSOAP/2.7\r\n\r\n"),
        "192.0.2.21": (Spoke.SYN_ACK, b""),
        "192.0.2.22": (Spoke.HTTP, b"Server: RomPager/4.07 UPnP/1.0\r\n\r\n"),
        "192.0.2.23": (Spoke.OTHER, b""),
        "192.0.2.24": (Spoke.CONNECTED, b""),
        "2001:db8::27": (Spoke.HTTP, b""),
    }
    assert [record for record in records if not isinstance(record, Observation)] == [
        Unanswered(Outcome.CONNECTION_REFUSED),
        Unanswered(Outcome.CONNECTION_TIMEOUT),
    ]


def test_the_time_has_to_be_given(read: Read) -> None:
    """The header's is local to the scanner and says no zone."""
    with pytest.raises(TimeMissing):
        read("nmap-grepable", "nmap-grepable.gnmap")


def test_a_line_of_something_else_is_rejected(read: Read) -> None:
    records = read("nmap-grepable", b"Host: 192.0.2.300 ()\tStatus: Up\nQUITTING!\n", seen_at=WHEN)
    assert [(r.where, r.reason) for r in records if isinstance(r, Rejected)] == [
        ("line 1", 'address "192.0.2.300": not an IP address'),
        ("line 2", "no line of a host"),
    ]


def test_the_output_for_people_is_not_claimed() -> None:
    sniff = readers()["nmap-grepable"].sniff
    people = b"# Nmap 7.93 scan initiated Tue Nov 24 08:20:01 2026 as: nmap -oN f 192.0.2.1\n"
    assert sniff(people + b"Host: 192.0.2.1 ()\tStatus: Up\n")
    assert not sniff(people + b"Nmap scan report for 192.0.2.1\n")
    assert not sniff(b"# Masscan 1.3.2 scan initiated\nHost: 192.0.2.1 ()\tPort: 7547\n")
