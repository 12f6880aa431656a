"""Has the device put a file of its own somewhere: `{"url", "file_type", ...}`."""

from collections.abc import Mapping
from typing import Any

from gatewatch.acs.arguments import known_only, number, text
from gatewatch.acs.outcome import Outcome, done
from gatewatch.protocol.cwmp import Upload, UploadResponse

__all__ = ["METHOD", "SENTENCE", "answered", "ask"]

METHOD = "Upload"
SENTENCE = "Have a device send a file of its own, such as its log."
_ACTION = "upload"


def ask(arguments: Mapping[str, Any]) -> tuple[Upload, ...]:
    """One request."""
    known_only(_ACTION, arguments, {"url", "file_type", "username", "password", "delay_seconds"})
    return (
        Upload(
            command_key=text(_ACTION, arguments, "command_key", 32),
            file_type=text(_ACTION, arguments, "file_type", 64, needed=True),
            url=text(_ACTION, arguments, "url", 256, needed=True),
            username=text(_ACTION, arguments, "username", 256),
            password=text(_ACTION, arguments, "password", 256),
            delay_seconds=number(_ACTION, arguments, "delay_seconds", 0),
        ),
    )


def answered(asked: Upload, answer: UploadResponse, arguments: Mapping[str, Any]) -> Outcome:
    """Whether it is done, or a TransferComplete is still to come."""
    del arguments
    state = "pending" if answer.status else "complete"
    return done(result={"transfer": state, "command_key": asked.command_key})
