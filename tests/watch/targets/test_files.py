"""Targets that write a file: each reads its own back, and leaves what is not its own."""

from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewatch.model.errors import ActionRefused, InputUnreadable, OutputUnwritable
from gatewatch.model.moment import SECOND, parse_moment
from gatewatch.watch.accounts import Account
from gatewatch.watch.actions import carry_out, planned
from gatewatch.watch.entries import Entry, IPNetwork, Meaning, network_of
from gatewatch.watch.journal import Journal
from gatewatch.watch.list_files import FOLDER
from gatewatch.watch.target import Door, Place, Target
from gatewatch.watch.targets import targets

NOW = parse_moment("2026-11-24T10:00:00Z")
DAY = 86_400 * SECOND
FILES = {name: one for name, one in targets().items() if FOLDER in one.KEYS}
EACH = pytest.mark.parametrize("target", FILES.values(), ids=FILES)
HOMES = ("192.0.2.7/32", "198.51.100.8/30", "2001:db8:1::/64", "2001:db8:2:3::4/128")


def act(
    target: Target, folder: Path, *texts: str, meaning: Meaning = Meaning.STEP_UP, days: int = 7
) -> str:
    """What stands in the file afterwards."""
    entries = [Entry(network_of(text), NOW + days * DAY, "c-1") for text in texts]
    journal = Journal(folder / "actions")
    with target.opened(Account("x", {"folder": str(folder)}), meaning, Door()) as place:
        plan = planned(target, place, meaning, entries, journal, NOW)
        carry_out(plan, journal, NOW)
        return Path(place.name).read_text("ascii")


def held(target: Target, folder: Path, meaning: Meaning = Meaning.STEP_UP) -> frozenset[IPNetwork]:
    with target.opened(Account("x", {"folder": str(folder)}), meaning, Door()) as place:
        return place.held()


def test_the_issue_names_them_all() -> None:
    assert set(FILES) == {"nftables", "ipset", "pan-os", "fortigate", "cisco-asa", "cisco-fmc"}
    assert set(targets()) - set(FILES) == {"cloudflare", "aws-waf", "entra", "okta"}


@EACH
@pytest.mark.parametrize("meaning", Meaning)
def test_what_was_written_is_read_back(target: Target, tmp_path: Path, meaning: Meaning) -> None:
    act(target, tmp_path, *HOMES, meaning=meaning)
    assert held(target, tmp_path, meaning) == set(map(network_of, HOMES))
    other = next(one for one in Meaning if one is not meaning)
    assert held(target, tmp_path, other) == frozenset()


@EACH
def test_a_file_of_somebody_else_is_left_alone(target: Target, tmp_path: Path) -> None:
    act(target, tmp_path, "192.0.2.7")
    (path,) = tmp_path.glob("gatewatch-*")
    path.write_text("do not touch\n")
    with pytest.raises(InputUnreadable, match="it holds lines that we never wrote: move it away"):
        act(target, tmp_path, "192.0.2.8")
    assert path.read_text() == "do not touch\n"


@EACH
def test_a_folder_that_cannot_be_written_leaves_the_old_list(
    target: Target, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    account = Account("x", {"folder": str(tmp_path / "file")})
    entries, journal = [Entry(network_of("192.0.2.7"), NOW + DAY)], Journal(tmp_path / "actions")
    with target.opened(account, Meaning.STEP_UP, Door()) as place:
        plan = planned(target, _Unread(place), Meaning.STEP_UP, entries, journal, NOW)
        with pytest.raises(OutputUnwritable, match="the old list is as it was"):
            carry_out(plan, journal, NOW)


class _Unread:
    """A place of which nothing has been read."""

    def __init__(self, place: Place) -> None:
        self.name, self.steps = place.name, place.steps

    def held(self) -> frozenset[IPNetwork]:
        return frozenset()


@pytest.mark.parametrize("target", [one for name, one in FILES.items() if name != "cisco-fmc"])
def test_more_than_the_product_holds_is_refused(target: Target, tmp_path: Path) -> None:
    most = target.limit(Meaning.STEP_UP).entries
    entries = [Entry(IPv4Network((n << 1, 32)), NOW + DAY) for n in range(most + 1)]
    account = Account("x", {"folder": str(tmp_path)})
    with target.opened(account, Meaning.STEP_UP, Door()) as place:
        journal = Journal(tmp_path / "actions")
        with pytest.raises(ActionRefused, match="the list would hold"):
            planned(target, place, Meaning.STEP_UP, entries, journal, NOW)
    assert list(tmp_path.glob("gatewatch-*")) == []


@pytest.mark.parametrize("name", ["pan-os", "fortigate", "cisco-fmc"])
def test_a_feed_is_one_network_a_line_and_nothing_else(name: str, tmp_path: Path) -> None:
    assert act(FILES[name], tmp_path, *reversed(HOMES)) == (
        "192.0.2.7\n198.51.100.8/30\n2001:db8:1::/64\n2001:db8:2:3::4\n"
    )


def test_an_asa_is_told_what_goes_in_and_what_goes_out(tmp_path: Path) -> None:
    asa = FILES["cisco-asa"]
    act(asa, tmp_path, "203.0.113.9", days=1)
    later = NOW + 2 * DAY
    journal = Journal(tmp_path / "actions")
    with asa.opened(Account("x", {"folder": str(tmp_path)}), Meaning.STEP_UP, Door()) as place:
        entries = [Entry(network_of(one), later + DAY) for one in HOMES]
        carry_out(planned(asa, place, Meaning.STEP_UP, entries, journal, later), journal, later)
        assert Path(place.name).read_text() == (
            "object-group network gatewatch-step-up\n"
            " network-object host 192.0.2.7\n"
            " network-object 198.51.100.8 255.255.255.252\n"
            " network-object 2001:db8:1::/64\n"
            " network-object host 2001:db8:2:3::4\n"
            " no network-object host 203.0.113.9\n"
            "exit\n"
        )


def test_an_end_that_ipset_cannot_keep_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ActionRefused, match="ends after 24 days at most"):
        act(FILES["ipset"], tmp_path, "192.0.2.7", days=25)


def test_networks_within_each_other_are_refused_by_nftables(tmp_path: Path) -> None:
    with pytest.raises(ActionRefused, match=r"192\.0\.2\.6/32 lies within 192\.0\.2\.4/30"):
        act(FILES["nftables"], tmp_path, "192.0.2.6", "192.0.2.4/30")


@settings(max_examples=40)
@given(
    st.sets(st.integers(0, 2**32 - 1), max_size=20),
    st.sets(st.integers(0, 2**64 - 1), max_size=20),
    st.sampled_from(sorted(FILES)),
    st.text(max_size=60),
)
def test_whatever_is_on_the_list_and_whatever_the_reason_says_it_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, four: set[int], six: set[int], name: str, reason: str
) -> None:
    """Texts of devices and people do not reach the file at all."""
    folder = tmp_path_factory.mktemp("lists")
    networks: set[IPNetwork] = {IPv4Network((one, 32)) for one in four}
    networks |= {IPv6Network((one << 64, 64)) for one in six}
    target, journal = FILES[name], Journal(folder / "actions")
    entries = [Entry(one, NOW + DAY, "c-1", reason) for one in networks]
    with target.opened(Account("x", {"folder": str(folder)}), Meaning.BLOCK, Door()) as place:
        carry_out(planned(target, place, Meaning.BLOCK, entries, journal, NOW), journal, NOW)
        assert place.held() == networks
    assert [one.put for one in journal.records()] in ([()], [tuple(sorted(entries, key=_place))])


def _place(entry: Entry) -> tuple[int, int]:
    return (entry.network.version, int(entry.network.network_address))
