"""Network namespaces: made, entered and always removed again.

A namespace is called `gatewatch-<pid>-<side>` after the process that made it, so runs side by
side do not meet, and `remove_stale` knows what a killed process left behind. Everything here
needs root; `ip` failing raises `NoLaboratory` with what it said.
"""

import contextlib
import ctypes
import os
import re
import signal
import subprocess
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

__all__ = ["NoLaboratory", "add", "command", "inside", "ip", "remove", "remove_stale", "set_ipv4"]

T = TypeVar("T")

_FOLDER = Path("/run/netns")
_NAME = re.compile(r"gatewatch-(\d+)-[a-z-]+")
_CLONE_NEWNET = 0x40000000


class NoLaboratory(Exception):
    """The machine lacks something that the laboratory is built from."""


def ip(*words: str, namespace: str | None = None) -> str:
    """What `ip WORDS` prints, run in `namespace`."""
    where = ["-n", namespace] if namespace else []
    done = subprocess.run(["ip", *where, *words], capture_output=True, text=True, timeout=10)
    if done.returncode:
        raise NoLaboratory(f'"ip {" ".join(words)}" failed: {done.stderr.strip()}')
    return done.stdout


def add(side: str) -> str:
    """Makes a namespace with its loopback up; returns its name."""
    name = f"gatewatch-{os.getpid()}-{side}"
    ip("netns", "add", name)
    ip("link", "set", "lo", "up", namespace=name)
    return name


def remove(name: str) -> None:
    """Ends what still runs in the namespace `name` and removes it."""
    for pid in ip("netns", "pids", name).split():
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(pid), signal.SIGKILL)
    ip("netns", "del", name)


def remove_stale() -> None:
    """Removes the namespaces whose makers are no more."""
    for path in _FOLDER.glob("gatewatch-*"):
        made = _NAME.fullmatch(path.name)
        if made and not Path("/proc", made[1]).exists():
            try:
                remove(path.name)
            except NoLaboratory:
                # Somebody else was quicker, or it cannot be removed.
                if path.exists():
                    raise


def command(name: str, argv: Sequence[str]) -> list[str]:
    """The command line that runs `argv` in namespace `name` and ends it with our process."""
    return ["ip", "netns", "exec", name, "setpriv", "--pdeathsig", "KILL", "--", *argv]


def inside(name: str, make: Callable[[], T]) -> T:
    """`make()`, called by a thread that stands in namespace `name`.

    A socket belongs to the namespace it was made in, whoever uses it afterwards.
    """
    with ThreadPoolExecutor(1) as pool:
        pool.submit(_enter, name).result()
        return pool.submit(make).result()


def set_ipv4(name: str, setting: str, value: str) -> None:
    """Sets `net.ipv4.SETTING` (its dots written as slashes) in namespace `name`."""
    path = Path("/proc/sys/net/ipv4", setting)
    inside(name, lambda: path.write_text(value))


def _enter(name: str) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    with (_FOLDER / name).open("rb") as namespace:
        if libc.setns(namespace.fileno(), _CLONE_NEWNET):
            number = ctypes.get_errno()
            raise NoLaboratory(f"namespace {name} cannot be entered: {os.strerror(number)}")
