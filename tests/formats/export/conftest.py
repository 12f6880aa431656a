"""Made-up services as exports get them."""

import io
from collections.abc import Callable, Iterable

import pytest

from gatewatch.formats.export import ServiceExporter, exporters
from gatewatch.model.address import parse_address
from gatewatch.model.exposed import About, Exposed, Flaw

Make = Callable[..., Exposed]
Written = Callable[..., str]

ABOUT = About("country:IT", ("2026-11-20",), "2026-11-20T09:00:00Z", "amber")


@pytest.fixture
def service() -> Make:
    """Makes one service; `text` is all that its device says."""

    def make(ip: str = "192.0.2.1", port: int = 7547, text: str = "gSOAP/2.7") -> Exposed:
        fields: dict[str, str | int | None] = {
            "country": "IT", "asn": 64500, "as.name": "Example Telecom", "spoke": "http",
            "status": 401, "reason": text, "http.version": "HTTP/1.1", "server": text,
            "realm": text, "software": text, "software.version": text, "vendor": "Example",
            "model": text, "role": "cpe", "risk": 78, "risk.band": "critical",
        }  # fmt: skip
        headers = {"server": text, "www-authenticate": text, "content-length": "0"}
        flaws = (Flaw("CVE-2014-9222", 85, "likely"), Flaw("CVE-2016-10372", 30, "possible"))
        return Exposed(parse_address(ip), port, "2026-11-20T03:14:07Z", fields, headers, flaws)

    return make


@pytest.fixture
def written() -> Written:
    """What a format makes of services."""

    def write(name: str, services: Iterable[Exposed], about: About = ABOUT) -> str:
        exporter = exporters()[name]
        assert isinstance(exporter, ServiceExporter)
        out = io.StringIO(newline="")
        exporter.write(services, about, out)
        return out.getvalue()

    return write
