"""Special-purpose address space: where a scan never sends, and what a lab may use.

Outside a lab nothing is sent into any block of the IANA special-purpose registries. With --lab
nothing is sent anywhere else than into loopback, private-use, benchmarking and unique-local
blocks: that switch is never a way to reach the Internet.
"""

import tomllib
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from gatewatch.model.address import Network, parse_network
from gatewatch.scan.ranges import Targets

__all__ = ["Block", "block_of", "lab_space", "special_blocks", "special_space"]


class Block(NamedTuple):
    """One registered block."""

    network: Network
    text: str
    name: str
    rfc: str
    lab: bool


@cache
def special_blocks() -> tuple[Block, ...]:
    """Every block of `data/special_purpose.toml`."""
    raw = files("gatewatch").joinpath("data", "special_purpose.toml").read_text("utf-8")
    return tuple(
        Block(
            parse_network(entry["block"]),
            entry["block"],
            entry["name"],
            entry["rfc"],
            entry.get("lab", False),
        )
        for entry in tomllib.loads(raw)["block"]
    )


@cache
def special_space() -> Targets:
    """All special-purpose addresses."""
    return Targets.of(block.network for block in special_blocks())


@cache
def lab_space() -> Targets:
    """Where --lab may send."""
    return Targets.of(block.network for block in special_blocks() if block.lab)


def block_of(network: Network) -> Block | None:
    """The block that holds all of `network`, or None."""
    for block in special_blocks():
        same = (block.network.first.high is None) == (network.first.high is None)
        first, last = block.network.first.number, block.network.last.number
        if same and first <= network.first.number and network.last.number <= last:
            return block
    return None
