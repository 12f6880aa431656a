r"""Syslog in ArcSight's Common Event Format, version 0.

In the header `\` and `|` are escaped, in the extension `\`, `=` and line breaks, so no device's
words begin a field. Source: "ArcSight Common Event Format Implementation Standard", version 25.
"""

from gatewatch import __version__
from gatewatch.model.hostile import shown
from gatewatch.watch.accounts import Account, Accounts
from gatewatch.watch.alerts import Alert, Severity
from gatewatch.watch.notice import Notice
from gatewatch.watch.syslog_sender import KEYS, Line, send
from gatewatch.watch.target import Door

__all__ = ["KEYS", "NAME", "SENTENCE", "cef", "deliver"]

NAME = "syslog-cef"
SENTENCE = "A syslog server, in the Common Event Format."
_LEVELS = {Severity.LOW: 3, Severity.MEDIUM: 5, Severity.HIGH: 8, Severity.CRITICAL: 10}


def deliver(notice: Notice, account: Account, accounts: Accounts, door: Door) -> None:
    """One line an alert."""
    del accounts, door
    send(
        (
            Line(one.alert.severity, one.alert.at, one.number, cef(one.alert, one.number))
            for one in notice.items
        ),
        account,
    )


def cef(alert: Alert, number: str) -> str:
    """The line of one alert."""
    head = ["CEF:0", "gatewatch", "gatewatch", __version__, alert.kind, alert.title]
    level = str(_LEVELS[alert.severity])
    fields = {
        "rt": str(alert.at // 1000),
        "externalId": number,
        "src": alert.address,
        "suser": alert.name or alert.person,
        "msg": alert.text,
    }
    if alert.case:
        fields |= {"cs1Label": "case", "cs1": alert.case}
    told = " ".join(f"{name}={_value(value)}" for name, value in fields.items() if value)
    return "|".join([*map(_header, head), level, told])


def _header(text: str) -> str:
    return shown(text, 200).replace("\\", "\\\\").replace("|", "\\|")


def _value(text: str) -> str:
    return shown(text, 500).replace("\\", "\\\\").replace("=", "\\=")
