"""Okta: an IP network zone, which sign-on policies name.

For a policy zone (step-up) a policy asks for a second factor; a blocklist zone locks out before
any factor is asked. A zone is replaced as a whole, so one call does all or nothing; it takes
a minute to take effect. Source: Okta developer documentation, "Network Zones API" (paging by Link,
SSWS tokens, X-Rate-Limit-Reset).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from gatewatch.formats.limits import Limit
from gatewatch.formats.limits import targets as limits
from gatewatch.model.errors import ActionRefused
from gatewatch.watch.accounts import Account, Key
from gatewatch.watch.api import Api, too_many_pages, understood
from gatewatch.watch.entries import Entry, IPNetwork, Meaning, network_of
from gatewatch.watch.target import Change, Door, Place, Step, in_order

__all__ = ["EXPIRES", "KEYS", "MEANINGS", "NAME", "SENTENCE", "limit", "opened", "unfit"]

NAME = "okta"
SENTENCE = "Okta network zone, by its API."
MEANINGS: Mapping[Meaning, str] = {
    Meaning.STEP_UP: "a policy zone: a sign-on rule with it asks for a second factor",
    Meaning.BLOCK: "a blocklist zone: everybody there is locked out before any factor",
}
KEYS = (
    Key("url", "address of the organisation, https://example.okta.com"),
    Key("token", "API token (SSWS) of somebody who may manage network zones", secret=True),
)
EXPIRES = False
_USAGES = {Meaning.STEP_UP: "POLICY", Meaning.BLOCK: "BLOCKLIST"}
_BLOCKED = Limit(1_000, "Okta takes 1,000 entries a blocked zone")
_MOST_ZONES = 100
_MOST_PAGES = 50
_NEXT = re.compile(r'<([^>]+)>;\s*rel="next"')
# A zone must have an address; this one is nobody's (RFC 7600, dummy address).
_NOBODY = "192.0.0.8/32"


def limit(meaning: Meaning) -> Limit:
    """What one zone of this usage holds."""
    return limits()[NAME].limit if meaning is Meaning.STEP_UP else _BLOCKED


def unfit(entry: Entry, now: int) -> str:
    """It takes all."""
    del entry, now
    return ""


@contextmanager
def opened(account: Account, meaning: Meaning, door: Door) -> Iterator[Place]:
    """Our zone, which is made with the first step if there is none."""
    headers = {"Authorization": f"SSWS {account['token']}"}
    with Api(
        account["url"],
        name=NAME,
        headers=headers,
        secrets=account.secrets,
        pause=door.pause,
        clock=door.clock,
    ) as api:
        yield _Zone(api, meaning)


@dataclass(slots=True)
class _Zone:
    api: Api
    meaning: Meaning
    found: dict[str, Any] | None = None
    zones: int = 0
    odd: list[dict[str, str]] = field(default_factory=list)
    """What somebody else put there and is no CIDR block; it stays."""

    @property
    def name(self) -> str:
        return f"zone gatewatch-{self.meaning} at {self.api.base}"

    def held(self) -> frozenset[IPNetwork]:
        with understood(self.name):
            self.found = self._find()
            networks = set()
            self.odd = []
            for gateway in (self.found or {}).get("gateways") or []:
                if gateway["type"] == "CIDR":
                    networks.add(network_of(gateway["value"]))
                else:
                    self.odd.append({"type": gateway["type"], "value": gateway["value"]})
            return frozenset(networks - {network_of(_NOBODY)})

    def steps(self, change: Change) -> Sequence[Step]:
        gateways = [{"type": "CIDR", "value": str(one)} for one in in_order(change.wanted.keys())]
        gateways = [*self.odd, *gateways]
        zone = {
            "type": "IP",
            "name": f"gatewatch-{self.meaning}",
            "status": "ACTIVE",
            "usage": _USAGES[self.meaning],
            "gateways": gateways or [{"type": "CIDR", "value": _NOBODY}],
            "proxies": (self.found or {}).get("proxies"),
        }
        if len(gateways) > limit(self.meaning).entries:
            raise ActionRefused(
                where=self.name, what=limit(self.meaning).because, mend="act on fewer addresses"
            )
        if self.found is not None:
            path = f"/api/v1/zones/{self.found['id']}"
            says = f"PUT {path}: {change.told()}"
            return [Step(says, lambda: _do(self.api, "PUT", path, {**zone, "id": self.found_id}))]
        if self.zones >= _MOST_ZONES:
            what = f"Okta takes {_MOST_ZONES} zones, and there are {self.zones}"
            raise ActionRefused(where=self.name, what=what, mend="remove one that is not used")
        says = f"POST /api/v1/zones: a new {_USAGES[self.meaning]} zone, {change.told()}"
        return [Step(says, lambda: _do(self.api, "POST", "/api/v1/zones", zone))]

    @property
    def found_id(self) -> str:
        return str((self.found or {}).get("id"))

    def _find(self) -> dict[str, Any] | None:
        self.zones = 0
        found: dict[str, Any] | None = None
        path = "/api/v1/zones?limit=200"
        for _ in range(_MOST_PAGES):
            answer = self.api.call("GET", path)
            self.zones += len(answer.body)
            for zone in answer.body:
                if zone["name"] == f"gatewatch-{self.meaning}":
                    found = zone
            more = _NEXT.search(answer.headers.get("link", ""))
            if not more:
                break
            path = more[1]
        else:
            raise too_many_pages(self.name)
        if found and found.get("usage") != _USAGES[self.meaning]:
            raise ActionRefused(
                where=self.name,
                what=f"its usage is {found.get('usage')}, not {_USAGES[self.meaning]}",
                mend="rename that zone in Okta",
            )
        return found


def _do(api: Api, method: str, path: str, body: object) -> None:
    api.call(method, path, body=body)
