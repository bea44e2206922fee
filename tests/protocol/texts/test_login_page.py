"""The page that carries the UID."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nvr_protocol.errors import ProtocolError
from nvr_protocol.texts.login_page import LoginPage, read_login_page, write_login_page

TITLES = st.text("abcXYZ019 .,()_-", min_size=1, max_size=100)


@settings(max_examples=50)
@given(uid=st.integers(1, 10**19 - 1), title=TITLES)
def test_written_page_is_read_back(uid, title):
    page = LoginPage(uid, title)
    assert read_login_page(write_login_page(page)) == page


def test_page_as_clients_know_it():
    data = write_login_page(LoginPage(13313, "Network Disk Recorder WJ-NX400"))
    line = b'\r\n\tthis.location.href="./hdrctl.cgi?UID=13313&HTML=camindex.html"+RetTempParam();\r\n'
    assert line in data
    assert data.count(b"\r\n") == 27
    assert re.findall(rb"UID=(\d+)", data) == [b"13313"]
    assert data.count(b"\n") == data.count(b"\r\n") == data.count(b"\r")
    assert data.endswith(b"</html>\r\n")


@pytest.mark.parametrize("uid", [0, -1, 10**19])
def test_uid_out_of_range_is_not_written(uid):
    with pytest.raises(ProtocolError):
        write_login_page(LoginPage(uid, "x"))


@pytest.mark.parametrize("title", ["", "UID=5", "<b>", "a\n", "x" * 101, "ä"])
def test_strange_title_is_not_written(title):
    with pytest.raises(ProtocolError):
        write_login_page(LoginPage(1, title))


def test_first_uid_counts():
    assert read_login_page(b"<p>UID=-1 UID= UID=0017x UID=18") == LoginPage(17)
    assert read_login_page(b"<title>\xff</title>UID=5").title == "�"


@pytest.mark.parametrize(
    ("data", "offset"),
    [
        (b"", None),
        (b"uid=5", None),
        (b"UID=-1", None),
        (b" UID=0", 5),
        (b"UID=" + b"1" * 20, 4),
        (b"UID=" + b"9" * 9999, 4),
    ],
)
def test_page_without_a_uid(data, offset):
    with pytest.raises(ProtocolError) as caught:
        read_login_page(data)
    assert caught.value.offset == offset


@given(st.lists(st.one_of(st.binary(max_size=9), st.sampled_from([b"UID=", b"7", b"<title>"]))).map(b"".join))
def test_any_bytes(data):
    try:
        page = read_login_page(data)
    except ProtocolError:
        return
    assert 0 < page.uid < 10**19
