"""States on real engines: SQLite in a folder, and a PostgreSQL of the tests' own."""

import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from gatewatch.acs.sealing import Keys
from gatewatch.acs.state import open_state
from gatewatch.acs.state.interface import State

KEYS = Keys(bytes(range(32)))
BIN = Path("/usr/lib/postgresql/15/bin")
PATIENCE_S = 60


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a fresh PostgreSQL server on a socket in a folder, with trust in its owner."""
    folder = tmp_path_factory.mktemp("pg")
    data, log = folder / "data", folder / "log"
    account = "nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    as_owner: list[str] = []
    if os.geteuid() == 0:
        # PostgreSQL refuses to run as root; whoever it runs as must reach the folder.
        for above in (folder, *folder.parents[:3]):
            above.chmod(above.stat().st_mode | 0o011)
        shutil.chown(folder, account)
        as_owner = ["setpriv", "--reuid", account, "--clear-groups"]
    quick = ("fsync=off", "full_page_writes=off", "listen_addresses=", "max_connections=30",
             "shared_buffers=16MB", "log_min_messages=warning")  # fmt: skip
    subprocess.run(
        [*as_owner, BIN / "initdb", "-D", data, "-A", "trust", "-U", "acs", "--no-sync", "-E",
         "UTF8", "--locale=C"],
        check=True, capture_output=True, cwd=folder,
    )  # fmt: skip
    options = [word for setting in quick for word in ("-c", setting)]
    with log.open("wb") as out:
        server = subprocess.Popen(
            [*as_owner, BIN / "postgres", "-D", data, "-k", folder, *options],
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=out,
        )
    try:
        yield _ready(f"postgresql://acs@/postgres?host={folder}", server)
    finally:
        server.terminate()
        server.wait(PATIENCE_S)


def _ready(where: str, server: "subprocess.Popen[bytes]") -> str:
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            psycopg.connect(where).close()
        except psycopg.OperationalError:
            if time.monotonic() > until or server.poll() is not None:
                raise
            time.sleep(0.05)
        else:
            return where


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where a state may be made, on each engine."""
    if request.param == "sqlite":
        yield str(tmp_path / "state")
        return
    server: str = request.getfixturevalue("postgres")
    name = f"t{time.time_ns()}"
    with psycopg.connect(server, autocommit=True) as con:
        con.execute(f"CREATE DATABASE {name}")
    yield server.replace("/postgres?", f"/{name}?")  # it goes with the whole server


@pytest.fixture
def state(place: str) -> Iterator[State]:
    """A fresh state on each engine."""
    opened = open_state(place, KEYS)
    yield opened
    opened.close()


@pytest.fixture
def lone_state(tmp_path: Path) -> Iterator[State]:
    """A fresh state on SQLite, for tests of what stands above the state."""
    opened = open_state(str(tmp_path / "state"), KEYS)
    yield opened
    opened.close()
