"""What messages are made of: who a device is, what happened, parameters and their values."""

from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import quote

from gatewatch.protocol.cwmp.shape import (
    LENIENCE,
    Array,
    Flag,
    Moment,
    Number,
    Part,
    Text,
    element,
    escaped,
)
from gatewatch.protocol.elements import Element

__all__ = [
    "COMMAND_KEY",
    "NAME",
    "NAMES",
    "NO_FAULT",
    "PARAMETER_KEY",
    "TYPES",
    "VALUES",
    "WHEN",
    "DeviceId",
    "Event",
    "ParameterAttributes",
    "ParameterInfo",
    "ParameterValue",
    "TransferFault",
]

_NAME_MOST = 256
NAME = Text(_NAME_MOST)
COMMAND_KEY = Text(32)
PARAMETER_KEY = Text(32)
WHEN = Moment()
NAMES = Array("string", NAME, "xsd:string")

TYPES = {
    "string": "xsd:string",
    "int": "xsd:int",
    "unsignedInt": "xsd:unsignedInt",
    "long": "xsd:long",
    "unsignedLong": "xsd:unsignedLong",
    "boolean": "xsd:boolean",
    "dateTime": "xsd:dateTime",
    "base64": "soap-enc:base64",
    "base64Binary": "xsd:base64Binary",
    "hexBinary": "xsd:hexBinary",
}
"""The types of values by local name, as they are written in xsi:type."""


@dataclass(frozen=True, slots=True)
class DeviceId(Part):
    """Who a device says that it is; proves nothing (see Amendment 6, section 3.4.4)."""

    manufacturer: str = element("Manufacturer", Text(64))
    oui: str = element("OUI", Text(6))
    """Six hexadecimal digits of the maker."""
    product_class: str = element("ProductClass", Text(64))
    serial_number: str = element("SerialNumber", Text(64))

    @property
    def key(self) -> str:
        """OUI-ProductClass-SerialNumber, escaped as in URLs, so that it splits in one way only.

        The manufacturer's name is left out: it changes with a firmware, the device does not.
        """
        parts = (self.oui.upper(), self.product_class, self.serial_number)
        return "-".join(quote(part, safe="").replace("-", "%2D") for part in parts if part)


@dataclass(frozen=True, slots=True)
class Event(Part):
    """Why a session is there, such as `2 PERIODIC` or `M Reboot`."""

    code: str = element("EventCode", Text(64))
    command_key: str = element("CommandKey", COMMAND_KEY)

    @property
    def name(self) -> str:
        """The code in one spelling: some devices write `1 Boot`."""
        return " ".join(self.code.split()).upper()


class ParameterValue(NamedTuple):
    """A parameter with its value as text, whatever its type."""

    name: str
    value: str = ""
    type: str = "string"
    """One of TYPES; what is written without one is a string."""


@dataclass(frozen=True, slots=True)
class ParameterInfo(Part):
    """A name that a device knows; an object's ends with a dot."""

    name: str = element("Name", NAME)
    writable: bool = element("Writable", Flag())


@dataclass(frozen=True, slots=True)
class ParameterAttributes(Part):
    """Who is told when a parameter changes, and who else may change it."""

    name: str = element("Name", NAME)
    notification: int = element("Notification", Number(0, 6))
    """0 off, 1 passive, 2 active; 3 to 6 since CWMP 1.4."""
    access_list: tuple[str, ...] = element("AccessList", Array("string", Text(64), "xsd:string"))


@dataclass(frozen=True, slots=True)
class TransferFault(Part):
    """How a transfer ended; code 0 is success."""

    code: int = element("FaultCode", Number(0, 99_999))
    string: str = element("FaultString", Text(256))


NO_FAULT = TransferFault()


_KINDS = {
    f"{prefix}{name}": name
    for name in TYPES
    for prefix in ("", "xsd:", "xs:", "soap-enc:", "SOAP-ENC:", "soapenc:")
}
"""xsi:type as nearly all write it; others are taken apart."""


class _Values:
    """An array of ParameterValueStructs. One message brings thousands: read by hand."""

    def read(self, found: Element, oddities: set[str]) -> tuple[ParameterValue, ...]:
        return tuple([self._one(struct, oddities) for struct in found.children])

    def _one(self, struct: Element, oddities: set[str]) -> ParameterValue:
        name = value = None
        kind = "string"
        for child in struct.children:
            if child.name == "Value":
                value = child.text
                kind = _KINDS.get(child.attrs.get("xsi:type", "?")) or _kind(child, oddities)
            elif child.name == "Name":
                name = child.text.strip()
        if name is None or value is None:
            oddities.add("missing-element")
        elif len(name) > _NAME_MOST:
            oddities.add("too-long")
            name = name[: LENIENCE * _NAME_MOST]
        return ParameterValue(name or "", value or "", kind)

    def write(self, name: str, value: tuple[ParameterValue, ...], out: list[str]) -> None:
        out.append(f'<{name} soap-enc:arrayType="cwmp:ParameterValueStruct[{len(value)}]">')
        out.extend(
            f"<ParameterValueStruct><Name>{escaped(one.name)}</Name>"
            f'<Value xsi:type="{TYPES[one.type]}">{escaped(one.value)}</Value>'
            "</ParameterValueStruct>"
            for one in value
        )
        out.append(f"</{name}>")


def _kind(found: Element, oddities: set[str]) -> str:
    said = found.attr("type")
    kind = said.rpartition(":")[2].strip()
    if kind in TYPES:
        return kind
    oddities.add("unknown-type" if said else "no-type")
    return "string"


VALUES = _Values()
