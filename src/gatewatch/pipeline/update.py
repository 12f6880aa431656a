"""Newer network tables from their publishers: fetched, read whole, and put in the old ones' place.

Each table is for itself: what goes wrong with one leaves the old one in force. A publisher is not
asked again for what has not changed (ETag, Last-Modified, or its list of checksums). A table that
shrank to less than half is not believed, since registries have published such by mistake.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from gatewatch.enrich.intake import Intake, named_date, read_file
from gatewatch.enrich.sources import FOLDER, Origin, Source, sound_sources
from gatewatch.enrich.tables import save_table
from gatewatch.model.errors import FetchFailed, InputUnreadable
from gatewatch.pipeline.fetch import Fetched, digest_in, fetch, plain_url
from gatewatch.pipeline.publishers import Publisher
from gatewatch.store.lock import writer_lock

__all__ = ["Updated", "update_table"]

# The largest published tables have 300 MB.
_LIMIT = 1 << 30
_LIST_LIMIT = 1 << 20
Watch = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Updated:
    """What an update came to."""

    source: Source
    """The table in force."""
    intake: Intake | None
    """What was read; None when the publisher has nothing newer."""


def update_table(lake: Path, publisher: Publisher, watch: Watch) -> Updated:
    """Brings one table up to date; `watch` is told what is counted ("bytes", "rows") and how many.

    Raises FetchFailed, InputUnreadable, NothingUsable, LakeBusy, LakeUnwritable, LakeCorrupt and
    OSError; the old table is then in force.
    """
    old = _kept(lake, publisher)
    with TemporaryDirectory(prefix="gatewatch-") as folder:
        path = Path(folder) / "table"
        digest = publisher.sha256 or _published_digest(publisher, Path(folder) / "list")
        if old and digest == old.sha256:
            return Updated(old, None)
        origin = old.origin if old else None
        fetched = fetch(
            publisher.url,
            path,
            limit=_LIMIT,
            etag=origin.etag if origin else None,
            last_modified=origin.last_modified if origin else None,
            digest=digest,
            watch=lambda count: watch("bytes", count),
        )
        # Without an old table nothing conditional was asked, so something came.
        if old and (fetched is None or fetched.sha256 == old.sha256):
            return Updated(old, None)
        assert fetched is not None
        intake = _read(publisher, path, old, watch)
    return Updated(_save(lake, publisher, intake, fetched), intake)


def _kept(lake: Path, publisher: Publisher) -> Source | None:
    """The table as this very publisher gave it."""
    for source in sound_sources(lake):
        if source.name == publisher.name and source.origin:
            return source if source.origin.asked == publisher.fingerprint else None
    return None


def _published_digest(publisher: Publisher, path: Path) -> str | None:
    if publisher.checksum is None:
        return None
    fetch(publisher.checksum, path, limit=_LIST_LIMIT)
    name = urlsplit(publisher.url).path.rpartition("/")[2]
    digest = digest_in(path.read_text("utf-8", "replace"), name)
    if digest is None:
        raise FetchFailed(
            where=plain_url(publisher.checksum),
            what=f"it has no digest of {name}",
            mend="see the publisher's page, or leave checksum out",
        )
    return digest


def _read(publisher: Publisher, path: Path, old: Source | None, watch: Watch) -> Intake:
    where = plain_url(publisher.url)
    intake = read_file(path, lambda count: watch("rows", count), called=where)
    if publisher.format and intake.format != publisher.format:
        raise InputUnreadable(
            where=where,
            what=f"it is {intake.format}, not {publisher.format}",
            mend="see its publisher's page for the address, or change format",
        )
    if old and 2 * intake.rows < old.rows:
        raise InputUnreadable(
            where=where,
            what=f"it shrank from {old.rows:,} to {intake.rows:,} ranges",
            mend=f'if that is right, "gatewatch geo remove {old.name}" and update again',
        )
    return intake


def _save(lake: Path, publisher: Publisher, intake: Intake, fetched: Fetched) -> Source:
    file = Path(urlsplit(plain_url(publisher.url)).path)
    origin = Origin(
        url=plain_url(publisher.url),
        asked=publisher.fingerprint,
        etag=fetched.etag,
        last_modified=fetched.last_modified,
    )
    with writer_lock(lake / FOLDER):
        return save_table(
            lake,
            publisher.name,
            intake,
            file=file.name,
            data_date=named_date(file) or _day(fetched.last_modified),
            licence=publisher.licence,
            origin=origin,
        )


def _day(http_date: str | None) -> str | None:
    """The day of an HTTP date (RFC 9110, 5.6.7)."""
    try:
        moment = parsedate_to_datetime(http_date or "")
        return moment.astimezone(UTC).date().isoformat()
    except (ValueError, OverflowError):
        return None
