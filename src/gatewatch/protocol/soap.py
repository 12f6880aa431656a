"""Envelopes of CWMP: bytes in, one Envelope out; an Envelope in, bytes out.

`read` takes what real devices send: any prefix, declared or not, SOAP 1.1 and 1.2, elements in
any order, wrong counts, missing types, headers and elements, broken encodings. Whatever had to be
overlooked is named in `Envelope.oddities` (see ODDITIES). Any bytes give an Envelope or SoapError.

`write` gives what the schemas demand, in the namespace that it is told, which is the device's
own: elements in order, types and counts, a Header always, the prefix always `cwmp`, since there
are devices that look for just that. It raises CannotWrite for what XML has no letters for.

A document type declaration ends the parse where it stands; size, depth and numbers are bounded
(protocol/elements.py). Sources: SOAP 1.1, TR-069 Amendment 6 section 3.4 and annex A.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gatewatch.protocol.cwmp import MESSAGES
from gatewatch.protocol.cwmp.fault import Fault, ParameterFault, is_senders_fault
from gatewatch.protocol.cwmp.message import Message, Unknown
from gatewatch.protocol.cwmp.shape import escaped, read_part, write_part
from gatewatch.protocol.cwmp.versions import FIRST_NAMESPACE, is_cwmp
from gatewatch.protocol.elements import Bounds, Element, read_tree
from gatewatch.protocol.xml import XmlError

__all__ = ["BOUNDS", "ODDITIES", "SOAP_11", "SOAP_12", "Envelope", "SoapError", "read", "write"]

SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP_12 = "http://www.w3.org/2003/05/soap-envelope"
BOUNDS = Bounds()
_ENCODING = "http://schemas.xmlsoap.org/soap/encoding/"

ODDITIES: Mapping[str, str] = {
    "bad-boolean": "A boolean that is neither yes nor no; read as no.",
    "bad-header": "A header of CWMP whose value cannot be; read as if it were not there.",
    "bad-number": "A number that is none or out of bounds; read as the nearest one.",
    "bad-time": "A time that is none, or before 2000; read as unknown.",
    "blank-before": "Blanks before the document.",
    "byte-order-mark": "A byte order mark before UTF-8.",
    "control-characters": "Characters that XML forbids; left out.",
    "empty-body": "A body with nothing in it; read as an unknown method without a name.",
    "missing-element": "An element that the schema demands is missing; its default is taken.",
    "no-header-id": "No ID in the header.",
    "no-namespace": "The method's namespace is not declared.",
    "no-type": "A value or an operation without a type; read as a string, or as the first kind.",
    "not-utf-8": "Bytes that are no UTF-8; each read as Latin-1.",
    "other-namespace": "The method's prefix means another namespace, CWMP's is declared beside it.",
    "second-message": "More than one message in a body; only the first is read.",
    "too-long": "A text longer than the schema allows; read to four times that length.",
    "two-encodings": "Content-Type and document name different encodings, and it is UTF-8.",
    "unknown-element": "An element that the schema does not have; left out.",
    "unknown-encoding": "An encoding that we do not know or that cannot be; read as UTF-8.",
    "unknown-type": "A value of a type that the schema does not have; read as a string.",
    "utf-16": "UTF-16.",
    "wrong-envelope": "The envelope's namespace is not SOAP's.",
    "zero-after": "Zero bytes after the document.",
}
"""Every word that `Envelope.oddities` may hold, and what it means."""


class SoapError(ValueError):
    """These bytes are no envelope; one line says why."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """One message with its header."""

    message: Message
    id: str | None = None
    """The same in a request and its response; None: the header has none."""
    namespace: str = FIRST_NAMESPACE
    """Of CWMP, as the sender named it; a foreign method's own; "" when it is not declared."""
    hold_requests: bool = False
    """From us: the device must not ask before it is allowed to."""
    session_timeout: int | None = None
    """From a device since CWMP 1.3, in an Inform: seconds that it waits for an answer."""
    supported_versions: tuple[str, ...] = ()
    """From a device since CWMP 1.4, in an Inform."""
    use_version: str = ""
    """From us since CWMP 1.4, in an InformResponse."""
    not_understood: tuple[str, ...] = field(default=(), compare=False)
    """Local names of unknown headers that must be understood."""
    soap: str = field(default=SOAP_11, compare=False)
    """The envelope's namespace."""
    oddities: frozenset[str] = field(default=frozenset(), compare=False)


def read(data: bytes, charset: str = "", bounds: Bounds = BOUNDS) -> Envelope:
    """The envelope in `data`; `charset` is that of Content-Type, "" when it names none.

    Raises SoapError.
    """
    try:
        root, oddities = read_tree(data, charset, bounds)
    except XmlError as error:
        raise SoapError(str(error)) from None
    if root.name != "Envelope":
        raise SoapError("not an envelope of SOAP")
    soap = _declared(root.tag, [root])
    if soap not in (SOAP_11, SOAP_12):
        oddities.add("wrong-envelope")
    body = root.child("Body")
    if body is None:
        raise SoapError("an envelope without a body")
    if not body.children:
        oddities.add("empty-body")
        return _with_header(root, Unknown(""), "", soap, oddities)
    if len(body.children) > 1:
        oddities.add("second-message")
    method = body.children[0]
    message = _message(method, oddities)
    namespace = _namespace(method, [root, body, method], oddities)
    return _with_header(root, message, namespace, soap, oddities)


def _message(method: Element, oddities: set[str]) -> Message:
    if method.name == "Fault":
        return _fault(method, oddities)
    kind = MESSAGES.get(method.name)
    return read_part(kind, method, oddities) if kind else Unknown(method.name)


def _declared(tag: str, around: list[Element]) -> str:
    """The namespace of `tag` as the elements `around` it, outermost first, declare it."""
    prefix = tag.rpartition(":")[0]
    key = f"xmlns:{prefix}" if prefix else "xmlns"
    for one in reversed(around):
        if key in one.attrs:
            return one.attrs[key].strip()
    return ""


def _namespace(method: Element, around: list[Element], oddities: set[str]) -> str:
    """CWMP's namespace as the device says it; devices declare it on any of the three elements."""
    said = _declared(method.tag, around)
    if is_cwmp(said):
        return said
    for one in reversed(around):
        for key, value in one.attrs.items():
            if key.startswith("xmlns") and is_cwmp(value):
                if method.name != "Fault":
                    oddities.add("other-namespace")
                return value.strip()
    if method.name == "Fault":
        return ""
    if not said:
        oddities.add("no-namespace")
    return said


def _with_header(
    root: Element, message: Message, namespace: str, soap: str, oddities: set[str]
) -> Envelope:
    identifier: str | None = None
    hold, timeout = False, None
    versions: tuple[str, ...] = ()
    use, foreign = "", []
    header = root.child("Header")
    for one in header.children if header else ():
        name = one.name[:1].upper() + one.name[1:]  # some write sessionTimeout
        if name == "ID":
            identifier = one.text if identifier is None else identifier
        elif name == "HoldRequests":
            hold = one.text.strip().lower() in ("1", "true")
        elif name == "SessionTimeout":
            timeout = _seconds(one.text, oddities)
        elif name == "SupportedCWMPVersions":
            versions = tuple(part.strip() for part in one.text.split(",")[:32] if part.strip())
        elif name == "UseCWMPVersion":
            use = one.text.strip()
        elif name != "NoMoreRequests" and one.attr("mustUnderstand").strip() in ("1", "true"):
            # NoMoreRequests stood in the text of 2004 and in no schema; it means nothing now.
            foreign.append(one.name)
    if identifier is None:
        oddities.add("no-header-id")
    return Envelope(
        message, identifier, namespace, hold, timeout, versions, use, tuple(foreign),
        SOAP_12 if soap == SOAP_12 else SOAP_11, frozenset(oddities),
    )  # fmt: skip


def _seconds(text: str, oddities: set[str]) -> int | None:
    text = text.strip()
    if text.isascii() and text.isdigit() and len(text) <= 10:
        return int(text)
    oddities.add("bad-header")
    return None


def _fault(found: Element, oddities: set[str]) -> Fault:
    """A fault of SOAP 1.1 (faultcode, detail) or 1.2 (Code, Detail), with CWMP's inside."""
    parts = {one.name.lower(): one for one in found.children}
    code = parts.get("faultcode") or _inner(parts.get("code"), "Value")
    reason = parts.get("faultstring") or _inner(parts.get("reason"), "Text")
    detail = parts.get("detail")
    inner = detail.child("Fault") if detail else None
    told: dict[str, str] = {}
    listed: list[ParameterFault] = []
    for one in inner.children if inner else ():
        if one.name == "SetParameterValuesFault":
            listed.append(read_part(ParameterFault, one, oddities))
        else:
            told.setdefault(one.name, one.text.strip())
    number = told.get("FaultCode", "")
    if not (number.isascii() and number.isdigit() and len(number) <= 5):
        oddities.add("bad-number" if number else "missing-element")
        number = "0"
    return Fault(
        int(number),
        told.get("FaultString", ""),
        tuple(listed),
        (code.text if code else "").strip().rpartition(":")[2],
        (reason.text if reason else "").strip(),
    )


def _inner(outer: Element | None, name: str) -> Element | None:
    return outer.child(name) if outer else None


def write(envelope: Envelope) -> bytes:
    """The envelope as UTF-8. Raises CannotWrite."""
    out = [
        f'<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<soap-env:Envelope xmlns:soap-env="{envelope.soap}" xmlns:soap-enc="{_ENCODING}"'
        ' xmlns:xsd="http://www.w3.org/2001/XMLSchema"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        f' xmlns:cwmp="{_quoted(envelope.namespace or FIRST_NAMESPACE)}"><soap-env:Header>'
    ]
    _write_header(envelope, out)
    out.append("</soap-env:Header><soap-env:Body>")
    message = envelope.message
    if isinstance(message, Fault):
        _write_fault(message, envelope.soap, out)
    else:
        out.append(f"<cwmp:{message.METHOD}>")
        write_part(message, out)
        out.append(f"</cwmp:{message.METHOD}>")
    out.append("</soap-env:Body></soap-env:Envelope>")
    return "".join(out).encode()


def _quoted(text: str) -> str:
    return escaped(text).replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;")


def _write_header(envelope: Envelope, out: list[str]) -> None:
    def one(name: str, text: str, must: int) -> None:
        out.append(f'<cwmp:{name} soap-env:mustUnderstand="{must}">{escaped(text)}</cwmp:{name}>')

    if envelope.id is not None:
        one("ID", envelope.id, 1)
    if envelope.hold_requests:
        one("HoldRequests", "1", 1)
    if envelope.session_timeout is not None:
        one("SessionTimeout", str(envelope.session_timeout), 0)
    if envelope.supported_versions:
        one("SupportedCWMPVersions", ",".join(envelope.supported_versions), 0)
    if envelope.use_version:
        one("UseCWMPVersion", envelope.use_version, 1)


def _write_fault(fault: Fault, soap: str, out: list[str]) -> None:
    code = fault.soap_code
    if not code:
        code = Fault.SENDER if is_senders_fault(fault.code) else Fault.RECEIVER
    code, reason = escaped(code), escaped(fault.soap_string)
    if soap == SOAP_12:
        out.append(
            f"<soap-env:Fault><soap-env:Code><soap-env:Value>soap-env:{code}</soap-env:Value>"
            f'</soap-env:Code><soap-env:Reason><soap-env:Text xml:lang="en">{reason}'
            "</soap-env:Text></soap-env:Reason>"
        )
        around = "soap-env:Detail"
    else:
        out.append(
            f"<soap-env:Fault><faultcode>{code}</faultcode><faultstring>{reason}</faultstring>"
        )
        around = "detail"
    if fault.code:
        out.append(f"<{around}><cwmp:Fault><FaultCode>{fault.code}</FaultCode>")
        out.append(f"<FaultString>{escaped(fault.string)}</FaultString>")
        for one in fault.parameters:
            out.append("<SetParameterValuesFault>")
            write_part(one, out)
            out.append("</SetParameterValuesFault>")
        out.append(f"</cwmp:Fault></{around}>")
    out.append("</soap-env:Fault>")
