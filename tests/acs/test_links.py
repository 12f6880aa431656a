"""Links to firmware: one device, a short time, one download."""

from pathlib import Path

import pytest

from gatewatch.acs.firmware import Store
from gatewatch.acs.http.messages import Answer, Peer, Request
from gatewatch.acs.links import LIFE_S, Links, link_change
from gatewatch.acs.state.changes import AddFile
from gatewatch.acs.state.interface import State
from gatewatch.acs.state.records import File

IMAGE = bytes(range(256)) * 1000
DEVICE = Peer(1, "192.0.2.7", 5)
NOW = 1_700_000_000_000_000
FILE = File("ab" * 32, "fw.bin", len(IMAGE), "2.0")


@pytest.fixture
def links(lone_state: State, tmp_path: Path) -> Links:
    store = Store(tmp_path)
    store.files.mkdir()
    store.path(FILE.sha256).write_bytes(IMAGE)
    lone_state.apply([AddFile(FILE)])
    return Links(lone_state, store)


@pytest.fixture
def path(lone_state: State) -> str:
    made, change = link_change(FILE, "00259E-X-S1", DEVICE.address, NOW)
    lone_state.apply([change])
    return made


def get(links: Links, path: str, *, method: str = "GET", byte_range: str = "", peer: Peer = DEVICE,
        now: int = NOW) -> Answer:  # fmt: skip
    headers = {"range": byte_range} if byte_range else {}
    return links.answer(Request(method, path, "1.1", headers), peer, now)


def body(answer: Answer) -> bytes:
    assert answer.stream is not None
    said = b"".join(answer.stream)
    assert len(said) == answer.length
    return said


def test_a_device_gets_its_file_once(links: Links, path: str) -> None:
    answer = get(links, path)
    assert answer.status == 200
    assert body(answer) == IMAGE
    assert get(links, path).status == 404


def test_a_download_that_broke_off_may_begin_again(links: Links, path: str) -> None:
    answer = get(links, path)
    assert answer.stream is not None
    next(answer.stream)
    assert body(get(links, path)) == IMAGE


def test_a_device_may_fetch_in_pieces_until_it_has_the_last(links: Links, path: str) -> None:
    first = get(links, path, byte_range="bytes=0-99")
    assert (first.status, body(first)) == (206, IMAGE[:100])
    assert ("Content-Range", f"bytes 0-99/{len(IMAGE)}") in first.headers
    assert body(get(links, path, byte_range="bytes=100-")) == IMAGE[100:]
    assert get(links, path).status == 404


@pytest.mark.parametrize(
    ("asked", "status", "length"),
    [
        ("bytes=-10", 206, 10),
        ("bytes=10-10", 206, 1),
        ("bytes=0-999999999", 200, len(IMAGE)),
        ("bytes=999999999-", 416, 0),
        ("bytes=5-4", 416, 0),
        ("bytes=-0", 416, 0),
        ("bytes=0-1,5-6", 200, len(IMAGE)),
        ("lines=1-2", 200, len(IMAGE)),
        ("bytes=x-y", 200, len(IMAGE)),
        ("bytes=" + "9" * 5000 + "-", 200, len(IMAGE)),
    ],
)
def test_any_range_is_served_or_refused(
    links: Links, path: str, asked: str, status: int, length: int
) -> None:
    answer = get(links, path, byte_range=asked)
    assert (answer.status, answer.length) == (status, length)


def test_head_tells_the_size_and_spends_nothing(links: Links, path: str) -> None:
    answer = get(links, path, method="HEAD")
    assert (answer.status, answer.length, answer.stream) == (200, len(IMAGE), None)
    assert get(links, path).status == 200


def test_nobody_else_gets_it(links: Links, path: str) -> None:
    assert get(links, path, peer=Peer(2, "192.0.2.8", 5)).status == 404
    assert get(links, path, now=NOW + LIFE_S * 1_000_000).status == 404
    assert get(links, path + "x").status == 404
    assert get(links, "/files/../acs.key").status == 404
    assert get(links, path, method="PUT").status == 405


def test_a_link_is_not_asked_for_without_end(links: Links, path: str) -> None:
    statuses = [get(links, path, method="HEAD").status for _ in range(120)]
    assert statuses.count(200) == 100


def test_links_that_nobody_used_are_forgotten(links: Links, path: str) -> None:
    assert links.sweep(NOW) == 0
    assert links.sweep(NOW + LIFE_S * 1_000_000) == 1
    assert get(links, path).status == 404


def test_who_reads_the_database_has_no_link(lone_state: State, path: str) -> None:
    (document,) = lone_state.documents("link")
    assert path.removeprefix("/files/") not in repr(document)
