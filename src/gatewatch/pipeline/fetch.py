"""A file from a publisher's server: bounded, checked, and put in place in one step.

    fetched = fetch(url, folder / "kev.json", limit=64 << 20, etag=old.etag, digest=known)
    if fetched is None: ...      # 304: what we have is what they have
    fetched.etag, fetched.last_modified   # to be handed in the next time

The body goes to a file beside `target`, which takes its place only when the transfer was whole,
the digest is right and the content is no web page: whatever fails, `target` is as it was and the
one error is `FetchFailed`. Bounded are the bytes, each silence, the whole time and the number of
redirects, which never lead from https to http. Without TLS nobody vouches for the content, so
plain http is for loopback or for a file whose SHA-2 digest is known.

Only commands whose name says so call this (`gatewatch geo update`, `advisories update`); nothing
else outside `scan`, `acs` and `web` opens connections. A name is resolved by the system, in the
system's time. Sources: RFC 9110 (13.1 conditional requests, 15.4 redirects), RFC 9112 section 8
(incomplete messages).
"""

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPResponse  # noqa: TID251  (what pipeline/wire.py hands over)
from ipaddress import ip_address
from pathlib import Path
from time import monotonic
from urllib.parse import SplitResult, urljoin, urlsplit

from gatewatch.model.errors import FetchFailed
from gatewatch.pipeline.wire import AGAIN, Failed, Patience, fail, get

__all__ = ["Fetched", "Patience", "check_url", "digest_in", "fetch", "is_digest", "plain_url"]

_CHUNK = 1 << 16
_PATIENCE = Patience()
_MOST_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_URL = re.compile(r"https?://[!-~]{1,2000}")
_VALIDATOR = re.compile(r"[ -~]{1,200}")
_PAGE = re.compile(rb"\s*<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_DIGEST = re.compile(r"(?<![0-9a-f])(?:[0-9a-f]{128}|[0-9a-f]{64}|[0-9a-f]{32})(?![0-9a-f])")
# By the number of hexadecimal digits. MD5, the registries' choice, tells a damaged transfer only.
_HASHES: Mapping[int, str] = {32: "md5", 64: "sha256", 128: "sha512"}
_SAFE_DIGITS = 64

_STATUSES: Mapping[int, tuple[str, str]] = {
    401: ("the server wants a key (401)", "put it into the address, as its publisher says"),
    403: ("the server refuses (403)", "check key and terms on its publisher's page"),
    404: ("it is not there (404)", "see its publisher's page for the new address"),
    410: ("it is gone (410)", "see its publisher's page for the new address"),
    429: ("it was asked for too often (429)", AGAIN),
}


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a server gave."""

    url: str
    """Where it came from in the end, without what may be secret."""
    size: int
    sha256: str
    etag: str | None
    last_modified: str | None


def fetch(
    url: str,
    target: Path,
    *,
    limit: int,
    etag: str | None = None,
    last_modified: str | None = None,
    digest: str | None = None,
    patience: Patience = _PATIENCE,
    watch: Callable[[int], None] | None = None,
) -> Fetched | None:
    """Brings what is at `url` to the file `target`; None when the server says it has not changed.

    At most `limit` bytes; `digest` is MD5, SHA-256 or SHA-512 in hexadecimal; `etag` and
    `last_modified` are those of the copy at hand; `watch` is told how many bytes have come. Raises
    FetchFailed and OSError (the disk).
    """
    asked = {"If-None-Match": etag or "", "If-Modified-Since": last_modified or ""}
    conditions = {name: value for name, value in asked.items() if _VALIDATOR.fullmatch(value)}
    until = monotonic() + patience.whole_s
    seen: list[str] = []
    while True:
        parts = _checked(url, digest, seen)
        with _said(url), get(parts, conditions, patience, until, limit) as answer:
            if answer.status in _REDIRECTS:
                url = _led_on(url, answer.headers.get("Location", ""))
                continue
            if answer.status == 304 and conditions:
                return None
            _require_content(answer, limit)
            size, sha256 = _keep(answer, target, limit, digest, watch)
            kept = (_validator(answer, name) for name in ("ETag", "Last-Modified"))
            return Fetched(plain_url(url), size, sha256, *kept)


def check_url(url: str, digest: str | None = None) -> None:
    """Raises ValueError with the reason when `fetch` would not even ask for this."""
    if not _URL.fullmatch(url):
        raise ValueError("give an address that begins with https://")
    parts = urlsplit(url)
    if not parts.hostname or parts.port == 0:
        raise ValueError("the address names no server")
    proven = digest is not None and len(digest) >= _SAFE_DIGITS
    if parts.scheme == "http" and not proven and not _is_loopback(parts.hostname):
        raise ValueError("without TLS anybody may change it: write https://, or give its sha256")


def plain_url(url: str) -> str:
    """The address without user, password and query, in which keys travel."""
    try:
        parts = urlsplit(url)
        return parts._replace(
            netloc=parts.netloc.rpartition("@")[2], query="", fragment=""
        ).geturl()
    except ValueError:
        return url.partition("?")[0].rpartition("@")[2]


def is_digest(text: str) -> bool:
    """Whether this is an MD5, SHA-256 or SHA-512 digest as `fetch` takes it."""
    return bool(_DIGEST.fullmatch(text))


def digest_in(text: str, name: str) -> str | None:
    """The digest of the file `name` in a list of checksums, or the only one in the list.

    Lines are those of sha256sum (`<digest>  <name>`) and of BSD (`MD5 (<name>) = <digest>`).
    """
    found: list[str] = []
    for line in text.splitlines():
        match = _DIGEST.search(line.lower())
        if match and name in re.split(r"[\s*()/]+", line):
            return match[0]
        found += [match[0]] if match else []
    return found[0] if len(found) == 1 else None


@contextmanager
def _said(url: str) -> Iterator[None]:
    """Names the address in what is said of a failure."""
    try:
        yield
    except Failed as error:
        what, mend = error.args
    else:
        return
    raise FetchFailed(where=plain_url(url), what=what, mend=mend)


def _checked(url: str, digest: str | None, seen: list[str]) -> SplitResult:
    """The parts of the next address to ask; raises FetchFailed when it may not be asked."""
    with _said(url):
        if url in seen:
            fail("it leads in circles", "see its publisher's page for the address")
        if len(seen) > _MOST_REDIRECTS:
            fail(f"it leads on more than {_MOST_REDIRECTS} times", "give the last address")
        if seen and seen[-1].startswith("https:") and not url.startswith("https:"):
            fail("it leads from https to an unsafe address", "see its publisher's page")
        try:
            check_url(url, digest)
        except ValueError as error:
            fail(str(error), "see its publisher's page")
    parts = urlsplit(url)
    if seen and urlsplit(seen[0]).netloc != parts.netloc:
        # A key is for the server that the user named.
        parts = parts._replace(netloc=parts.netloc.rpartition("@")[2])
    seen.append(url)
    return parts


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _led_on(url: str, location: str) -> str:
    try:
        return urlsplit(urljoin(url, location)).geturl()
    except ValueError:
        fail("it leads to no address", "see its publisher's page")


def _require_content(answer: HTTPResponse, limit: int) -> None:
    if answer.status != 200:
        told = f"the server answers {answer.status}"
        fail(*_STATUSES.get(answer.status, (told, AGAIN)))
    if (answer.length or 0) > limit:
        fail(f"it is larger than {limit:,} bytes", "see that the address is right")


def _keep(
    answer: HTTPResponse,
    target: Path,
    limit: int,
    digest: str | None,
    watch: Callable[[int], None] | None,
) -> tuple[int, str]:
    """Writes the body beside `target`, checks it, puts it in place; its size and SHA-256."""
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    known = hashlib.new(_HASHES[len(digest)], usedforsecurity=False) if digest else None
    sha256, size = hashlib.sha256(), 0
    try:
        with beside.open("wb") as out:
            for chunk in _chunks(answer, limit):
                size += len(chunk)
                for one in filter(None, (sha256, known)):
                    one.update(chunk)
                out.write(chunk)
                if watch is not None:
                    watch(size)
            out.flush()
            os.fsync(out.fileno())
        if known is not None and known.hexdigest() != digest:
            fail("its checksum is wrong", "try again; if it stays wrong, ask its publisher")
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
    return size, sha256.hexdigest()


def _chunks(answer: HTTPResponse, limit: int) -> Iterator[bytes]:
    """The body, piece by piece, which is whole and no longer than it may be when this ends."""
    left = limit
    while chunk := answer.read(_CHUNK):
        if left == limit and _PAGE.match(chunk):
            fail("it is a web page, no data", "see its publisher's page for the address")
        left -= len(chunk)
        if left < 0:
            fail(f"it is larger than {limit:,} bytes", "see that the address is right")
        yield chunk
    if answer.length:
        fail("the transfer was cut", AGAIN)
    if left == limit:
        fail("it is empty", AGAIN)


def _validator(answer: HTTPResponse, name: str) -> str | None:
    """A header that is to be sent back the next time, unless it could be no such header."""
    value = answer.headers.get(name, "")
    return value if _VALIDATOR.fullmatch(value) else None
