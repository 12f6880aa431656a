"""What is asked of many lines at once is answered as for each of them alone."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gatewatch.formats.byte_columns import (
    DEEP,
    TAIL,
    dates_change,
    keys_of,
    nonces_change,
    rows,
    stands,
)
from gatewatch.protocol.masking import TELLING, is_volatile_date, value_shape

DATE = b"Fri, 20 Nov 2026 00:00:00 GMT"
BYTES = st.binary(min_size=40, max_size=80)


def column(*values: int) -> np.typing.NDArray[np.int64]:
    """Offsets."""
    return np.array(values, dtype=np.int64)


@given(BYTES, st.lists(st.integers(0, 35), max_size=6), st.binary(max_size=5))
def test_rows_are_what_stands_there(data: bytes, offsets: list[int], part: bytes) -> None:
    array, at = np.frombuffer(data, dtype=np.uint8), column(*offsets)
    assert [row.tobytes() for row in rows(array, at, 5)] == [data[n : n + 5] for n in offsets]
    assert stands(array, at, part).tolist() == [data.startswith(part, n) for n in offsets]


@pytest.mark.parametrize("place", range(len(DATE)))
def test_a_date_is_known_by_each_of_its_bytes(place: int) -> None:
    """A digit for a digit, a capital for a capital; 1970 and 1980 are no clock's."""
    for byte in range(256):
        text = DATE[:place] + bytes([byte]) + DATE[place + 1 :]
        kind = DATE[place : place + 1]
        like = (
            (kind.isdigit() and 48 <= byte <= 57)
            or (kind.isupper() and place < 26 and 65 <= byte <= 90)
            or (kind.islower() and 97 <= byte <= 122)
            or bytes([byte]) == kind
        )
        data = np.frombuffer(text + b"   ", dtype=np.uint8)
        assert dates_change(data, column(0), np.array([True])).tolist() == [like]


@pytest.mark.parametrize("year", [1969, 1970, 1971, 1979, 1980, 1981, 2070])
def test_the_years_of_no_clock_are_those_of_masking(year: int) -> None:
    text = DATE.replace(b"2026", b"%d" % year)
    data = np.frombuffer(text + b"   ", dtype=np.uint8)
    assert dates_change(data, column(0), np.array([True])).tolist() == [is_volatile_date(text)]


NONCES = st.text("0123456789abcdefgA", min_size=5, max_size=40).map(str.encode)


@given(st.lists(NONCES | st.sampled_from(sorted(TELLING)), max_size=8))
@example([b"12345678", b"1234567a", *sorted(TELLING)])
def test_a_nonce_is_cut_out_where_masking_gives_hexadecimal_digits(nonces: list[bytes]) -> None:
    sizes = column(*map(len, nonces))
    at = np.cumsum(sizes) - sizes
    found = nonces_change(np.frombuffer(b"".join(nonces), dtype=np.uint8), at, sizes)
    assert found.tolist() == [value_shape(one) == b"<hex%d>" % len(one) for one in nonces]


def test_numbers_hang_on_the_last_bytes_and_on_punctuation_before_them() -> None:
    texts = [b"x" * TAIL] * 5
    texts[1] = b"y" + texts[0][1:]
    texts[2] = b'"' + texts[0][1:]
    texts[3] = texts[0][:-1] + b"y"
    texts[4] = texts[0][:-DEEP] + b"y" + texts[0][-DEEP + 1 :]
    table = np.frombuffer(b"".join(texts), dtype=np.uint8).reshape(-1, TAIL)
    deep, flat = keys_of(table, column(*[900] * 5))
    assert (deep == deep[0]).tolist() == [True, True, True, False, False]
    assert (flat == flat[0]).tolist() == [True, True, False, False, True]
