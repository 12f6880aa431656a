"""Syslog with one JSON object a line, in Elastic's Common Schema 8."""

from gatewatch.model.hostile import json_line
from gatewatch.model.moment import iso
from gatewatch.watch.accounts import Account, Accounts
from gatewatch.watch.alerts import Alert
from gatewatch.watch.notice import Notice
from gatewatch.watch.syslog_sender import KEYS, Line, send
from gatewatch.watch.target import Door

__all__ = ["KEYS", "NAME", "SENTENCE", "deliver", "ecs"]

NAME = "syslog-ecs"
SENTENCE = "A syslog server, as JSON in the Elastic Common Schema."
_VERSION = "8.11.0"


def deliver(notice: Notice, account: Account, accounts: Accounts, door: Door) -> None:
    """One line an alert."""
    del accounts, door
    send(
        (
            Line(one.alert.severity, one.alert.at, one.number, ecs(one.alert, one.number))
            for one in notice.items
        ),
        account,
    )


def ecs(alert: Alert, number: str) -> str:
    """The line of one alert."""
    told: dict[str, object] = {
        "@timestamp": iso(alert.at),
        "ecs": {"version": _VERSION},
        "message": f"{alert.title}: {alert.text}" if alert.text else alert.title,
        "event": {
            "kind": "alert",
            "category": ["network", "vulnerability"],
            "type": ["info"],
            "id": number,
            "severity": int(alert.severity),
            "dataset": "gatewatch.alert",
            "provider": "gatewatch",
        },
        "gatewatch": {"kind": alert.kind, "case": alert.case},
    }
    if alert.address:
        told["source"] = {"ip": alert.address}
    if alert.name or alert.person:
        told["user"] = {"name": alert.name} if alert.name else {"hash": alert.person}
    return json_line(told)
