"""Lines come whole, numbered, and never longer than the limit."""

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewatch.formats.lines import RAW_KEPT, lines, pieces


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"", []),
        (b"a\nb\n", [b"a", b"b"]),
        (b"a\r\nb\r\n", [b"a", b"b"]),
        (b"a\nno end", [b"a", b"no end"]),
        (b"\n\n", [b"", b""]),
        (b"lone\rcr\n", [b"lone\rcr"]),
    ],
)
def test_line_ends_are_removed(text: bytes, expected: list[bytes]) -> None:
    assert list(lines(BytesIO(text))) == [
        (number, line, True) for number, line in enumerate(expected, 1)
    ]


@pytest.mark.parametrize("tail", [b"", b"\n", b"\r\n", b"\nnext\n"])
def test_an_over_long_line_is_cut_and_the_next_one_is_whole(tail: bytes) -> None:
    text = b"first\n" + b"x" * (RAW_KEPT + 5) + tail
    found = list(lines(BytesIO(text), limit=RAW_KEPT))
    assert found[:2] == [(1, b"first", True), (2, b"x" * RAW_KEPT, False)]
    assert found[2:] == ([(3, b"next", True)] if b"next" in tail else [])


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_line_of_exactly_the_limit_is_whole(end: bytes) -> None:
    assert list(lines(BytesIO(b"12345678" + end + b"9"), limit=8)) == [
        (1, b"12345678", True),
        (2, b"9", True),
    ]


def test_pieces_of_a_long_line_share_its_number() -> None:
    text = b"a\n" + b"x" * 2_500_000 + b"\nb"
    found = [(number, len(data), starts) for number, data, starts in pieces(BytesIO(text))]
    million = 1024 * 1024
    assert found == [
        (1, 2, True),
        (2, million, True),
        (2, million, False),
        (2, 2_500_001 - 2 * million, False),
        (3, 1, True),
    ]


@given(st.binary(max_size=200))
def test_pieces_lose_nothing(text: bytes) -> None:
    assert b"".join(data for _, data, _ in pieces(BytesIO(text))) == text
