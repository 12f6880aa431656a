from pathlib import Path

import pytest
from starlette.testclient import TestClient

from gatewatch.web.app import application
from gatewatch.web.site import Site


@pytest.fixture(scope="session")
def shared_client(hostile_lake: Path) -> TestClient:
    """One browser for properties, which try many addresses; it keeps no cookies that matter."""
    app = application(Site(lake=hostile_lake))
    return TestClient(
        app, base_url="http://127.0.0.1", follow_redirects=False, client=("127.0.0.1", 1)
    )
