from collections.abc import Iterator

import pytest
from tests.query.made_up import MadeUp, made_up


@pytest.fixture(scope="session")
def known(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MadeUp]:
    """A lake of which everything is known; tests only read it."""
    lake = made_up(tmp_path_factory.mktemp("known") / "lake")
    yield lake
    for con in lake.opened.values():
        con.close()
