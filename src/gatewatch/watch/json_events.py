"""Events in JSON, however they are wrapped: lines, arrays, API pages, hits of Elasticsearch.

An API page is one object that holds many events; it is read whole, up to 64 MiB of it. A damaged
event of a page is rejected alone. Never raises for what a file holds.
"""

from collections.abc import Callable, Iterator
from typing import BinaryIO

from gatewatch.formats.json_records import ENVELOPE_LIMIT, peek, records
from gatewatch.formats.json_values import Table, array, dig, table, text
from gatewatch.model.observation import Rejected
from gatewatch.model.signin import SignIn
from gatewatch.watch.given import Given
from gatewatch.watch.records import Passed

__all__ = ["first_text", "inner_events", "peeked", "read_events"]

# `_source` and hits within hits: Elasticsearch's search API and its scroll dumps.
_PAGES = (("hits", "hits"),)


def read_events(
    stream: BinaryIO,
    given: Given,
    event: Callable[[Table, Given], SignIn | Passed],
    *pages: tuple[str, ...],
) -> Iterator[SignIn | Passed | Rejected]:
    """What `event` makes of each event; its ValueError becomes a rejected record.

    `pages` are the paths at which an API page holds its list of events.
    """
    for record in records(stream, ENVELOPE_LIMIT):
        if isinstance(record, Rejected):
            yield record
            continue
        for value in inner_events(record.value, *pages):
            try:
                yield event(value, given)
            except ValueError as problem:
                yield record.rejected(str(problem))


def inner_events(value: Table, *pages: tuple[str, ...]) -> Iterator[Table]:
    """The events that an object holds, or the object itself when it is no page."""
    for path in (*pages, *_PAGES):
        found = dig(value, *path)
        if isinstance(found, list):
            for one in found:
                yield from inner_events(table(one), *pages)
            return
    source = value.get("_source")
    yield source if isinstance(source, dict) else value


def peeked(head: bytes, *pages: tuple[str, ...]) -> Iterator[Table]:
    """The first events of a file that begins with `head`, for `sniff`; do not change them."""
    if head[:1] in (b"{", b"[") or head[:64].lstrip()[:1] in (b"{", b"["):
        for value in peek(head):
            yield from inner_events(value, *pages)


def first_text(*values: object) -> str:
    """The first that is a text and not empty, also as the first of a list; "" if none is."""
    for value in values:
        found = text(next(iter(array(value)), value))
        if found:
            return found
    return ""
