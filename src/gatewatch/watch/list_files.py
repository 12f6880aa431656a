"""Lists that a product reads from a file: read back, and replaced in one step.

A reader, such as a firewall that fetches the file, sees the old list or the new one, never half of
one and never an empty one in between. A line that the product's own reader would not take means
that the file is not ours; it is then left as it is.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from gatewatch.model.errors import InputUnreadable, OutputUnwritable
from gatewatch.store.durable import replace_file
from gatewatch.watch.accounts import Account, Key
from gatewatch.watch.entries import IPNetwork, Meaning, network_of
from gatewatch.watch.target import Change, Step, in_order

__all__ = ["FOLDER", "ListFile", "file_in", "plain_lines", "plain_networks"]

FOLDER = Key("folder", "the folder in which the list is written", ".")
"""The one key of a target that writes a file."""
_LIMIT = 64 << 20

Render = Callable[[Change], str]
Parse = Callable[[str], Iterable[IPNetwork]]


def file_in(account: Account, target: str, meaning: Meaning, ending: str) -> Path:
    """Where the list of this target and meaning lies."""
    return Path(account["folder"]).expanduser() / f"gatewatch-{target}-{meaning}{ending}"


@dataclass(frozen=True, slots=True)
class ListFile:
    """A `Place` that is a file; `render` writes all of it, `parse` reads its networks back."""

    path: Path
    render: Render
    parse: Parse

    @property
    def name(self) -> str:
        """The path."""
        return str(self.path)

    def held(self) -> frozenset[IPNetwork]:
        """What the file holds; nothing when there is none. Raises InputUnreadable."""
        try:
            with self.path.open(encoding="ascii") as stream:
                text = stream.read(_LIMIT)
        except FileNotFoundError:
            return frozenset()
        except (OSError, ValueError) as error:
            what = getattr(error, "strerror", None) or "it is no plain text"
            raise self._unreadable(what) from None
        try:
            return frozenset(self.parse(text))
        except ValueError:
            raise self._unreadable("it holds lines that we never wrote") from None

    def steps(self, change: Change) -> Sequence[Step]:
        """One: the new file takes the place of the old one."""
        text = self.render(change)

        def write() -> None:
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                replace_file(self.path, text.encode("ascii"))
            except OSError as error:
                raise OutputUnwritable(
                    where=self.path,
                    what=error.strerror,
                    mend="the old list is as it was; see the folder in the account",
                ) from None

        return [Step(f"write {self.path}: {change.told()}, {len(text):,} bytes", write)]

    def _unreadable(self, what: str) -> InputUnreadable:
        return InputUnreadable(where=self.path, what=what, mend="move it away, then act again")


def plain_lines(change: Change) -> str:
    """One network a line, IPv4 first, nothing else: every product takes that."""
    return "".join(f"{_short(network)}\n" for network in in_order(change.wanted.keys()))


def plain_networks(text: str) -> Iterable[IPNetwork]:
    """What `plain_lines` wrote; raises ValueError."""
    return [network_of(line) for line in text.splitlines() if line and not line.startswith("#")]


def _short(network: IPNetwork) -> str:
    """A single address without its length."""
    return (
        str(network.network_address) if network.prefixlen == network.max_prefixlen else str(network)
    )
