"""`gatewatch simulate`: a street of simulated devices on loopback, to scan and to play with."""

import argparse
import signal
from collections import Counter
from threading import Event
from types import FrameType

from gatewatch.cli.progress import say
from gatewatch.model.errors import BadArguments, Exit

HELP = "Run simulated devices on loopback until Ctrl-C, as targets for a scan."
EXAMPLES = (
    "gatewatch simulate",
    "gatewatch simulate --count 1000 --first 127.77.0.1 --port 17547",
)

_MOST = 10_000


def configure(parser: argparse.ArgumentParser) -> None:
    """How many, where, and which of all possible streets."""
    parser.add_argument(
        "--count", type=int, default=300, metavar="N", help="how many (default: 300)"
    )
    parser.add_argument("--port", type=int, default=7547, metavar="N", help="port (default: 7547)")
    parser.add_argument(
        "--first",
        default="127.77.0.1",
        metavar="ADDRESS",
        help="first address, the others follow (default: 127.77.0.1)",
    )
    parser.add_argument(
        "--seed", type=int, default=1, metavar="N", help="which devices live there (default: 1)"
    )


def run(args: argparse.Namespace) -> int:
    """Prints what lives where, one address and kind a line, and runs until it is stopped."""
    from gatewatch.acs.devices import SimulatedDevices

    over = Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        over.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with SimulatedDevices(_addresses(args), _port(args), args.seed) as devices:
            for address, kind in devices.kinds.items():
                print(f"{address} {kind}")
            kinds = len(Counter(devices.kinds.values()))
            first, last = next(iter(devices.kinds)), next(reversed(devices.kinds))
            say(
                f"simulate: {len(devices.kinds):,} devices of {kinds} kinds on {first} to {last}, "
                f"port {devices.port}; Ctrl-C ends it",
                args,
            )
            print(end="", flush=True)
            over.wait()
            say(f"simulate: ended after {devices.answers:,} answers", args)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return Exit.FOUND


def _port(args: argparse.Namespace) -> int:
    port: int = args.port
    if not 1 <= port <= 65_535:
        raise BadArguments(where="--port", what=f"{port} is no port", mend="give 1 to 65535")
    return port


def _addresses(args: argparse.Namespace) -> list[str]:
    from gatewatch.model.address import Address, parse_address

    if not 1 <= args.count <= _MOST:
        raise BadArguments(
            where="--count", what=f"{args.count} is no number", mend=f"give 1 to {_MOST:,}"
        )
    try:
        first = parse_address(args.first)
    except ValueError as error:
        raise BadArguments(
            where="--first", what=f'"{args.first}" is {error}', mend="write 127.77.0.1"
        ) from None
    if first.high is not None or (first.low >> 24, (first.low + args.count) >> 24) != (127, 127):
        raise BadArguments(
            where="--first",
            what=f"{first} and what follows is not all loopback",
            mend="simulated devices live in 127.0.0.0/8",
        )
    return [str(Address(None, first.low + number)) for number in range(args.count)]
