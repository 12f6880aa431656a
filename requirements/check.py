"""What ./check runs: each step on its own, all of them even when one fails, one line of counts.

A step's output is shown only when it fails, or with -v. Formatting, lint, types, the import
contract and the Debian packages count as one each, the tests as many as there are; a skipped
test counts as failed, since what was not run is not proven.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
_CODE = ("src", "tests", "bench", "fuzz", "docs", "requirements")
_CONTRACT = "from importlinter.cli import lint_imports_command as run; run()"
_REFERENCE = "gatewatch.cli.reference"
# A line of pytest's dots.
_PROGRESS = re.compile(r"\[ *(\d+)%\]$")
_LINE_S = 10.0


class Counts(NamedTuple):
    """How many checks passed and failed."""

    passed: int
    failed: int


def main() -> int:
    """Runs what was asked for; 0 only when nothing failed."""
    args = arguments()
    os.chdir(ROOT)
    counts = list(steps(args))
    passed, failed = (sum(column) for column in zip(*counts, strict=True))
    say(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="./check", description=__doc__, allow_abbrev=False)
    parser.add_argument("--fast", action="store_true", help="no slow tests, no Debian packages")
    parser.add_argument("--fix", action="store_true", help="format and mend, run nothing else")
    parser.add_argument("--docs", action="store_true", help="write docs/reference, nothing else")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 10**6, help="order of tests")
    parser.add_argument("-v", "--verbose", action="store_true", help="show each step's output")
    return parser.parse_args()


def steps(args: argparse.Namespace) -> Iterator[Counts]:
    """Runs the steps in order and yields the counts of each."""
    code = [name for name in _CODE if any(Path(name).rglob("*.py"))]
    ruff = ["ruff", "--quiet"]
    if args.fix:
        yield step("mend", [*ruff, "check", "--fix", *code], args)
        yield step("format", [*ruff, "format", *code], args)
    if args.docs:
        yield step("reference", [_REFERENCE, "docs/reference"], args)
    if args.fix or args.docs:
        return
    if not args.fast:
        yield from debian(args)
    yield step("format", [*ruff, "format", "--check", *code], args)
    yield step("lint", [*ruff, "check", *code], args)
    yield step("types", ["mypy", *code], args)
    yield report("imports", [sys.executable, "-P", "-c", _CONTRACT], args)
    yield tests(args)


def debian(args: argparse.Namespace) -> Iterator[Counts]:
    """Installs missing Debian packages as root; without apt-get there is nothing to say."""
    if not shutil.which("dpkg-query") or not shutil.which("apt-get"):
        return
    lines = (ROOT / "requirements" / "debian.txt").read_text().splitlines()
    wanted = [line for line in lines if line and not line.startswith("#")]
    show = ["dpkg-query", "-W", "-f", "${db:Status-Abbrev} ${Package}\n", *wanted]
    known = subprocess.run(show, capture_output=True, text=True, check=False).stdout
    missing = sorted(
        set(wanted) - {line.split()[1] for line in known.splitlines() if line[1] == "i"}
    )
    if not missing:
        yield Counts(1, 0)
    elif os.geteuid() == 0:
        install = "apt-get update && apt-get install -y --no-install-recommends " + " ".join(
            missing
        )
        yield report("packages", ["sh", "-c", install], args)
    else:
        say(f"{'packages':<10} failed\n  as root: apt-get install {' '.join(missing)}")
        yield Counts(0, 1)


def step(name: str, module: list[str], args: argparse.Namespace) -> Counts:
    """Runs a Python module as a step."""
    return report(name, [sys.executable, "-P", "-m", *module], args)


def report(name: str, command: list[str], args: argparse.Namespace) -> Counts:
    """Runs a command as a step that counts as one."""
    output, code = run(name, command)
    conclude(name, output, failed=code != 0, shown=args.verbose)
    return Counts(int(code == 0), int(code != 0))


def tests(args: argparse.Namespace) -> Counts:
    """Runs the tests in random order on all cores."""
    command = [sys.executable, "-P", "-m", "pytest", "-n", "auto", "--dist", "worksteal"]
    command += ["-p", "randomly", f"--randomly-seed={args.seed}", "--color=no"]
    if args.fast:
        command += ["-m", "not slow"]
    output, code = run("tests", command)
    counts = counted(output)
    if code != 0 and not counts.failed:
        counts = Counts(counts.passed, 1)
    hint = f"\n./check --seed {args.seed} runs the tests in this order again\n"
    conclude("tests", output + hint, failed=counts.failed > 0, shown=args.verbose)
    return counts


def counted(output: str) -> Counts:
    """The counts in pytest's closing line."""
    closing = next((line for line in reversed(output.splitlines()) if " in " in line), "")
    found = {
        word: int(n)
        for n, word in re.findall(r"(\d+) (passed|failed|errors?|skipped|x\w+)", closing)
    }
    passed = found.pop("passed", 0)
    return Counts(passed, sum(found.values()))


def run(name: str, command: list[str]) -> tuple[str, int]:
    """Runs a command and returns what it wrote and its exit code, showing that it goes on."""
    settings = {key: value for key, value in os.environ.items() if not key.startswith("GATEWATCH_")}
    settings |= {"PYTHONPATH": str(ROOT / "src"), "LC_ALL": "C.UTF-8", "NO_COLOR": "1"}
    lines = []
    with (
        subprocess.Popen(
            command, env=settings, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        ) as process,
        going_on(name) as show,
    ):
        for line in process.stdout or ():
            if part := _PROGRESS.search(line):
                show(f"{part[1]:>3} %")
            else:
                lines.append(line)
    return "".join(lines), process.returncode


@contextmanager
def going_on(name: str) -> Iterator[Callable[[str], None]]:
    """Gives a function that shows how far a step is: redrawn on a terminal, else now and then."""
    drawing = sys.stdout.isatty()
    shown_at = time.monotonic()

    def show(part: str) -> None:
        nonlocal shown_at
        if drawing:
            sys.stdout.write(f"\r{name:<10} {part}\x1b[K")
            sys.stdout.flush()
        elif time.monotonic() - shown_at > _LINE_S:
            shown_at = time.monotonic()
            say(f"{name:<10} {part}")

    if drawing:
        show("...")
    yield show
    if drawing:
        sys.stdout.write("\r\x1b[K")


def conclude(name: str, output: str, *, failed: bool, shown: bool) -> None:
    """The step's line, and its output when it failed."""
    say(f"{name:<10} {'failed' if failed else 'ok'}")
    if failed or shown:
        say("".join(f"  {line}\n" for line in output.splitlines()))


def say(text: str) -> None:
    """One line on stdout, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
