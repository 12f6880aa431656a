"""What every source promises, tried on every source and every sample in the folder.

A sample belongs to the source whose NAME its file name begins with; a new source is tested here
as soon as its first sample is there. What each sample gives is held to a reviewed file.
"""

import json
from collections import Counter
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.watch.sources.conftest import BARE, GIVEN, SAMPLES

from gatewatch.model.errors import GatewatchError
from gatewatch.model.moment import iso
from gatewatch.model.observation import Rejected
from gatewatch.model.signin import Outcome, SignIn
from gatewatch.watch.records import Passed
from gatewatch.watch.sources import Record, Source, sources

EACH = sorted(SAMPLES.iterdir())
EXPECTED = Path(__file__).parent / "expected.txt"
HEAD = 64 * 1024
HOSTILE = b'\xff\xfe\x00{"ip":"\x1b[2J\x9b\n'
SECRET = "hunter2-secret"

few = settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow], deadline=None)
each_sample = pytest.mark.parametrize("sample", EACH, ids=lambda sample: sample.name)
each_source = pytest.mark.parametrize("source", sources().values(), ids=list(sources()))


def owner(sample: Path) -> str:
    """The name of the source that `sample` belongs to."""
    return max((name for name in sources() if sample.name.startswith(name)), key=len)


def source_of(sample: Path) -> Source:
    return sources()[owner(sample)]


def read(source: Source, data: bytes) -> list[Record]:
    return list(source.read(BytesIO(data), GIVEN))


def signed_in(found: list[Record]) -> "Counter[SignIn]":
    return Counter(record for record in found if isinstance(record, SignIn))


def told(record: Record) -> str:
    """One line of the reviewed file."""
    if isinstance(record, Rejected):
        return f"  ! {record.where}: {record.reason}"
    if isinstance(record, Passed):
        return f"  - {record}"
    words = [iso(record.at), record.user, str(record.address), record.source, record.outcome]
    words += [record.kind, f"app={record.application}", f"device={record.device}"]
    words += [f"until={iso(record.until)}"] if record.until is not None else []
    words += [f"ref={record.reference}", str(record.country), "proxied" * record.proxied]
    return ascii(" ".join(words).rstrip())[1:-1]


def try_to_read(source: Source, data: bytes) -> None:
    """Fails when anything but an error of the house is raised."""
    source.sniff(data[:HEAD])
    for settled in (GIVEN, BARE):
        with suppress(GatewatchError):
            for record in source.read(BytesIO(data), settled):
                assert isinstance(record, SignIn | Passed | Rejected)


@each_source
def test_every_source_describes_itself_in_one_sentence(source: Source) -> None:
    assert source.SENTENCE.endswith(".")
    assert len(source.SENTENCE) < 100
    assert source.NAME.islower()


@each_source
def test_every_source_has_a_sample(source: Source) -> None:
    assert source.NAME in {*map(owner, EACH), "mapped"}


@each_sample
def test_exactly_its_own_source_claims_a_sample(sample: Path) -> None:
    head = sample.read_bytes()[:HEAD]
    assert [name for name, source in sources().items() if source.sniff(head)] == [owner(sample)]


def test_samples_give_what_was_reviewed() -> None:
    lines = []
    for sample in EACH:
        lines += ["", sample.name, *map(told, read(source_of(sample), sample.read_bytes()))]
    assert "\n".join(lines[1:]) + "\n" == EXPECTED.read_text()


@each_sample
def test_nothing_of_a_sample_is_rejected(sample: Path) -> None:
    found = read(source_of(sample), sample.read_bytes())
    assert [record for record in found if isinstance(record, Rejected)] == []
    assert any(isinstance(r, SignIn) and r.outcome is Outcome.SUCCESS for r in found)


@each_sample
def test_a_half_written_last_line_keeps_what_came_before(sample: Path) -> None:
    data, source = sample.read_bytes(), source_of(sample)
    if data.count(b"\n") < 2:
        return
    last = data.rfind(b"\n", 0, len(data) - 1) + 1
    before = signed_in(read(source, data[:last]))
    for cut in range(last, len(data), max(1, (len(data) - last) // 20)):
        assert before <= signed_in(read(source, data[:cut]))


@each_sample
def test_a_hostile_line_costs_nobody_before_or_after(sample: Path) -> None:
    data, source = sample.read_bytes(), source_of(sample)
    middle = data.rfind(b"\n", 0, len(data) - 1) + 1
    if sample.suffix in (".json", ".xml") or not middle:
        return
    found = read(source, data[:middle] + HOSTILE + data[middle:])
    assert signed_in(found) == signed_in(read(source, data))
    assert {r.where for r in found if isinstance(r, Rejected)} == {
        f"line {data[:middle].count(10) + 1}"
    }


@each_sample
def test_files_one_after_the_other_are_all_read(sample: Path) -> None:
    data, source = sample.read_bytes(), source_of(sample)
    if sample.suffix == ".xml":
        data = data.partition(b"?>")[2] or data
    twice = signed_in(read(source, data + b"\n" + data))
    assert {one: 2 * count for one, count in signed_in(read(source, data)).items()} == twice


@each_sample
@few
@given(data=st.data())
def test_damaged_bytes_are_never_an_error(sample: Path, data: st.DataObject) -> None:
    changed = bytearray(sample.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(changed)))
        changed[at : at + data.draw(st.integers(0, 30))] = data.draw(st.binary(max_size=20))
    try_to_read(source_of(sample), bytes(changed))


@each_source
@few
@given(data=st.binary(max_size=400))
def test_random_bytes_are_never_an_error(source: Source, data: bytes) -> None:
    try_to_read(source, data)


plain = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just("192.0.2.1")
trees = st.recursive(
    plain,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


@pytest.mark.parametrize(
    "sample", [one for one in EACH if one.suffix == ".jsonl"], ids=lambda sample: sample.name
)
@few
@given(line=st.integers(0, 9), member=st.integers(0, 30), new=trees)
def test_a_value_of_another_type_is_never_an_error(
    sample: Path, line: int, member: int, new: object
) -> None:
    objects = [json.loads(one) for one in sample.read_text().splitlines()]
    changed = objects[line % len(objects)]
    while member % 3 == 0 and any(isinstance(value, dict) for value in changed.values()):
        changed = next(value for value in changed.values() if isinstance(value, dict))
        member //= 3
    names = list(changed) or [""]
    changed[names[member % len(names)]] = new
    try_to_read(source_of(sample), "\n".join(map(json.dumps, objects)).encode())


@each_sample
def test_reasons_do_not_quote_the_record(sample: Path) -> None:
    """Reasons are shown on the terminal, and a record is personal."""
    data = sample.read_bytes()
    for old in (b"198.51.100.7", b"2026", b"alice", b"success", b"SUCCESS"):
        for record in read(source_of(sample), data.replace(old, SECRET.encode())):
            assert not isinstance(record, Rejected) or SECRET not in record.reason
