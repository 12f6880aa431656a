"""The table that keeps the kernel out; that it does is proven by real scans."""

from pathlib import Path

import pytest

from gatewatch.model.errors import MachineUnfit
from gatewatch.scan.raw import firewall
from gatewatch.scan.raw.cookie import Ports
from gatewatch.scan.raw.firewall import kernel_kept_out, nft_program

PORTS = Ports(61_000, 61_255)


def test_a_machine_without_nft_is_told_which_package_has_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(firewall, "nft_program", lambda: None)
    with (
        pytest.raises(MachineUnfit, match='nft: is not installed: install the package "nftables"'),
        kernel_kept_out("127.0.0.1", PORTS),
    ):
        pass


def test_what_nft_says_is_passed_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "nft"
    program.write_text("#!/bin/sh\necho Operation not permitted >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setattr(firewall, "nft_program", lambda: str(program))
    with (
        pytest.raises(MachineUnfit, match="nft: Operation not permitted: raw needs root"),
        kernel_kept_out("127.0.0.1", PORTS),
    ):
        pass


def test_it_is_found_where_only_root_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert nft_program() == "/usr/sbin/nft"
