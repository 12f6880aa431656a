"""JSON with one long list, read element by element: `{"timestamp": ..., "vulnerabilities": [...]}`.

Memory holds one element and one piece of the file. Grammar: RFC 8259.
"""

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

__all__ = ["Elements"]

_PIECE = 1 << 18
# Around the list stand a dozen short members; one CVE with all its references has some 100 KB.
_MOST_AROUND = 1 << 16
_MOST_ELEMENT = 8 << 20
_BETWEEN = re.compile(r"[\s,]*")


class Elements:
    """Iterates over the objects in the list called `name`; `about` is the text before it.

    Raises ValueError where the file is no such JSON, is cut, or holds what is no object.
    """

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self._stream = stream
        self._decode = codecs.getincrementaldecoder("utf-8")().decode
        self._scan = json.JSONDecoder().raw_decode
        self._text, self._at = "", 0
        begin = re.compile(rf'"{re.escape(name)}"\s*:\s*\[')
        while not (found := begin.search(self._text)):
            if len(self._text) > _MOST_AROUND or not self._more():
                raise ValueError(f'it has no list "{name}"')
        self.about = self._text[: found.start()]
        self._at = found.end()

    def told(self, name: str) -> str | None:
        """The text of the member `name` that stands before the list."""
        found = re.search(rf'"{re.escape(name)}"\s*:\s*"([^"\\]{{0,200}})"', self.about)
        return found[1] if found else None

    def __iter__(self) -> Iterator[dict[str, Any]]:
        while (element := self._next()) is not None:
            yield element
        self._require_end()

    def _next(self) -> dict[str, Any] | None:
        """The next object; None at the end of the list."""
        while True:
            between = _BETWEEN.match(self._text, self._at)
            assert between is not None
            self._at = between.end()
            if self._text.startswith("]", self._at):
                self._at += 1
                return None
            try:
                element, self._at = self._scan(self._text, self._at)
            except (ValueError, RecursionError) as error:
                # It may go on in the next piece.
                too_long = len(self._text) - self._at > _MOST_ELEMENT
                if too_long or isinstance(error, RecursionError) or not self._more():
                    raise ValueError("it is damaged or cut") from None
                continue
            if not isinstance(element, dict):
                raise ValueError("its list holds what is no object")
            return element

    def _require_end(self) -> None:
        """What follows the list is short and closes the object."""
        while len(self._text) - self._at < _MOST_AROUND and self._more():
            pass
        rest = self._text[self._at :].strip()
        if len(rest) > _MOST_AROUND or not rest.endswith("}"):
            raise ValueError("it is cut after its list")

    def _more(self) -> bool:
        """Reads on; False at the end of the file."""
        piece = self._stream.read(_PIECE)
        self._text = self._text[self._at :] + self._decode(piece, final=not piece)
        self._at = 0
        return bool(piece)
