"""The laboratory, built once for all tests of this folder that run in one process."""

from collections.abc import Iterator

import pytest
from tests.real import laboratory
from tests.real.laboratory import Laboratory
from tests.real.namespaces import NoLaboratory


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    """The scanner's side of a laboratory with every service running.

    A machine that cannot hold one fails the tests, in one line: they are never skipped.
    """
    try:
        with laboratory.built(tmp_path_factory.mktemp("laboratory")) as lab:
            yield lab
    except NoLaboratory as error:
        pytest.fail(str(error), pytrace=False)
