"""The book forgets nothing that was made durable, wherever it is cut off."""

import json
import shutil
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewatch.model.address import parse_address
from gatewatch.model.errors import OutputUnwritable, ScanDamaged
from gatewatch.model.observation import Answer, Observation, Outcome, Spoke, Unanswered
from gatewatch.scan.book import CHECKPOINT, SPOOL, Book, is_open
from gatewatch.scan.spool import read_spool

SILENT = Unanswered(Outcome.CONNECTION_TIMEOUT)


def seen(turn: int, spoke: Spoke = Spoke.HTTP) -> Observation:
    answer = Answer(spoke, Outcome.SUCCESS, b"HTTP/1.1 401 x\r\n\r\n")
    return Observation(parse_address(f"192.0.2.{turn % 256}"), 7547, turn, answer)


def state(book: Book) -> tuple[object, ...]:
    done = [turn for turn in range(book.size) if book.done(turn)]
    counts = (+book.silent, +book.services, +book.spoke, +book.skipped)
    return done, book.finished, counts, sorted(book.again), dict(book.left_alone)


def test_what_was_entered_is_there_after_a_checkpoint(tmp_path: Path) -> None:
    book = Book(tmp_path, 6)
    book.enter(1, seen(1))
    book.enter(0, SILENT)
    book.skip(4, "filtered")
    book.enter(3, SILENT, again=True)
    book.left_alone[7] = "filtered"
    book.checkpoint()
    before = state(book)
    book.close()
    after = Book(tmp_path, 6)
    assert state(after) == before
    assert (after.low, after.finished, after.complete) == (2, 3, False)
    assert after.silent == Counter({Outcome.CONNECTION_TIMEOUT: 2})


def test_a_service_on_disk_is_not_asked_again_even_without_a_checkpoint(tmp_path: Path) -> None:
    book = Book(tmp_path, 6)
    book.enter(2, seen(2))
    book.enter(5, SILENT)
    book._flush()
    book.close()
    after = Book(tmp_path, 6)
    assert [turn for turn in range(6) if after.done(turn)] == [2]
    assert after.spoke == Counter({Spoke.HTTP: 1})


def test_the_second_of_two_records_counts(tmp_path: Path) -> None:
    book = Book(tmp_path, 2)
    book.enter(0, seen(0, Spoke.CONNECTED), again=True)
    assert not book.complete
    book.checkpoint()
    book.enter(0, seen(0))
    book.enter(1, SILENT, again=True)
    book.enter(1, seen(1))
    book.checkpoint()
    book.close()
    for held in (book, Book(tmp_path, 2)):
        assert held.complete
        assert +held.spoke == Counter({Spoke.HTTP: 2})
        assert +held.silent == Counter()


def test_a_first_record_is_known_again_after_a_crash(tmp_path: Path) -> None:
    book = Book(tmp_path, 2)
    book.enter(0, seen(0, Spoke.CONNECTED), again=True)
    book.checkpoint()
    book.close()
    after = Book(tmp_path, 2)
    assert after.again == {0: seen(0, Spoke.CONNECTED)}


_STEPS = st.lists(
    st.tuples(st.integers(0, 11), st.sampled_from(["silent", "seen", "again", "late", "write"])),
    max_size=25,
)


@given(_STEPS, st.data())
@settings(max_examples=60)
def test_a_crash_loses_at_most_what_was_not_durable(
    tmp_path_factory: pytest.TempPathFactory,
    steps: list[tuple[int, str]],
    data: st.DataObject,
) -> None:
    """The spool is cut anywhere behind the last checkpoint; what is left goes on consistently."""
    place = tmp_path_factory.mktemp("book")
    book = Book(place, 12)
    book.checkpoint()
    durable: set[int] = set()
    for turn, what in steps:
        if what == "write":
            book.checkpoint()
            durable = {one for one in range(12) if book.done(one)}
        elif turn in book.again:
            book.enter(turn, seen(turn) if what in ("seen", "late") else SILENT)
        elif not book.done(turn):
            record = SILENT if what in ("silent", "late") else seen(turn)
            book.enter(turn, record, again=what in ("again", "late"))
    book._flush()
    book.close()
    saved = int(json.loads((place / CHECKPOINT).read_bytes())["spool"])
    whole = (place / SPOOL).read_bytes()
    (place / SPOOL).write_bytes(whole[: data.draw(st.integers(saved, len(whole)))])
    after = Book(place, 12)
    assert durable <= {one for one in range(12) if after.done(one)}
    on_disk = {entry.turn for entry in read_spool(place / SPOOL)}
    assert all(after.done(turn) for turn in on_disk)
    assert after.services.total() == len(on_disk) == after.spoke.total()
    for turn in range(12):
        if not after.done(turn) or turn in after.again:
            after.enter(turn, SILENT)
    assert after.complete
    assert after.finished == 12
    assert after.silent.total() + after.services.total() == 12
    after.close()
    shutil.rmtree(place)


def test_a_spool_shorter_than_its_checkpoint_is_damage(tmp_path: Path) -> None:
    book = Book(tmp_path, 2)
    book.enter(0, seen(0))
    book.checkpoint()
    book.close()
    (tmp_path / SPOOL).write_bytes(b"")
    with pytest.raises(ScanDamaged, match="is shorter than its checkpoint says"):
        Book(tmp_path, 2)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"format":9}', b"\xff"])
def test_a_checkpoint_that_is_none_is_damage(content: bytes, tmp_path: Path) -> None:
    (tmp_path / CHECKPOINT).write_bytes(content)
    with pytest.raises(ScanDamaged, match=r"checkpoint.json: is no checkpoint: restore it"):
        Book(tmp_path, 2)


def test_one_process_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gatewatch.scan.book._LOCK_PATIENCE_S", 0.1)
    assert not is_open(tmp_path)
    book = Book(tmp_path, 2)
    assert is_open(tmp_path)
    with pytest.raises(OutputUnwritable, match="another scan is at work there"):
        Book(tmp_path, 2)
    book.close()
    assert not is_open(tmp_path)


def test_a_full_disk_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = Book(tmp_path, 2)
    monkeypatch.setattr("os.fdatasync", _no_space)
    with pytest.raises(OutputUnwritable, match="no space left on device: free space"):
        book.checkpoint()
    book.close()


def _no_space(_handle: int) -> None:
    raise OSError(28, "No space left on device")


def test_a_thousand_records_or_a_second_make_it_write(tmp_path: Path) -> None:
    now = 0.0
    book = Book(tmp_path, 5000, clock=lambda: now)
    for turn in range(1000):
        book.enter(turn, seen(turn))
        book.tick()
    assert (tmp_path / CHECKPOINT).exists()
    (tmp_path / CHECKPOINT).unlink()
    book.enter(1000, seen(1000))
    book.tick()
    assert not (tmp_path / CHECKPOINT).exists()
    now = 1.0
    book.tick()
    assert (tmp_path / CHECKPOINT).exists()
    book.close()
