"""A STIX 2.1 bundle: what was observed, on which infrastructure, with which vulnerabilities.

No indicator and no malware: an exposed router is a victim. Ids follow from what an object is
about (STIX 2.1 section 2.9, UUIDv5), so the same service exported twice is one object, and what
many services share (AS, software, country, vulnerability) stands in the bundle once. An object
that is made anew each time has no day of creation; it bears the earliest moment that we know,
and `modified` tells when its service was seen. Marking: TLP 2.0 as OASIS publishes it.
"""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, NamedTuple, TextIO
from uuid import NAMESPACE_URL, uuid5

from gatewatch.formats.limits import Limit
from gatewatch.model.exposed import About, Exposed, Flaw
from gatewatch.model.hostile import shown

__all__ = ["LIMIT", "NAME", "SENTENCE", "SUFFIXES", "write"]

NAME = "stix"
SENTENCE = "A STIX 2.1 bundle with observations, infrastructure and vulnerabilities."
SUFFIXES = (".stix.json", ".stix")
LIMIT = Limit(20_000, "a service takes milliseconds and kilobytes in STIX", total=20_000)

_SPACE = uuid5(NAMESPACE_URL, "gatewatch:stix")
_CREATED = "2000-01-01T00:00:00Z"
_TEXT_MOST = 1000
_TLP_EXTENSION = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"
_TLP_CREATED = "2022-10-01T00:00:00.000Z"
_TLP_IDS = {
    "clear": "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
    "green": "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
    "amber": "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
    "amber+strict": "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
    "red": "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
}


class _Maker(NamedTuple):
    """What every object of a bundle has."""

    marking: Any
    author: Any

    def seen(self, cls: Any, **values: object) -> Any:
        """A thing that was observed; its id follows from its values."""
        return cls(object_marking_refs=[self.marking.id], **values)

    def said(self, cls: Any, key: str, modified: str = _CREATED, **values: object) -> Any:
        """What we say of it; its id follows from `key`."""
        return cls(
            id=_id(cls, key),
            created=_CREATED,
            modified=modified,
            created_by_ref=self.author.id,
            object_marking_refs=[self.marking.id],
            **values,
        )


def write(services: Iterable[Exposed], about: About, out: TextIO) -> None:
    """Writes the bundle, object by object."""
    marking, author = _marking(about.tlp), _author()
    maker = _Maker(marking, author)
    bundle = f"bundle--{uuid5(_SPACE, about.key)}"
    out.write(f'{{"type":"bundle","id":"{bundle}","objects":[')
    before = "\n"
    told: set[str] = set()
    made = chain.from_iterable(_objects(one, maker) for one in services)
    for one in chain((marking, author), made):
        if one.id in told:
            continue
        told.add(one.id)
        # What devices said holds nothing unseen any more; the rest is ASCII.
        out.write(before + one.serialize(ensure_ascii=True, separators=(",", ":")))
        before = ",\n"
    out.write("\n]}\n")


def _objects(one: Exposed, maker: _Maker) -> Iterator[Any]:
    """All objects of one service; what it shares with others comes again."""
    from stix2 import v21

    seen = list(_observed(one, maker))
    address, traffic = seen[-2:]
    key = f"{address.value} {one.port}"
    yield from seen
    yield maker.said(
        v21.ObservedData,
        f"{key} {one.seen_at}",
        one.seen_at,
        first_observed=one.seen_at,
        last_observed=one.seen_at,
        number_observed=1,
        object_refs=[thing.id for thing in seen],
    )
    place = maker.said(
        v21.Infrastructure,
        key,
        one.seen_at,
        name=f"CWMP service {address.value} port {one.port}",
        description=_description(one),
        infrastructure_types=["unknown"],
        last_seen=one.seen_at,
    )
    yield place
    software = [thing for thing in seen if thing.type == "software"]
    for thing in (address, traffic, *software):
        yield _relation(maker, place, "consists-of", thing, one)
    yield from _located(one, maker, place)
    for flaw in one.flaws:
        vulnerability = _vulnerability(flaw, maker)
        yield vulnerability
        words = {"confidence": flaw.sure, "description": flaw.verdict}
        yield _relation(maker, place, "has", vulnerability, one, **words)


def _observed(one: Exposed, maker: _Maker) -> Iterator[Any]:
    """Network, software, address and traffic; the last two always."""
    from stix2 import v21

    network: dict[str, list[str]] = {}
    asn = one.number("asn")
    if asn is not None:
        named = {"name": shown(one.text("as.name"), _TEXT_MOST)} if one.text("as.name") else {}
        system = maker.seen(v21.AutonomousSystem, number=asn, **named)
        network = {"belongs_to_refs": [system.id]}
        yield system
    if one.text("software"):
        version = one.text("software.version")
        told = {"version": shown(version, _TEXT_MOST)} if version else {}
        yield maker.seen(v21.Software, name=shown(one.text("software"), _TEXT_MOST), **told)
    family, kind = ("ipv4", v21.IPv4Address) if one.ip.high is None else ("ipv6", v21.IPv6Address)
    address = maker.seen(kind, value=str(one.ip), **network)
    yield address
    spoken = ["http"] if one.text("spoke") == "http" else []
    yield maker.seen(
        v21.NetworkTraffic,
        dst_ref=address.id,
        dst_port=one.port,
        protocols=[family, "tcp", *spoken],
    )


def _located(one: Exposed, maker: _Maker, place: Any) -> Iterator[Any]:
    from stix2 import v21

    country = one.text("country")
    if country:
        location = maker.said(v21.Location, country, country=country, name=country)
        yield location
        yield _relation(maker, place, "located-at", location, one)


def _vulnerability(flaw: Flaw, maker: _Maker) -> Any:
    from stix2 import v21

    source = {"source_name": "cve", "external_id": flaw.cve}
    return maker.said(v21.Vulnerability, flaw.cve, name=flaw.cve, external_references=[source])


def _relation(
    maker: _Maker, source: Any, word: str, target: Any, one: Exposed, **words: object
) -> Any:
    from stix2 import v21

    return maker.said(
        v21.Relationship,
        f"{source.id} {word} {target.id}",
        one.seen_at,
        relationship_type=word,
        source_ref=source.id,
        target_ref=target.id,
        **words,
    )


def _description(one: Exposed) -> str:
    words = [shown(one.product, _TEXT_MOST)] if one.product else []
    for name, value in (("Server", one.headers.get("server")), ("realm", one.text("realm"))):
        if value:
            words.append(f'{name} "{shown(value, _TEXT_MOST)}"')
    risk = one.number("risk")
    if risk is not None:
        words.append(f"risk {risk} ({one.text('risk.band')})")
    return "; ".join(words) or "No more is known of it."


def _author() -> Any:
    from stix2 import v21

    return v21.Identity(
        id=_id(v21.Identity, "gatewatch"),
        created=_CREATED,
        modified=_CREATED,
        name="gatewatch",
        identity_class="system",
    )


def _marking(tlp: str) -> Any:
    from stix2 import v21

    return v21.MarkingDefinition(
        id=_TLP_IDS[tlp],
        created=_TLP_CREATED,
        name=f"TLP:{tlp.upper()}",
        extensions={_TLP_EXTENSION: {"extension_type": "property-extension", "tlp_2_0": tlp}},
    )


def _id(cls: Any, key: str) -> str:
    return f"{cls._type}--{uuid5(_SPACE, f'{cls._type} {key}')}"
