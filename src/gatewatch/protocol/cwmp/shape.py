"""How a field of a message looks in XML: read tolerantly, written strictly.

A message is a frozen dataclass whose fields are made by `element(name, shape)`; the order of the
fields is the order that the schema demands (xs:sequence). Every field has a default, which is
also what a reader takes for an element that a device left out. Reading never raises: what cannot
be understood becomes the default, and a word for it goes into `oddities`. Writing raises
CannotWrite for text that XML has no letters for; nothing is left out in silence.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, NamedTuple, Protocol, TypeVar

from gatewatch.model.moment import iso, parse_moment
from gatewatch.protocol.elements import Element

__all__ = [
    "LENIENCE",
    "Array",
    "CannotWrite",
    "Choice",
    "Flag",
    "Moment",
    "Number",
    "Part",
    "Shape",
    "Struct",
    "Text",
    "element",
    "escaped",
    "read_part",
    "write_part",
]

LENIENCE = 4
"""How many times as long as the schema allows a text may be; the rest is cut off."""

Oddities = set[str]
_T = TypeVar("_T")
# XML 1.0 section 2.2, and what has to be escaped in text. A carriage return that is not escaped
# would be read as a line feed.
_SPECIAL = re.compile("[&<>\r\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
_TRUE = frozenset({"1", "true", "yes", "on", "enabled"})
_FALSE = frozenset({"0", "false", "no", "off", "disabled"})
_INTEGER = re.compile(r"[+-]?[0-9]{1,20}")


class CannotWrite(ValueError):
    """A text holds a character that XML 1.0 has no way to say."""


class Shape(Protocol):
    """One way to stand in XML."""

    def read(self, found: Element, oddities: Oddities) -> Any:
        """What `found` says."""

    def write(self, name: str, value: Any, out: list[str]) -> None:
        """Appends the element `name` that says `value`."""


class Part:
    """What is made of elements: a message, or a structure inside of one."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Text:
    """A string; `most` is the schema's length. Longer ones are read to four times that length."""

    most: int = 0
    exact: bool = False
    """Whether blanks at its ends belong to it (a password's do)."""

    def read(self, found: Element, oddities: Oddities) -> str:
        """The text, without blanks at its ends unless these belong to it."""
        text = found.text
        if not self.exact:
            text = text.strip()
        if self.most and len(text) > self.most:
            oddities.add("too-long")
            return text[: LENIENCE * self.most]
        return text

    def write(self, name: str, value: str, out: list[str]) -> None:
        """Appends the element."""
        out.append(f"<{name}>{escaped(value)}</{name}>" if value else f"<{name}/>")


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number within bounds; one outside of them is read as the nearest bound."""

    least: int = 0
    most: int = 0xFFFF_FFFF

    def read(self, found: Element, oddities: Oddities) -> int:
        """The number; 0, or the bound nearest to it, for what is none."""
        text = found.text.strip()
        if not _INTEGER.fullmatch(text):
            oddities.add("bad-number")
            return min(max(0, self.least), self.most)
        number = int(text)
        if not self.least <= number <= self.most:
            oddities.add("bad-number")
        return min(max(number, self.least), self.most)

    def write(self, name: str, value: int, out: list[str]) -> None:
        """Appends the element."""
        out.append(f"<{name}>{int(value)}</{name}>")


@dataclass(frozen=True, slots=True)
class Flag:
    """A boolean. Written as 1 and 0: some devices refuse the words, none the digits."""

    def read(self, found: Element, oddities: Oddities) -> bool:
        """Whether it says yes."""
        text = found.text.strip().lower()
        if text not in _TRUE and text not in _FALSE:
            oddities.add("bad-boolean")
        return text in _TRUE

    def write(self, name: str, value: bool, out: list[str]) -> None:
        """Appends the element."""
        out.append(f"<{name}>{int(value)}</{name}>")


@dataclass(frozen=True, slots=True)
class Moment:
    """A time, as microseconds since 1970 UTC; 0 when it is not known (TR-069 writes the year 1).

    Written to the second and in UTC, since devices refuse milliseconds. A clock that stands
    before 2000 tells no time.
    """

    def read(self, found: Element, oddities: Oddities) -> int:
        """The time, or 0."""
        text = found.text.strip()
        if not text or text.startswith("0001-01-01"):
            return 0
        try:
            return parse_moment(text)
        except (ValueError, OverflowError):
            oddities.add("bad-time")
            return 0

    def write(self, name: str, value: int, out: list[str]) -> None:
        """Appends the element."""
        out.append(f"<{name}>{iso(value) if value else '0001-01-01T00:00:00Z'}</{name}>")


@dataclass(frozen=True, slots=True)
class Struct:
    """A structure of its own."""

    of: type[Part]

    def read(self, found: Element, oddities: Oddities) -> Part:
        """The structure."""
        return read_part(self.of, found, oddities)

    def write(self, name: str, value: Part, out: list[str]) -> None:
        """Appends the element with its parts."""
        out.append(f"<{name}>")
        write_part(value, out)
        out.append(f"</{name}>")


@dataclass(frozen=True, slots=True)
class Array:
    """A SOAP array as a tuple.

    Every child is an item whatever it is called, and arrayType is not looked at: devices count
    wrongly. Both are written right.
    """

    item: str
    """What an item's element is called."""
    shape: Shape
    type: str
    """What an item is in arrayType."""

    def read(self, found: Element, oddities: Oddities) -> tuple[Any, ...]:
        """The items."""
        read = self.shape.read
        return tuple([read(child, oddities) for child in found.children])

    def write(self, name: str, value: tuple[Any, ...], out: list[str]) -> None:
        """Appends the element with the items."""
        opening = f'<{name} soap-enc:arrayType="{self.type}[{len(value)}]"'
        if not value:
            out.append(f"{opening}/>")
            return
        out.append(f"{opening}>")
        write = self.shape.write
        for one in value:
            write(self.item, one, out)
        out.append(f"</{name}>")


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several structures, told apart by xsi:type (or the element's own name)."""

    among: tuple[type[Part], ...]

    def read(self, found: Element, oddities: Oddities) -> Part:
        """The structure; the first kind when none is named."""
        said = found.attr("type").rpartition(":")[2]
        for kind in self.among:
            if kind.__name__ in (said, found.name):
                return read_part(kind, found, oddities)
        oddities.add("no-type")
        return read_part(self.among[0], found, oddities)

    def write(self, name: str, value: Part, out: list[str]) -> None:
        """Appends the element with its type."""
        out.append(f'<{name} xsi:type="cwmp:{type(value).__name__}">')
        write_part(value, out)
        out.append(f"</{name}>")


def element(
    name: str,
    shape: Shape,
    default: Any = MISSING,
    *,
    optional: bool = False,
    factory: Callable[[], Any] | None = None,
) -> Any:
    """A field of a message. `optional` ones are not written while they are None."""
    metadata = {"element": name, "shape": shape, "optional": optional}
    if optional:
        return field(default=None, metadata=metadata)
    if factory:
        return field(default_factory=factory, metadata=metadata)
    return field(default=_default(shape) if default is MISSING else default, metadata=metadata)


def _default(shape: Shape) -> Any:
    if isinstance(shape, Struct):
        return shape.of()
    return {Text: "", Number: 0, Flag: False, Moment: 0}.get(type(shape), ())


class _Field(NamedTuple):
    """A field as readers and writers need it."""

    name: str
    element: str
    shape: Shape
    optional: bool


_Fields = tuple[Mapping[str, _Field], tuple[_Field, ...], int]
_FIELDS: dict[Any, _Fields] = {}


def _fields_of(kind: Any) -> _Fields:
    """By element, in order, and how many must be there; worked out once a class."""
    known = _FIELDS.get(kind)
    if known is None:
        known = _FIELDS[kind] = _work_out(kind)
    return known


def _work_out(kind: Any) -> _Fields:
    made = tuple(
        _Field(one.name, one.metadata["element"], one.metadata["shape"], one.metadata["optional"])
        for one in fields(kind)
    )
    return {one.element: one for one in made}, made, sum(not one.optional for one in made)


def read_part(kind: type[_T], found: Element, oddities: Oddities) -> _T:
    """A `kind` from the children of `found`, in whatever order these stand."""
    by_element, _, needed = _fields_of(kind)
    values: dict[str, Any] = {}
    for child in found.children:
        known = by_element.get(child.name)
        if known is None:
            oddities.add("unknown-element")
        elif known.name not in values:
            values[known.name] = known.shape.read(child, oddities)
            needed -= not known.optional
    if needed > 0:
        oddities.add("missing-element")
    return kind(**values)


def write_part(part: Part, out: list[str]) -> None:
    """Appends the elements of `part` in the schema's order."""
    for one in _fields_of(type(part))[1]:
        value = getattr(part, one.name)
        if value is not None:
            one.shape.write(one.element, value, out)


def escaped(text: str) -> str:
    """`text` as character data or as a quoted attribute's value without quotes in it."""
    return _SPECIAL.sub(_escape, text) if _SPECIAL.search(text) else text


def _escape(found: re.Match[str]) -> str:
    escape = _ESCAPES.get(found[0])
    if escape is None:
        raise CannotWrite(f"XML has no way to say the character U+{ord(found[0]):04X}")
    return escape
