"""Modules of software on the device (deployment units), since CWMP 1.2."""

from dataclasses import dataclass

from gatewatch.protocol.cwmp.message import Request, Response
from gatewatch.protocol.cwmp.parts import COMMAND_KEY, NO_FAULT, WHEN, TransferFault
from gatewatch.protocol.cwmp.shape import Array, Choice, Flag, Part, Struct, Text, element

__all__ = [
    "AutonomousDUStateChangeComplete",
    "AutonomousDUStateChangeCompleteResponse",
    "AutonomousOpResult",
    "ChangeDUState",
    "ChangeDUStateResponse",
    "DUStateChangeComplete",
    "DUStateChangeCompleteResponse",
    "InstallOpStruct",
    "OpResult",
    "UninstallOpStruct",
    "UpdateOpStruct",
]

_URL = Text(1024)
_UUID = Text(36)
_SECRET = Text(256, exact=True)
_VERSION = Text(32)
_FAULT = Struct(TransferFault)


@dataclass(frozen=True, slots=True)
class InstallOpStruct(Part):
    """Install what is behind a URL. Named as the schema's type, which tells operations apart."""

    url: str = element("URL", _URL)
    uuid: str | None = element("UUID", _UUID, optional=True)
    username: str | None = element("Username", _SECRET, optional=True)
    password: str | None = element("Password", _SECRET, optional=True)
    environment: str | None = element("ExecutionEnvRef", Text(256), optional=True)


@dataclass(frozen=True, slots=True)
class UpdateOpStruct(Part):
    """Update one module, or all that came from a URL."""

    uuid: str | None = element("UUID", _UUID, optional=True)
    version: str | None = element("Version", _VERSION, optional=True)
    url: str | None = element("URL", _URL, optional=True)
    username: str | None = element("Username", _SECRET, optional=True)
    password: str | None = element("Password", _SECRET, optional=True)


@dataclass(frozen=True, slots=True)
class UninstallOpStruct(Part):
    """Remove a module."""

    uuid: str = element("UUID", _UUID)
    version: str | None = element("Version", _VERSION, optional=True)
    environment: str | None = element("ExecutionEnvRef", Text(256), optional=True)


Operation = InstallOpStruct | UpdateOpStruct | UninstallOpStruct


@dataclass(frozen=True, slots=True)
class ChangeDUState(Request):
    """Installs, updates and removes modules; how it went comes as DUStateChangeComplete."""

    SINCE = "1.2"
    operations: tuple[Operation, ...] = element(
        "Operations",
        Array(
            "Operation",
            Choice((InstallOpStruct, UpdateOpStruct, UninstallOpStruct)),
            "cwmp:OperationStruct",
        ),
    )
    command_key: str | None = element("CommandKey", COMMAND_KEY, optional=True)


@dataclass(frozen=True, slots=True)
class ChangeDUStateResponse(Response):
    """Says nothing but that it was heard."""

    SINCE = "1.2"


@dataclass(frozen=True, slots=True)
class OpResult(Part):
    """How one operation ended."""

    uuid: str = element("UUID", _UUID)
    deployment_unit: str = element("DeploymentUnitRef", Text(256))
    version: str = element("Version", _VERSION)
    current_state: str = element("CurrentState", Text(32))
    """Installed, Uninstalled or Failed."""
    resolved: bool = element("Resolved", Flag())
    execution_units: str = element("ExecutionUnitRefList", Text(0))
    start_time: int = element("StartTime", WHEN)
    complete_time: int = element("CompleteTime", WHEN)
    fault: TransferFault = element("Fault", _FAULT, NO_FAULT)


@dataclass(frozen=True, slots=True)
class AutonomousOpResult(Part):
    """How an operation ended that nobody here asked for."""

    uuid: str = element("UUID", _UUID)
    deployment_unit: str = element("DeploymentUnitRef", Text(256))
    version: str = element("Version", _VERSION)
    current_state: str = element("CurrentState", Text(32))
    resolved: bool = element("Resolved", Flag())
    execution_units: str = element("ExecutionUnitRefList", Text(0))
    start_time: int = element("StartTime", WHEN)
    complete_time: int = element("CompleteTime", WHEN)
    fault: TransferFault = element("Fault", _FAULT, NO_FAULT)
    operation_performed: str = element("OperationPerformed", Text(32))
    """Install, Update or Uninstall."""


@dataclass(frozen=True, slots=True)
class DUStateChangeComplete(Request):
    """The device tells how a ChangeDUState of ours ended."""

    SINCE = "1.2"
    results: tuple[OpResult, ...] = element(
        "Results", Array("OpResultStruct", Struct(OpResult), "cwmp:OpResultStruct")
    )
    command_key: str | None = element("CommandKey", COMMAND_KEY, optional=True)


@dataclass(frozen=True, slots=True)
class DUStateChangeCompleteResponse(Response):
    """Tells the device that it need not say it again."""

    SINCE = "1.2"


@dataclass(frozen=True, slots=True)
class AutonomousDUStateChangeComplete(Request):
    """The device tells of modules that changed without our asking."""

    SINCE = "1.2"
    results: tuple[AutonomousOpResult, ...] = element(
        "Results",
        Array("AutonOpResultStruct", Struct(AutonomousOpResult), "cwmp:AutonOpResultStruct"),
    )


@dataclass(frozen=True, slots=True)
class AutonomousDUStateChangeCompleteResponse(Response):
    """Tells the device that it need not say it again."""

    SINCE = "1.2"
