"""`gatewatch serve`, `user` and `token` as people and programs run them."""

import io
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from gatewatch.cli.main import run
from gatewatch.model.observation import Observation
from gatewatch.model.snapshot import SnapshotInfo
from gatewatch.web.people.book import Book, book_of

Seen = Callable[..., Observation]
Make = Callable[..., SnapshotInfo]
PASSWORD = "correct horse battery"
DEADLINE_S = 60


@contextmanager
def served(program: Sequence[str], *argv: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A server of its own; gives its address."""
    process = subprocess.Popen(
        [*program, "serve", "--port", "0", *argv],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip(), process
    finally:
        process.kill()
        process.wait()
        for stream in (process.stdout, process.stderr):
            assert stream is not None
            stream.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_tells_its_address_and_ends_well(
    program: list[str], tmp_path: Path, number: int
) -> None:
    with served(program, "--lake", str(tmp_path / "none")) as (url, process):
        answer = httpx.get(url, timeout=DEADLINE_S)
        assert answer.status_code == 503
        assert "gatewatch import FILE" in answer.text
        process.send_signal(number)
        _, said = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == 0
    assert "Traceback" not in said


def test_a_port_that_is_taken_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert run(["serve", "--port", str(taken.getsockname()[1])]) == 3
    assert "another program is there: choose another --port" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("argv", "complaint"),
    [
        (["--listen", "0.0.0.0"], "passwords would travel in the clear"),
        (["--listen", "0.0.0.0", "--plain-http"], "people have to log in, and nobody is known"),
        (["--names", "web.example.org"], "passwords would travel in the clear"),
        (["--proxy", "127.0.0.1"], "people have to log in, and nobody is known"),
        (["--cert", "x.pem"], "--cert and --key belong together"),
        (["--cert", "x.pem", "--key", "y.pem"], "cannot be read"),
        (["--listen", "everywhere"], "give an address"),
        (["--port", "70000"], "is no port"),
    ],
)
def test_what_would_not_be_safe_is_refused(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    argv: list[str],
    complaint: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["serve", *argv]) == 2
    assert complaint in capsys.readouterr().err


def test_many_read_while_one_imports_and_new_snapshots_appear(
    program: list[str], seen: Seen, make_lake: Make, tmp_path: Path
) -> None:
    lake = tmp_path / "lake"
    make_lake([seen(f"192.0.2.{n}") for n in range(1, 100)])
    statuses: list[int] = []
    over = threading.Event()

    def read(url: str, path: str) -> None:
        with httpx.Client(timeout=DEADLINE_S) as client:
            while not over.is_set():
                statuses.append(client.get(url + path).status_code)

    with served(program, "--lake", str(lake)) as (url, _):
        paths = ("api/v1/count", "api/v1/search?q=server:gSOAP", "fields", "api/v1/snapshots")
        readers = [threading.Thread(target=read, args=(url, path)) for path in paths * 2]
        for reader in readers:
            reader.start()
        try:
            second = make_lake([seen("198.51.100.1", at="2026-11-24T00:00:00Z")])
            known: list[str] = []
            give_up = time.monotonic() + DEADLINE_S
            while second.id not in known and time.monotonic() < give_up:
                told = httpx.get(f"{url}api/v1/snapshots", timeout=DEADLINE_S).json()
                known = [one["snapshot"] for one in told["snapshots"]]
        finally:
            over.set()
            for reader in readers:
                reader.join()
        counted = httpx.get(f"{url}api/v1/count", timeout=DEADLINE_S).json()
    assert second.id in known
    assert counted["count"] == 1
    assert set(statuses) == {200}
    assert len(statuses) >= len(paths)


def test_people_are_added_listed_and_removed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATEWATCH_LAKE", str(tmp_path / "lake"))
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))
    assert run(["user", "add", "mara", "--role", "analyst"]) == 0
    book = Book(book_of(tmp_path / "lake"))
    assert book.matches("mara", PASSWORD)
    assert os.stat(book.path).st_mode & 0o777 == 0o600  # noqa: PTH116
    capsys.readouterr()
    assert run(["user", "list", "--format", "csv"]) == 0
    assert capsys.readouterr().out.splitlines()[1].startswith("mara,analyst,")
    monkeypatch.setattr("sys.stdin", io.StringIO("another long one\n"))
    assert run(["user", "password", "mara"]) == 0
    assert book.matches("mara", "another long one")
    assert run(["user", "remove", "mara"]) == 0
    assert run(["user", "list"]) == 1
    assert run(["user", "remove", "mara"]) == 2


@pytest.mark.parametrize(("name", "password"), [("mara", "short"), ("a b", PASSWORD)])
def test_bad_names_and_short_passwords_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, password: str
) -> None:
    monkeypatch.setenv("GATEWATCH_LAKE", str(tmp_path / "lake"))
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
    assert run(["user", "add", name]) == 2


def test_a_token_is_shown_once_and_revoked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATEWATCH_LAKE", str(tmp_path / "lake"))
    assert run(["token", "create", "nightly", "--scope", "read", "--scope", "export"]) == 0
    secret = capsys.readouterr().out.strip()
    assert secret.startswith("gw_")
    assert run(["token", "list", "--format", "csv"]) == 0
    listed = capsys.readouterr().out
    assert secret not in listed
    token = Book(book_of(tmp_path / "lake")).token_of(secret, time.time())
    assert token is not None
    assert token.scopes == ("read", "export")
    assert run(["token", "revoke", token.id]) == 0
    assert run(["token", "revoke", token.id]) == 2
