"""Calls to others' interfaces: patient, bounded, silent about keys."""

import socket
from collections.abc import Iterator

import pytest
from tests.watch.service import Asked, Said, Service, service

from gatewatch.model.errors import TargetFailed
from gatewatch.watch.api import Api, require_safe_url, understood

SECRET = "s3cr3t-key"


class Talk:
    """Answers in order, the last one again and again."""

    def __init__(self) -> None:
        self.answers: list[Said] = [Said()]
        self.waits: list[float] = []

    def answer(self, asked: Asked) -> Said:
        del asked
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture
def talk() -> Talk:
    return Talk()


@pytest.fixture
def place(talk: Talk) -> Iterator[Service]:
    with service(talk.answer) as place:
        yield place


def api(place: Service, talk: Talk) -> Api:
    return Api(
        place.url,
        name="test",
        headers={"Authorization": f"Bearer {SECRET}"},
        secrets=(SECRET,),
        pause=talk.waits.append,
        clock=lambda: 1_700_000_000.0,
    )


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": "Tue, 14 Nov 2023 22:13:50 GMT"}, 30.0),
        ({"X-Rate-Limit-Reset": "1700000042"}, 42.0),
        ({"Retry-After": "soon"}, 1.0),
        ({}, 1.0),
    ],
)
def test_who_is_asked_to_wait_waits_so_long(
    place: Service, talk: Talk, headers: dict[str, str], wait: float
) -> None:
    talk.answers = [Said(429, {}, headers), Said(200, {"ok": 1})]
    with api(place, talk) as one:
        assert one.call("POST", "/x", body={"a": 1}).body == {"ok": 1}
    assert talk.waits == [wait]
    assert place.asked[1].body == {"a": 1}


def test_a_server_that_wants_hours_is_not_waited_for(place: Service, talk: Talk) -> None:
    talk.answers = [Said(429, {}, {"Retry-After": "7200"})]
    with api(place, talk) as one, pytest.raises(TargetFailed, match="left alone for 7200 s"):
        one.call("GET", "/x")
    assert talk.waits == []


def test_patience_ends(place: Service, talk: Talk) -> None:
    talk.answers = [Said(429, {"message": "slow down"})]
    with api(place, talk) as one, pytest.raises(TargetFailed, match="answers 429, slow down"):
        one.call("GET", "/x")
    assert talk.waits == [1.0, 2.0, 4.0, 8.0]


def test_a_busy_server_is_asked_again_only_for_what_may_be_done_twice(
    place: Service, talk: Talk
) -> None:
    talk.answers = [Said(503), Said(200)]
    with api(place, talk) as one:
        one.call("PUT", "/x", body={})
    talk.answers = [Said(503), Said(200)]
    with api(place, talk) as one, pytest.raises(TargetFailed, match="answers 503"):
        one.call("POST", "/x", body={})
    assert len(place.asked) == 3


@pytest.mark.parametrize(
    "body",
    [
        {"errorSummary": f"bad {SECRET}\x1b[2J"},
        {"error": {"code": "x", "message": f"bad {SECRET}\x1b[2J"}},
        {"errors": [{"code": 1, "message": f"bad {SECRET}\x1b[2J"}]},
        {"__type": "X", "Message": f"bad {SECRET}\x1b[2J"},
    ],
)
def test_what_a_server_says_is_shown_without_the_key_and_escaped(
    place: Service, talk: Talk, body: object
) -> None:
    talk.answers = [Said(403, body)]
    with api(place, talk) as one, pytest.raises(TargetFailed) as raised:
        one.call("GET", "/x")
    assert "answers 403, bad …\\x1b[2J: see which rights the key has" in str(raised.value)
    assert SECRET not in str(raised.value)


def test_redirects_are_not_followed(place: Service, talk: Talk) -> None:
    talk.answers = [Said(302, None, {"Location": "http://127.0.0.1:9/"})]
    with api(place, talk) as one, pytest.raises(TargetFailed, match="answers 302"):
        one.call("GET", "/x")


def test_a_next_page_on_another_server_is_not_asked(place: Service, talk: Talk) -> None:
    with api(place, talk) as one, pytest.raises(TargetFailed, match="leads to another server"):
        one.call("GET", "https://example.org/page2")
    assert place.asked == []


def test_an_endless_answer_is_cut_off(place: Service, talk: Talk) -> None:
    talk.answers = [Said(200, b" " * (17 << 20))]
    with api(place, talk) as one, pytest.raises(TargetFailed, match="its answer is too large"):
        one.call("GET", "/x")


def test_a_server_that_is_not_there_is_one_line(talk: Talk) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with (
        api(Service(f"http://127.0.0.1:{port}"), talk) as one,
        pytest.raises(TargetFailed, match="it cannot be reached: see the address"),
    ):
        one.call("GET", "/x")


@pytest.mark.parametrize("url", ["http://example.org", "ftp://x", "https://u:p@example.org", "x"])
def test_a_key_goes_nowhere_without_tls(url: str) -> None:
    with pytest.raises(TargetFailed, match="write https://server"):
        require_safe_url(url, "test")


def test_an_answer_of_another_shape_is_one_line() -> None:
    with pytest.raises(TargetFailed, match="not as it is documented"), understood("test"):
        raise KeyError("result")


@pytest.mark.parametrize(
    ("status", "mend"),
    [
        (400, "nothing of this call was done"),
        (401, "see the key and whether it has expired"),
        (404, "see the address and the names in the account"),
        (409, "somebody else is changing it: try again later"),
        (412, "somebody else changed it: try again"),
    ],
)
def test_a_refusal_says_what_to_do(place: Service, talk: Talk, status: int, mend: str) -> None:
    talk.answers = [Said(status, {"message": "no"})]
    with api(place, talk) as one, pytest.raises(TargetFailed) as raised:
        one.call("PUT", "/x", body={})
    assert f"answers {status}, no: " in str(raised.value)
    assert mend in str(raised.value)
    assert len(place.asked) == 1
