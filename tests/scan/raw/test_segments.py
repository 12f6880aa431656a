"""Packets built and packets read; checksums by the definition, not by our arithmetic."""

import socket
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewatch.scan.raw.cookie import Cookies, Ports
from gatewatch.scan.raw.segments import (
    ACK,
    PSH,
    RST,
    SYN,
    SYN_SIZE,
    Refusal,
    Segment,
    SynBatch,
    build_segment,
    read_packet,
)

SOURCE = socket.inet_aton("192.0.2.1")
TARGET = socket.inet_aton("198.51.100.7")
COOKIES = Cookies(Ports(61_000, 61_255), bytes(16))

addresses = st.binary(min_size=4, max_size=4)
numbers = st.integers(0, 2**32 - 1)
ports = st.integers(1, 65_535)


def folded(words: bytes) -> int:
    """RFC 1071: the ones' complement sum, carry by carry; 0xFFFF when the checksum is right."""
    words += b"\0" * (len(words) % 2)
    total = 0
    for (word,) in struct.iter_unpack("!H", words):
        total += word
        total = (total & 0xFFFF) + (total >> 16)
    return total


def checked(packet: bytes) -> bool:
    tcp = packet[20:]
    return folded(packet[12:20] + struct.pack("!HH", 6, len(tcp)) + tcp) == 0xFFFF


def syn(target: bytes) -> bytes:
    batch = SynBatch(SOURCE, 7547, COOKIES, 4)
    batch.fill([bytes(4), target])
    return bytes(batch.packets[1])


@given(addresses)
def test_a_syn_is_right_whomever_it_is_for(target: bytes) -> None:
    packet = syn(target)
    sequence, port = COOKIES.of(target)
    assert len(packet) == SYN_SIZE
    assert checked(packet)
    assert read_packet(packet) == Segment(SOURCE, port, 7547, sequence, 0, SYN, 64_240, b"")
    assert packet[16:20] == target


def test_a_syn_offers_what_a_kernel_offers() -> None:
    """Maximum segment size, window scale and SACK, in whole words."""
    options = syn(TARGET)[40:]
    assert options == bytes.fromhex("020405b4 01030308 01010402")
    assert len(options) % 4 == 0


@given(addresses, addresses, ports, ports, numbers, numbers, st.binary(max_size=200))
def test_what_is_built_is_read_again(
    source: bytes, target: bytes, port: int, other: int, sequence: int, next_one: int, data: bytes
) -> None:
    packet = build_segment(source, target, (port, other), (sequence, next_one), PSH | ACK, data)
    assert checked(packet)
    assert read_packet(packet) == Segment(
        source, port, other, sequence, next_one, PSH | ACK, 64_240, data
    )


def icmp(kind: int, quoted: bytes, code: int = 13) -> bytes:
    message = struct.pack("!BBHI", kind, code, 0, 0) + quoted
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(message), 1, 0, 64, 1, 0, TARGET, SOURCE)
    return head + message


@pytest.mark.parametrize("kind", [3, 11])
def test_an_icmp_error_tells_which_probe_it_is_about(kind: int) -> None:
    sequence, port = COOKIES.of(TARGET)
    assert read_packet(icmp(kind, syn(TARGET)[:28])) == Refusal(TARGET, port, sequence, kind, 13)


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        syn(TARGET)[:27],
        b"\x65" + syn(TARGET)[1:],
        b"\x44" + syn(TARGET)[1:],
        syn(TARGET)[:6] + b"\x20\x00" + syn(TARGET)[8:],
        syn(TARGET)[:6] + b"\x00\x10" + syn(TARGET)[8:],
        syn(TARGET)[:2] + b"\xff\xff" + syn(TARGET)[4:],
        syn(TARGET)[:2] + b"\x00\x18" + syn(TARGET)[4:],
        syn(TARGET)[:32] + b"\xf0" + syn(TARGET)[33:],
        syn(TARGET)[:32] + b"\x10" + syn(TARGET)[33:],
        syn(TARGET)[:9] + b"\x11" + syn(TARGET)[10:],
        icmp(8, syn(TARGET)[:28]),
        icmp(3, syn(TARGET)[:27]),
        icmp(3, b"\x4f" + syn(TARGET)[1:28]),
        icmp(3, syn(TARGET)[:9] + b"\x11" + syn(TARGET)[10:28]),
    ],
    ids=[
        "nothing", "cut", "IPv6", "header too short", "more fragments", "later fragment",
        "shorter than it says", "no room for TCP", "options beyond the end", "offset too small",
        "UDP", "echo", "cut quotation", "quotation with options beyond its end", "quoted UDP",
    ],
)  # fmt: skip
def test_what_is_no_answer_is_nothing(packet: bytes) -> None:
    assert read_packet(packet) is None


@given(st.binary(max_size=120))
def test_any_bytes_are_read_without_error(packet: bytes) -> None:
    found = read_packet(packet)
    assert found is None or isinstance(found, Segment | Refusal)


def test_options_of_a_peer_are_no_data() -> None:
    packet = bytearray(build_segment(TARGET, SOURCE, (7547, 61_000), (1, 2), RST | ACK, b"data"))
    packet[32] = 6 << 4
    found = read_packet(bytes(packet))
    assert isinstance(found, Segment)
    assert found.data == b""
