"""`gatewatch watch follow`: what is logged while it runs is kept, and ends are in order."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep

import pytest

from gatewatch.cli.main import run
from gatewatch.cli.parser import Parser
from gatewatch.cli.watching import follow

Capture = pytest.CaptureFixture[str]
NOW = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
LINE = NOW + " gate sshd[{0}]: Accepted password for u{0} from 198.51.100.{0} port 1 ssh2\n"
WAIT_S = 60


class Running:
    """`follow` in a thread, with what it says."""

    def __init__(self, *words: object) -> None:
        parser = Parser(prog="gatewatch watch follow")
        follow.configure(parser)
        self.args = parser.parse_args([str(word) for word in words])
        self.stop, self.code = Event(), -1
        self.thread = Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        self.code = follow.follow(self.args, self.stop)

    def end(self) -> int:
        self.stop.set()
        self.thread.join(timeout=WAIT_S)
        return self.code


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "_EVERY_S", 0.25)


@pytest.fixture
def following(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    begun: list[Running] = []

    def following(*words: object) -> Running:
        begun.append(Running("--watch", tmp_path / "watch", *words))
        return begun[-1]

    yield following
    for one in begun:
        one.end()


def kept(tmp_path: Path, capsys: Capture) -> int:
    capsys.readouterr()
    if run(["watch", "status", "--watch", str(tmp_path / "watch"), "--format", "csv"]) != 0:
        return 0
    header, *rows = capsys.readouterr().out.splitlines()
    at = header.split(",").index("signins")
    return sum(int(row.split(",")[at]) for row in rows)


def wait_for(count: int, tmp_path: Path, capsys: Capture) -> None:
    deadline = monotonic() + WAIT_S
    while kept(tmp_path, capsys) != count and monotonic() < deadline:
        sleep(0.1)
    assert kept(tmp_path, capsys) == count


def said_port(capsys: Capture) -> int:
    deadline, said = monotonic() + WAIT_S, ""
    while "on port" not in said and monotonic() < deadline:
        said += capsys.readouterr().err
        sleep(0.05)
    return int(said.partition("on port ")[2].split()[0])


def test_a_growing_file_is_kept_while_it_grows(
    following: Callable[..., Running], tmp_path: Path, capsys: Capture
) -> None:
    log = tmp_path / "auth.log"
    log.write_text(LINE.format(1))
    running = following(log)
    wait_for(1, tmp_path, capsys)
    log.rename(tmp_path / "auth.log.1")
    log.write_text(LINE.format(2) + LINE.format(3))
    wait_for(3, tmp_path, capsys)
    assert running.end() == 0


def test_syslog_is_taken_by_udp_and_by_tcp_in_both_framings(
    following: Callable[..., Running], tmp_path: Path, capsys: Capture
) -> None:
    running = following("--syslog", "0")
    place = ("127.0.0.1", said_port(capsys))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.sendto(b"<38>" + LINE.format(1).encode(), place)
        udp.sendto(b"<38>what nobody knows", place)
    with socket.create_connection(place) as lines:
        lines.sendall(b"<38>" + LINE.format(2).encode())
    message = b"<38>" + LINE.format(3).strip().encode()
    with socket.create_connection(place) as counted:
        counted.sendall(b"%d %s" % (len(message), message))
    wait_for(3, tmp_path, capsys)
    assert running.end() == 0
    assert "1 messages are of no known log" in capsys.readouterr().err


def test_one_datagram_is_never_two_lines(
    following: Callable[..., Running], tmp_path: Path, capsys: Capture
) -> None:
    running = following("--syslog", "0")
    place = ("127.0.0.1", said_port(capsys))
    forged = NOW + " gate cron[9]: x\n" + LINE.format(66)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.sendto(forged.encode(), place)
        udp.sendto(LINE.format(1).encode(), place)
    wait_for(1, tmp_path, capsys)
    running.end()
    assert kept(tmp_path, capsys) == 1


def test_who_is_not_allowed_is_not_heard(
    following: Callable[..., Running], tmp_path: Path, capsys: Capture
) -> None:
    running = following("--syslog", "0", "--allow", "127.0.0.2")
    place = ("127.0.0.1", said_port(capsys))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.sendto(LINE.format(1).encode(), place)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.2", 0))
        udp.sendto(LINE.format(2).encode(), place)
    wait_for(1, tmp_path, capsys)
    running.end()
    assert kept(tmp_path, capsys) == 1


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "there is nothing to follow"),
        (["--syslog", "192.0.2.1:5514"], "add --allow"),
        (["--syslog", "here"], "names no port"),
        (["--syslog", "99999"], "names no port"),
        (["nowhere.log"], "there is no such file"),
    ],
)
def test_what_cannot_be_followed_is_one_line(
    words: list[str], says: str, tmp_path: Path, capsys: Capture
) -> None:
    assert run(["watch", "follow", "--watch", str(tmp_path / "watch"), *words]) == 2
    said = capsys.readouterr().err
    assert says in said
    assert said.count("\n") == 1


def test_a_taken_port_is_one_line(tmp_path: Path, capsys: Capture) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert run(["watch", "follow", "--watch", str(tmp_path), "--syslog", str(port)]) == 2
    assert "cannot listen there" in capsys.readouterr().err


def test_interrupting_keeps_what_was_read(tmp_path: Path, capsys: Capture) -> None:
    log = tmp_path / "auth.log"
    log.write_text("".join(LINE.format(number) for number in range(1, 200)))
    argv = [sys.executable, "-m", "gatewatch", "watch", "follow", str(log)]
    process = subprocess.Popen(
        [*argv, "--watch", str(tmp_path / "watch")], stderr=subprocess.PIPE, env=os.environ
    )
    wait_for(199, tmp_path, capsys)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=WAIT_S)
    assert process.returncode == 0
    assert b"199 sign-ins added of 199 records" in said
