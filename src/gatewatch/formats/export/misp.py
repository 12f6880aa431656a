"""One MISP event: an `ip-port` object for each service, a `vulnerability` one for each CVE.

`to_ids` is false everywhere: the address is a victim's, and a sensor that blocks it would cut off
a customer. Ids follow from the data, so the same selection imported twice is one event. Templates:
misp-objects ip-port version 10, vulnerability version 2; tag of RSIT.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import TextIO
from uuid import NAMESPACE_URL, UUID, uuid5

from gatewatch.formats.limits import Limit
from gatewatch.model.exposed import About, Exposed, Flaw
from gatewatch.model.hostile import json_line, shown
from gatewatch.model.moment import SECOND, parse_moment

__all__ = ["LIMIT", "NAME", "SENTENCE", "SUFFIXES", "write"]

NAME = "misp"
SENTENCE = "A MISP event in JSON with an ip-port object for each service; to_ids is false."
SUFFIXES = (".misp.json", ".misp")
LIMIT = Limit(5000, "MISP's pages get slow with more than 5,000 objects in an event")

_SPACE = uuid5(NAMESPACE_URL, "gatewatch:misp")
_TEXT_MOST = 1000
# The type, the category and whether equal values are worth linking, by relation of the template.
_KINDS = {
    "ip": ("ip-dst", "Network activity", True),
    "dst-port": ("port", "Network activity", False),
    "protocol": ("text", "Other", False),
    "AS": ("AS", "Network activity", False),
    "country-code": ("text", "Other", False),
    "last-seen": ("datetime", "Other", False),
    "text": ("text", "Other", False),
    "id": ("vulnerability", "External analysis", True),
}
_TEMPLATES = {
    "ip-port": ("network", "9f8cea74-16fe-4968-a2b4-026676949ac6", "10"),
    "vulnerability": ("network", "81650945-f186-437b-8945-9f31715d32da", "2"),
}


def write(services: Iterable[Exposed], about: About, out: TextIO) -> None:
    """Writes the event, object by object."""
    event = uuid5(_SPACE, about.key)
    head = json_line(_event(about, event))
    out.write(f'{{"Event":{head[:-1]},"Object":[')
    before = "\n"
    for one in _objects(services, event):
        out.write(before + json_line(one))
        before = ",\n"
    out.write("\n]}}\n")


def _event(about: About, event: UUID) -> dict[str, object]:
    part = f", part {about.part}" if about.part > 1 else ""
    asked = shown(about.query, _TEXT_MOST) or "everything"
    return {
        "uuid": str(event),
        "info": f"Exposed CWMP (TR-069) services: {asked}{part}",
        "date": about.last_seen[:10],
        "timestamp": _epoch(about.last_seen),
        "threat_level_id": "4",
        "analysis": "2",
        "distribution": "0",
        "published": False,
        "Tag": [
            {"name": name}
            for name in (f"tlp:{about.tlp}", 'rsit:vulnerable="vulnerable-system"', "cwmp")
        ],
        "Attribute": [],
    }


def _objects(services: Iterable[Exposed], event: UUID) -> Iterator[dict[str, object]]:
    told: set[str] = set()
    for one in services:
        new = [flaw for flaw in one.flaws if flaw.cve not in told]
        told |= {flaw.cve for flaw in new}
        yield from (_vulnerability(flaw, one, event) for flaw in new)
        yield _service(one, event)


def _service(one: Exposed, event: UUID) -> dict[str, object]:
    own = uuid5(event, f"{one.ip} {one.port}")
    asn = one.number("asn")
    values = {
        "ip": str(one.ip),
        "dst-port": str(one.port),
        "protocol": "tcp",
        "AS": "" if asn is None else str(asn),
        "country-code": one.text("country"),
        "last-seen": one.seen_at,
        "text": "; ".join(_words(one)),
    }
    return {
        **_object("ip-port", own, one.seen_at, values),
        "ObjectReference": [
            {
                "uuid": str(uuid5(own, flaw.cve)),
                "object_uuid": str(own),
                "referenced_uuid": str(_id_of(flaw, event)),
                "relationship_type": "related-to",
                "comment": f"{flaw.verdict}, {flaw.sure} % sure",
            }
            for flaw in one.flaws
        ],
    }


def _vulnerability(flaw: Flaw, one: Exposed, event: UUID) -> dict[str, object]:
    return _object("vulnerability", _id_of(flaw, event), one.seen_at, {"id": flaw.cve})


def _object(name: str, own: UUID, seen_at: str, values: Mapping[str, str]) -> dict[str, object]:
    category, template, version = _TEMPLATES[name]
    return {
        "uuid": str(own),
        "name": name,
        "meta-category": category,
        "template_uuid": template,
        "template_version": version,
        "timestamp": _epoch(seen_at),
        "Attribute": [
            _attribute(own, relation, value, seen_at) for relation, value in values.items() if value
        ],
    }


def _attribute(own: UUID, relation: str, value: str, seen_at: str) -> dict[str, object]:
    kind, category, linked = _KINDS[relation]
    return {
        "uuid": str(uuid5(own, relation)),
        "object_relation": relation,
        "type": kind,
        "category": category,
        "value": value,
        "to_ids": False,
        "disable_correlation": not linked,
        "timestamp": _epoch(seen_at),
    }


def _words(one: Exposed) -> Iterator[str]:
    """What is known of the device; its own words quoted, and safe to show."""
    if one.product:
        yield shown(one.product, _TEXT_MOST)
    for name, value in (("Server", one.headers.get("server")), ("realm", one.text("realm"))):
        if value:
            yield f'{name} "{shown(value, _TEXT_MOST)}"'
    risk = one.number("risk")
    if risk is not None:
        yield f"risk {risk} ({one.text('risk.band')})"


def _id_of(flaw: Flaw, event: UUID) -> UUID:
    return uuid5(event, flaw.cve)


def _epoch(moment: str) -> str:
    return str(parse_moment(moment) // SECOND)
