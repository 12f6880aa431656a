"""Publishers as the settings name them: understood, or one reason."""

import pytest

from gatewatch.pipeline.publishers import Publisher, publishers

URL = "https://example.org/t.csv"


def test_publishers_come_in_their_order() -> None:
    found = publishers({"b": {"url": URL, "format": "mmdb"}, "a": {"url": f" {URL} "}})
    assert found == (Publisher("b", URL, "mmdb"), Publisher("a", URL))
    assert list(map(str, found)) == ["b", "a"]


def test_a_fingerprint_changes_with_every_word_and_tells_no_key() -> None:
    one = Publisher("a", f"{URL}?key=S3CRET")
    assert one.fingerprint == Publisher("a", f"{URL}?key=S3CRET").fingerprint
    others = [Publisher("a", URL), Publisher("a", one.url, "csv"), Publisher("b", one.url)]
    assert len({other.fingerprint for other in (one, *others)}) == 4
    assert "S3CRET" not in one.fingerprint


@pytest.mark.parametrize(
    ("tables", "reason"),
    [
        ({"a": {}}, '^a: url = "https://..." is missing$'),
        ({"a": URL}, r"^write \[networks.a\] and below it url"),
        ({"../a": {"url": URL}}, '^"../a" cannot name a table'),
        ({"a": {"url": URL, "kind": "x"}}, '^a: there is no "kind"; there are url, format, sha256'),
        ({"a": {"url": 7}}, "^a: url is no text$"),
        ({"a": {"url": " "}}, "^a: url is no text$"),
        ({"a": {"url": "http://example.org/t"}}, "^a: without TLS anybody may change it"),
        ({"a": {"url": URL, "checksum": "ftp://x"}}, "^a: give an address that begins with https"),
        ({"a": {"url": URL, "sha256": "0" * 32}}, "^a: sha256 is 64 hexadecimal digits"),
        ({"a": {"url": URL, "sha256": "0" * 64, "checksum": URL}}, "^a: give sha256 or checksum"),
        ({"a": {"url": URL, "format": "MMDB"}}, '^a: no format "MMDB"; there are csv, ip-loc'),
        ({str(n): {"url": URL} for n in range(101)}, "^there are more than 100$"),
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_one_reason(tables: dict[str, object], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        publishers(tables)
