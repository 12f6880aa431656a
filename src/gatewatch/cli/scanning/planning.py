"""`scan plan`, and what `scan run` shows before its first packet."""

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING

from gatewatch.cli.progress import say
from gatewatch.cli.settings import CONTACT, add_lake_option, add_option, lake_of, setting
from gatewatch.model.errors import BadArguments
from gatewatch.model.hostile import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gatewatch.scan.plan import Plan

__all__ = ["configure_plan", "duration", "made_plan", "told"]

_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")
_SHARD = re.compile(r"(\d{1,6})/(\d{1,6})")


def configure_plan(parser: argparse.ArgumentParser) -> None:
    """What `plan` and `run` both take."""
    parser.add_argument(
        "--scope",
        type=Path,
        required=True,
        metavar="FILE",
        help="what may be asked: an address, CIDR block, first-last or AS number a line",
    )
    parser.add_argument(
        "--exclude",
        type=Path,
        metavar="FILE",
        help="who asked to be left out, one a line with the reason behind #",
    )
    parser.add_argument("--port", type=int, default=7547, metavar="N", help="port (default: 7547)")
    parser.add_argument(
        "--rate",
        type=float,
        metavar="N",
        help="probes a second, of all shards together (default: what is polite for the engine)",
    )
    parser.add_argument(
        "--sample", metavar="P%", help="ask this share only, each address with the same chance"
    )
    parser.add_argument(
        "--shard", metavar="I/N", help="ask the I-th of N shares; the others run elsewhere"
    )
    parser.add_argument(
        "--seed", type=_seed, metavar="HEX", help="order of the scan; shards need the same one"
    )
    parser.add_argument(
        "--engine",
        default="connect",
        metavar="NAME",
        help="how to ask: connect, raw, zmap, masscan or replay (default: connect)",
    )
    parser.add_argument(
        "--answers", type=Path, metavar="FILE", help="for replay: what a scan wrote, any format"
    )
    parser.add_argument("--processes", type=int, metavar="N", help="processes (default: as needed)")
    for option, what in (
        ("interface", "network interface"),
        ("source", "our address"),
        ("gateway", "hardware address of the next hop"),
    ):
        parser.add_argument(
            f"--{option}", default="", metavar="X", help=f"for zmap and masscan: {what}"
        )
    add_option(parser, CONTACT)
    add_lake_option(parser)
    parser.add_argument(
        "--lab",
        action="store_true",
        help="your own lab: only loopback and private networks, no contact needed",
    )
    parser.add_argument("--yes", action="store_true", help="yes, more than 65,536 addresses")
    parser.add_argument("--fast", action="store_true", help="yes, more than 50,000 a second")


def made_plan(args: argparse.Namespace) -> "Plan":
    """The plan that the options describe, eased where one provider would see too much."""
    from gatewatch.pipeline.scanned import as_numbers, networks_teller
    from gatewatch.scan.engines import engine_names, load_engine
    from gatewatch.scan.plan import DEFAULT_RATE, Line, make_plan

    if args.engine not in engine_names():
        raise BadArguments(
            where="--engine", what=f"no engine is called {args.engine}",
            mend=f"take one of {', '.join(engine_names())}",
        )  # fmt: skip
    if args.processes is not None and not 1 <= args.processes <= 1024:
        raise BadArguments(
            where="--processes",
            what=f"{args.processes} is no number of them",
            mend="give 1 to 1024",
        )
    plan = make_plan(
        args.scope,
        args.exclude,
        contact=setting(CONTACT, args),
        port=args.port,
        rate=DEFAULT_RATE if args.rate is None else args.rate,
        lab=args.lab,
        fast=args.fast,
        seed=args.seed,
        engine=args.engine,
        shard=_shard(args),
        # Other engines are one process; only connect is made faster by more.
        processes=args.processes or (None if args.engine == "connect" else 1),
        sample=_sample(args),
        line=Line(args.interface, args.source, args.gateway),
        networks_of=networks_teller(lake_of(args)),
    )
    load_engine(plan.engine).check(plan)
    if (plan.engine == "replay") is not bool(args.answers):
        raise BadArguments(
            where="--answers", what="belongs to --engine replay", mend="give both or neither"
        )
    numbers = None if plan.lab else as_numbers(lake_of(args), plan.looked_at())
    args.as_numbers = numbers
    return plan if numbers is None else plan.eased(numbers)


def told(plan: "Plan", args: argparse.Namespace) -> list[str]:
    """The plan for people, one fact a line."""
    part = len(plan.part())
    asked = f"{len(plan.order):,} of {plan.asked_for:,}"
    names = {"special_purpose": "special-purpose", "exclusions": "excluded"}
    left = [f"{count:,} {names[why]}" for why, count in plan.left_out.items() if count]
    lines = [
        f"scan {shown(plan.scope)}, port {plan.port}{', in a lab' if plan.lab else ''}",
        f"  addresses  {asked}" + (f" ({', '.join(left)})" if left else ""),
    ]
    if plan.sample < 1:
        lines.append(f"  sample     {plan.sample:.4%}, the same share of every /24")
    if plan.shard[1] > 1:
        lines.append(f"  shard      {plan.shard[0] + 1} of {plan.shard[1]}: {part:,} addresses")
        lines.append(f"  seed       --seed {plan.seed:016x} for the other shards")
    return [*lines, *_speed(plan), *_load(plan, args.as_numbers), *_manner(plan)]


def duration(seconds: float) -> str:
    """A time as people say it: `40 s`, `3 min`, `2.5 h`, `4.3 days`."""
    for unit, size in (("days", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.2g} {unit}"
    return f"{seconds:.0f} s"


def warn(plan: "Plan", args: argparse.Namespace) -> None:
    """Says what is missing for good conduct, as far as it is known without asking anybody."""
    if not plan.lab:
        say('"gatewatch scan plan --check" looks whether others can find out who you are', args)


def _speed(plan: "Plan") -> list[str]:
    top, limit = plan.top_rate(), plan.rate
    of = f" of {limit:,.0f} allowed" if round(top) < round(limit) else ""
    bits = _bits(plan.bits_per_second())
    return [
        f"  speed      at most {_few(top)} a second{of}, {bits}, {duration(plan.seconds())} in all"
    ]


def _load(plan: "Plan", numbers: "Sequence[int] | None") -> list[str]:
    """What networks will see."""
    gap = plan.network_gap_s()
    network = "asked once" if gap is None else f"asked at most every {gap:.3g} s"
    lines = [
        f"  a /24 is   {network}",
        f"  a /16 is   asked at most {_few(plan.wide_rate())} times a second",
    ]
    if numbers is not None:
        lines.append(f"  an AS is   asked at most {_few(plan.as_rate(numbers))} times a second")
    elif not plan.lab:
        lines.append('  an AS is   unknown: "gatewatch geo import" brings network data')
    return lines


def _manner(plan: "Plan") -> list[str]:
    more = f", {plan.processes} processes" if plan.processes > 1 else ""
    return [
        "  each gets  one connection, GET / without credentials; a second one 20 s later, or in"
        " TLS, at most",
        f"  engine     {plan.engine}{more}",
        f"  who asks   {plan.agent}",
    ]


def _few(rate: float) -> str:
    return f"{rate:,.0f}" if rate >= 10 else f"{rate:.2g}"


def _bits(rate: float) -> str:
    for unit, size in (("Gbit/s", 1e9), ("Mbit/s", 1e6), ("kbit/s", 1e3)):
        if rate >= size:
            return f"{rate / size:.3g} {unit}"
    return f"{rate:.0f} bit/s"


def _seed(text: str) -> int:
    seed = int(text, 16)
    if not 0 <= seed < 1 << 64:
        raise argparse.ArgumentTypeError("give up to 16 hexadecimal digits")
    return seed


def _sample(args: argparse.Namespace) -> float:
    if args.sample is None:
        return 1.0
    found = _PERCENT.fullmatch(args.sample.strip())
    share = float(found[1]) / 100 if found else 0.0
    if not 0 < share <= 1:
        raise BadArguments(
            where="--sample", what=f'"{args.sample}" is no share', mend="give a per cent: 1%"
        )
    return share


def _shard(args: argparse.Namespace) -> tuple[int, int]:
    if args.shard is None:
        return 0, 1
    found = _SHARD.fullmatch(args.shard.strip())
    number, count = (int(found[1]), int(found[2])) if found else (0, 0)
    if not 1 <= number <= count:
        raise BadArguments(
            where="--shard", what=f'"{args.shard}" is no shard', mend="give 1/4 for the first of 4"
        )
    if args.seed is None:
        raise BadArguments(
            where="--shard",
            what="shards without a common seed would overlap",
            mend="add --seed, the same for all, such as --seed 2026112400000001",
        )
    return number - 1, count
