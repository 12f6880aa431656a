"""naabu of ProjectDiscovery: one JSON object an open port, without any answer.

Older versions write the port as an object, `{"Port": 7547, "Protocol": 0}`. Ports of other
protocols than TCP are left out. Field names: naabu runner/output.go.
"""

from collections.abc import Iterator
from typing import BinaryIO

from gatewatch.formats.given import Given
from gatewatch.formats.json_records import JsonRecord, peek, read_each
from gatewatch.formats.json_values import Table, address, moment, port, text
from gatewatch.model.observation import (
    Answer,
    Observation,
    Outcome,
    Rejected,
    Spoke,
    Unanswered,
)

__all__ = ["LINES", "NAME", "SENTENCE", "observations", "read", "sniff"]

NAME = "naabu"
SENTENCE = "Output of ProjectDiscovery naabu (-json): open ports, no answers."
LINES = True

_OPEN = Answer(Spoke.SYN_ACK, Outcome.SUCCESS)
# Members of other tools' records that have address, port and protocol as well.
_FOREIGN = frozenset({"data", "url", "rec_type", "tag", "geo", "http_code", "severity", "service"})


def sniff(head: bytes) -> bool:
    """Whether an object is an open port and nothing else."""
    return any(_is_port(record) for record in peek(head))


def _is_port(record: Table) -> bool:
    names = record.keys()
    return (
        names >= {"ip", "port"}
        and not names.isdisjoint({"protocol", "tls", "timestamp"})
        and names.isdisjoint(_FOREIGN)
    )


def read(stream: BinaryIO, given: Given) -> Iterator[Observation | Unanswered | Rejected]:
    """One service, known to be open, for each record."""
    return read_each(stream, given, observations)


def observations(record: JsonRecord, given: Given) -> Iterator[Observation | Unanswered | Rejected]:
    """What one record says; raises ValueError with the reason when it cannot be used."""
    found = record.value
    number = found.get("port")
    if isinstance(number, dict):
        number = number.get("Port")
    if text(found.get("protocol")) in ("", "tcp"):
        yield Observation(
            address(found.get("ip") or found.get("host")),
            given.port_or(port(number), NAME),
            given.time_or(moment(found.get("timestamp")), NAME),
            _OPEN,
        )
