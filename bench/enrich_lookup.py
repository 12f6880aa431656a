"""How fast are country and network looked up, beside the C reader of MaxMind DB files?

Both answer from the same files, MMDBs of /24 and of /48 networks that this writes, and must agree
on every address that both are asked. Ours is asked for all addresses at once, as columns of
numbers; the C reader call by call, with ready-made text, as it takes nothing faster, and for a part
of them, since its rate does not depend on how many follow. The last lines are what a pipeline pays
once: loading 700,000 ranges.

    python -m bench.enrich_lookup [--networks 100000] [--addresses 20000000]
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from functools import partial
from ipaddress import IPv4Address, IPv6Address
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
# What both are asked.
CHECKED = {4: 1_000_000, 6: 200_000}
# For each IPv6 address so many IPv4 ones: few devices are reached by IPv6.
PER_V6 = 10
Numbers = npt.NDArray[np.int64]


def main() -> None:
    """Prints one line per way and the ratio to the C reader."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--networks", type=int, default=100_000)
    parser.add_argument("--addresses", type=int, default=20_000_000)
    args = parser.parse_args()
    rng = np.random.default_rng(7)
    with tempfile.TemporaryDirectory(prefix="bench-enrich-") as folder:
        for family, count in ((4, args.addresses), (6, args.addresses // PER_V6)):
            path, lake = Path(folder) / f"bench{family}.mmdb", Path(folder) / f"lake{family}"
            starts = write_networks(path, args.networks, family, rng)
            taken, intake = timed(partial(read_file, path), rounds=1)
            print(f"IPv{family}: import of {args.networks:,} networks: {taken:.2f} s")
            save_table(lake, "bench", intake, file=path.name)
            ranges = load_ranges(lake)
            assert ranges is not None
            asked = rng.choice(starts, count) + rng.integers(0, 256, count) * (family == 4)
            compare(path, ranges, family, asked)
        load(Path(folder) / "loaded", rng)


def write_networks(path: Path, count: int, family: int, rng: np.random.Generator) -> Numbers:
    """Writes random /24 or /48 networks; returns their first addresses, of IPv6 the upper half."""
    codes = list(countries())
    if family == 4:
        starts = rng.choice(np.arange(1 << 16, 224 << 16), count, replace=False) << 8
    else:
        starts = (0x20010000 << 32) + (rng.choice(1 << 28, count, replace=False) << 16)
    length = {4: 24, 6: 48}[family]
    networks: dict[str, Value] = {
        f"{IPv4Address(start) if family == 4 else IPv6Address(start << 64)}/{length}": {
            "country_code": codes[int(kind) % len(codes)],
            "autonomous_system_number": int(kind) + 1,
        }
        for start, kind in zip(starts.tolist(), rng.integers(0, 60_000, count), strict=True)
    }
    write_mmdb(path, networks, ip_version=family)
    return starts


def compare(path: Path, ranges: Ranges, family: int, asked: Numbers) -> None:
    """Rates of both, and proof that they agree."""
    some = asked[: CHECKED[family]]
    texts = [written(number, family) for number in some.tolist()]
    with maxminddb.open_database(path) as reader:
        seconds, records = timed(lambda: [reader.get(text) for text in texts], rounds=1)
    theirs = len(texts) / seconds
    version = maxminddb.__version__
    print(f"maxminddb {version}, C, {len(texts):,} texts in, dicts out: {theirs / 1e6:6.2f} M/s")
    look = partial(_look, ranges, family)
    for name, column in (("unsorted", asked), ("sorted", np.sort(asked))):
        rate = len(column) / timed(partial(look, column))[0]
        print(
            f"ours, {name:<8}, {len(column):,} numbers in and out: {rate / 1e6:6.2f} M/s, "
            f"{rate / theirs:5.1f}x"
        )
    asn, country = look(some)
    for record, number, code in zip(records, asn.tolist(), country.tolist(), strict=True):
        told = {"country_code": unpack(code), "autonomous_system_number": number}
        assert record == told, (record, told)
    print(f"{len(texts):,} answers agree")


def _look(ranges: Ranges, family: int, column: Numbers) -> tuple[Numbers, npt.NDArray[np.int32]]:
    if family == 4:
        return ranges.lookup4(column)
    return ranges.lookup6(column, column ^ np.int64(0x1234))


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


def written(number: int, family: int) -> str:
    """An IPv4 address, or the upper half of an IPv6 one with a lower half made of it, as text."""
    if family == 4:
        return str(IPv4Address(number))
    return str(IPv6Address(number << 64 | (number ^ 0x1234) % (1 << 64)))


if __name__ == "__main__":
    main()
