"""Reading and changing the data model: values, names, attributes and objects."""

from dataclasses import dataclass

from gatewatch.protocol.cwmp.message import Request, Response
from gatewatch.protocol.cwmp.parts import (
    NAME,
    NAMES,
    PARAMETER_KEY,
    VALUES,
    ParameterAttributes,
    ParameterInfo,
    ParameterValue,
)
from gatewatch.protocol.cwmp.shape import Array, Flag, Number, Part, Struct, Text, element

__all__ = [
    "AddObject",
    "AddObjectResponse",
    "AttributeChange",
    "DeleteObject",
    "DeleteObjectResponse",
    "GetParameterAttributes",
    "GetParameterAttributesResponse",
    "GetParameterNames",
    "GetParameterNamesResponse",
    "GetParameterValues",
    "GetParameterValuesResponse",
    "SetParameterAttributes",
    "SetParameterAttributesResponse",
    "SetParameterValues",
    "SetParameterValuesResponse",
]

_STATUS = Number(0, 1)


@dataclass(frozen=True, slots=True)
class SetParameterValues(Request):
    """Sets all of the parameters or none."""

    parameters: tuple[ParameterValue, ...] = element("ParameterList", VALUES)
    parameter_key: str = element("ParameterKey", PARAMETER_KEY)


@dataclass(frozen=True, slots=True)
class SetParameterValuesResponse(Response):
    """Status 0: in force; 1: taken, in force after a reboot."""

    status: int = element("Status", _STATUS)


@dataclass(frozen=True, slots=True)
class GetParameterValues(Request):
    """Asks for values by full name, or for all below a path that ends with a dot."""

    names: tuple[str, ...] = element("ParameterNames", NAMES)


@dataclass(frozen=True, slots=True)
class GetParameterValuesResponse(Response):
    """The values; those of passwords are empty."""

    parameters: tuple[ParameterValue, ...] = element("ParameterList", VALUES)


@dataclass(frozen=True, slots=True)
class GetParameterNames(Request):
    """Asks what is below a path; "" is the root."""

    path: str = element("ParameterPath", NAME)
    next_level: bool = element("NextLevel", Flag())
    """Only one level down, instead of all."""


@dataclass(frozen=True, slots=True)
class GetParameterNamesResponse(Response):
    """The names; objects end with a dot."""

    parameters: tuple[ParameterInfo, ...] = element(
        "ParameterList",
        Array("ParameterInfoStruct", Struct(ParameterInfo), "cwmp:ParameterInfoStruct"),
    )


@dataclass(frozen=True, slots=True)
class AttributeChange(Part):
    """What is to change of one parameter's attributes."""

    name: str = element("Name", NAME)
    notification_change: bool = element("NotificationChange", Flag())
    notification: int = element("Notification", Number(0, 6))
    access_list_change: bool = element("AccessListChange", Flag())
    access_list: tuple[str, ...] = element("AccessList", Array("string", Text(64), "xsd:string"))


@dataclass(frozen=True, slots=True)
class SetParameterAttributes(Request):
    """Sets who is told of changes and who may make them."""

    changes: tuple[AttributeChange, ...] = element(
        "ParameterList",
        Array(
            "SetParameterAttributesStruct",
            Struct(AttributeChange),
            "cwmp:SetParameterAttributesStruct",
        ),
    )


@dataclass(frozen=True, slots=True)
class SetParameterAttributesResponse(Response):
    """Says nothing but yes."""


@dataclass(frozen=True, slots=True)
class GetParameterAttributes(Request):
    """Asks for attributes, by names as GetParameterValues takes them."""

    names: tuple[str, ...] = element("ParameterNames", NAMES)


@dataclass(frozen=True, slots=True)
class GetParameterAttributesResponse(Response):
    """The attributes."""

    parameters: tuple[ParameterAttributes, ...] = element(
        "ParameterList",
        Array(
            "ParameterAttributeStruct",
            Struct(ParameterAttributes),
            "cwmp:ParameterAttributeStruct",
        ),
    )


@dataclass(frozen=True, slots=True)
class AddObject(Request):
    """Makes one more instance of an object; the name ends with a dot."""

    object_name: str = element("ObjectName", NAME)
    parameter_key: str = element("ParameterKey", PARAMETER_KEY)


@dataclass(frozen=True, slots=True)
class AddObjectResponse(Response):
    """Which number the new instance has."""

    instance_number: int = element("InstanceNumber", Number())
    status: int = element("Status", _STATUS)


@dataclass(frozen=True, slots=True)
class DeleteObject(Request):
    """Removes an instance; the name ends with a dot."""

    object_name: str = element("ObjectName", NAME)
    parameter_key: str = element("ParameterKey", PARAMETER_KEY)


@dataclass(frozen=True, slots=True)
class DeleteObjectResponse(Response):
    """Status as for SetParameterValues."""

    status: int = element("Status", _STATUS)
