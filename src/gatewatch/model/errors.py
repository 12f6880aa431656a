"""The one error funnel: every failure that a user can cause or meet is a class here.

A class's docstring is its message, `where: what is wrong: how to mend it`, with the values
handed in by name; values that come from outside are escaped and cut. `id` is stable (scripts
and the API rely on it), `exit_code` is what the process ends with. `docs/reference/errors.md`
is generated from these classes.

When several things happened in one run, the most serious code wins:
interrupted (130) > error (2, 3) > partial (4) > nothing found (1) > found (0).
"""

from collections.abc import Iterator
from enum import IntEnum

from gatewatch.model.hostile import shown

__all__ = [
    "AccountUnusable",
    "AcsKeyUnusable",
    "ActionHalfDone",
    "ActionRefused",
    "ActionUnknown",
    "AddressTaken",
    "BadArguments",
    "BadMapping",
    "BadQuery",
    "BadScope",
    "BadSetting",
    "BadSettingsFile",
    "CaseUnknown",
    "CatalogueBroken",
    "DeviceUnknown",
    "EmptyInput",
    "Exit",
    "FetchFailed",
    "FirmwareRefused",
    "FormExpired",
    "FormatUnfit",
    "FormatUnknown",
    "GatewatchError",
    "InputUnreadable",
    "LakeBusy",
    "LakeCorrupt",
    "LakeMissing",
    "LakeTooNew",
    "LakeUnwritable",
    "LogIncomplete",
    "LogUnknown",
    "LoginWanted",
    "MailHalfSent",
    "MethodRefused",
    "MissingPrivilege",
    "NameUnknown",
    "NothingUsable",
    "OrderRefused",
    "OutputUnwritable",
    "PageUnknown",
    "PlaceTaken",
    "PoliteRefusal",
    "PortMissing",
    "QueryTooSlow",
    "QueryUnknown",
    "RangesMissing",
    "RequestRefused",
    "RequestTooLarge",
    "RoleMissing",
    "ScanDamaged",
    "ScanUnknown",
    "ServerFault",
    "SnapshotUnknown",
    "StateUnusable",
    "SystemRefusal",
    "TargetFailed",
    "TimeMissing",
    "TooBusy",
    "TooManyTries",
    "WatchBusy",
    "WatchCorrupt",
    "WatchTooNew",
    "WatchUnwritable",
    "all_errors",
]


class Exit(IntEnum):
    """What a process ends with; scripts may rely on these."""

    FOUND = 0
    NOTHING = 1
    BAD_INPUT = 2
    DATA = 3
    RESUMABLE = 3
    PARTIAL = 4
    PRIVILEGE = 5
    REFUSED = 6
    UNWRITABLE = 7
    BUG = 70
    INTERRUPTED = 130

    @property
    def meaning(self) -> str:
        """One sentence for the reference page."""
        return _MEANINGS[self]


_MEANINGS = {
    Exit.FOUND: "Done, and something was found.",
    Exit.NOTHING: "Done, and nothing was found.",
    Exit.BAD_INPUT: "A query, an argument, a setting or a file is wrong; nothing was done.",
    Exit.DATA: "Data is missing, damaged or cannot be written; a scan: interrupted, may be resumed.",
    Exit.PARTIAL: "Done in part: records were rejected or an input was damaged; a scan: given up.",
    Exit.PRIVILEGE: "A scan needs privileges that this process lacks.",
    Exit.REFUSED: "Refused, because it would not be polite to those who are scanned.",
    Exit.UNWRITABLE: "What a scan found cannot be written; what was scanned is kept.",
    Exit.BUG: "A bug of gatewatch; the traceback belongs into a report.",
    Exit.INTERRUPTED: "Stopped by Ctrl-C.",
}


class GatewatchError(Exception):
    """{where}: {what}: {mend}"""

    id = "error"
    exit_code = Exit.BAD_INPUT

    def __init__(self, **values: object) -> None:
        self.values = {name: shown(value, 300) for name, value in values.items()}
        super().__init__((self.__doc__ or "").strip().format(**self.values))

    def __reduce__(self) -> tuple[object, ...]:
        """Errors travel between processes by their values, not by their message."""
        return _again, (type(self), self.values)


class BadArguments(GatewatchError):
    """{where}: {what}: {mend}"""

    id = "bad-arguments"


class BadSetting(GatewatchError):
    """{where}: {name} is "{value}": {mend}"""

    id = "bad-setting"


class BadSettingsFile(GatewatchError):
    """{where}: {what}: {mend}"""

    id = "bad-settings-file"


class BadQuery(GatewatchError):
    """query:{column}: {what}; {mend}"""

    id = "bad-query"

    text = ""
    """The query, when it is known."""

    def __init__(self, *, column: int, what: str, mend: str) -> None:
        self.column = int(column)
        super().__init__(column=column, what=what, mend=mend)

    def to_json(self) -> dict[str, object]:
        """Where and what for programs: `start` and `end` are 0-based offsets in the query."""
        start = self.column - 1
        words = self.text[start:].split(maxsplit=1)
        end = start + max(len(words[0]) if words else 0, 1)
        return {
            "code": self.id,
            "message": self.values["what"],
            "start": start,
            "end": end,
            "suggestion": self.values["mend"],
        }


class BadScope(GatewatchError):
    """{where}: "{value}" {what}: {mend}"""

    id = "bad-scope"


class PoliteRefusal(GatewatchError):
    """{where}: {what}: {mend}"""

    id = "polite-refusal"
    exit_code = Exit.REFUSED


class InputUnreadable(GatewatchError):
    """{where}: cannot be read, {what}: {mend}"""

    id = "input-unreadable"


class EmptyInput(GatewatchError):
    """{where}: is empty: give a file that a scanner wrote"""

    id = "input-empty"


class FetchFailed(GatewatchError):
    """{where}: cannot be fetched, {what}: {mend}"""

    id = "fetch-failed"
    exit_code = Exit.DATA


class FormatUnfit(GatewatchError):
    """{where}: {what}: {mend}"""

    id = "format-unfit"


class FormatUnknown(GatewatchError):
    """{where}: no known format begins with "{head}": see "gatewatch formats" for what can be read"""

    id = "format-unknown"


class NothingUsable(GatewatchError):
    """{where}: all {rejected} records were rejected (first: {first}): nothing was imported"""

    id = "nothing-usable"


class PortMissing(GatewatchError):
    """{where}: {format} records do not name the port: add --port 7547 (or the port scanned)"""

    id = "port-missing"


class TimeMissing(GatewatchError):
    """{where}: {format} records do not say when: add --time 2026-11-24T10:00:00Z (when scanned)"""

    id = "time-missing"


class BadMapping(GatewatchError):
    """{where}: {what}: {mend}"""

    id = "bad-mapping"


class LogIncomplete(GatewatchError):
    """{where}: {source} {what}: add {mend}"""

    id = "log-incomplete"


class LogUnknown(GatewatchError):
    """{where}: no known log begins with "{head}": see "gatewatch watch sources", or give --map FILE"""

    id = "log-unknown"


class PlaceTaken(GatewatchError):
    """{where}: exists already: choose another name or remove it first"""

    id = "place-taken"


class OutputUnwritable(GatewatchError):
    """{where}: cannot be written, {what}: {mend}"""

    id = "output-unwritable"
    exit_code = Exit.DATA


class MissingPrivilege(GatewatchError):
    """{where}: {what}: {mend}"""

    id = "missing-privilege"
    exit_code = Exit.PRIVILEGE


class ScanUnknown(GatewatchError):
    """{where}: is no scan's folder: "gatewatch scan status" lists the scans of the lake"""

    id = "scan-unknown"


class ScanDamaged(GatewatchError):
    """{where}: {what}: {mend}"""

    id = "scan-damaged"
    exit_code = Exit.DATA


class MachineUnfit(GatewatchError):
    """{where}: {what}: {mend}"""

    id = "machine-unfit"
    exit_code = Exit.PRIVILEGE


class SystemRefusal(GatewatchError):
    """{where}: the system says "{what}": see that it exists, may be used and has space"""

    id = "system-refusal"
    exit_code = Exit.DATA


class LakeMissing(GatewatchError):
    """{where}: no snapshot is here: "gatewatch import FILE" or "gatewatch demo" makes one"""

    id = "lake-missing"
    exit_code = Exit.DATA


class SnapshotUnknown(GatewatchError):
    """{where}: no snapshot "{name}": {mend}"""

    id = "snapshot-unknown"
    exit_code = Exit.DATA


class QueryUnknown(GatewatchError):
    """{where}: no query is saved as "{name}": "gatewatch query list" shows all"""

    id = "query-unknown"
    exit_code = Exit.DATA


class LakeTooNew(GatewatchError):
    """{where}: lake format {found} is newer than this gatewatch reads ({known}): upgrade gatewatch"""

    id = "lake-too-new"
    exit_code = Exit.DATA


class LakeCorrupt(GatewatchError):
    """{where}: {what}: {mend}"""

    id = "lake-corrupt"
    exit_code = Exit.DATA


class LakeBusy(GatewatchError):
    """{where}: process {pid} has been writing for {age}: wait for it or stop it; readers may go on"""

    id = "lake-busy"
    exit_code = Exit.DATA


class QueryTooSlow(GatewatchError):
    """{where}: the question took longer than {seconds} s: narrow it (a country, a network, one snapshot), or allow more with --timeout"""

    id = "query-too-slow"
    exit_code = Exit.DATA


class LakeUnwritable(GatewatchError):
    """{where}: cannot be written, {what}: {mend}; the lake is unchanged"""

    id = "lake-unwritable"
    exit_code = Exit.DATA


class WatchCorrupt(GatewatchError):
    """{where}: {what}: {mend}"""

    id = "watch-corrupt"
    exit_code = Exit.DATA


class WatchTooNew(GatewatchError):
    """{where}: watch format {found} is newer than this gatewatch reads ({known}): upgrade gatewatch"""

    id = "watch-too-new"
    exit_code = Exit.DATA


class WatchBusy(GatewatchError):
    """{where}: process {pid} has been writing for {age}: wait for it or stop it"""

    id = "watch-busy"
    exit_code = Exit.DATA


class WatchUnwritable(GatewatchError):
    """{where}: cannot be written, {what}: {mend}; nothing was changed"""

    id = "watch-unwritable"
    exit_code = Exit.DATA


class CaseUnknown(GatewatchError):
    """{where}: there is no case {number}: "gatewatch watch cases" lists all"""

    id = "case-unknown"


class NameUnknown(GatewatchError):
    """{where}: no name is kept for case {number}: with watch_names = "sealed" later imports keep names"""

    id = "name-unknown"
    exit_code = Exit.DATA


class CatalogueBroken(GatewatchError):
    """{where}: {what}: {mend}"""

    id = "catalogue-broken"


class AddressTaken(GatewatchError):
    """{where}: cannot be listened on, {what}: {mend}"""

    id = "address-taken"
    exit_code = Exit.DATA


class PageUnknown(GatewatchError):
    """{where}: there is no such page: start from the first one"""

    id = "page-unknown"


class MethodRefused(GatewatchError):
    """{where}: does not take {method}: use {allowed}"""

    id = "method-refused"


class RequestRefused(GatewatchError):
    """{where}: {what}: {mend}"""

    id = "request-refused"


class RequestTooLarge(GatewatchError):
    """{where}: is too large: send at most {most}"""

    id = "request-too-large"


class LoginWanted(GatewatchError):
    """{where}: is for people who are known here: {mend}"""

    id = "login-wanted"


class RoleMissing(GatewatchError):
    """{where}: is not open to you: {mend}"""

    id = "role-missing"


class FormExpired(GatewatchError):
    """{where}: this form is not one of this visit: load the page again and send it once more"""

    id = "form-expired"


class TooManyTries(GatewatchError):
    """{where}: too many tries: wait {seconds} seconds"""

    id = "too-many-tries"


class TooBusy(GatewatchError):
    """{where}: too many questions at once: ask again in {seconds} seconds"""

    id = "too-busy"
    exit_code = Exit.DATA


class ServerFault(GatewatchError):
    """{where}: this is a bug of gatewatch: report it with the lines of the server's log that say {number}"""

    id = "server-fault"
    exit_code = Exit.DATA


class RangesMissing(GatewatchError):
    """{where}: no network data is imported: "gatewatch geo import FILE" brings it"""

    id = "ranges-missing"
    exit_code = Exit.DATA


class FirmwareRefused(GatewatchError):
    """{where}: {what}: {mend}; no device was told of it"""

    id = "firmware-refused"


class DeviceUnknown(GatewatchError):
    """{where}: no device of the ACS is known by this name: "gatewatch acs devices" lists all"""

    id = "device-unknown"
    exit_code = Exit.DATA


class OrderRefused(GatewatchError):
    """{where}: {what}: {mend}"""

    id = "order-refused"


class StateUnusable(GatewatchError):
    """{where}: what the ACS remembers cannot be used, {what}: {mend}"""

    id = "state-unusable"
    exit_code = Exit.DATA


class AcsKeyUnusable(GatewatchError):
    """{where}: {what}: {mend}"""

    id = "acs-key-unusable"


class AccountUnusable(GatewatchError):
    """{where}: {what}: {mend}"""

    id = "account-unusable"


class ActionRefused(GatewatchError):
    """{where}: {what}, so nothing was done: {mend}"""

    id = "action-refused"


class ActionUnknown(GatewatchError):
    """{where}: no action is called "{name}": "gatewatch watch actions list" shows all"""

    id = "action-unknown"
    exit_code = Exit.DATA


class ActionHalfDone(GatewatchError):
    """{where}: {done} of {steps} steps were done, then {what}: "{undo}" takes them back"""

    id = "action-half-done"
    exit_code = Exit.PARTIAL


class MailHalfSent(GatewatchError):
    """{where}: {sent} of {waiting} mails were sent, then {what}: "{again}" goes on with the rest"""

    id = "mail-half-sent"
    exit_code = Exit.PARTIAL


class TargetFailed(GatewatchError):
    """{where}: {what}: {mend}"""

    id = "target-failed"
    exit_code = Exit.DATA


def _again(error: type[GatewatchError], values: dict[str, str]) -> GatewatchError:
    return error(**values)


def all_errors() -> Iterator[type[GatewatchError]]:
    """Every error class, sorted by id, for the reference page and its test."""
    yield from sorted(GatewatchError.__subclasses__(), key=lambda error: error.id)
