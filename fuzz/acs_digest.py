# Invariant: any Authorization gives an answer or None; no answer but a right one is proven; any
# challenge gives an answer on one line, or none; nothing is raised.
"""Tries acs/digest.py."""

from gatewatch.acs.digest import DigestAnswer, Nonces, Proof, authorization, read_answer
from gatewatch.protocol.challenge import parse_challenges

__all__ = ["SEEDS", "TOKENS", "one"]

_NONCES = Nonces(b"k" * 32)
_NONCE = _NONCES.make(1_700_000_000, "192.0.2.7", b"12345678")
_FIELDS = (
    f'username="u", realm="gatewatch", nonce="{_NONCE}", uri="/", qop=auth, nc=00000001, '
    f'cnonce="c", response="{"0" * 32}"'
)
SEEDS = [
    f"Digest {_FIELDS}".encode(),
    f"Digest {_FIELDS}, algorithm=SHA-256".encode(),
    b"Basic dTpw",
    b'Digest realm="cpe", nonce="n", qop="auth,auth-int", opaque="o", algorithm=MD5',
]
TOKENS = (b"qop=auth", b"algorithm=", b"MD5-sess", b'"', b"Digest ", b"Basic ")


def one(data: bytes) -> None:
    """Reads it as an answer and as a challenge."""
    value = data.decode("latin-1")
    answer = read_answer(value)
    if isinstance(answer, DigestAnswer):
        judged = _NONCES.judge(answer, "secret", "POST", 1_700_000_001, "192.0.2.7")
        assert judged is not Proof.GOOD
    for challenge in parse_challenges([value]):
        made = authorization(challenge, "GET", "/", "user", "secret", "c")
        assert not made or (made.isprintable() and read_back(made))


def read_back(value: str) -> bool:
    """Whether it is one Digest answer of ours."""
    (again,) = parse_challenges([value])
    return again.get("username") == "user"
