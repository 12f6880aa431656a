"""Censys Search 2.0 (2020-2025): hosts with a list of services.

Read are the API's answers (`result` is a host, or holds `hits`), the array that the `censys`
command writes, and bare hosts. Every TCP service comes along: with its HTTP answer, else with its
banner; one of which only port and name are given is just connected. Field names: Censys Search
2.0 "Hosts" data definitions.
"""

from collections.abc import Iterator
from typing import BinaryIO

from gatewatch.formats.censys import answer_of_banner, answer_of_http, place_of, tls_of
from gatewatch.formats.given import Given
from gatewatch.formats.http_text import NO_MARKS
from gatewatch.formats.json_records import ENVELOPE_LIMIT, JsonRecord, peek, read_each
from gatewatch.formats.json_values import Table, address, array, dig, moment, port, table, text
from gatewatch.model.address import Address
from gatewatch.model.observation import Mark, Observation, Place, Rejected, Unanswered

__all__ = ["NAME", "SENTENCE", "observations", "read", "sniff"]

NAME = "censys-search"
SENTENCE = "Censys Search 2.0 hosts: API answers, censys command, one object or many (JSON)."

_LOSSY = frozenset({Mark.LOSSY})


def sniff(head: bytes) -> bool:
    """Whether an object is a host whose services have a `service_name`, or holds such hosts."""
    return any(
        any(_is_host(host) for host in _hosts(record)) or _is_empty_page(record)
        for record in peek(head)
    )


def _is_host(host: Table) -> bool:
    services = array(host.get("services"))
    return any("service_name" in table(service) for service in services) or (
        not services and host.keys() >= {"ip", "services", "last_updated_at"}
    )


def _is_empty_page(record: Table) -> bool:
    return dig(record, "result", "hits") == [] and "code" in record


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
            # Absent in fields chosen by hand; Search 2.0 has QUIC and UDP services too.
            if text(service.get("transport_protocol")) in ("", "TCP"):
                try:
                    yield _service(ip, host, service, place, record.lossy, given)
                except ValueError as problem:
                    yield record.rejected(str(problem))


def _hosts(record: Table) -> list[Table]:
    """The hosts of an API answer, or the record itself."""
    result = record.get("result")
    if not isinstance(result, dict):
        return [record]
    hits = result.get("hits")
    return [table(hit) for hit in hits] if isinstance(hits, list) else [result]


def _service(
    ip: Address, host: Table, service: Table, place: Place | None, lossy: bool, given: Given
) -> Observation:
    marks = _LOSSY if lossy else NO_MARKS
    tls = tls_of(service)
    answer = answer_of_http(table(dig(service, "http", "response")), marks, tls)
    found = moment(service.get("observed_at")) or moment(host.get("last_updated_at"))
    return Observation(
        ip,
        given.port_or(port(service.get("port")), NAME),
        given.time_or(found, NAME),
        answer or answer_of_banner(service, marks, tls),
        place,
    )
