"""Refusals: what the numbers mean, and how a Fault stands in an envelope.

Sources: tables of fault codes in TR-069 Amendment 6, annex A.5, and the schema cwmp-1-2.
"""

from dataclasses import dataclass
from typing import ClassVar

from gatewatch.protocol.cwmp.message import Message
from gatewatch.protocol.cwmp.shape import Number, Part, Text, element

__all__ = ["FAULTS", "Fault", "ParameterFault", "fault_name", "is_senders_fault"]

FAULTS = {
    8000: "method not supported",
    8001: "request denied",
    8002: "internal error",
    8003: "invalid arguments",
    8004: "resources exceeded",
    8005: "retry request",
    8006: "no common version of CWMP",
    9000: "method not supported",
    9001: "request denied",
    9002: "internal error",
    9003: "invalid arguments",
    9004: "resources exceeded",
    9005: "invalid parameter name",
    9006: "invalid parameter type",
    9007: "invalid parameter value",
    9008: "parameter is not writable",
    9009: "notification request rejected",
    9010: "transfer failed",
    9011: "upload failed",
    9012: "file server refused the credentials",
    9013: "protocol of the URL not supported",
    9014: "cannot join the multicast group",
    9015: "cannot reach the file server",
    9016: "cannot access the file",
    9017: "cannot complete the download",
    9018: "file is corrupted",
    9019: "file is not authentic",
    9020: "not within the time windows",
    9021: "transfer cannot be cancelled",
    9022: "invalid UUID",
    9023: "unknown execution environment",
    9024: "execution environment is disabled",
    9025: "module does not fit the execution environment",
    9026: "module is there already",
    9027: "system resources exceeded",
    9028: "unknown module",
    9029: "module is in the wrong state",
    9030: "downgrade not permitted",
    9031: "version not given",
    9032: "version is there already",
}
"""What each code means; 80xx are ours, 90xx the device's."""

_SERVER = frozenset({8002, 8004, 8005, 9002, 9004, 9010, 9011})


def fault_name(code: int) -> str:
    """What `code` means, in words."""
    if code in FAULTS:
        return FAULTS[code]
    if 8800 <= code <= 8899 or 9800 <= code <= 9899:
        return "a fault of the vendor's own"
    return "a fault of no known meaning"


def is_senders_fault(code: int) -> bool:
    """Whether the one who asked is to blame (SOAP's Client), or the one who was asked (Server)."""
    return code not in _SERVER


@dataclass(frozen=True, slots=True)
class ParameterFault(Part):
    """Why one parameter could not be set."""

    name: str = element("ParameterName", Text(256))
    code: int = element("FaultCode", Number(0, 99_999))
    string: str = element("FaultString", Text(256))


@dataclass(frozen=True, slots=True)
class Fault(Message):
    """A request was refused. Code 0: a fault of SOAP alone, CWMP says nothing of it."""

    SENDER: ClassVar[str] = "Client"
    RECEIVER: ClassVar[str] = "Server"
    MUST_UNDERSTAND: ClassVar[str] = "MustUnderstand"

    code: int = 0
    string: str = ""
    parameters: tuple[ParameterFault, ...] = ()
    soap_code: str = ""
    """SOAP's faultcode by local name; "" lets the code decide when it is written."""
    soap_string: str = "CWMP fault"

    @property
    def told(self) -> str:
        """The fault in one line, for people; the device's words are not escaped."""
        words = f"{self.code} {fault_name(self.code)}" if self.code else self.soap_string
        return f"{words} ({self.string})" if self.string else words
