"""How fast is a report over 20 million services, and how much disk do they take?

A lake is written by the product's own ingest from synthetic answers (`answers.py`), and beside
it one wide Parquet table of the same services, as a researcher would make it: every column
spelled out in each row, sorted by address, zstd, written by DuckDB. Both are asked the same
questions in one process, in turn, after a warm-up, and must give the same counts. So are a trend
over twelve snapshots and DuckDB over their twelve files of thin rows, and a whole process of each.

    python bench/report.py [--services 20000000] [--rounds 7] [--trend 1000000]
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt

from answers import KINDS, NETWORKS, PORT, START, kinds_of, line_parts, spread
from gatewatch.formats.given import Given
from gatewatch.formats.read import readers
from gatewatch.model.fields import FIELDS
from gatewatch.model.snapshot import SnapshotInfo, Source
from gatewatch.pipeline.gather import Batch, Gatherer
from gatewatch.pipeline.ingest import ingest
from gatewatch.pipeline.understand import open_lake
from gatewatch.query.parser import parse
from gatewatch.query.scope import scope
from gatewatch.report.crosstab import crosstab
from gatewatch.report.facets import facets
from gatewatch.report.groupings import by_field
from gatewatch.report.looking_back import looking_back
from gatewatch.report.top import top
from gatewatch.report.trend import trend
from gatewatch.store.spool import Columns

Counts = dict[Any, int]
COUNTRIES = [f"{a}{b}" for a in "ABCDEFGHIJKLM" for b in "ABCDEFGHIJKLMNOP"]
PIECE = 1_000_000
QUESTIONS = (
    ("", "server"),
    ("", "software"),
    ("", "vendor"),
    ("", "realm"),
    ("", "status"),
    ("", "risk.band"),
    ("", "country"),
    ("", "asn"),
    ("", "port"),
    ("server:gSOAP", "country"),
)
FACETS = (
    *("country", "asn", "port", "server", "vendor", "model", "device.type", "auth.scheme"),
    "status",
)
FACETED = ("", "server:gSOAP", "ip:0.0.0.0/2")
PAIRS = (("country", "server"), ("country", "vendor"), ("asn", "software"))
WIDE = (
    *("status", "server", "realm", "title", "auth_scheme", "content_type", "software"),
    *("software_version", "vendor", "model", "device_type", "role", "verdict", "risk", "risk_band"),
)
SNAPSHOTS = 12
EMPTY = "import duckdb; duckdb.connect().execute('SELECT 1').fetchall()"


def main() -> None:
    """Builds both, asks both, prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--services", type=int, default=20_000_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--kinds", type=int, default=KINDS, help="so many kinds of answers at most")
    parser.add_argument("--trend", type=int, default=1_000_000, help="services of each snapshot")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-report-") as folder:
        lake, wide = Path(folder) / "lake", Path(folder) / "wide.parquet"
        info = build_lake(lake, args.services, args.kinds)
        build_wide(lake, info, wide)
        sizes(lake, info, wide)
        for query, field in QUESTIONS:
            compare(lake, wide, query, field, args.rounds)
        for query in FACETED:
            compare_facets(lake, wide, query, args.rounds)
        for pair in PAIRS:
            compare_pairs(lake, wide, pair, args.rounds)
        processes(lake, args.rounds)
        history = Path(folder) / "history"
        for _ in range(SNAPSHOTS):
            build_lake(history, args.trend, args.kinds)
        for field in ("server", "vendor"):
            compare_trends(history, field, args.rounds)


def build_lake(lake: Path, count: int, most: int = KINDS) -> SnapshotInfo:
    """A lake of one snapshot of `count` services."""
    started = time.perf_counter()
    done = ingest(lake, batches(count, most), Source("bench"), damaged=lambda: False)
    assert done.info is not None
    print(f"lake of {count:,} services written in {time.perf_counter() - started:.0f} s")
    return done.info


def batches(count: int, most: int) -> Iterator[Batch]:
    """`count` services with their responses, a million at a time."""
    ips, kinds = kinds_of(count)
    kinds %= most
    known, ids = np.unique(kinds), {}
    for kind in known.tolist():
        batch = answer_of(kind)
        ids[kind] = int(batch.rows4.response[0])
        yield Batch(
            empty(), empty(), batch.responses, batch.understood, Counter(), [], {}, records=0
        )
    response = np.array([ids[kind] for kind in known.tolist()])[np.searchsorted(known, kinds)]
    network = (NETWORKS * spread(ips >> 12) ** 2).astype(np.int64)
    country = np.array([ord(code[0]) << 8 | ord(code[1]) for code in COUNTRIES])[
        (len(COUNTRIES) * spread(network) ** 3).astype(np.int64)
    ]
    first = int(START.timestamp()) * 1_000_000
    seconds = np.random.default_rng(3).integers(0, 86_400, count)
    for at in range(0, count, PIECE):
        part = slice(at, at + PIECE)
        zeros = np.zeros(len(ips[part]), dtype=np.int64)
        yield Batch(
            Columns(
                zeros, ips[part], zeros + PORT, first + seconds[part] * 1_000_000, response[part],
                network[part] + 1, country[part],
            ),
            empty(), [], [], Counter(), [], {}, records=len(zeros),
        )  # fmt: skip


@cache
def answer_of(kind: int) -> Batch:
    """One service that gives this kind of answer, understood."""
    gatherer = Gatherer(readers()["zgrab2"], Given("bench"))
    a, b, c = line_parts(kind)
    line = (
        f'{{"ip":"192.0.2.1{a}Fri, 20 Nov 2026 00:00:00 GMT{b}{"a1" * 16}{c}192.0.2.1:{PORT}",'
        f'"path":"/"}},"host":"192.0.2.1:{PORT}"}}}}}},"timestamp":"2026-11-20T00:00:00Z"}}}}}}'
    )
    gatherer.take_lines(line.encode() + b"\n")
    return gatherer.batch()


def empty() -> Columns:
    """No rows."""
    nothing: npt.NDArray[np.int64] = np.zeros(0, dtype=np.int64)
    return Columns(*[nothing] * len(Columns._fields))


def build_wide(lake: Path, info: SnapshotInfo, wide: Path) -> None:
    """The same services, what is understood of each in its row; long lists are left out."""
    understood = ", ".join(f"u.{name}" for name in WIDE)
    with open_lake(lake).reading([info.id]) as con:
        con.execute(
            f"COPY (SELECT s.ip, s.port, s.scan_time, s.asn, s.country, {understood} "
            f"FROM services s JOIN understanding u USING (response) ORDER BY s.ip) TO '{wide}' "
            "(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 1048576)"
        )


def sizes(lake: Path, info: SnapshotInfo, wide: Path) -> None:
    """Bytes on disk, in all and a service."""
    total = sum(path.stat().st_size for path in lake.rglob("*") if path.is_file())
    print(f"lake {total / 1e6:,.0f} MB = {total / info.services:.2f} bytes a service", end="; ")
    print(f"wide table {wide.stat().st_size / info.services:.2f} bytes a service")


def compare(lake: Path, wide: Path, query: str, field: str, rounds: int) -> None:
    """Asks both, prints milliseconds and the ratio."""
    opened = open_lake(lake)
    chosen = scope(parse(query).node, opened.snapshots)
    column = FIELDS[field].column
    condition = "WHERE server ILIKE '%gSOAP%'" if query else ""
    sql = (
        f"SELECT {column}, count(*) AS n FROM '{wide}' {condition} GROUP BY ALL "
        f"ORDER BY n DESC, {column} LIMIT 25"
    )
    plain = duckdb.connect(config={"threads": 2})
    with opened.reading(chosen.ids) as con:

        def ours() -> Counts:
            report = top(con, chosen, by_field(FIELDS[field]), 25)
            found = {bucket.value: bucket.count for bucket in report.buckets}
            return found | ({None: report.missing.count} if report.missing else {})

        def theirs() -> Counts:
            return dict(plain.execute(sql).fetchall())

        first, second = ours(), theirs()
        assert all(first.get(value, count) == count for value, count in second.items())
        a, b = timed(ours, theirs, rounds)
    told(f"report {query or '*'} by {field}", "wide table", a, b)


def compare_facets(lake: Path, wide: Path, query: str, rounds: int) -> None:
    """The 8 most frequent values of nine fields at once, beside a query a field."""
    opened = open_lake(lake)
    chosen = scope(parse(query).node, opened.snapshots)
    condition = {
        "server:gSOAP": "WHERE server ILIKE '%gSOAP%'",
        "ip:0.0.0.0/2": "WHERE ip < 1 << 30",
    }.get(query, "")
    plain = duckdb.connect(config={"threads": 2})
    columns = [FIELDS[name].column for name in FACETS]
    groupings = [by_field(FIELDS[name]) for name in FACETS]
    with opened.reading(chosen.ids) as con:

        def ours() -> Counts:
            return {
                (one.grouping.name, bucket.value): bucket.count
                for one in facets(con, chosen, groupings)
                for bucket in one.buckets
            }

        def theirs() -> Counts:
            return {
                (name, value): count
                for name, column in zip(FACETS, columns, strict=True)
                for value, count in plain.execute(
                    f"SELECT {column}, count(*) AS n FROM '{wide}' {condition} GROUP BY ALL "
                    f"ORDER BY {column} IS NULL, n DESC, {column} LIMIT 8"
                ).fetchall()
                if value is not None
            }

        assert ours() == theirs()
        told(f"facets of {query or '*'}", "wide table", *timed(ours, theirs, rounds))


def compare_pairs(lake: Path, wide: Path, pair: tuple[str, str], rounds: int) -> None:
    """A cross-tab of two fields, 25 by 25, beside the same counts of the wide table."""
    opened = open_lake(lake)
    chosen = scope(parse("").node, opened.snapshots)
    first, second = (FIELDS[name].column for name in pair)
    sql = (
        f"SELECT {first}, {second}, count(*) AS n FROM '{wide}' GROUP BY ALL ORDER BY n DESC "
        "LIMIT 625"
    )
    plain = duckdb.connect(config={"threads": 2})
    groupings = (by_field(FIELDS[pair[0]]), by_field(FIELDS[pair[1]]))
    with opened.reading(chosen.ids) as con:

        def ours() -> Counts:
            table = crosstab(con, chosen, groupings, (25, 25))
            return {
                (line.value, across.value): cell.count
                for line, row in zip(table.rows, table.cells, strict=True)
                for across, cell in zip(table.columns, row, strict=True)
                if line.kind != "other" and across.kind != "other"
            }

        def theirs() -> Counts:
            return {(a, b): n for a, b, n in plain.execute(sql).fetchall()}

        expected = theirs()
        assert all(expected.get(key, count) == count for key, count in ours().items())
        told(f"cross-tab {' x '.join(pair)}", "wide table", *timed(ours, theirs, rounds))


def compare_trends(lake: Path, field: str, rounds: int) -> None:
    """A trend over all snapshots, beside DuckDB over their thin rows."""
    opened = open_lake(lake)
    chosen = looking_back(scope(parse("").node, opened.snapshots), opened.snapshots)
    column = FIELDS[field].column
    understood = ", ".join(f"'{opened.understanding_file(one)}'" for one in opened.response_files())
    sql = (
        f"SELECT thin.filename, {column}, count(*) FROM "
        f"read_parquet('{lake}/snapshots/*/services-*', "
        f"filename = true) AS thin JOIN read_parquet([{understood}]) USING (response) GROUP BY ALL"
    )
    plain = duckdb.connect(config={"threads": 2})
    with opened.reading(chosen.ids) as con:

        def ours() -> Counts:
            found = trend(con, chosen, by_field(FIELDS[field]), 25)
            return {line.value: sum(line.counts) for line in found.series}

        def theirs() -> Counts:
            sums: Counter[Any] = Counter()
            for _, value, n in plain.execute(sql).fetchall():
                sums[value] += n
            return sums

        expected = theirs()
        assert all(expected[value] == count for value, count in ours().items())
        told(f"trend of {field}", "thin files", *timed(ours, theirs, rounds))


def processes(lake: Path, rounds: int) -> None:
    """A whole process that reports, beside one that imports DuckDB and does nothing."""
    report = ["-m", "gatewatch", "report", "--by", "server", "--lake", str(lake)]

    def run(*words: str) -> Callable[[], Counts]:
        def once() -> Counts:
            subprocess.run([sys.executable, *words], check=True, stdout=subprocess.DEVNULL)
            return {}

        return once

    told("process", "empty DuckDB", *timed(run(*report), run("-c", EMPTY), rounds))


def told(what: str, peer: str, ours: float, theirs: float) -> None:
    """Prints milliseconds and the ratio."""
    print(
        f"{what:<28} gatewatch {ours * 1e3:7.1f} ms   {peer} {theirs * 1e3:8.1f} ms   "
        f"ratio {ours / theirs:.2f}"
    )


def timed(ours: Callable[[], Counts], theirs: Callable[[], Counts], rounds: int) -> list[float]:
    """Median seconds of each, run in turn."""
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for place, ask in enumerate((ours, theirs)):
            started = time.perf_counter()
            ask()
            taken[place].append(time.perf_counter() - started)
    return [median(one) for one in taken]


if __name__ == "__main__":
    main()
