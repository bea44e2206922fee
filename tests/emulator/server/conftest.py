"""A recorder over HTTP and HTTPS, as it began, for each test; those that need another have their own."""

import pytest

from nvr_emulator.server.embedding import EmbeddedRecorder


@pytest.fixture(scope="module")
def embedded():
    with EmbeddedRecorder(model=1, transport="both") as recorder:
        yield recorder


@pytest.fixture
def recorder(embedded):
    embedded.reset(restart_clock=True)
    return embedded
