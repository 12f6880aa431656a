from hypothesis import given
from hypothesis import strategies as st

from gatewatch.model.address import Network, address_of, parse_network
from gatewatch.query.networks import NetworkSet
from gatewatch.store.schema import connect

SPANS = st.lists(
    st.tuples(st.integers(0, 600), st.integers(0, 40)).map(lambda one: (one[0], sum(one))),
    min_size=1,
    max_size=40,
)


def test_networks_that_overlap_or_touch_are_one_range() -> None:
    texts = ("192.0.2.128/25", "192.0.2.0/25", "192.0.2.7", "2001:db8::/32", "198.51.100.1")
    found = [str(one.first) for one in NetworkSet(map(parse_network, texts))]
    assert found == ["192.0.2.0", "198.51.100.1", "2001:db8::"]


def test_no_network_holds_nothing() -> None:
    assert NetworkSet([]).within("ip").text == "false"


@given(SPANS)
def test_the_look_up_finds_exactly_what_is_in_some_network(spans: list[tuple[int, int]]) -> None:
    networks = [Network(address_of(first, 4), address_of(last, 4)) for first, last in spans]
    condition = NetworkSet(networks).within("ip")
    con = connect(threads=1)
    sql = "SELECT i FROM (SELECT i, i AS ip, NULL::BIGINT AS ip_high FROM range(700) t(i)) WHERE "
    found = con.execute(f"{sql}{condition.text} ORDER BY i", condition.values).fetchall()
    inside = {number for first, last in spans for number in range(first, last + 1)}
    assert [one for (one,) in found] == sorted(inside)
