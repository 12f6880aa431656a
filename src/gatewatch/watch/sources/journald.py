"""systemd's journal (`journalctl -o json`): what sshd says there.

All values are strings; a message that is no UTF-8 is an array of bytes, one that is too long is
null. Times are microseconds. Source: systemd.journal-fields(7), Journal JSON Format.
"""

from collections.abc import Iterator
from typing import BinaryIO

from gatewatch.formats.json_records import JsonRecord, peek, records
from gatewatch.formats.json_values import Table, text
from gatewatch.model.observation import Rejected
from gatewatch.model.signin import SignIn
from gatewatch.watch.given import Given
from gatewatch.watch.openssh import attempts, is_sshd
from gatewatch.watch.records import Passed, time_in

__all__ = ["NAME", "SENTENCE", "read", "sniff"]

NAME = "journald"
SENTENCE = "OpenSSH server in systemd's journal: journalctl -o json (JSON lines)."


def sniff(head: bytes) -> bool:
    """Whether an entry of a journal is there."""
    return any("__REALTIME_TIMESTAMP" in entry for entry in peek(head))


def read(stream: BinaryIO, given: Given) -> Iterator[SignIn | Passed | Rejected]:
    """One record for each entry, more for a folded one."""
    for record in records(stream):
        if isinstance(record, JsonRecord):
            try:
                yield from _entry(record.value, given)
            except ValueError as problem:
                yield record.rejected(str(problem))
        else:
            yield record


def _entry(entry: Table, given: Given) -> list[SignIn | Passed]:
    program = text(entry.get("SYSLOG_IDENTIFIER")) or text(entry.get("_COMM"))
    message = _message(entry.get("MESSAGE"))
    if not is_sshd(program) or message is None:
        return [Passed.OTHER]
    at = time_in(entry.get("__REALTIME_TIMESTAMP"))
    return attempts(message, given, at, text(entry.get("_HOSTNAME")), text(entry.get("_PID")))


def _message(value: object) -> str | None:
    if isinstance(value, list):
        try:
            return bytes(value).decode("utf-8", "surrogateescape")
        except (TypeError, ValueError):
            raise ValueError("its message is no list of bytes") from None
    return value if isinstance(value, str) else None
