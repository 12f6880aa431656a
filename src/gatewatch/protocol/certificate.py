"""Who an X.509 certificate is for and who signed it, read from its DER as far as it can be.

Nothing is verified: devices sign for themselves, with clocks of 1970 and keys of 512 bits, and
all of that identifies them. Consumes bytes; never raises: what is no certificate gives None.
Names are written as `CN=x, O=y` in the order they stand in (RFC 4514 attribute types). Sources:
RFC 5280 section 4.1, X.690 for the encoding.
"""

from collections.abc import Iterator
from typing import NamedTuple

__all__ = ["Names", "certificate_names"]

_SEQUENCE, _SET, _OID, _VERSION = 0x30, 0x31, 0x06, 0xA0
# X.520 attribute types under 2.5.4, and the two others that certificates use.
_TYPES = {
    b"\x55\x04\x03": "CN",
    b"\x55\x04\x04": "SN",
    b"\x55\x04\x05": "serialNumber",
    b"\x55\x04\x06": "C",
    b"\x55\x04\x07": "L",
    b"\x55\x04\x08": "ST",
    b"\x55\x04\x09": "street",
    b"\x55\x04\x0a": "O",
    b"\x55\x04\x0b": "OU",
    b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01": "emailAddress",
    b"\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19": "DC",
}
_UTF16, _UTF32 = 0x1E, 0x1C
_NAME_LIMIT = 1024
_ATTRIBUTES_MOST = 64


class Names(NamedTuple):
    """Subject and issuer; either may be empty."""

    subject: str
    issuer: str


def certificate_names(der: bytes) -> Names | None:
    """The names in the certificate `der`, or None when it is none."""
    try:
        _, certificate = next(_items(der))
        _, body = next(_items(certificate))
        fields = [item for item in _items(body) if item[0] != _VERSION]
        # serialNumber, signature, issuer, validity, subject
        (kind, issuer), (other, subject) = fields[2], fields[4]
    except (StopIteration, ValueError, IndexError):
        return None
    if kind != _SEQUENCE or other != _SEQUENCE:
        return None
    return Names(_name(subject), _name(issuer))


def _name(data: bytes) -> str:
    """A distinguished name, as far as it can be read."""
    parts: list[str] = []
    try:
        for kind, relative in _items(data):
            for _, pair in _items(relative) if kind == _SET else ():
                (_, oid), (coding, value) = list(_items(pair))[:2]
                parts.append(f"{_type(oid)}={_text(coding, value)}")
                if len(parts) == _ATTRIBUTES_MOST:
                    raise ValueError("more attributes than any name has")
    except ValueError:
        pass
    return ", ".join(parts)[:_NAME_LIMIT]


def _type(oid: bytes) -> str:
    return _TYPES.get(oid) or f"oid.{oid[:32].hex()}"


def _text(coding: int, value: bytes) -> str:
    value = value[:_NAME_LIMIT]
    if coding == _UTF16:
        return value.decode("utf-16-be", "replace")
    if coding == _UTF32:
        return value.decode("utf-32-be", "replace")
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _items(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(tag, content) of each item; raises ValueError where the encoding breaks."""
    at = 0
    while at < len(data):
        if at + 2 > len(data):
            raise ValueError("cut in a header")
        tag, length = data[at], data[at + 1]
        at += 2
        if length & 0x80:
            width = length & 0x7F
            if not 0 < width <= 4 or at + width > len(data):
                raise ValueError("no length")
            length = int.from_bytes(data[at : at + width], "big")
            at += width
        if at + length > len(data):
            raise ValueError("cut in a value")
        yield tag, data[at : at + length]
        at += length
