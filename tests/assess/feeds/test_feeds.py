"""Feeds: values of the wanted vulnerabilities, nothing of a broken file, constant memory."""

import tracemalloc
from collections.abc import Iterator
from io import BufferedReader, BytesIO, RawIOBase

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.assess.feeds.samples import EPSS, KEV, NVD, SAMPLES

from gatewatch.assess.evidence import Epss, Kev
from gatewatch.assess.feeds import feed_readers
from gatewatch.assess.severity import Severity

WANTED = frozenset({"CVE-2014-9222", "CVE-2017-9765", "CVE-2013-6786"})
READERS = feed_readers()
EACH = pytest.mark.parametrize("name", SAMPLES)
# Several times as much memory as one element and one piece of a file take.
MOST_MEMORY = 4 << 20


def test_there_is_a_sample_of_each_feed() -> None:
    assert list(READERS) == sorted(SAMPLES)


@EACH
def test_each_feed_is_known_by_its_head_alone(name: str) -> None:
    claiming = [reader.NAME for reader in READERS.values() if reader.sniff(SAMPLES[name][:200])]
    assert claiming == [name]


def test_epss_gives_score_percentile_date_and_model() -> None:
    file = READERS["epss"].read(BytesIO(EPSS), WANTED)
    assert (file.as_of, file.records) == ("2026-11-23", 3)
    assert file.values == {
        "CVE-2014-9222": Epss(0.91234, 0.99812, "2026-11-23", "v2025.03.14", "FIRST"),
        "CVE-2017-9765": Epss(5e-05, 1.0, "2026-11-23", "v2025.03.14", "FIRST"),
    }


def test_kev_gives_date_and_ransomware() -> None:
    file = READERS["kev"].read(BytesIO(KEV), WANTED)
    assert (file.as_of, file.records) == ("2026-11-23", 2)
    assert file.values == {"CVE-2014-9222": Kev("2026-11-20", True, "2026-11-23")}


def test_nvd_gives_the_newest_vector_of_its_own() -> None:
    file = READERS["nvd"].read(BytesIO(NVD), WANTED)
    assert (file.as_of, file.records) == ("2026-11-23", 4)
    vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
    assert file.values == {
        "CVE-2014-9222": Severity(9.8, "3.1", vector, "NVD, 2026-11-23"),
        "CVE-2017-9765": Severity(9.8, "3.0", vector.replace("3.1", "3.0"), "NVD, 2026-11-23"),
    }


@EACH
@given(data=st.data())
def test_a_cut_feed_is_refused(name: str, data: st.DataObject) -> None:
    sample = SAMPLES[name].rstrip()
    cut = data.draw(st.integers(0, len(sample) - 1))
    if name == "epss" and sample[:cut].endswith(b"\n") and sample[:cut].count(b"\n") > 2:
        return  # whole lines of CSV cannot be told from a shorter file
    with pytest.raises(ValueError, match=r"\w"):
        READERS[name].read(BytesIO(sample[:cut]), WANTED)


@pytest.mark.parametrize(
    ("name", "old", "new", "what"),
    [
        ("epss", b"0.91234", b"1.5", "line 4 has a score above 1"),
        ("epss", b"0.91234", b"high", "line 4 is no score"),
        ("epss", b"cve,epss,percentile", b"a,b,c", "line 2"),
        ("epss", b"2026-11-23", b"soon", "line 1"),
        ("kev", b"2026-11-20", b"lately", "entry 1 has no cveID or dateAdded"),
        ("kev", b'"vulnerabilities"', b'"others"', "no list"),
        ("kev", b'"dateReleased": "2026-11-23T10', b'"dateReleased": "soon', "released"),
        ("nvd", b"AV:N/AC:L/PR:N", b"AV:Q/AC:L/PR:N", "is no CVSS vector"),
        ("nvd", b"2026-11-23T11", b"now", "when it was made"),
        ("nvd", b'"id": "CVE-2017-9765"', b'"id": 7', "entry 2 has no id"),
        ("nvd", b'[{"cve"', b'[7, {"cve"', "no object"),
        ("nvd", b'[{"cve"', b"[" * 100_000 + b'{"cve"', "damaged"),
    ],
)
def test_a_broken_feed_is_refused_with_its_place(
    name: str, old: bytes, new: bytes, what: str
) -> None:
    broken = SAMPLES[name].replace(old, new)
    assert broken != SAMPLES[name]
    with pytest.raises(ValueError, match=what):
        READERS[name].read(BytesIO(broken), WANTED)


class Endless(RawIOBase):
    """A long file that is made while it is read."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        super().__init__()
        self._pieces = pieces
        self._waiting = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        if not self._waiting:
            self._waiting = next(self._pieces, b"")
        count = min(len(view), len(self._waiting))
        view[:count] = self._waiting[:count]
        self._waiting = self._waiting[count:]
        return count


def repeated(name: str, size: int) -> Iterator[bytes]:
    """A feed of about `size` bytes with one entry again and again."""
    if name == "epss":
        begin, entry, end = EPSS[: EPSS.index(b"CVE-")], b"CVE-2099-0001,0.1,0.2\n", b""
    else:
        sample = SAMPLES[name]
        at = sample.index(b"[") + 1
        begin, end = sample[:at], b"]}"
        entry = (
            b'{"cveID": "CVE-2099-0001", "dateAdded": "2026-11-20", "cve": {"id": "CVE-2099-1"}}'
        )
    piece = (b"," if name != "epss" else b"").join([entry] * (65_536 // len(entry)))
    yield begin
    for number in range(size // len(piece) + 1):
        yield (b"," if number and name != "epss" else b"") + piece
    yield end


@EACH
@pytest.mark.slow
def test_memory_does_not_grow_with_the_file(name: str) -> None:

    tracemalloc.start()
    try:
        stream = BufferedReader(Endless(repeated(name, 16 << 20)))
        assert READERS[name].read(stream, WANTED).records > 100_000
        assert tracemalloc.get_traced_memory()[1] < MOST_MEMORY
    finally:
        tracemalloc.stop()
