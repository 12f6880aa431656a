"""Our Shadowserver report is one to our own reader of them."""

import io
from collections.abc import Callable

from gatewatch.formats.given import Given
from gatewatch.formats.read import shadowserver_csv
from gatewatch.model.exposed import Exposed
from gatewatch.model.observation import Observation, Place

Make = Callable[..., Exposed]
Written = Callable[..., str]

HEADER = (
    '"timestamp","severity","ip","protocol","port","hostname","tag","asn","geo","region","city",'
    '"naics","hostname_source","sector","http","http_code","http_reason","content_type",'
    '"connection","www_authenticate","set_cookie","server","content_length","transfer_encoding",'
    '"http_date"'
)


def test_texts_are_quoted_and_numbers_bare(service: Make, written: Written) -> None:
    header, row = written("shadowserver", [service()]).split("\n")[:2]
    assert header == HEADER
    assert row == (
        '"2026-11-20 03:14:07","critical","192.0.2.1","tcp",7547,,'
        '"cwmp;cve-2014-9222;cve-2016-10372",64500,"IT",,,,,,"HTTP/1.1",401,"gSOAP/2.7",,,'
        '"gSOAP/2.7",,"gSOAP/2.7",0,,'
    )


def test_our_reader_knows_it(service: Make, written: Written) -> None:
    text = written("shadowserver", [service("2001:db8::7", 30005)]).encode()
    assert shadowserver_csv.sniff(text)
    (found,) = shadowserver_csv.read(io.BytesIO(text), Given("made-up.csv"))
    assert isinstance(found, Observation)
    assert (str(found.ip), found.port) == ("2001:db8::7", 30005)
    assert found.place == Place("IT", 64500)
    assert found.answer.head.startswith(b"HTTP/1.1 401 gSOAP/2.7\r\n")
