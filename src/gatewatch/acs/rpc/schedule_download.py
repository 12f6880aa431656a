"""A Download within windows of time: `{"url", "windows": [{"start", "end", "mode"}], ...}`."""

from collections.abc import Mapping
from typing import Any

from gatewatch.acs.arguments import known_only, number, refuse, text
from gatewatch.acs.outcome import Outcome, done
from gatewatch.protocol.cwmp import ScheduleDownload, ScheduleDownloadResponse, TimeWindow

__all__ = ["METHOD", "SENTENCE", "answered", "ask"]

METHOD = "ScheduleDownload"
SENTENCE = "Have a device fetch a file within windows of time."
_ACTION = "schedule_download"
_FIELDS = {
    "url", "file_type", "file_size", "username", "password", "target_file_name", "windows",
}  # fmt: skip
_WINDOWS_MOST = 2


def ask(arguments: Mapping[str, Any]) -> tuple[ScheduleDownload, ...]:
    """One request with one or two windows."""
    known_only(_ACTION, arguments, _FIELDS)
    given = arguments.get("windows")
    if not isinstance(given, list | tuple) or not 1 <= len(given) <= _WINDOWS_MOST:
        refuse(_ACTION, '"windows" is no list of one or two', "give start and end in seconds")
    return (
        ScheduleDownload(
            command_key=text(_ACTION, arguments, "command_key", 32),
            file_type=text(_ACTION, arguments, "file_type", 64) or "1 Firmware Upgrade Image",
            url=text(_ACTION, arguments, "url", 256, needed=True),
            username=text(_ACTION, arguments, "username", 256),
            password=text(_ACTION, arguments, "password", 256),
            file_size=number(_ACTION, arguments, "file_size", 0),
            target_file_name=text(_ACTION, arguments, "target_file_name", 256),
            windows=tuple(_window(one) for one in given),
        ),
    )


def _window(given: Any) -> TimeWindow:
    if not isinstance(given, Mapping):
        refuse(_ACTION, f'"{given}" is no window', "give start and end in seconds from now")
    known_only(_ACTION, given, {"start", "end", "mode"})
    mode = text(_ACTION, given, "mode", 64) or "1 At Any Time"
    start = number(_ACTION, given, "start", 0)
    return TimeWindow(start, number(_ACTION, given, "end", 0, start + 1), mode)


def answered(
    asked: ScheduleDownload, answer: ScheduleDownloadResponse, arguments: Mapping[str, Any]
) -> Outcome:
    """A TransferComplete is still to come."""
    del answer, arguments
    return done(result={"transfer": "pending", "command_key": asked.command_key})
