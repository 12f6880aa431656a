"""What is done about cases, out of the book of cases: whom to ask for more, whom to tell of what.

Targets, letters and notifiers take plain values and do not know the book; this is where they meet.
Names are opened one by one, each on record, when a letter is really written.
"""

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, summarize_address_range
from pathlib import Path

from gatewatch.model.errors import LakeMissing
from gatewatch.store.lake import Lake
from gatewatch.watch.alerts import Alert, Severity
from gatewatch.watch.assets import Asset, Assets
from gatewatch.watch.cases import OPEN, Case, Cases, State
from gatewatch.watch.entries import Confidence, Entry, Own, network_of
from gatewatch.watch.ground import described
from gatewatch.watch.letters import Seen, advice
from gatewatch.watch.pseudonyms import shown_as

__all__ = ["Addressee", "addressees", "alerts_of", "answered", "entries_of", "own_of"]

_LEVELS = {"high": Severity.HIGH, "medium": Severity.MEDIUM, "low": Severity.LOW}


def entries_of(path: Path, until: int) -> list[Entry]:
    """One entry for each open case of a person: the home's IPv4 address, or its IPv6 /64."""
    with Cases.open(path) as cases:
        return [_entry(one, until) for one in cases.all(OPEN) if one.who is not None]


@dataclass(frozen=True, slots=True)
class Addressee:
    """Somebody who is to get a letter, by pseudonym."""

    case: int
    person: str
    seen: Seen


def addressees(path: Path, lake: Path) -> list[Addressee]:
    """The people of new cases behind an exposed router, nobody twice; the most certain case."""
    with Cases.open(path) as cases:
        found = [one for one in cases.all((State.NEW,)) if one.who is not None and one.port]
    makers = _makers(lake, [one.response for one in found if one.response is not None])
    people: dict[int | None, Addressee] = {}
    for one in found:
        at = one.last_seen or one.opened_at
        maker = makers.get(one.response or 0, "")
        seen = Seen(str(one.address), at, maker, one.port or 0)
        people.setdefault(one.who, Addressee(one.id, shown_as(one.who), seen))
    return list(people.values())


def answered(path: Path, number: int, now: int) -> None:
    """The person of this case was written to: a new case is a told one."""
    with Cases.open(path) as cases:
        if cases.one(number).state is State.NEW:
            cases.move(number, State.TOLD, now, "letter")


def own_of(path: Path) -> list[Own]:
    """The listed networks, on which nothing is done; an AS says nothing of single addresses."""
    with Assets.open(path) as assets:
        return [own for asset in assets.all() for own in _own(asset)]


def alerts_of(path: Path) -> list[Alert]:
    """One alert for each new case; a case that is new again is another one.

    An exposure in networks of our own is critical: it is told at once, whatever the hour.
    """
    with Cases.open(path) as cases:
        return [_alert(one, _times_new(cases, one)) for one in cases.all((State.NEW,))]


def _makers(lake: Path, responses: list[int]) -> dict[int, str]:
    """The maker of whom a letter knows what to do, by response; nothing without a lake."""
    try:
        known = described(Lake.open(lake), responses)
    except LakeMissing:
        return {}
    makers = sorted(advice(), key=len, reverse=True)
    return {
        response: next((maker for maker in makers if router.name.startswith(maker)), "")
        for response, router in known.items()
    }


def _entry(case: Case, until: int) -> Entry:
    address = ip_address(str(case.address))
    text = str(address) if address.version == 4 else f"{address}/64"
    word = Confidence.of(case.confidence)
    return Entry(network_of(text), until, str(case.id), case.what, word)


def _own(asset: Asset) -> list[Own]:
    if asset.network is None:
        return []
    first, last = (ip_address(str(end)) for end in asset.network)
    what = f"{asset.kind} {asset.name}".strip()
    blocks = summarize_address_range(first, last)
    return [Own(block, what) for block in blocks if isinstance(block, IPv4Network | IPv6Network)]


def _times_new(cases: Cases, case: Case) -> int:
    return sum(event.what == "new" for event in cases.history(case.id))


def _alert(case: Case, times: int) -> Alert:
    own = case.who is None
    return Alert(
        f"case-{case.id}-{times}",
        Severity.CRITICAL if own else _LEVELS[case.severity],
        f"{'Exposure in our own network' if own else 'Exposed home router'}: {case.rule}",
        f"{case.what}; {case.advice}",
        case.last_seen or case.last_signin or case.opened_at,
        case.rule,
        str(case.id),
        str(case.address),
        shown_as(case.who),
    )
