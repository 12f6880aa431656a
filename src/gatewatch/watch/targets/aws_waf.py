"""AWS WAF: IP sets, one of each family, which rules of a web ACL name.

A rule of yours answers those on the set with a CAPTCHA or a header (step-up) or blocks. A set is
replaced as a whole under its lock token: if somebody else changed it since it was read, nothing is
done. AWS takes one change a second. Source: AWS WAFv2 API reference, `ListIPSets`, `GetIPSet`,
`CreateIPSet`, `UpdateIPSet`.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from gatewatch.formats.limits import Limit
from gatewatch.formats.limits import targets as limits
from gatewatch.watch.accounts import Account, Key
from gatewatch.watch.api import Answer, Api, too_many_pages, understood
from gatewatch.watch.entries import Entry, IPNetwork, Meaning, network_of
from gatewatch.watch.sigv4 import signed
from gatewatch.watch.target import Change, Door, Place, Step, in_order

__all__ = ["EXPIRES", "KEYS", "MEANINGS", "NAME", "SENTENCE", "limit", "opened", "unfit"]

NAME = "aws-waf"
SENTENCE = "AWS WAF IP sets, by its API."
MEANINGS: Mapping[Meaning, str] = {
    Meaning.STEP_UP: "a rule with the sets answers with a CAPTCHA, or marks the request",
    Meaning.BLOCK: "a rule with the sets blocks",
}
KEYS = (
    Key("key_id", "access key id"),
    Key("secret", "secret access key", secret=True),
    Key("session", "session token of temporary keys", "", secret=True),
    Key("region", "such as eu-west-3; us-east-1 for CloudFront"),
    Key("scope", "REGIONAL or CLOUDFRONT", "REGIONAL"),
    Key("url", "another address than AWS's own", ""),
)
EXPIRES = False
_VERSIONS = {4: "IPV4", 6: "IPV6"}
_MOST_PAGES = 50
_PACE_S = 1.0


def limit(meaning: Meaning) -> Limit:
    """What one set holds; the two families have one each, and half is left to spare."""
    del meaning
    return limits()[NAME].limit


def unfit(entry: Entry, now: int) -> str:
    """It takes all."""
    del entry, now
    return ""


@contextmanager
def opened(account: Account, meaning: Meaning, door: Door) -> Iterator[Place]:
    """Our two sets; one that is missing is made when it is needed."""
    url = account["url"] or f"https://wafv2.{account['region']}.amazonaws.com"
    with Api(url, name=NAME, secrets=account.secrets, pause=door.pause, clock=door.clock) as api:
        yield _Sets(_Waf(api, account), meaning)


@dataclass(frozen=True, slots=True)
class _Waf:
    api: Api
    account: Account

    def call(self, action: str, **values: object) -> Any:
        body = json.dumps({"Scope": self.account["scope"], **values}).encode()
        headers = {
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": f"AWSWAF_20190729.{action}",
        }
        if self.account["session"]:
            headers["X-Amz-Security-Token"] = self.account["session"]
        at = datetime.fromtimestamp(self.api.clock(), UTC).strftime("%Y%m%dT%H%M%SZ")
        sent = signed(
            "POST",
            f"{self.api.base}/",
            headers,
            body,
            key_id=self.account["key_id"],
            secret=self.account["secret"],
            region=self.account["region"],
            service="wafv2",
            at=at,
        )
        answer: Answer = self.api.call("POST", "/", content=body, headers=sent)
        return answer.body


@dataclass(slots=True)
class _Sets:
    waf: _Waf
    meaning: Meaning
    found: dict[int, dict[str, Any]] = field(default_factory=dict)
    """By IP version: Id, LockToken and Addresses of the set."""

    @property
    def name(self) -> str:
        return f"IP sets {self._set(4)} and {self._set(6)} ({self.waf.account['scope']})"

    def held(self) -> frozenset[IPNetwork]:
        with understood(self.name):
            self.found = {}
            listed = self._listed()
            for version in _VERSIONS:
                if self._set(version) in listed:
                    self.found[version] = self._get(version, listed[self._set(version)])
            addresses = [one for each in self.found.values() for one in each["Addresses"]]
            return frozenset(map(network_of, addresses))

    def steps(self, change: Change) -> Sequence[Step]:
        steps = []
        for version in _VERSIONS:
            wanted = [one for one in in_order(change.wanted.keys()) if one.version == version]
            held = [one for one in change.held if one.version == version]
            if set(wanted) != set(held):
                steps.append(self._step(version, [str(one) for one in wanted], change.told()))
        return steps

    def _step(self, version: int, addresses: list[str], told: str) -> Step:
        name, known = self._set(version), self.found.get(version)
        if known is None:
            says = f"CreateIPSet {name}: {len(addresses):,} of {_VERSIONS[version]} ({told})"
            return Step(says, lambda: self._create(version, addresses))
        says = f"UpdateIPSet {name}: {len(addresses):,} of {_VERSIONS[version]} ({told})"
        return Step(says, lambda: self._update(version, addresses))

    def _create(self, version: int, addresses: list[str]) -> None:
        self.waf.call(
            "CreateIPSet",
            Name=self._set(version),
            IPAddressVersion=_VERSIONS[version],
            Addresses=addresses,
            Description=f"gatewatch {self.meaning}",
        )
        self.waf.api.pause(_PACE_S)

    def _update(self, version: int, addresses: list[str]) -> None:
        known = self.found[version]
        self.waf.call(
            "UpdateIPSet",
            Name=self._set(version),
            Id=known["Id"],
            Addresses=addresses,
            LockToken=known["LockToken"],
            Description=f"gatewatch {self.meaning}",
        )
        self.waf.api.pause(_PACE_S)

    def _set(self, version: int) -> str:
        return f"gatewatch-{self.meaning}-v{version}"

    def _listed(self) -> dict[str, str]:
        """The id of each set by name."""
        found: dict[str, str] = {}
        marker: dict[str, str] = {}
        for _ in range(_MOST_PAGES):
            page = self.waf.call("ListIPSets", Limit=100, **marker)
            found |= {one["Name"]: one["Id"] for one in page["IPSets"]}
            if not page.get("NextMarker"):
                break
            marker = {"NextMarker": page["NextMarker"]}
        else:
            raise too_many_pages(self.name)
        return found

    def _get(self, version: int, set_id: str) -> dict[str, Any]:
        answer = self.waf.call("GetIPSet", Name=self._set(version), Id=set_id)
        return {
            "Id": set_id,
            "LockToken": answer["LockToken"],
            "Addresses": answer["IPSet"]["Addresses"],
        }
