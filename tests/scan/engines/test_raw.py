"""When the raw engine refuses; what it does otherwise is proven on real networks."""

from typing import TYPE_CHECKING

import pytest

from gatewatch.model.errors import BadArguments, MissingPrivilege
from gatewatch.scan.engines import raw
from gatewatch.scan.plan import Line

if TYPE_CHECKING:
    from tests.scan.conftest import MakePlan


def test_it_needs_root(lab_plan: "MakePlan", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(MissingPrivilege, match="needs root: run it with sudo, or take --engine"):
        raw.check(lab_plan("127.0.0.1"))


def test_it_asks_no_ipv6(lab_plan: "MakePlan", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    raw.check(lab_plan("127.0.0.1"))
    with pytest.raises(BadArguments, match="asks IPv4 addresses only: take --engine connect"):
        raw.check(lab_plan("127.0.0.1", "::1"))


def test_it_takes_the_systems_way(lab_plan: "MakePlan", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    with pytest.raises(BadArguments, match="--gateway: is not for --engine raw"):
        raw.check(lab_plan("127.0.0.1", line=Line(gateway="02:00:00:00:00:02")))
