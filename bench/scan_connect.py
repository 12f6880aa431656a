"""How fast does the connect engine ask, beside what else one would write or run?

Targets are 131,072 addresses of one process in a network namespace that this makes (root, gcc,
nftables), so nothing leaves the machine. Every client asks other addresses, one after the other,
500 at a time, and must get every answer; beside hosts a second stands the processor time a host
cost, user and system, which the target's share of the same machine disturbs less. Then silent
space, against what sockets and timeout allow; and two processes against one.

aiohttp and uvloop run when `--peers` names a Python that has them, nmap where it is installed.

    python scan_connect.py [--hosts 20000] [--peers /path/to/python]
"""

import argparse
import asyncio
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

PORT = 7547
AT_A_TIME = 500
FIRST = 198 << 24 | 18 << 16
NMAP_HOSTS = 5_000
SCAN_RATE = 20_000
SILENT_ROOM = 5_000
# Long enough that the last silences and second looks, five seconds, weigh little.
SILENT_S = 60.0
SCANNER, TARGET = "198.20.255.1", "198.20.255.2"
SILENCE = "table ip bench { chain c { type filter hook prerouting priority -300;\n%s drop\n}\n}"
HERE = Path(__file__).resolve()


class Figures(NamedTuple):
    """What one client came to."""

    hosts: int
    answered: int
    wall: float
    cpu: float

    @property
    def rate(self) -> float:
        """Hosts a second."""
        return self.hosts / self.wall


def dotted(number: int) -> str:
    """An address."""
    return f"{number >> 24}.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def main() -> None:
    """Runs all clients and prints them side by side."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hosts", type=int, default=20_000)
    parser.add_argument("--peers", default="")
    parser.add_argument("--client", default="", help=argparse.SUPPRESS)
    parser.add_argument("--first", type=int, default=FIRST, help=argparse.SUPPRESS)
    parser.add_argument("--processes", type=int, default=1, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.client:
        answered = CLIENTS[args.client](args)
        print(json.dumps({"answered": answered}))
        return
    with network() as inside:
        compare(inside, args)


def compare(inside: list[str], args: argparse.Namespace) -> None:
    """The three questions."""
    plans = [("ours", "ours", sys.executable, args.hosts, 1)]
    if args.peers:
        plans.append(("aiohttp + uvloop", "aiohttp", args.peers, args.hosts // 4, 1))
    plans.append(("asyncio streams", "streams", sys.executable, args.hosts // 2, 1))
    plans.append(("ours, 1 process", "scan", sys.executable, 2 * args.hosts, 1))
    plans.append(("ours, 2 processes", "scan", sys.executable, 2 * args.hosts, 2))
    first, found = FIRST, {}
    for name, client, python, hosts, processes in plans:
        found[name] = measured(inside, client, python, first, hosts, processes)
        first += hosts
    if shutil.which("nmap"):
        found["nmap +http-headers"] = nmap(inside, first)
    print(f"{'all answer':<20} {'hosts/s':>9} {'CPU us/host':>12} {'answered':>9} {'ours is':>8}")
    for name, one in found.items():
        ratio = found["ours"].rate / one.rate
        share = one.answered / one.hosts
        cost = 1e6 * one.cpu / one.hosts
        print(f"{name:<20} {one.rate:>9,.0f} {cost:>12,.0f} {share:>9.2%} {ratio:>7.1f}x")
    two = found["ours, 2 processes"].rate / found["ours, 1 process"].rate
    print(f"two processes are {two:.2f}x one (start-up, plan, book and checkpoint included)")
    hosts = int(SILENT_ROOM / 1.95 * SILENT_S)
    subprocess.run([*inside[1:], "nft", SILENCE % "ip daddr 198.18.0.0/15"], check=True)
    one = measured(inside, "silent", sys.executable, FIRST, hosts, 1)
    bound = SILENT_ROOM / 1.95
    print(
        f"silent space: {one.rate:,.0f}/s of {bound:,.0f}/s that {SILENT_ROOM:,} sockets and 1.95 s"
        f" allow = {one.rate / bound:.0%}, {1e6 * one.cpu / one.hosts:,.0f} us/host"
    )


def measured(
    inside: list[str], client: str, python: str, first: int, hosts: int, processes: int
) -> Figures:
    """One client, in a process of its own on the scanner's side."""
    argv = [python, str(HERE), "--client", client, "--first", str(first), "--hosts", str(hosts)]
    return timed([*namespace(inside), *argv, "--processes", str(processes)], hosts)


def nmap(inside: list[str], first: int) -> Figures:
    """nmap's own HTTP script, forced onto the port."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as targets:
        targets.write("\n".join(map(dotted, range(first, first + NMAP_HOSTS))))
        targets.flush()
        argv = ["nmap", "-n", "-Pn", "-T5", "-p", str(PORT), "--script", "+http-headers"]
        command = [*namespace(inside), *argv, "-iL", targets.name, "-oG", "/dev/null"]
        return timed(command, NMAP_HOSTS, b"Server: gSOAP/2.7")


def namespace(inside: list[str]) -> list[str]:
    """The command that runs what follows on the scanner's side."""
    return ["ip", "netns", "exec", inside[0]]


def timed(argv: list[str], hosts: int, sign: bytes = b"") -> Figures:
    """Runs `argv`; what counts as answered is `sign` in its output, or what it prints."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    done = subprocess.run(argv, check=True, stdout=subprocess.PIPE, timeout=300)
    wall = time.monotonic() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    answered = done.stdout.count(sign) if sign else json.loads(done.stdout)["answered"]
    return Figures(hosts, answered, wall, cpu)


def ours(args: argparse.Namespace) -> int:
    """Gate, book and engine of one process, as a worker has them."""
    with tempfile.TemporaryDirectory() as place:
        return len(list(follow(args, Path(place), AT_A_TIME)))


def silent(args: argparse.Namespace) -> int:
    """The same, where nobody answers."""
    with tempfile.TemporaryDirectory() as place:
        return len(list(follow(args, Path(place), SILENT_ROOM)))


def follow(args: argparse.Namespace, place: Path, room: int) -> Iterator[object]:
    """Every observation."""
    from gatewatch.model.observation import Observation
    from gatewatch.scan.book import Book
    from gatewatch.scan.connecting import ConnectEngine
    from gatewatch.scan.gate import Gate
    from gatewatch.scan.live import LiveExclusions
    from gatewatch.scan.plan import make_plan

    scope, nobody = place / "scope.txt", place / "nobody.txt"
    scope.write_text(f"{dotted(args.first)}-{dotted(args.first + args.hosts - 1)}\n")
    nobody.touch()
    plan = make_plan(scope, None, contact=None, lab=True, rate=1_000_000, fast=True)
    shard = plan.part()
    book = Book(place / "part", len(shard))
    gate = Gate(plan, shard, book, LiveExclusions([nobody], time.monotonic()))
    engine = ConnectEngine(plan, gate, stopped=lambda: False, tick=book.tick, room=room)
    for result in engine.results():
        gate.enter(result)
        if isinstance(result.record, Observation):
            yield result
    book.checkpoint()


def scan(args: argparse.Namespace) -> int:
    """A whole scan in as many processes as told."""
    from gatewatch.scan.folder import ScanFolder
    from gatewatch.scan.plan import make_plan
    from gatewatch.scan.run import Scan

    with tempfile.TemporaryDirectory() as place:
        scope = Path(place, "scope.txt")
        scope.write_text(f"{dotted(args.first)}-{dotted(args.first + args.hosts - 1)}\n")
        # One listener has one queue for all who knock: it holds as many as this rate brings.
        plan = make_plan(
            scope, None, contact=None, lab=True, rate=SCAN_RATE, processes=args.processes
        )
        return Scan(ScanFolder.create(Path(place, "scan"), plan)).run().http


def streams(args: argparse.Namespace) -> int:
    """asyncio streams on the standard loop, 500 at a time."""

    async def ask(address: str) -> bool:
        reader, writer = await asyncio.wait_for(asyncio.open_connection(address, PORT), 10)
        writer.write(f"GET / HTTP/1.1\r\nHost: {address}:{PORT}\r\n\r\n".encode())
        head = await asyncio.wait_for(reader.read(4096), 10)
        writer.close()
        return head.startswith(b"HTTP/1.1 401")

    return asyncio.run(pooled(args, ask))


def aiohttp(args: argparse.Namespace) -> int:
    """aiohttp on uvloop, connections not reused, 500 at a time."""
    import aiohttp as peer  # type: ignore[import-not-found, unused-ignore]
    import uvloop  # type: ignore[import-not-found, unused-ignore]

    async def all_of() -> int:
        connector = peer.TCPConnector(limit=0, force_close=True)
        async with peer.ClientSession(connector=connector) as session:

            async def ask(address: str) -> bool:
                async with session.get(f"http://{address}:{PORT}/") as answer:
                    await answer.read()
                    return bool(answer.status == 401)

            return await pooled(args, ask)

    return int(uvloop.run(all_of()))


async def pooled(args: argparse.Namespace, ask: Callable[[str], Awaitable[bool]]) -> int:
    """Asks all, so many at a time; returns how many answered."""
    addresses = map(dotted, range(args.first, args.first + args.hosts))
    answered = 0

    async def one_after_the_other() -> None:
        nonlocal answered
        for address in addresses:
            try:
                one = await ask(address)
            except (OSError, TimeoutError):
                continue
            answered += one

    await asyncio.gather(*(one_after_the_other() for _ in range(AT_A_TIME)))
    return answered


CLIENTS = {"ours": ours, "silent": silent, "scan": scan, "streams": streams, "aiohttp": aiohttp}


@contextmanager
def network() -> Iterator[list[str]]:
    """Two namespaces and the targets; gives [scanner, *command that runs on the target's side]."""
    scanner, target = (f"gatewatch-{time.time_ns() % 10**9}-{side}" for side in ("s", "t"))
    with ExitStack() as undo:
        for name in (scanner, target):
            ip("netns", "add", name)
            undo.callback(ip, "netns", "del", name)
            ip("-n", name, "link", "set", "lo", "up")
        ip(
            "-n",
            scanner,
            "link",
            "add",
            "s0",
            "type",
            "veth",
            "peer",
            "name",
            "t0",
            "netns",
            target,
        )
        for name, device, own in ((scanner, "s0", SCANNER), (target, "t0", TARGET)):
            ip("-n", name, "address", "add", f"{own}/28", "dev", device)
            ip("-n", name, "link", "set", device, "up")
        ip("-n", scanner, "route", "add", "198.18.0.0/15", "via", TARGET)
        ip("-n", target, "route", "add", "local", "198.18.0.0/15", "dev", "lo")
        folder = undo.enter_context(tempfile.TemporaryDirectory())
        program = Path(folder, "targets")
        subprocess.run(
            ["gcc", "-O2", "-o", str(program), str(HERE.with_name("scan_targets.c"))], check=True
        )
        on_target = ["ip", "netns", "exec", target]
        server = subprocess.Popen([*on_target, str(program), str(PORT)])
        undo.callback(server.wait)
        undo.callback(server.kill)
        time.sleep(0.3)
        yield [scanner, *on_target]


def ip(*words: str) -> None:
    """`ip WORDS`."""
    subprocess.run(["ip", *words], check=True)


if __name__ == "__main__":
    main()
