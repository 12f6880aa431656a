"""Microsoft Entra ID: sign-ins that were downloaded as CSV, from the portal or PowerShell.

Columns are read by name, without regard to blanks and case: the portal writes `Application ID `
and one name twice. Files of applications and managed identities name no person. Dates such as
3/12/2026 need to be told. Source: Entra admin centre, Download sign-in logs.
"""

from collections.abc import Iterator
from datetime import UTC
from functools import lru_cache, partial
from typing import BinaryIO

from gatewatch.formats.csv_rows import rows
from gatewatch.formats.json_values import number
from gatewatch.model.observation import Rejected
from gatewatch.model.signin import Kind, Outcome, SignIn
from gatewatch.watch.entra_codes import outcome_of, person_of
from gatewatch.watch.given import Given
from gatewatch.watch.records import Passed, sign_in
from gatewatch.watch.text_logs import first_lines
from gatewatch.watch.written_times import from_numbers

__all__ = ["NAME", "SENTENCE", "read", "sniff"]

NAME = "entra-csv"
SENTENCE = "Microsoft Entra ID sign-ins downloaded from the portal or by PowerShell (CSV)."

# Both ways name the same sign-ins with the same ids.
_SOURCE = "entra"
_DATES = ("date(utc)", "createddatetime", "timegenerated")
_ADDRESS = "ipaddress"
_STATES: dict[str, Outcome | Passed] = {
    "success": Outcome.SUCCESS,
    "failure": Outcome.FAILURE,
    "interrupted": Passed.UNFINISHED,
}


def sniff(head: bytes) -> bool:
    """Whether the first line is such a header."""
    line = next(first_lines(head), "").removeprefix("\ufeff")
    return _is_header(line.replace('"', "").split(","))


def _is_header(row: list[str]) -> bool:
    names = set(map(_folded, row))
    return _ADDRESS in names and not names.isdisjoint(_DATES)


@lru_cache(maxsize=1024)
def _folded(name: str) -> str:
    return "".join(name.split()).casefold()


def read(stream: BinaryIO, given: Given) -> Iterator[SignIn | Passed | Rejected]:
    """One record for each row."""
    for row in rows(stream, _is_header):
        if isinstance(row, Rejected):
            yield row
            continue
        try:
            yield _record({_folded(name): value for name, value in row.fields.items()}, given)
        except ValueError as problem:
            yield row.rejected(str(problem))


def _record(row: dict[str, str], given: Given) -> SignIn | Passed:
    outcome = _outcome(row)
    if isinstance(outcome, Passed):
        return outcome
    address = row[_ADDRESS]
    interactive = row.get("isinteractive", row.get("sign-intype", "")).casefold()
    return sign_in(
        given,
        _SOURCE,
        user=person_of(row.get("username") or row.get("userprincipalname") or ""),
        address=address,
        at=_time(row, given),
        outcome=outcome,
        kind=Kind.REFRESH if interactive in ("false", "noninteractive") else Kind.SIGN_IN,
        application=row.get("application") or row.get("appdisplayname") or "",
        reference=row.get("requestid") or row.get("id") or "",
        country=row.get("location", "").rpartition(",")[2].strip(),
        proxied=bool(address) and row.get("globalsecureaccessipaddress") == address,
    )


def _outcome(row: dict[str, str]) -> Outcome | Passed:
    for name in ("sign-inerrorcode", "errorcode", "resulttype", "status"):
        value = row.get(name, "").strip()
        if (code := number(value)) is not None:
            return outcome_of(code)
        if (state := _STATES.get(value.casefold())) is not None:
            return state
    raise ValueError("it does not say how the sign-in ended")


def _time(row: dict[str, str], given: Given) -> int:
    """Both the portal and Graph give UTC."""
    written = next(row[name] for name in _DATES if name in row)
    return from_numbers(written, lambda: UTC, partial(given.dates_or, NAME))
