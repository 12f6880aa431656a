"""Lines are known by the thousand exactly where they are known one by one, byte for byte."""

import re

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gatewatch.formats.zgrab2_template import Templates

BEFORE = '{"ip":"IP","data":{"http":{"status":"success","result":{"response":{"headers":{'
AFTER = (
    '}},"request":{"url":{"scheme":"http","host":"IP:7547","path":"/"},"host":"IP:7547"}}},'
    '"timestamp":"TIME"}}}'
)
DATE, NONCE = '"date":["DATE"],', '"www_authenticate":["Digest realm=\\"R\\", nonce=\\"NONCE\\""],'
BODY = '"body":"' + "words of a device, " * 30 + '","content_length":570,'
# What devices say, in two spellings of equal length each, with long ends and short ones.
KINDS = [
    f"{date}{server}{nonce}{body}"
    for date in (DATE, "")
    for server in ('"server":["A/1.0WORDS"],', '"server":["B/1.0WORDS"],')
    for nonce in (NONCE, '"www_authenticate":["Basic realm=\\"R\\""],', "")
    for body in (BODY, BODY.replace("device", "router"), "")
]
DATES = ["Fri, 20 Nov 2026 00:00:00 GMT", "Thu, 01 Jan 1970 00:00:00 GMT"]
NONCES = ["0123456789abcdef" * 2, "00112233445566778899aabbccddeeff", "5" * 32, "ab", "A" * 32]
TELLING = "5ccc069c403ebaf9f0171e9517f40e41"
IPS = ["192.0.2.1", "198.51.100.200", "1.1.1.1"]
TIME = "2026-11-20T03:14:07Z"


def line(kind: str, ip: str = IPS[0], date: str = DATES[0], nonce: str = NONCES[0]) -> bytes:
    """A line of a kind of device."""
    text = f"{BEFORE}{kind}{AFTER}".replace("NONCE", nonce).replace("DATE", date)
    return text.replace("TIME", TIME).replace("WORDS", ", words" * 30).replace("IP", ip).encode()


def known_kinds() -> tuple[Templates, dict[object, int]]:
    """Templates that learnt one line of each kind, and the same as a dictionary."""
    templates, known = Templates(), dict[object, int]()
    for entry, kind in enumerate(KINDS):
        found = templates.closer(line(kind))
        assert found is not None
        templates.learn(found.template, entry)
        known[found.template] = entry
    return templates, known


def hits(templates: Templates, *texts: bytes) -> list[int | None]:
    """The entry of each line, None where it was not known."""
    ends = np.cumsum([len(text) + 1 for text in texts]) - 1
    starts = np.append(0, ends[:-1] + 1)
    found = templates.hits(b"\n".join(texts), starts, ends)
    entries: list[int | None] = [None] * len(texts)
    columns = found.places.tolist(), found.entries.tolist(), found.ips, found.stamps
    for place, entry, ip, stamp in zip(*columns, strict=True):
        entries[place] = entry
        assert texts[place].startswith(b'{"ip":"' + ip.tobytes().rstrip(b"\0") + b'"')
        assert texts[place].endswith(stamp.tobytes() + b'"}}}')
    return entries


def test_each_kind_is_known_again_with_another_address_date_and_nonce() -> None:
    templates, _ = known_kinds()
    others = [line(kind, ip, nonce=nonce) for kind in KINDS for ip in IPS for nonce in NONCES[:2]]
    assert hits(templates, *others) == [place for place in range(len(KINDS)) for _ in range(6)]


LINES = st.builds(
    line,
    st.sampled_from(KINDS),
    st.sampled_from([*IPS, "192.0.2", "192.0.2.1\0", "2001:db8::1", "192.0.2.256"]),
    st.sampled_from([*DATES, "Fri, 20 Nov 2026 00:00:00 UTC", "Fri, 20 Nov 1980 00:00:00 GMT"]),
    st.sampled_from([*NONCES, TELLING]),
)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A line, often with a few bytes changed, moved or left out."""
    text = draw(LINES)
    for _ in range(draw(st.integers(0, 2))):
        at, size = draw(st.integers(0, len(text))), draw(st.integers(0, 3))
        text = text[:at] + draw(st.binary(max_size=3)) + text[at + size :]
    return text.replace(b"\n", b"")


@given(st.lists(damaged(), min_size=1, max_size=8))
@example([line(KINDS[0], date=date, nonce=nonce) for date in DATES for nonce in (*NONCES, TELLING)])
def test_a_line_is_known_as_it_is_one_by_one(texts: list[bytes]) -> None:
    templates, known = known_kinds()
    for text, entry in zip(texts, hits(templates, *texts), strict=True):
        found = known_kinds()[0].closer(text)
        expected = known.get(found.template) if found is not None else None
        # What does not look like an IPv4 address is left to those who read line by line.
        assert entry == (expected if re.match(rb'{"ip":"[^"\0]{7,15}"', text) else None)


@pytest.mark.parametrize("place", range(0, 600, 7))
def test_a_byte_changed_or_added_is_another_template(place: int) -> None:
    templates, _ = known_kinds()
    text = line(KINDS[0])
    place += text.index(b'"data"')
    changed = text[:place] + b"\x01" + text[place + 1 :]
    longer, shorter = text[:place] + b"\x01" + text[place:], text[:place] + text[place + 1 :]
    assert hits(templates, text, changed, longer, shorter, text) == [0, None, None, None, 0]
