"""Microsoft Entra ID: a named location of addresses, which Conditional Access policies name.

It is never a trusted one. A policy of yours for this location grants access with a second factor or
a managed device, or blocks. A PATCH replaces all its ranges, so one call does all or nothing.
Source: Microsoft Graph v1.0, `ipNamedLocation`; OAuth 2.0 client credentials (RFC 6749, 4.4).
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from gatewatch.formats.limits import Limit
from gatewatch.formats.limits import targets as limits
from gatewatch.model.errors import ActionRefused
from gatewatch.watch.accounts import Account, Key
from gatewatch.watch.api import Api, too_many_pages, understood
from gatewatch.watch.entries import Entry, IPNetwork, Meaning, network_of
from gatewatch.watch.target import Change, Door, Place, Step, in_order

__all__ = ["EXPIRES", "KEYS", "MEANINGS", "NAME", "SENTENCE", "limit", "opened", "unfit"]

NAME = "entra"
SENTENCE = "Microsoft Entra named location, by Graph."
MEANINGS: Mapping[Meaning, str] = {
    Meaning.STEP_UP: "a Conditional Access policy for it asks for a second factor",
    Meaning.BLOCK: "a Conditional Access policy for it blocks",
}
KEYS = (
    Key("tenant", "the tenant's id"),
    Key("client", "the application's id; it needs Policy.ReadWrite.ConditionalAccess"),
    Key("secret", "the application's secret", secret=True),
    Key("login", "where tokens are given", "https://login.microsoftonline.com"),
    Key("url", "where Graph is", "https://graph.microsoft.com"),
)
EXPIRES = False
_PATH = "/v1.0/identity/conditionalAccess/namedLocations"
_TYPE = "#microsoft.graph.ipNamedLocation"
_RANGES = {4: "#microsoft.graph.iPv4CidrRange", 6: "#microsoft.graph.iPv6CidrRange"}
_MOST_LOCATIONS = 195
_MOST_PAGES = 50
# A location must have a range; this address is nobody's (RFC 7600, dummy address).
_NOBODY = network_of("192.0.0.8")


def limit(meaning: Meaning) -> Limit:
    """What one location holds."""
    del meaning
    return limits()[NAME].limit


def unfit(entry: Entry, now: int) -> str:
    """It takes all."""
    del entry, now
    return ""


@contextmanager
def opened(account: Account, meaning: Meaning, door: Door) -> Iterator[Place]:
    """Our location, which is made with the first step if there is none."""
    headers = {"Authorization": f"Bearer {_token(account, door)}"}
    with Api(
        account["url"],
        name=NAME,
        headers=headers,
        secrets=account.secrets,
        pause=door.pause,
        clock=door.clock,
    ) as api:
        yield _Location(api, meaning)


def _token(account: Account, door: Door) -> str:
    form = {
        "grant_type": "client_credentials",
        "client_id": account["client"],
        "client_secret": account["secret"],
        "scope": f"{account['url'].rstrip('/')}/.default",
    }
    with Api(
        account["login"], name=NAME, secrets=account.secrets, pause=door.pause, clock=door.clock
    ) as api:
        answer = api.call(
            "POST",
            f"/{quote(account['tenant'], safe='')}/oauth2/v2.0/token",
            content=urlencode(form).encode(),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
    with understood(NAME):
        return str(answer.body["access_token"])


@dataclass(slots=True)
class _Location:
    api: Api
    meaning: Meaning
    id: str = ""
    locations: int = 0

    @property
    def name(self) -> str:
        return f"named location gatewatch-{self.meaning}"

    def held(self) -> frozenset[IPNetwork]:
        with understood(self.name):
            found = self._find()
            self.id = str(found["id"]) if found else ""
            if found and found.get("isTrusted"):
                raise ActionRefused(
                    where=self.name,
                    what="it is marked as trusted, which lets in instead of asking",
                    mend="unmark it in Entra",
                )
            ranges = found["ipRanges"] if found else []
            return frozenset(network_of(one["cidrAddress"]) for one in ranges) - {_NOBODY}

    def steps(self, change: Change) -> Sequence[Step]:
        networks = in_order(change.wanted.keys()) or [_NOBODY]
        body = {
            "@odata.type": _TYPE,
            "displayName": f"gatewatch-{self.meaning}",
            "isTrusted": False,
            "ipRanges": [
                {"@odata.type": _RANGES[one.version], "cidrAddress": str(one)} for one in networks
            ],
        }
        if self.id:
            path = f"{_PATH}/{self.id}"
            return [Step(f"PATCH {path}: {change.told()}", lambda: self._do("PATCH", path, body))]
        if self.locations >= _MOST_LOCATIONS:
            what = f"Entra takes {_MOST_LOCATIONS} locations, and there are {self.locations}"
            raise ActionRefused(where=self.name, what=what, mend="remove one that is not used")
        says = f"POST {_PATH}: a new named location, {change.told()}"
        return [Step(says, lambda: self._do("POST", _PATH, body))]

    def _do(self, method: str, path: str, body: object) -> None:
        self.api.call(method, path, body=body)

    def _find(self) -> dict[str, Any] | None:
        found: dict[str, Any] | None = None
        self.locations, path = 0, _PATH
        for _ in range(_MOST_PAGES):
            page = self.api.call("GET", path).body
            self.locations += len(page["value"])
            for one in page["value"]:
                if (
                    one["@odata.type"] == _TYPE
                    and one["displayName"] == f"gatewatch-{self.meaning}"
                ):
                    found = one
            path = page.get("@odata.nextLink")
            if not path:
                break
        else:
            raise too_many_pages(self.name)
        return found
