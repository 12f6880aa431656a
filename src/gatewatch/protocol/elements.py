"""A short XML document as a tree, bounded before it is built: what a SOAP message is read from.

`read_tree` takes a whole document as it came off the wire and gives its root, or raises XmlError
(protocol/xml.py); never anything else. Names are local: prefixes are kept in `tag` for those who
ask, and need not be declared, since devices forget to. Bytes that are no UTF-8, control
characters, a wrong encoding name, blanks before and zero bytes after the document are mended, and
what was mended is said in `Tree.oddities`.

The whole document goes into one Parse call, because expat before 2.6 needs quadratic time for a
long token that comes in pieces (CVE-2023-52425). For the same reason this is not built on
XmlReader, which serves files of any length. A document type declaration stops the parse where it
begins, so no entity is ever declared, expanded or loaded.
"""

import codecs
import pyexpat
import re
from typing import NamedTuple, NoReturn

from gatewatch.protocol.xml import XmlError

__all__ = ["ENCODINGS", "Bounds", "Element", "Tree", "read_tree"]

_DECLARATION = re.compile(rb"<\?xml\s[^>]{0,200}?encoding\s*=\s*[\"']([^\"'>]{1,64})[\"']")
# XML 1.0 section 2.2: what no document may hold, plainly or as a reference.
_CONTROLS = bytes({*range(0x20)} - {0x09, 0x0A, 0x0D})
_REFERENCE = re.compile(rb"&#(?:x([0-9a-fA-F]{1,32})|([0-9]{1,32}));")
_BLANKS = b" \t\r\n"
_INVALID = {
    pyexpat.errors.codes[pyexpat.errors.XML_ERROR_INVALID_TOKEN],
    pyexpat.errors.codes[pyexpat.errors.XML_ERROR_BAD_CHAR_REF],
}
_BOMS = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))

ENCODINGS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "iso-8859-1": "latin-1",
    "iso8859-1": "latin-1",
    "latin1": "latin-1",
    "iso-8859-15": "iso-8859-15",
    "windows-1252": "cp1252",
    "cp1252": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "utf-16": "utf-16-le",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
}
"""What documents may be written in, in lower case, and how Python calls it. Any other name is
read as UTF-8; a longer list would hand strangers every decoder that Python has."""


class Bounds(NamedTuple):
    """How much one document may ask for; the defaults suit messages of CWMP."""

    size: int = 4 * 1024 * 1024
    """Bytes. A thousand parameters with values are 0.18 MB."""
    depth: int = 32
    elements: int = 50_000
    attributes: int = 32
    """Per element."""
    value: int = 4096
    """Characters of an attribute."""
    text: int = 256 * 1024
    """Characters of an element's text; a device's log is the longest that is known, 32 K."""
    name: int = 256
    """Characters of a name with its prefix."""


_MESSAGES = Bounds()


# Most elements hold text alone; a list for each would be work for the collector. Never appended to.
_CHILDLESS: list["Element"] = []


class Element:
    """One element. Where it has children, text between them is not kept."""

    # Written out by hand: thousands are made of one message.
    __slots__ = ("attrs", "children", "name", "tag", "text")

    def __init__(self, tag: str, name: str, attrs: dict[str, str]) -> None:
        self.tag = tag
        """The name as written, with its prefix."""
        self.name = name
        """The local name."""
        self.attrs = attrs
        """As written, with prefixes, namespace declarations among them."""
        self.text = ""
        self.children: list[Element] = _CHILDLESS

    def attr(self, name: str) -> str:
        """The value of the attribute with this local name, whatever its prefix; "" if none."""
        for key, value in self.attrs.items():
            if key == name or key.rpartition(":")[2] == name:
                return value
        return ""

    def child(self, name: str) -> "Element | None":
        """The first child with this local name."""
        for child in self.children:
            if child.name == name:
                return child
        return None


class Tree(NamedTuple):
    """A document's root, and what had to be mended to read it."""

    root: Element
    oddities: set[str]


class _Refused(Exception):
    """Raised inside the parse, which it ends."""


def read_tree(data: bytes, charset: str = "", bounds: Bounds = _MESSAGES) -> Tree:
    """The document in `data`; `charset` is what its carrier (Content-Type) says it is written in.

    Raises XmlError.
    """
    if len(data) > bounds.size:
        raise XmlError(bounds.size, f"a document longer than {bounds.size} bytes")
    oddities: set[str] = set()
    data = _trimmed(data, oddities)
    data = _as_utf8(data, charset, oddities)
    try:
        return Tree(_parsed(data, bounds), oddities)
    except pyexpat.ExpatError as error:
        if error.code not in _INVALID:
            raise _told(error) from None
    try:
        return Tree(_parsed(_mended(data, oddities), bounds), oddities)
    except pyexpat.ExpatError as error:
        raise _told(error) from None


def _told(error: pyexpat.ExpatError) -> XmlError:
    return XmlError(error.offset, pyexpat.ErrorString(error.code) or "not well-formed")


def _trimmed(data: bytes, oddities: set[str]) -> bytes:
    """`data` without what stands before and after the document."""
    if data.startswith(codecs.BOM_UTF8):
        oddities.add("byte-order-mark")
        data = data[len(codecs.BOM_UTF8) :]
    # In UTF-16 a zero byte is half of a letter.
    if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) or b"\0" in data[:2]:
        return data
    trimmed = data.lstrip(_BLANKS)
    if len(trimmed) < len(data):
        oddities.add("blank-before")
    if trimmed.endswith(b"\0"):
        oddities.add("zero-after")
        trimmed = trimmed.rstrip(b"\0" + _BLANKS)
    return trimmed


def _as_utf8(data: bytes, charset: str, oddities: set[str]) -> bytes:
    """`data` in UTF-8, as far as what it is written in is told."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            oddities.add("utf-16")
            return _recoded(data[2:], encoding)
    found = _DECLARATION.match(data)
    declared = found[1].decode("latin-1").strip().lower() if found else ""
    charset = charset.strip().lower()
    for said in (charset, declared):
        if said and said not in ENCODINGS:
            oddities.add("unknown-encoding")
    encoding = ENCODINGS.get(charset) or ENCODINGS.get(declared) or "utf-8"
    if encoding == "utf-8":
        return data
    if charset in ENCODINGS and ENCODINGS.get(declared, encoding) != encoding and _is_utf8(data):
        oddities.add("two-encodings")
        return data
    # Whoever declares UTF-16 in letters of one byte cannot mean it.
    if encoding.startswith("utf-16") and b"\0" not in data[:4]:
        oddities.add("unknown-encoding")
        return data
    return _recoded(data, encoding)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _recoded(data: bytes, encoding: str) -> bytes:
    return data.decode(encoding, "replace").encode("utf-8", "replace")


def _mended(data: bytes, oddities: set[str]) -> bytes:
    """`data` without characters that XML forbids, each byte that is no UTF-8 read as Latin-1."""
    if not _is_utf8(data):
        oddities.add("not-utf-8")
        text = data.decode("utf-8", "surrogateescape")
        data = _BAD_BYTES.sub(_as_latin, text, _MENDED_MOST).encode("utf-8", "replace")
    # What is left of the references is refused by the parser.
    kept = _REFERENCE.sub(_allowed_reference, data.translate(None, _CONTROLS), _MENDED_MOST)
    if len(kept) < len(data):
        oddities.add("control-characters")
    return kept


# More wrong places than these are no accident, and not worth the time.
_MENDED_MOST = 10_000
# What Python makes of bytes that are no UTF-8.
_BAD_BYTES = re.compile("[\udc80-\udcff]+")


def _as_latin(found: re.Match[str]) -> str:
    return found[0].encode("utf-8", "surrogateescape").decode("latin-1")


def _allowed_reference(found: re.Match[bytes]) -> bytes:
    code = int(found[1], 16) if found[1] else int(found[2])
    allowed = code in (9, 10, 13) or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE
    return found[0] if allowed or 0x10000 <= code < 0x110000 else b""


def _parsed(data: bytes, bounds: Bounds) -> Element:
    """The root of `data`, which is UTF-8; raises XmlError and ExpatError."""
    parser = pyexpat.ParserCreate("utf-8")
    top = Element("", "", {})
    _handle(parser, top, bounds)
    try:
        parser.Parse(data, True)
    except _Refused as refusal:
        at = max(parser.CurrentByteIndex, 0)
        raise XmlError(at, str(refusal)) from None
    except pyexpat.ExpatError as error:
        error.offset = max(parser.ErrorByteIndex, 0)
        raise
    return top.children[0]


def _handle(parser: pyexpat.XMLParserType, top: Element, bounds: Bounds) -> None:
    """Hangs what builds the tree below `top` into `parser`.

    Closures, and none that knows the parser: bound methods or a cycle would leave every message
    to the collector. These run some hundred times a message, which is why they look so bare.
    """
    around: list[Element] = []  # the open elements, but not the innermost
    inner = top
    texts: list[str] = []
    locals_of: dict[str, str] = {}
    depth, longest_text = bounds.depth, bounds.text
    left = bounds.elements

    def start(tag: str, attrs: dict[str, str]) -> None:
        nonlocal left, inner
        left -= 1
        if left < 0 or len(around) >= depth:
            _refuse_size(bounds, left)
        if attrs:
            _check_attributes(bounds, attrs)
        name = locals_of.get(tag)
        if name is None:
            name = locals_of[tag] = _local(tag, bounds)
        element = Element(tag, name, attrs)
        if inner.children is _CHILDLESS:
            inner.children = [element]
        else:
            inner.children.append(element)
        around.append(inner)
        inner = element
        if texts:
            texts.clear()

    def end(_: str) -> None:
        nonlocal inner
        if texts:
            if not inner.children:
                inner.text = _text(texts, longest_text)
            texts.clear()
        inner = around.pop()

    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = texts.append
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.EntityDeclHandler = _refuse_doctype
    parser.SkippedEntityHandler = _refuse_doctype


def _refuse_size(bounds: Bounds, left: int) -> NoReturn:
    if left < 0:
        raise _Refused(f"more than {bounds.elements} elements")
    raise _Refused(f"elements nested deeper than {bounds.depth}")


def _local(tag: str, bounds: Bounds) -> str:
    if len(tag) > bounds.name:
        raise _Refused(f"a name longer than {bounds.name} characters")
    return tag.rpartition(":")[2]


def _text(texts: list[str], longest: int) -> str:
    text = texts[0] if len(texts) == 1 else "".join(texts)
    if len(text) > longest:
        raise _Refused(f"text longer than {longest} characters")
    return text


def _check_attributes(bounds: Bounds, attrs: dict[str, str]) -> None:
    if len(attrs) > bounds.attributes:
        raise _Refused(f"an element with more than {bounds.attributes} attributes")
    for name, value in attrs.items():
        if len(value) > bounds.value:
            raise _Refused(f"an attribute longer than {bounds.value} characters")
        if len(name) > bounds.name:
            raise _Refused(f"an attribute's name longer than {bounds.name} characters")


def _refuse_doctype(*_: object) -> None:
    raise _Refused("a document type declaration, which is never accepted here")
