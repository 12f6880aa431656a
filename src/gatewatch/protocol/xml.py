"""XML, streaming and sans-IO: bytes in, start, text and end events out.

Feed a document in pieces of any size; each `feed` gives the events that its bytes completed, and
only then raises XmlError, so of a cut document every finished element has come. Names and
attributes are as written (prefixes are part of the name); comments and processing instructions
are dropped.

What it never does: declare or expand entities (the five built in and character references
excepted), load anything from outside, hold more than `Limits` allow. A document type declaration
is refused unless the caller allows it, and one with an internal subset always; that is the whole
of entity attacks (billion laughs, XXE). The number of events is the caller's to bound: it is at
most proportional to the bytes fed. Sources: XML 1.0 fifth edition, TR-069 Amendment 6 section
3.4.6 (devices and ACS exchange UTF-8).
"""

import pyexpat
from collections.abc import Iterator
from typing import NamedTuple

__all__ = ["End", "Event", "Limits", "Start", "Text", "XmlError", "XmlReader"]

# Expat holds an unfinished tag in memory, so what is not finished is counted in these pieces.
_PIECE = 64 * 1024


class Start(NamedTuple):
    """A start tag."""

    name: str
    attrs: dict[str, str]


class Text(NamedTuple):
    """Character data; an element's text may come in several of these."""

    text: str


class End(NamedTuple):
    """An end tag, or the end of an empty element."""

    name: str


Event = Start | Text | End


class Limits(NamedTuple):
    """How much one document may ask for; the defaults suit scan files."""

    depth: int = 64
    attributes: int = 64
    """Per element."""
    value: int = 1024 * 1024
    """Characters of one attribute's value, and of one element's text between two tags."""
    tag: int = 4 * 1024 * 1024
    """Bytes of one tag, comment or other piece of markup."""


_SCAN_FILES = Limits()


class XmlError(ValueError):
    """The document cannot be read on; `position` is the byte, from 0, and `reason` says why."""

    def __init__(self, position: int, reason: str) -> None:
        self.position = position
        self.reason = reason
        super().__init__(f"byte {position}: {reason}")


class XmlReader:
    """Reads one document of UTF-8, whatever encoding its declaration claims."""

    def __init__(self, limits: Limits = _SCAN_FILES, *, doctype: bool = False) -> None:
        self.limits = limits
        self.root_ended = False
        self._doctype = doctype
        self._events: list[Event] = []
        self._error: XmlError | None = None
        self._depth = 0
        self._text = 0
        self._pending = 0
        self._moved = False
        self._parser = parser = pyexpat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = self._declared_type
        parser.EntityDeclHandler = self._declared_entity
        parser.SkippedEntityHandler = self._skipped_entity
        parser.DefaultHandler = self._other

    def feed(self, data: bytes, *, last: bool = False) -> Iterator[Event]:
        """The events that `data` completes; raises XmlError after them, and ever after.

        `last` tells that the document ends here: one that is not finished is an error then.
        """
        if self._error is None:
            for at in range(0, len(data), _PIECE):
                self._parse(data[at : at + _PIECE], last=False)
            if last:
                self._parse(b"", last=True)
        events, self._events = self._events, []
        return self._handed_out(events)

    def _handed_out(self, events: list[Event]) -> Iterator[Event]:
        yield from events
        if self._error is not None:
            raise self._error

    def _parse(self, piece: bytes, *, last: bool) -> None:
        if self._error is not None:
            return
        self._moved = False
        try:
            self._parser.Parse(piece, last)
        except pyexpat.ExpatError as error:
            reason = pyexpat.ErrorString(error.code) or "not well-formed"
            self._error = XmlError(max(self._parser.ErrorByteIndex, 0), reason)
        except XmlError as error:
            self._error = error
        self._pending = 0 if self._moved else self._pending + len(piece)
        if self._pending > self.limits.tag and self._error is None:
            self._error = self._refused(f"a tag longer than {self.limits.tag} bytes")

    def _refused(self, reason: str) -> XmlError:
        return XmlError(max(self._parser.CurrentByteIndex, 0), reason)

    def _start(self, name: str, attrs: dict[str, str]) -> None:
        self._moved = True
        self._text = 0
        self._depth += 1
        if self._depth > self.limits.depth:
            raise self._refused(f"elements nested deeper than {self.limits.depth}")
        if len(attrs) > self.limits.attributes:
            raise self._refused(f"an element with more than {self.limits.attributes} attributes")
        if max(map(len, attrs.values()), default=0) > self.limits.value:
            raise self._refused(f"an attribute longer than {self.limits.value} characters")
        self._events.append(Start(name, attrs))

    def _end(self, name: str) -> None:
        self._moved = True
        self._text = 0
        self._depth -= 1
        self.root_ended = self._depth == 0
        self._events.append(End(name))

    def _characters(self, text: str) -> None:
        self._moved = True
        self._text += len(text)
        if self._text > self.limits.value:
            raise self._refused(f"text longer than {self.limits.value} characters")
        self._events.append(Text(text))

    def _declared_type(
        self, name: str, system: str | None, public: str | None, subset: bool
    ) -> None:
        del name, system, public
        self._moved = True
        if subset or not self._doctype:
            raise self._refused("a document type declaration, which is not accepted here")

    def _declared_entity(self, *declaration: object) -> None:
        del declaration
        raise self._refused("an entity declaration, which is never accepted")

    def _skipped_entity(self, name: str, is_parameter: bool) -> None:
        del name, is_parameter
        raise self._refused("an entity that is not one of the five built in")

    def _other(self, data: str) -> None:
        del data
        self._moved = True
