"""`/host/{ip}`: one address through all snapshots, and why we say what it is."""

from gatewatch.model.address import Address, parse_address
from gatewatch.model.errors import BadArguments
from gatewatch.report.host import Explained, Sighting, explained, history, latest, sightings
from gatewatch.web.operations import (
    answered,
    described,
    is_known,
    parameter,
    schema_of,
    tag_of,
)
from gatewatch.web.visit import Download, Visit

__all__ = ["OPERATION", "PATH", "SCOPE", "answer"]

PATH = "/host/{ip}"
SCOPE = "read"
# Some boxes answer on every port.
_MOST_PORTS = 20
_LIST = {"type": "array", "items": {"type": "object"}}
OPERATION = described(
    "What answers at an address, with the evidence, and its history.",
    [parameter("ip", "IPv4 or IPv6.", {"type": "string", "maxLength": 60}, place="path")],
    schema_of(ip={"type": "string"}, services=_LIST, history=_LIST),
)


def answer(visit: Visit) -> Download:
    """The same as `gatewatch host`; an address that was never seen has no services."""
    address = _address(visit.part["ip"])
    lake = visit.lake()
    tag = tag_of(visit, lake)
    if known := is_known(visit, tag):
        return known
    with lake.reading([info.id for info in lake.snapshots]) as con:
        seen = sightings(con, address)
        last = latest(lake.snapshots, seen)[:_MOST_PORTS]
        services = [_service(one, explained(con, one, visit.site.overlay)) for one in last]
    events = [
        {
            "snapshot": event.snapshot,
            "port": event.port,
            "seen": event.sighting.seen_at if event.sighting else None,
            "response": event.sighting.response if event.sighting else None,
            "change": event.change,
        }
        for event in history(lake.snapshots, seen)
    ]
    return answered({"ip": str(address), "services": services, "history": events}, tag)


def _service(sighting: Sighting, why: Explained) -> dict[str, object]:
    return {
        "port": sighting.port,
        "snapshot": sighting.snapshot,
        "scan_time": sighting.seen_at,
        "response": sighting.response,
        "values": sighting.values,
        "beliefs": [
            {
                "field": one.field,
                "value": one.value,
                "sure": round(one.sure, 3),
                "evidence": [f"{hint.evidence} ({hint.rule})" for hint in one.hints],
            }
            for one in why.beliefs
        ],
        "answer": (why.masked.head + why.masked.body).decode("latin-1"),
        "shared_by": why.shared_by,
    }


def _address(word: str) -> Address:
    try:
        return parse_address(word)
    except ValueError as error:
        what = f'"{word}" is no address, {error}'
        raise BadArguments(where="ip", what=what, mend="write it as 192.0.2.7") from None
