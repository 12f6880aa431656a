"""Sequence numbers and ports that prove themselves."""

from collections import Counter

from gatewatch.scan.raw.cookie import KEY_SIZE, Cookies, Ports

PORTS = Ports(61_000, 61_255)
KEY = bytes(range(KEY_SIZE))
TARGETS = [bytes((198, 18, high, low)) for high in range(16) for low in range(256)]


def test_many_at_once_are_the_same_as_one_by_one() -> None:
    cookies = Cookies(PORTS, KEY)
    sequences, ports = cookies.of_all(TARGETS)
    assert [*zip(sequences.tolist(), ports.tolist(), strict=True)] == [*map(cookies.of, TARGETS)]


def test_another_key_gives_other_numbers() -> None:
    assert Cookies(PORTS).of(TARGETS[0]) != Cookies(PORTS).of(TARGETS[0])


def test_every_port_is_used_and_none_other() -> None:
    _, ports = Cookies(PORTS, KEY).of_all(TARGETS)
    used = Counter(ports.tolist())
    assert set(used) == set(range(PORTS.first, PORTS.last + 1))
    assert max(used.values()) < 4 * len(TARGETS) // PORTS.size
