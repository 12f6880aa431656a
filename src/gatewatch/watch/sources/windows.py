r"""Windows security events in JSON: evtx_dump, winlogbeat, Get-WinEvent | ConvertTo-Json.

evtx_dump writes the event number as a number or as a table with qualifiers; PowerShell writes
values by position and times as `/Date(1795161600000)/`. The files that Event Viewer writes as CSV
are in the language and the zone of the machine, so XML or JSON is asked for.
"""

import re
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from gatewatch.formats.json_values import Table, array, dig, number, table, text
from gatewatch.model.observation import Rejected
from gatewatch.model.signin import SignIn
from gatewatch.watch.given import Given
from gatewatch.watch.json_events import peeked, read_events
from gatewatch.watch.records import Passed, time_in
from gatewatch.watch.windows_events import NAME, WindowsEvent, attempt

__all__ = ["NAME", "SENTENCE", "read", "sniff"]

SENTENCE = "Windows sign-in events: evtx_dump, winlogbeat, Get-WinEvent (JSON)."

_POWERSHELL_TIME = re.compile(r"/Date\((\d{1,17})\)/", re.ASCII)
# Where Get-WinEvent's nameless values stand, by event.
_POSITIONS = {
    4624: {"TargetUserName": 5, "TargetDomainName": 6, "LogonType": 8, "WorkstationName": 11,
           "IpAddress": 18},
    4625: {"TargetUserName": 5, "TargetDomainName": 6, "LogonType": 10, "WorkstationName": 13,
           "IpAddress": 19},
}  # fmt: skip


def sniff(head: bytes) -> bool:
    """Whether an event of one of the three programs is there."""
    return any(
        isinstance(dig(event, "Event", "System"), dict)
        or isinstance(event.get("winlog"), dict)
        or event.keys() >= {"Id", "ProviderName", "TimeCreated"}
        for event in peeked(head)
    )


def read(stream: BinaryIO, given: Given) -> Iterator[SignIn | Passed | Rejected]:
    """One record for each event."""
    return read_events(stream, given, _event)


def _event(event: Table, given: Given) -> SignIn | Passed:
    if isinstance(event.get("winlog"), dict):
        return attempt(_winlogbeat(event, table(event["winlog"])), given)
    if "Event" in event:
        return attempt(_evtx_dump(table(event["Event"])), given)
    return attempt(_powershell(event), given)


def _winlogbeat(event: Table, winlog: Table) -> WindowsEvent:
    return WindowsEvent(
        number(winlog.get("event_id")) or number(dig(event, "event", "code")) or 0,
        time_in(event.get("@timestamp")),
        text(winlog.get("computer_name")),
        _words(winlog.get("record_id")),
        _texts(table(winlog.get("event_data")) or table(winlog.get("user_data"))),
    )


def _evtx_dump(event: Table) -> WindowsEvent:
    system = table(event.get("System"))
    kind = system.get("EventID")
    inner = next(map(table, table(event.get("UserData")).values()), {})
    return WindowsEvent(
        number(kind) or number(dig(kind, "#text")) or 0,
        time_in(
            dig(system, "TimeCreated", "#attributes", "SystemTime")
            or dig(system, "TimeCreated_attributes", "SystemTime")
        ),
        text(system.get("Computer")),
        _words(system.get("EventRecordID")),
        _texts(table(event.get("EventData")) or inner),
    )


def _powershell(event: Table) -> WindowsEvent:
    kind = number(event.get("Id")) or 0
    written = event.get("TimeCreated")
    match = _POWERSHELL_TIME.fullmatch(text(written))
    values = [dig(value, "Value") for value in array(event.get("Properties"))]
    places = _POSITIONS.get(kind, {})
    data = {name: values[at] for name, at in places.items() if at < len(values)}
    return WindowsEvent(
        kind,
        time_in(match[1] if match else written),
        text(event.get("MachineName")),
        _words(event.get("RecordId")),
        _texts(data),
    )


def _texts(data: Table) -> Mapping[str, str]:
    return {name: _words(value) for name, value in data.items()}


def _words(value: object) -> str:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else text(value)
