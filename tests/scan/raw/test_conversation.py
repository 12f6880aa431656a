"""Dialogues with an open port, segment by segment."""

import pytest

from gatewatch.model.observation import Outcome, Spoke
from gatewatch.protocol.response import Ending
from gatewatch.scan.raw.conversation import Conversation, Reply
from gatewatch.scan.raw.segments import ACK, FIN, PSH, RST, SYN, Segment

REQUEST = b"GET / HTTP/1.1\r\n\r\n"
HEAD = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 4\r\n\r\n"
OURS = 1000
BEHIND = OURS + len(REQUEST)


def said(sequence: int, data: bytes = b"", flags: int = ACK) -> Segment:
    return Segment(b"\xc6\x33\x64\x07", 7547, 61_000, sequence % 2**32, BEHIND, flags, 5840, data)


def greeting(theirs: int = 5000) -> Segment:
    return said(theirs, flags=SYN | ACK)._replace(acknowledged=OURS)


def opened(theirs: int = 5000) -> Conversation:
    return Conversation(OURS, REQUEST, greeting(theirs))


def test_the_first_word_acknowledges_and_asks() -> None:
    assert opened().say() == Reply(PSH | ACK, OURS, 5001, REQUEST)


def test_an_answer_in_one_segment_is_enough() -> None:
    talk = opened()
    assert talk.take(said(5001, HEAD + b"body")) is None
    assert talk.ending is Ending.ENOUGH
    assert talk.reset() == Reply(RST | ACK, BEHIND, 5001 + len(HEAD) + 4)
    answer = talk.answer()
    assert (answer.spoke, answer.outcome) == (Spoke.HTTP, Outcome.SUCCESS)
    assert (answer.head, answer.body) == (HEAD, b"body")


def test_each_piece_is_acknowledged_until_it_is_enough() -> None:
    talk = opened()
    assert talk.take(said(5001, HEAD)) == Reply(ACK, BEHIND, 5001 + len(HEAD))
    assert talk.take(said(5001 + len(HEAD), b"bo")) == Reply(ACK, BEHIND, 5003 + len(HEAD))
    assert talk.take(said(5003 + len(HEAD), b"dy")) is None
    assert talk.answer().body == b"body"


def test_what_comes_before_its_turn_is_asked_for_again() -> None:
    talk = opened()
    assert talk.take(said(5001 + len(HEAD), b"body")) == Reply(ACK, BEHIND, 5001)
    assert not talk.heard
    talk.take(said(5001, HEAD + b"body"))
    assert talk.ending is Ending.ENOUGH


def test_what_comes_twice_counts_once() -> None:
    talk = opened()
    talk.take(said(5001, HEAD))
    assert talk.take(said(5001, HEAD)) == Reply(ACK, BEHIND, 5001 + len(HEAD))
    talk.take(said(5001, HEAD + b"body"))
    assert talk.ending is Ending.ENOUGH
    assert talk.answer().body == b"body"


def test_a_second_greeting_means_that_our_request_was_lost() -> None:
    talk = opened()
    assert talk.take(greeting()) == talk.say()
    talk.take(said(5001, HEAD))
    assert talk.take(greeting()) == talk.say() == Reply(PSH | ACK, OURS, 5001 + len(HEAD), REQUEST)


def test_an_acknowledgement_alone_needs_no_word() -> None:
    talk = opened()
    assert talk.take(said(5001)) is None
    assert talk.ending is None


@pytest.mark.parametrize("data", [b"", HEAD])
def test_a_peer_that_closes_has_ended_it(data: bytes) -> None:
    talk = opened()
    assert talk.take(said(5001, data, FIN | ACK)) is None
    assert talk.ending is Ending.CLOSED


def test_a_close_before_its_turn_is_none() -> None:
    talk = opened()
    assert talk.take(said(5001 + len(HEAD), flags=FIN | ACK)) == Reply(ACK, BEHIND, 5001)
    assert talk.ending is None


def test_a_reset_counts_only_in_its_turn() -> None:
    """RFC 5961: a guessed RST outside the exact place must not end a connection."""
    talk = opened()
    assert talk.take(said(9999, flags=RST)) is None
    assert talk.ending is None
    talk.take(said(5001, flags=RST))
    assert talk.ending is Ending.RESET


def test_numbers_run_over_the_end() -> None:
    talk = opened(2**32 - 3)
    assert talk.take(said(2**32 - 2, HEAD)) == Reply(ACK, BEHIND, len(HEAD) - 2)
    talk.take(said(len(HEAD) - 2, b"body"))
    assert talk.ending is Ending.ENOUGH
