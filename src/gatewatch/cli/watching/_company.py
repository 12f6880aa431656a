"""An invented company for `gatewatch watch demo`: 5,000 people, and 90 days of their logs.

Everybody opens the VPN from home on two days a week, and signs in to an application once a week,
through the company's egress; twelve do the latter straight from home. Names are numbers under
example.org, homes are loopback addresses.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

__all__ = ["DAYS", "PEOPLE", "ROUND", "Company"]

PEOPLE = 5000
DAYS = 90
EXPOSED = 40
ROUND = 12
EGRESS = "127.100.0.1"
_VPN_DAYS = (0, 3)
_WEEK = 7


@dataclass(frozen=True, slots=True)
class Company:
    """Who lives where, and when it is."""

    now: datetime
    exposed: Sequence[str]
    """Addresses of the homes of the first people, each behind a router that answers."""

    def home(self, person: int) -> str:
        """The address from which this person opens the VPN."""
        if person < len(self.exposed):
            return self.exposed[person]
        return f"127.80.{person >> 8}.{person & 255}"

    def write(self, folder: Path) -> list[str]:
        """Writes the log of the VPN and that of the identity provider; returns their names."""
        with (folder / "fortigate.log").open("w") as vpn:
            vpn.writelines(self._tunnels())
        with (folder / "okta.jsonl").open("w") as okta:
            okta.writelines(self._sessions())
        return ["fortigate.log", "okta.jsonl"]

    def _days(self) -> Iterator[tuple[int, datetime]]:
        """Each day with its number, the last one some hours ago."""
        for day in range(DAYS):
            yield day, self.now - timedelta(days=DAYS - 1 - day, hours=2)

    def _tunnels(self) -> Iterator[str]:
        for day, moment in self._days():
            for person in range(PEOPLE):
                # Who was found must have worked lately, so the last day is one of theirs.
                lately = day == DAYS - 1 and person < len(self.exposed)
                if not lately and (day + person) % _WEEK not in _VPN_DAYS:
                    continue
                at = int(moment.timestamp()) - person % 3600
                yield (
                    f'eventtime={at} devname="vpn1" devid="FG100" logid="0101039424" subtype="vpn" '
                    f'action="tunnel-up" remip={self.home(person)} user="p{person:04}"\n'
                )

    def _sessions(self) -> Iterator[str]:
        first_round = len(self.exposed)
        for day, moment in self._days():
            for person in range(PEOPLE):
                past = first_round <= person < first_round + ROUND
                if (day + person) % _WEEK and not (past and day % _WEEK == 5):
                    continue
                # Hours after the tunnel, or on another day than it.
                at = moment.astimezone(UTC) - timedelta(seconds=7200 + person % 3600)
                event = {
                    "published": f"{at:%Y-%m-%dT%H:%M:%S.000Z}",
                    "eventType": "user.session.start",
                    "actor": {"type": "User", "alternateId": f"p{person:04}@example.org"},
                    "client": {"ipAddress": self.home(person) if past else EGRESS},
                    "outcome": {"result": "SUCCESS"},
                    "uuid": f"demo-{day}-{person}",
                }
                yield json.dumps(event, separators=(",", ":")) + "\n"
