"""Made-up sign-ins and a folder of watch; all addresses are for documentation."""

from collections.abc import Callable
from pathlib import Path

import pytest

from gatewatch.model.address import parse_address
from gatewatch.model.moment import parse_moment
from gatewatch.model.signin import Kind, Outcome, SignIn

NOW = parse_moment("2026-11-24T12:00:00Z")
"""The clock of these tests."""


@pytest.fixture
def watch(tmp_path: Path) -> Path:
    """Where a folder of watch may be made."""
    return tmp_path / "watch"


@pytest.fixture
def signin() -> Callable[..., SignIn]:
    """Makes one sign-in."""

    def make(
        user: str = "alice@example.com",
        ip: str = "192.0.2.7",
        at: str = "2026-11-20T08:00:00Z",
        *,
        outcome: Outcome = Outcome.SUCCESS,
        kind: Kind = Kind.SIGN_IN,
        device: str = "",
        proxied: bool = False,
    ) -> SignIn:
        return SignIn(
            user, parse_address(ip), parse_moment(at), "okta", outcome, kind, "mail", device,
            proxied=proxied,
        )  # fmt: skip

    return make
