"""A download over HTTP: at the client's pace, beside other requests, ended with its UID or its client."""

import http.client
import re
import urllib.parse
import urllib.request

import pytest

from nvr_emulator.server.embedding import EmbeddedRecorder
from nvr_protocol.commands.urls import build_command
from nvr_protocol.download import CONTENT_TYPE, read_part_headers
from nvr_protocol.multipart import CLOSING_LINE, MultipartReader
from nvr_protocol.texts.login_page import read_login_page

HOUR = 3600


@pytest.fixture(scope="module")
def running():
    with EmbeddedRecorder() as recorder:
        yield recorder


@pytest.fixture
def recorder(running):
    running.reset()
    return running


@pytest.fixture
def connections():
    opened = []
    yield opened
    for connection in opened:
        connection.close()


def login(recorder):
    passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
    passwords.add_password(None, recorder.url, recorder.user, recorder.password)
    opener = urllib.request.build_opener(urllib.request.HTTPDigestAuthHandler(passwords))
    with opener.open(f"{recorder.url}/cgi-bin/dlogin.cgi?UID=-1", timeout=5) as page:
        return read_login_page(page.read()).uid


def open_download(recorder, uid, connections, kind="MP4VO", seconds=HOUR):
    """The answer, of which only the head was read."""
    begin = int(recorder.machine.recorder.cameras.started) // 60 * 60 - 2 * HOUR
    url = urllib.parse.urlsplit(recorder.url)
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=10)
    connections.append(connection)
    connection.request(
        "GET",
        build_command("download", UID=uid, CAM=1, KIND=kind, STARTTIME=begin, ENDTIME=begin + seconds),
    )
    return connection.getresponse()


def running_downloads(recorder):
    return recorder.machine.recorder.downloads.running()


def first_status(answer):
    return re.search(rb"Satus: (\d)", answer.read(400))[1]


def read_until_it_ends(answer):
    blocks = []
    try:
        while block := answer.read1(1 << 16):
            blocks.append(block)
    except ConnectionError:
        blocks.append(b"")
    return b"".join(blocks)


def test_the_answer_is_a_multipart_that_says_when_it_is_over(recorder, connections):
    answer = open_download(recorder, login(recorder), connections, seconds=60)
    body = answer.read()
    assert (answer.status, answer.headers["Content-Type"]) == (200, CONTENT_TYPE)
    assert answer.headers["Transfer-Encoding"] is None
    reader = MultipartReader(by="boundary")
    parts = reader.feed(body) + reader.close()
    assert [bool(read_part_headers(part.headers).temporary_name) for part in parts] == [True, False]
    assert body.endswith(CLOSING_LINE)
    assert running_downloads(recorder) == []


def test_a_client_that_does_not_read_holds_its_place_and_stops_nobody(recorder, connections):
    uid = login(recorder)
    slow = [open_download(recorder, uid, connections) for _ in range(2)]
    assert [first_status(answer) for answer in slow] == [b"0", b"0"]
    assert first_status(open_download(recorder, uid, connections)) == b"3"
    with urllib.request.urlopen(f"{recorder.url}{build_command('keep_alive', UID=uid)}", timeout=5) as answer:
        assert answer.status == 200
    assert len(running_downloads(recorder)) == 2


def test_a_client_that_hangs_up_frees_its_place(recorder, connections):
    uid = login(recorder)
    slow = [open_download(recorder, uid, connections) for _ in range(2)]
    slow[0].close()
    connections[0].close()
    assert first_status(open_download(recorder, uid, connections)) == b"0"


@pytest.mark.parametrize("ending", ["expiry", "logout", "reset"])
def test_a_download_ends_with_its_uid(recorder, connections, ending):
    uid, other = login(recorder), login(recorder)
    ended = open_download(recorder, uid, connections)
    kept = open_download(recorder, other, connections)
    if ending == "expiry":
        recorder.advance(60)
        urllib.request.urlopen(f"{recorder.url}{build_command('keep_alive', UID=other)}", timeout=5).close()
        recorder.advance(31)
    elif ending == "logout":
        urllib.request.urlopen(f"{recorder.url}{build_command('logout', UID=uid)}", timeout=5).close()
    else:
        recorder.reset()
    assert CLOSING_LINE not in read_until_it_ends(ended)[-100:]
    assert len(running_downloads(recorder)) == (0 if ending == "reset" else 1)
    if ending != "reset":
        assert len(kept.read(10_000_000)) == 10_000_000


def test_a_download_of_an_unregistered_camera_is_refused(recorder, connections):
    url = build_command(
        "download", UID=login(recorder), CAM=99, KIND="MP4", STARTTIME=1_700_006_400, ENDTIME=1_700_006_460
    )
    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(recorder.url + url, timeout=5)
    assert refusal.value.code == 404
    refusal.value.close()


def test_a_fault_of_the_emulator_ends_the_download_and_not_the_recorder(
    recorder, connections, monkeypatch, caplog
):
    from nvr_emulator.recorder.download import mp4 as download_mp4

    def broken(gop, origin, stream):
        raise ValueError("broken on purpose")

    uid = login(recorder)
    with monkeypatch.context() as patch:
        patch.setattr(download_mp4, "_pictures", broken)
        answer = open_download(recorder, uid, connections, seconds=60)
        body = read_until_it_ends(answer)
    assert CLOSING_LINE not in body
    assert b"HTTP/1.1" not in body
    assert "download failed" in caplog.text
    assert running_downloads(recorder) == []
    assert open_download(recorder, uid, connections, seconds=60).read().endswith(CLOSING_LINE)
