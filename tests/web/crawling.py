"""Follows links as somebody would who clicks on everything."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin, urlsplit

import httpx

__all__ = ["Links", "crawl", "links_of"]

Get = Callable[[str], httpx.Response]


class Links(HTMLParser):
    """The addresses that a page links to, and its ids."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.ids: list[str] = []
        self.attributes: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Takes what the tag says."""
        values = {name: value or "" for name, value in attrs}
        self.attributes += values.items()
        if "id" in values:
            self.ids.append(values["id"])
        for name in ("href", "src", "data-load"):
            if values.get(name):
                self.found.append(values[name])
        del tag


def links_of(html: str) -> Links:
    """Everything that a page leads to."""
    links = Links()
    links.feed(html)
    return links


@dataclass
class Crawled:
    """What was found on the way."""

    statuses: dict[str, int] = field(default_factory=dict)
    """By address, without what is behind #."""
    linked_from: dict[str, str] = field(default_factory=dict)
    heavy: dict[str, int] = field(default_factory=dict)
    """Bytes of each page."""


def crawl(get: Get, starts: list[str], most: int, wanted: Callable[[str], bool]) -> Crawled:
    """Every page from `starts` on, one of each kind of link first, `most` requests at most."""
    found = Crawled()
    waiting = list(starts)
    while waiting and len(found.statuses) < most:
        address = waiting.pop(0)
        if address in found.statuses:
            continue
        reply = get(address)
        found.statuses[address] = reply.status_code
        if reply.headers.get("content-type", "").startswith("text/html"):
            found.heavy[address] = len(reply.content)
            for link in _inner(address, reply.text):
                if link not in found.statuses and wanted(link):
                    found.linked_from.setdefault(link, address)
                    waiting.append(link)
        if reply.is_redirect:
            waiting.append(urljoin(address, reply.headers["location"]))
    return found


def _inner(address: str, html: str) -> Iterator[str]:
    for link in links_of(html).found:
        whole = urldefrag(urljoin(address, link)).url
        if not urlsplit(whole).netloc:
            yield whole
