"""Masking: what changes in each answer is replaced by a token that tells its shape.

Replaced are the values of Date, Expires, Last-Modified, ETag, Age and cookies, the nonce and
opaque of challenges (RFC 7616), HTTP dates in bodies, and the target's own address wherever it
is echoed. A token keeps what identifies an implementation (`<hex32>`, `<b64:44>`, `<dec10>`)
and loses what identifies a moment. Constants that only look random, known from published
source code, are kept: they name the software.
"""

import re

from gatewatch.model.observation import Answer

__all__ = [
    "TELLING",
    "is_volatile_date",
    "mask",
    "mask_body",
    "mask_head",
    "mask_host",
    "value_shape",
]

TELLING = frozenset(
    {
        b"5ccc069c403ebaf9f0171e9517f40e41",  # GoAhead, websda.c
        b"5ccc09c403ebaf9f0171e9517f40e41",  # tr69c of older Broadcom CPE kits, 31 digits
        b"328458fab28345ae87ab3210a8513b14eff452a2",  # easycwmp, http.c
        b"11733b200778ce33060f31c9af70a870ba96ddd4",  # libmicrohttpd's example, used by icwmp
        b"T3BhcXVlIHN0cmluZyBmb3IgQUNTIEF1dGhlbnRpY2F0aW9u",  # ZTE: "Opaque string for ACS ..."
        b"N2UyNjgxMjA6NjQ1MWZiOTA6IDJlNjI5NDA=",  # the firstblood honeypot's only nonce
    }
)

_LOWER_HEX = b"0123456789abcdef"
_UPPER_HEX = b"0123456789ABCDEF"
_RUN = re.compile(rb"[A-Za-z0-9]+")
_SHAPED = re.compile(rb"(?:<(?:hex|HEX|dec|alnum|b64:)\d+>|<date>|[^A-Za-z0-9<>])+")
_BASE64 = re.compile(rb"[A-Za-z0-9+/]+={0,2}")
# Dates that a device sends as a constant ("no date") are kept, since they are the same each time.
_CONSTANT_DATE = re.compile(rb"0|-1|.*\b19(?:70|80)\b.*", re.DOTALL)
_CLOCK = re.compile(rb"\d:\d\d:\d")
_HTTP_DATE = re.compile(
    rb"(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?,? "
    rb"(?:\d{1,2}[ -][A-Z][a-z]{2}[ -]\d{2,4} \d\d:\d\d:\d\d(?: GMT| UTC)?"
    rb"|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4})"
)
# It begins with the line end before it, which is found faster than a line's start.
_HEADER = re.compile(
    rb"\n(?:(date|expires|last-modified)|(etag|age|x-request-id|cf-ray)|(set-cookie2?))"
    rb"([ \t]*:[ \t]*)([^\r\n]*)",
    re.IGNORECASE,
)
_CHALLENGE = re.compile(rb"\b((?:c?nonce|opaque)[ \t]*=[ \t]*\"?)([^\",;\s]*)", re.IGNORECASE)
_COOKIE = re.compile(rb"([^=;,\s]{1,64}=)(\"?)([^;\"]*)")
_ATTRIBUTE = re.compile(rb"(?i)(?:path|domain|max-age|samesite|version|comment|port)=")


def mask(answer: Answer, host: str) -> Answer:
    """`answer` with everything volatile replaced; `host` is the target's address as text."""
    return Answer(
        answer.spoke,
        answer.outcome,
        mask_head(answer.head, host),
        mask_body(answer.body, host),
        answer.marks,
        answer.tls,
    )


def mask_head(head: bytes, host: str = "") -> bytes:
    """A head with volatile values replaced by their shapes; line ends and order stay."""
    head = mask_host(head, host)
    head = _HEADER.sub(_mask_header, b"\n" + head)[1:]
    return _CHALLENGE.sub(lambda found: found[1] + value_shape(found[2]), head)


def mask_body(body: bytes, host: str = "") -> bytes:
    """A body with HTTP dates and the target's address replaced."""
    body = mask_host(body, host)
    # Few bodies hold a date; the time of day in it is found faster than its weekday.
    return _HTTP_DATE.sub(b"<date>", body) if _CLOCK.search(body) else body


def mask_host(text: bytes, host: str) -> bytes:
    """`text` with the target's own address (as text; empty: unknown) replaced."""
    return text.replace(host.encode(), b"<host>") if host else text


def is_volatile_date(value: bytes) -> bool:
    """Whether the value of a date header changes from answer to answer."""
    return bool(value) and not _CONSTANT_DATE.fullmatch(value)


def value_shape(value: bytes) -> bytes:
    """The shape token of a nonce, opaque or cookie value.

    Up to four characters are kept (`0`, `true`), telling constants too; otherwise runs of
    letters and digits become `<hexN>`, `<HEXN>`, `<decN>`, `<alnumN>`, Base64 with its signs
    becomes `<b64:N>`, and what separates runs stays.
    """
    if len(value) <= 4 or value in TELLING or _SHAPED.fullmatch(value):
        return value
    if value.isalnum():
        return _run_shape(value)
    if _BASE64.fullmatch(value):
        return b"<b64:%d>" % len(value)
    return _RUN.sub(lambda run: _run_shape(run[0]), value)


def _run_shape(run: bytes) -> bytes:
    if run.isdigit():
        return b"<dec%d>" % len(run)
    if not run.translate(None, _LOWER_HEX):
        return b"<hex%d>" % len(run)
    if not run.translate(None, _UPPER_HEX):
        return b"<HEX%d>" % len(run)
    return b"<alnum%d>" % len(run)


def _mask_header(found: re.Match[bytes]) -> bytes:
    date, other, cookie, colon, value = found.groups()
    name: bytes = b"\n" + (date or other or cookie)
    if date:
        return name + colon + (b"<date>" if is_volatile_date(value) else value)
    if other:
        return name + colon + value_shape(value)
    return name + colon + _COOKIE.sub(_mask_cookie, value)


def _mask_cookie(found: re.Match[bytes]) -> bytes:
    name, quote, value = found.groups()
    if name.lower() == b"expires=":
        return name + quote + (b"<date>" if is_volatile_date(value) else value)
    if _ATTRIBUTE.fullmatch(name):
        return found[0]
    return name + quote + value_shape(value)
