"""What holds of every format: hostile text stays text, the same data give the same file."""

import csv
import io
import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.formats.export.conftest import ABOUT
from tests.formats.write.test_injection import HOSTILE

from gatewatch.formats.export import ListExporter, ServiceExporter, exporters
from gatewatch.formats.limits import targets
from gatewatch.model.address import parse_address
from gatewatch.model.exposed import TLP, About, Exposed

Make = Callable[..., Exposed]
Written = Callable[..., str]

EACH = pytest.mark.parametrize(
    "name", [name for name, one in exporters().items() if isinstance(one, ServiceExporter)]
)


@EACH
@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_a_device_says_leaves_its_place(
    name: str, hostile: str, service: Make, written: Written
) -> None:
    text = written(name, [service(text=hostile), service("2001:db8::7", text=hostile)])
    harmless = written(name, [service(), service("2001:db8::7")])
    assert all(line.isprintable() for line in text.split("\n"))
    assert len(text.splitlines()) == len(harmless.splitlines())
    assert shape(name, text) == shape(name, harmless)


def shape(name: str, text: str) -> list[object]:
    """Keys and columns without what they hold."""
    if name == "shadowserver":
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
        return [[key for key in row if row[key] is not None] for row in rows]
    lines = [text] if text.startswith('{"') and name != "intelmq" else text.splitlines()
    return [keys(json.loads(line)) for line in lines]


def keys(value: object) -> object:
    if isinstance(value, dict):
        return {key: keys(one) for key, one in value.items()}
    return [keys(one) for one in value] if isinstance(value, list) else None


@EACH
def test_the_same_data_give_the_same_file(name: str, service: Make, written: Written) -> None:
    services = [service(), service("192.0.2.2", 30005)]
    assert written(name, services) == written(name, services)


@pytest.mark.parametrize("name", ["misp", "stix", "intelmq"])
@pytest.mark.parametrize("tlp", TLP)
def test_each_label_of_tlp_is_in_the_file(
    name: str, tlp: str, service: Make, written: Written
) -> None:
    about = About(ABOUT.query, ABOUT.snapshots, ABOUT.last_seen, tlp)
    assert tlp in written(name, [service()], about).lower()


def test_a_list_is_lines_of_addresses() -> None:
    addresses = [parse_address(one) for one in ("192.0.2.1", "192.0.2.2", "2001:db8::1")]
    for exporter in exporters().values():
        if isinstance(exporter, ListExporter):
            lines = list(exporter.entries(addresses))
            assert all(line.isascii() and line == line.strip() for line in lines)
            assert [line.split("/")[0] for line in exporter.entries(addresses[:1])] == ["192.0.2.1"]


@given(st.lists(st.text(), min_size=1, max_size=3))
def test_shadowserver_keeps_its_columns_whatever_is_said(texts: list[str]) -> None:
    exporter = exporters()["shadowserver"]
    assert isinstance(exporter, ServiceExporter)
    out = io.StringIO(newline="")
    services = [
        Exposed(parse_address("192.0.2.1"), 1, "2026-11-20T00:00:00Z", {}, {"server": text})
        for text in texts
    ]
    exporter.write(services, ABOUT, out)
    rows = list(csv.reader(io.StringIO(out.getvalue(), newline="")))
    assert [len(row) for row in rows] == [25] * (1 + len(texts))


def test_each_target_says_what_it_holds_and_why() -> None:
    for name, target in targets().items():
        assert target.name == name
        assert target.sentence.endswith(".")
        assert target.limit.entries > 0
        assert not target.limit.because.endswith(".")
