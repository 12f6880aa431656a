"""Pseudonyms: what stands for a person everywhere but in the sealed table of names.

A pseudonym is the keyed BLAKE2b of the person's name, 64 bits, written `p-` and 13 letters. Who
lacks the key cannot try names; who has the key and a name can (`watch forget` has to). A device's
name is hashed alike, since `ALICE-LAPTOP` is a name too.
"""

import base64
import hashlib
import re

__all__ = ["Pseudonyms", "number_of", "shown_as"]

_FORM = re.compile(r"p-[a-z2-7]{13}", re.ASCII)


class Pseudonyms:
    """Turns names into numbers by one secret key."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._known: dict[str, int] = {}

    def who(self, person: str) -> int:
        """The person's number, signed, 64 bits."""
        found = self._known.get(person)
        if found is None:
            if len(self._known) > 1_000_000:
                self._known.clear()
            found = self._known[person] = self._hash(person, b"person")
        return found

    def device(self, name: str) -> int:
        """The number of a device; 0 for one without a name."""
        return self._hash(name, b"device") if name else 0

    def _hash(self, text: str, purpose: bytes) -> int:
        data = text.encode("utf-8", "backslashreplace")
        digest = hashlib.blake2b(data, digest_size=8, key=self._key, person=purpose).digest()
        return int.from_bytes(digest, "big", signed=True)


def shown_as(who: int | None) -> str:
    """The pseudonym as people read it; "" for nobody."""
    if who is None:
        return ""
    return "p-" + base64.b32encode(who.to_bytes(8, "big", signed=True)).decode().lower().rstrip("=")


def number_of(pseudonym: str) -> int | None:
    """The number that `shown_as` wrote; None when the text is no pseudonym."""
    if not _FORM.fullmatch(pseudonym):
        return None
    try:
        raw = base64.b32decode(pseudonym[2:].upper() + "===")
    except ValueError:
        return None
    return int.from_bytes(raw, "big", signed=True)
