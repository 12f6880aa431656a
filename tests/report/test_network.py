"""A network's view is what queries for the network count, snapshot by snapshot."""

import pytest
from tests.query.made_up import MadeUp
from tests.report.test_trend import count

from gatewatch.model.errors import BadArguments
from gatewatch.query.printing import printed
from gatewatch.report.counting import Unit
from gatewatch.report.network import NetworkView, network_node, network_view


def view_of(known: MadeUp, text: str) -> NetworkView:
    infos = known.lake.snapshots
    con, newest = known.reading([info.id for info in infos]), known.reading([infos[-1].id])
    return network_view(con, newest, infos, network_node(text))


@pytest.mark.parametrize("text", ["AS64496", "192.0.2.0/25", "2001:db8::/32", "203.0.113.7"])
def test_each_snapshot_counts_what_its_query_finds(known: MadeUp, text: str) -> None:
    found = view_of(known, text)
    bad = "(verdict=vulnerable or verdict=likely)"
    for moment in found.moments:
        assert moment.services == count(known, moment.query, Unit.SERVICES)
        assert moment.hosts == count(known, moment.query, Unit.HOSTS)
        assert moment.vulnerable == count(known, f"{moment.query} {bad}", Unit.SERVICES)
        assert 0 <= moment.silent <= 1


def test_known_addresses_grow_and_the_silent_are_the_rest(known: MadeUp) -> None:
    first, second = view_of(known, "192.0.2.0/24").moments
    seen = [
        {one.ip for one in known.services
         if one.ip.high is None and one.values["snapshot"] == moment.info.id}
        for moment in (first, second)
    ]  # fmt: skip
    assert (first.known, second.known) == (len(seen[0]), len(seen[0] | seen[1]))
    assert first.silent == 0
    assert second.silent == pytest.approx(len(seen[0] - seen[1]) / second.known)


def test_the_newest_snapshot_is_what_models_and_findings_are_of(known: MadeUp) -> None:
    found = view_of(known, "AS64496")
    assert found.models.snapshots == found.findings.snapshots == known.lake.snapshots[-1:]
    assert found.models.total == found.moments[-1].services


def test_how_long_the_vulnerable_stay_needs_two_snapshots(known: MadeUp) -> None:
    found = view_of(known, "AS64496")
    assert found.lag
    assert found.lag_elsewhere
    newest = known.lake.snapshots[-1:]
    con = known.reading([newest[0].id])
    assert network_view(con, con, newest, network_node("AS64496")).lag is None


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("AS64500", "asn=64500"),
        ("as64500", "asn=64500"),
        ("64500", "asn=64500"),
        ("192.0.2.77/24", "ip:192.0.2.0/24"),
        ("2001:db8::/32", "ip:2001:db8::/32"),
    ],
)
def test_networks_are_named_as_people_name_them(text: str, query: str) -> None:
    assert printed(network_node(text)) == query


@pytest.mark.parametrize("text", ["", "telecom", "ASx", "192.0.2.0/33", "99999999999"])
def test_what_is_no_network_is_refused(text: str) -> None:
    with pytest.raises(BadArguments, match=r"is no network .* write AS64500"):
        network_node(text)
