# Invariant: any bytes give a tree or XmlError; the tree is within
# its bounds, holds no character that XML forbids, and nothing of a declared entity; time is linear.
"""Tries protocol/elements.py."""

import re
from zlib import crc32

from fuzz.laws import check_one_line

from gatewatch.protocol.elements import ENCODINGS, Bounds, Element, read_tree
from gatewatch.protocol.xml import XmlError

__all__ = ["SEEDS", "TOKENS", "one"]

SEEDS = [
    b'<?xml version="1.0"?>\n<a:b xmlns:a="x" c="&lt;d"><e>f&amp;g</e><h/><![CDATA[<]]></a:b>\n',
    b'<?xml version="1.0" encoding="ISO-8859-1"?><a>\xe9</a>',
    b"\xef\xbb\xbf<a><b>\xc3\xa9</b></a>\0",
    '\ufeff<?xml version="1.0" encoding="utf-16"?><a>é</a>'.encode("utf-16-le"),
    b"<a>\x01&#2;\xff</a>",
]
TOKENS = [
    *(b"<a>", b"</a>", b"<a/>", b"<a b='c'>", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<?x ?>"),
    *(b"<!DOCTYPE a>", b'<!DOCTYPE a SYSTEM "file:///etc/passwd">', b"<!DOCTYPE a [", b"]>"),
    *(b'<!ENTITY b "c">', b"&b;", b"&lt;", b"&#x41;", b"&#0;", b"%d;", b" c='d'", b"<b:c>", b"\0"),
    *(b'<?xml version="1.0" encoding="utf-16"?>', b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf"),
]

_BOUNDS = Bounds(
    size=8 << 20, depth=12, elements=20_000, attributes=8, value=4096, text=65536, name=64
)
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_CHARSETS = ("", "utf-8", "x-unheard-of", *ENCODINGS)


def one(data: bytes) -> None:
    """Reads `data` under a charset that its checksum chooses."""
    try:
        root, oddities = read_tree(data, _CHARSETS[crc32(data) % len(_CHARSETS)], _BOUNDS)
    except XmlError as error:
        check_one_line(error)
        return
    assert all(word == word.strip() for word in oddities)
    assert _checked(root, 1) <= _BOUNDS.elements


def _checked(element: Element, depth: int) -> int:
    """How many elements there are."""
    assert depth <= _BOUNDS.depth
    assert len(element.tag) <= _BOUNDS.name
    assert element.tag.endswith(element.name)
    assert len(element.attrs) <= _BOUNDS.attributes
    assert all(len(value) <= _BOUNDS.value for value in element.attrs.values())
    assert len(element.text) <= _BOUNDS.text
    assert not _FORBIDDEN.search(element.text)
    assert not (element.text and element.children)
    return 1 + sum(_checked(child, depth + 1) for child in element.children)
