"""Short XML documents as trees: what is mended, what is refused, and that it is bounded."""

import time
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewatch.protocol.elements import ENCODINGS, Bounds, Element, read_tree
from gatewatch.protocol.xml import XmlError

SMALL = Bounds(size=1000, depth=3, elements=5, attributes=2, value=4, text=6, name=8)
MENDED = [
    (b"\xef\xbb\xbf<a>\xc3\xa9</a>", "", "é", {"byte-order-mark"}),
    (b" \r\n<a>b</a>", "", "b", {"blank-before"}),
    (b"<a>b</a>\n\0\0", "", "b", {"zero-after"}),
    (b"<a>b</a>\r\n", "", "b", set()),
    ("<a>é</a>".encode("utf-16"), "", "é", {"utf-16"}),
    ("\ufeff<a>é</a>".encode("utf-16-be"), "", "é", {"utf-16"}),
    (b'<?xml version="1.0" encoding="ISO-8859-1"?><a>\xe9</a>', "", "é", set()),
    (b"<?xml version='1.0' encoding='windows-1252'?><a>\x80</a>", "", "€", set()),
    (b"<a>\xe9</a>", "iso-8859-1", "é", set()),
    (b"<a>\xb0\xa1</a>", "gb2312", "啊", set()),
    (b'<?xml version="1.0" encoding="iso-8859-1"?><a>\xc3\xa9</a>', "UTF-8", "é", set()),
    (
        b'<?xml version="1.0" encoding="utf-8"?><a>\xc3\xa9</a>',
        "iso-8859-1",
        "é",
        {"two-encodings"},
    ),
    (b'<?xml version="1.0" encoding="utf-7"?><a>+AGE-</a>', "", "+AGE-", {"unknown-encoding"}),
    (b'<?xml version="1.0" encoding="zip"?><a>b</a>', "base64", "b", {"unknown-encoding"}),
    (b'<?xml version="1.0" encoding="utf-16"?><a>b</a>', "", "b", {"unknown-encoding"}),
    (b"<a>caf\xe9 \xc3\xa9</a>", "", "café é", {"not-utf-8"}),
    (b"<a>b\x01\x0bc\x00d</a>", "", "bcd", {"control-characters"}),
    (b"<a>b&#1;&#x0;c&#65;</a>", "", "bcA", {"control-characters"}),
    (b"<a>b&#xD800;&#1114112;&#xFFFF;c</a>", "", "bc", {"control-characters"}),
    (b"<a>\xff\x02</a>", "", "ÿ", {"not-utf-8", "control-characters"}),
]
REFUSED = [
    (b"", "no element found"),
    (b"hello", "syntax error"),
    (b"<a>", "no element found"),
    (b"<a></b>", "mismatched tag"),
    (b"<a/><a/>", "junk after document element"),
    (b"<a>&nbsp;</a>", "undefined entity"),
    (b"<!DOCTYPE a><a/>", "a document type declaration"),
    (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "a document type declaration"),
    (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "a document type declaration"),
    ("<!DOCTYPE a><a/>".encode("utf-16"), "a document type declaration"),
    (b"\x01<!DOCTYPE a><a/>", "a document type declaration"),
    (b"<a><a><a><a/></a></a></a>", "elements nested deeper than 3"),
    (b"<a><b/><b/><b/><b/><b/></a>", "more than 5 elements"),
    (b"<a b='' c='' d=''/>", "an element with more than 2 attributes"),
    (b"<a b='12345'/>", "an attribute longer than 4 characters"),
    (b"<a>1234567</a>", "text longer than 6 characters"),
    (b"<a>123<!-- -->4567</a>", "text longer than 6 characters"),
    (b"<abcdefghi/>", "a name longer than 8 characters"),
    (b"<a bcdefghij=''/>", "an attribute's name longer than 8 characters"),
    (b"<a>" + b" " * 1000 + b"</a>", "a document longer than 1000 bytes"),
]


@pytest.mark.parametrize(("data", "charset", "text", "oddities"), MENDED)
def test_what_devices_write_wrongly_is_mended_and_named(
    data: bytes, charset: str, text: str, oddities: set[str]
) -> None:
    tree = read_tree(data, charset)
    assert (tree.root.text, tree.oddities) == (text, oddities)


@pytest.mark.parametrize(("data", "reason"), REFUSED)
def test_what_cannot_be_read_is_refused_with_the_reason(data: bytes, reason: str) -> None:
    with pytest.raises(XmlError, match=reason):
        read_tree(data, bounds=SMALL)


@pytest.mark.parametrize("charset", ENCODINGS)
def test_every_encoding_of_the_list_is_one_that_python_has(charset: str) -> None:
    encoded = f'<?xml version="1.0" encoding="{charset}"?><a>b</a>'.encode(ENCODINGS[charset])
    assert read_tree(encoded).root.text == "b"


@pytest.mark.parametrize("end", range(len(b"<a b='c'>d<e>f</e></a>")))
def test_a_document_cut_anywhere_is_refused(end: int) -> None:
    with pytest.raises(XmlError):
        read_tree(b"<a b='c'>d<e>f</e></a>"[:end])


def test_prefixes_need_not_be_declared() -> None:
    root = read_tree(b"<x:a y:b='1'><z:c>2</z:c></x:a>").root
    assert (root.tag, root.name, root.attr("b")) == ("x:a", "a", "1")
    assert [(one.name, one.text) for one in root.children] == [("c", "2")]


def test_the_text_of_an_element_is_whole() -> None:
    root = read_tree(b"<a>b&amp;<![CDATA[<c>]]>&#233;<!-- no -->\n</a>").root
    assert root.text == "b&<c>é\n"


def test_text_between_elements_is_not_kept() -> None:
    root = read_tree(b"<a>\n  <b>c</b> d\n</a>").root
    assert (root.text, root.children[0].text) == ("", "c")


def test_a_child_and_an_attribute_that_are_not_there_are_nothing() -> None:
    root = Element("a", "a", {})
    assert root.child("b") is None
    assert root.attr("b") == ""


@pytest.mark.parametrize(
    "hostile",
    [
        b"<a " + b"b" * 3_000_000 + b"='c'/>",
        b"<a b='" + b"c" * 4_000_000 + b"'/>",
        b"<a>" * 1_000_000,
        b"<a " + b"".join(b"b%d='' " % number for number in range(200_000)) + b"/>",
        b"<a>" + b"<b/>" * 900_000 + b"</a>",
        b"<!DOCTYPE a [" + b"<!ENTITY b 'cccccccccccccccccc'>" * 100_000 + b"]><a/>",
        b"<a>" + b"&#1;" * 1_000_000 + b"</a>",
        b"<a>" + b"\xffa" * 2_000_000 + b"</a>",
        b"<?xml version='1.0' encoding='" + b"u" * 4_000_000,
    ],
    ids=[
        "name",
        "value",
        "depth",
        "attributes",
        "elements",
        "entities",
        "controls",
        "latin",
        "head",
    ],
)
def test_hostile_documents_cost_little(hostile: bytes) -> None:
    """Bounded work: generous limits of processor time and of memory."""
    tracemalloc.start()
    began = time.process_time()
    with pytest.raises(XmlError):
        read_tree(hostile)
    spent = time.process_time() - began
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert spent < 20
    assert peak < 100_000_000


NAME = st.text("abcXYZ_", min_size=1, max_size=8)
LETTERS = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"))


@given(st.dictionaries(NAME, LETTERS, max_size=5), NAME)
def test_what_was_written_is_read(children: dict[str, str], name: str) -> None:
    def written(text: str) -> str:
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    inner = "".join(f"<{key}>{written(value)}</{key}>" for key, value in children.items())
    tree = read_tree(f"<{name}>{inner}</{name}>".encode())
    assert {one.name: one.text for one in tree.root.children} == children
    assert tree.oddities == set()


@given(st.binary(max_size=200))
def test_any_bytes_give_a_tree_or_the_one_error(data: bytes) -> None:
    try:
        tree = read_tree(data)
    except XmlError:
        return
    assert tree.root.name
