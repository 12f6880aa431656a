"""A growing file is read once, line by line, through everything that rotates it."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep

import pytest

from gatewatch.watch.tail import Tail

PAUSE = 0.01


class Reading:
    """Lines of a tail, read in a thread."""

    def __init__(self, path: Path) -> None:
        self.stop = Event()
        self.lines: list[bytes] = []
        self.tail = Tail(path, self.stop, PAUSE)
        self.thread = Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self) -> None:
        while line := self.tail.readline():
            self.lines.append(line)

    def until(self, *lines: bytes) -> None:
        """Waits until exactly these lines have come."""
        deadline = monotonic() + 30
        while self.lines != list(lines) and monotonic() < deadline:
            sleep(PAUSE)
        assert self.lines == list(lines)

    def end(self) -> None:
        self.stop.set()
        self.thread.join(timeout=30)
        self.tail.close()


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "a.log"
    path.write_bytes(b"one\n")
    return path


@pytest.fixture
def reading(log: Path) -> Iterator[Callable[[], Reading]]:
    begun: list[Reading] = []

    def begin() -> Reading:
        begun.append(Reading(log))
        return begun[-1]

    yield begin
    for one in begun:
        one.end()


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def test_lines_come_when_they_are_whole(log: Path, reading: Callable[[], Reading]) -> None:
    found = reading()
    found.until(b"one\n")
    append(log, b"tw")
    append(log, b"o\nthree")
    found.until(b"one\n", b"two\n")
    append(log, b"\n")
    found.until(b"one\n", b"two\n", b"three\n")


def test_a_rotated_file_is_read_to_its_end_and_then_the_new_one(
    log: Path, reading: Callable[[], Reading]
) -> None:
    found = reading()
    found.until(b"one\n")
    old = log.with_name("a.log.1")
    log.rename(old)
    append(old, b"late\nhalf")
    log.write_bytes(b"new\n")
    found.until(b"one\n", b"late\n", b"half\n", b"new\n")


def test_copytruncate_begins_again(log: Path, reading: Callable[[], Reading]) -> None:
    found = reading()
    found.until(b"one\n")
    os.truncate(log, 0)
    append(log, b"x\n")
    found.until(b"one\n", b"x\n")


def test_a_file_written_anew_at_the_same_length_is_read_again(
    log: Path, reading: Callable[[], Reading]
) -> None:
    found = reading()
    found.until(b"one\n")
    sleep(5 * PAUSE)
    log.write_bytes(b"two\n")
    found.until(b"one\n", b"two\n")


def test_a_file_that_is_not_there_yet_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "later.log"
    found = Reading(path)
    try:
        path.write_bytes(b"here\n")
        found.until(b"here\n")
    finally:
        found.end()


def test_stopping_leaves_a_half_line(log: Path, reading: Callable[[], Reading]) -> None:
    append(log, b"half")
    found = reading()
    found.until(b"one\n")
    found.end()
    assert found.lines == [b"one\n"]
