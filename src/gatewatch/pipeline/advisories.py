"""Feeds about vulnerabilities brought into a lake: fetched or read, believed when whole.

All files of one update are read before anything is written, and they are written in one step: a
broken or cut file changes nothing. Connections are opened only to addresses that the user gives.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import time_ns

from gatewatch.assess.catalogue import catalogue
from gatewatch.assess.feeds import FeedReader, feed_readers
from gatewatch.assess.tables import FILE, Feed, merged, stored_feeds
from gatewatch.assess.told import FeedFile
from gatewatch.formats.compression import open_plain
from gatewatch.model.errors import InputUnreadable
from gatewatch.model.knowledge import Knowledge
from gatewatch.model.moment import iso
from gatewatch.pipeline.fetch import fetch, plain_url
from gatewatch.store.durable import replace_file, writing
from gatewatch.store.lock import writer_lock

__all__ = ["Update", "update_feeds"]

# The largest, a year of NVD, has some 150 MB unpacked and 20 MB packed.
_LIMIT = 1 << 30
_AGAIN = "download it again; nothing was changed"


@dataclass(frozen=True, slots=True)
class Update:
    """What one file brought."""

    name: str
    """Of its feed."""
    feed: Feed


def update_feeds(
    lake: Path,
    sources: Sequence[str],
    overlay: Path | None = None,
    watch: Callable[[str, int], None] | None = None,
) -> list[Update]:
    """Takes in `sources`, files or addresses; `watch` is told of each how many bytes have come.

    Raises InputUnreadable, FetchFailed, LakeBusy, LakeUnwritable, LakeCorrupt, CatalogueBroken.
    """
    entries = catalogue(Knowledge(overlay)).entries.values()
    wanted = frozenset(cve for entry in entries for cve in entry.cves)
    read = [(source, *_read(source, wanted, watch)) for source in sources]
    with writing(lake):
        (lake / FILE).parent.mkdir(parents=True, exist_ok=True)
    done = []
    with writer_lock((lake / FILE).parent):
        text = stored_feeds(lake)
        for source, reader, file in read:
            feed = Feed(
                file.as_of, iso(time_ns() // 1000), plain_url(source), file.records,
                len(file.values),
            )  # fmt: skip
            text = merged(text, reader.NAME, feed, file.values, whole=reader.WHOLE)
            done.append(Update(reader.NAME, feed))
        with writing(lake):
            replace_file(lake / FILE, text.encode())
    return done


def _read(
    source: str, wanted: frozenset[str], watch: Callable[[str, int], None] | None
) -> tuple[FeedReader, FeedFile]:
    with _at_hand(source, watch) as path:
        plain = open_plain(path)
        try:
            head = plain.head()
            reader = next((one for one in feed_readers().values() if one.sniff(head)), None)
            if reader is None:
                known = "; ".join(one.SENTENCE.rstrip(".") for one in feed_readers().values())
                raise InputUnreadable(
                    where=plain_url(source), what="it is no known feed", mend=f"give {known}"
                )
            file = reader.read(plain.stream, wanted)
            if plain.damage:
                raise ValueError(plain.damage)
        except ValueError as error:
            raise InputUnreadable(where=plain_url(source), what=str(error), mend=_AGAIN) from error
        finally:
            plain.close()
    return reader, file


@contextmanager
def _at_hand(source: str, watch: Callable[[str, int], None] | None) -> Iterator[Path]:
    """A file with the content of `source`."""
    if not source.startswith(("http://", "https://")):
        yield Path(source)
        return
    with TemporaryDirectory(prefix="gatewatch-") as folder:
        path = Path(folder) / "feed"
        fetch(
            source, path, limit=_LIMIT,
            watch=None if watch is None else lambda count: watch(plain_url(source), count),
        )  # fmt: skip
        yield path
