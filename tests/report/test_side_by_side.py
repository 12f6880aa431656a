"""Answers beside each other lose no byte, and what changed is marked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewatch.report.side_by_side import (
    LONGEST_LINE,
    MOST_LINES,
    Piece,
    lines_of,
    marked,
    side_by_side,
)

ANSWERS = st.lists(
    st.sampled_from((b"Server: gSOAP/2.7", b"Server: gSOAP/2.8 x", b"EXT:", b"<p>\x00", b"", b"a"))
    | st.binary(max_size=40),
    max_size=12,
).map(b"\r\n".join)


def spelled(line: tuple[Piece, ...] | None) -> str:
    """A line with what is marked in square brackets."""
    if line is None:
        return "-"
    return "".join(f"[{text.decode()}]" if mark else text.decode() for text, mark in line)


def test_a_header_stands_beside_itself_and_its_changed_words_are_marked() -> None:
    before = b"HTTP/1.1 401 Unauthorized\r\nServer: gSOAP/2.7\r\nContent-Length: 0\r\n\r\n"
    after = b"HTTP/1.1 404 Not Found\r\nEXT:\r\nServer: gSOAP/2.8\r\n\r\n"
    told = [(spelled(one.before), spelled(one.after)) for one in side_by_side(before, after)]
    assert told == [
        ("HTTP/1.1 [401] [Unauthorized]", "HTTP/1.1 [404] [Not Found]"),
        ("-", "[EXT:]"),
        ("Server: gSOAP/2.[7]", "Server: gSOAP/2.[8]"),
        ("[Content-Length: 0]", "-"),
    ]


@given(ANSWERS, ANSWERS)
def test_each_side_is_its_answer(before: bytes, after: bytes) -> None:
    pairs = list(side_by_side(before, after))
    for side, answer in enumerate((before, after)):
        lines = [pair[side] for pair in pairs]
        text = [b"".join(piece.text for piece in line) for line in lines if line is not None]
        assert text == lines_of(answer)


@given(ANSWERS)
def test_nothing_of_equal_answers_is_marked(answer: bytes) -> None:
    for pair in side_by_side(answer, answer):
        assert pair.same
        assert not any(piece.marked for piece in pair.before or ())


def test_lines_and_their_length_are_bounded() -> None:
    lines = lines_of(b"x" * 5000 + b"\n" + b"y\n" * 5000)
    assert len(lines) == MOST_LINES
    assert len(lines[0]) == LONGEST_LINE


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"a b " * 250, b"b a " * 250),
        (b"a:" + b" ." * 499, b"a:" + b". " * 499),
        (b"ab" * 500, b"ba" * 500),
    ],
)
def test_the_work_on_hostile_answers_is_bounded(old: bytes, new: bytes) -> None:
    pairs = list(side_by_side((old + b"\n") * 200, (new + b"\n") * 200))
    assert len(pairs) >= MOST_LINES
    # Beyond the bound lines are no longer compared word by word.
    assert pairs[-1].after == (Piece(new[:LONGEST_LINE], marked=True),)


def test_what_a_rule_matched_is_marked_in_any_encoding() -> None:
    line = "Realm: Müller gSOAP/2.7".encode("latin-1")
    assert marked(line, ["gSOAP", "Müller", "gSOAP/2.7", ""]) == (
        Piece(b"Realm: ", marked=False),
        Piece("Müller".encode("latin-1"), marked=True),
        Piece(b" ", marked=False),
        Piece(b"gSOAP/2.7", marked=True),
    )
    assert marked("Müller".encode(), ["Müller"]) == (Piece("Müller".encode(), marked=True),)


@given(st.binary(max_size=60), st.lists(st.text(max_size=5), max_size=5))
def test_marking_loses_no_byte(line: bytes, evidence: list[str]) -> None:
    assert b"".join(piece.text for piece in marked(line, evidence)) == line
