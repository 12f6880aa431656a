import os
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from gatewatch.acs.device_kinds import device_kinds
from gatewatch.cli.main import run
from gatewatch.model.errors import Exit


@pytest.fixture(autouse=True)
def no_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for name in ("QUIET", "ACCESSIBLE", "ERRORS"):
        monkeypatch.delenv(f"GATEWATCH_{name}", raising=False)


def free_port() -> int:
    with socket.create_server(("127.77.7.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_tells_what_lives_where_and_runs_until_it_is_stopped(
    number: signal.Signals, program: list[str]
) -> None:
    port = free_port()
    argv = ["simulate", "--count", "20", "--port", str(port), "--first", "127.77.7.1"]
    process = subprocess.Popen(
        [*program, *argv], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    assert process.stderr is not None
    first = process.stderr.readline()
    assert first == (
        f"simulate: 20 devices of 20 kinds on 127.77.7.1 to 127.77.7.20, port {port}; "
        "Ctrl-C ends it\n"
    )
    with socket.create_connection(("127.77.7.2", port), timeout=5) as sock:
        sock.sendall(b"GET / HTTP/1.0\r\n\r\n")
        while sock.recv(4096):
            pass
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    assert process.returncode == Exit.FOUND
    assert err == "simulate: ended after 1 answers\n"
    lines = [line.split(" ") for line in out.splitlines()]
    assert [address for address, _ in lines] == [f"127.77.7.{host}" for host in range(1, 21)]
    assert {kind for _, kind in lines} <= device_kinds().keys()


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["--first", "192.0.2.1"], "--first: 192.0.2.1 and what follows is not all loopback"),
        (["--first", "127.255.255.200"], "--first: 127.255.255.200 and what follows is not all"),
        (["--first", "::1"], "--first: ::1 and what follows is not all loopback"),
        (["--first", "home"], '--first: "home" is not an IP address: write 127.77.0.1'),
        (["--count", "0"], "--count: 0 is no number: give 1 to 10,000"),
        (["--count", "10001"], "--count: 10001 is no number: give 1 to 10,000"),
        (["--port", "65536"], "--port: 65536 is no port: give 1 to 65535"),
    ],
)
def test_what_cannot_be_simulated_is_said(
    argv: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["simulate", *argv]) == Exit.BAD_INPUT
    assert message in capsys.readouterr().err


def test_a_port_that_is_taken_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.77.7.1", 0)) as other:
        port = other.getsockname()[1]
        argv = ["simulate", "--first", "127.77.7.1", "--count", "3", "--port", str(port)]
        assert run(argv) == Exit.BAD_INPUT
    assert capsys.readouterr().err == (
        f"gatewatch: simulate: 127.77.7.1:{port} cannot be listened on, Address already in use: "
        "choose another --port, or end the program that has it\n"
    )
