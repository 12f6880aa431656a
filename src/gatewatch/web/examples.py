"""Queries to begin with, and what people of other search engines typed for the same.

What is ours beside theirs is never written down: the parser says it, so it cannot be wrong.
"""

from collections.abc import Sequence
from typing import NamedTuple

from gatewatch.model.language import Language, Words
from gatewatch.query.dialects import DIALECTS
from gatewatch.query.parser import parse
from gatewatch.query.printing import printed

__all__ = ["CENSYS", "LEGACY", "SHODAN", "Translation", "first_examples", "translations"]

LEGACY = (
    "7547.cwmp.get.status_code: 401",
    '7547.cwmp.get.headers.server: "gSOAP/2.7"',
    "7547.cwmp.get.headers.server: RomPager AND location.country_code: IT",
    "metadata.manufacturer: Huawei AND NOT metadata.device_type: printer",
    "autonomous_system.asn: 64500",
    "7547.cwmp.get.headers.www_authenticate: Basic",
    "ip: 192.0.2.0/24",
)
CENSYS = (
    "services.port: 7547 and services.cwmp.http_info.status_code: 401",
    'services.http.response.headers.server: "RomPager"',
    'services.software.product: "gSOAP" and location.country: Italy',
    'host.services:(port: 7547 and cwmp.server: "gSOAP/2.7")',
    "host.services.hardware:(vendor=zyxel and type=ROUTER)",
    'host.services.vulns.id: "CVE-2014-9222"',
    "host.autonomous_system.asn: 64500",
    "not host.services:(not port:{80, 443, 7547})",
)
SHODAN = (
    "port:7547 country:IT",
    'product:"RomPager" country:IT',
    "port:7547,30005 country:IT,FR",
    "net:192.0.2.0/24",
    'org:"Example Telecom"',
    "vuln:CVE-2014-9222",
    'http.title:"Object Not Found"',
    "port:7547 -country:IT",
    "has_ipv6:true port:7547",
)


class Translation(NamedTuple):
    """A query of another engine, and the same here."""

    theirs: str
    ours: str
    notes: Sequence[str]
    """What it became and what differs."""


def translations(queries: Sequence[str], dialect: str) -> list[Translation]:
    """Each of `queries`, read by the rules of `dialect`."""
    found = []
    for theirs in queries:
        query = parse(theirs, DIALECTS[dialect])
        found.append(Translation(theirs, printed(query.node), (*query.rewrites, *query.notes)))
    return found


def first_examples(language: Language) -> list[tuple[Words, str]]:
    """What others ask first: in words, and as a query in canonical form."""
    return [
        (language.phrase("gSOAP 2.7, the most frequent server in 2019"), "server:gSOAP/2.7"),
        (language.phrase("Misfortune Cookie"), "cve:CVE-2014-9222"),
        (language.phrase("critical and high risk"), "risk.band:{critical, high}"),
        (language.phrase("passwords in clear text"), "auth.scheme:basic not tls:true"),
        (language.phrase("no Server header"), "not server:*"),
        (language.phrase("an ACS that anybody reaches"), "role:acs"),
        (
            language.phrase("neither router, gateway nor modem"),
            "device.type:* not device.type:{router, gateway, modem}",
        ),
        (language.phrase("honeypots"), "role:honeypot"),
    ]
