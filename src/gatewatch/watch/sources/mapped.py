"""Any log in CSV or JSON, by a mapping that says which column is what (`watch/mapping.py`).

It claims no file by itself: it is used where a mapping is given.
"""

import csv
from collections.abc import Iterator
from datetime import datetime, tzinfo
from functools import partial
from typing import BinaryIO

from gatewatch.formats.json_records import JsonRecord, records
from gatewatch.formats.json_values import Table, dig
from gatewatch.formats.lines import RAW_KEPT, lines
from gatewatch.model.errors import LogIncomplete
from gatewatch.model.observation import Rejected
from gatewatch.model.signin import Outcome, SignIn
from gatewatch.watch.given import Given
from gatewatch.watch.mapping import COLUMNS, Mapped
from gatewatch.watch.records import Passed, sign_in, time_in
from gatewatch.watch.written_times import civil, from_numbers

__all__ = ["NAME", "SENTENCE", "read", "sniff"]

NAME = "mapped"
SENTENCE = "Any log with a mapping: --map FILE, or --columns (CSV, JSON)."

_LONGEST = 64 * 1024


def sniff(head: bytes) -> bool:
    """Never: a mapping has to be given."""
    del head
    return False


def read(stream: BinaryIO, given: Given) -> Iterator[SignIn | Passed | Rejected]:
    """One record for each row or object; raises LogIncomplete without a mapping."""
    mapped = given.mapping
    if mapped is None:
        raise LogIncomplete(
            where=given.name,
            source=NAME,
            what="rows can mean anything",
            mend="--map FILE, or --columns time=...,user=...,address=...",
        )
    return _objects(stream, given, mapped) if mapped.is_json else _rows(stream, given, mapped)


def _objects(
    stream: BinaryIO, given: Given, mapped: Mapped
) -> Iterator[SignIn | Passed | Rejected]:
    for record in records(stream):
        if isinstance(record, JsonRecord):
            try:
                fields = {
                    name: _words(record.value, str(place)) for name, place in mapped.columns.items()
                }
                yield _record(fields, given, mapped)
            except ValueError as problem:
                yield record.rejected(str(problem))
        else:
            yield record


def _words(value: Table, path: str) -> str:
    found = value[path] if path in value else dig(value, *path.split("."))
    return "" if found is None or isinstance(found, dict | list) else str(found)


def _rows(stream: BinaryIO, given: Given, mapped: Mapped) -> Iterator[SignIn | Passed | Rejected]:
    places: dict[str, int] | None = None
    if all(isinstance(place, int) for place in mapped.columns.values()):
        places = {name: int(place) - 1 for name, place in mapped.columns.items()}
    for number, raw, whole in lines(stream, _LONGEST):
        where = f"line {number}"
        if not raw.strip():
            continue
        try:
            row = _cells(raw, mapped) if whole else None
            if row is None:
                raise ValueError("not a row, or longer than a row can be")
            if places is None:
                places = _places(row, mapped)
                if places is None:
                    raise ValueError("not the header that the mapping names")
                continue
            if max(places.values()) >= len(row):
                raise ValueError("it has fewer columns than the mapping names")
            yield _record({name: row[at] for name, at in places.items()}, given, mapped)
        except ValueError as problem:
            yield Rejected(where, str(problem), raw[:RAW_KEPT])


def _cells(raw: bytes, mapped: Mapped) -> list[str] | None:
    text = raw.decode(mapped.encoding, "replace")
    try:
        return next(csv.reader([text], delimiter=mapped.delimiter, strict=True), None)
    except csv.Error:
        return None


def _places(header: list[str], mapped: Mapped) -> dict[str, int] | None:
    """Where each column stands, None when the header lacks one."""
    names = [name.strip().removeprefix("\ufeff").casefold() for name in header]
    places = {}
    for name in COLUMNS:
        wanted = mapped.columns.get(name)
        if isinstance(wanted, int):
            places[name] = wanted - 1
        elif wanted is not None:
            if wanted.casefold() not in names:
                return None
            places[name] = names.index(wanted.casefold())
    return places


def _record(fields: dict[str, str], given: Given, mapped: Mapped) -> SignIn | Passed:
    outcome = Outcome.SUCCESS
    if "outcome" in mapped.columns:
        word = fields["outcome"].strip().casefold()
        if word in mapped.failure:
            outcome = Outcome.FAILURE
        elif mapped.success and word not in mapped.success:
            return Passed.UNFINISHED
    return sign_in(
        given,
        NAME,
        user=fields["user"],
        address=fields["address"],
        at=_time(fields["time"], given, mapped),
        outcome=outcome,
        application=fields.get("application", ""),
        device=fields.get("device", ""),
        reference=fields.get("reference", ""),
    )


def _time(written: str, given: Given, mapped: Mapped) -> int:
    def zone() -> tzinfo:
        return mapped.zone or given.zone_or(NAME)

    if mapped.time_form is None:
        if written.replace(".", "", 1).isdigit():
            return time_in(written)
        return from_numbers(written, zone, partial(given.dates_or, NAME))
    try:
        when = datetime.strptime(written.strip(), mapped.time_form)  # noqa: DTZ007  (the zone is asked below)
    except ValueError:
        raise ValueError("its time is not written as the mapping says") from None
    parts = (when.year, when.month, when.day, when.hour, when.minute, when.second)
    return civil(when.tzinfo or zone(), *parts, fraction=f"{when.microsecond:06}")
