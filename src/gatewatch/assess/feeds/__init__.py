"""Feeds about vulnerabilities, one file each; this listing is the registry.

A reader is a module with
- `NAME`, `SENTENCE` and `WHOLE`: whether what a file lacks is thereby withdrawn;
- `sniff(head)`: whether a file that begins so is of this feed;
- `read(stream, wanted)`: what it says of the vulnerabilities in `wanted`. Raises ValueError, with
  the reason as its text, when the file is broken or cut: a part of a feed is never believed.

Streams are uncompressed. Memory does not grow with the file.
"""

import pkgutil
from collections.abc import Set as AbstractSet
from functools import cache
from importlib import import_module
from typing import BinaryIO, Protocol

from gatewatch.assess.told import FeedFile

__all__ = ["FeedReader", "feed_readers"]


class FeedReader(Protocol):
    """The shape of a module in this folder."""

    NAME: str
    SENTENCE: str
    WHOLE: bool

    def sniff(self, head: bytes) -> bool:
        """Whether the file that begins with `head` is of this feed."""

    def read(self, stream: BinaryIO, wanted: AbstractSet[str]) -> FeedFile:
        """What the file says."""


@cache
def feed_readers() -> dict[str, FeedReader]:
    """Every reader by name, sorted; found by listing this folder."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    modules = [import_module(f"{__name__}.{name}") for name in names]
    return {module.NAME: module for module in modules}
