"""The 25 commonest Server values of one million services: gatewatch beside what people use.

All get the same services in the form that suits them: gatewatch its lake, jq and ripgrep a file of
JSON lines, SQLite a table (with the index that such a query wants), Polars and DuckDB a Parquet
file. Each is a whole process; preparing is not counted. jq and ripgrep come from Debian; Polars
is run when `--polars` names a Python that has it.

    python bench/report_peers.py [--services 1000000] [--rounds 3] [--polars /path/to/python]
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import duckdb

from gatewatch.pipeline.understand import open_lake
from report import build_lake

COLUMNS = "ip, port, asn, country, server, software, vendor, status"
TOP = "sort | uniq -c | sort -rn | head -25"
POLARS = (
    "import sys, polars as pl; print(pl.scan_parquet(sys.argv[1]).group_by('server').len()"
    ".sort('len', descending=True).head(25).collect())"
)
DUCKDB = (
    "import sys, duckdb; print(duckdb.sql(f\"SELECT server, count(*) AS n FROM '{sys.argv[1]}' "
    'GROUP BY ALL ORDER BY n DESC LIMIT 25").fetchall())'
)


def main() -> None:
    """Prepares each form, asks each tool, prints the times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--services", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--polars", help="a Python that has Polars")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-peers-") as name:
        folder = Path(name)
        prepare(folder, args.services)
        commands = peers(folder, args.polars)
        taken: dict[str, list[float]] = {peer: [] for peer in commands}
        for _ in range(args.rounds):
            for peer, command in commands.items():
                started = time.perf_counter()
                subprocess.run(command, check=True, stdout=subprocess.DEVNULL, shell=True)
                taken[peer].append(time.perf_counter() - started)
    ours = median(taken["gatewatch"])
    for peer, times in taken.items():
        print(f"{peer:<22} {median(times):7.2f} s   {median(times) / ours:6.1f} x gatewatch")


def prepare(folder: Path, services: int) -> None:
    """The same services as lake, JSON lines, Parquet and SQLite."""
    info = build_lake(folder / "lake", services)
    with open_lake(folder / "lake").reading([info.id]) as con:
        rows = f"(SELECT {COLUMNS} FROM services JOIN understanding USING (response))"
        con.execute(f"COPY {rows} TO '{folder}/wide.parquet' (FORMAT parquet, COMPRESSION zstd)")
    plain = duckdb.connect()
    plain.execute(f"COPY (FROM '{folder}/wide.parquet') TO '{folder}/services.jsonl' (FORMAT json)")
    plain.execute(f"COPY (FROM '{folder}/wide.parquet') TO '{folder}/services.csv' (HEADER false)")
    script = (
        f"CREATE TABLE services ({COLUMNS});\n.mode csv\n.import {folder}/services.csv services\n"
        "CREATE INDEX by_server ON services (server);\n"
    )
    subprocess.run(["sqlite3", f"{folder}/services.db"], input=script, text=True, check=True)


def peers(folder: Path, polars: str | None) -> dict[str, str]:
    """The command line of each tool that is there."""
    os.environ["LC_ALL"] = "C"
    file, wide = folder / "services.jsonl", folder / "wide.parquet"
    sql = "SELECT server, count(*) AS n FROM services GROUP BY server ORDER BY n DESC LIMIT 25"
    commands = {
        "gatewatch": f"{sys.executable} -m gatewatch report --by server --lake {folder}/lake",
        "DuckDB, wide table": f"{sys.executable} -c {quoted(DUCKDB)} {wide}",
        "SQLite, indexed": f'sqlite3 {folder}/services.db "{sql}"',
        "jq | sort | uniq": f"jq -r '.server // empty' {file} | {TOP}",
    }
    if shutil.which("rg"):
        commands["ripgrep | sort | uniq"] = f"""rg -o '"server":"[^"]*"' {file} | {TOP}"""
    if polars:
        commands["Polars, wide table"] = f"{polars} -c {quoted(POLARS)} {wide}"
    return commands


def quoted(code: str) -> str:
    """`code` as one word of a shell."""
    return "'" + code.replace("'", "'\\''") + "'"


if __name__ == "__main__":
    main()
