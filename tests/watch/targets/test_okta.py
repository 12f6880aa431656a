"""Okta's zones, as its interface is documented: tokens, pages, rates, whole zones."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.watch.service import Asked, Said, Service, service
from tests.watch.targets.lists import NOW, SECRET, Hand

from gatewatch.model.errors import ActionRefused, TargetFailed
from gatewatch.watch.entries import Meaning


class Okta:
    """Zones, two a page."""

    def __init__(self) -> None:
        self.url = ""
        self.zones: list[dict[str, Any]] = [{"id": f"nzo{n}", "name": f"z{n}"} for n in range(3)]
        self.busy = 0

    def answer(self, asked: Asked) -> Said:
        if asked.headers.get("authorization") != f"SSWS {SECRET}":
            return Said(401, {"errorCode": "E0000011", "errorSummary": "Invalid token provided"})
        if self.busy:
            self.busy -= 1
            return Said(429, {}, {"X-Rate-Limit-Reset": str(NOW // 1_000_000 + 30)})
        path, _, query = asked.path.partition("?")
        if asked.method == "GET":
            start = int(query.partition("after=")[2] or 0)
            more = f'<{self.url}/api/v1/zones?limit=2&after={start + 2}>; rel="next"'
            rest = start + 2 < len(self.zones)
            return Said(200, self.zones[start : start + 2], {"Link": more} if rest else {})
        assert asked.headers["content-type"] == "application/json"
        zone = dict(asked.body)
        if not zone["gateways"] and not zone["proxies"]:
            return Said(400, {"errorSummary": "Either gateways or proxies must be given"})
        if asked.method == "POST":
            self.zones.append({**zone, "id": "nzo9"})
            return Said(200, self.zones[-1])
        (place,) = [n for n, one in enumerate(self.zones) if path.endswith(f"/{one['id']}")]
        self.zones[place] = {**zone, "id": self.zones[place]["id"]}
        return Said(200, self.zones[place])

    def ours(self, name: str = "gatewatch-step-up") -> dict[str, Any]:
        (found,) = [one for one in self.zones if one["name"] == name]
        return found

    def values(self) -> list[str]:
        return [one["value"] for one in self.ours()["gateways"]]


@pytest.fixture
def okta() -> Okta:
    return Okta()


@pytest.fixture
def place(okta: Okta) -> Iterator[Service]:
    with service(okta.answer) as place:
        okta.url = place.url
        yield place


@pytest.fixture
def hand(place: Service, tmp_path: Path) -> Hand:
    return Hand("okta", tmp_path, {"url": place.url, "token": SECRET})


def test_a_zone_is_made_once_and_then_replaced_across_pages(okta: Okta, hand: Hand) -> None:
    hand.act("192.0.2.7")
    assert okta.ours() == {
        "id": "nzo9",
        "type": "IP",
        "name": "gatewatch-step-up",
        "status": "ACTIVE",
        "usage": "POLICY",
        "gateways": [{"type": "CIDR", "value": "192.0.2.7/32"}],
        "proxies": None,
    }
    hand.act("2001:db8:1::/64", at=NOW + 1)
    assert okta.values() == ["192.0.2.7/32", "2001:db8:1::/64"]
    assert len(okta.zones) == 4


def test_a_block_is_a_zone_of_its_own(okta: Okta, hand: Hand) -> None:
    hand.act("192.0.2.7", meaning=Meaning.BLOCK)
    assert okta.ours("gatewatch-block")["usage"] == "BLOCKLIST"


def test_a_dry_run_says_the_call_and_changes_nothing(
    okta: Okta, hand: Hand, place: Service
) -> None:
    said = hand.plan("192.0.2.7")
    assert said[-1] == "1. POST /api/v1/zones: a new POLICY zone, 1 new, 1 in all"
    assert {one.method for one in place.asked} == {"GET"}
    assert len(okta.zones) == 3


def test_what_others_put_into_the_zone_stays(okta: Okta, hand: Hand) -> None:
    hand.act("192.0.2.7")
    ours = okta.ours()
    ours["gateways"] += [{"type": "RANGE", "value": "203.0.113.1-203.0.113.5"}]
    ours["gateways"] += [{"type": "CIDR", "value": "203.0.113.64/27"}]
    ours["proxies"] = [{"type": "CIDR", "value": "203.0.113.9/32"}]
    hand.act("192.0.2.8", at=NOW + 1)
    assert okta.values() == [
        *("203.0.113.1-203.0.113.5", "192.0.2.7/32", "192.0.2.8/32", "203.0.113.64/27"),
    ]
    assert okta.ours()["proxies"] == [{"type": "CIDR", "value": "203.0.113.9/32"}]


def test_undo_leaves_a_zone_that_holds_nobody(okta: Okta, hand: Hand) -> None:
    record = hand.act("192.0.2.7")
    hand.undo(record)
    assert okta.values() == ["192.0.0.8/32"]
    hand.act("192.0.2.8", at=NOW + 2)
    assert okta.values() == ["192.0.2.8/32"]


def test_its_rate_is_kept(okta: Okta, hand: Hand) -> None:
    okta.busy = 1
    hand.act("192.0.2.7")
    assert hand.waits == [30.0]


@pytest.mark.parametrize(("meaning", "most"), [(Meaning.STEP_UP, 150), (Meaning.BLOCK, 1_000)])
def test_its_limits_are_refused(okta: Okta, hand: Hand, meaning: Meaning, most: int) -> None:
    homes = [f"203.0.{n >> 8}.{n & 255}" for n in range(most + 1)]
    with pytest.raises(ActionRefused, match=f"Okta takes {most:,} entries"):
        hand.act(*homes, meaning=meaning)
    okta.zones = [{"id": f"nzo{n}", "name": f"z{n}"} for n in range(100)]
    with pytest.raises(ActionRefused, match="Okta takes 100 zones, and there are 100"):
        hand.act("192.0.2.7")
    assert len(okta.zones) == 100


def test_a_zone_of_that_name_with_another_usage_is_left_alone(okta: Okta, hand: Hand) -> None:
    okta.zones.append({"id": "n", "name": "gatewatch-block", "usage": "POLICY", "gateways": []})
    with pytest.raises(ActionRefused, match="its usage is POLICY, not BLOCKLIST"):
        hand.act("192.0.2.7", meaning=Meaning.BLOCK)


def test_wrong_credentials_are_one_line_without_them(place: Service, tmp_path: Path) -> None:
    hand = Hand("okta", tmp_path, {"url": place.url, "token": "wrong"})
    with pytest.raises(TargetFailed, match="answers 401, Invalid token provided: see the key"):
        hand.act("192.0.2.7")
    assert not hand.journal.folder.exists()
