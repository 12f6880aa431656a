"""ZMap's own files, from scans of real servers: open ports, and no word more."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.real.laboratory import GATEWAY_MAC, INTERFACE, SCANNER, TARGETS, Laboratory
from tests.real.scans import Scan, imported, observed, read, running
from tests.real.services import PORT

from gatewatch.model.errors import PortMissing, TimeMissing
from gatewatch.model.moment import parse_moment
from gatewatch.model.observation import Rejected, Spoke

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("laboratory")]

_NOW = parse_moment("2026-11-24T10:00:00Z")
_OUTPUTS = {
    "all-fields.csv": ("-O", "csv", "-f", "*"),
    "all-fields.json": ("-O", "json", "-f", "*"),
    "addresses.csv": (),
}


@pytest.fixture(scope="module")
def scans(lab: Laboratory, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Scan]]:
    # Debian's own settings refuse the benchmark space.
    settings = ("-C", "/dev/null", "-b", "/dev/null")
    cable = ("-i", INTERFACE, "-S", SCANNER, "-G", GATEWAY_MAC)
    command = ["zmap", "-p", str(PORT), *settings, *cable, "-r", "1000", "-c", "1", TARGETS]
    commands = {name: [*command, *words, "-o", name] for name, words in _OUTPUTS.items()}
    with running(lab, tmp_path_factory.mktemp("zmap"), commands) as scans:
        yield scans


@pytest.mark.parametrize("name", _OUTPUTS)
def test_every_open_port_is_found_and_only_known_to_be_open(
    lab: Laboratory, scans: dict[str, Scan], name: str
) -> None:
    """Closed ports stand in the JSON as well."""
    _, records = read(scans[name].file(), port=PORT, seen_at=_NOW)
    found = observed(records)
    assert found.keys() == lab.open
    assert {observation.answer.spoke for observation in found.values()} == {Spoke.SYN_ACK}
    assert not [record for record in records if isinstance(record, Rejected)]


def test_a_list_of_addresses_asks_for_port_and_time(scans: dict[str, Scan]) -> None:
    path = scans["addresses.csv"].file()
    with pytest.raises(PortMissing, match="--port"):
        read(path)
    with pytest.raises(TimeMissing, match="--time"):
        read(path, port=PORT)


def test_the_command_line_imports_it_and_finds_it_again(
    lab: Laboratory, scans: dict[str, Scan], tmp_path: Path
) -> None:
    words = ("--port", str(PORT), "--time", "2026-11-24T10:00:00Z")
    found = imported(tmp_path / "lake", scans["addresses.csv"].file(), *words)
    assert found.keys() == lab.open
    assert {row["spoke"] for row in found.values()} == {"syn-ack"}
