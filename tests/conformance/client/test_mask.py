"""How many digits MASK has is found out where as_getinfo.cgi tells it wrong."""

from contextlib import closing

from nvr_conformance.client.client import Client
from nvr_conformance.client.mask import send_mask
from nvr_conformance.client.options import TargetOptions
from nvr_conformance.reading.connection_information import cameras_in
from nvr_conformance.sources.source import TargetSource


def test_mask_where_lines_are_missing():
    """Two digits of 128 numbers: 99 lines with numbers of their own."""
    source = TargetSource(
        TargetOptions(model=2, setup={"channels": 128}, defects=("getinfo-reads-two-digits",))
    )
    source.prepare()
    with source.open() as target, closing(Client(target)) as client:
        session = client.login()
        assert target.channels == 99
        assert send_mask(session, [1]).ok
        assert target.digits == 128
        assert not send_mask(session, [99, *range(100, 116)]).ok  # 17 of them
        assert target.digits == 128


def test_mask_where_no_length_is_taken():
    source = TargetSource(TargetOptions(model=2))
    source.prepare()
    with source.open() as target, closing(Client(target)) as client:
        gone = client.login()
        gone.logout()
        assert not send_mask(gone, [1]).ok
        assert target.digits == target.channels


def test_of_lines_with_one_number_the_first_counts():
    assert cameras_in("CAM_CONNECT_01CH=1\r\nCAM_CONNECT_02CH=0\r\nCAM_CONNECT_01CH=2\r\n") == {1: 1, 2: 0}
