# Invariant: any file gives each feed's reader values that can be stored and read again, or is
# refused as a whole by a ValueError, with one line as the reason; time is linear.
"""Tries every module in assess/feeds/, assess/elements.py and assess/severity.py."""

from contextlib import suppress
from io import BytesIO
from zlib import crc32

from tests.assess.feeds.samples import SAMPLES

from gatewatch.assess.evidence import Epss
from gatewatch.assess.feeds import feed_readers
from gatewatch.assess.severity import Severity
from gatewatch.assess.tables import Feed, merged, read_feeds

__all__ = ["SEEDS", "TOKENS", "one"]

SEEDS = list(SAMPLES.values())
TOKENS = [
    *(b'"vulnerabilities": [', b'"cve": {"id": "', b"CVE-2014-9222", b'"metrics": {', b"]}", b"{}"),
    *(b'"cvssMetricV40"', b'"vectorString": "', b"CVSS:4.0/", b"CVSS:3.1/AV:N", b"#model_version:"),
    *(b"1e-05", b"0.5,0.5\n", b"\xff", b"\\ud800", b'"timestamp": "2026-11-23', b"null", b"[["),
]
_ALL = list(feed_readers().values())
_WANTED = frozenset({"CVE-2014-9222", "CVE-2017-9765", "CVE-2099-0001"})


def one(data: bytes) -> None:
    """Reads a feed with `data` in it."""
    claiming = [reader for reader in _ALL if reader.sniff(data[:4096])]
    for reader in {id(one): one for one in (*claiming, _ALL[crc32(data) % len(_ALL)])}.values():
        with suppress(ValueError):
            file = reader.read(BytesIO(data), _WANTED)
            assert file.records >= len(file.values)
            for value in file.values.values():
                if isinstance(value, Epss):
                    assert 0 <= value.score <= 1
                if isinstance(value, Severity):
                    assert 0 <= value.score <= 10
            feed = Feed(file.as_of, "", "", file.records, len(file.values))
            assert read_feeds(merged("", reader.NAME, feed, file.values)).keys() == {*file.values}
