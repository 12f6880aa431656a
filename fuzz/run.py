"""Runs the harnesses of this folder: good inputs, damaged, as many as the time allows.

    python -m fuzz.run [NAME ...] [--seconds 10] [--seed N]
    python -m fuzz.run NAME --input fuzz/failures/FILE

A harness is a file `<room>_<module>.py` here, named after what it tries. It begins with a comment
that states its invariant, and has `SEEDS` (good inputs), `one(data)` (raises when the invariant
does not hold) and, if words mean something to it, `TOKENS`.

Stops at the first failure, keeps the input in fuzz/failures/ and tells how to repeat it. A failure
is whatever `one` raises, an input that takes too long, time that grows faster than the input, and
memory that grows.
"""

import argparse
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import NamedTuple, NoReturn, Protocol, cast

from fuzz.mutation import Mutator

__all__ = ["Harness", "Tried", "invariant", "load", "names", "try_mutations", "try_one"]

HERE = Path(__file__).parent
FAILURES = HERE / "failures"

# Processor time of this process, so that a busy machine makes nothing fail.
_HANGS_S, _HANGS_S_PER_BYTE = 2.0, 1 / (32 * 1024)
_MEMORY_MIB = 256
# Every so manieth input is a pair, one sixteen times as long; three times the linear growth of
# time is measuring, much more is not.
_PAIR_EVERY = 250
_SUSPICIOUS_S = 0.25
_GROWTH = 48


class Harness(Protocol):
    """The shape of a harness; `TOKENS` may be missing."""

    SEEDS: Sequence[bytes]

    def one(self, data: bytes) -> None:
        """Raises when the invariant does not hold for `data`."""


class Tried(NamedTuple):
    """What a run came to."""

    inputs: int
    seconds: float
    slowest_s: float
    """Processor time of the slowest input."""


class TooSlow(BaseException):
    """Raised inside of what takes too long; nothing that handles exceptions handles it."""


class Grows(AssertionError):
    """Time or memory grows as it must not."""


def names() -> list[str]:
    """Every harness, sorted; found by listing this folder."""
    return sorted(path.stem for path in HERE.glob("*_*.py"))


def load(name: str) -> Harness:
    """The harness of that name."""
    return cast("Harness", import_module(f"fuzz.{name}"))


def invariant(name: str) -> str:
    """What a harness states in its first comment, on one line."""
    stated = []
    for line in (HERE / f"{name}.py").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            break
        stated.append(line.removeprefix("#").strip())
    return " ".join(stated)


def try_mutations(name: str, seed: int, seconds: float, most: int | None = None) -> Tried:
    """Tries all seeds, then mutations of them for so long, or so many; raises what went wrong."""
    harness = load(name)
    mutator = Mutator(harness.SEEDS, getattr(harness, "TOKENS", ()), seed)
    begun, slowest = time.monotonic(), 0.0
    for data in harness.SEEDS:
        try_one(name, harness.one, data)
    memory, count = _peak_mib(), 0
    while count != most and time.monotonic() - begun < seconds:
        count += 1
        if count % _PAIR_EVERY == 0:
            short, data = mutator.lengthened()
            _try_pair(name, harness.one, short, data)
        else:
            data = mutator.one()
            slowest = max(slowest, try_one(name, harness.one, data))
        if _peak_mib() - memory > _MEMORY_MIB:
            with _kept(name, data):
                raise Grows(f"memory grew by more than {_MEMORY_MIB} MiB")
    return Tried(len(harness.SEEDS) + count, time.monotonic() - begun, slowest)


def try_one(name: str, one: Callable[[bytes], None], data: bytes) -> float:
    """Tries one input; the processor time that it took. Raises what went wrong, with a note."""
    with _kept(name, data), _in_time(_HANGS_S + len(data) * _HANGS_S_PER_BYTE):
        begun = time.process_time()
        one(data)
        return time.process_time() - begun


def _try_pair(name: str, one: Callable[[bytes], None], short: bytes, long: bytes) -> None:
    """Raises Grows when `long` takes longer than its length explains."""
    took = try_one(name, one, long)
    if took < _SUSPICIOUS_S or took < _GROWTH * try_one(name, one, short):
        return
    took, usual = (min(try_one(name, one, data) for _ in range(3)) for data in (long, short))
    if took > _GROWTH * usual:
        with _kept(name, long):
            raise Grows(
                f"{len(long):,} bytes took {took:.2f} s, {len(short):,} bytes {usual:.3f} s"
            )


@contextmanager
def _kept(name: str, data: bytes) -> Iterator[None]:
    """Keeps the input when something goes wrong with it."""
    try:
        yield
    except (Exception, TooSlow) as error:
        FAILURES.mkdir(exist_ok=True)
        path = FAILURES / f"{name}-{sha256(data).hexdigest()[:12]}"
        path.write_bytes(data)
        error.add_note(f"python -m fuzz.run {name} --input {os.path.relpath(path)}")
        raise


@contextmanager
def _in_time(seconds: float) -> Iterator[None]:
    """Raises TooSlow inside when that much processor time went by."""
    before = signal.signal(signal.SIGPROF, _too_slow)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _too_slow(number: int, frame: FrameType | None) -> NoReturn:
    del number, frame
    raise TooSlow("this input takes too long")


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> int:
    """Runs what was asked for; a failure ends it with its traceback."""
    args = _arguments()
    if args.list:
        for name in names():
            print(f"{name}\n    {invariant(name)}")
        return 0
    if args.input is not None:
        (name,) = args.names
        try_one(name, load(name).one, args.input.read_bytes())
        print(f"{name}: the invariant holds")
        return 0
    for name in args.names or names():
        tried = try_mutations(name, args.seed, args.seconds)
        print(
            f"{name:<28} {tried.inputs:>9,} inputs {tried.inputs / tried.seconds:>8,.0f}/s"
            f"  slowest {tried.slowest_s * 1000:,.0f} ms  --seed {args.seed}",
            flush=True,
        )
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m fuzz.run", description=__doc__, allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("names", nargs="*", metavar="NAME", help="harnesses; all when none")
    parser.add_argument("--seconds", type=float, default=10.0, help="for each (default: 10)")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 10**6, help="repeats a run")
    parser.add_argument("--input", type=Path, metavar="FILE", help="try one kept input again")
    parser.add_argument("--list", action="store_true", help="names and invariants")
    args = parser.parse_args()
    if unknown := sorted(set(args.names) - set(names())):
        parser.error(f"no harness {', '.join(unknown)}: there are {', '.join(names())}")
    if args.input is not None and len(args.names) != 1:
        parser.error("--input needs the one NAME that it belongs to")
    return args


if __name__ == "__main__":
    sys.exit(main())
