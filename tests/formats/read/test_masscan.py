"""masscan's five outputs say the same, so one table of what they mean serves them all."""

from collections.abc import Callable

import pytest

from gatewatch.formats.read import Record, readers
from gatewatch.model.errors import TimeMissing
from gatewatch.model.moment import iso
from gatewatch.model.observation import Mark, Observation, Outcome, Rejected, Spoke, Unanswered

Read = Callable[..., list[Record]]

SAMPLES = [
    ("masscan-grepable", "masscan-grepable.txt"),
    ("masscan-json", "masscan-json.json"),
    ("masscan-json", "masscan-json-2017.json"),
    ("masscan-json", "masscan-json-appended.json"),
    ("masscan-list", "masscan-list.txt"),
    ("masscan-ndjson", "masscan-ndjson.ndjson"),
    ("masscan-xml", "masscan-xml.xml"),
]


def by_address(records: list[Record]) -> dict[str, Observation]:
    return {str(record.ip): record for record in records if isinstance(record, Observation)}


@pytest.fixture(params=SAMPLES, ids=[sample for _, sample in SAMPLES])
def found(request: pytest.FixtureRequest, read: Read) -> list[Record]:
    return read(*request.param)


def test_each_port_is_one_observation(found: list[Record]) -> None:
    assert [(str(o.ip), o.port) for o in found if isinstance(o, Observation)] == [
        ("192.0.2.10", 7547),
        ("192.0.2.12", 7547),
        ("192.0.2.13", 7547),
        ("2001:db8::15", 7547),
        ("192.0.2.11", 7547),
    ]


def test_closed_ports_are_counted_and_other_protocols_left_out(found: list[Record]) -> None:
    rest = [record for record in found if not isinstance(record, Observation)]
    assert rest == [Unanswered(Outcome.CONNECTION_REFUSED)]


def test_the_head_is_the_http_banner_and_the_title_the_body(found: list[Record]) -> None:
    answer = by_address(found)["192.0.2.10"].answer
    assert answer.spoke is Spoke.HTTP
    assert answer.head.startswith(b"HTTP/1.1 401 Unauthorized\r\nServer: gSOAP/2.7\r\n")
    assert answer.head.endswith(b'realm="IGD", qop="auth", nonce="5c2f0a"\r\n\r\n')
    assert answer.body == b"<title>Login & <b>go</b></title>"
    assert answer.marks == {Mark.TRUNCATED}


def test_a_head_without_a_body_says_that_none_was_kept(found: list[Record]) -> None:
    answer = by_address(found)["2001:db8::15"].answer
    assert b'realm="R\xe9seau"' in answer.head
    assert answer.body == b""
    assert answer.marks == {Mark.NO_BODY}


def test_a_server_banner_alone_is_a_partial_head(found: list[Record]) -> None:
    answer = by_address(found)["192.0.2.12"].answer
    assert answer.spoke is Spoke.HTTP
    assert answer.head == b"Server: RomPager/4.07 UPnP/1.0\r\n\r\n"
    assert answer.body == b"<title>Object Not Found</title>"
    assert answer.marks == {Mark.REBUILT, Mark.PARTIAL, Mark.TRUNCATED}


def test_a_syn_ack_alone_is_an_open_port(found: list[Record]) -> None:
    answer = by_address(found)["192.0.2.11"].answer
    assert (answer.spoke, answer.head) == (Spoke.SYN_ACK, b"")


def test_other_talk_keeps_its_bytes(found: list[Record]) -> None:
    answer = by_address(found)["192.0.2.13"].answer
    assert (answer.spoke, answer.head) == (Spoke.OTHER, b"SSH-2.0-dropbear_2012.55")


def test_the_time_is_that_of_the_last_record(
    request: pytest.FixtureRequest, found: list[Record]
) -> None:
    # A banner in -oG has no time; the last status line before it has.
    is_grepable = "grepable" in request.node.name
    seen_at = by_address(found)["2001:db8::15"].seen_at
    assert iso(seen_at) == f"2026-11-24T08:17:0{6 if is_grepable else 7}Z"


@pytest.mark.parametrize(
    "nothing", [b"[\n]\n", b"[\n]\n[\n\n]\n", b"[\n{finished: 1}\n]\n", b"{finished: 1}\n"]
)
def test_an_array_of_nothing_is_no_error(nothing: bytes, read: Read) -> None:
    assert readers()["masscan-json"].sniff(nothing)
    assert read("masscan-json", nothing) == []


def test_a_record_without_a_time_asks_for_one(read: Read) -> None:
    record = b'{"ip": "192.0.2.1", "ports": [{"port": 7547, "proto": "tcp", "status": "open"}]}'
    with pytest.raises(TimeMissing):
        read("masscan-json", record)
    seen_at = 1_795_508_223_000_000
    assert [
        o.seen_at for o in by_address(read("masscan-json", record, seen_at=seen_at)).values()
    ] == [seen_at]


@pytest.mark.parametrize(
    ("name", "record", "reason"),
    [
        ("masscan-json", b'{"ip": "192.0.2.1", "ports": []}', 'no "ports"'),
        (
            "masscan-json",
            b'{"ip": "192.0.2.1", "timestamp": "1795508223", "ports": [{}]}',
            "no port",
        ),
        ("masscan-list", b"open tcp 7547 192.0.2.999 1795508223", "not an IP address"),
        ("masscan-list", b"open tcp 99999 192.0.2.1 1795508223", "no port"),
        ("masscan-list", b"open ddp 7547 192.0.2.1 1795508223", "none of masscan's"),
        ("masscan-list", b"banner tcp 7547 192.0.2.1 1795508223", "without its service"),
        ("masscan-list", b"half a line", "no record of masscan's list"),
        ("masscan-grepable", b"Timestamp: 1795508223\tHost: 192.0.2.1 ()", "none of masscan's"),
        (
            "masscan-grepable",
            b"Host: 192.0.2.1 ()\tPort: 7547\tService: http\tBanner: x",
            "no time",
        ),
        ("masscan-ndjson", b'{"ip": "192.0.2.1", "rec_type": "status"}', "no port"),
    ],
)
def test_what_cannot_be_read_is_rejected_with_its_reason(
    name: str, record: bytes, reason: str, read: Read
) -> None:
    if reason == "no time":
        with pytest.raises(TimeMissing):
            read(name, record)
        return
    rejected = read(name, record)
    assert len(rejected) == 1
    assert isinstance(rejected[0], Rejected)
    assert reason in rejected[0].reason
    assert rejected[0].raw == record


def test_a_cut_list_keeps_every_whole_line(read: Read) -> None:
    record = b"open tcp 7547 192.0.2.%d 1795508223\n"
    records = read("masscan-list", b"".join(record % n for n in range(1, 9)) + b"open tcp 75")
    assert len(by_address(records)) == 8
    assert isinstance(records[0], Rejected)
    assert records[0].where == "line 9"


def test_a_cut_xml_file_keeps_every_finished_record(read: Read) -> None:
    xml = b'<?xml version="1.0"?><nmaprun scanner="masscan">' + b"".join(
        b'<host endtime="1795508223"><address addr="192.0.2.%d"/><ports><port protocol="tcp"'
        b' portid="7547"><state state="open"/></port></ports></host>\r\n' % n
        for n in range(1, 9)
    )
    records = read("masscan-xml", xml[:-40])
    assert len(by_address(records)) == 7
    assert [r.reason for r in records if isinstance(r, Rejected)] == ["the document is cut off"]


def test_two_records_of_one_port_far_apart_are_two_observations(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Memory is bounded: the port that was silent for longest is let go."""
    monkeypatch.setattr("gatewatch.formats.masscan._WINDOW", 2)
    numbers = [1, 2, 3, 1]
    lines = b"".join(b"open tcp 7547 192.0.2.%d 1795508223\n" % n for n in numbers)
    found = [str(o.ip)[-1] for o in read("masscan-list", lines) if isinstance(o, Observation)]
    assert found == ["1", "2", "3", "1"]


def test_long_banners_do_not_pile_up(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gatewatch.formats.masscan._WINDOW_BYTES", 100_000)
    banner = b"banner tcp 7547 192.0.2.%d 1795508223 http HTTP/1.1 200 OK" + b"x" * 60_000 + b"\n"
    lines = b"".join(banner % n for n in range(20))
    records = read("masscan-list", lines)
    assert len(by_address(records)) == 20
    answer = by_address(records)["192.0.2.7"].answer
    assert Mark.TRUNCATED in answer.marks
    assert len(answer.head) <= 16 * 1024


def test_a_head_that_breaks_off_is_marked(read: Read) -> None:
    line = rb"banner tcp 7547 192.0.2.1 1795508223 http HTTP/1.1 200 OK\x0d\x0aServer: gS"
    answer = by_address(read("masscan-list", line))["192.0.2.1"].answer
    assert answer.head == b"HTTP/1.1 200 OK\r\nServer: gS"
    assert answer.marks == {Mark.NO_BODY, Mark.TRUNCATED}


def test_a_page_that_was_captured_is_the_body(read: Read) -> None:
    start = rb"banner tcp 7547 192.0.2.1 1795508223 "
    lines = (
        start + rb"html \x3cp\x3ehi" + b"\n" + start + rb"http HTTP/1.0 200 OK\x0d\x0a\x0d" + b"\n"
    )
    answer = by_address(read("masscan-list", lines))["192.0.2.1"].answer
    assert (answer.head, answer.body) == (b"HTTP/1.0 200 OK\r\n\r\n", b"<p>hi")
    assert answer.marks == frozenset()
