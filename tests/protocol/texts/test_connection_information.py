"""The text of as_getinfo.cgi."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nvr_protocol.errors import ProtocolError
from nvr_protocol.texts.connection_information import (
    Connection,
    ConnectionInformation,
    read_connection_information,
    write_connection_information,
)

EXAMPLE = (
    b"<HTML>\r\nCAM_CONNECT_01CH=1\r\nCAM_CONNECT_02CH=2\r\nCAM_CONNECT_03CH=0\r\n"
    b"MAXUID=16\r\nUSEDUID=1\r\n</HTML>\r\n"
)
INFORMATION = ConnectionInformation(
    (Connection.NORMAL, Connection.CONNECTION_ERROR, Connection.NOT_REGISTERED), 16, 1
)


def test_example_is_written_and_read():
    assert write_connection_information(INFORMATION) == EXAMPLE
    assert read_connection_information(EXAMPLE) == INFORMATION
    assert read_connection_information(EXAMPLE.replace(b"\r\n", b"  \r\n")) == INFORMATION


def test_numbers_have_two_digits_and_three_from_100_on():
    data = write_connection_information(ConnectionInformation((Connection.NORMAL,) * 128, 16, 16))
    assert b"\r\nCAM_CONNECT_09CH=1\r\nCAM_CONNECT_10CH=1\r\n" in data
    assert b"\r\nCAM_CONNECT_99CH=1\r\nCAM_CONNECT_100CH=1\r\n" in data
    assert b"\r\nCAM_CONNECT_128CH=1\r\nMAXUID=16\r\nUSEDUID=16\r\n" in data


@settings(max_examples=50)
@given(
    cameras=st.lists(st.sampled_from(Connection), max_size=128).map(tuple),
    maximum=st.integers(0, 10**9 - 1),
    used=st.integers(0, 10**9 - 1),
)
def test_written_text_is_read_back(cameras, maximum, used):
    information = ConnectionInformation(cameras, maximum, used)
    assert read_connection_information(write_connection_information(information)) == information


@pytest.mark.parametrize(
    "information",
    [
        ConnectionInformation((Connection.NORMAL,) * 129, 16, 1),
        ConnectionInformation((), -1, 1),
        ConnectionInformation((), 16, 10**9),
    ],
)
def test_unfit_information_is_not_written(information):
    with pytest.raises(ProtocolError):
        write_connection_information(information)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"</HTML>\r\n", b"</HTML>"),
        (b"</HTML>\r\n", b""),
        (b"</HTML>\r\n", b"</HTML>\r\n\r\n"),
        (b"<HTML>", b"<html>"),
        (b"<HTML>\r\n", b""),
        (b"01CH=1\r\n", b"01CH=1\n"),
        (b"01CH=1\r\n", b"01CH=1\r"),
        (b"01CH=1", b"01CH=3"),
        (b"01CH=1", b"01CH=x"),
        (b"01CH=1", b"01CH="),
        (b"01CH=1", b"1CH=1"),
        (b"01CH=1", b"001CH=1"),
        (b"02CH", b"03CH"),
        (b"MAXUID=16\r\n", b""),
        (b"MAXUID=16\r\nUSEDUID=1", b"USEDUID=1\r\nMAXUID=16"),
        (b"USEDUID=1", b"USEDUID=-1"),
        (b"USEDUID=1", b"USEDUID= 1"),
        (b"USEDUID=1", b"USEDUID=" + b"1" * 5000),
    ],
)
def test_other_forms_are_refused(old, new):
    assert old in EXAMPLE
    with pytest.raises(ProtocolError):
        read_connection_information(EXAMPLE.replace(old, new, 1))


def test_error_says_where():
    with pytest.raises(ProtocolError) as caught:
        read_connection_information(EXAMPLE.replace(b"03CH=0", b"03CH=7"))
    assert (caught.value.what, caught.value.offset) == ("CAM_CONNECT_03CH", 48)


def test_too_many_lines_are_refused():
    with pytest.raises(ProtocolError, match="more than 132"):
        read_connection_information(b"\r\n" * 1_000_000)


PIECES = st.sampled_from([*EXAMPLE.splitlines(keepends=True), b"\r\n", b"=", b"9", b"\xff"])


@given(st.one_of(st.lists(PIECES, max_size=12).map(b"".join), st.binary(max_size=60)))
def test_any_bytes(data):
    try:
        information = read_connection_information(data)
    except ProtocolError:
        return
    assert read_connection_information(write_connection_information(information)) == information
