"""The join of sign-ins with a snapshot, beside what people would write instead.

The snapshot and the sign-ins are generated: random addresses, one in a hundred sign-ins from an
exposed one. gatewatch reads its own files, as `watch run` does; the DuckDB range join reads the
same Parquet files by one SQL text; the dictionary is plain Python and gets `--naive` sign-ins, its
time is scaled up. Then gatewatch joins 100,000 sign-ins in a warm process.

    python bench/watch_join.py [--signins 10000000] [--services 2000000] [--naive 200000]
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from gatewatch.model.moment import SECOND, parse_moment
from gatewatch.store.durable import fingerprint_of
from gatewatch.store.lake import Lake
from gatewatch.store.schema import connect, literal, parquet
from gatewatch.watch.exposures import load_exposures
from gatewatch.watch.folder import WatchFolder
from gatewatch.watch.joining import join
from gatewatch.watch.listing import Listing, load_listing, save_listing
from gatewatch.watch.signins import COLUMNS, ORDER
from report import build_lake

DAYS = 28
START = parse_moment("2026-11-10T00:00:00Z")
WINDOW = "INTERVAL 1 DAY"


def main() -> None:
    """Generates, asks each, prints times and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--signins", type=int, default=10_000_000)
    parser.add_argument("--services", type=int, default=2_000_000)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--kinds", type=int, default=1000, help="distinct responses")
    parser.add_argument("--naive", type=int, default=200_000)
    parser.add_argument("--only", choices=("ours", "duckdb", "naive"), help=argparse.SUPPRESS)
    parser.add_argument("--place", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.only:
        work(args)
        return
    with tempfile.TemporaryDirectory(prefix="bench-watch-", dir="/var/tmp") as name:
        args.place = Path(name)
        started = time.perf_counter()
        prepare(args)
        print(f"prepared in {time.perf_counter() - started:.0f} s")
        told = {only: measured(only, args) for only in ("ours", "duckdb", "naive")}
        ours = told["ours"]
        print(f"{'':<28}{'seconds':>9}{'MB':>8}{'x gatewatch':>13}")
        for only, (seconds, megabytes) in told.items():
            print(f"{only:<28}{seconds:9.1f}{megabytes:8.0f}{seconds / ours[0]:13.1f}")
        warm(args)


def prepare(args: argparse.Namespace) -> None:
    """A lake, and a folder of watch with sign-ins of four weeks around the snapshot."""
    lake = args.place / "lake"
    build_lake(lake, args.services, args.kinds)
    services = parquet(sorted(lake.glob("snapshots/*/services-*.parquet")))
    folder = WatchFolder(args.place / "watch")
    folder.make()
    folder.key("pseudonyms")
    write_days(folder, services, args.signins, args.people, DAYS)
    few = WatchFolder(args.place / "few")
    few.make()
    few.key("pseudonyms")
    write_days(few, services, 100_000, 1000, DAYS)


def write_days(folder: WatchFolder, services: str, signins: int, people: int, days: int) -> None:
    """Sign-ins spread evenly over days; one in a hundred is from an exposed address."""
    con = connect(threads=2, temp_directory=str(folder.path / "tmp"))
    (seen,) = con.execute(f"SELECT epoch_us(median(scan_time)) FROM {services}").fetchall()
    first = int(seen[0]) - days * 86_400 * SECOND // 2
    first -= first % (86_400 * SECOND)
    con.execute(
        f"CREATE TABLE exposed AS SELECT ip FROM {services} WHERE ip_high IS NULL"
        " USING SAMPLE 100000 ROWS"
    )
    exposed = np.asarray(con.execute("SELECT ip FROM exposed").fetchnumpy()["ip"], dtype=np.int64)
    chance, listed = np.random.default_rng(20261124), {}
    for day in range(days):
        count = signins // days
        ip = chance.integers(16_777_216, 3_758_096_383, count)
        ip[: count // 100] = chance.choice(exposed, count // 100)
        at = first + day * 86_400 * SECOND + chance.integers(0, 86_400 * SECOND, count)
        rows = {"ip": ip, "moment": at, "who": chance.integers(0, people, count)}
        con.register("rows", rows)
        name = time.strftime("%Y-%m-%d", time.gmtime(at[0] // SECOND))
        (folder.signins / name).mkdir(parents=True)
        path = folder.signins / name / "0001.parquet"
        con.execute(
            "COPY (SELECT ip, NULL::BIGINT AS ip_high, who, make_timestamp(moment) AS signin_time,"
            " NULL::TIMESTAMP AS until_time, true AS success, false AS proxied, 'okta' AS source,"
            " 'sign-in' AS kind, 'mail' AS application, 0::BIGINT AS device,"
            f" NULL::VARCHAR AS country FROM rows ORDER BY {ORDER}) TO {literal(path)}"
            " (FORMAT parquet, COMPRESSION zstd)"
        )
        listed[name] = {path.name: fingerprint_of(path)}
        con.unregister("rows")
    con.close()
    assert len(COLUMNS) == 12
    save_listing(folder, Listing(listed))


def measured(only: str, args: argparse.Namespace) -> tuple[float, float]:
    """Seconds and the most megabytes of a whole process."""
    argv = [sys.executable, __file__, "--only", only, "--place", str(args.place)]
    argv += ["--naive", str(args.naive), "--signins", str(args.signins)]
    started = time.perf_counter()
    done = subprocess.run(argv, check=True, capture_output=True, text=True)
    seconds, words = time.perf_counter() - started, done.stdout.split()
    print(f"  {only}: {' '.join(words[2:])}")
    return float(words[0]) or seconds, float(words[1])


def work(args: argparse.Namespace) -> None:
    """One of the peers by itself: prints seconds (0: the whole process), megabytes, result."""
    scaled, told = {"ours": ours, "duckdb": range_join, "naive": dictionary}[args.only](args)
    # Not ru_maxrss, which a process inherits from the one that started it.
    status = Path("/proc/self/status").read_text()
    most = int(status.partition("VmHWM:")[2].split()[0]) / 1024
    print(scaled, most, told)


def ours(args: argparse.Namespace) -> tuple[float, str]:
    """gatewatch, from opening the lake to the matches."""
    done = join(args.place / "watch", Lake.open(args.place / "lake"), least=0.7)
    return 0, f"{done.signins:,} sign-ins, {done.matched:,} matched, {len(done.matches):,} sure"


def range_join(args: argparse.Namespace) -> tuple[float, str]:
    """One SQL text: same address, less than a day apart; no confidence, nothing left out."""
    folder = WatchFolder(args.place / "watch")
    signins = parquet(load_listing(folder).all_files(folder))
    services = parquet(sorted(args.place.glob("lake/snapshots/*/services-*.parquet")))
    con = connect(threads=2, temp_directory=str(args.place / "spill"))
    rows = con.execute(
        f"SELECT count(*) FROM (SELECT DISTINCT who, response FROM {signins} l JOIN {services} s"
        " ON l.ip = s.ip AND l.ip_high IS NOT DISTINCT FROM s.ip_high"
        f" AND signin_time BETWEEN scan_time - {WINDOW} AND scan_time + {WINDOW})"
    ).fetchall()
    return 0, f"{rows[0][0]:,} pairs of person and response"


def dictionary(args: argparse.Namespace) -> tuple[float, str]:
    """A dict of addresses and a loop, its loop's time scaled to all sign-ins."""
    services = parquet(sorted(args.place.glob("lake/snapshots/*/services-*.parquet")))
    folder = WatchFolder(args.place / "watch")
    con, started = connect(), time.perf_counter()
    rows = con.execute(f"SELECT ip, scan_time, response FROM {services}").fetchall()
    known = {ip: (seen, response) for ip, seen, response in rows}
    loading = time.perf_counter() - started
    files = parquet(load_listing(folder).all_files(folder))
    signins = con.execute(f"SELECT who, ip, signin_time FROM {files} LIMIT {args.naive}").fetchall()
    started, found = time.perf_counter(), set()
    for who, ip, at in signins:
        hit = known.get(ip)
        if hit and abs((hit[0] - at).total_seconds()) < 86_400:
            found.add((who, hit[1]))
    looping = (time.perf_counter() - started) * args.signins / max(len(signins), 1)
    return loading + looping, f"{len(found):,} pairs, of {len(signins):,} sign-ins"


def warm(args: argparse.Namespace) -> None:
    """100,000 sign-ins, the snapshot in memory already."""
    lake = Lake.open(args.place / "lake")
    loaded = {info.id: load_exposures(lake, info.id) for info in lake.snapshots}
    taken = []
    for _ in range(3):
        started = time.perf_counter()
        join(args.place / "few", lake, least=0.7, loaded=loaded)
        taken.append(time.perf_counter() - started)
    load = os.getloadavg()[0]
    print(f"100,000 sign-ins, warm: {min(taken):.2f} s (best of 3; load average {load:.1f})")


if __name__ == "__main__":
    main()
