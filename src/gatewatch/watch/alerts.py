"""Alerts: what security people hear of, when, and never twice.

An alert has a key; the same key is the same alert for ever. It waits in the log until each channel
that wants it (by severity) has it: through quiet hours, until a digest is due, while a channel has
heard enough for the hour. What waits goes out as one notice. Texts name nobody: a person is a
pseudonym, a name is sent only to a channel that is set so, and neither is stored here.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from enum import IntEnum
from zoneinfo import ZoneInfo

from gatewatch.model.address import parse_address
from gatewatch.model.errors import AccountUnusable, InputUnreadable
from gatewatch.model.moment import SECOND, iso, parse_moment
from gatewatch.watch.accounts import Account, Key

__all__ = ["RULES", "Alert", "Rules", "Severity", "read_alerts", "rules_of", "why_waiting"]

_MOST_LINES = 100_000
_LONGEST_LINE = 100_000
_KEY = re.compile(r"[!-~]{1,200}")
_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")
_TIME = re.compile(r"(\d{1,4})([mhd])")
_UNITS = {"m": 60, "h": 3600, "d": 86_400}

RULES = (
    Key("at_least", "the lowest severity that it hears of: low, medium, high, critical", "medium"),
    Key("digest", "how long it waits for more before it is told: 0m, 15m, 1h, 1d", "15m"),
    Key("most_per_hour", "so many notices an hour at most", "20"),
    Key("quiet", "hours without notices, 22:00-07:00; critical ones come through", ""),
    Key("zone", "time zone of the quiet hours", "UTC"),
    Key("names", "yes: people are named; no: by pseudonym", "no"),
)


class Severity(IntEnum):
    """How bad; the numbers order them."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing to hear of; `at` is in microseconds since 1970 UTC."""

    key: str
    severity: Severity
    title: str
    text: str
    at: int
    kind: str = "exposure"
    case: str = ""
    address: str = ""
    person: str = ""
    """A pseudonym."""
    name: str = ""
    """Never stored."""

    def to_json(self) -> dict[str, object]:
        """As `read_alerts` reads it, without the name."""
        return {
            "key": self.key,
            "severity": self.severity.name.lower(),
            "title": self.title,
            "text": self.text,
            "at": iso(self.at),
            "kind": self.kind,
            "case": self.case,
            "ip": self.address,
            "person": self.person,
        }


@dataclass(frozen=True, slots=True)
class Rules:
    """What one channel wants to hear, and when; spans in microseconds."""

    at_least: Severity
    digest: int
    most_per_hour: int
    quiet: tuple[time, time] | None
    zone: ZoneInfo
    names: bool


def rules_of(account: Account) -> Rules:
    """Raises AccountUnusable for a value that says nothing."""
    wrong = ""
    level = account["at_least"].upper()
    digest, quiet = _TIME.fullmatch(account["digest"]), _SPAN.fullmatch(account["quiet"])
    if level not in Severity.__members__:
        wrong = "at_least is none of low, medium, high, critical"
    elif digest is None:
        wrong = "digest is no time such as 15m"
    elif not account["most_per_hour"].isdecimal() or int(account["most_per_hour"]) < 1:
        wrong = "most_per_hour is no number above 0"
    elif account["quiet"] and quiet is None:
        wrong = "quiet is no span such as 22:00-07:00"
    elif account["names"] not in ("yes", "no", "true", "false"):
        wrong = "names is neither yes nor no"
    zone = _zone(account["zone"])
    if zone is None:
        wrong = "zone is no time zone such as Europe/Paris"
    if wrong or digest is None or zone is None:
        raise AccountUnusable(where=f"[{account.name}]", what=wrong, mend="mend that value")
    return Rules(
        Severity[level],
        int(digest[1]) * _UNITS[digest[2]] * SECOND,
        int(account["most_per_hour"]),
        (time(int(quiet[1]), int(quiet[2])), time(int(quiet[3]), int(quiet[4]))) if quiet else None,
        zone,
        account["names"] in ("yes", "true"),
    )


def why_waiting(
    alerts: Iterable[Alert], rules: Rules, now: int, last: int, sent_this_hour: int
) -> str:
    """Why nothing is sent now; empty: these are to be sent. Times in microseconds UTC."""
    worst = max(alert.severity for alert in alerts)
    if worst is not Severity.CRITICAL:
        if rules.quiet and _is_quiet(rules, now):
            return "quiet hours"
        if last and now - last < rules.digest:
            return "the next digest is not due"
    if sent_this_hour >= rules.most_per_hour:
        return f"{sent_this_hour} notices were sent within an hour"
    return ""


def read_alerts(lines: Iterable[str], where: str) -> list[Alert]:
    """Alerts in JSON lines, none twice; raises InputUnreadable, which names the line."""
    found: dict[str, Alert] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            if number > _MOST_LINES or len(line) > _LONGEST_LINE:
                raise ValueError("it is too long")
            alert = alert_of(json.loads(line))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            known = isinstance(error, ValueError) and not isinstance(error, json.JSONDecodeError)
            raise InputUnreadable(
                where=f"{where}:{number}",
                what=str(error) if known else "it lacks key, severity, title or at",
                mend="give JSON lines with key, severity, title, text, at",
            ) from None
        found.setdefault(alert.key, alert)
    return list(found.values())


def alert_of(raw: Mapping[str, object]) -> Alert:
    """Raises ValueError, KeyError, TypeError or AttributeError for what is no alert."""
    key, level = str(raw["key"]), str(raw["severity"]).upper()
    if not _KEY.fullmatch(key):
        raise ValueError("key is no word")
    if level not in Severity.__members__:
        raise ValueError("severity is none of low, medium, high, critical")
    words = {name: str(raw.get(name) or "")[:2000] for name in ("text", "case", "person", "name")}
    address = str(raw.get("ip") or "")
    return Alert(
        key,
        Severity[level],
        str(raw["title"])[:300],
        words["text"],
        parse_moment(str(raw["at"])),
        str(raw.get("kind") or "exposure")[:60],
        words["case"][:64],
        str(parse_address(address)) if address else "",
        words["person"][:100],
        words["name"][:200],
    )


def _is_quiet(rules: Rules, now: int) -> bool:
    if rules.quiet is None:
        return False
    begin, end = rules.quiet
    clock = datetime.fromtimestamp(now / SECOND, UTC).astimezone(rules.zone).time()
    return begin <= clock < end if begin <= end else clock >= begin or clock < end


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        return None
