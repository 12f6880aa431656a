"""masscan's own files, from scans of real servers.

masscan loses banners in every run, more of them on a busy machine; what a file does not have is
unknown. So its open ports have to be complete, and its banners true.
"""

import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.real.laboratory import GATEWAY_MAC, INTERFACE, SCANNER_MAC, TARGETS, Laboratory
from tests.real.scans import Scan, imported, observed, read, running, said, said_in
from tests.real.services import GREETING, PORT, address_of

from gatewatch.model.errors import EmptyInput, InputUnreadable
from gatewatch.model.observation import Rejected, Spoke

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("laboratory")]

_FORMATS = {
    "masscan-json": "-oJ",
    "masscan-ndjson": "-oD",
    "masscan-xml": "-oX",
    "masscan-list": "-oL",
    "masscan-grepable": "-oG",
}
# masscan waits two seconds for a greeting before it says hello.
_BANNERS = ("--banners", "--hello", "http", "--wait", "5")


def _command(lab: Laboratory, *words: str) -> list[str]:
    place = ("--adapter", INTERFACE, "--adapter-ip", lab.spare_address())
    cable = ("--adapter-mac", SCANNER_MAC, "--router-mac", GATEWAY_MAC)
    return ["masscan", TARGETS, f"-p{PORT}", *place, *cable, *words]


@pytest.fixture(scope="module")
def scans(lab: Laboratory, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Scan]]:
    commands = {
        name: _command(lab, "--rate", "1000", *_BANNERS, option, name)
        for name, option in _FORMATS.items()
    }
    commands["binary"] = _command(lab, "--rate", "1000", "--wait", "1", "-oB", "binary")
    commands["plain"] = _command(lab, "--rate", "1000", "--wait", "1", "-oJ", "plain")
    with running(lab, tmp_path_factory.mktemp("masscan"), commands) as scans:
        yield scans


@pytest.fixture
def half_done(lab: Laboratory, tmp_path: Path) -> Iterator[Scan]:
    """A scan that has found something and is still at it."""
    command = _command(lab, "--rate", "10", "--wait", "1", "-oJ", "half-done")
    with running(lab, tmp_path, {"half-done": command}) as scans:
        scans["half-done"].wait_until_it_says(rb"found=[1-9]")
        yield scans["half-done"]


@pytest.mark.parametrize("name", _FORMATS)
def test_every_format_has_all_ports_and_nothing_but_true_banners(
    lab: Laboratory, scans: dict[str, Scan], name: str
) -> None:
    format_name, records = read(scans[name].file())
    found = observed(records)
    assert format_name == name
    assert found.keys() == lab.open
    assert said(found).items() <= lab.truth.items()
    assert len(said(found)) >= len(lab.truth) / 2
    assert not [record for record in records if isinstance(record, Rejected)]


def test_a_greeting_is_no_http(lab: Laboratory, scans: dict[str, Scan]) -> None:
    found = observed(read(scans["masscan-json"].file())[1])
    ssh = found[address_of("ssh")].answer
    assert ssh.spoke is Spoke.OTHER
    assert ssh.head == GREETING.rstrip()


def test_a_scan_without_banners_knows_open_ports_only(
    lab: Laboratory, scans: dict[str, Scan]
) -> None:
    found = observed(read(scans["plain"].file())[1])
    assert found.keys() == lab.open
    assert {observation.answer.spoke for observation in found.values()} == {Spoke.SYN_ACK}


def test_the_command_line_imports_it_and_finds_it_again(
    lab: Laboratory, scans: dict[str, Scan], tmp_path: Path
) -> None:
    found = imported(tmp_path / "lake", scans["masscan-json"].file())
    assert found.keys() == lab.open
    assert said_in(found) == said(observed(read(scans["masscan-json"].file())[1]))


def test_an_interrupted_scan_leaves_a_readable_file(lab: Laboratory, half_done: Scan) -> None:
    half_done.process.send_signal(signal.SIGINT)
    found = observed(read(half_done.file())[1])
    assert found
    assert found.keys() < lab.open


def test_a_killed_scan_leaves_nothing_and_is_told_apart_from_a_scan_that_found_nothing(
    half_done: Scan,
) -> None:
    """masscan writes its file at the end; what it had found is gone."""
    half_done.process.kill()
    half_done.process.wait()
    with pytest.raises(EmptyInput, match=re.escape(str(half_done.output))):
        read(half_done.output)


def test_the_binary_format_is_refused_with_the_way_to_convert_it(scans: dict[str, Scan]) -> None:
    with pytest.raises(InputUnreadable, match="masscan --readscan FILE -oJ"):
        read(scans["binary"].file())
