"""Shodan: banners as its command and its APIs write them.

Read are downloads (`NAME.json.gz`, one banner a line), the search API (`matches`), the host API
(`data` is a list of banners) and InternetDB, which knows open ports only and no time. `data`
holds status line and headers as the device sent them; the body is `http.html` and belongs to the
last of followed redirects, so it is left out when there were any. Times are UTC without a zone.
UDP banners are left out. Field names: Shodan's Datapedia.
"""

from collections.abc import Iterator
from typing import BinaryIO

from gatewatch.formats.given import Given
from gatewatch.formats.http_text import (
    NO_MARKS,
    Tls,
    answer_from_raw,
    http_answer,
    octets,
    rebuilt_head,
    tls_pairs,
)
from gatewatch.formats.json_records import ENVELOPE_LIMIT, JsonRecord, peek, read_each
from gatewatch.formats.json_values import (
    Table,
    address,
    array,
    dig,
    moment,
    number,
    place_in,
    port,
    table,
    text,
)
from gatewatch.model.observation import (
    Answer,
    Mark,
    Observation,
    Outcome,
    Place,
    Rejected,
    Spoke,
    Unanswered,
)

__all__ = ["LINES", "NAME", "SENTENCE", "observations", "read", "sniff"]

NAME = "shodan"
SENTENCE = "Shodan banners: downloads, search and host API answers, InternetDB (JSON)."
LINES = True

_LOSSY = frozenset({Mark.LOSSY})
_NO_BODY = frozenset({Mark.NO_BODY})
_OPEN = Answer(Spoke.SYN_ACK, Outcome.SUCCESS)


def sniff(head: bytes) -> bool:
    """Whether an object is a banner, a host with banners or ports, or a page of matches."""
    return any(_is_shodan(record) for record in peek(head))


def _is_shodan(record: Table) -> bool:
    return (
        "_shodan" in record
        or ("ip_str" in record and not record.keys().isdisjoint({"port", "ports"}))
        or (isinstance(record.get("matches"), list) and "total" in record)
        or record.keys() >= {"ip", "ports", "cpes", "hostnames"}
    )


def read(stream: BinaryIO, given: Given) -> Iterator[Observation | Unanswered | Rejected]:
    """One service for each banner or open port."""
    return read_each(stream, given, observations, ENVELOPE_LIMIT)


def observations(record: JsonRecord, given: Given) -> Iterator[Observation | Unanswered | Rejected]:
    """What one banner, host or page says; raises ValueError when nothing of it can be used."""
    value = record.value
    banners = next(
        (found for name in ("matches", "data") if isinstance(found := value.get(name), list)), None
    )
    if banners is None and isinstance(value.get("ports"), list):
        yield from _open_ports(value, given)
        return
    for banner in map(table, [value] if banners is None else banners):
        if banner.get("transport") != "udp":
            try:
                yield _service(banner, value, record.lossy, given)
            except ValueError as problem:
                yield record.rejected(str(problem))


def _open_ports(host: Table, given: Given) -> Iterator[Observation]:
    """InternetDB, and hosts asked for without their banners."""
    ip = address(host.get("ip_str") or host.get("ip"))
    seen_at = given.time_or(moment(host.get("last_update")), NAME)
    for entry in array(host.get("ports")):
        found = port(entry)
        if found is not None:
            yield Observation(ip, found, seen_at, _OPEN, _place(host, host))


def _service(banner: Table, host: Table, lossy: bool, given: Given) -> Observation:
    where = banner.get("ip_str") or banner.get("ipv6") or host.get("ip_str")
    return Observation(
        address(where),
        given.port_or(port(banner.get("port")), NAME),
        given.time_or(moment(banner.get("timestamp")), NAME),
        _answer(banner, lossy),
        _place(banner, host),
    )


def _answer(banner: Table, lossy: bool) -> Answer:
    raw, http = text(banner.get("data")), table(banner.get("http"))
    marks = _LOSSY if lossy or "\ufffd" in raw else NO_MARKS
    tls = _tls(table(banner.get("ssl")))
    answer = answer_from_raw(octets(raw), marks=marks, tls=tls)
    status = number(http.get("status"))
    if answer.spoke is Spoke.HTTP:
        head, body = answer.head, answer.body
        marks = answer.marks
    elif not raw and status is not None:
        head, body = rebuilt_head("", status, "", _http_headers(http)), b""
        marks |= {Mark.REBUILT, Mark.PARTIAL}
    else:
        return answer
    html = "" if array(http.get("redirects")) else http.get("html")
    if isinstance(html, str) and html:
        body = octets(html)
    if not body:
        marks |= _NO_BODY
    return http_answer(head, body, Outcome.SUCCESS, marks, tls)


def _http_headers(http: Table) -> list[tuple[str, str]]:
    """The few headers that `http` keeps."""
    pairs = [(name, text(value)) for name, value in table(http.get("headers")).items()]
    server = text(http.get("server"))
    return pairs if pairs or not server else [("server", server)]


def _tls(ssl: Table) -> Tls:
    cert = table(ssl.get("cert"))
    return tls_pairs(
        subject=_distinguished(cert.get("subject")),
        issuer=_distinguished(cert.get("issuer")),
        sha256=dig(cert, "fingerprint", "sha256"),
        version=dig(ssl, "cipher", "version"),
        cipher=dig(ssl, "cipher", "name"),
    )


def _distinguished(names: object) -> str:
    """`{"CN": "router", "O": "Example"}` as `CN=router, O=Example`."""
    return ", ".join(f"{name}={text(value)}" for name, value in table(names).items())


def _place(banner: Table, host: Table) -> Place | None:
    return place_in(
        dig(banner, "location", "country_code") or host.get("country_code"),
        banner.get("asn") or host.get("asn"),
        banner.get("isp"),
        banner.get("org"),
        host.get("isp"),
    )
