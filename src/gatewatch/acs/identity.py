"""Who is calling: what a request proves, before a byte of its body is looked at.

A device is who its credential says, never who its serial number says: the serial stands on the
box. Digest anywhere; Basic only inside TLS, or on loopback with the lab profile; or a client
certificate of our own authorities whose subject is OUI-Serial. Whoever proves nothing may be
heard in quarantine (quarantine.py), where no answer holds a secret.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from secrets import token_bytes

from gatewatch.acs.digest import BasicAnswer, Nonces, Proof, challenges, read_answer
from gatewatch.acs.http.admission import source_of
from gatewatch.acs.http.messages import Answer, Peer, Request
from gatewatch.acs.state.interface import State
from gatewatch.acs.state.records import Credential

__all__ = ["Caller", "Gatekeeper", "Known", "Stranger"]

_REMEMBERED = 10_000
_MEMORY_S = 30.0
"""How long a credential that was taken away may still be good in a process."""
_NOBODY = "a password that nobody has"


@dataclass(frozen=True, slots=True)
class Known:
    """Has proven to hold a credential; `device` is empty for one of first contact."""

    device: str
    username: str
    by: str
    """`digest`, `basic`, `certificate` or `lab`."""


@dataclass(frozen=True, slots=True)
class Stranger:
    """Has proven nothing."""

    username: str


Caller = Known | Stranger


class Gatekeeper:
    """Judges requests; one a process."""

    def __init__(
        self,
        state: State,
        key: bytes,
        *,
        lab: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`key` signs nonces. `lab`: loopback may use Basic, and need not be enrolled."""
        self._state = state
        self._nonces = Nonces(key)
        self._lab = lab
        self._clock = clock
        self._cache: OrderedDict[str, tuple[float, Credential | None]] = OrderedDict()

    def identify(self, request: Request, peer: Peer) -> Caller | Answer:
        """Who it is; or the 401 that asks for a proof."""
        if peer.subject:
            return Known(peer.subject, peer.subject, "certificate")
        value = request.headers.get("authorization")
        answer = read_answer(value) if value else None
        lab = self._lab and _is_loopback(peer.address)
        if answer is None or (isinstance(answer, BasicAnswer) and not (peer.tls or lab)):
            return self._ask(peer, basic=peer.tls or lab)
        credential = self.credential(answer.username)
        # For a name that nobody has the same work is done: the time it takes tells nothing.
        secret = credential.secret if credential else _NOBODY
        if isinstance(answer, BasicAnswer):
            proof = Proof.GOOD if answer.proves(secret) else Proof.WRONG
            by = "basic"
        else:
            source = source_of(peer.address)
            proof = self._nonces.judge(answer, secret, request.method, self._clock(), source)
            by = "digest"
        if proof is Proof.STALE:
            return self._ask(peer, basic=peer.tls or lab, stale=True)
        if proof is Proof.GOOD and credential:
            return Known(credential.device, credential.username, by)
        return Known("", answer.username, "lab") if lab else Stranger(answer.username)

    def credential(self, username: str) -> Credential | None:
        """The credential of that name, at most half a minute old."""
        now = self._clock()
        known = self._cache.get(username)
        if known and known[0] > now:
            return known[1]
        found = self._state.credential(username) if len(username) <= 256 else None
        self._cache[username] = (now + _MEMORY_S, found)
        self._cache.move_to_end(username)
        if len(self._cache) > _REMEMBERED:
            self._cache.popitem(last=False)
        return found

    def forget(self, username: str) -> None:
        """It has changed: ask the state again."""
        self._cache.pop(username, None)

    def _ask(self, peer: Peer, *, basic: bool, stale: bool = False) -> Answer:
        nonce = self._nonces.make(self._clock(), source_of(peer.address), token_bytes(8))
        return Answer(401, headers=challenges(nonce, stale=stale, basic=basic))


def _is_loopback(address: str) -> bool:
    return ip_address(address.partition("%")[0]).is_loopback
