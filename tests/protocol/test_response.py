from itertools import pairwise
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewatch.model.observation import BODY_LIMIT, HEAD_LIMIT, Answer, Mark, Outcome, Spoke
from gatewatch.protocol.response import READ_LIMIT, Ending, ResponseReader

NONE: frozenset[Mark] = frozenset()
CUT = frozenset({Mark.TRUNCATED})
TWO = frozenset({Mark.SECOND_ANSWER})


class Case(NamedTuple):
    """What came, how it ended, and what it is."""

    name: str
    sent: bytes
    ending: Ending
    answer: Answer


def http(
    head: bytes,
    body: bytes = b"",
    outcome: Outcome = Outcome.SUCCESS,
    marks: frozenset[Mark] = NONE,
) -> Answer:
    return Answer(Spoke.HTTP, outcome, head, body, marks)


def other(first: bytes, marks: frozenset[Mark] = NONE) -> Answer:
    return Answer(Spoke.OTHER, Outcome.PROTOCOL_ERROR, first, marks=marks)


EMPTY = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"
OPEN = (
    b'HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nWWW-Authenticate: Digest realm="r"\r\n\r\n'
)
FIVE = b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\n"
CHUNKED = b"HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n"
LF = b"HTTP/1.1 401 Unauthorized\nWWW-Authenticate: Digest realm=x\nContent-Length: 0\n\n"
CLASH = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 9\r\n\r\n"
EARLY = b"Cache-Control: no-cache\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
ZTE = b"HTTP/1.0 400 Bad Request\r\nServer: CPE-SERVER/1.0 Supports only GET\r\n\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"

COMPLETE = [
    Case("length zero", EMPTY, Ending.ENOUGH, http(EMPTY)),
    Case("length", FIVE + b"hello", Ending.ENOUGH, http(FIVE, b"hello")),
    Case("bare LF", LF, Ending.ENOUGH, http(LF)),
    Case("headers before the status line", EARLY, Ending.ENOUGH, http(EARLY)),
    Case("blank line first", b"\r\n" + EMPTY, Ending.ENOUGH, http(b"\r\n" + EMPTY)),
    Case("no content", b"HTTP/1.1 204 No Content\r\n\r\n", Ending.ENOUGH,
         http(b"HTTP/1.1 204 No Content\r\n\r\n")),
    Case("not modified, with a length", b"HTTP/1.1 304 x\r\nContent-Length: 9\r\n\r\n",
         Ending.ENOUGH, http(b"HTTP/1.1 304 x\r\nContent-Length: 9\r\n\r\n")),
    Case("equal lengths", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nab",
         Ending.ENOUGH,
         http(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n", b"ab")),
    Case("chunks", CHUNKED + b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", Ending.ENOUGH,
         http(CHUNKED, b"abcde")),
    Case("chunks with extension, blanks and LF", CHUNKED + b" 3 ;x=y\nabc\n00\n", Ending.ENOUGH,
         http(CHUNKED, b"abc")),
    Case("chunks beside a length", b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n" + CHUNKED[24:]
         + b"2\r\nde\r\n0\r\n\r\n", Ending.ENOUGH,
         http(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n" + CHUNKED[24:], b"de")),
    Case("after an interim answer", CONTINUE + EMPTY, Ending.ENOUGH, http(EMPTY, marks=TWO)),
]  # fmt: skip

# Heads as devices really send them; all are taken as they are.
ODD = {
    "no reason": b"HTTP/1.0 401\r\nContent-Length: 0\r\n\r\n",
    "two blanks in the status line": b"HTTP/1.1  401  x\r\nContent-Length: 0\r\n\r\n",
    "no slash in the version": b"HTTP1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n",
    "version (null)": b"(null) 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
    "version UNKNOWN": b"UNKNOWN 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
    "no version": b" 200 Ok\r\nContent-Length: 0\r\n\r\n",
    "blank before the colon": b"HTTP/1.1 401 x\r\nServer : y\r\nContent-Length : 0\r\n\r\n",
    "a line without colon": b"HTTP/1.1 401 x\r\njunk\r\nContent-Length: 0\r\n\r\n",
    "bytes beyond ASCII": b"HTTP/1.1 401 x\r\nServer: \xe9\xff\r\nContent-Length: 0\r\n\r\n",
    "names in any case": b"HTTP/1.1 401 x\r\nSERVER: y\r\ncONTENT-lENGTH: 0\r\n\r\n",
    "a misspelt name": b"HTTP/1.1 401 x\r\nConection: close\r\nContent-Length: 0\r\n\r\n",
    "an empty Server": b"HTTP/1.1 401 x\r\nServer: \r\nContent-Length: 0\r\n\r\n",
    "a folded challenge": b"HTTP/1.1 401 x\r\nWWW-Authenticate: Digest\r\n realm=x,\r\n\tn=y\r\n"
    b"Content-Length: 0\r\n\r\n",
    "a challenge that is none": b"HTTP/1.1 401 x\r\nWWW-Authenticate:\r\nContent-Length: 0\r\n\r\n",
    "mixed line ends": b"HTTP/1.1 401 x\nServer: y\r\nContent-Length: 0\n\r\n",
    "a zero byte": b"HTTP/1.1 401 x\r\nServer: y\0z\r\nContent-Length: 0\r\n\r\n",
}
COMPLETE += [Case(name, head, Ending.ENOUGH, http(head)) for name, head in ODD.items()]

ENDED = [
    Case("nothing, closed", b"", Ending.CLOSED,
         Answer(Spoke.CONNECTED, Outcome.CONNECTION_CLOSED)),
    Case("nothing, reset", b"", Ending.RESET, Answer(Spoke.CONNECTED, Outcome.CONNECTION_RESET)),
    Case("nothing, timeout", b"", Ending.TIMEOUT, Answer(Spoke.CONNECTED, Outcome.IO_TIMEOUT)),
    Case("until closed", OPEN + b"denied", Ending.CLOSED, http(OPEN, b"denied")),
    Case("until reset", OPEN + b"denied", Ending.RESET, http(OPEN, b"denied")),
    Case("never closed", OPEN, Ending.TIMEOUT, http(OPEN, outcome=Outcome.IO_TIMEOUT)),
    Case("two lengths", CLASH + b"abc", Ending.CLOSED, http(CLASH, b"abc")),
    Case("length is no number", b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\nx", Ending.CLOSED,
         http(b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n", b"x")),
    Case("chunked, but it is not", CHUNKED + b"<html>\r\n", Ending.CLOSED,
         http(CHUNKED, b"<html>\r\n")),
    Case("chunks break off", CHUNKED + b"3\r\nabc\r\nzz\r\nde", Ending.CLOSED,
         http(CHUNKED, b"abczz\r\nde")),
    Case("closed within the head", b"HTTP/1.0 400 Bad Request\r\n", Ending.CLOSED,
         http(b"HTTP/1.0 400 Bad Request\r\n", b"", Outcome.CONNECTION_CLOSED, CUT)),
    Case("closed within the status line", b"HTTP/1.0 400 Bad", Ending.CLOSED,
         http(b"HTTP/1.0 400 Bad", b"", Outcome.CONNECTION_CLOSED, CUT)),
    Case("closed within the body", FIVE + b"he", Ending.CLOSED,
         http(FIVE, b"he", Outcome.CONNECTION_CLOSED, CUT)),
    Case("reset within the body", FIVE + b"he", Ending.RESET,
         http(FIVE, b"he", Outcome.CONNECTION_RESET, CUT)),
    Case("timeout within the body", FIVE + b"he", Ending.TIMEOUT,
         http(FIVE, b"he", Outcome.IO_TIMEOUT, CUT)),
    Case("timeout within a chunk", CHUNKED + b"9\r\nhe", Ending.TIMEOUT,
         http(CHUNKED, b"he", Outcome.IO_TIMEOUT, CUT)),
    Case("interim answer only", CONTINUE, Ending.CLOSED,
         http(CONTINUE, b"", Outcome.CONNECTION_CLOSED, CUT)),
    Case("HTML without a head", b"<html><body>x</body></html>\n", Ending.CLOSED,
         other(b"<html><body>x</body></html>\n")),
    Case("SSH", b"SSH-2.0-dropbear\r\n", Ending.TIMEOUT, other(b"SSH-2.0-dropbear\r\n")),
    Case("TLS alert", b"\x15\x03\x01\x00\x02\x02\x28", Ending.CLOSED,
         other(b"\x15\x03\x01\x00\x02\x02\x28")),
    Case("FTP", b"220-hello: x\r\n220 ready\r\n", Ending.RESET,
         other(b"220-hello: x\r\n220 ready\r\n")),
    Case("headers and no status line", b"a: b\r\n" * 6, Ending.CLOSED, other(b"a: b\r\n" * 6)),
    Case("blanks only", b"\r\n\r\n", Ending.CLOSED, other(b"\r\n\r\n")),
]  # fmt: skip

SECOND = [
    Case("ZTE H220N", EMPTY + ZTE, Ending.ENOUGH, http(EMPTY, ZTE, marks=TWO)),
    Case("after a body", FIVE + b"hello" + EMPTY, Ending.ENOUGH,
         http(FIVE, b"hello" + EMPTY, marks=TWO)),
    Case("after chunks", CHUNKED + b"0\r\n\r\n" + EMPTY, Ending.ENOUGH,
         http(CHUNKED, b"\r\n" + EMPTY, marks=TWO)),
]  # fmt: skip

LONG_HEAD = b"HTTP/1.1 200 OK\r\nX: " + b"x" * HEAD_LIMIT + b"\r\n\r\n"
LONG_BODY = b"x" * (BODY_LIMIT + 1)
LIMITS = [
    Case("head too long", LONG_HEAD, Ending.ENOUGH, http(LONG_HEAD[:HEAD_LIMIT], marks=CUT)),
    Case("body too long", OPEN + LONG_BODY, Ending.ENOUGH,
         http(OPEN, LONG_BODY[:BODY_LIMIT], marks=CUT)),
    Case("body of exactly the limit", OPEN + LONG_BODY[1:], Ending.CLOSED,
         http(OPEN, LONG_BODY[1:])),
    Case("length too long", b"HTTP/1.1 200 x\r\nContent-Length: 99999\r\n\r\n" + LONG_BODY,
         Ending.ENOUGH,
         http(b"HTTP/1.1 200 x\r\nContent-Length: 99999\r\n\r\n", LONG_BODY[1:], marks=CUT)),
    Case("chunk too long", CHUNKED + b"fffff\r\n" + LONG_BODY, Ending.ENOUGH,
         http(CHUNKED, LONG_BODY[1:], marks=CUT)),
    Case("chunk size without end", CHUNKED + b"1;" + b"x" * 9000, Ending.ENOUGH,
         http(CHUNKED, (b"1;" + LONG_BODY)[:BODY_LIMIT], marks=CUT)),
    Case("other talk without end", b"#" * (HEAD_LIMIT + 1), Ending.ENOUGH,
         other(b"#" * HEAD_LIMIT, CUT)),
    Case("interim answers without end", CONTINUE * (READ_LIMIT // len(CONTINUE) + 1),
         Ending.ENOUGH, http(CONTINUE, marks=CUT)),
    Case("first line without end", b"HTTP/1.1 200 " + b"x" * 9000 + b"\r\n\r\n", Ending.CLOSED,
         other(b"HTTP/1.1 200 " + b"x" * 9000 + b"\r\n\r\n")),
]  # fmt: skip

ALL = COMPLETE + ENDED + SECOND + LIMITS


def read(parts: list[bytes], ending: Ending) -> Answer:
    reader = ResponseReader()
    for part in parts:
        reader.feed(part)
    return reader.answer(ending)


def names(case: Case) -> str:
    return case.name


@pytest.mark.parametrize("case", ALL, ids=names)
def test_answer_fed_whole(case: Case) -> None:
    assert read([case.sent], case.ending) == case.answer


@pytest.mark.parametrize("case", ALL, ids=names)
def test_answer_fed_byte_by_byte(case: Case) -> None:
    assert (
        read([case.sent[at : at + 1] for at in range(len(case.sent))], case.ending) == case.answer
    )


@pytest.mark.parametrize("case", ALL, ids=names)
def test_answer_fed_in_two_parts(case: Case) -> None:
    cuts = range(0, len(case.sent), max(1, len(case.sent) // 200))
    for cut in cuts:
        parts = [case.sent[:cut], case.sent[cut:]]
        assert read(parts, case.ending) == case.answer, cut


@pytest.mark.parametrize("case", COMPLETE, ids=names)
def test_it_says_enough_with_the_last_byte_and_not_before(case: Case) -> None:
    reader = ResponseReader()
    trailers = b"\r\n" if case.sent.endswith(b"\n0\r\n\r\n") else b""  # not waited for
    last = len(case.sent.removesuffix(trailers)) - 1
    for at in range(last):
        assert not reader.feed(case.sent[at : at + 1]), at
    assert reader.feed(case.sent[last : last + 1])
    assert reader.done


@pytest.mark.parametrize("case", COMPLETE, ids=names)
def test_what_comes_after_a_complete_answer_changes_nothing(case: Case) -> None:
    assert read([case.sent + b"\r\njunk: x\r\n"], Ending.CLOSED) == case.answer


@pytest.mark.parametrize("case", COMPLETE + ENDED + SECOND, ids=names)
def test_an_answer_cut_anywhere_is_kept_as_far_as_it_came(case: Case) -> None:
    for cut in range(len(case.sent)):
        answer = read([case.sent[:cut]], Ending.TIMEOUT)
        kept = answer.head + answer.body
        assert len(kept) <= cut
        if answer.spoke is not Spoke.CONNECTED:
            assert kept[:10] in case.sent


@pytest.mark.parametrize("case", LIMITS, ids=names)
def test_what_is_kept_is_bounded(case: Case) -> None:
    reader = ResponseReader()
    for _ in range(8):
        reader.feed(case.sent)
    answer = reader.answer(Ending.TIMEOUT)
    assert len(answer.head) <= HEAD_LIMIT
    assert len(answer.body) <= BODY_LIMIT
    assert len(reader._buffer) <= READ_LIMIT


_SHARDS = st.sampled_from(
    [EMPTY, OPEN, CHUNKED, CONTINUE, ZTE, b"HTTP/1.1 ", b"200", b" ", b"\r", b"\n", b"\r\n",
     b"Content-Length: ", b"3", b"0", b"a", b":", b"Transfer-Encoding: chunked", b"\x00", b"\xff"]
)  # fmt: skip
_HOSTILE = st.one_of(st.binary(max_size=300), st.lists(_SHARDS, max_size=20).map(b"".join))


@given(_HOSTILE, st.lists(st.integers(0, 400), max_size=6), st.sampled_from(Ending))
def test_how_the_bytes_are_cut_makes_no_difference(
    sent: bytes, cuts: list[int], ending: Ending
) -> None:
    edges = [0, *sorted(min(cut, len(sent)) for cut in cuts), len(sent)]
    parts = [sent[a:b] for a, b in pairwise(edges)]
    assert read(parts, ending) == read([sent], ending)


@given(_HOSTILE, st.sampled_from(Ending))
def test_every_answer_keeps_the_contract_of_the_model(sent: bytes, ending: Ending) -> None:
    answer = read([sent], ending)
    if answer.spoke is Spoke.HTTP:
        assert answer.head
    elif answer.spoke is Spoke.OTHER:
        assert answer.outcome is Outcome.PROTOCOL_ERROR
        assert answer.head == sent
    else:
        assert answer == Answer(Spoke.CONNECTED, answer.outcome)


def test_a_dripping_peer_costs_linear_time() -> None:
    """Twice the bytes may not cost four times the steps: it remembers how far it searched."""

    class Counting(bytearray):
        searched = 0

        def find(self, *wanted: Any) -> int:
            Counting.searched += len(self) - wanted[1]
            return super().find(*wanted)

    reader = ResponseReader()
    reader._buffer = Counting()
    for _ in range(8000):
        reader.feed(b"x")
    assert Counting.searched <= 2 * 8000
