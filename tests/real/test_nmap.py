"""Nmap's own XML, from scans of real servers.

What it tells depends on the options. The HTTP scripts run only where Nmap has recognised HTTP,
or with a + in front; then they name the Server header and the realm, but a status only with a
challenge. With -sV the whole answers of services that Nmap does not recognise stand in `servicefp`.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.real.laboratory import TARGETS, Laboratory
from tests.real.scans import Said, Scan, imported, observed, read, running, said, said_in
from tests.real.services import PORT, address_of, services

from gatewatch.model.errors import InputUnreadable
from gatewatch.model.observation import Mark, Outcome, Rejected, Spoke, Unanswered

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("laboratory")]

_SCRIPTS = ("http-headers", "http-server-header", "http-auth", "http-title", "fingerprint-strings")
_WHERE_RECOGNISED = ("--script", ",".join(_SCRIPTS))
_EVERYWHERE = ("--script", ",".join(f"+{script}" for script in _SCRIPTS))
# Against a mute service -sV and the scripts let every probe run out: a minute and more.
_SPARING = ("-sT", "--exclude", address_of("mute"))

_OPTIONS = {
    "syn": ("-sS",),
    "connect": ("-sT",),
    "scripts": (*_SPARING, *_EVERYWHERE),
    "versions": (*_SPARING, "-sV", *_WHERE_RECOGNISED),
    "versions-and-scripts": (*_SPARING, "-sV", *_EVERYWHERE),
}
_UNRECOGNISED = {"grandstream", "ccsp-gateway", "hp-printer"}
"""Services that no match line of Nmap knows, so that it keeps what they said."""


@pytest.fixture(scope="module")
def scans(lab: Laboratory, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Scan]]:
    command = ["nmap", "-n", "-Pn", f"-p{PORT}", TARGETS]
    commands = {name: [*command, *words, "-oX", name] for name, words in _OPTIONS.items()}
    commands["syn"] += ["-oN", "for-people"]
    with running(lab, tmp_path_factory.mktemp("nmap"), commands) as scans:
        yield scans


@pytest.mark.parametrize("name", ["syn", "connect"])
def test_a_port_scan_knows_open_ports_only(
    lab: Laboratory, scans: dict[str, Scan], name: str
) -> None:
    _, records = read(scans[name].file())
    found = observed(records)
    assert found.keys() == lab.open
    assert {observation.answer.spoke for observation in found.values()} == {Spoke.SYN_ACK}


def test_scripts_tell_headers_but_a_status_only_with_a_challenge(
    lab: Laboratory, scans: dict[str, Scan]
) -> None:
    """They read nothing of a device that speaks before its status line."""
    found = observed(read(scans["scripts"].file())[1])
    assert said(found) == _told(lab, whole=set(), nothing={"hp-printer"})


def test_what_head_brought_is_but_a_part_of_what_get_would(scans: dict[str, Scan]) -> None:
    """To HEAD gSOAP answers 200 without challenge or body; http-headers then sends no GET."""
    answer = observed(read(scans["scripts"].file())[1])[address_of("gsoap-challenge")].answer
    assert Mark.PARTIAL in answer.marks
    assert b"Content-Length" not in answer.head


@pytest.mark.parametrize("name", ["versions", "versions-and-scripts"])
def test_version_detection_keeps_the_answers_it_does_not_recognise(
    lab: Laboratory, scans: dict[str, Scan], name: str
) -> None:
    found = observed(read(scans[name].file())[1])
    assert said(found) == _told(lab, whole=_UNRECOGNISED, nothing=set())


@pytest.mark.parametrize(("name", "spoke"), [("ssh", Spoke.OTHER), ("hasty", Spoke.CONNECTED)])
def test_version_detection_tells_what_is_open_but_no_http(
    scans: dict[str, Scan], name: str, spoke: Spoke
) -> None:
    found = observed(read(scans["versions"].file())[1])
    assert found[address_of(name)].answer.spoke is spoke


@pytest.mark.parametrize("name", _OPTIONS)
def test_every_record_is_read_and_what_is_no_service_is_counted(
    lab: Laboratory, scans: dict[str, Scan], name: str
) -> None:
    _, records = read(scans[name].file())
    assert not [record for record in records if isinstance(record, Rejected)]
    outcomes = Counter(record.outcome for record in records if isinstance(record, Unanswered))
    # One address is silent; of the other that does not answer a connect scan may miss the notice.
    silent = outcomes[Outcome.CONNECTION_TIMEOUT] + outcomes[Outcome.HOST_UNREACHABLE]
    asked = 64 - (name not in ("syn", "connect"))
    assert silent == 2
    assert outcomes[Outcome.CONNECTION_REFUSED] == asked - len(observed(records)) - silent
    if name == "syn":
        assert outcomes[Outcome.HOST_UNREACHABLE] == 1


def test_the_output_for_people_is_refused_with_what_to_give_instead(
    scans: dict[str, Scan],
) -> None:
    with pytest.raises(InputUnreadable, match="-oX"):
        read(scans["syn"].file().with_name("for-people"))


def test_the_command_line_imports_it_and_finds_it_again(
    lab: Laboratory, scans: dict[str, Scan], tmp_path: Path
) -> None:
    found = imported(tmp_path / "lake", scans["versions-and-scripts"].file())
    assert found.keys() == lab.open - {address_of("mute")}
    assert said_in(found) == _told(lab, whole=_UNRECOGNISED, nothing=set())


def _told(lab: Laboratory, whole: set[str], nothing: set[str]) -> dict[str, Said]:
    """What Nmap can tell when it keeps `whole` answers of some and reads `nothing` of others."""
    told: dict[str, Said] = dict(lab.truth)
    for service in services():
        if service.name in nothing:
            del told[service.address]
        elif service.truth and service.truth.status != 401 and service.name not in whole:
            told[service.address] = (None, *service.truth[1:])
    return told
