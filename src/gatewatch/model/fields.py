"""THE field catalogue: what can be searched, counted and shown, each field defined once.

Parser, completion, SQL, tables and the reference page all read this table; adding a field is
one entry here plus, for a field of the response, the code in `protocol/facts.py` or the
fingerprint that fills it.
"""

import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from functools import lru_cache

from gatewatch.model.errors import BadArguments

__all__ = ["FIELDS", "Field", "Home", "Kind", "field_named", "field_of", "similar_names"]


class Kind(StrEnum):
    """How a field's values compare (docs/reference/query.md)."""

    TEXT = "text"
    KEYWORD = "keyword"
    NUMBER = "number"
    VERSION = "version"
    IP = "ip"
    TIME = "time"
    BOOLEAN = "boolean"
    """Yes, or not known to be."""


class Home(StrEnum):
    """Where a field is stored, which decides what a report on it must read."""

    ROW = "row"
    """One value per observed service: a condition on it reads the rows."""
    CUBE = "cube"
    """One value per observed service, kept in the cube of counts as well."""
    RESPONSE = "response"
    """One value per distinct response: read from the understanding."""
    SNAPSHOT = "snapshot"
    """One value per snapshot."""


@dataclass(frozen=True, slots=True)
class Field:
    """One entry: `sentence` ends with a full stop; `example` is a condition that parses."""

    name: str
    kind: Kind
    home: Home
    sentence: str
    example: str
    aliases: tuple[str, ...] = field(default=())
    many: bool = False
    """A service has a list of such values, without order; None when it has none."""
    computed: bool = False
    """Not stored: worked out from other values when it is asked for."""
    extra: bool = False
    """Shown only when asked for by name: long, or dear to compute."""
    closed: bool = False
    """There are no other values than those of `query.words`."""

    @property
    def shape(self) -> str:
        """Its kind in words: `keyword`, or `keyword list`."""
        return f"{self.kind} list" if self.many else str(self.kind)

    @property
    def column(self) -> str:
        """The name of its column in the lake."""
        return self.name.replace(".", "_")


_T, _K, _N, _V = Kind.TEXT, Kind.KEYWORD, Kind.NUMBER, Kind.VERSION
_R = Home.RESPONSE

_ENTRIES = (
    Field(
        "ip",
        Kind.IP,
        Home.ROW,
        "Address of the service.",
        "ip:192.0.2.0/24",
        ("host.ip", "net", "cidr", "ipint", "host"),
    ),
    Field(
        "port",
        _N,
        Home.CUBE,
        "TCP port of the service.",
        "port:7547",
        ("services.port", "host.services.port", "ports"),
    ),
    Field(
        "ipv6",
        Kind.BOOLEAN,
        Home.ROW,
        "Whether the address is one of IPv6.",
        "ipv6:true",
        ("has_ipv6",),
        computed=True,
        extra=True,
    ),
    Field(
        "host.services",
        _N,
        Home.ROW,
        "How many services the host has in the same snapshot.",
        "host.services>1",
        ("host.service_count", "service_count"),
        computed=True,
        extra=True,
    ),
    Field(
        "scan_time",
        Kind.TIME,
        Home.ROW,
        "When the service was seen, in UTC.",
        "scan_time:2026-11-24",
        (
            "timestamp",
            "updated_at",
            "host.services.scan_time",
            "services.observed_at",
            "last_updated_at",
        ),
    ),
    Field(
        "first_seen",
        Kind.TIME,
        Home.ROW,
        "When this port of this address was first seen, in any snapshot.",
        "first_seen>now-7d",
        computed=True,
        extra=True,
    ),
    Field(
        "last_seen",
        Kind.TIME,
        Home.ROW,
        "When it was last seen, in any snapshot.",
        "last_seen<2026-11",
        computed=True,
        extra=True,
    ),
    Field(
        "snapshot",
        _K,
        Home.SNAPSHOT,
        "The scan or import that saw the service.",
        "snapshot:2026-11-24",
        ("at",),
    ),
    Field(
        "country",
        _K,
        Home.CUBE,
        "Country of the address, ISO 3166-1 alpha-2.",
        "country:IT",
        (
            "location.country",
            "location.country_code",
            "host.location.country",
            "host.location.country_code",
        ),
        closed=True,
    ),
    Field(
        "asn",
        _N,
        Home.CUBE,
        "Number of the autonomous system that announces the address.",
        "asn:64500",
        ("autonomous_system.asn", "host.autonomous_system.asn"),
    ),
    Field(
        "as.name",
        _T,
        Home.CUBE,
        "Name of that autonomous system.",
        'as.name:"Example Telecom"',
        (
            "autonomous_system.name",
            "host.autonomous_system.name",
            "autonomous_system.description",
            "autonomous_system.organization",
            "as.org",
            "org",
            "isp",
        ),
    ),
    Field(
        "response",
        _K,
        Home.CUBE,
        "Id of the response: the answer without what changes each time; equal ids, equal answers.",
        "response:7d3c05f29a4be816",
    ),
    Field(
        "spoke",
        _K,
        _R,
        "How much the service showed: syn-ack, connected, other (not HTTP) or http.",
        "spoke:http",
        closed=True,
    ),
    Field(
        "outcome",
        _K,
        _R,
        "How the probe ended, in ZGrab2's words.",
        "outcome:success",
        closed=True,
    ),
    Field(
        "status",
        _N,
        _R,
        "Status code of the HTTP answer.",
        "status:401",
        (
            "status_code",
            "http.status",
            "services.http.response.status_code",
            "services.cwmp.http_info.status_code",
            "host.services.endpoints.http.status_code",
        ),
    ),
    Field(
        "reason",
        _T,
        _R,
        "Reason phrase of the HTTP answer.",
        'reason:"Not Authorized"',
        ("services.http.response.status_reason", "services.cwmp.http_info.status_reason"),
    ),
    Field("http.version", _K, _R, "Protocol of the status line, as sent.", "http.version:HTTP/1.0"),
    Field(
        "server",
        _T,
        _R,
        "Server header; missing on half of all CWMP devices.",
        'server:"gSOAP/2.7"',
        ("host.services.cwmp.server", "http.server"),
    ),
    Field("auth.scheme", _K, _R, "Scheme of the challenge: digest or basic.", "auth.scheme:basic"),
    Field("realm", _T, _R, "Realm of the challenge.", "realm:IgdAuthentication"),
    Field(
        "title",
        _T,
        _R,
        "Title of the HTML page in the body.",
        'title:"Object Not Found"',
        (
            "http.title",
            "services.http.response.html_title",
            "services.cwmp.http_info.html_title",
            "host.services.endpoints.http.html_title",
        ),
    ),
    Field(
        "content.type", _K, _R, "Content-Type header without parameters.", "content.type:text/xml"
    ),
    Field(
        "headers",
        _T,
        _R,
        "Names of the header lines in the order sent.",
        'headers:"Content-Length WWW-Authenticate"',
    ),
    Field(
        "header",
        _T,
        _R,
        "Each header line as `name: value`, the name in lower case.",
        'header:"cache-control: no-cache"',
        many=True,
        extra=True,
    ),
    Field(
        "banner",
        _T,
        _R,
        "Head, title, vendor, model and software: where a word without a field is looked for.",
        'banner:"Server: gSOAP"',
        ("all", "data"),
        computed=True,
        extra=True,
    ),
    Field(
        "body.size",
        _N,
        _R,
        "Bytes of the body that were kept.",
        "body.size:0",
        ("body_size", "services.http.response.body_size", "services.cwmp.http_info.body_size"),
    ),
    Field(
        "body.sha256",
        _K,
        _R,
        "SHA-256 of the kept body, in hex.",
        "body.sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        (
            "body_sha256",
            "services.http.response.body_hash",
            "host.services.endpoints.http.body_hash_sha256",
        ),
    ),
    Field(
        "oddities",
        _K,
        _R,
        "Where the answer breaks the grammar of HTTP, which identifies firmware.",
        "oddities:bare-lf",
        many=True,
        closed=True,
    ),
    Field(
        "marks",
        _K,
        _R,
        "What the source of the answer left out or changed.",
        "marks:rebuilt",
        many=True,
        closed=True,
    ),
    Field(
        "tls",
        Kind.BOOLEAN,
        _R,
        "Whether the service spoke TLS, as far as its source tells.",
        "tls:true",
        ("services.tls", "host.services.tls", "has_ssl"),
    ),
    Field("tls.version", _K, _R, "Version of TLS that was agreed on.", "tls.version:TLSv1.0"),
    Field("tls.cipher", _K, _R, "Cipher suite that was agreed on.", "tls.cipher:*RC4*"),
    Field(
        "tls.subject",
        _T,
        _R,
        "Subject of the TLS certificate.",
        "tls.subject:router",
        ("ssl.cert.subject", "services.tls.certificates.leaf_data.subject_dn"),
    ),
    Field("tls.issuer", _T, _R, "Issuer of the TLS certificate.", "tls.issuer:router"),
    Field(
        "tls.sha256",
        _K,
        _R,
        "SHA-256 of the TLS certificate, in hex.",
        "tls.sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        ("services.certificate", "services.tls.certificates.leaf_fp_sha_256"),
    ),
    Field(
        "software",
        _K,
        _R,
        "Server software.",
        "software:gSOAP",
        ("host.services.software.product", "services.software.product", "app"),
    ),
    Field(
        "software.version",
        _V,
        _R,
        "Its version, as far as the answer tells.",
        "software.version:2.7",
        (
            "version",
            "metadata.version",
            "services.software.version",
            "host.services.software.version",
        ),
    ),
    Field(
        "vendor",
        _K,
        _R,
        "Maker of the device.",
        "vendor:Huawei",
        ("metadata.manufacturer", "host.services.hardware.vendor"),
    ),
    Field(
        "model",
        _T,
        _R,
        "Model of the device.",
        "model:TD-8817",
        ("host.services.hardware.product",),
    ),
    Field(
        "device.type",
        _K,
        _R,
        "Kind of device: router, gateway, printer, camera ...",
        "device.type:printer",
        ("metadata.device_type", "host.services.hardware.type", "device", "devicetype"),
    ),
    Field("firmware", _V, _R, "Firmware version, where the answer names it.", "firmware:6.83"),
    Field(
        "role",
        _K,
        _R,
        "What the service is: cpe, acs, honeypot, middlebox or not-cwmp.",
        "role:cpe",
    ),
    Field(
        "confidence",
        _N,
        _R,
        "How sure the identification is, in per cent: that of its surest assertion.",
        "confidence:95",
    ),
    Field(
        "cve",
        _K,
        _R,
        "Numbers of the vulnerabilities that the service may have.",
        "cve:CVE-2014-9222",
        ("cves", "vuln", "vulns", "host.services.vulns.id"),
        many=True,
    ),
    Field(
        "finding",
        _K,
        _R,
        "Vulnerabilities that the service may have, and weaknesses that it shows.",
        "finding:C03-basic-in-clear",
        ("findings",),
        many=True,
    ),
    Field(
        "verdict",
        _K,
        _R,
        "What is said of its worst vulnerability: vulnerable, likely, possible, unknown ...",
        "verdict:likely",
    ),
    Field("risk", _N, _R, "Score of all its findings together, 0 to 100.", "risk:78"),
    Field(
        "risk.band",
        _K,
        _R,
        "Band of that score: critical, high, medium, low or info.",
        "risk.band:critical",
        ("band",),
    ),
)

FIELDS: dict[str, Field] = {entry.name: entry for entry in _ENTRIES}
_BY_SPELLING = {name: entry for entry in _ENTRIES for name in (entry.name, *entry.aliases)}
_HEADER_NAME = re.compile(r"header\.(?=.{1,64}$)([a-z0-9]+(?:-[a-z0-9]+)*)")
# What a header line says under a field of its own.
_OWN = {"server": "server"}


def field_named(spelling: str) -> Field | None:
    """The field with this canonical name or alias, in any case; `header.etag` is one of many."""
    name = spelling.lower()
    return _BY_SPELLING.get(name) or _header_field(name.replace("_", "-"))


@lru_cache(maxsize=256)
def _header_field(name: str) -> Field | None:
    """The field of one header, by its first line; None when this is no header's name."""
    match = _HEADER_NAME.fullmatch(name)
    if match is None:
        return None
    if match[1] in _OWN:
        return FIELDS[_OWN[match[1]]]
    sentence = f"First {match[1]} header of the answer."
    return Field(name, _T, _R, sentence, f"{name}:*", computed=True, extra=True)


def similar_names(spelling: str) -> list[str]:
    """Canonical names that `spelling` may have meant, the closest first, at most three.

    Of a long dotted name the last part may tell more than the whole.
    """
    word = spelling.lower()
    near = get_close_matches(word, _BY_SPELLING, n=3, cutoff=0.7)
    near += get_close_matches(word.rpartition(".")[2], FIELDS, n=3, cutoff=0.8)
    return list(dict.fromkeys(_BY_SPELLING[name].name for name in near))[:3]


def field_of(name: str, where: str) -> Field:
    """The field that an argument names; `where` is said when there is none (BadArguments)."""
    entry = field_named(name)
    if entry is None:
        near = " or ".join(similar_names(name))
        meant = f"did you mean {near}? " if near else ""
        raise BadArguments(
            where=where,
            what=f'there is no field "{name}"',
            mend=f'{meant}"gatewatch fields" lists all',
        )
    return entry
