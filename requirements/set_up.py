"""Makes .venv from a lock file: `set_up.py run` or `set_up.py dev` (which includes run).

It is complete when it holds a copy of the lock file; an interrupted set-up lacks the copy and
starts again. Two at once are safe: the second waits for the first and finds the work done. Each
package must match a hash of the lock file, and none is built from source. Needs only Python's
own library; says everything on stderr.
"""

import fcntl
import os
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOCKS = {"run": ["run.txt"], "dev": ["run.txt", "dev.txt"]}
_SHOWN_LINES = 20
# What pip writes when it begins with a package, from an index or from a folder of wheels.
_BEGUN = re.compile(r"Collecting ([\w.-]+)|Processing (?:\S*/)?([\w.]+)-")
_INTERRUPTED = 130
_FAILED = 3


def main(kind: str) -> int:
    """Sets up what is missing; returns the exit code."""
    try:
        with one_at_a_time() as lock:
            if not all(map(is_done, LOCKS[kind])):
                set_up(kind, lock)
    except KeyboardInterrupt:
        say("interrupted; the next start begins again")
        return _INTERRUPTED
    except OSError as error:
        say(f"{error.filename or VENV}: {error.strerror}: mend that, then start again")
        return _FAILED
    except subprocess.CalledProcessError as error:
        say(f"{error.cmd[0]} failed, see above: mend that, then start again")
        return _FAILED
    return 0


def say(text: str) -> None:
    """One line on stderr."""
    sys.stderr.write(f"gatewatch: {text}\n")


@contextmanager
def one_at_a_time() -> Iterator[int]:
    """Holds a lock that the kernel frees however the process ends; yields its descriptor."""
    lock = os.open(ROOT / "requirements", os.O_RDONLY)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another start is setting up; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock
    finally:
        os.close(lock)


def is_done(name: str) -> bool:
    """Whether .venv holds what the lock file `name` lists."""
    try:
        copy = (VENV / name).read_bytes()
        return copy == (ROOT / "requirements" / name).read_bytes() and python().exists()
    except FileNotFoundError:
        return False


def python() -> Path:
    """The interpreter of .venv."""
    return VENV / "bin" / "python"


def set_up(kind: str, lock: int) -> None:
    """Makes .venv, or adds to one that is complete for `run`."""
    names = LOCKS[kind]
    if not is_done("run.txt"):
        # Whoever had the developers' packages keeps them.
        names = LOCKS["dev"] if (VENV / "dev.txt").exists() else names
        say(f"setting up {VENV}: once, needs the network, takes a minute or two")
        for name in LOCKS["dev"]:
            (VENV / name).unlink(missing_ok=True)
        venv.create(VENV, clear=True, with_pip=True)
    install(ROOT / "requirements" / names[-1], lock)
    for name in names:
        shutil.copyfile(ROOT / "requirements" / name, VENV / name)
    say("set-up is done")


def install(packages: Path, lock: int) -> None:
    """Runs pip, telling each package; raises CalledProcessError with pip's last lines shown."""
    command = [str(python()), "-m", "pip", "install", "--require-hashes", "--only-binary=:all:"]
    command += ["--no-input", "--disable-pip-version-check", "-r", str(packages)]
    total = len(set(re.findall(r"^([\w.-]+)==(?!.*win32)", packages.read_text(), re.MULTILINE)))
    settings = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    # pip holds the lock too: when this process is killed, pip may go on for a while.
    with subprocess.Popen(
        command,
        env=settings | {"PIP_USER": "0"},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        pass_fds=[lock],
    ) as pip:
        lines = []
        count = 0
        for line in pip.stdout or ():
            lines.append(line)
            if begun := _BEGUN.match(line):
                count += 1
                say(f"package {count} of {total}: {begun[1] or begun[2]}")
            elif line.startswith("Installing "):
                say("unpacking them")
    if pip.returncode:
        sys.stderr.writelines(lines[-_SHOWN_LINES:])
        raise subprocess.CalledProcessError(pip.returncode, ["pip"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
