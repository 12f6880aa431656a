"""A laboratory: two network namespaces joined by a cable, with CWMP services in one of them.

The target side owns 198.18.0.0/24 of the benchmark space (RFC 2544), the scanner side stands at
198.19.255.1. No route leads out of either, so nothing that runs inside can reach anybody.
"""

import contextlib
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.real import namespaces
from tests.real.namespaces import NoLaboratory
from tests.real.services import (
    FORBIDDEN,
    PORT,
    SILENT,
    Manner,
    Service,
    Truth,
    services,
)
from tests.real.speakers import serve

__all__ = ["GATEWAY_MAC", "INTERFACE", "SCANNER", "SCANNER_MAC", "TARGETS", "Laboratory", "built"]

INTERFACE = "scan0"
SCANNER, SCANNER_MAC = "198.19.255.1", "02:00:00:00:00:01"
GATEWAY, GATEWAY_MAC = "198.19.255.14", "02:00:00:00:00:02"
# masscan brings its own TCP. At an address that no kernel owns, no kernel resets what it opens.
_SPARE = tuple(f"198.19.255.{number}" for number in range(2, 14))

TARGETS = "198.18.0.0/26"
"""All services, the addresses that do not answer, and closed ones between them."""

_TOOLS = {
    "gcc": "gcc",
    "ip": "iproute2",
    "lighttpd": "lighttpd",
    "masscan": "masscan",
    "mini_httpd": "mini-httpd",
    "nft": "nftables",
    "nmap": "nmap",
    "setpriv": "util-linux",
    "soapcpp2": "gsoap",
    "zmap": "zmap",
}
"""Program and the Debian package that has it."""
_SOURCES = Path(__file__).parent / "gsoap"
_START_LIMIT_S = 10.0
_TICK_S = 0.05


class Laboratory:
    """The scanner's side of a built laboratory."""

    def __init__(self, scanner: str) -> None:
        self._scanner = scanner
        self._spare = list(_SPARE)

    @property
    def open(self) -> set[str]:
        """The addresses where something accepts connections."""
        return {service.address for service in services()}

    @property
    def truth(self) -> dict[str, Truth]:
        """What each address that speaks HTTP says."""
        return {service.address: service.truth for service in services() if service.truth}

    def spare_address(self) -> str:
        """An address on the scanner's side that no kernel owns; another one each time."""
        return self._spare.pop()

    def start(self, argv: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
        """`argv`, running on the scanner's side in the folder of `log`, where its talk goes."""
        return _start(self._scanner, argv, log)

    def run(self, argv: Sequence[str]) -> str:
        """What `argv`, run on the scanner's side, prints."""
        whole = namespaces.command(self._scanner, argv)
        return subprocess.run(whole, capture_output=True, text=True, check=True, timeout=10).stdout

    def ask(self, address: str, request: bytes, limit_s: float = 5.0) -> bytes:
        """All that the service at `address` sends to `request` until it closes."""
        with namespaces.inside(self._scanner, socket.socket) as connection:
            connection.settimeout(limit_s)
            connection.connect((address, PORT))
            connection.sendall(request)
            return b"".join(iter(lambda: connection.recv(65536), b""))


@contextlib.contextmanager
def built(folder: Path) -> Iterator[Laboratory]:
    """A laboratory with every service running; `folder` holds what that needs.

    All of it is taken down again however the block ends. Programs die with this process, and
    what a killed one leaves behind the next one removes. Raises NoLaboratory, one line, when a
    program or a privilege is missing.
    """
    _check_machine()
    namespaces.remove_stale()
    with contextlib.ExitStack() as undo:
        target, scanner = (_namespace(side, undo) for side in ("target", "scanner"))
        _join(target, scanner)
        laboratory = Laboratory(scanner)
        for service in services():
            if service.manner is Manner.PROGRAM:
                _run_program(service, target, folder, undo)
            else:
                _speak(service, target, undo)
        undo.enter_context(_ticking(target))
        yield laboratory


def _check_machine() -> None:
    if os.geteuid():
        raise NoLaboratory("network namespaces need root: run ./check as root")
    missing = sorted({deb for tool, deb in _TOOLS.items() if shutil.which(tool) is None})
    if not Path("/usr/include/stdsoap2.h").exists():
        missing.append("libgsoap-dev")
    if missing:
        raise NoLaboratory(f"missing {', '.join(missing)}: run ./check as root, it installs them")


def _namespace(side: str, undo: contextlib.ExitStack) -> str:
    name = namespaces.add(side)
    undo.callback(namespaces.remove, name)
    return name


def _join(target: str, scanner: str) -> None:
    peer = ("peer", "name", "wan0", "address", GATEWAY_MAC, "netns", target)
    namespaces.ip(
        *("link", "add", INTERFACE, "address", SCANNER_MAC, "type", "veth", *peer),
        namespace=scanner,
    )
    for name, device, address in ((scanner, INTERFACE, SCANNER), (target, "wan0", GATEWAY)):
        namespaces.ip("address", "add", f"{address}/28", "dev", device, namespace=name)
        namespaces.ip("link", "set", device, "up", namespace=name)
    namespaces.ip("route", "add", "198.18.0.0/24", "via", GATEWAY, namespace=scanner)
    namespaces.ip("route", "add", "local", "198.18.0.0/24", "dev", "lo", namespace=target)
    # Only what forwards sends ICMP notices about what it may not forward, one a second by default.
    for setting, value in (("conf/all/forwarding", "1"), ("icmp_ratelimit", "0")):
        namespaces.set_ipv4(target, setting, value)
    for kind, address in (("blackhole", SILENT), ("prohibit", FORBIDDEN)):
        namespaces.ip("route", "add", kind, address, "table", "local", namespace=target)
    # masscan answers ARP, but not in its first second.
    for address in _SPARE:
        namespaces.ip(
            *("neighbour", "add", address, "lladdr", SCANNER_MAC, "dev", "wan0"), namespace=target
        )


def _start(namespace: str, argv: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as talk:
        return subprocess.Popen(
            namespaces.command(namespace, argv),
            stdin=subprocess.DEVNULL,
            stdout=talk,
            stderr=subprocess.STDOUT,
            cwd=log.parent,
            # Ctrl-C is for the tests; they end what they started.
            start_new_session=True,
        )


def _run_program(service: Service, target: str, folder: Path, undo: contextlib.ExitStack) -> None:
    log = folder / f"{service.name}.log"
    process = _start(target, _PROGRAMS[service.name](service, folder), log)
    undo.callback(process.wait)
    undo.callback(process.kill)
    deadline = time.monotonic() + _START_LIMIT_S
    while not namespaces.inside(target, lambda: _accepts(service.address)):
        if process.poll() is not None or time.monotonic() > deadline:
            raise NoLaboratory(f"{service.name} does not start: {log.read_text()[-300:]}")
        time.sleep(0.02)


def _accepts(address: str) -> bool:
    with socket.socket() as connection:
        return connection.connect_ex((address, PORT)) == 0


def _speak(service: Service, target: str, undo: contextlib.ExitStack) -> None:
    listener = namespaces.inside(
        target, lambda: socket.create_server((service.address, PORT), backlog=64)
    )
    undo.callback(listener.close)
    undo.callback(listener.shutdown, socket.SHUT_RDWR)
    serve(listener, service)


@contextlib.contextmanager
def _ticking(target: str) -> Iterator[None]:
    """A packet on the cable every so often, as on any real one.

    masscan looks at its clocks when a packet arrives: on a silent interface it neither times
    its connections out nor ends when it has been told how long to wait.
    """
    stop = threading.Event()
    with namespaces.inside(target, lambda: socket.socket(type=socket.SOCK_DGRAM)) as ticker:

        def tick() -> None:
            while not stop.wait(_TICK_S):
                ticker.sendto(b"", (_SPARE[0], 9))

        thread = threading.Thread(target=tick, daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()


def _gsoap(service: Service, folder: Path) -> list[str]:
    """Generates, compiles and runs the door in `gsoap/`, with the service's realm."""
    program = folder / "gsoap" / "connection"
    if not program.exists():
        shutil.copytree(_SOURCES, program.parent)
        _build("soapcpp2", "-c", "-S", "-x", "-L", "connection.h", cwd=program.parent)
        sources = ("connection.c", "soapC.c", "soapServer.c")
        _build("gcc", "-O1", "-o", "connection", *sources, "-lgsoap", cwd=program.parent)
    realm = service.truth and service.truth.realm
    return [str(program), service.address, str(PORT), *([realm] if realm else [])]


def _build(*argv: str, cwd: Path) -> None:
    done = subprocess.run(argv, cwd=cwd, capture_output=True, text=True, timeout=60)
    if done.returncode:
        raise NoLaboratory(f"{argv[0]} fails on the gSOAP service: {done.stderr[-500:]}")


def _mini_httpd(service: Service, folder: Path) -> list[str]:
    place = ["-h", service.address, "-p", str(PORT), "-d", str(_page(folder))]
    return ["mini_httpd", "-D", "-u", "root", "-T", "UTF-8", *place]


def _lighttpd(service: Service, folder: Path) -> list[str]:
    settings = folder / "lighttpd.conf"
    settings.write_text(
        f'server.document-root = "{_page(folder)}"\nserver.bind = "{service.address}"\n'
        f'server.port = {PORT}\nindex-file.names = ("index.html")\n'
    )
    return ["lighttpd", "-D", "-f", str(settings)]


def _page(folder: Path) -> Path:
    """A folder with the page that both web servers serve."""
    root = folder / "page"
    root.mkdir(exist_ok=True)
    (root / "index.html").write_text("hi\n")
    return root


_PROGRAMS = {
    "gsoap-fault": _gsoap,
    "gsoap-challenge": _gsoap,
    "mini-httpd": _mini_httpd,
    "lighttpd": _lighttpd,
}
