"""How long does a reader wait for a page, with three others beside?

A lake is written by the product's own ingest (`report.py`), `gatewatch serve` runs in a process of
its own, and four clients ask in turn for each page, each request another one of its kind, so that
nothing is answered from memory of ours. Beside each 95th percentile stands that of the plainest
page of the same server, which reads no lake, and the ratio of both: what the question itself costs.

    python bench/web.py [--services 1000000] [--requests 200] [--clients 4]
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from urllib.parse import urlencode

import httpx

from report import COUNTRIES, build_lake

SERVERS = ("gSOAP", "RomPager", "mini_httpd", "micro_httpd")
FIELDS = ("server", "country", "vendor", "asn", "software", "status", "realm", "risk.band")


def pages() -> dict[str, list[str]]:
    """By kind the addresses that are asked for in turn."""
    queries = [f"country:{one} server:{kind}" for one in COUNTRIES[:25] for kind in SERVERS]
    hosts = [f"{a}.{b}.7.9" for a in (11, 23, 45, 67) for b in range(50)]
    return {
        "fields (no lake)": ["/fields?word=tls"],
        "start": ["/"],
        "search page": [f"/search?{urlencode({'q': one})}" for one in queries],
        "search page, all": ["/search"],
        "report page": [f"/report?by={one}" for one in FIELDS],
        "host page": [f"/host/{one}" for one in hosts],
        "api count": [f"/api/v1/count?{urlencode({'q': one})}" for one in queries],
        "api search": [f"/api/v1/search?{urlencode({'q': one})}" for one in queries],
        "api report": [f"/api/v1/report?by={one}" for one in FIELDS],
        "api cross-tab": ["/api/v1/report?by=country&by=server&n=25"],
        "api host": [f"/api/v1/host/{one}" for one in hosts],
    }


@contextmanager
def served(lake: Path) -> Iterator[tuple[str, float]]:
    """A server's address, and how many seconds its first answer took."""
    begun = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "gatewatch", "serve", "--port", "0", "--lake", str(lake)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip().rstrip("/")
        httpx.get(f"{url}/fields", timeout=60)
        yield url, time.perf_counter() - begun
    finally:
        process.terminate()
        process.wait()


def timed(client: httpx.Client, address: str) -> tuple[float, int, int]:
    """Seconds, status, bytes of one request."""
    begun = time.perf_counter()
    answer = client.get(address)
    return time.perf_counter() - begun, answer.status_code, len(answer.content)


def asked(url: str, addresses: Sequence[str], requests: int, clients: int) -> str:
    """One line: 95th percentile, median, weight, and what did not work."""
    with httpx.Client(base_url=url, timeout=120) as client, ThreadPoolExecutor(clients) as pool:
        timed(client, addresses[0])
        wanted = islice(cycle(addresses), requests)
        found = sorted(pool.map(lambda one: timed(client, one), wanted))
    times = [seconds for seconds, _, _ in found]
    bad = sum(status not in (200, 404) for _, status, _ in found)
    late = times[min(int(len(times) * 0.95), len(times) - 1)]
    return f"{late * 1000:8.0f} {times[len(times) // 2] * 1000:8.0f} " + (
        f"{max(size for _, _, size in found) / 1000:8.0f}  {f'{bad} failed' if bad else ''}"
    )


def main() -> None:
    """Builds, serves, asks, prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--services", type=int, default=1_000_000)
    parser.add_argument("--requests", type=int, default=200)
    parser.add_argument("--clients", type=int, default=4)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        lake = Path(folder) / "lake"
        build_lake(lake, args.services)
        with served(lake) as (url, start):
            print(f"{args.services:,} services, {args.clients} clients, {args.requests} requests")
            print(f"start to the first answer: {start:.2f} s")
            print(f"{'':20} {'p95 ms':>8} {'p50 ms':>8} {'KB':>8}")
            plain = 0.0
            for name, addresses in pages().items():
                line = asked(url, addresses, args.requests, args.clients)
                late = float(line.split()[0])
                plain = plain or late
                print(f"{name:20} {line} x{late / plain:.1f}")


if __name__ == "__main__":
    main()
