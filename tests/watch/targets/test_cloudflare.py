"""Cloudflare's lists and rules, as documented: cursors, changes in the background."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.watch.service import Asked, Said, Service, service
from tests.watch.targets.lists import NOW, SECRET, Hand

from gatewatch.model.errors import ActionHalfDone, ActionRefused, TargetFailed
from gatewatch.watch.entries import Meaning

LISTS = "/accounts/acc1/rules/lists"
ENTRY = "/zones/zone1/rulesets/phases/http_request_firewall_custom/entrypoint"


class Cloudflare:
    """One account with lists, one zone with rules; a change takes two looks until it is done."""

    def __init__(self) -> None:
        self.lists: dict[str, str] = {}
        self.items: list[dict[str, str]] = []
        self.rules: list[dict[str, Any]] | None = None
        self.looks = 0
        self.fails_after = 99
        self.number = 0

    def answer(self, asked: Asked) -> Said:
        if asked.headers.get("authorization") != f"Bearer {SECRET}":
            return Said(403, {"success": False, "errors": [{"code": 9109, "message": "Bad token"}]})
        path, _, query = asked.path.partition("?")
        if path == LISTS:
            return self._lists(asked)
        if path.startswith(f"{LISTS}/bulk_operations/"):
            return self._operation()
        if path == f"{LISTS}/L1/items":
            return self._items(asked, query)
        return self._rules(asked, path)

    def _lists(self, asked: Asked) -> Said:
        if asked.method == "POST":
            assert asked.body["kind"] == "ip"
            self.lists[asked.body["name"]] = "L1"
            return Said(200, {"success": True, "result": {"id": "L1"}})
        found = [{"id": value, "name": name} for name, value in self.lists.items()]
        return Said(200, {"success": True, "result": found})

    def _items(self, asked: Asked, query: str) -> Said:
        if asked.method == "GET":
            start = int(query.partition("cursor=")[2] or 0)
            more = {"cursors": {"after": str(start + 2)}} if start + 2 < len(self.items) else {}
            result = self.items[start : start + 2]
            return Said(200, {"success": True, "result": result, "result_info": more})
        if self.looks:
            error = {"code": 10026, "message": "operation pending"}
            return Said(429, {"success": False, "errors": [error]})
        self.looks = 2
        if not self.fails_after:
            return Said(200, {"success": True, "result": {"operation_id": "op"}})
        if asked.method == "POST":
            for item in asked.body:
                self.number += 1
                self.items.append({**item, "id": f"i{self.number}"})
        else:
            gone = {one["id"] for one in asked.body["items"]}
            self.items = [one for one in self.items if one["id"] not in gone]
        return Said(200, {"success": True, "result": {"operation_id": "op"}})

    def _operation(self) -> Said:
        self.looks -= 1
        if self.looks:
            return Said(200, {"success": True, "result": {"id": "op", "status": "running"}})
        if not self.fails_after:
            failed = {"id": "op", "status": "failed", "error": "list is too large"}
            return Said(200, {"success": True, "result": failed})
        self.fails_after -= 1
        return Said(200, {"success": True, "result": {"id": "op", "status": "completed"}})

    def _rules(self, asked: Asked, path: str) -> Said:
        if path == ENTRY and asked.method == "GET":
            if self.rules is None:
                return Said(404, {"success": False, "errors": [{"message": "not found"}]})
            return Said(200, {"success": True, "result": {"id": "RS", "rules": self.rules}})
        if path == ENTRY and asked.method == "PUT":
            self.rules = asked.body["rules"]
            return Said(200, {"success": True, "result": {"id": "RS"}})
        assert (asked.method, path) == ("POST", "/zones/zone1/rulesets/RS/rules")
        assert self.rules is not None
        self.rules.append(asked.body)
        return Said(200, {"success": True, "result": {"id": "RS"}})

    def shows(self) -> dict[str, str]:
        return {one["ip"]: one.get("comment", "") for one in self.items}


@pytest.fixture
def cloudflare() -> Cloudflare:
    return Cloudflare()


@pytest.fixture
def place(cloudflare: Cloudflare) -> Iterator[Service]:
    with service(cloudflare.answer) as place:
        yield place


@pytest.fixture
def hand(place: Service, tmp_path: Path) -> Hand:
    values = {"account": "acc1", "token": SECRET, "zone": "zone1", "url": place.url}
    return Hand("cloudflare", tmp_path, values)


def test_a_list_is_made_filled_and_named_in_a_rule(cloudflare: Cloudflare, hand: Hand) -> None:
    hand.act("192.0.2.7", "198.51.100.8/30", "2001:db8:1::/64")
    assert cloudflare.shows() == {
        "192.0.2.7": "gatewatch until 2026-11-25, case c-1",
        "198.51.100.8/30": "gatewatch until 2026-11-25, case c-1",
        "2001:db8:1::/64": "gatewatch until 2026-11-25, case c-1",
    }
    (rule,) = cloudflare.rules or []
    assert rule["action"] == "managed_challenge"
    assert rule["expression"] == "(ip.src in $gatewatch_step_up)"


def test_a_rule_is_made_once_beside_those_of_others(cloudflare: Cloudflare, hand: Hand) -> None:
    cloudflare.rules = [{"expression": "true", "action": "skip"}]
    hand.act("192.0.2.7")
    hand.act("192.0.2.8", at=NOW + 1)
    assert [one["action"] for one in cloudflare.rules] == ["skip", "managed_challenge"]


def test_each_change_waits_for_the_one_before(cloudflare: Cloudflare, hand: Hand) -> None:
    hand.act("192.0.2.7", "192.0.2.8", "192.0.2.9")
    hand.act("192.0.2.7", "192.0.2.10", at=NOW + 86_400_000_000)
    assert set(cloudflare.shows()) == {"192.0.2.7", "192.0.2.10"}
    assert cloudflare.shows()["192.0.2.7"] == "gatewatch until 2026-11-26, case c-1"
    assert hand.waits == [1.0, 1.0, 1.0]


def test_undo_takes_out_what_was_put_in_and_nothing_of_others(
    cloudflare: Cloudflare, hand: Hand
) -> None:
    cloudflare.lists["gatewatch_step_up"] = "L1"
    cloudflare.items = [{"ip": "203.0.113.1", "id": "x", "comment": "theirs"}]
    hand.undo(hand.act("192.0.2.7", "203.0.113.1"))
    assert cloudflare.shows() == {"203.0.113.1": "theirs"}


def test_a_change_that_fails_in_the_background_is_told_and_can_be_undone(
    cloudflare: Cloudflare, hand: Hand
) -> None:
    cloudflare.fails_after = 0
    with pytest.raises(ActionHalfDone, match="the change failed, list is too large") as raised:
        hand.act("192.0.2.7")
    assert "1 of 3 steps were done" in str(raised.value)
    (record,) = hand.journal.records()
    assert hand.undo(record).state == "undone"
    assert cloudflare.shows() == {}


def test_its_limits_are_refused(hand: Hand) -> None:
    with pytest.raises(ActionRefused, match="of IPv6 Cloudflare lists take /64 and wider"):
        hand.act("2001:db8:1::7")
    homes = [f"203.{n >> 16}.{n >> 8 & 255}.{n & 255}" for n in range(10_001)]
    with pytest.raises(ActionRefused, match="Cloudflare takes 10,000 items"):
        hand.act(*homes)


def test_a_dry_run_says_all_steps(hand: Hand, place: Service) -> None:
    said = hand.plan("192.0.2.7", meaning=Meaning.BLOCK)
    assert said == [
        "+ 192.0.2.7/32  until 2026-11-25T10:00:00Z  case c-1",
        f"1. POST {LISTS}: a new list gatewatch_block",
        "2. POST 1 items to gatewatch_block",
        "3. see that a rule of zone zone1 says block for ip.src in $gatewatch_block",
    ]
    assert place.told() == [f"GET {LISTS}"]


def test_a_wrong_token_is_one_line(place: Service, tmp_path: Path) -> None:
    hand = Hand("cloudflare", tmp_path, {"account": "a", "token": "wrong", "url": place.url})
    with pytest.raises(TargetFailed, match="answers 403, Bad token: see which rights"):
        hand.act("192.0.2.7")
