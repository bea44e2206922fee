"""A download that is read to its end is known by all of its bytes, though they are not kept."""

from __future__ import annotations

import pytest

from nvr_conformance.client.client import Client
from nvr_conformance.client.options import TargetOptions
from nvr_conformance.sources.source import TargetSource


@pytest.fixture
def opened():
    """Opens a minute of a camera, anew with each call, of the same recorder."""
    source = TargetSource(TargetOptions(model=2, setup={"clock_start": 1_764_360_000.0}))
    source.prepare()
    with source.open() as target:
        client = Client(target)
        session = client.login()
        begin = int(target.unix_time()) // 60 * 60 - 600
        yield lambda camera=1: session.download(camera, "MP4VO", begin, begin + 60)
        client.close()


def test_a_whole_one_is_told_from_others(opened):
    downloads = [opened(), opened(), opened(camera=2)]
    for download in downloads:
        download.read()
        download.close()

    first, again, other = (download.exchange.crc for download in downloads)

    assert first is not None
    assert first == again != other


def test_what_was_hung_up_is_not_known(opened):
    download = opened()
    download.begin()
    download.close()

    assert download.exchange.crc is None
