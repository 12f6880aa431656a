"""HTTP Digest and Basic: challenges that need no memory, their proof, and our own answers.

A nonce is signed: a moment, chance, and a tag over both and the peer's source. It is checked
without state, survives a restart, and is good in every process that has the key; devices that
answer a challenge on a new connection (FRITZ!Box) are as welcome as others. What cannot be known
without memory is kept in a bounded table: an exact repetition of an answer, the replay of what
somebody overheard, is refused. A strict "the count must grow" would lock devices out that always
send nc=00000001.

What is compared with a secret is compared in constant time. Sources: RFC 7616, RFC 7617,
TR-069 Amendment 6 section 3.4.5. Not offered: auth-int, and Digest without qop (RFC 2069).
"""

import base64
import binascii
import hashlib
import hmac
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from gatewatch.protocol.challenge import Challenge, parse_challenges

__all__ = [
    "REALM",
    "BasicAnswer",
    "DigestAnswer",
    "Nonces",
    "Proof",
    "authorization",
    "challenges",
    "read_answer",
]

REALM = "gatewatch"
_ALGORITHMS: dict[str, Callable[[bytes], "hashlib._Hash"]] = {
    "md5": lambda said: hashlib.md5(said, usedforsecurity=False),
    "sha-256": hashlib.sha256,
}
_LONGEST = 2048
_TIME, _CHANCE, _TAG = 5, 8, 16
_SIZE = _TIME + _CHANCE + _TAG
_CLOCK_S = 2
"""A nonce from the future is as wrong as an old one, but clocks of several machines differ."""


class Proof(Enum):
    """What an answer to a challenge proves."""

    GOOD = "good"
    WRONG = "wrong"
    STALE = "stale"
    """The nonce is too old, not ours, or the answer was seen before: ask again."""


@dataclass(frozen=True, slots=True)
class BasicAnswer:
    """Name and password as they are."""

    username: str
    password: str

    def proves(self, password: str) -> bool:
        """Whether it is the password."""
        return hmac.compare_digest(self.password.encode(), password.encode())


@dataclass(frozen=True, slots=True)
class DigestAnswer:
    """What a device answered to a Digest challenge; fields as sent, unquoted."""

    username: str
    realm: str
    nonce: str
    uri: str
    response: str
    algorithm: str
    session: bool
    """One of the algorithms `-sess`."""
    nc: str
    cnonce: str

    def proves(self, password: str, method: str) -> bool:
        """Whether who sent it knows the password.

        The URI is taken as the device gave it: all paths mean the same here, and proxies change
        them.
        """
        secret = self._hash(f"{self.username}:{REALM}:{password}")
        if self.session:
            secret = self._hash(f"{secret}:{self.nonce}:{self.cnonce}")
        asked = self._hash(f"{method}:{self.uri}")
        right = self._hash(f"{secret}:{self.nonce}:{self.nc}:{self.cnonce}:auth:{asked}")
        return hmac.compare_digest(right.encode(), self.response.lower().encode())

    def _hash(self, said: str) -> str:
        return _ALGORITHMS[self.algorithm](said.encode()).hexdigest()

    @property
    def mark(self) -> bytes:
        """Stands for this very answer."""
        said = "\n".join((self.nonce, self.nc, self.cnonce, self.response))
        return hashlib.blake2b(said.encode(), digest_size=16).digest()


def read_answer(value: str) -> BasicAnswer | DigestAnswer | None:
    """The value of an Authorization header; None for what is neither, or cannot be right."""
    if len(value) > _LONGEST:
        return None
    scheme, _, rest = value.strip().partition(" ")
    if scheme.lower() == "basic":
        return _basic(rest.strip())
    if scheme.lower() != "digest":
        return None
    (said, *more) = parse_challenges([value]) or (None,)
    if said is None or more:
        return None
    fields = {name.lower(): text for name, text, _ in reversed(said.params)}
    algorithm = fields.get("algorithm", "MD5").lower()
    session = algorithm.endswith("-sess")
    algorithm = algorithm.removesuffix("-sess")
    needed = ("username", "nonce", "uri", "response", "nc", "cnonce")
    if (
        algorithm not in _ALGORITHMS
        or fields.get("qop", "").lower() != "auth"
        or fields.get("realm") != REALM
        or not all(name in fields for name in needed)
    ):
        return None
    name, nonce, uri, response, nc, cnonce = (fields[name] for name in needed)
    return DigestAnswer(name, REALM, nonce, uri, response, algorithm, session, nc, cnonce)


def _basic(word: str) -> BasicAnswer | None:
    try:
        plain = base64.b64decode(word, validate=True)
    except (binascii.Error, ValueError):
        return None
    # Devices of 2005 send Latin-1; RFC 7617 wants UTF-8.
    try:
        text = plain.decode()
    except UnicodeDecodeError:
        text = plain.decode("latin-1")
    name, colon, password = text.partition(":")
    return BasicAnswer(name, password) if colon else None


def challenges(nonce: str, *, stale: bool, basic: bool) -> tuple[tuple[str, str], ...]:
    """The headers of a 401. MD5 first: old devices read one challenge and know no other hash."""
    more = ", stale=true" if stale else ""
    headers = [
        (
            "WWW-Authenticate",
            f'Digest realm="{REALM}", qop="auth", algorithm={algorithm}, nonce="{nonce}"{more}',
        )
        for algorithm in ("MD5", "SHA-256")
    ]
    if basic:
        headers.append(("WWW-Authenticate", f'Basic realm="{REALM}"'))
    return tuple(headers)


def authorization(
    challenge: Challenge, method: str, uri: str, username: str, password: str, cnonce: str
) -> str:
    """The answer to a Digest challenge (RFC 7616, RFC 2069 without qop); "" if it has none."""
    algorithm = (challenge.get("algorithm") or "MD5").lower()
    session = algorithm.endswith("-sess")
    make = _ALGORITHMS.get(algorithm.removesuffix("-sess"))
    realm, nonce = challenge.get("realm"), challenge.get("nonce")
    words = (challenge.get("qop") or "").lower().replace(",", " ").split()
    visible = (realm or "") + (nonce or "") + (challenge.get("opaque") or "") + username
    if not make or realm is None or nonce is None or (words and "auth" not in words):
        return ""
    if not visible.isprintable() or '"' in visible or "\\" in visible:
        return ""

    def hashed(said: str) -> str:
        return make(said.encode()).hexdigest()

    secret = hashed(f"{username}:{realm}:{password}")
    if session:
        secret = hashed(f"{secret}:{nonce}:{cnonce}")
    asked = hashed(f"{method}:{uri}")
    fields = [f'username="{username}"', f'realm="{realm}"', f'nonce="{nonce}"', f'uri="{uri}"']
    if words:
        fields += ["qop=auth", "nc=00000001", f'cnonce="{cnonce}"']
        response = hashed(f"{secret}:{nonce}:00000001:{cnonce}:auth:{asked}")
    else:
        response = hashed(f"{secret}:{nonce}:{asked}")
    fields.append(f'response="{response}"')
    if challenge.get("algorithm"):
        fields.append(f"algorithm={challenge.get('algorithm')}")
    if challenge.get("opaque") is not None:
        fields.append(f'opaque="{challenge.get("opaque")}"')
    return f"Digest {', '.join(fields)}"


class Nonces:
    """Makes nonces and judges answers to them. One a process; the key is shared by all."""

    def __init__(self, key: bytes, *, life_s: float = 60.0, remembered: int = 100_000) -> None:
        """`remembered` bounds the table of answers that were seen, 32 bytes and some each."""
        self._key = key
        self._life_s = life_s
        self._remembered = remembered
        self._seen: OrderedDict[bytes, float] = OrderedDict()

    def make(self, now: float, source: str, chance: bytes) -> str:
        """A nonce for `source` at `now` (seconds since 1970); `chance`: 8 random bytes."""
        said = int(now).to_bytes(_TIME, "big") + chance[:_CHANCE]
        return base64.b64encode(said + self._tag(said, source)).decode()

    def judge(
        self,
        answer: DigestAnswer,
        password: str,
        method: str,
        now: float,
        source: str,
    ) -> Proof:
        """What `answer`, from `source`, proves to who knows `password`."""
        right = answer.proves(password, method)
        if not self._fresh(answer.nonce, now, source):
            return Proof.STALE
        if not right:
            return Proof.WRONG
        return Proof.GOOD if self._first_time(answer.mark, now) else Proof.STALE

    def _tag(self, said: bytes, source: str) -> bytes:
        return hmac.digest(self._key, said + source.encode(), "sha256")[:_TAG]

    def _fresh(self, nonce: str, now: float, source: str) -> bool:
        try:
            raw = base64.b64decode(nonce, validate=True)
        except (binascii.Error, ValueError):
            return False
        if len(raw) != _SIZE:
            return False
        said, tag = raw[:-_TAG], raw[-_TAG:]
        if not hmac.compare_digest(tag, self._tag(said, source)):
            return False
        age = now - int.from_bytes(said[:_TIME], "big")
        return -_CLOCK_S <= age <= self._life_s

    def _first_time(self, mark: bytes, now: float) -> bool:
        if mark in self._seen:
            return False
        gone = now - self._life_s - _CLOCK_S
        while self._seen and (
            len(self._seen) >= self._remembered or next(iter(self._seen.values())) < gone
        ):
            self._seen.popitem(last=False)
        self._seen[mark] = now
        return True
