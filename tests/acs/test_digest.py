"""Challenges and answers: what proves a password, and what does not."""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewatch.acs.digest import (
    BasicAnswer,
    DigestAnswer,
    Nonces,
    Proof,
    challenges,
    read_answer,
)

KEY, CHANCE, NOW, SOURCE = b"k" * 32, b"12345678", 1_700_000_000.0, "192.0.2.7"
USER, PASSWORD = "00259E-S1", "pass word é"


@pytest.fixture
def nonces() -> Nonces:
    return Nonces(KEY)


def h(said: str, algorithm: str = "md5") -> str:
    return hashlib.new(algorithm, said.encode()).hexdigest()


def answer_to(nonce: str, *, nc: str = "00000001", cnonce: str = "abc", uri: str = "/") -> str:
    """What RFC 7616 section 3.4 says a device answers."""
    secret = h(f"{USER}:gatewatch:{PASSWORD}")
    response = h(f"{secret}:{nonce}:{nc}:{cnonce}:auth:{h(f'POST:{uri}')}")
    return (
        f'Digest username="{USER}", realm="gatewatch", nonce="{nonce}", uri="{uri}", '
        f'response="{response}", algorithm=MD5, qop=auth, nc={nc}, cnonce="{cnonce}"'
    )


def judged(nonces: Nonces, value: str, now: float = NOW, source: str = SOURCE) -> Proof:
    answer = read_answer(value)
    assert isinstance(answer, DigestAnswer)
    return nonces.judge(answer, PASSWORD, "POST", now, source)


def test_who_knows_the_password_proves_it(nonces: Nonces) -> None:
    value = answer_to(nonces.make(NOW, SOURCE, CHANCE))
    assert judged(nonces, value, NOW + 59) is Proof.GOOD


def test_the_example_of_the_standard_holds() -> None:
    """RFC 7616 section 3.9.1, with both hashes, for our realm's name put in its place."""
    answer = DigestAnswer(
        "Mufasa", "x", "n", "/dir/index.html", "", "sha-256", False, "00000001", "c"
    )
    secret = h("Mufasa:gatewatch:Circle of Life", "sha256")
    asked = h("GET:/dir/index.html", "sha256")
    right = h(f"{secret}:n:00000001:c:auth:{asked}", "sha256")
    assert replace(answer, response=right).proves("Circle of Life", "GET")
    assert replace(answer, response=right.upper()).proves("Circle of Life", "GET")
    assert not replace(answer, response=right).proves("circle of life", "GET")


@pytest.mark.parametrize("algorithm", [0, 1])
def test_an_independent_client_is_understood(nonces: Nonces, algorithm: int) -> None:
    """httpx answers as RFC 7616 says; it knows nothing of ours."""
    headers = challenges(nonces.make(NOW, SOURCE, CHANCE), stale=False, basic=False)
    seen: list[str] = []

    def serve(request: httpx.Request) -> httpx.Response:
        if "Authorization" not in request.headers:
            return httpx.Response(401, headers=[headers[algorithm]])
        seen.append(request.headers["Authorization"])
        return httpx.Response(204)

    with httpx.Client(transport=httpx.MockTransport(serve)) as client:
        client.post("http://acs.example.org/x", auth=httpx.DigestAuth(USER, PASSWORD))
    assert judged(nonces, seen[0]) is Proof.GOOD


def test_a_wrong_password_is_wrong(nonces: Nonces) -> None:
    answer = read_answer(answer_to(nonces.make(NOW, SOURCE, CHANCE)))
    assert isinstance(answer, DigestAnswer)
    assert nonces.judge(answer, "another", "POST", NOW, SOURCE) is Proof.WRONG
    assert nonces.judge(answer, PASSWORD, "GET", NOW, SOURCE) is Proof.WRONG


def test_an_overheard_answer_proves_nothing_a_second_time(nonces: Nonces) -> None:
    value = answer_to(nonces.make(NOW, SOURCE, CHANCE))
    assert judged(nonces, value) is Proof.GOOD
    assert judged(nonces, value) is Proof.STALE


def test_a_device_that_never_counts_is_let_in_with_a_new_cnonce(nonces: Nonces) -> None:
    nonce = nonces.make(NOW, SOURCE, CHANCE)
    for cnonce in ("a", "b", "c"):
        assert judged(nonces, answer_to(nonce, cnonce=cnonce)) is Proof.GOOD


def test_a_nonce_ages_and_is_good_in_another_process(nonces: Nonces) -> None:
    value = answer_to(nonces.make(NOW, SOURCE, CHANCE))
    assert judged(nonces, value, NOW + 61) is Proof.STALE
    assert judged(nonces, value, NOW - 3) is Proof.STALE
    assert judged(Nonces(KEY), value, NOW + 1) is Proof.GOOD


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: bytes([raw[0] ^ 1]) + raw[1:],
        lambda raw: raw[:-1] + bytes([raw[-1] ^ 1]),
        lambda raw: raw[:-1],
        lambda raw: raw + b"x",
        lambda raw: raw[:0],
    ],
)
def test_a_nonce_that_we_did_not_make_is_none(
    nonces: Nonces, change: Callable[[bytes], bytes]
) -> None:
    raw = base64.b64decode(nonces.make(NOW, SOURCE, CHANCE))
    forged = base64.b64encode(change(raw)).decode()
    assert judged(nonces, answer_to(forged)) is Proof.STALE
    assert judged(nonces, answer_to("no base64!")) is Proof.STALE


def test_a_nonce_of_another_source_asks_anew(nonces: Nonces) -> None:
    value = answer_to(nonces.make(NOW, SOURCE, CHANCE))
    assert judged(nonces, value, source="198.51.100.1") is Proof.STALE


def test_the_memory_of_answers_is_bounded() -> None:
    nonces = Nonces(KEY, remembered=10)
    nonce = nonces.make(NOW, SOURCE, CHANCE)
    for number in range(50):
        assert judged(nonces, answer_to(nonce, cnonce=str(number))) is Proof.GOOD
    assert len(nonces._seen) <= 10


def test_a_challenge_is_read_by_devices_that_know_only_the_first() -> None:
    (_, first), (_, second), (_, third) = challenges("N", stale=True, basic=True)
    assert first == 'Digest realm="gatewatch", qop="auth", algorithm=MD5, nonce="N", stale=true'
    assert "SHA-256" in second
    assert third == 'Basic realm="gatewatch"'


@pytest.mark.parametrize(
    ("value", "answer"),
    [
        ("Basic dTpw", BasicAnswer("u", "p")),
        ("basic  dTpwOnE=", BasicAnswer("u", "p:q")),
        ("Basic " + base64.b64encode("ü:é".encode()).decode(), BasicAnswer("ü", "é")),
        ("Basic " + base64.b64encode(b"u:\xe9").decode(), BasicAnswer("u", "é")),
        ("Basic", None),
        ("Basic ###", None),
        ("Basic dQ==", None),
        ("Bearer x", None),
        ("", None),
        ("Digest", None),
        ('Digest username="u"', None),
        ("Digest " + "x" * 3000, None),
        (answer_to("n").replace("qop=auth, ", ""), None),
        (answer_to("n").replace("qop=auth", "qop=auth-int"), None),
        (answer_to("n").replace("algorithm=MD5", "algorithm=SHA-512"), None),
        (answer_to("n").replace('realm="gatewatch"', 'realm="other"'), None),
    ],
)
def test_an_authorization_is_read_or_is_none(value: str, answer: object) -> None:
    assert read_answer(value) == answer


def test_an_answer_is_read_in_any_style() -> None:
    value = answer_to("n")
    plain = read_answer(value)
    assert isinstance(plain, DigestAnswer)
    for other in (
        value.replace(", ", ","),
        value.replace("Digest", "digest").replace("qop=auth", 'qop="auth"'),
        value.replace("username", "USERNAME").replace("nc=00000001", 'nc="00000001"'),
    ):
        assert read_answer(other) == plain


@given(st.text(max_size=300))
def test_any_text_gives_an_answer_or_none(value: str) -> None:
    read_answer(f"Digest {value}")
    read_answer(value)
