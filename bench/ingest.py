"""How fast is an import, beside what people would write or use instead?

Three programs read the same zgrab2 file in turn, each in a process of its own, and the whole
process is timed, start-up included:
- gatewatch import: masking, interning, identification, sorting, cube, commit;
- the script that everyone writes: orjson and 54 regular expressions for each row, to Parquet;
- DuckDB's own read_json to Parquet, which understands nothing.

    python bench/ingest.py [--rows 1000000] [--rounds 3]
"""

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from answers import write_lines

HERE = Path(__file__).resolve().parent


def main() -> None:
    """Prints one line per program and the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-ingest-") as folder:
        scan = Path(folder) / "scan.jsonl"
        write_lines(args.rows, scan)
        size = scan.stat().st_size
        print(f"{args.rows:,} answers, {size / 1e9:.2f} GB, {os.cpu_count()} cores")
        seconds: dict[str, list[float]] = {}
        peaks: dict[str, int] = {}
        for number in range(args.rounds):
            for name, command in commands(scan, Path(folder) / f"out-{number}"):
                taken, peak = timed(command)
                seconds.setdefault(name, []).append(taken)
                peaks[name] = max(peak, peaks.get(name, 0))
        report(args.rows, seconds, peaks)


def commands(scan: Path, out: Path) -> list[tuple[str, list[str]]]:
    """Name and command line of each program."""
    python = [sys.executable, "-P"]
    duck = (
        "import duckdb; duckdb.execute('SET threads = 2'); duckdb.execute(\"COPY (SELECT * FROM "
        f"read_json('{scan}', format='newline_delimited')) TO '{out}-duck.parquet' "
        '(FORMAT parquet, COMPRESSION zstd)")'
    )
    return [
        ("gatewatch", [*python, "-m", "gatewatch", "import", "--lake", f"{out}-lake", str(scan)]),
        ("naive", [*python, str(HERE / "naive_import.py"), str(scan), f"{out}-naive.parquet"]),
        ("duckdb", [*python, "-c", duck]),
    ]


def timed(command: Sequence[str]) -> tuple[float, int]:
    """Wall seconds, and the peak resident bytes of the process and all its children."""
    environment = os.environ | {"PYTHONPATH": str(HERE.parent / "src")}
    # As on a user's machine, where the second start finds compiled modules.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    peak = 0
    started = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)

    def watch() -> None:
        nonlocal peak
        while process.poll() is None:
            peak = max(peak, sum(map(resident, family(process.pid))))
            time.sleep(0.02)

    watcher = threading.Thread(target=watch)
    watcher.start()
    code = process.wait()
    taken = time.perf_counter() - started
    watcher.join()
    if code:
        sys.exit(f"{' '.join(command)} ended with {code}")
    return taken, peak


def family(pid: int) -> list[int]:
    """The process and its children."""
    try:
        listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(member for child in listed for member in family(int(child)))]


def resident(pid: int) -> int:
    """Resident bytes of a process, 0 when it has gone."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096
    except (OSError, IndexError):
        return 0


def report(rows: int, seconds: dict[str, list[float]], peaks: dict[str, int]) -> None:
    """The table."""
    ours = median(seconds["gatewatch"])
    for name, taken in seconds.items():
        middle = median(taken)
        print(
            f"{name:<10} {middle:6.2f} s ({min(taken):.2f} to {max(taken):.2f})  "
            f"{rows / middle:>9,.0f} answers/s  peak {peaks[name] / 1e6:5.0f} MB  "
            f"gatewatch is {middle / ours:.2f}x as fast"
        )


if __name__ == "__main__":
    main()
