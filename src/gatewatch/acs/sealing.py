"""What only this ACS may read or say: secrets at rest, nonces, links, the chain of the audit log.

One key file of 32 random bytes, made at first use with mode 0600, from which a key for each
purpose is derived (HKDF, RFC 5869); processes that serve the same devices share the file. Without
it, what is sealed in the database is noise: keep a copy apart from the database's backup.
A sealed text is bound to its place (`context`): moved to another row it does not open.
"""

import os
from functools import lru_cache
from hmac import digest as hmac_digest
from pathlib import Path
from secrets import token_bytes

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gatewatch.model.errors import AcsKeyUnusable

__all__ = ["Keys", "keys_from"]

_SIZE = 32
_NONCE = 12


class Keys:
    """The keys of one ACS."""

    def __init__(self, master: bytes) -> None:
        """`master`: 32 random bytes."""
        self._master = master
        self._box = AESGCM(self.derived("secrets at rest"))

    @lru_cache(maxsize=32)  # noqa: B019 - as many as there are purposes
    def derived(self, purpose: str) -> bytes:
        """The key for `purpose`, 32 bytes."""
        return HKDF(SHA256(), 32, None, f"gatewatch acs: {purpose}".encode()).derive(self._master)

    def seal(self, text: str, context: str) -> bytes:
        """`text` so that only `unseal` with the same `context` reads it."""
        nonce = token_bytes(_NONCE)
        return nonce + self._box.encrypt(nonce, text.encode(), context.encode())

    def unseal(self, sealed: bytes, context: str) -> str:
        """What was sealed; raises AcsKeyUnusable when it was not, or by another key."""
        try:
            plain = self._box.decrypt(sealed[:_NONCE], sealed[_NONCE:], context.encode())
        except (InvalidTag, ValueError):
            raise AcsKeyUnusable(
                where=context,
                what="what is stored there was sealed by another key, or was changed",
                mend="bring the key file that belongs to this database",
            ) from None
        return plain.decode()

    def tag(self, purpose: str, said: bytes) -> bytes:
        """HMAC-SHA256 of `said`, 32 bytes."""
        return hmac_digest(self.derived(purpose), said, "sha256")


def keys_from(path: Path) -> Keys:
    """The keys in the file, which is made when there is none; raises AcsKeyUnusable."""
    try:
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return Keys(_read(path))
        with os.fdopen(handle, "wb") as file:
            master = token_bytes(_SIZE)
            file.write(master)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise AcsKeyUnusable(
            where=path,
            what=f"cannot be used, {error.strerror}",
            mend="see the rights on its folder",
        ) from None
    return Keys(master)


def _read(path: Path) -> bytes:
    if path.stat().st_mode & 0o077:
        raise AcsKeyUnusable(
            where=path,
            what="others may read or write it",
            mend=f"chmod 600 {path}, and think about who has read it",
        )
    master = path.read_bytes()
    if len(master) != _SIZE:
        raise AcsKeyUnusable(
            where=path,
            what=f"holds {len(master)} bytes, and a key has {_SIZE}",
            mend="restore it from its copy",
        )
    return master
