"""TLS for one connection, without a socket: bytes in, bytes out.

Nothing is verified and old versions are spoken, since the question is who is there: a device's
own certificate names its maker. No name is asked for (SNI), since devices have none, and no
client certificate is ever shown. The context is made once a process.
"""

import ssl
import warnings
from functools import cache
from hashlib import sha256

from gatewatch.protocol.certificate import certificate_names

__all__ = ["TlsFailed", "TlsTalk"]

_PIECE = 16 * 1024


class TlsFailed(Exception):
    """The peer spoke, and it was no handshake that we could finish."""


class TlsTalk:
    """Sends `request` once the handshake is done."""

    def __init__(self, request: bytes) -> None:
        self._request = request
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = _context().wrap_bio(self._in, self._out)
        self._shaken = False

    def begin(self) -> bytes:
        """The first bytes to send."""
        self._shake()
        return self._out.read()

    def feed(self, data: bytes) -> tuple[bytes, bytes, bool]:
        """Takes what came: what it says in plain, what to send, and whether it said goodbye.

        Raises TlsFailed.
        """
        self._in.write(data)
        said, ended = bytearray(), False
        try:
            if not self._shaken:
                self._shake()
            while self._shaken and (piece := self._tls.read(_PIECE)):
                said += piece
            ended = self._shaken
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLZeroReturnError:
            ended = True
        except (ssl.SSLError, ValueError) as error:
            if not said:
                raise TlsFailed(str(error)) from None
            ended = True
        return bytes(said), self._out.read(), ended

    def facts(self) -> tuple[tuple[str, str], ...]:
        """What is known of the peer, as `Answer.tls`; nothing before the handshake is done."""
        if not self._shaken:
            return ()
        der = self._tls.getpeercert(binary_form=True)
        found = {"version": self._tls.version() or ""}
        if cipher := self._tls.cipher():
            found["cipher"] = cipher[0]
        if der:
            found["sha256"] = sha256(der).hexdigest()
            if names := certificate_names(der):
                found |= names._asdict()
        return tuple(sorted((name, value) for name, value in found.items() if value))

    def _shake(self) -> None:
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            return
        self._shaken = True
        self._tls.write(self._request)


@cache
def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.options |= 0x4  # SSL_OP_LEGACY_SERVER_CONNECT: RFC 5746 came after many devices
    return context
