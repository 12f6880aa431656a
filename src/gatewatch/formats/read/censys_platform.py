"""Censys Platform (since 2025): hosts with a list of services, HTTP below `endpoints`.

Read are answers of the API (`result.hits[].host_v1.resource`, `result.resource`), the same
without their envelope, and bare hosts. Every TCP service comes along: with the HTTP answer of its
root endpoint, else with what its CWMP scan kept (Server, challenges, cookies), else with its
banner. Field names: Censys Platform OpenAPI schema, `host` asset.
"""

from collections.abc import Iterator
from typing import BinaryIO

from gatewatch.formats.censys import answer_of_banner, answer_of_http, place_of, tls_of
from gatewatch.formats.given import Given
from gatewatch.formats.http_text import NO_MARKS, Tls, http_answer, rebuilt_head
from gatewatch.formats.json_records import ENVELOPE_LIMIT, JsonRecord, peek, read_each
from gatewatch.formats.json_values import Table, address, array, dig, moment, port, table, text
from gatewatch.model.address import Address
from gatewatch.model.observation import (
    Answer,
    Mark,
    Observation,
    Outcome,
    Place,
    Rejected,
    Unanswered,
)

__all__ = ["NAME", "SENTENCE", "observations", "read", "sniff"]

NAME = "censys-platform"
SENTENCE = "Censys Platform hosts: API answers or bare hosts (JSON)."

_LOSSY = frozenset({Mark.LOSSY})
_CWMP_MARKS = frozenset({Mark.REBUILT, Mark.PARTIAL, Mark.NO_BODY})


def sniff(head: bytes) -> bool:
    """Whether an object is a host whose services have a `scan_time`, or holds such hosts."""
    return any(
        "host_v1" in record
        or "resource" in table(record.get("result"))
        or (dig(record, "result", "hits") == [] and "code" not in record)
        or any(_is_host(host) for host in _hosts(record))
        for record in peek(head)
    )


def _is_host(host: Table) -> bool:
    services = [table(service) for service in array(host.get("services"))]
    return any(
        "service_name" not in service and not service.keys().isdisjoint({"scan_time", "protocol"})
        for service in services
    ) or (not services and host.keys() >= {"ip", "service_count"})


def read(stream: BinaryIO, given: Given) -> Iterator[Observation | Unanswered | Rejected]:
    """One service for each TCP service of each host."""
    return read_each(stream, given, observations, ENVELOPE_LIMIT)


def observations(record: JsonRecord, given: Given) -> Iterator[Observation | Unanswered | Rejected]:
    """What one host, or one page of hosts, says."""
    for host in _hosts(record.value):
        try:
            ip = address(host.get("ip"))
        except ValueError as problem:
            yield record.rejected(str(problem))
            continue
        place = place_of(host)
        for service in map(table, array(host.get("services"))):
            if text(service.get("transport_protocol")).lower() in ("", "tcp"):
                try:
                    yield _service(ip, service, place, record.lossy, given)
                except ValueError as problem:
                    yield record.rejected(str(problem))


def _hosts(record: Table) -> list[Table]:
    """The hosts of an API answer, of one hit, or the record itself."""
    hits = dig(record, "result", "hits")
    if isinstance(hits, list):
        return [_unwrapped(table(hit)) for hit in hits]
    return [_unwrapped(record)]


def _unwrapped(record: Table) -> Table:
    for path in (("host_v1", "resource"), ("result", "resource"), ("host_v1",), ("host",)):
        found = dig(record, *path)
        if isinstance(found, dict):
            return found
    return record


def _service(
    ip: Address, service: Table, place: Place | None, lossy: bool, given: Given
) -> Observation:
    marks = _LOSSY if lossy else NO_MARKS
    tls = tls_of(service)
    answer = answer_of_http(_root_http(service), marks, tls)
    return Observation(
        ip,
        given.port_or(port(service.get("port")), NAME),
        given.time_or(moment(service.get("scan_time")), NAME),
        answer or _cwmp_answer(service, marks, tls) or answer_of_banner(service, marks, tls),
        place,
    )


def _root_http(service: Table) -> Table:
    """The `http` of the endpoint `/`, else of the first that has one."""
    found = [
        (table(endpoint).get("path"), http)
        for endpoint in array(service.get("endpoints"))
        if isinstance(http := table(endpoint).get("http"), dict)
    ]
    return next((http for path, http in found if path == "/"), found[0][1] if found else {})


def _cwmp_answer(service: Table, marks: frozenset[Mark], tls: Tls) -> Answer | None:
    """An answer of which only `cwmp` with server, auth and cookies was kept."""
    cwmp = table(service.get("cwmp"))
    pairs = [("server", text(cwmp.get("server")))] if cwmp.get("server") else []
    for name, member in (("www-authenticate", "auth"), ("set-cookie", "cookies")):
        pairs += [(name, text(value)) for value in array(cwmp.get(member))]
    if not pairs:
        return None
    head = rebuilt_head("", None, "", pairs)
    return http_answer(head, b"", Outcome.SUCCESS, marks | _CWMP_MARKS, tls)
