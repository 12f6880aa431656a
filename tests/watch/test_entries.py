"""Who may be put on a list, and who never."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewatch.model.errors import ActionRefused, InputUnreadable
from gatewatch.model.moment import parse_moment
from gatewatch.watch.entries import (
    Confidence,
    Entry,
    Meaning,
    Own,
    network_of,
    read_entries,
    read_own,
    require_some,
    spared,
)

END = parse_moment("2026-12-01T00:00:00Z")


def read(*lines: str) -> list[Entry]:
    return read_entries(lines, "list", END)


def test_lines_are_addresses_networks_or_what_cases_are_written_as() -> None:
    case = {"ip": "198.51.100.7", "case": "c-12", "confidence": "high", "reason": "gSOAP 2.7"}
    found = read("# ours", "", "192.0.2.7", "2001:db8:1::/64 # a home", json.dumps(case))
    assert [str(one.network) for one in found] == [
        *("192.0.2.7/32", "2001:db8:1::/64", "198.51.100.7/32"),
    ]
    assert found[2].case == "c-12"
    assert found[2].confidence is Confidence.HIGH
    assert {one.until for one in found} == {END}


def test_an_end_of_its_own_is_kept_when_it_is_earlier_and_never_when_it_is_later() -> None:
    early, late = "2026-11-30T00:00:00Z", "2027-11-30T00:00:00Z"
    lines = [
        json.dumps({"ip": f"192.0.2.{n}", "until": end}) for n, end in enumerate((early, late))
    ]
    assert [one.until for one in read(*lines)] == [parse_moment(early), END]


def test_of_a_network_given_twice_the_later_end_counts() -> None:
    line = json.dumps({"ip": "192.0.2.7", "until": "2026-11-30T00:00:00Z"})
    assert [one.until for one in read(line, "192.0.2.7")] == [END]


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("nonsense", "not an IP address"),
        ("192.0.2.0/33", "the prefix length of IPv4 is 0 to 32"),
        ("192.0.2.1-192.0.2.2", "a range is no CIDR block"),
        ("{}", "names no address"),
        ('{"ip": "192.0.2.7", "case": "a b\\n"}', "the case is no number or short word"),
        ('{"ip": "192.0.2.7", "confidence": "sure"}', "is not a valid Confidence"),
        ("{" * 2000, "Expecting property name"),
        ("9" * 200_000, "is too long"),
    ],
)
def test_a_line_that_is_none_is_named(line: str, what: str) -> None:
    with pytest.raises(InputUnreadable, match=r"^list:2: cannot be read, ") as raised:
        read("192.0.2.7", line)
    assert what in str(raised.value)


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        (Entry(network_of("192.0.2.7"), END), "192.0.2.7/32 is our own (egress of the VPN)"),
        (Entry(network_of("2001:db8:ff::/64"), END), "is our own (office)"),
        (Entry(network_of("100.64.1.1"), END), "shared address space"),
        (Entry(network_of("10.1.2.3"), END), "private use"),
        (Entry(network_of("127.0.0.1"), END), "loopback"),
        (Entry(network_of("198.51.100.0/24"), END), "wider than one home"),
        (Entry(network_of("3fff:1::/40"), END), "wider than one home"),
        (Entry(network_of("198.51.100.7"), END, shared="mobile"), "shared with strangers (mobile)"),
    ],
)
def test_nothing_is_done_to_those_who_are_not_one_home_of_somebody_else(
    entry: Entry, why: str
) -> None:
    own = read_own(["192.0.2.0/28 egress of the VPN", "# x", "2001:db8:ff::/48 office"], "own")
    kept, left = spared([entry], own, Meaning.STEP_UP)
    assert kept == []
    assert why in left[0].why


def test_shared_is_read_from_a_word_a_list_or_a_flag() -> None:
    for value, word in (("mobile", "mobile"), (["cgnat"], "cgnat"), (True, "shared"), ("", "")):
        assert read(json.dumps({"ip": "192.0.2.7", "shared": value}))[0].shared == word


def test_a_block_wants_more_confidence_than_a_second_factor() -> None:
    entry = Entry(network_of("198.51.100.7"), END, confidence=Confidence.LOW)
    assert spared([entry], [], Meaning.STEP_UP) == ([entry], [])
    assert spared([entry], [], Meaning.BLOCK)[0] == []


def test_an_empty_list_is_refused_with_the_first_reason() -> None:
    entry = Entry(network_of("10.0.0.1"), END)
    kept, left = spared([entry], [], Meaning.STEP_UP)
    with pytest.raises(ActionRefused, match=r"10\.0\.0\.1/32 is private use"):
        require_some(kept, left)
    with pytest.raises(ActionRefused, match="there is nobody on the list"):
        require_some([], [])


def test_a_wrong_line_of_own_networks_is_named() -> None:
    with pytest.raises(InputUnreadable, match="own:1"):
        read_own(["office"], "own")


@given(st.integers(0, 2**32 - 1), st.integers(0, 32), st.integers(0, 2**32 - 1))
def test_no_kept_entry_ever_touches_an_own_network(ours: int, length: int, other: int) -> None:
    own = Own(
        network_of(f"{ours >> 24}.{ours >> 16 & 255}.{ours >> 8 & 255}.{ours & 255}/{length}"), "x"
    )
    entry = Entry(
        network_of(f"{other >> 24}.{other >> 16 & 255}.{other >> 8 & 255}.{other & 255}"), END
    )
    kept, _ = spared([entry], [own], Meaning.STEP_UP)
    assert all(not one.network.overlaps(own.network) for one in kept)


@given(st.text())
def test_any_text_is_an_entry_or_one_line(text: str) -> None:
    try:
        read(text)
        said = ""
    except InputUnreadable as error:
        said = str(error)
    assert said.isprintable()
