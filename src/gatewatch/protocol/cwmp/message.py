"""What one envelope carries: a request, its response, a fault, or a method nobody knows."""

from dataclasses import dataclass
from typing import Any, ClassVar

from gatewatch.protocol.cwmp.shape import Part

__all__ = ["Message", "Request", "Response", "Unknown"]


class Message(Part):
    """Something that stands in a SOAP body under its own name."""

    __slots__ = ()
    METHOD: ClassVar[str] = ""
    """The element's local name, which is the class's."""
    SINCE: ClassVar[str] = "1.0"
    """The first version of CWMP that has it."""

    def __init_subclass__(cls, **rest: Any) -> None:
        super().__init_subclass__(**rest)
        cls.METHOD = cls.__name__


class Request(Message):
    """Something that asks for a response; METHOD is the RPC's name."""

    __slots__ = ()


class Response(Message):
    """What answers a request; METHOD is the RPC's name and "Response"."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Unknown(Message):
    """A method that no version of CWMP has."""

    name: str
    """The element's local name."""

    @property
    def is_response(self) -> bool:
        """Whether it would be a response if it were known."""
        return self.name.endswith("Response")
