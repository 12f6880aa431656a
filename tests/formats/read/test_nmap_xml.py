"""Nmap's XML: what version detection and scripts tell of a port, cut and appended runs."""

import tracemalloc
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest

from gatewatch.formats.given import Given
from gatewatch.formats.read import Record, readers
from gatewatch.model.errors import TimeMissing
from gatewatch.model.moment import iso
from gatewatch.model.observation import (
    Answer,
    Mark,
    Observation,
    Outcome,
    Rejected,
    Spoke,
    Unanswered,
)

Read = Callable[..., list[Record]]

SAMPLE = (Path(__file__).parent / "samples" / "nmap-xml.xml").read_bytes()
# How many ports of the sample are open.
OPEN = 7


def observations(records: list[Record]) -> dict[str, Observation]:
    return {str(record.ip): record for record in records if isinstance(record, Observation)}


@pytest.fixture
def answers(read: Read) -> dict[str, Answer]:
    found = observations(read("nmap-xml", "nmap-xml.xml"))
    return {ip: observation.answer for ip, observation in found.items()}


def port(inner: str, attrs: str = 'protocol="tcp" portid="7547"') -> bytes:
    """A document with one port."""
    return (
        '<?xml version="1.0"?><!DOCTYPE nmaprun><nmaprun scanner="nmap" start="1795508401">'
        '<host endtime="1795508421"><address addr="192.0.2.1" addrtype="ipv4"/><ports>'
        f"<port {attrs}>{inner}</port></ports></host></nmaprun>"
    ).encode()


OPEN_STATE = '<state state="open" reason="syn-ack"/>'


def answer(inner: str, read: Read) -> Answer:
    (record,) = read("nmap-xml", port(OPEN_STATE + inner))
    assert isinstance(record, Observation)
    return record.answer


def test_every_open_tcp_port_is_one_observation(read: Read) -> None:
    records = read("nmap-xml", "nmap-xml.xml")
    assert list(observations(records)) == [
        "192.0.2.20",
        "192.0.2.21",
        "192.0.2.22",
        "192.0.2.23",
        "192.0.2.24",
        "2001:db8::27",
        "192.0.2.28",
    ]
    assert iso(observations(records)["192.0.2.21"].seen_at) == "2026-11-24T08:20:22Z"


def test_ports_that_are_not_open_are_counted(read: Read) -> None:
    records = read("nmap-xml", "nmap-xml.xml")
    assert [record for record in records if not isinstance(record, Observation)] == [
        Unanswered(Outcome.CONNECTION_REFUSED),
        Unanswered(Outcome.CONNECTION_TIMEOUT),
    ]


def test_ports_that_are_only_counted_are_no_addresses_that_were_asked(read: Read) -> None:
    counted = b'<extraports state="closed" count="65534"></extraports><port '
    whole = port(OPEN_STATE)
    assert read("nmap-xml", whole.replace(b"<port ", counted)) == read("nmap-xml", whole)


def test_the_headers_script_keeps_order_and_case(answers: dict[str, Answer]) -> None:
    assert answers["192.0.2.20"].head == (
        b"HTTP/1.1 401 Unauthorized\r\nServer: gSOAP/2.7\r\n"
        b"Content-Type: text/xml; charset=utf-8\r\nContent-Length: 0\r\nConnection: close\r\n"
        b'WWW-Authenticate: Digest realm="IGD", qop="auth", nonce="5f2a"\r\n\r\n'
    )
    assert answers["192.0.2.20"].marks == {Mark.REBUILT, Mark.NO_BODY}


def test_the_whole_answer_comes_from_the_fingerprint(answers: dict[str, Answer]) -> None:
    """Nmap did not know the service and ran no http script: "cwmp" is the port's name only."""
    found = answers["192.0.2.21"]
    assert found.spoke is Spoke.HTTP
    assert found.head == (
        b'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm="Fritz\xe9Box", nonce="1"\r\n'
        b"Content-Length: 0\r\n\r\n"
    )
    assert found.marks == frozenset()


def test_a_product_names_the_server_header_it_was_matched_by(answers: dict[str, Answer]) -> None:
    """And never the device that Nmap guesses beside it."""
    assert answers["192.0.2.22"].head == b"Server: RomPager/4.07 UPnP/1.0\r\n\r\n"
    assert answers["192.0.2.22"].marks == {Mark.REBUILT, Mark.PARTIAL, Mark.NO_BODY}


def test_other_talk_keeps_the_banner(answers: dict[str, Answer]) -> None:
    assert answers["192.0.2.23"].spoke is Spoke.OTHER
    assert answers["192.0.2.23"].head == b"SSH-2.0-dropbear_2012.55"


def test_tcpwrapped_was_connected_and_closed(answers: dict[str, Answer]) -> None:
    assert answers["192.0.2.24"] == Answer(Spoke.CONNECTED, Outcome.CONNECTION_CLOSED)


def test_a_service_named_by_its_port_number_is_only_open(answers: dict[str, Answer]) -> None:
    assert answers["192.0.2.28"] == Answer(Spoke.SYN_ACK, Outcome.SUCCESS)


def test_scripts_without_headers_give_a_partial_head_and_the_certificate(
    answers: dict[str, Answer],
) -> None:
    found = answers["2001:db8::27"]
    assert found.head == b"Server: lighttpd/1.4.35\r\n\r\n"
    assert found.body == b"<title>Router login</title>"
    assert found.marks == {Mark.REBUILT, Mark.PARTIAL, Mark.TRUNCATED}
    assert found.tls == (("issuer", "CN=Example CA"), ("subject", "CN=router.example, O=Example"))


def test_a_challenge_is_written_again_from_its_parts(read: Read) -> None:
    found = answer(
        '<script id="http-auth" output="&#xa;HTTP/1.0 401 Unauthorized&#xd;&#xa;  Basic realm=a">'
        '<table><elem key="scheme">Basic</elem><table key="params">'
        '<elem key="realm">a</elem></table></table>'
        '<table><elem key="scheme">Negotiate</elem></table></script>',
        read,
    )
    assert found.head == (
        b'HTTP/1.0 401 Unauthorized\r\nWWW-Authenticate: Basic realm="a"\r\n'
        b"WWW-Authenticate: Negotiate\r\n\r\n"
    )


def test_a_fingerprint_that_nmap_cut_is_marked(read: Read) -> None:
    found = answer(
        r'<service name="cwmp" servicefp="SF%r(GetRequest,384,&quot;HTTP/1\.0\x20200\x20OK\r\n\r\n'
        '&lt;html&gt;&quot;);" method="table"/>',
        read,
    )
    assert (found.head, found.body) == (b"HTTP/1.0 200 OK\r\n\r\n", b"<html>")
    assert found.marks == {Mark.TRUNCATED}


def test_bytes_of_another_protocol_come_from_the_fingerprint(read: Read) -> None:
    found = answer(
        r'<service name="cwmp" servicefp="SF%r(GetRequest,3,&quot;\0\x01b&quot;);"/>', read
    )
    assert found == Answer(Spoke.OTHER, Outcome.SUCCESS, b"\x00\x01b")


def test_without_a_fingerprint_its_printable_strings_serve(read: Read) -> None:
    found = answer(
        '<service name="cwmp" method="table"/><script id="fingerprint-strings" output="x">'
        '<elem key="Help, RTSPRequest">&#xa;    HTTP/1.0 400 Bad Request</elem>'
        '<elem key="GetRequest, HTTPOptions">&#xa;    HTTP/1.1 401 Unauthorized&#xa;'
        "    Server: mini_httpd&#xa;    leftover</elem></script>",
        read,
    )
    assert found.head == b"HTTP/1.1 401 Unauthorized\r\nServer: mini_httpd\r\n\r\n"
    assert found.marks == {Mark.REBUILT, Mark.PARTIAL, Mark.NO_BODY}


@pytest.mark.parametrize(
    ("service", "spoke", "head"),
    [
        (
            'name="soap" product="gSOAP" version="2.8" method="probed"',
            Spoke.HTTP,
            b"Server: gSOAP/2.8\r\n\r\n",
        ),
        ('name="http" product="Allegro RomPager" version="4.0" method="probed"', Spoke.HTTP, b""),
        ('name="http" method="probed"', Spoke.HTTP, b""),
        ('name="http" method="table"', Spoke.SYN_ACK, b""),
        ('name="telnet" method="probed"', Spoke.OTHER, b""),
    ],
)
def test_what_a_service_name_alone_says(
    service: str, spoke: Spoke, head: bytes, read: Read
) -> None:
    found = answer(f"<service {service}/>", read)
    assert found.spoke is spoke
    assert found.head == head


def test_a_title_behind_a_redirect_is_not_this_page(read: Read) -> None:
    found = answer(
        '<script id="http-title" output="T"><elem key="title">T</elem>'
        '<elem key="redirect_url">https://192.0.2.1/</elem></script>'
        '<script id="http-server-header" output="a"><elem>a</elem><elem>b</elem></script>',
        read,
    )
    assert (found.head, found.body) == (b"Server: a\r\nServer: b\r\n\r\n", b"")


def test_bytes_that_scripts_wrote_as_text_are_bytes_again(read: Read) -> None:
    found = answer(r'<script id="http-headers" output="&#xa;  Server: R\xE9\x01\x41&#xa;"/>', read)
    assert found.head == b"Server: R\xe9\x01\\x41\r\n\r\n"


@pytest.mark.parametrize(
    ("state", "outcome"),
    [
        ('state="closed" reason="reset"', Outcome.CONNECTION_REFUSED),
        ('state="filtered" reason="no-response"', Outcome.CONNECTION_TIMEOUT),
        ('state="filtered" reason="host-unreach"', Outcome.HOST_UNREACHABLE),
        ('state="filtered" reason="admin-prohibited"', Outcome.HOST_UNREACHABLE),
        ('state="open|filtered" reason="no-response"', Outcome.CONNECTION_TIMEOUT),
        ('state="unfiltered" reason="reset"', Outcome.UNKNOWN_ERROR),
    ],
)
def test_states_become_outcomes(state: str, outcome: Outcome, read: Read) -> None:
    assert read("nmap-xml", port(f"<state {state}/>")) == [Unanswered(outcome)]


def test_a_host_without_times_takes_that_of_the_run(read: Read) -> None:
    timeless = port(OPEN_STATE).replace(b' endtime="1795508421"', b"")
    (record,) = read("nmap-xml", timeless)
    assert isinstance(record, Observation)
    assert iso(record.seen_at) == "2026-11-24T08:20:01Z"
    with pytest.raises(TimeMissing):
        read("nmap-xml", timeless.replace(b' start="1795508401"', b""))


def test_a_port_that_cannot_be_read_is_rejected(read: Read) -> None:
    (record,) = read("nmap-xml", port(OPEN_STATE, 'protocol="tcp" portid="70000"'))
    assert isinstance(record, Rejected)
    assert (record.where, record.reason) == ("host 192.0.2.1 port 70000", "no port number")
    assert b"70000" in record.raw


def test_a_cut_run_keeps_every_finished_port(read: Read) -> None:
    """At whatever byte the scanner was stopped."""
    for cut in range(1000, len(SAMPLE) - 1, 101):
        finished = SAMPLE[:cut].count(b"</port>")
        records = read("nmap-xml", SAMPLE[:cut])
        assert len(records) >= finished - 1  # one of them is UDP
        assert [r.reason for r in records if isinstance(r, Rejected)] == ["the document is cut off"]


def test_runs_appended_to_each_other_are_all_read(read: Read) -> None:
    records = read("nmap-xml", SAMPLE + b"\n" + SAMPLE)
    assert [record for record in records if isinstance(record, Rejected)] == []
    assert sum(isinstance(record, Observation) for record in records) == 2 * OPEN


@pytest.mark.parametrize("cut", [1500, 2500, 4000, 6000])
def test_a_run_appended_to_a_cut_one_is_read(cut: int, read: Read) -> None:
    records = read("nmap-xml", SAMPLE[:cut] + SAMPLE)
    assert len(observations(records)) == OPEN
    assert sum(isinstance(record, Rejected) for record in records) == 1


def test_talk_around_the_document_is_rejected_and_passed_over(read: Read) -> None:
    records = read("nmap-xml", b"Warning: no targets\n" + SAMPLE + b"QUITTING!\n")
    assert len(observations(records)) == OPEN
    rejected = [record for record in records if isinstance(record, Rejected)]
    assert rejected[0].where == "byte 0"
    assert len(rejected) == 2
    assert all("not XML" in r.reason for r in rejected)


def test_bytes_that_are_no_utf_8_do_not_end_the_reading(read: Read) -> None:
    (record,) = read(
        "nmap-xml", port(OPEN_STATE).replace(b"<ports>", b"<hostname name='\xe9'/><ports>")
    )
    assert isinstance(record, Observation)


def test_a_host_of_many_ports_needs_the_memory_of_one() -> None:
    one = '<port protocol="tcp" portid="7547"><state state="open"/><service name="http"/></port>'
    stream = BytesIO(port("").replace(b"</ports>", one.encode() * 4_000 + b"</ports>"))
    given = Given("scan", seen_at=1_795_508_401_000_000)
    tracemalloc.start()
    count = sum(1 for _ in readers()["nmap-xml"].read(stream, given))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 4_001
    assert peak < 2 << 20


def test_entities_are_refused(read: Read) -> None:
    bomb = port(OPEN_STATE).replace(b"<!DOCTYPE nmaprun>", b'<!DOCTYPE n [<!ENTITY a "b">]>')
    (record,) = read("nmap-xml", bomb)
    assert isinstance(record, Rejected)
    assert "document type declaration" in record.reason


def test_masscan_and_other_xml_are_not_claimed() -> None:
    sniff = readers()["nmap-xml"].sniff
    assert sniff(SAMPLE)
    assert sniff(b"Starting Nmap 7.93\n" + SAMPLE)
    assert not sniff(SAMPLE.replace(b'scanner="nmap"', b'scanner="masscan"'))
    assert not sniff(b'<?xml version="1.0"?><html>nmaprun</html>')
