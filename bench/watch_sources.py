"""How many records a second each source of sign-ins reads, beside a naive reader of the same lines.

The naive reader is what one writes first: `json.loads` or one regular expression for an address
on each line, no check of zones, outcomes, hostile users or inside addresses. The lines are those of
the tests' samples, repeated. Rates are per second of processor time, which neighbours disturb less.
`python watch_sources.py [--size N] [SOURCE...]`
"""

import argparse
import json
import re
import sys
from collections.abc import Callable
from datetime import UTC
from io import BytesIO
from pathlib import Path
from time import process_time

from gatewatch.model.address import parse_network
from gatewatch.model.signin import SignIn
from gatewatch.watch.given import Given
from gatewatch.watch.people import People
from gatewatch.watch.sources import sources

SAMPLES = Path(__file__).parents[1] / "tests" / "watch" / "sources" / "samples"
GIVEN = Given(
    "bench",
    lambda: 1_795_520_000_000_000,
    zone=UTC,
    year=2026,
    dates="mdy",
    proxies=(parse_network("192.0.2.8/29"),),
    people=People(table={"a" * 43 + "=": "alice"}),
)
ADDRESS = re.compile(rb"(?:\d{1,3}\.){3}\d{1,3}|[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}")


def naive_json(data: bytes) -> int:
    return sum(bool(json.loads(line)) for line in data.splitlines())


def naive_text(data: bytes) -> int:
    return sum(ADDRESS.search(line) is not None for line in data.splitlines())


def rate(read: Callable[[bytes], int], data: bytes, lines: int) -> tuple[float, int]:
    start = process_time()
    found = read(data)
    return lines / (process_time() - start), found


def repeated(sample: Path, size: int) -> tuple[bytes, int]:
    """About `size` lines; a header stands once."""
    lines = sample.read_bytes().splitlines(keepends=True)
    head = lines[:1] if sample.suffix == ".csv" else []
    body = lines[len(head) :]
    times = max(1, size // len(body))
    return b"".join(head + body * times), times * len(body)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("sources", nargs="*", metavar="SOURCE")
    parser.add_argument("--size", type=int, default=100_000, metavar="N", help="lines a sample")
    args = parser.parse_args()
    print(f"{'sample':32}{'lines/s':>12}{'sign-ins':>10}{'naive/s':>12}{'ratio':>8}")
    for sample in sorted(SAMPLES.iterdir()):
        name = max((one for one in sources() if sample.name.startswith(one)), key=len)
        # Pages and XML are one object of many lines: lines would say nothing about them.
        if sample.suffix in (".json", ".xml") or (args.sources and name not in args.sources):
            continue
        data, lines = repeated(sample, args.size)
        source = sources()[name]

        def ours(data: bytes, read: Callable[..., object] = source.read) -> int:
            return sum(isinstance(one, SignIn) for one in read(BytesIO(data), GIVEN))  # type: ignore[attr-defined]

        ours_rate, found = rate(ours, data, lines)
        naive = naive_json if sample.suffix == ".jsonl" else naive_text
        naive_rate, _ = rate(naive, data, lines)
        print(
            f"{sample.name:32}{ours_rate:12,.0f}{found:10,}{naive_rate:12,.0f}"
            f"{naive_rate / ours_rate:8.1f}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
