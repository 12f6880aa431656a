"""Cloudflare: a list of addresses and, for a zone, the custom rule that uses it.

Step-up is a managed challenge, which tells people from programs and is no second factor; for that,
name the list in an Access policy. Changes of a list are done in the background, one at a time an
account: each step waits until Cloudflare says that it is done. Source: Cloudflare API, "Lists" and
"Rulesets" (phase http_request_firewall_custom).
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any
from urllib.parse import quote

from gatewatch.formats.limits import Limit
from gatewatch.formats.limits import targets as limits
from gatewatch.model.errors import TargetFailed
from gatewatch.model.hostile import shown
from gatewatch.model.moment import day_of
from gatewatch.watch.accounts import Account, Key
from gatewatch.watch.api import Api, too_many_pages, understood
from gatewatch.watch.entries import Entry, IPNetwork, Meaning, network_of
from gatewatch.watch.target import Change, Door, Place, Step, in_order

__all__ = ["EXPIRES", "KEYS", "MEANINGS", "NAME", "SENTENCE", "limit", "opened", "unfit"]

NAME = "cloudflare"
SENTENCE = "Cloudflare list and the rule that uses it, by its API."
MEANINGS: Mapping[Meaning, str] = {
    Meaning.STEP_UP: "a custom rule answers with a managed challenge",
    Meaning.BLOCK: "a custom rule blocks",
}
KEYS = (
    Key("account", "the account's id"),
    Key("token", "API token that may edit account filter lists and zone WAF", secret=True),
    Key("zone", "the zone that gets a rule; none: you name the list in a rule yourself", ""),
    Key("url", "another address than Cloudflare's own", "https://api.cloudflare.com/client/v4"),
)
EXPIRES = False
_ACTIONS = {Meaning.STEP_UP: "managed_challenge", Meaning.BLOCK: "block"}
_PHASE = "http_request_firewall_custom"
_BATCH = 1_000
_MOST_PAGES = 1_000
_POLLS = 120
_POLL_S = 1.0
_MISSING = frozenset({404})


def limit(meaning: Meaning) -> Limit:
    """What all lists of an account hold together; ours is taken for the only one."""
    del meaning
    return limits()[NAME].limit


def unfit(entry: Entry, now: int) -> str:
    """Of IPv6 it takes networks of /64 and wider only."""
    del now
    if entry.network.version == 6 and entry.network.prefixlen > 64:
        return "of IPv6 Cloudflare lists take /64 and wider"
    return ""


@contextmanager
def opened(account: Account, meaning: Meaning, door: Door) -> Iterator[Place]:
    """Our list, which is made with the first step if there is none."""
    headers = {"Authorization": f"Bearer {account['token']}"}
    with Api(
        account["url"],
        name=NAME,
        headers=headers,
        secrets=account.secrets,
        pause=door.pause,
        clock=door.clock,
    ) as api:
        yield _List(api, account, meaning)


@dataclass(slots=True)
class _List:
    api: Api
    account: Account
    meaning: Meaning
    id: str = ""
    items: dict[IPNetwork, str] = field(default_factory=dict)
    """The item's id of each network."""

    @property
    def title(self) -> str:
        return f"gatewatch_{self.meaning.replace('-', '_')}"

    @property
    def name(self) -> str:
        return f"list {self.title} of account {shown(self.account['account'], 40)}"

    @property
    def lists(self) -> str:
        return f"/accounts/{quote(self.account['account'], safe='')}/rules/lists"

    def held(self) -> frozenset[IPNetwork]:
        with understood(self.name):
            found = self.api.call("GET", self.lists).body["result"] or []
            self.id = next((str(one["id"]) for one in found if one["name"] == self.title), "")
            self.items = dict(self._items()) if self.id else {}
            return frozenset(self.items)

    def steps(self, change: Change) -> Sequence[Step]:
        steps = [] if self.id else [Step(f"POST {self.lists}: a new list {self.title}", self._make)]
        gone = in_order(set(change.removed) | change.renewed)
        for batch in _batches(gone):
            says = f"DELETE {len(batch):,} items of {self.title}"
            steps.append(Step(says, partial(self._delete, batch)))
        for batch in _batches(in_order(set(change.added) | change.renewed)):
            items = [self._item(change, network) for network in batch]
            says = f"POST {len(batch):,} items to {self.title}"
            steps.append(Step(says, partial(self._post, items)))
        if self.account["zone"]:
            action = _ACTIONS[self.meaning]
            says = f"see that a rule of zone {shown(self.account['zone'], 40)} says {action}"
            steps.append(Step(f"{says} for ip.src in ${self.title}", self._rule))
        return steps

    def _item(self, change: Change, network: IPNetwork) -> dict[str, str]:
        single = network.prefixlen == network.max_prefixlen
        item = {"ip": str(network.network_address if single else network)}
        entry = change.wanted[network]
        if entry is not None:
            case = f", case {entry.case}" if entry.case else ""
            item["comment"] = f"gatewatch until {day_of(entry.until)}{case}"
        return item

    def _items(self) -> Iterator[tuple[IPNetwork, str]]:
        cursor = ""
        for _ in range(_MOST_PAGES):
            more = f"&cursor={quote(cursor, safe='')}" if cursor else ""
            page = self.api.call("GET", f"{self.lists}/{self.id}/items?per_page=500{more}").body
            for item in page["result"] or []:
                yield network_of(item["ip"]), str(item["id"])
            cursor = ((page.get("result_info") or {}).get("cursors") or {}).get("after") or ""
            if not cursor:
                return
        raise too_many_pages(self.name)

    def _make(self) -> None:
        body = {"name": self.title, "kind": "ip", "description": f"gatewatch {self.meaning}"}
        with understood(self.name):
            self.id = str(self.api.call("POST", self.lists, body=body).body["result"]["id"])

    def _delete(self, networks: Sequence[IPNetwork]) -> None:
        items = [{"id": self.items[network]} for network in networks]
        self._in_background("DELETE", {"items": items})

    def _post(self, items: list[dict[str, str]]) -> None:
        self._in_background("POST", items)

    def _in_background(self, method: str, body: object) -> None:
        """Asks for a change and waits until it is done; raises TargetFailed."""
        path = f"{self.lists}/{self.id}/items"
        with understood(self.name):
            operation = self.api.call(method, path, body=body).body["result"]["operation_id"]
            where = f"{self.lists}/bulk_operations/{quote(str(operation), safe='')}"
            for _ in range(_POLLS):
                state: dict[str, Any] = self.api.call("GET", where).body["result"]
                if state["status"] == "completed":
                    return
                if state["status"] == "failed":
                    what = (
                        f"the change failed, {shown(state.get('error') or 'no reason given', 120)}"
                    )
                    raise TargetFailed(where=self.name, what=what, mend="see it in Cloudflare")
                self.api.pause(_POLL_S)
        what = f"the change is not done after {_POLLS * _POLL_S:.0f} s"
        raise TargetFailed(where=self.name, what=what, mend="see in Cloudflare whether it is later")

    def _rule(self) -> None:
        """Makes the rule unless there is one that says the same."""
        base = f"/zones/{quote(self.account['zone'], safe='')}/rulesets"
        rule = {
            "action": _ACTIONS[self.meaning],
            "expression": f"(ip.src in ${self.title})",
            "description": f"gatewatch {self.meaning}",
            "enabled": True,
        }
        entry = self.api.call("GET", f"{base}/phases/{_PHASE}/entrypoint", also=_MISSING)
        with understood(self.name):
            if entry.status == 404:
                path = f"{base}/phases/{_PHASE}/entrypoint"
                self.api.call("PUT", path, body={"rules": [rule]})
                return
            ruleset = entry.body["result"]
            for known in ruleset.get("rules") or []:
                if (known["expression"], known["action"]) == (rule["expression"], rule["action"]):
                    return
            self.api.call("POST", f"{base}/{ruleset['id']}/rules", body=rule)


def _batches(networks: Sequence[IPNetwork]) -> Iterator[list[IPNetwork]]:
    rest = iter(networks)
    while batch := list(islice(rest, _BATCH)):
        yield batch
