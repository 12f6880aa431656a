"""Our own scan by each engine, from the command line, of the same real servers."""

from collections.abc import Iterator

import pytest
from tests.real.laboratory import TARGETS, Laboratory
from tests.real.scans import GATEWATCH, Row, Said, Scan, running, said_in, searched
from tests.real.services import Manner, address_of, services

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("laboratory")]

_EXCLUDED = "ccsp-gateway"
_SPOKE = {Manner.MUTE: "connected", Manner.GREETS: "other", Manner.HASTY: "connected"}


@pytest.fixture(scope="module", params=["connect", "raw"])
def scan(
    lab: Laboratory, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Scan]:
    folder = tmp_path_factory.mktemp(request.param)
    (folder / "scope.txt").write_text(f"{TARGETS}\n")
    (folder / "exclude.txt").write_text(f"{address_of(_EXCLUDED)}  # asked to be left alone\n")
    files = ("--scope", "scope.txt", "--exclude", "exclude.txt")
    command = [*GATEWATCH, "scan", "run", "--lab", *files, "--lake", "lake"]
    command += ["--engine", request.param]
    with running(lab, folder, {"lake": command}) as scans:
        yield scans["lake"]


@pytest.fixture(scope="module")
def found(scan: Scan) -> dict[str, Row]:
    return searched(scan.file())


def test_every_server_is_found_with_what_it_said(lab: Laboratory, found: dict[str, Row]) -> None:
    expected: dict[str, Said] = dict(lab.truth)
    del expected[address_of(_EXCLUDED)]
    assert said_in(found) == expected


def test_what_is_open_but_no_http_is_kept_apart(found: dict[str, Row]) -> None:
    expected = {
        service.address: _SPOKE[service.manner] for service in services() if not service.truth
    }
    assert {ip: row["spoke"] for ip, row in found.items() if row["spoke"] != "http"} == expected


@pytest.mark.parametrize(
    ("name", "headers"),
    [
        ("gsoap-fault", "Server X-Frame-Options Content-Type Content-Length Connection"),
        ("mini-httpd", "Server Date Content-Type Content-Length Last-Modified Connection"),
        ("lighttpd", "Content-Type Content-Length Accept-Ranges Connection Date Server"),
        ("hp-printer", "X-Content-Type-Options Cache-Control Server Content-Length"),
    ],
)
def test_headers_keep_the_order_they_were_sent_in(
    found: dict[str, Row], name: str, headers: str
) -> None:
    assert found[address_of(name)]["headers"] == headers


def test_every_end_is_told_apart_and_counted(lab: Laboratory, scan: Scan) -> None:
    scan.file()
    summary = scan.log.read_text().splitlines()[-2].partition("(")[2].partition(")")[0]
    counts = {name: int(count) for count, name in map(str.split, summary.split(", "))}
    assert counts == {
        "success": len(lab.truth) - 1,
        "protocol-error": 1,
        "connection-closed": 1,
        "io-timeout": 1,
        "connection-timeout": 1,
        "host-unreachable": 1,
        "connection-refused": 64 - len(lab.open) - 2,
    }
