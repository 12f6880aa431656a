"""Files to and from the device, asked for by us or by somebody else."""

from dataclasses import dataclass

from gatewatch.protocol.cwmp.message import Request, Response
from gatewatch.protocol.cwmp.parts import COMMAND_KEY, NO_FAULT, WHEN, TransferFault
from gatewatch.protocol.cwmp.shape import Array, Flag, Number, Part, Struct, Text, element

__all__ = [
    "AutonomousTransferComplete",
    "AutonomousTransferCompleteResponse",
    "CancelTransfer",
    "CancelTransferResponse",
    "Download",
    "DownloadResponse",
    "FileTypeArgument",
    "GetAllQueuedTransfers",
    "GetAllQueuedTransfersResponse",
    "GetQueuedTransfers",
    "GetQueuedTransfersResponse",
    "QueuedTransfer",
    "RequestDownload",
    "RequestDownloadResponse",
    "ScheduleDownload",
    "ScheduleDownloadResponse",
    "TimeWindow",
    "TransferComplete",
    "TransferCompleteResponse",
    "TransferState",
    "Upload",
    "UploadResponse",
]

_FILE_TYPE = Text(64)
_URL = Text(256)
_LONG_URL = Text(1024)
_SECRET = Text(256, exact=True)
_FAULT = Struct(TransferFault)


@dataclass(frozen=True, slots=True)
class Download(Request):
    """Tells the device to fetch a file and to use it, such as a firmware."""

    command_key: str = element("CommandKey", COMMAND_KEY)
    file_type: str = element("FileType", _FILE_TYPE, "1 Firmware Upgrade Image")
    url: str = element("URL", _URL)
    username: str = element("Username", _SECRET)
    password: str = element("Password", _SECRET)
    file_size: int = element("FileSize", Number())
    """Bytes; 0: not told."""
    target_file_name: str = element("TargetFileName", Text(256))
    delay_seconds: int = element("DelaySeconds", Number())
    success_url: str = element("SuccessURL", _URL)
    failure_url: str = element("FailureURL", _URL)


@dataclass(frozen=True, slots=True)
class DownloadResponse(Response):
    """Status 0: done already; 1: not yet, a TransferComplete will come."""

    status: int = element("Status", Number(0, 1))
    start_time: int = element("StartTime", WHEN)
    complete_time: int = element("CompleteTime", WHEN)


@dataclass(frozen=True, slots=True)
class Upload(Request):
    """Tells the device to put a file of its own to a URL."""

    command_key: str = element("CommandKey", COMMAND_KEY)
    file_type: str = element("FileType", _FILE_TYPE)
    url: str = element("URL", _URL)
    username: str = element("Username", _SECRET)
    password: str = element("Password", _SECRET)
    delay_seconds: int = element("DelaySeconds", Number())


@dataclass(frozen=True, slots=True)
class UploadResponse(Response):
    """As DownloadResponse."""

    status: int = element("Status", Number(0, 1))
    start_time: int = element("StartTime", WHEN)
    complete_time: int = element("CompleteTime", WHEN)


@dataclass(frozen=True, slots=True)
class TransferState(Part):
    """A transfer that waits; state 1: not begun, 2: under way, 3: done, not yet told."""

    command_key: str = element("CommandKey", COMMAND_KEY)
    state: int = element("State", Number(1, 3), 1)


@dataclass(frozen=True, slots=True)
class GetQueuedTransfers(Request):
    """Asks which transfers of ours wait; newer devices have GetAllQueuedTransfers."""


@dataclass(frozen=True, slots=True)
class GetQueuedTransfersResponse(Response):
    """At most sixteen."""

    transfers: tuple[TransferState, ...] = element(
        "TransferList",
        Array("QueuedTransferStruct", Struct(TransferState), "cwmp:QueuedTransferStruct"),
    )


@dataclass(frozen=True, slots=True)
class QueuedTransfer(Part):
    """A transfer that waits, whoever asked for it."""

    command_key: str = element("CommandKey", COMMAND_KEY)
    state: int = element("State", Number(1, 3), 1)
    is_download: bool = element("IsDownload", Flag())
    file_type: str = element("FileType", _FILE_TYPE)
    file_size: int = element("FileSize", Number())
    target_file_name: str = element("TargetFileName", Text(256))


@dataclass(frozen=True, slots=True)
class GetAllQueuedTransfers(Request):
    """Asks which transfers wait, also those that somebody else asked for."""

    SINCE = "1.1"


@dataclass(frozen=True, slots=True)
class GetAllQueuedTransfersResponse(Response):
    """At most sixteen."""

    SINCE = "1.1"
    transfers: tuple[QueuedTransfer, ...] = element(
        "TransferList",
        Array("AllQueuedTransferStruct", Struct(QueuedTransfer), "cwmp:AllQueuedTransferStruct"),
    )


@dataclass(frozen=True, slots=True)
class TimeWindow(Part):
    """When a download may happen, in seconds from now."""

    start: int = element("WindowStart", Number())
    end: int = element("WindowEnd", Number())
    mode: str = element("WindowMode", Text(64), "1 At Any Time")
    user_message: str = element("UserMessage", Text(256))
    max_retries: int = element("MaxRetries", Number(-1, 0x7FFF_FFFF))
    """-1: as often as the device likes."""


@dataclass(frozen=True, slots=True)
class ScheduleDownload(Request):
    """A Download within one or two windows of time."""

    SINCE = "1.2"
    command_key: str = element("CommandKey", COMMAND_KEY)
    file_type: str = element("FileType", _FILE_TYPE, "1 Firmware Upgrade Image")
    url: str = element("URL", _URL)
    username: str = element("Username", _SECRET)
    password: str = element("Password", _SECRET)
    file_size: int = element("FileSize", Number())
    target_file_name: str = element("TargetFileName", Text(256))
    windows: tuple[TimeWindow, ...] = element(
        "TimeWindowList", Array("TimeWindowStruct", Struct(TimeWindow), "cwmp:TimeWindowStruct")
    )


@dataclass(frozen=True, slots=True)
class ScheduleDownloadResponse(Response):
    """Says nothing but yes; a TransferComplete will come."""

    SINCE = "1.2"


@dataclass(frozen=True, slots=True)
class CancelTransfer(Request):
    """Takes a transfer back that has not begun."""

    SINCE = "1.2"
    command_key: str = element("CommandKey", COMMAND_KEY)


@dataclass(frozen=True, slots=True)
class CancelTransferResponse(Response):
    """Says nothing but yes."""

    SINCE = "1.2"


@dataclass(frozen=True, slots=True)
class TransferComplete(Request):
    """The device tells how a transfer of ours ended; the key is that of the Download."""

    command_key: str = element("CommandKey", COMMAND_KEY)
    fault: TransferFault = element("FaultStruct", _FAULT, NO_FAULT)
    start_time: int = element("StartTime", WHEN)
    complete_time: int = element("CompleteTime", WHEN)


@dataclass(frozen=True, slots=True)
class TransferCompleteResponse(Response):
    """Tells the device that it need not say it again."""


@dataclass(frozen=True, slots=True)
class AutonomousTransferComplete(Request):
    """The device tells of a transfer that nobody here asked for."""

    SINCE = "1.1"
    announce_url: str = element("AnnounceURL", _LONG_URL)
    transfer_url: str = element("TransferURL", _LONG_URL)
    is_download: bool = element("IsDownload", Flag())
    file_type: str = element("FileType", _FILE_TYPE)
    file_size: int = element("FileSize", Number())
    target_file_name: str = element("TargetFileName", Text(256))
    fault: TransferFault = element("FaultStruct", _FAULT, NO_FAULT)
    start_time: int = element("StartTime", WHEN)
    complete_time: int = element("CompleteTime", WHEN)


@dataclass(frozen=True, slots=True)
class AutonomousTransferCompleteResponse(Response):
    """Tells the device that it need not say it again."""

    SINCE = "1.1"


@dataclass(frozen=True, slots=True)
class FileTypeArgument(Part):
    """A remark on the file that is wished for, such as its version."""

    name: str = element("Name", Text(64))
    value: str = element("Value", Text(256))


@dataclass(frozen=True, slots=True)
class RequestDownload(Request):
    """The device wishes a Download of some type."""

    file_type: str = element("FileType", _FILE_TYPE)
    arguments: tuple[FileTypeArgument, ...] = element(
        "FileTypeArg", Array("ArgStruct", Struct(FileTypeArgument), "cwmp:ArgStruct")
    )


@dataclass(frozen=True, slots=True)
class RequestDownloadResponse(Response):
    """Says that the wish was heard, not that it will be granted."""
