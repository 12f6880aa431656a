from collections import Counter

from hypothesis import given
from hypothesis import strategies as st
from tests.scan.test_order import _SEEDS, _TARGETS, order_of

from gatewatch.model.address import parse_address
from gatewatch.scan.order import Order
from gatewatch.scan.ranges import Targets
from gatewatch.scan.shard import Shard


@given(_TARGETS, _SEEDS, st.integers(1, 5))
def test_shards_are_disjoint_and_cover(targets: Targets, seed: int, count: int) -> None:
    order = Order(targets, seed)
    shards = [Shard(order, number, count) for number in range(count)]
    seen = [shard.index(turn) for shard in shards for turn in range(len(shard))]
    assert sorted(seen) == list(range(len(order)))


@given(_TARGETS, _SEEDS, st.integers(1, 4), st.integers(1, 4))
def test_parts_of_shards_are_disjoint_and_cover(
    targets: Targets, seed: int, count: int, parts: int
) -> None:
    order = Order(targets, seed)
    seen = [
        part.index(turn)
        for number in range(count)
        for half in range(parts)
        for part in [Shard(order, number, count).part(half, parts)]
        for turn in range(len(part))
    ]
    assert sorted(seen) == list(range(len(order)))


@given(_TARGETS, _SEEDS, st.integers(1, 4))
def test_turns_ascend_and_lead_back(targets: Targets, seed: int, count: int) -> None:
    order = Order(targets, seed)
    for number in range(count):
        shard = Shard(order, number, count)
        indices = [shard.index(turn) for turn in range(len(shard))]
        assert indices == sorted(indices)
        assert [shard.turn(shard.address(turn)) for turn in range(len(shard))] == list(
            range(len(shard))
        )


@given(_TARGETS, _SEEDS, st.integers(1, 4))
def test_a_network_belongs_to_one_shard(targets: Targets, seed: int, count: int) -> None:
    order = Order(targets, seed)
    owners: dict[tuple[bool, int], int] = {}
    for number in range(count):
        shard = Shard(order, number, count)
        for turn in range(len(shard)):
            address = shard.address(turn)
            bits = 8 if address.high is None else 80
            network = (address.high is None, address.number >> bits)
            assert owners.setdefault(network, number) == number


def test_more_shards_than_networks_leave_some_empty() -> None:
    order = order_of("10.0.0.0/24")
    assert [len(Shard(order, number, 3)) for number in range(3)] == [256, 0, 0]


def test_each_shard_touches_every_16() -> None:
    shard = Shard(order_of("10.0.0.0/12"), 1, 3)
    seen = Counter(shard.address(turn).number >> 16 for turn in range(1366))
    assert len(seen) == 16
    assert max(seen.values()) - min(seen.values()) <= 6


def test_an_address_of_another_shard_or_of_none_has_no_turn() -> None:
    order = order_of("10.0.0.0/22")
    (owner,) = [
        n for n in range(4) if Shard(order, n, 4).turn(parse_address("10.0.0.1")) is not None
    ]
    assert Shard(order, (owner + 1) % 4, 4).turn(parse_address("10.0.0.1")) is None
    assert Shard(order, owner, 4).turn(parse_address("10.9.0.1")) is None
