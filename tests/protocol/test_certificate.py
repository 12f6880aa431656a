import pytest
from tests.protocol.certificates import DEVICE, OLD

from gatewatch.protocol.certificate import Names, certificate_names

NAME = "C=ZZ, O=Example Devices, OU=CPE, CN=192.168.1.1, emailAddress=noc@example.net"


def test_subject_and_issuer_are_read_in_their_order() -> None:
    assert certificate_names(DEVICE) == Names(NAME, NAME)


def test_another_key_another_name() -> None:
    names = certificate_names(OLD)
    assert names is not None
    assert names.subject == "CN=B\\'ox, serialNumber=00D09E-1"


@pytest.mark.parametrize("der", [b"", b"\x30", b"\x30\x80", b"HTTP/1.1 200", b"\x30\x03\x02\x01"])
def test_what_is_no_certificate_gives_nothing(der: bytes) -> None:
    assert certificate_names(der) is None


def test_a_certificate_that_was_cut_gives_nothing() -> None:
    assert all(certificate_names(DEVICE[:end]) is None for end in range(len(DEVICE)))


@pytest.mark.parametrize(
    ("coding", "value", "text"),
    [
        (0x0C, "Ünit".encode(), "Ünit"),
        (0x14, b"\xdcnit", "Ünit"),
        (0x1E, "Ünit".encode("utf-16-be"), "Ünit"),
        (0x1C, "Ünit".encode("utf-32-be"), "Ünit"),
        (0x13, b"", ""),
        (0x0C, b"x" * 3000, "x" * 1021),
    ],
)
def test_names_are_read_in_every_coding_and_cut(coding: int, value: bytes, text: str) -> None:
    names = certificate_names(signed(item(0x06, b"\x55\x04\x03") + item(coding, value)))
    assert names is not None
    assert names.subject == f"CN={text}"


def test_an_unknown_attribute_keeps_its_number() -> None:
    names = certificate_names(signed(item(0x06, b"\x2a\x03") + item(0x0C, b"x")))
    assert names is not None
    assert names.subject == "oid.2a03=x"


def item(tag: int, content: bytes) -> bytes:
    size = len(content)
    length = bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2, "big")
    return bytes([tag]) + length + content


def signed(attribute: bytes) -> bytes:
    name = item(0x30, item(0x31, item(0x30, attribute)))
    fields = item(0x02, b"\x01"), item(0x30, b""), name, item(0x30, b""), name
    return item(0x30, item(0x30, b"".join(fields)))
