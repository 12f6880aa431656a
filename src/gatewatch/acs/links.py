"""Links to firmware: for one device, for a short time, for one download.

A link's 22 characters are 128 bits of chance; the state knows only their hash. It is good from
the address that its device called from, until it expires, and is spent once the last byte has
been handed over; devices that fetch in pieces (Range) may come several times until then.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path
from secrets import token_urlsafe

from gatewatch.acs.firmware import Store
from gatewatch.acs.http.messages import Answer, Peer, Request
from gatewatch.acs.state.changes import KeepDocument, RemoveDocument
from gatewatch.acs.state.interface import State
from gatewatch.acs.state.records import Document, File
from gatewatch.model.moment import SECOND

__all__ = ["LIFE_S", "PREFIX", "Links", "link_change"]

PREFIX = "/files/"
LIFE_S = 3600
"""As long as a device may take to begin: GenieACS gives a download up, too, after an hour."""
_KIND = "link"
_PIECE = 64 * 1024
_REQUESTS = 100
"""So often may one link be asked for."""


def link_change(file: File, device: str, address: str, now: int) -> tuple[str, KeepDocument]:
    """A new link's path, and what the state has to know of it. `now` in microseconds."""
    token = token_urlsafe(16)
    known = {
        "sha256": file.sha256,
        "device": device,
        "address": address,
        "expires": now + LIFE_S * SECOND,
        "requests": 0,
    }
    document = Document(_KIND, _id(token), json.dumps(known), updated=now)
    return f"{PREFIX}{token}", KeepDocument(document)


def _id(token: str) -> str:
    return blake2b(token.encode(), digest_size=16).hexdigest()


class Links:
    """Answers requests for files. Whatever is wrong with one is answered 404: nobody learns why."""

    def __init__(self, state: State, store: Store) -> None:
        self._state, self._store = state, store

    def answer(self, request: Request, peer: Peer, now: int) -> Answer:
        """The file, a part of it, or 404."""
        if request.method not in ("GET", "HEAD"):
            return Answer(405, headers=(("Allow", "GET, HEAD"),))
        found = self._found(request.target, peer, now)
        if found is None:
            return Answer(404)
        document, file = found
        span = _span(request.headers.get("range", ""), file.size)
        if span is None:
            return Answer(416, headers=(("Content-Range", f"bytes */{file.size}"),))
        first, last = span
        whole = (first, last) == (0, file.size - 1)
        headers = [
            ("Content-Type", "application/octet-stream"),
            ("Accept-Ranges", "bytes"),
            ("ETag", f'"{file.sha256}"'),
        ]
        if not whole:
            headers.append(("Content-Range", f"bytes {first}-{last}/{file.size}"))
        status = 200 if whole else 206
        length = last - first + 1
        if request.method == "HEAD":
            return Answer(status, headers=tuple(headers), length=length, head_only=True)
        pieces = self._pieces(self._store.path(file.sha256), first, length)
        stream = self._spending(pieces, document) if last == file.size - 1 else pieces
        return Answer(status, headers=tuple(headers), stream=stream, length=length)

    def _found(self, target: str, peer: Peer, now: int) -> tuple[Document, File] | None:
        token = target.partition("?")[0].removeprefix(PREFIX)
        if not 20 <= len(token) <= 24:
            return None
        document = self._state.document(_KIND, _id(token))
        if document is None:
            return None
        known = json.loads(document.body)
        good = (
            now < known["expires"]
            and known["requests"] < _REQUESTS
            and known["address"] in ("", peer.address)
        )
        file = self._state.file(known["sha256"]) if good else None
        if file is None or not self._store.path(file.sha256).exists():
            return None
        known["requests"] += 1
        counted = replace(document, body=json.dumps(known), updated=now)
        if not self._state.apply([KeepDocument(counted)])[0]:
            return None  # two requests at once: the other one has it
        return replace(counted, version=counted.version + 1), file

    def _spending(self, pieces: Iterator[bytes], document: Document) -> Iterator[bytes]:
        """Hands over all pieces; then the link is good for nothing."""
        yield from pieces
        self._state.apply([RemoveDocument(_KIND, document.id)])

    def sweep(self, now: int) -> int:
        """Forgets links that nobody used in time; returns how many."""
        late = [
            RemoveDocument(_KIND, document.id)
            for document in self._state.documents(_KIND)
            if json.loads(document.body)["expires"] <= now
        ]
        return sum(self._state.apply(late)) if late else 0

    def _pieces(self, path: Path, first: int, length: int) -> Iterator[bytes]:
        with path.open("rb") as file:
            file.seek(first)
            while length > 0:
                piece = file.read(min(_PIECE, length))
                if not piece:
                    return
                length -= len(piece)
                yield piece


def _span(value: str, size: int) -> tuple[int, int] | None:
    """First and last byte that a Range asks for; the whole for none that we serve, None: 416."""
    whole = (0, size - 1)
    unit, _, said = value.replace(" ", "").partition("=")
    first, dash, last = said.partition("-")
    if unit.lower() != "bytes" or not dash or "," in said:
        return whole
    if not (first + last).isdecimal() or not (first + last).isascii() or len(first + last) > 30:
        return whole
    if not first:
        return (max(size - int(last), 0), size - 1) if int(last) else None
    begin, end = int(first), min(int(last), size - 1) if last else size - 1
    return (begin, end) if begin <= end else None
