"""Has the device fetch a file: `{"url", "file_type", "file_size", ...}`.

The answer only says that the device will; how it ended comes as TransferComplete under the same
`command_key`, in this session, in a later one, or never.
"""

from collections.abc import Mapping
from typing import Any

from gatewatch.acs.arguments import known_only, number, text
from gatewatch.acs.outcome import Outcome, done
from gatewatch.protocol.cwmp import Download, DownloadResponse

__all__ = ["METHOD", "SENTENCE", "answered", "ask"]

METHOD = "Download"
SENTENCE = "Have a device fetch and use a file, such as its firmware."
_ACTION = "download"
_FIELDS = {
    "url", "file_type", "file_size", "username", "password", "target_file_name", "delay_seconds",
}  # fmt: skip


def ask(arguments: Mapping[str, Any]) -> tuple[Download, ...]:
    """One request."""
    known_only(_ACTION, arguments, _FIELDS)
    return (
        Download(
            command_key=text(_ACTION, arguments, "command_key", 32),
            file_type=text(_ACTION, arguments, "file_type", 64) or "1 Firmware Upgrade Image",
            url=text(_ACTION, arguments, "url", 256, needed=True),
            username=text(_ACTION, arguments, "username", 256),
            password=text(_ACTION, arguments, "password", 256),
            file_size=number(_ACTION, arguments, "file_size", 0),
            target_file_name=text(_ACTION, arguments, "target_file_name", 256),
            delay_seconds=number(_ACTION, arguments, "delay_seconds", 0),
        ),
    )


def answered(asked: Download, answer: DownloadResponse, arguments: Mapping[str, Any]) -> Outcome:
    """Whether it is done, or is still to come."""
    del arguments
    state = "pending" if answer.status else "complete"
    return done(result={"transfer": state, "command_key": asked.command_key})
