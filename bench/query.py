"""What does a query cost: to understand, on answers, on one address, on lists of addresses?

A lake is written as in `report.py` and its snapshot linked twelve times; the same services stand
in a wide Parquet table beside it. Peers are DuckDB's own regular expression over that table and
its plain join of addresses with ranges; all run in turn, warmed up, and must agree.

    python bench/query.py [--services 20000000] [--rounds 5]
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median

import duckdb
import numpy as np

from gatewatch.model.address import Address, Network, parse_network
from gatewatch.model.fields import FIELDS
from gatewatch.model.snapshot import SnapshotInfo
from gatewatch.pipeline.understand import open_lake
from gatewatch.query.compile import where
from gatewatch.query.parser import parse
from gatewatch.query.scope import scope
from gatewatch.query.search import count_services, services
from gatewatch.scan.address_file import read_addresses
from gatewatch.store.kept import Kept
from gatewatch.store.lake import Lake
from gatewatch.store.manifest import load_manifest, save_manifest
from report import build_lake, build_wide

SNAPSHOTS = 12
CIDRS, ADDRESSES = 5_000, 100_000
PATTERN = "^gSOAP/2\\.[0-7]|Server-1[0-9]+/"
QUERY = (
    "services: (port: {7547, 30005} and not country: {Italy, FRA}) "
    f'host.services.cwmp.server =~ "{PATTERN}" software.version<2.8 AS64500'
)


def main() -> None:
    """Builds both, asks, prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--services", type=int, default=20_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    understanding(args.rounds)
    with tempfile.TemporaryDirectory(prefix="bench-query-") as folder:
        lake, wide = Path(folder) / "lake", Path(folder) / "wide.parquet"
        info = build_lake(lake, args.services)
        build_wide(lake, info, wide)
        answers(lake, wide, args.rounds)
        lists(lake, Path(folder) / "list.txt", args.rounds)
        multiply(lake, info)
        one_address(lake, args.rounds)


def understanding(rounds: int) -> None:
    """Text to SQL."""
    taken = timed(lambda: len(where(parse(QUERY).node).text), rounds * 20)
    print(f"parse and compile {len(QUERY)} characters: {taken * 1e3:.2f} ms")


def answers(lake: Path, wide: Path, rounds: int) -> None:
    """A pattern on the distinct responses, beside DuckDB's on every row."""
    opened = open_lake(lake)
    node = parse(f"server=~`{PATTERN}`").node
    plain = duckdb.connect(config={"threads": 2})
    sql = f"SELECT count(*) FROM '{wide}' WHERE regexp_matches(server, ?)"
    with opened.reading(scope(node, opened.snapshots).ids) as con:
        compare(
            "pattern on server",
            lambda: count_services(con, node),
            lambda: int(plain.execute(sql, [PATTERN]).fetchall()[0][0]),
            rounds,
        )


def lists(lake: Path, file: Path, rounds: int) -> None:
    """Thousands of networks beside DuckDB's join on "between"; then addresses of a file."""
    opened = open_lake(lake)
    rng = np.random.default_rng(5)
    lengths = rng.choice([16, 18, 20, 22, 23, 24, 26, 28], CIDRS)
    starts = rng.integers(0x01000000, 0xDF000000, CIDRS) & ~((1 << (32 - lengths)) - 1)
    cidrs = [f"{Address(None, a)}/{n}" for a, n in zip(starts.tolist(), lengths, strict=True)]
    networks = [parse_network(one) for one in cidrs]
    with opened.reading([opened.snapshots[-1].id]) as con:
        node = parse("ip:@list", files=lambda _: networks).node
        compare(
            f"{CIDRS:,} networks",
            lambda: count_services(con, node),
            lambda: joined(con, networks),
            rounds,
        )
        ips = con.execute(f"SELECT ip FROM services USING SAMPLE {ADDRESSES}").fetchall()
        file.write_text("".join(f"{Address(None, ip)}\n" for (ip,) in ips))
        started = time.perf_counter()
        read = [entry.network for entry in read_addresses(file).entries]
        listed = parse("ip:@list", files=lambda _: read).node
        reading = time.perf_counter() - started
        assert count_services(con, listed) == len(set(ips))
        taken = timed(lambda: count_services(con, listed), rounds)
    print(f"{ADDRESSES:,} addresses of a file: read {reading:.2f} s, counted {taken:.2f} s")


def joined(con: duckdb.DuckDBPyConnection, networks: list[Network]) -> int:
    """How many services a plain range join finds, each once."""
    ends = [[one.first.low for one in networks], [one.last.low for one in networks]]
    return int(
        con.execute(
            "SELECT count(*) FROM (SELECT DISTINCT ip, port FROM services JOIN (SELECT "
            "unnest(?::BIGINT[]) AS a, unnest(?::BIGINT[]) AS b) ON ip BETWEEN a AND b)",
            ends,
        ).fetchall()[0][0]
    )


def multiply(lake: Path, info: SnapshotInfo) -> None:
    """The same snapshot under twelve names, its files linked."""
    manifest = load_manifest(lake)
    assert manifest is not None
    infos = [replace(info, id=f"{info.id}-{n}") for n in range(2, SNAPSHOTS + 1)]
    for one in infos:
        folder = lake / "snapshots" / one.id
        folder.mkdir()
        for file in (lake / "snapshots" / info.id).iterdir():
            os.link(file, folder / file.name)
    save_manifest(lake, replace(manifest, snapshots=(info, *infos)))


def one_address(lake: Path, rounds: int) -> None:
    """Hosts through all snapshots, never the same twice: as a server asks, then from nothing."""
    with open_lake(lake).reading([open_lake(lake).snapshots[-1].id]) as con:
        step = max(1, count_services(con, parse("").node) // (2 * rounds + 3))
        numbered = "SELECT ip, row_number() OVER () AS n FROM services"
        sql = f"SELECT ip FROM ({numbered}) WHERE n % {step} = 0"
        ips = iter([ip for (ip,) in con.execute(sql).fetchall()])
    fields = [FIELDS[name] for name in ("snapshot", "ip", "port", "server", "country")]

    def ask(opened: Lake) -> int:
        found = scope(parse(f"{Address(None, next(ips))} snapshot:*").node, opened.snapshots)
        with opened.reading(found.ids) as con:
            return len(list(services(con, found.node, fields, limit=100)))

    kept = replace(open_lake(lake), kept=Kept())
    assert ask(kept) == SNAPSHOTS
    warm = timed(lambda: ask(kept), rounds) * 1e3
    anew = timed(lambda: ask(open_lake(lake)), rounds) * 1e3
    told = f"one address over {SNAPSHOTS} snapshots: {warm:.0f} ms"
    print(f"{told}; the lake opened anew: {anew:.0f} ms")


def compare(what: str, ours: Callable[[], int], theirs: Callable[[], int], rounds: int) -> None:
    """Asks both in turn; prints milliseconds and the ratio."""
    assert ours() == theirs(), what
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for place, ask in enumerate((ours, theirs)):
            started = time.perf_counter()
            ask()
            taken[place].append(time.perf_counter() - started)
    a, b = map(median, taken)
    print(f"{what}: gatewatch {a * 1e3:.1f} ms   DuckDB {b * 1e3:.1f} ms   ratio {a / b:.3f}")


def timed(ask: Callable[[], int], rounds: int) -> float:
    """Median seconds."""
    taken = []
    for _ in range(rounds):
        started = time.perf_counter()
        ask()
        taken.append(time.perf_counter() - started)
    return median(taken)


if __name__ == "__main__":
    main()
