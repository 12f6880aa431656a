"""What every reader promises, tried on every reader and every sample in the folder.

A sample belongs to the reader whose NAME its file name begins with; a new reader is tested here
as soon as its first sample is there.
"""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gatewatch.formats.given import Given
from gatewatch.formats.json_records import JsonRecord, one_record_a_line, records
from gatewatch.formats.read import Reader, Record, readers
from gatewatch.model.errors import GatewatchError
from gatewatch.model.observation import Observation, Rejected, Unanswered

SAMPLES = sorted((Path(__file__).parent / "samples").iterdir())
HEAD = 64 * 1024
GIVEN = Given("sample", port=7547, seen_at=1_790_000_000_000_000)
HOSTILE = b'\xff\xfe\x00{"ip":"\x1b[2J\x9b\n'

few = settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow], deadline=None)


def owner(sample: Path) -> str:
    """The name of the reader that `sample` belongs to."""
    return max((name for name in readers() if sample.name.startswith(name)), key=len)


def reader_of(sample: Path) -> Reader:
    return readers()[owner(sample)]


def read(reader: Reader, data: bytes) -> list[Record]:
    return list(reader.read(BytesIO(data), GIVEN))


def kept(found: list[Record]) -> Counter[object]:
    """Services and failures, counted: a reader may merge what it knows of one service."""
    return Counter(
        (str(record.ip), record.port) if isinstance(record, Observation) else record
        for record in found
        if not isinstance(record, Rejected)
    )


def try_to_read(reader: Reader, data: bytes) -> None:
    """Fails when anything but an error of the house is raised."""
    reader.sniff(data[:HEAD])
    for settled in (GIVEN, Given("sample")):
        with suppress(GatewatchError):
            for record in reader.read(BytesIO(data), settled):
                assert isinstance(record, Observation | Unanswered | Rejected)


def line_ends(data: bytes) -> list[int]:
    return [at + 1 for at, byte in enumerate(data) if byte == 0x0A]


def middle_line(data: bytes) -> int:
    """Where the line in the middle begins."""
    return [0, *line_ends(data)][(data.count(b"\n") + 1) // 2]


def by_lines(sample: Path) -> bool:
    """Whether the sample may be cut after any line and read in parts."""
    data = sample.read_bytes()
    return getattr(reader_of(sample), "LINES", False) and (
        data[:1] not in (b"{", b"[") or one_record_a_line(data)
    )


each_sample = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
each_reader = pytest.mark.parametrize("reader", readers().values(), ids=list(readers()))
each_lines_sample = pytest.mark.parametrize(
    "sample", [sample for sample in SAMPLES if by_lines(sample)], ids=lambda sample: sample.name
)


@each_reader
def test_every_reader_describes_itself_in_one_sentence(reader: Reader) -> None:
    assert reader.SENTENCE.endswith(".")
    assert len(reader.SENTENCE) < 100
    assert reader.NAME.islower()


@each_reader
def test_every_reader_has_a_sample(reader: Reader) -> None:
    assert reader.NAME in map(owner, SAMPLES)


@each_sample
def test_exactly_its_own_reader_claims_a_sample(sample: Path) -> None:
    head = sample.read_bytes()[:HEAD]
    assert [name for name, reader in readers().items() if reader.sniff(head)] == [owner(sample)]


@each_sample
def test_a_sample_gives_observations_and_nothing_is_rejected(sample: Path) -> None:
    found = read(reader_of(sample), sample.read_bytes())
    assert [record for record in found if isinstance(record, Rejected)] == []
    assert any(isinstance(record, Observation) for record in found)


@each_sample
def test_observations_are_what_the_lake_can_store(sample: Path) -> None:
    for record in read(reader_of(sample), sample.read_bytes()):
        if isinstance(record, Observation):
            assert 0 < record.port < 65536
            assert 10**15 < record.seen_at < 4 * 10**15
            assert record.place is None or record.place.country != ""


@each_sample
def test_a_file_cut_after_a_line_keeps_what_came_before(sample: Path) -> None:
    data, reader = sample.read_bytes(), reader_of(sample)
    whole, before = kept(read(reader, data)), kept([])
    for cut in line_ends(data):
        found = kept(read(reader, data[:cut]))
        assert before <= found <= whole
        before = found


@each_sample
def test_a_file_cut_anywhere_keeps_every_whole_record(sample: Path) -> None:
    """The last record of a plain text may have been cut and still look whole."""
    data, reader = sample.read_bytes(), reader_of(sample)
    whole = kept(read(reader, data))
    for cut in range(0, len(data), max(1, len(data) // 100)):
        before = kept(read(reader, data[: data.rfind(b"\n", 0, cut) + 1]))
        found = kept(read(reader, data[:cut]))
        assert before <= found
        assert (found - whole).total() <= 1


@each_lines_sample
def test_any_run_of_lines_can_be_read_alone(sample: Path) -> None:
    data, reader = sample.read_bytes(), reader_of(sample)
    whole = read(reader, data)
    for cut in line_ends(data):
        assert read(reader, data[:cut]) + read(reader, data[cut:]) == whole


@each_lines_sample
def test_a_hostile_line_costs_itself_only(sample: Path) -> None:
    data, reader = sample.read_bytes(), reader_of(sample)
    middle = middle_line(data)
    found = read(reader, data[:middle] + HOSTILE + data[middle:])
    assert kept(found) == kept(read(reader, data))
    rejected = {record.where for record in found if isinstance(record, Rejected)}
    assert rejected == {f"line {data[:middle].count(10) + 1}"}


@each_sample
def test_a_hostile_line_keeps_what_came_before_it(sample: Path) -> None:
    data, reader = sample.read_bytes(), reader_of(sample)
    middle = middle_line(data)
    before = kept(read(reader, data[:middle]))
    assert before <= kept(read(reader, data[:middle] + HOSTILE + data[middle:]))


@each_sample
def test_two_runs_in_one_file_are_both_read(sample: Path) -> None:
    data, reader = sample.read_bytes(), reader_of(sample)
    once = kept(read(reader, data))
    other = data.replace(b"198.51.100.", b"192.0.2.").replace(b"203.0.113.", b"192.0.2.")
    assert once | kept(read(reader, other)) <= kept(read(reader, data + b"\n" + other))


@each_sample
@few
@given(data=st.data())
def test_damaged_bytes_are_never_an_error(sample: Path, data: st.DataObject) -> None:
    changed = bytearray(sample.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(changed)))
        changed[at : at + data.draw(st.integers(0, 30))] = data.draw(st.binary(max_size=20))
    try_to_read(reader_of(sample), bytes(changed))


@each_reader
@few
@given(data=st.binary(max_size=400))
def test_random_bytes_are_never_an_error(reader: Reader, data: bytes) -> None:
    try_to_read(reader, data)


def objects_of(sample: Path) -> list[dict[str, Any]]:
    found = records(BytesIO(sample.read_bytes()))
    return [one.value for one in found if isinstance(one, JsonRecord)]


def names_in(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
        value = list(value.values())
    for inner in value if isinstance(value, list) else ():
        yield from names_in(inner)


JSON_SAMPLES = [sample for sample in SAMPLES if sample.read_bytes()[:1] in (b"{", b"[", b"t")]
JSON_NAMES = sorted({name for sample in JSON_SAMPLES for name in names_in(objects_of(sample))})

plain = (
    st.none()
    | st.booleans()
    | st.integers(-5, 99999)
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["192.0.2.1", "2026-11-20T03:14:07Z", "open", "http", "tcp", "success"])
)
trees = st.recursive(
    plain,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(JSON_NAMES), inner, max_size=4)
    ),
    max_leaves=12,
)


def replace_one(value: Any, steps: Iterator[int], new: Any) -> Any:
    """`value` with the node that `steps` lead to replaced by `new`."""
    step = next(steps, 0)
    if not isinstance(value, dict | list) or not value or step % 5 == 4:
        return new
    places = list(value) if isinstance(value, dict) else list(range(len(value)))
    place = places[step % len(places)]
    value[place] = replace_one(value[place], steps, new)
    return value


@pytest.mark.parametrize("sample", JSON_SAMPLES, ids=lambda sample: sample.name)
@few
@given(
    which=st.integers(0, 20), steps=st.lists(st.integers(0, 60), min_size=1, max_size=8), new=trees
)
def test_a_value_of_another_type_is_never_an_error(
    sample: Path, which: int, steps: list[int], new: Any
) -> None:
    """A list where a string was due, a number where an object was: rejected or passed over."""
    found = objects_of(sample)
    at = which % len(found)
    found[at] = replace_one(found[at], iter(steps), new)
    try_to_read(reader_of(sample), "\n".join(map(json.dumps, found)).encode())


@each_reader
@few
@given(found=st.lists(st.dictionaries(st.sampled_from(JSON_NAMES), trees, max_size=6), max_size=4))
def test_random_json_is_never_an_error(reader: Reader, found: list[Any]) -> None:
    try_to_read(reader, "\n".join(map(json.dumps, found)).encode())
