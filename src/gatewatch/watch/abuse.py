"""Reports to a provider about its customers' exposed devices: mail with XARF, a bundle a contact.

Text for people first, then one XARF 4.2 report an address (category `vulnerability`, type
`open_service`, or `cve` where one is named). What a device said stands in JSON strings only. One
mail holds `MOST` reports; more become further mails, none is left out. Source: the JSON schemas of
XARF 4.2.0; X-ARF 0.2 for the mail's header.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from uuid import NAMESPACE_URL, uuid5

from gatewatch.model.address import parse_address
from gatewatch.model.errors import InputUnreadable
from gatewatch.model.hostile import shown
from gatewatch.model.moment import day_of, iso, parse_moment
from gatewatch.watch.mail import mail, mail_address

__all__ = ["MOST", "Exposure", "Reporter", "bundles", "read_exposures", "report"]

MOST = 100
_MOST_LINES = 100_000
_LONGEST_LINE = 200_000
_VERSION = "4.2.0"
_CVE = re.compile(r"CVE-\d{4}-\d{4,7}")


@dataclass(frozen=True, slots=True)
class Reporter:
    """Who reports, and where answers go."""

    org: str
    contact: str


@dataclass(frozen=True, slots=True)
class Exposure:
    """One exposed service; `seen_at` is in microseconds since 1970 UTC."""

    address: str
    port: int
    seen_at: int
    contact: str
    server: str = ""
    cves: tuple[str, ...] = ()


def read_exposures(lines: Iterable[str], where: str, contact: str) -> list[Exposure]:
    """What `gatewatch search --format ndjson` wrote, with `contact` where a line has none.

    Of an address and port that stand there twice the later sighting counts. Raises
    InputUnreadable, which names the line.
    """
    found: dict[tuple[str, int], Exposure] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            if number > _MOST_LINES or len(line) > _LONGEST_LINE:
                raise ValueError("it is too long")
            one = _exposure(json.loads(line), contact)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            what = str(error) if isinstance(error, ValueError) else "it lacks ip or seen_at"
            mend = "give JSON lines with ip, port, seen_at and contact (or --contact)"
            raise InputUnreadable(where=f"{where}:{number}", what=what, mend=mend) from None
        known = found.get((one.address, one.port))
        if known is None or known.seen_at < one.seen_at:
            found[one.address, one.port] = one
    return list(found.values())


def bundles(exposures: Iterable[Exposure]) -> Iterator[tuple[str, list[Exposure]]]:
    """Contact and at most `MOST` exposures, in order, for one mail each."""
    by_contact: dict[str, list[Exposure]] = {}
    for one in sorted(exposures, key=lambda one: (one.contact, parse_address(one.address).number)):
        by_contact.setdefault(one.contact, []).append(one)
    for contact, ones in by_contact.items():
        for start in range(0, len(ones), MOST):
            yield contact, ones[start : start + MOST]


def report(
    contact: str, exposures: list[Exposure], reporter: Reporter, number: str, *, at: int
) -> EmailMessage:
    """The mail to one contact; raises ValueError for what is no mail address."""
    days = sorted({day_of(one.seen_at) for one in exposures})
    subject = f"abuse report about {exposures[0].address} - {days[-1]}"
    if len(exposures) > 1:
        subject = f"abuse report about {len(exposures)} addresses - {days[-1]}"
    text = _text(exposures, reporter)
    message = mail(reporter.contact, contact, subject, text, number=number, at=at)
    message["X-XARF"] = "PLAIN"
    for place, one in enumerate(exposures, 1):
        name = "xarf.json" if len(exposures) == 1 else f"xarf-{place:03d}.json"
        raw = json.dumps(xarf(one, reporter), indent=1).encode()
        message.add_attachment(raw, maintype="application", subtype="json", filename=name)
    return message


def xarf(one: Exposure, reporter: Reporter) -> dict[str, object]:
    """One report of XARF 4.2; the same exposure has the same id each time."""
    who = {
        "org": reporter.org,
        "contact": reporter.contact,
        "domain": reporter.contact.partition("@")[2],
    }
    told: dict[str, object] = {
        "xarf_version": _VERSION,
        "report_id": str(uuid5(NAMESPACE_URL, f"gatewatch:{one.address}:{one.port}:{one.seen_at}")),
        "timestamp": iso(one.seen_at),
        "reporter": who,
        "sender": who,
        "source_identifier": one.address,
        "source_port": one.port,
        "category": "vulnerability",
        "type": "open_service",
        "service": "cwmp",
        "service_port": one.port,
        "evidence_source": "vulnerability_scan",
        "description": "A CWMP (TR-069) service of a customer's device answers the whole Internet.",
        "remediation": "Let only the ACS reach the port, and update the device.",
    }
    if one.server:
        told["service_version"] = shown(one.server, 200)
    if one.cves:
        told |= {"type": "cve", "cve_id": one.cves[0], "cve_ids": list(one.cves)}
    return told


def _text(exposures: list[Exposure], reporter: Reporter) -> str:
    lines = [
        "Hello,",
        "",
        "devices of your customers answer CWMP (TR-069) requests from the whole Internet.",
        "Attackers use this door to take over routers. We asked each once, without credentials.",
        "",
        "How to mend it: filter the port at your border so that only your ACS reaches it, and",
        "update the devices.",
        "",
        "address, port, last seen (UTC), server as the device says",
    ]
    for one in exposures:
        server = f'"{shown(one.server, 80)}"' if one.server else "-"
        lines.append(f"{one.address}, {one.port}, {iso(one.seen_at)}, {server}")
    lines += [
        "",
        "Each is attached as XARF 4 (JSON). If you want no such mails, or want them elsewhere,",
        f"answer to {reporter.contact}.",
        "",
        reporter.org,
        "",
    ]
    return "\n".join(lines)


def _exposure(raw: Mapping[str, object], contact: str) -> Exposure:
    port = raw.get("port", 7547)
    if not isinstance(port, int) or isinstance(port, bool) or not 0 < port < 65536:
        raise ValueError("port is no port")
    to = str(raw.get("contact") or contact)
    if not to:
        raise ValueError("it names no contact")
    found = raw.get("cve") or raw.get("cves") or []
    cves = [found] if isinstance(found, str) else list(found) if isinstance(found, list) else []
    return Exposure(
        str(parse_address(str(raw["ip"]))),
        port,
        parse_moment(str(raw["seen_at"])),
        mail_address(to),
        str(raw.get("server") or "")[:2000],
        tuple(str(one) for one in cves[:20] if _CVE.fullmatch(str(one))),
    )
