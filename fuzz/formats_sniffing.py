# Invariant: any beginning of a file is claimed by readers, or refused by one line of the house that
# says what to do; time is linear.
"""Tries formats/sniffing.py and with it the `sniff` of every reader."""

from fuzz.formats_read import SEEDS as SAMPLES
from fuzz.laws import check_one_line

from gatewatch.formats.sniffing import claimants, reader_for
from gatewatch.model.errors import FormatUnknown, InputUnreadable

__all__ = ["SEEDS", "TOKENS", "one"]

SEEDS = [
    *SAMPLES,
    *(b"masscan/1.1\n", b"# Nmap 7.93 scan initiated", b"WARC/1.0\r\n", b"PAR1\x15\x04"),
    b"Obj\x01",
    *(b"SQLite format 3\x00", b'<?xml version="1.0"?><Types xmlns="x">', b"<!DOCTYPE html>"),
    b"Rar!",
    bytes(257) + b"ustar\x00",
]
TOKENS = [
    b"<?xml ",
    b"<nmaprun ",
    b"# Nmap ",
    b"saddr",
    b"[",
    b"{",
    b"#masscan",
    b"\xd4\xc3\xb2\xa1",
]


def one(data: bytes) -> None:
    """Asks every reader whether it knows `data`."""
    found = claimants(data)
    try:
        assert reader_for(data, "input") is found[0]
    except (FormatUnknown, InputUnreadable) as error:
        check_one_line(error)
    else:
        return
    assert found == []
