"""ZMap and masscan as engines of ours: they find, we ask, in the same network namespaces."""

from collections.abc import Iterator

import pytest
from tests.real.laboratory import GATEWAY_MAC, INTERFACE, SCANNER, TARGETS, Laboratory
from tests.real.scans import GATEWATCH, Said, Scan, running, said_in, searched
from tests.real.services import address_of

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("laboratory")]

_EXCLUDED = "ccsp-gateway"
_LINE = ("--interface", INTERFACE, "--source", SCANNER, "--gateway", GATEWAY_MAC)


@pytest.fixture(scope="module", params=["masscan", "zmap"])
def scan(
    request: pytest.FixtureRequest, lab: Laboratory, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scan]:
    folder = tmp_path_factory.mktemp(request.param)
    (folder / "scope.txt").write_text(f"{TARGETS}\n")
    (folder / "exclude.txt").write_text(f"{address_of(_EXCLUDED)}  # asked to be left alone\n")
    files = ("--scope", "scope.txt", "--exclude", "exclude.txt", "--lake", "lake", "--rate", "500")
    command = [*GATEWATCH, "scan", "run", "--lab", *files, "--engine", request.param, *_LINE]
    with running(lab, folder, {"lake": command}) as scans:
        yield scans["lake"]


def test_it_finds_what_is_open_and_we_ask_there(lab: Laboratory, scan: Scan) -> None:
    rows = searched(scan.file())
    assert rows.keys() == lab.open - {address_of(_EXCLUDED)}
    expected: dict[str, Said] = dict(lab.truth)
    del expected[address_of(_EXCLUDED)]
    assert said_in(rows) == expected


def test_who_was_not_found_counts_as_silent(lab: Laboratory, scan: Scan) -> None:
    scan.file()
    assert f"{64 - len(lab.open)} connection-timeout" in scan.log.read_text()
