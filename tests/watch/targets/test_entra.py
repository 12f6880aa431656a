"""Entra's named locations, as Graph documents them: tokens, pages, and ranges that are replaced."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from tests.watch.service import Asked, Said, Service, service
from tests.watch.targets.lists import NOW, SECRET, Hand

from gatewatch.model.errors import ActionRefused, TargetFailed

PATH = "/v1.0/identity/conditionalAccess/namedLocations"
TYPE = "#microsoft.graph.ipNamedLocation"


class Entra:
    """The login and Graph in one."""

    def __init__(self) -> None:
        self.url = ""
        self.locations: list[dict[str, Any]] = [
            {"@odata.type": "#microsoft.graph.countryNamedLocation", "id": "1", "displayName": "FR"}
        ]
        self.refuses = False
        self.page = 1

    def answer(self, asked: Asked) -> Said:
        if asked.path == "/example-tenant/oauth2/v2.0/token":
            form = parse_qs(asked.raw.decode())
            if form["client_secret"] != [SECRET]:
                error = {"error": "invalid_client", "error_description": "Wrong client secret"}
                return Said(401, error)
            assert form["scope"] == [f"{self.url}/.default"]
            assert form["grant_type"] == ["client_credentials"]
            return Said(200, {"token_type": "Bearer", "access_token": "t0k3n"})
        if asked.headers.get("authorization") != "Bearer t0k3n":
            return Said(401, {"error": {"code": "InvalidAuthenticationToken", "message": "no"}})
        if asked.method == "GET":
            start = int(asked.path.partition("skip=")[2] or 0)
            page: dict[str, object] = {"value": self.locations[start : start + self.page]}
            if start + self.page < len(self.locations):
                page["@odata.nextLink"] = f"{self.url}{PATH}?skip={start + self.page}"
            return Said(200, page)
        if self.refuses:
            return Said(400, {"error": {"code": "1040", "message": "ranges are bad"}})
        body = asked.body
        assert body["@odata.type"] == TYPE
        assert body["isTrusted"] is False
        assert body["ipRanges"]
        if asked.method == "POST":
            self.locations.append({**body, "id": "42"})
            return Said(201, self.locations[-1])
        assert asked.path == f"{PATH}/42"
        self.ours().update(body)
        return Said(204)

    def ours(self) -> dict[str, Any]:
        (found,) = [one for one in self.locations if one["displayName"] == "gatewatch-step-up"]
        return found

    def ranges(self) -> list[tuple[str, str]]:
        return [
            (one["@odata.type"].rpartition(".")[2], one["cidrAddress"])
            for one in self.ours()["ipRanges"]
        ]


@pytest.fixture
def entra() -> Entra:
    return Entra()


@pytest.fixture
def place(entra: Entra) -> Iterator[Service]:
    with service(entra.answer) as place:
        entra.url = place.url
        yield place


def account(place: Service, secret: str = SECRET) -> dict[str, str]:
    ids = {"tenant": "example-tenant", "client": "example-app", "secret": secret}
    return {**ids, "login": place.url, "url": place.url}


@pytest.fixture
def hand(place: Service, tmp_path: Path) -> Hand:
    return Hand("entra", tmp_path, account(place))


def test_a_location_is_made_once_and_then_patched_across_pages(entra: Entra, hand: Hand) -> None:
    hand.act("192.0.2.7")
    hand.act("2001:db8:1::/64", at=NOW + 1)
    assert entra.ranges() == [
        *(("iPv4CidrRange", "192.0.2.7/32"), ("iPv6CidrRange", "2001:db8:1::/64")),
    ]
    assert len(entra.locations) == 2


def test_undo_leaves_a_location_that_holds_nobody(entra: Entra, hand: Hand) -> None:
    hand.undo(hand.act("192.0.2.7"))
    assert entra.ranges() == [("iPv4CidrRange", "192.0.0.8/32")]


def test_a_trusted_location_of_that_name_is_refused(entra: Entra, hand: Hand) -> None:
    hand.act("192.0.2.7")
    entra.ours()["isTrusted"] = True
    with pytest.raises(ActionRefused, match="it is marked as trusted"):
        hand.act("192.0.2.8", at=NOW + 1)


def test_its_limits_are_refused(entra: Entra, hand: Hand) -> None:
    homes = [f"203.0.{n >> 8}.{n & 255}" for n in range(2_001)]
    with pytest.raises(ActionRefused, match="Entra takes 2,000 ranges a named location"):
        hand.act(*homes)
    entra.locations, entra.page = entra.locations * 195, 100
    with pytest.raises(ActionRefused, match="Entra takes 195 locations, and there are 195"):
        hand.act("192.0.2.7")


def test_a_refused_call_leaves_nothing_to_undo(entra: Entra, hand: Hand) -> None:
    entra.refuses = True
    with pytest.raises(TargetFailed, match="answers 400, ranges are bad"):
        hand.act("192.0.2.7")
    assert [one.state for one in hand.journal.records()] == ["undone"]


def test_a_wrong_secret_is_one_line_without_it(place: Service, tmp_path: Path) -> None:
    hand = Hand("entra", tmp_path, account(place, "wr0ng-one"))
    with pytest.raises(TargetFailed, match="answers 401, Wrong client secret") as raised:
        hand.act("192.0.2.7")
    assert "wr0ng-one" not in str(raised.value)


def test_a_list_without_an_end_is_not_acted_on(entra: Entra, hand: Hand) -> None:
    entra.locations *= 60
    with pytest.raises(TargetFailed, match="its list does not end"):
        hand.act("192.0.2.7")
