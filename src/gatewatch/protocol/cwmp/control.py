"""Beginning a session, what either side can do, and starting devices anew."""

from dataclasses import dataclass

from gatewatch.protocol.cwmp.message import Request, Response
from gatewatch.protocol.cwmp.parts import (
    COMMAND_KEY,
    VALUES,
    WHEN,
    DeviceId,
    Event,
    ParameterValue,
)
from gatewatch.protocol.cwmp.shape import Array, Number, Part, Struct, Text, element

__all__ = [
    "FactoryReset",
    "FactoryResetResponse",
    "GetOptions",
    "GetOptionsResponse",
    "GetRPCMethods",
    "GetRPCMethodsResponse",
    "Inform",
    "InformResponse",
    "Kicked",
    "KickedResponse",
    "Option",
    "Reboot",
    "RebootResponse",
    "ScheduleInform",
    "ScheduleInformResponse",
    "SetVouchers",
    "SetVouchersResponse",
]


@dataclass(frozen=True, slots=True)
class Inform(Request):
    """The device opens a session: who it is, why it is here, what it is told to say each time."""

    device: DeviceId = element("DeviceId", Struct(DeviceId))
    events: tuple[Event, ...] = element(
        "Event", Array("EventStruct", Struct(Event), "cwmp:EventStruct")
    )
    max_envelopes: int = element("MaxEnvelopes", Number(), 1)
    current_time: int = element("CurrentTime", WHEN)
    retry_count: int = element("RetryCount", Number())
    """How many sessions failed before this one."""
    parameters: tuple[ParameterValue, ...] = element("ParameterList", VALUES)

    def value(self, suffix: str) -> str:
        """The value of the first parameter whose name ends so, below either root; "" if none."""
        return next((one.value for one in self.parameters if one.name.endswith(suffix)), "")


@dataclass(frozen=True, slots=True)
class InformResponse(Response):
    """The session is open."""

    max_envelopes: int = element("MaxEnvelopes", Number(), 1)


@dataclass(frozen=True, slots=True)
class GetRPCMethods(Request):
    """Asks the other side what it can do; both sides may ask."""


@dataclass(frozen=True, slots=True)
class GetRPCMethodsResponse(Response):
    """The names of the methods."""

    methods: tuple[str, ...] = element("MethodList", Array("string", Text(64), "xsd:string"))


@dataclass(frozen=True, slots=True)
class Reboot(Request):
    """Starts the device anew once the session has ended."""

    command_key: str = element("CommandKey", COMMAND_KEY)


@dataclass(frozen=True, slots=True)
class RebootResponse(Response):
    """Says that it will."""


@dataclass(frozen=True, slots=True)
class FactoryReset(Request):
    """Makes the device forget every setting, also those that we made."""


@dataclass(frozen=True, slots=True)
class FactoryResetResponse(Response):
    """Says that it will."""


@dataclass(frozen=True, slots=True)
class ScheduleInform(Request):
    """Has the device come again after so many seconds."""

    delay_seconds: int = element("DelaySeconds", Number(), 1)
    command_key: str = element("CommandKey", COMMAND_KEY)


@dataclass(frozen=True, slots=True)
class ScheduleInformResponse(Response):
    """Says that it will."""


@dataclass(frozen=True, slots=True)
class SetVouchers(Request):
    """Deprecated: signed options in base64."""

    vouchers: tuple[str, ...] = element("VoucherList", Array("base64", Text(0), "soap-enc:base64"))


@dataclass(frozen=True, slots=True)
class SetVouchersResponse(Response):
    """Says nothing but yes."""


@dataclass(frozen=True, slots=True)
class Option(Part):
    """Deprecated: an option that a voucher brought."""

    name: str = element("OptionName", Text(64))
    voucher_number: int = element("VoucherSN", Number())
    state: int = element("State", Number())
    mode: int = element("Mode", Number())
    start_date: int = element("StartDate", WHEN)
    expiration_date: int = element("ExpirationDate", WHEN)
    is_transferable: int = element("IsTransferable", Number(0, 1))


@dataclass(frozen=True, slots=True)
class GetOptions(Request):
    """Deprecated: asks for one option, or with "" for all."""

    option_name: str = element("OptionName", Text(64))


@dataclass(frozen=True, slots=True)
class GetOptionsResponse(Response):
    """The options."""

    options: tuple[Option, ...] = element(
        "OptionList", Array("OptionStruct", Struct(Option), "cwmp:OptionStruct")
    )


@dataclass(frozen=True, slots=True)
class Kicked(Request):
    """Deprecated: somebody pressed a link on the device's pages that leads here."""

    command: str = element("Command", Text(32))
    referer: str = element("Referer", Text(64))
    argument: str = element("Arg", Text(256))
    next_url: str = element("Next", Text(1024))


@dataclass(frozen=True, slots=True)
class KickedResponse(Response):
    """Where that person's browser goes next."""

    next_url: str = element("NextURL", Text(1024))
