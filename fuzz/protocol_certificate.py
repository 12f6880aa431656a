# Invariant: any bytes give names or None; nothing is raised; a name is at most 1,024 characters; a
# certificate that is cut anywhere gives no other names than the whole one, or shorter ones.
"""Tries protocol/certificate.py."""

from zlib import crc32

from tests.protocol.certificates import DEVICE, OLD

from gatewatch.protocol.certificate import certificate_names

__all__ = ["SEEDS", "TOKENS", "one"]

SEEDS = [DEVICE, OLD]
TOKENS = [b"\x30\x82", b"\x31\x0b", b"\x06\x03\x55\x04\x03", b"\x30\x84\xff\xff\xff\xff", b"\x0c"]


def one(data: bytes) -> None:
    """Reads `data`, and a part of it."""
    for der in (data, data[: crc32(data) % (len(data) + 1)]):
        names = certificate_names(der)
        if names is not None:
            assert len(names.subject) <= 1024
            assert len(names.issuer) <= 1024
