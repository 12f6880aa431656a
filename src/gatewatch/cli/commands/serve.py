"""`gatewatch serve`: pages and API of the lake, on loopback unless told otherwise."""

import argparse
import errno
import ipaddress
import logging
import signal
import socket
import ssl
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from gatewatch.cli.progress import say
from gatewatch.cli.settings import (
    CATALOGUE,
    LISTEN,
    NAMES,
    WATCH,
    add_lake_option,
    add_option,
    lake_of,
    setting,
)
from gatewatch.model.errors import AddressTaken, BadArguments, Exit, InputUnreadable

if TYPE_CHECKING:
    from gatewatch.web.site import Site

HELP = "Serve the lake's pages and API to browsers and programs, until Ctrl-C."
EXAMPLES = (
    "gatewatch serve",
    "gatewatch serve --port 8080",
    "gatewatch serve --listen 192.0.2.10 --names web.example.org --cert web.pem --key web.key",
)

PORT = 8474
_MOST_CONNECTIONS = 256
_LONGEST_HEADERS = 32 << 10
_PATIENCE_S = 30.0
_IDLE_S = 15
_GRACE_S = 3
_WHY = {
    errno.EADDRINUSE: ("another program is there", "choose another --port, or 0 for any free one"),
    errno.EACCES: ("this port is not yours to take", "choose a --port above 1023"),
    errno.EADDRNOTAVAIL: ("this machine has no such address", "see its addresses with: ip addr"),
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Where to listen, under which names, with which certificate."""
    parser.add_argument(
        "--port", type=int, default=PORT, metavar="N", help=f"port, 0: any (default: {PORT})"
    )
    add_option(parser, LISTEN)
    add_option(parser, NAMES)
    add_option(parser, WATCH)
    parser.add_argument("--cert", type=Path, metavar="FILE", help="certificates for HTTPS, PEM")
    parser.add_argument("--key", type=Path, metavar="FILE", help="its private key, PEM")
    parser.add_argument(
        "--plain-http",
        action="store_true",
        help="beyond loopback without HTTPS: passwords and data can be read on the way",
    )
    parser.add_argument(
        "--proxy",
        metavar="ADDRESS",
        help="a reverse proxy that ends HTTPS in front and names the client",
    )
    parser.add_argument(
        "--timeout",
        type=float,
        default=_PATIENCE_S,
        metavar="SECONDS",
        help=f"how long one question may take (default: {_PATIENCE_S:g})",
    )
    add_lake_option(parser)


def run(args: argparse.Namespace) -> int:
    """Prints the address on stdout when it listens; ends well on Ctrl-C."""
    import uvicorn

    from gatewatch.web.app import application

    _require_files(args)
    site = _site(args)
    listening = _listen(args)
    scheme = "https" if args.cert else "http"
    config = uvicorn.Config(
        application(site),
        http="h11",
        loop="asyncio",
        lifespan="off",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(args.proxy),
        forwarded_allow_ips=args.proxy,
        limit_concurrency=_MOST_CONNECTIONS,
        timeout_keep_alive=_IDLE_S,
        timeout_graceful_shutdown=_GRACE_S,
        h11_max_incomplete_event_size=_LONGEST_HEADERS,
        ssl_certfile=args.cert,
        ssl_keyfile=args.key,
    )
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="gatewatch: %(message)s")
    print(f"{scheme}://{_shown(listening)}/", flush=True)
    say(_note(site), args)
    before = signal.signal(signal.SIGTERM, _stop)
    try:
        uvicorn.Server(config).run(sockets=[listening])
    except KeyboardInterrupt:
        say("serve: ended", args)
    finally:
        signal.signal(signal.SIGTERM, before)
        listening.close()
    return Exit.FOUND


def _stop(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _site(args: argparse.Namespace) -> "Site":
    """What may be asked by whom; raises BadArguments where that would not be safe."""
    from gatewatch.web.people.book import Book, book_of
    from gatewatch.web.site import Site

    address, names = setting(LISTEN, args), setting(NAMES, args)
    lake = lake_of(args)
    beyond = not ipaddress.ip_address(address).is_loopback or bool(names) or bool(args.proxy)
    secure = bool(args.cert or args.proxy)
    if beyond and not secure and not args.plain_http:
        raise BadArguments(
            where="serve",
            what="beyond loopback passwords would travel in the clear",
            mend="give --cert and --key, or --proxy for one that ends HTTPS, or --plain-http",
        )
    if beyond and Book(book_of(lake)).is_without_entrance():
        raise BadArguments(
            where="serve",
            what="beyond loopback people have to log in, and nobody is known",
            mend='"gatewatch user add NAME" first, or "gatewatch token create" for a program',
        )
    hosts = (*names, *([] if ipaddress.ip_address(address).is_unspecified else [address]))
    return Site(
        lake=lake,
        overlay=setting(CATALOGUE, args),
        watch=setting(WATCH, args),
        people=book_of(lake),
        hosts=hosts,
        login=beyond,
        proxy=bool(args.proxy),
        secure=secure,
        seconds=args.timeout,
    )


def _require_files(args: argparse.Namespace) -> None:
    if bool(args.cert) != bool(args.key):
        raise BadArguments(where="serve", what="--cert and --key belong together", mend="give both")
    if not 0 <= args.port <= 65_535:
        raise BadArguments(where="--port", what=f"{args.port} is no port", mend="give 0 to 65535")
    if not args.timeout > 0:
        raise BadArguments(where="--timeout", what="is no time", mend="give a number of seconds")
    if args.cert:
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(args.cert, args.key)
        except (OSError, ssl.SSLError) as error:
            raise InputUnreadable(
                where=args.cert, what=error.strerror or error, mend="give PEM files that fit"
            ) from None


def _listen(args: argparse.Namespace) -> socket.socket:
    address = setting(LISTEN, args)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        return socket.create_server((address, args.port), family=family, backlog=128)
    except OSError as error:
        what, mend = _WHY.get(error.errno or 0, (error.strerror, "see --listen and --port"))
        raise AddressTaken(where=f"{address} port {args.port}", what=what, mend=mend) from None


def _shown(listening: socket.socket) -> str:
    address, port = listening.getsockname()[:2]
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def _note(site: "Site") -> str:
    from gatewatch.model.errors import GatewatchError
    from gatewatch.report.wording import counted
    from gatewatch.store.lake import Lake

    who = "people have to log in" if site.login else "open to everybody on this machine"
    try:
        there = f"{counted(len(Lake.open(site.lake).snapshots), 'snapshot')} of {site.lake}"
    except GatewatchError as error:
        there = str(error)
    return f"serve: {there}; {who}; Ctrl-C ends it"
