r"""What Nmap tells of an open port, as an answer.

The best evidence wins: the whole answer in the service fingerprint, then what the http-*
scripts printed, then the script fingerprint-strings, then the Server header that a match line of
nmap-service-probes must have seen. The names Nmap gives to products are never taken as identity:
`extrainfo` in particular is a guess from one match line ("ZyXEL ZyWALL 2" for every RomPager).
Sources: Nmap's DTD, nmap-service-probes, scripts http-headers, http-auth, http-title,
http-server-header, fingerprint-strings, banner, ssl-cert.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from gatewatch.formats.http_text import (
    NO_MARKS,
    Tls,
    answer_from_raw,
    http_answer,
    rebuilt_head,
    tls_pairs,
)
from gatewatch.formats.servicefp import best_answer
from gatewatch.model.observation import Answer, Mark, Outcome, Spoke, Unanswered

__all__ = ["SCRIPTS", "Script", "Service", "answer_of", "unanswered"]

SCRIPTS = frozenset(
    {
        "banner",
        "fingerprint-strings",
        "http-auth",
        "http-headers",
        "http-server-header",
        "http-title",
        "ssl-cert",
    }
)
"""The scripts whose output is read."""

# Nmap's names of what speaks HTTP; a port that only its number named is not among them.
_HTTP_NAMES = frozenset({"cwmp", "http", "http-alt", "http-proxy", "https", "soap", "upnp"})
# (product, extrainfo or None for any) -> the Server header that each of its match lines wants.
_SERVERS = {
    ("gSOAP", None): "gSOAP/",
    ("Allegro RomPager", "ZyXEL ZyWALL 2"): "RomPager/",
}
_REBUILT = frozenset({Mark.REBUILT})
_NO_BODY = frozenset({Mark.NO_BODY})
_PARTIAL = frozenset({Mark.REBUILT, Mark.PARTIAL, Mark.NO_BODY})
_TRUNCATED = frozenset({Mark.TRUNCATED})
# Scripts write what is not printable as text; the printable range stays ambiguous and is left.
_ESCAPE = re.compile(rb"\\x([01][0-9A-Fa-f]|7[Ff]|[89A-Fa-f][0-9A-Fa-f])")
_STATUS = re.compile(r"(HTTP/[0-9.]{1,8})[ \t]++(\d{3})(?:[ \t]++([^\r\n]*+))?")
_HEADER = re.compile(r"[!-9;-~]{1,256}:")
_NAMES = {"commonName": "CN", "organizationName": "O", "organizationalUnitName": "OU"}


class Service(NamedTuple):
    """What version detection said."""

    name: str = ""
    product: str = ""
    version: str = ""
    extra: str = ""
    is_probed: bool = False
    """False: the name is that of the port's number."""
    fingerprint: str = ""


@dataclass(slots=True)
class Script:
    """The output of one script, and its structured values as (dotted path, text)."""

    output: str
    values: list[tuple[str, str]] = field(default_factory=list)

    def all(self, end: str) -> list[str]:
        """The values whose path ends in `end`, in order."""
        return [text for path, text in self.values if path.rpartition(".")[2] == end]


Scripts = dict[str, Script]
_NOTHING = Script("")


def answer_of(service: Service, scripts: Scripts) -> Answer:
    """What the open port said, as far as Nmap tells."""
    tls = _tls(scripts.get("ssl-cert", _NOTHING))
    probed = best_answer(service.fingerprint)
    if probed is not None and probed.data.startswith(b"HTTP/"):
        return answer_from_raw(
            probed.data, marks=_TRUNCATED if probed.is_cut else NO_MARKS, tls=tls
        )
    answer = _of_scripts(scripts, tls) or _of_strings(scripts, tls) or _of_product(service, tls)
    if answer is not None:
        return answer
    raw = probed.data if probed is not None else _octets(scripts.get("banner", _NOTHING).output)
    if raw:
        return answer_from_raw(raw, tls=tls)
    if service.name == "tcpwrapped":
        return Answer(Spoke.CONNECTED, Outcome.CONNECTION_CLOSED)
    return Answer(Spoke.OTHER if service.is_probed else Spoke.SYN_ACK, Outcome.SUCCESS, tls=tls)


def unanswered(state: str, reason: str) -> Unanswered:
    """A port that is not open, by Nmap's words for state and reason."""
    if state == "closed":
        return Unanswered(Outcome.CONNECTION_REFUSED)
    if "unreach" in reason or "prohibited" in reason:
        return Unanswered(Outcome.HOST_UNREACHABLE)
    if "filtered" in state and state != "unfiltered":
        return Unanswered(Outcome.CONNECTION_TIMEOUT)
    return Unanswered(Outcome.UNKNOWN_ERROR)


def _of_scripts(scripts: Scripts, tls: Tls) -> Answer | None:
    """The answer that the http-* scripts saw; http-headers keeps order and case."""
    auth = scripts.get("http-auth", _NOTHING)
    status = _STATUS.search(auth.output)
    lines, marks = _header_lines(scripts.get("http-headers", _NOTHING).output)
    title = _title(scripts.get("http-title", _NOTHING))
    challenges = [("WWW-Authenticate", _octets(value)) for value in _challenges(auth)]
    if lines:
        if any(line.lower().startswith("www-authenticate:") for line in lines):
            challenges = []
        first = [status[0].rstrip()] if status else []
        head = _octets("\r\n".join([*first, *lines, ""]))
        head += rebuilt_head("", None, "", challenges) or b"\r\n"
    else:
        server = scripts.get("http-server-header", _NOTHING)
        servers = server.all("") or ([server.output.strip()] if server.output else [])
        headers = [*(("Server", _octets(value)) for value in servers), *challenges]
        if not headers and not status and not title:
            return None
        version, code, reason = status.groups("") if status else ("", "", "")
        head = rebuilt_head(version, int(code) if code else None, reason, headers)
        marks = _PARTIAL
    if title:
        body = b"<title>%b</title>" % _octets(title)
        return http_answer(head, body, marks=(marks | _TRUNCATED) - _NO_BODY, tls=tls)
    return http_answer(head, marks=marks | _NO_BODY, tls=tls)


def _header_lines(output: str) -> tuple[list[str], frozenset[Mark]]:
    """The lines of http-headers and their marks; the last line names the request's method.

    A service that answers HEAD with 200 is not asked with GET, although gSOAP then sends another
    length, and no challenge; so what HEAD brought is a part, and its length nobody's.
    """
    stripped = (line.removeprefix("  ") for line in output.splitlines())
    lines = [line for line in stripped if _HEADER.match(line)]
    if not output.rstrip().endswith("(Request type: HEAD)"):
        return lines, _REBUILT
    kept = [line for line in lines if not line.lower().startswith("content-length:")]
    return kept, _PARTIAL


def _title(script: Script) -> str:
    """The page's title, unless it is that of the page a redirect led to."""
    titles = script.all("title")
    return titles[0] if titles and not script.all("redirect_url") else ""


def _challenges(auth: Script) -> Iterator[str]:
    """The challenges of http-auth, which lost their quotes and their order there."""
    challenges: dict[str, list[str]] = {}
    schemes: dict[str, str] = {}
    for path, text in auth.values:
        number, _, name = path.partition(".")
        if name == "scheme":
            schemes[number] = text
        elif name.startswith("params."):
            challenges.setdefault(number, []).append(f'{name[7:]}="{text}"')
    for number, scheme in schemes.items():
        yield f"{scheme} {', '.join(challenges.get(number, []))}".strip()


def _of_strings(scripts: Scripts, tls: Tls) -> Answer | None:
    """The printable parts of an answer, that to a GET before that to other probes."""
    found = scripts.get("fingerprint-strings", _NOTHING).values
    for _, text in sorted(found, key=lambda value: "GetRequest" not in value[0].split(", ")):
        head = _head_of_strings([line.strip() for line in text.strip().splitlines()])
        if head:
            return http_answer(head, marks=_PARTIAL, tls=tls)
    return None


def _head_of_strings(lines: list[str]) -> bytes:
    """A head from its printable lines, nothing when they begin with no status line."""
    status = _STATUS.match(lines[0]) if lines else None
    if status is None:
        return b""
    pairs = (line.split(":", 1) for line in lines[1:] if _HEADER.match(line))
    headers = [(name, _octets(value.strip())) for name, value in pairs]
    return rebuilt_head(status[1], int(status[2]), status[3] or "", headers)


def _of_product(service: Service, tls: Tls) -> Answer | None:
    """HTTP of which only the match line is known."""
    if not service.is_probed or service.name not in _HTTP_NAMES:
        return None
    for extra in (None, service.extra):
        start = _SERVERS.get((service.product, extra))
        if start and service.version:
            head = rebuilt_head("", None, "", [("Server", start + service.version)])
            return http_answer(head, marks=_PARTIAL, tls=tls)
    return http_answer(b"", marks=_PARTIAL, tls=tls)


def _tls(certificate: Script) -> Tls:
    """Subject and issuer as other scanners write them."""
    names: dict[str, list[str]] = {}
    for path, text in certificate.values:
        who, _, attribute = path.partition(".")
        if attribute in _NAMES:
            names.setdefault(who, []).append(f"{_NAMES[attribute]}={text}")
    return tls_pairs(
        **{who: ", ".join(names[who]) for who in ("subject", "issuer") if who in names}
    )


def _octets(text: str) -> bytes:
    raw = text.encode("utf-8", "replace")
    return _ESCAPE.sub(lambda match: bytes([int(match[1], 16)]), raw) if b"\\x" in raw else raw
