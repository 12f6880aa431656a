"""`acs serve`: see HELP."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from gatewatch.cli.acs_place import add_place_options, folder_of, opened
from gatewatch.cli.progress import say
from gatewatch.cli.settings import ACS, ACS_KEY, setting
from gatewatch.model.errors import Exit

if TYPE_CHECKING:
    from gatewatch.acs.serving.station import Plan

HELP = "serve devices over CWMP, and people over an API beside it"


def configure(parser: argparse.ArgumentParser) -> None:
    """Where, how, and whom."""
    parser.add_argument(
        "--listen", default="127.0.0.1", metavar="ADDRESS", help="for devices (default: 127.0.0.1)"
    )
    parser.add_argument(
        "--port", type=int, default=7547, metavar="N", help="for devices (default: 7547; 0: any)"
    )
    parser.add_argument(
        "--public-url", default="", metavar="URL", help="how devices reach it, where that differs"
    )
    for name, what in (
        ("--tls-cert", "a certificate chain (PEM): devices then talk TLS"),
        ("--tls-key", "its private key"),
        ("--client-ca", "authorities whose client certificates, subject OUI-Serial, are a proof"),
    ):
        parser.add_argument(name, type=Path, metavar="FILE", help=what)
    parser.add_argument(
        "--lab",
        action="store_true",
        help="loopback only: take Basic without TLS, and devices that nobody has enrolled",
    )
    parser.add_argument(
        "--stun-port", type=int, metavar="N", help="answer STUN there (UDP), usually 3478"
    )
    parser.add_argument(
        "--allow-network",
        action="append",
        default=[],
        metavar="CIDR",
        help="connection requests may go there, besides to where a device called from",
    )
    parser.add_argument(
        "--allow-basic",
        action="store_true",
        help="answer devices that ask for Basic in connection requests: the password is readable",
    )
    parser.add_argument(
        "--admin-port", type=int, default=7557, metavar="N", help="of the API; 0: none"
    )
    parser.add_argument("--admin-listen", default="127.0.0.1", metavar="ADDRESS", help="of the API")
    for name in ("--admin-tls-cert", "--admin-tls-key"):
        parser.add_argument(name, type=Path, metavar="FILE", help="TLS of the API, beyond loopback")
    add_place_options(parser)


def run(args: argparse.Namespace) -> int:
    """Serves until Ctrl-C or SIGTERM."""
    import multiprocessing

    from gatewatch.acs.admin.process import AdminPlan, serve_admin
    from gatewatch.acs.serving.station import serve

    plan = planned(args)
    plan.check()
    admin = AdminPlan(
        plan.state, plan.key, plan.folder, args.admin_listen, args.admin_port,
        args.admin_tls_cert, args.admin_tls_key,
    )  # fmt: skip
    admin.check()
    with opened(args, make=True) as place:
        keys = place.keys
    beside = None
    if args.admin_port:
        context = multiprocessing.get_context("spawn")
        beside = context.Process(target=serve_admin, args=(admin,), name="acs admin", daemon=True)
        beside.start()
        say(f"admin API: http://{admin.host}:{admin.port}/api/v1", args)
    try:
        serve(plan, keys, lambda line: say(line, args), lambda port: _ready(plan, port, args))
    finally:
        if beside is not None:
            beside.terminate()
            beside.join(10)
    return Exit.FOUND


def planned(args: argparse.Namespace) -> "Plan":
    """What the arguments ask for."""
    from gatewatch.acs.serving.station import Plan

    folder = folder_of(args)
    return Plan(
        state=setting(ACS, args),
        key=setting(ACS_KEY, args) or folder / "acs.key",
        folder=folder,
        host=args.listen,
        port=args.port,
        public_url=args.public_url,
        certificate=args.tls_cert,
        private_key=args.tls_key,
        client_authority=args.client_ca,
        lab=args.lab,
        stun_port=args.stun_port,
        networks=tuple(args.allow_network),
        basic=args.allow_basic,
    )


def _ready(plan: "Plan", port: int, args: argparse.Namespace) -> None:
    scheme = "https" if plan.certificate else "http"
    say(f"devices: {scheme}://{plan.host}:{port}/ (any path); Ctrl-C ends it", args)
    if plan.lab:
        say("lab: whoever reaches this address is believed", args)
