"""What the company says of networks: its own, those its people come out of, those that hide homes.

An asset is an address, a network, a range or an AS number, with a kind:
`own` is watched for exposure; `egress` (VPN gateways, offices, proxies in the cloud) is where a
sign-in tells nothing of a home; `mobile`, `hosting` and `vpn` add to the networks that gatewatch
knows to be shared by many.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from gatewatch.model.address import Network, parse_network
from gatewatch.model.errors import BadArguments, InputUnreadable
from gatewatch.model.hostile import shown
from gatewatch.watch.book import Book
from gatewatch.watch.folder import WatchFolder

__all__ = ["Asset", "AssetKind", "Assets", "parse_asset", "read_assets"]

_TABLE = (
    "CREATE TABLE IF NOT EXISTS assets (id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT,"
    " text TEXT, name TEXT, UNIQUE (kind, text))"
)
_AS = re.compile(r"AS(\d{1,10})", re.IGNORECASE | re.ASCII)
_LARGEST = 1 << 20


class AssetKind(StrEnum):
    """What a network is to the company."""

    OWN = "own"
    EGRESS = "egress"
    MOBILE = "mobile"
    HOSTING = "hosting"
    VPN = "vpn"


@dataclass(frozen=True, slots=True)
class Asset:
    """One network or AS; exactly one of `network` and `asn` is given."""

    kind: AssetKind
    text: str
    """As it is listed."""
    network: Network | None
    asn: int | None
    name: str = ""


def parse_asset(kind: str, text: str, name: str = "") -> Asset:
    """The asset that is written `198.51.100.0/24`, `2001:db8::/32`, `a-b` or `AS64500`.

    Raises ValueError with the reason.
    """
    found, word = _AS.fullmatch(text.strip()), AssetKind(kind)
    name = shown(name.strip(), 100)
    if found:
        number = int(found[1])
        if not 0 < number < 1 << 32:
            raise ValueError("an AS number is 1 to 4294967295")
        return Asset(word, f"AS{number}", None, number, name)
    network = parse_network(text)
    return Asset(word, shown(text.strip(), 100), network, None, name)


def read_assets(path: Path, kind: str) -> list[Asset]:
    """The assets in a file, one a line, `198.51.100.0/24  # head office`.

    A line may begin with a kind (`egress 198.51.100.7`); else it is of `kind`. Raises BadArguments
    for the first line that is none, InputUnreadable.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise InputUnreadable(where=path, what="it is over 1 MiB", mend="give networks only")
        lines = path.read_text("utf-8", errors="replace").splitlines()
    except OSError as error:
        raise InputUnreadable(
            where=path, what=error.strerror, mend="give a file of networks"
        ) from None
    found = []
    for number, line in enumerate(lines, 1):
        text, _, name = line.partition("#")
        words = text.split()
        if not words:
            continue
        try:
            word = words.pop(0) if len(words) > 1 else kind
            found.append(parse_asset(word, " ".join(words), name))
        except ValueError as error:
            raise BadArguments(
                where=f"{path}:{number}",
                what=f'"{shown(line, 60)}" is no network: {error}',
                mend="write KIND NETWORK or NETWORK, KIND one of " + ", ".join(AssetKind),
            ) from None
    return found


class Assets:
    """The assets of one book."""

    def __init__(self, book: Book) -> None:
        self.book = book

    @classmethod
    @contextmanager
    def open(cls, path: Path) -> Iterator["Assets"]:
        """The assets in the watch folder `path`; raises as `Book.open`."""
        with Book.open(WatchFolder(path)) as book:
            book.ensure(_TABLE)
            yield cls(book)

    def all(self) -> list[Asset]:
        """All of them, by kind and text."""
        rows = self.book.read("SELECT * FROM assets ORDER BY kind, text")
        return [parse_asset(row["kind"], row["text"], row["name"]) for row in rows]

    def add(self, assets: Iterable[Asset]) -> int:
        """Adds them, all or none; a listed one gets the new name. Returns the new ones' number."""
        added = 0
        with self.book.change() as rows:
            for one in assets:
                known = rows.execute(
                    "UPDATE assets SET name = ? WHERE kind = ? AND text = ?",
                    (one.name, str(one.kind), one.text),
                ).rowcount
                if not known:
                    rows.execute(
                        "INSERT INTO assets (kind, text, name) VALUES (?, ?, ?)",
                        (str(one.kind), one.text, one.name),
                    )
                    added += 1
        return added

    def remove(self, text: str) -> int:
        """Removes what is listed as `text`, of whatever kind; returns how many."""
        with self.book.change() as rows:
            return rows.execute("DELETE FROM assets WHERE text = ?", (text,)).rowcount
