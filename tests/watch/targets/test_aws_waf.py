"""AWS WAF's sets, as WAFv2 is documented: signatures, pages, lock tokens, throttling."""

import hashlib
import hmac
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.watch.service import Asked, Said, Service, service
from tests.watch.targets.lists import NOW, SECRET, Hand

from gatewatch.model.errors import ActionHalfDone, ActionRefused, TargetFailed

SIGNED = re.compile(
    r"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/(\d{8})/eu-west-3/wafv2/aws4_request, "
    r"SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})"
)


def is_signed(asked: Asked) -> bool:
    """Checks the signature from what arrived, in the words of the AWS General Reference."""
    match = SIGNED.fullmatch(asked.headers.get("authorization", ""))
    assert match
    day, names, signature = match.groups()
    headers = "".join(f"{name}:{asked.headers[name]}\n" for name in names.split(";"))
    payload = hashlib.sha256(asked.raw).hexdigest()
    canonical = f"{asked.method}\n{asked.path}\n\n{headers}\n{names}\n{payload}"
    key = f"AWS4{SECRET}".encode()
    for part in (day, "eu-west-3", "wafv2", "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    text = "\n".join(
        [
            "AWS4-HMAC-SHA256",
            asked.headers["x-amz-date"],
            f"{day}/eu-west-3/wafv2/aws4_request",
            hashlib.sha256(canonical.encode()).hexdigest(),
        ]
    )
    return hmac.digest(key, text.encode(), "sha256").hex() == signature


class Waf:
    """Sets with lock tokens, one a page."""

    def __init__(self) -> None:
        self.sets: dict[str, dict[str, Any]] = {"other": {"Addresses": [], "token": 0}}
        self.fails: list[Said] = []
        self.fails_on = ""

    def answer(self, asked: Asked) -> Said:
        assert asked.headers["content-type"] == "application/x-amz-json-1.1"
        service_name, _, action = asked.headers["x-amz-target"].partition(".")
        assert service_name == "AWSWAF_20190729"
        if not is_signed(asked):
            return Said(400, {"__type": "InvalidSignatureException", "message": "bad signature"})
        if self.fails and action == self.fails_on:
            return self.fails.pop(0)
        assert asked.body["Scope"] == "REGIONAL"
        answer: Said = getattr(self, action)(asked.body)
        return answer

    def ListIPSets(self, body: Any) -> Said:  # noqa: N802  (AWS's name)
        start, names = int(body.get("NextMarker", 0)), sorted(self.sets)
        page: dict[str, Any] = {"IPSets": [{"Name": names[start], "Id": f"id-{names[start]}"}]}
        if start + 1 < len(names):
            page["NextMarker"] = str(start + 1)
        return Said(200, page)

    def GetIPSet(self, body: Any) -> Said:  # noqa: N802
        found = self.sets[body["Name"]]
        assert body["Id"] == f"id-{body['Name']}"
        return Said(200, {"IPSet": found, "LockToken": str(found["token"])})

    def CreateIPSet(self, body: Any) -> Said:  # noqa: N802
        version = {"IPV4": 4, "IPV6": 6}[body["IPAddressVersion"]]
        assert all((":" in one) == (version == 6) for one in body["Addresses"])
        self.sets[body["Name"]] = {"Addresses": body["Addresses"], "token": 1}
        return Said(200, {"Summary": {"Name": body["Name"]}})

    def UpdateIPSet(self, body: Any) -> Said:  # noqa: N802
        found = self.sets[body["Name"]]
        if body["LockToken"] != str(found["token"]):
            said = "AWS WAF couldn’t save your changes because someone changed the resource"
            return Said(400, {"__type": "WAFOptimisticLockException", "message": said})
        found["Addresses"], found["token"] = body["Addresses"], found["token"] + 1
        return Said(200, {"NextLockToken": str(found["token"])})

    def addresses(self, version: int) -> list[str]:
        found: list[str] = self.sets[f"gatewatch-step-up-v{version}"]["Addresses"]
        return found


@pytest.fixture
def waf() -> Waf:
    return Waf()


@pytest.fixture
def place(waf: Waf) -> Iterator[Service]:
    with service(waf.answer) as place:
        yield place


@pytest.fixture
def hand(place: Service, tmp_path: Path) -> Hand:
    keys = {"key_id": "AKIDEXAMPLE", "secret": SECRET, "region": "eu-west-3"}
    return Hand("aws-waf", tmp_path, {**keys, "scope": "REGIONAL", "url": place.url})


def test_each_family_has_its_set_made_once_and_then_replaced(waf: Waf, hand: Hand) -> None:
    hand.act("192.0.2.7", "2001:db8:1::/64")
    hand.act("192.0.2.8", at=NOW + 1)
    assert waf.addresses(4) == ["192.0.2.7/32", "192.0.2.8/32"]
    assert waf.addresses(6) == ["2001:db8:1::/64"]
    assert hand.waits == [1.0, 1.0, 1.0], "AWS takes one change a second"


def test_a_set_is_emptied_by_the_undo(waf: Waf, hand: Hand) -> None:
    hand.undo(hand.act("192.0.2.7"))
    assert waf.addresses(4) == []


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(waf: Waf, hand: Hand) -> None:
    hand.act("192.0.2.7")
    real = waf.GetIPSet

    def read_then_changed(body: Any) -> Said:
        said = real(body)
        waf.sets[body["Name"]]["token"] += 1
        return said

    waf.GetIPSet = read_then_changed  # type: ignore[method-assign]
    with pytest.raises(TargetFailed, match="someone changed the resource"):
        hand.act("192.0.2.8", at=NOW + 1)
    assert waf.addresses(4) == ["192.0.2.7/32"]


def test_throttling_is_waited_for(waf: Waf, hand: Hand) -> None:
    waf.fails = [Said(400, {"__type": "ThrottlingException", "message": "Rate exceeded"})]
    waf.fails_on = "CreateIPSet"
    hand.act("192.0.2.7")
    assert waf.addresses(4) == ["192.0.2.7/32"]


def test_when_the_second_family_fails_the_undo_of_the_first_is_told_and_works(
    waf: Waf, hand: Hand
) -> None:
    hand.act("192.0.2.1", "2001:db8:9::/64")
    real, calls = waf.UpdateIPSet, []

    def second_fails(body: Any) -> Said:
        calls.append(body["Name"])
        if len(calls) == 2:
            return Said(400, {"__type": "WAFLimitsExceededException", "message": "too many"})
        return real(body)

    waf.UpdateIPSet = second_fails  # type: ignore[method-assign]
    with pytest.raises(ActionHalfDone, match="1 of 2 steps were done") as raised:
        hand.act("192.0.2.7", "2001:db8:1::/64", at=NOW + 1)
    assert "too many" in str(raised.value)
    assert waf.addresses(4) == ["192.0.2.1/32", "192.0.2.7/32"]
    (record,) = [one for one in hand.journal.records() if one.state == "half-done"]
    assert record.id in str(raised.value)
    hand.undo(record, NOW + 2)
    assert (waf.addresses(4), waf.addresses(6)) == (["192.0.2.1/32"], ["2001:db8:9::/64"])


def test_ten_thousand_a_family_is_the_limit(hand: Hand) -> None:
    homes = [f"203.{n >> 16}.{n >> 8 & 255}.{n & 255}" for n in range(10_001)]
    with pytest.raises(ActionRefused, match="would hold 10,001 entries, and AWS WAF takes 10,000"):
        hand.act(*homes)


def test_a_wrong_key_is_one_line(place: Service, tmp_path: Path) -> None:
    keys = {"key_id": "AKIDEXAMPLE", "secret": "wrong", "region": "eu-west-3"}
    hand = Hand("aws-waf", tmp_path, {**keys, "scope": "REGIONAL", "url": place.url})
    with pytest.raises(TargetFailed, match="answers 400, bad signature"):
        hand.act("192.0.2.7")
