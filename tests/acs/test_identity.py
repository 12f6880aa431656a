"""Who is calling: what proves it, where, and what a stranger learns."""

from base64 import b64encode
from collections.abc import Callable

import pytest

from gatewatch.acs.digest import authorization
from gatewatch.acs.http.messages import Answer, Peer, Request
from gatewatch.acs.identity import Caller, Gatekeeper, Known, Stranger
from gatewatch.acs.state.changes import KeepCredential, RemoveCredential
from gatewatch.acs.state.interface import State
from gatewatch.acs.state.records import Credential
from gatewatch.protocol.challenge import parse_challenges

OUTSIDE, INSIDE = Peer(1, "192.0.2.7", 5), Peer(2, "127.0.0.1", 5)
TLS = Peer(3, "192.0.2.7", 5, tls=True)


class Clock:
    now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def gate(lone_state: State, clock: Clock) -> Callable[..., Gatekeeper]:
    lone_state.apply([KeepCredential(Credential("gw-1", "word", "00259E-X-S1"))])

    def make(*, lab: bool = False) -> Gatekeeper:
        return Gatekeeper(lone_state, b"k" * 32, lab=lab, clock=clock)

    return make


def request(authorization_: str = "") -> Request:
    headers = {"authorization": authorization_} if authorization_ else {}
    return Request("POST", "/", "1.1", headers)


def basic(username: str = "gw-1", password: str = "word") -> str:
    return f"Basic {b64encode(f'{username}:{password}'.encode()).decode()}"


def by_digest(
    gate: Gatekeeper, peer: Peer, username: str = "gw-1", password: str = "word"
) -> Caller | Answer:
    """Asks, and answers the challenge."""
    asked = gate.identify(request(), peer)
    assert isinstance(asked, Answer)
    (challenge,) = parse_challenges([asked.headers[0][1]])
    return gate.identify(
        request(authorization(challenge, "POST", "/", username, password, "c")), peer
    )


def test_a_device_is_who_its_credential_says(gate: Callable[..., Gatekeeper]) -> None:
    assert by_digest(gate(), OUTSIDE) == Known("00259E-X-S1", "gw-1", "digest")


def test_basic_is_for_tls_only(gate: Callable[..., Gatekeeper]) -> None:
    assert gate().identify(request(basic()), TLS) == Known("00259E-X-S1", "gw-1", "basic")
    for peer in (OUTSIDE, INSIDE):
        answer = gate().identify(request(basic()), peer)
        assert isinstance(answer, Answer)
        assert answer.status == 401
        assert not any("Basic" in value for _, value in answer.headers)


def test_a_lab_on_loopback_takes_basic_and_unknown_names(gate: Callable[..., Gatekeeper]) -> None:
    lab = gate(lab=True)
    assert lab.identify(request(basic("who", "ever")), INSIDE) == Known("", "who", "lab")
    assert isinstance(lab.identify(request(), INSIDE), Answer)
    outside = lab.identify(request(basic("who", "ever")), OUTSIDE)
    assert isinstance(outside, Answer)


@pytest.mark.parametrize(("username", "password"), [("gw-1", "wrong"), ("who", "word")])
def test_a_wrong_name_and_a_wrong_password_look_the_same(
    gate: Callable[..., Gatekeeper], username: str, password: str
) -> None:
    assert by_digest(gate(), OUTSIDE, username, password) == Stranger(username)
    assert gate().identify(request(basic(username, password)), TLS) == Stranger(username)


@pytest.mark.parametrize("value", ["", "Bearer x", "Digest x", "Basic #", "Digest " + "x" * 9999])
def test_without_a_proof_one_is_asked_for(gate: Callable[..., Gatekeeper], value: str) -> None:
    answer = gate().identify(request(value), OUTSIDE)
    assert isinstance(answer, Answer)
    assert answer.status == 401


def test_an_old_nonce_is_stale_and_not_wrong(gate: Callable[..., Gatekeeper], clock: Clock) -> None:
    keeper = gate()
    asked = keeper.identify(request(), OUTSIDE)
    assert isinstance(asked, Answer)
    (challenge,) = parse_challenges([asked.headers[0][1]])
    clock.now += 100
    answer = keeper.identify(
        request(authorization(challenge, "POST", "/", "gw-1", "word", "c")), OUTSIDE
    )
    assert isinstance(answer, Answer)
    assert "stale=true" in answer.headers[0][1]


def test_a_certificate_of_ours_is_a_proof(gate: Callable[..., Gatekeeper]) -> None:
    peer = TLS._replace(subject="00259E-S1")
    assert gate().identify(request(), peer) == Known("00259E-S1", "00259E-S1", "certificate")


def test_a_credential_that_was_taken_away_is_soon_good_for_nothing(
    gate: Callable[..., Gatekeeper], clock: Clock, lone_state: State
) -> None:
    keeper = gate()
    assert isinstance(by_digest(keeper, OUTSIDE), Known)
    lone_state.apply([RemoveCredential("gw-1")])
    clock.now += 31
    assert by_digest(keeper, OUTSIDE) == Stranger("gw-1")
