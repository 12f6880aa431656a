"""How fast are country and network looked up, beside the C reader of MaxMind DB files?

Both answer from the same file, one MMDB of /24 networks that this writes, and must agree on every
address asked. The C reader is asked with ready-made text, as it takes nothing faster; ours with
one column of numbers. The last lines are what a pipeline pays once: loading 700,000 ranges.

    python -m bench.enrich_lookup [--networks 100000] [--addresses 5000000]
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import TypeVar

import maxminddb
import numpy as np
import numpy.typing as npt
from tests.enrich.mmdb_writer import Value, write_mmdb

from gatewatch.enrich.countries import countries, unpack
from gatewatch.enrich.flatten import Spans
from gatewatch.enrich.intake import Intake, read_file
from gatewatch.enrich.ranges import Ranges
from gatewatch.enrich.rows import About
from gatewatch.enrich.tables import load_ranges, save_table

T = TypeVar("T")
ROUNDS = 3
CHECKED = 200_000
Numbers = npt.NDArray[np.int64]


def main() -> None:
    """Prints one line per way and the ratio to the C reader."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--networks", type=int, default=100_000)
    parser.add_argument("--addresses", type=int, default=5_000_000)
    args = parser.parse_args()
    rng = np.random.default_rng(7)
    with tempfile.TemporaryDirectory(prefix="bench-enrich-") as folder:
        path, lake = Path(folder) / "bench.mmdb", Path(folder) / "lake"
        starts = write_networks(path, args.networks, rng)
        taken, intake = timed(lambda: read_file(path), rounds=1)
        print(f"import of {args.networks:,} networks: {taken:.2f} s")
        save_table(lake, "bench", intake, file=path.name)
        ranges = load_ranges(lake)
        assert ranges is not None
        asked = rng.choice(starts, args.addresses) + rng.integers(0, 256, args.addresses)
        compare(path, ranges, asked)
        load(Path(folder) / "loaded", rng)


def write_networks(path: Path, count: int, rng: np.random.Generator) -> Numbers:
    """Writes random /24 networks; returns their first addresses."""
    starts = rng.choice(np.arange(1 << 16, 224 << 16), count, replace=False) << 8
    codes = list(countries())
    networks: dict[str, Value] = {
        f"{dotted(start)}/24": {
            "country_code": codes[int(kind) % len(codes)],
            "autonomous_system_number": int(kind) + 1,
        }
        for start, kind in zip(starts.tolist(), rng.integers(0, 60_000, count), strict=True)
    }
    write_mmdb(path, networks, ip_version=4)
    return starts


def compare(path: Path, ranges: Ranges, asked: Numbers) -> None:
    """Rates of both, and proof that they agree."""
    some = asked[:CHECKED].tolist()
    texts = [dotted(number) for number in some]
    with maxminddb.open_database(path) as reader:
        seconds, records = timed(lambda: [reader.get(text) for text in texts])
    theirs = len(texts) / seconds
    print(f"maxminddb {maxminddb.__version__}, C, text in, dict out: {theirs / 1e6:6.2f} M/s")
    for name, column in (("unsorted", asked), ("sorted", np.sort(asked))):
        rate = len(column) / timed(partial(ranges.lookup4, column))[0]
        print(f"ours, {name:<8}, numbers in and out: {rate / 1e6:6.2f} M/s, {rate / theirs:5.1f}x")
    asn, country = ranges.lookup4(asked[:CHECKED])
    for record, number, code in zip(records, asn.tolist(), country.tolist(), strict=True):
        told = {"country_code": unpack(code), "autonomous_system_number": number}
        assert record == told, (record, told)
    print(f"{len(texts):,} answers agree")


def load(lake: Path, rng: np.random.Generator) -> None:
    """How long loading takes: as many ranges as published tables of network and country have."""
    counts = {"asn": (300_000, 100_000), "country": (200_000, 100_000)}
    for name, sizes in counts.items():
        spans4, spans6 = (made_up(size, name, wide, rng) for wide, size in enumerate(sizes))
        intake = Intake("made up", "", About(), spans4, spans6, {}, sum(sizes), 0, ())
        save_table(lake, name, intake, file="none")
    seconds, _ = timed(lambda: load_ranges(lake))
    print(f"load_ranges, {sum(map(sum, counts.values())):,} ranges in two tables: {seconds:.3f} s")


def made_up(count: int, name: str, wide: int, rng: np.random.Generator) -> Spans:
    """Neighbouring ranges of random length; those of IPv6 are /48 and larger."""
    top = 1 << 32 if not wide else 0x2C00 << 32
    ends = np.unique(rng.integers(0 if not wide else 0x2001 << 32, top, count + 1))
    first, last = ends[:-1].astype(np.uint64), ends[1:].astype(np.uint64) - np.uint64(1)
    told = rng.integers(1, 60_000, len(first))
    asn = told if name == "asn" else told * 0
    country = (told * 0 if name == "asn" else 0x4141 + told % 26).astype(np.int32)
    zero = np.zeros_like(first)
    if not wide:
        return Spans(zero, first, zero, last, asn, country)
    shift = np.uint64(16)
    high_last = last << shift | np.uint64(0xFFFF)
    return Spans(first << shift, zero, high_last, ~zero, asn, country)


def timed(do: Callable[[], T], rounds: int = ROUNDS) -> tuple[float, T]:
    """Median seconds of some rounds, and the last result."""
    taken = []
    for _ in range(rounds):
        started = time.perf_counter()
        result = do()
        taken.append(time.perf_counter() - started)
    return median(taken), result


def dotted(number: int) -> str:
    """The address in dotted form."""
    return f"{number >> 24}.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


if __name__ == "__main__":
    main()
