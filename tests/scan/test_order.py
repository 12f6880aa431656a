from collections import Counter, defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewatch.model.address import Address, Network, address_of, parse_address, parse_network
from gatewatch.scan.order import Order
from gatewatch.scan.ranges import Targets

_V4 = st.tuples(st.integers(0, 4000), st.integers(0, 700)).map(
    lambda pair: Network(address_of(pair[0], 4), address_of(sum(pair), 4))
)
_V6 = st.tuples(st.integers(0, 3), st.integers(0, 50), st.integers(0, 60)).map(
    lambda part: Network(
        address_of((part[0] << 80) + part[1], 6), address_of((part[0] << 80) + part[1] + part[2], 6)
    )
)
_TARGETS = st.lists(st.one_of(_V4, _V6), min_size=1, max_size=8).map(Targets.of)
_SEEDS = st.integers(0, 2**64 - 1)


def order_of(*networks: str, seed: int = 1) -> Order:
    return Order(Targets.of(parse_network(text) for text in networks), seed)


@given(_TARGETS, _SEEDS)
def test_it_is_a_permutation_and_its_own_inverse(targets: Targets, seed: int) -> None:
    order = Order(targets, seed)
    seen = [order.address(index) for index in range(len(order))]
    assert len(set(seen)) == len(seen) == targets.size
    asked = Targets.of(Network(address, address) for address in seen)
    assert asked.without(targets).size == 0
    assert [order.index(address) for address in seen] == list(range(len(order)))


@given(_TARGETS, _SEEDS)
def test_no_network_is_asked_again_before_all_others_that_are_left(
    targets: Targets, seed: int
) -> None:
    order = Order(targets, seed)
    last: dict[tuple[bool, int], int] = {}
    for index in range(len(order)):
        address = order.address(index)
        network = (address.high is None, address.number >> (8 if address.high is None else 80))
        if network in last:
            assert index - last[network] == order.segment(last[network]).stride
        last[network] = index


@given(_TARGETS, _SEEDS)
def test_segments_cover_the_order(targets: Targets, seed: int) -> None:
    order = Order(targets, seed)
    ends = [0, *(segment.end for segment in order.segments)]
    assert [segment.first for segment in order.segments] == ends[:-1]
    assert ends[-1] == len(order)
    strides = [segment.stride for segment in order.segments]
    assert strides == sorted(strides, reverse=True)


def test_an_address_outside_has_no_index() -> None:
    order = order_of("192.0.2.0/25", "2001:db8::1")
    assert order.index(parse_address("192.0.2.128")) is None
    assert order.index(parse_address("2001:db8::2")) is None


def test_seeds_give_different_orders_of_the_same_set() -> None:
    one, two = order_of("10.0.0.0/22", seed=1), order_of("10.0.0.0/22", seed=2)
    first, second = ([order.address(at) for at in range(1024)] for order in (one, two))
    assert first != second
    assert set(first) == set(second)


def test_the_order_of_a_seed_never_changes() -> None:
    """A plan that is resumed, or a shard on another machine, relies on it."""
    order = order_of("10.0.0.0/15", "10.7.0.1-10.7.1.20", "2001:db8::7", seed=20190129)
    assert [str(order.address(index)) for index in (0, 1, 1000, 100_000, 131_300)] == [
        "10.1.169.173",
        "10.0.230.11",
        "10.0.58.218",
        "10.0.81.124",
        "10.0.252.127",
    ]


def test_every_16_gets_an_even_share_of_any_second() -> None:
    """Four /16s among others: of 1,024 probes in a row each gets its 64 within two."""
    order = order_of("10.0.0.0/12")
    for start in (0, 5000, 400_000):
        share: Counter[int] = Counter()
        for index in range(start, start + 1024):
            share[order.address(index).number >> 16] += 1
        assert len(share) == 16
        assert max(share.values()) - min(share.values()) <= 4


def test_the_first_rounds_are_a_stratified_sample() -> None:
    """The first three rounds hold three addresses of every /24."""
    order = order_of("10.0.0.0/16")
    per_network: dict[int, set[int]] = defaultdict(set)
    for index in range(3 * 256):
        number = order.address(index).number
        per_network[number >> 8].add(number)
    assert len(per_network) == 256
    assert {len(found) for found in per_network.values()} == {3}


def test_hosts_of_a_network_come_in_no_common_order() -> None:
    order = order_of("10.0.0.0/20")
    first_round = [order.address(index).number & 255 for index in range(16)]
    assert len(set(first_round)) > 8


@pytest.mark.parametrize("index", [0, 1, 2**31, 2**32 - 1])
def test_all_of_ipv4_costs_no_more_than_a_24(index: int) -> None:
    order = order_of("0.0.0.0/0")
    assert len(order.segments) == 1
    assert order.index(order.address(index)) == index


@given(_TARGETS, _SEEDS, st.floats(0.001, 1))
def test_a_sample_takes_its_share_of_every_network(
    targets: Targets, seed: int, share: float
) -> None:
    whole, order = Order(targets, seed), Order(targets, seed, share)
    seen = [order.address(index) for index in range(len(order))]
    assert len(set(seen)) == len(seen)
    assert [order.index(address) for address in seen] == list(range(len(order)))
    taken = Counter(network(address) for address in seen)
    for name, size in Counter(network(whole.address(index)) for index in range(len(whole))).items():
        assert int(size * share) <= taken[name] <= int(size * share) + 1


@given(_TARGETS, _SEEDS)
def test_a_sample_of_all_is_the_whole_order(targets: Targets, seed: int) -> None:
    whole, order = Order(targets, seed), Order(targets, seed, 1.0)
    assert [order.address(at) for at in range(len(order))] == [
        whole.address(at) for at in range(len(whole))
    ]


def test_each_address_has_the_same_chance_to_be_in_a_sample() -> None:
    """Over many seeds: single addresses, a small block, a /24, at one fifth."""
    seen: Counter[str] = Counter()
    for seed in range(400):
        order = order_of("10.0.1.1", "10.0.2.1", "10.0.3.0/30", "10.0.4.0/24", seed=seed * 7919)
        sample = Order(order._targets, seed * 7919, 0.2)
        seen.update(str(sample.address(index)) for index in range(len(sample)))
    for address in ("10.0.1.1", "10.0.2.1", "10.0.3.0", "10.0.3.3", "10.0.4.0", "10.0.4.200"):
        assert 40 < seen[address] < 130, address


def test_what_is_not_in_the_sample_has_no_index() -> None:
    order = Order(order_of("10.0.0.0/16")._targets, 1, 0.01)
    found = [order.index(parse_address(f"10.0.{net}.7")) for net in range(256)]
    assert 0 < len([index for index in found if index is None]) < 257


def network(address: Address) -> tuple[bool, int]:
    return address.high is None, address.number >> (8 if address.high is None else 80)
