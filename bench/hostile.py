"""Does any answer stop an import? 100,000 random and hostile ones, each with its time.

A third are answers of devices with damage, a third are heads and bodies full of one repeated
piece (what patterns and parsers run over for long), a third are random bytes. Each goes the whole
way: read, masked, facts, identity, findings. Time is the processor's, of the slowest of each.

    python bench/hostile.py [--answers 100000] [--seed 1]
"""

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

from gatewatch.identify.catalogue import catalogue
from gatewatch.pipeline.understand import understood
from gatewatch.protocol.masking import mask
from gatewatch.protocol.response import Ending, ResponseReader

sys.path.insert(0, str(Path(__file__).parents[1]))
from fuzz.answers import ANSWERS, TOKENS
from fuzz.mutation import Mutator

HOST = "192.0.2.7"
LONGEST = 16 * 1024


def main() -> None:
    """One line a kind: how many, the usual and the slowest time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answers", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    understood(0, mask(ResponseReader().answer(Ending.CLOSED), ""))  # reads the catalogue
    for kind, source in sources(args.seed).items():
        count = args.answers // 3
        taken = sorted(seconds_for(next(source)) for _ in range(count))
        print(
            f"{count:,} {kind:<9} median {taken[count // 2] * 1e3:6.3f} ms   "
            f"99.9 % {taken[count * 999 // 1000] * 1e3:7.2f} ms   slowest {taken[-1] * 1e3:7.2f} ms"
        )


def sources(seed: int) -> dict[str, Iterator[bytes]]:
    """Endless answers by kind."""
    return {"damaged": damaged(seed), "repeated": repeated(seed), "random": random(seed)}


def damaged(seed: int) -> Iterator[bytes]:
    """Answers of devices with damage."""
    mutator = Mutator(ANSWERS, TOKENS, seed)
    while True:
        yield mutator.one()


def repeated(seed: int) -> Iterator[bytes]:
    """One piece over and over, where a pattern may run: header, realm, title, body."""
    chance = Random(seed)
    pieces = [*TOKENS, *(text.encode() for text in catalogue_texts())]
    frames = (
        b"HTTP/1.1 401 x\r\nServer: %s\r\n\r\n", b'HTTP/1.1 401 x\r\nWWW-Authenticate: Digest %s',
        b"HTTP/1.1 200 OK\r\n%s\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n<title>%s", b"%s",
        b"HTTP/1.1 404 x\r\n\r\n%s",
    )  # fmt: skip
    while True:
        piece = b"".join(chance.choices(pieces, k=chance.randint(1, 3)))
        piece = piece[: chance.randint(1, len(piece))]
        yield chance.choice(frames) % (piece * (LONGEST // len(piece)))


def random(seed: int) -> Iterator[bytes]:
    """Bytes by chance, some behind a status line."""
    chance = Random(seed)
    while True:
        start = chance.choice((b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 401 x\r\nServer: "))
        yield start + chance.randbytes(chance.randint(0, 4096))


def catalogue_texts() -> Iterator[str]:
    """The texts that fingerprints look for."""
    for entries in catalogue().fingerprints.values():
        for entry in entries:
            yield entry.pattern.literal or "a"


def seconds_for(wire: bytes) -> float:
    """What one answer costs, from its bytes to its row."""
    started = time.process_time()
    reader = ResponseReader()
    reader.feed(wire)
    understood(1, mask(reader.answer(Ending.CLOSED), HOST))
    return time.process_time() - started


if __name__ == "__main__":
    main()
