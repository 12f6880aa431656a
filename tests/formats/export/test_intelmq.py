"""IntelMQ events by IntelMQ's own data format."""

import json
import re
from collections.abc import Callable

from gatewatch.model.exposed import Exposed

Make = Callable[..., Exposed]
Written = Callable[..., str]

# harmonization.conf of IntelMQ, and the documented product.* of its data format.
DOCUMENTED = {
    "classification.identifier", "classification.taxonomy", "classification.type",
    "event_description.text", "feed.name", "product.full_name", "product.vulnerabilities",
    "protocol.application", "protocol.transport", "source.as_name", "source.asn",
    "source.geolocation.cc", "source.ip", "source.port", "time.observation", "time.source",
}  # fmt: skip


def event(text: str) -> dict[str, object]:
    (line,) = text.splitlines()
    found: dict[str, object] = json.loads(line)
    return found


def test_keys_are_flat_and_documented(service: Make, written: Written) -> None:
    found = event(written("intelmq", [service()]))
    assert {key for key in found if not key.startswith("extra.")} == DOCUMENTED
    assert all(re.fullmatch(r"[a-z_][a-z_0-9]*(\.[a-z_0-9]+)+", key) for key in found)
    assert not any(isinstance(value, dict | list) for value in found.values())


def test_values_are_as_the_format_wants_them(service: Make, written: Written) -> None:
    found = event(written("intelmq", [service()]))
    assert found["time.source"] == "2026-11-20T03:14:07+00:00"
    assert (found["source.asn"], found["source.port"]) == (64500, 7547)
    assert found["source.geolocation.cc"] == "IT"
    assert found["classification.type"] == "vulnerable-system"
    assert found["product.vulnerabilities"] == "CVE-2014-9222,CVE-2016-10372"


def test_a_device_is_quoted_exactly(service: Make, written: Written) -> None:
    hostile = '\x1b[31m", "source.ip": "198.51.100.1'
    found = event(written("intelmq", [service(text=hostile)]))
    assert (found["extra.server"], found["source.ip"]) == (hostile, "192.0.2.1")
