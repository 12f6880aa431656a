from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewatch.model.address import parse_address
from gatewatch.model.observation import Answer, Mark, Observation, Outcome, Spoke
from gatewatch.scan.spool import Entry, Kind, frame, read_spool

_ANSWERS = st.builds(
    Answer,
    st.sampled_from(Spoke),
    st.sampled_from(Outcome),
    st.binary(max_size=200),
    st.binary(max_size=200),
    st.frozensets(st.sampled_from(Mark)),
    st.lists(st.tuples(st.text(max_size=9), st.text(max_size=30)), max_size=3).map(tuple),
)
_SEEN = st.builds(
    Observation,
    st.sampled_from(["192.0.2.7", "2001:db8::7", "ffff::1"]).map(parse_address),
    st.integers(1, 65535),
    st.integers(946_684_800_000_000, 4_000_000_000_000_000),  # 2000 to 2096
    _ANSWERS,
)
_RECORDS = st.lists(st.tuples(st.integers(0, 2**40), st.sampled_from(Kind), _SEEN), max_size=4)


@given(_RECORDS)
def test_records_are_read_back_as_they_were(
    tmp_path_factory: pytest.TempPathFactory, records: list[tuple[int, Kind, Observation]]
) -> None:
    path = tmp_path_factory.mktemp("spool") / "spool"
    path.write_bytes(b"".join(frame(*record) for record in records))
    found = list(read_spool(path))
    assert [(entry.turn, entry.kind, entry.seen) for entry in found] == records
    assert [entry.end for entry in found][-1:] == ([path.stat().st_size] if records else [])


@pytest.fixture
def two(tmp_path: Path) -> Path:
    path = tmp_path / "spool"
    seen = Observation(
        parse_address("192.0.2.7"), 7547, 5, Answer(Spoke.HTTP, Outcome.SUCCESS, b"HTTP/1.0 200\n")
    )
    path.write_bytes(frame(1, Kind.ONLY, seen) + frame(2, Kind.ONLY, seen))
    return path


def turns(path: Path) -> list[int]:
    return [entry.turn for entry in read_spool(path)]


def test_a_torn_tail_ends_it_wherever_it_was_torn(two: Path) -> None:
    whole = two.read_bytes()
    for end in range(len(whole)):
        two.write_bytes(whole[:end])
        assert turns(two) == ([] if end < len(whole) // 2 else [1])


def test_a_flipped_bit_ends_it(two: Path) -> None:
    whole = bytearray(two.read_bytes())
    for at in range(len(whole) // 2, len(whole)):
        whole[at] ^= 4
        two.write_bytes(whole)
        assert turns(two) == [1]
        whole[at] ^= 4


def test_reading_may_begin_at_any_frame(two: Path) -> None:
    first: Entry = next(read_spool(two))
    assert [entry.turn for entry in read_spool(two, first.end)] == [2]


def test_no_file_has_no_records(tmp_path: Path) -> None:
    assert turns(tmp_path / "none") == []
