"""Mistakes that clients make, one a test, and the rule that each is told by (docs/rules.md).

In your tests `nvr.assert_no_findings()` is enough: its message names the rule, the section of the document,
the request, and what to do instead. Here each test says which rule it expects.
"""

from __future__ import annotations

import http.client
import re
import socket
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest

from nvr_emulator import StreamEnded

LIVE = "hdrctl.cgi?SCREEN=16X&PC=AS60"
PLAY = "hdrctl.cgi?PC=AS60&PLAYCMD=PLAY&2ND=OFF&TIMEF=AS60_UNKNOWN&NOTIME=ON"
STOP = "hdrctl.cgi?PC=AS60&PLAYCMD=STOP&2ND=OFF&TIMEF=24042503400000"
DIRECT = urllib.request.ProxyHandler({})
"""A proxy that the environment names knows no recorder of this machine."""


class Client:
    """Sends what it is told, with its UID."""

    def __init__(self, nvr):
        self.nvr = nvr
        self.by_password = self.login()

    def login(self):
        passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
        passwords.add_password(None, self.nvr.url, self.nvr.user, self.nvr.password)
        opener = urllib.request.build_opener(DIRECT, urllib.request.HTTPDigestAuthHandler(passwords))
        page = opener.open(f"{self.nvr.url}/cgi-bin/dlogin.cgi?UID=-1").read().decode()
        self.uid = re.search(r"UID=(\d+)", page)[1]
        return opener

    def get(self, command, uid=None, headers=None):
        """Status and body; a refusal is no exception."""
        url = f"{self.nvr.url}/cgi-bin/{command}&UID={uid or self.uid}"
        try:
            with urllib.request.build_opener(DIRECT).open(
                urllib.request.Request(url, headers=headers or {})
            ) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read()

    def open(self, command):
        """A connection on which the answer to a command has begun."""
        connection = http.client.HTTPConnection(self.nvr.url.removeprefix("http://"))
        connection.request("GET", f"/cgi-bin/{command}&UID={self.uid}")
        connection.getresponse()
        return connection


@pytest.fixture
def client(nvr):
    return Client(nvr)


@pytest.fixture
def told(nvr):
    """Which rules were broken, advice left out."""
    return lambda: {found.rule for found in nvr.findings if found.severity != "note"}


@pytest.fixture
def port():
    """A UDP port at which somebody listens."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        yield listening.getsockname()[1]


def wait(nvr, seconds):
    """Time passes, and the client lets it pass. What one advance jumps over is no client's fault."""
    for _ in range(0, seconds, 10):
        nvr.clock.advance(10)


def start(camera, port, comp="H264"):
    return f"push.cgi?CAM={camera}&CMD=START&COMP={comp}&PORT={port}"


def moment(seconds_ago, nvr, form="%y%m%d%H%M%S00"):
    return (datetime.fromtimestamp(nvr.clock.now(), UTC) - timedelta(seconds=seconds_ago)).strftime(form)


# --- sessions -------------------------------------------------------------------------------------------


def test_no_keep_alive(nvr, client, told):
    wait(nvr, 100)
    assert client.get("status.cgi?PC=AS60")[0] == 401
    assert told() == {"uid-expired"}


def test_a_uid_used_behind_its_logout(client, told):
    client.get("logout.cgi?")
    client.get("status.cgi?PC=AS60")
    assert told() == {"uid-after-end"}


@pytest.mark.nvr(model=2, variants={"uid-digits": 19})
def test_a_uid_kept_in_32_bits(client, told):
    client.get("status.cgi?PC=AS60", uid=int(client.uid) % 2**32)
    assert told() == {"uid-truncated"}


def test_a_uid_that_is_never_given_back(nvr, client, told):
    wait(nvr, 200)
    assert told() == {"no-logout"}


def test_a_login_for_each_command(client, told):
    for _ in range(5):
        client.get("status.cgi?PC=AS60")
        client.get("logout.cgi?")
        client.login()
    assert told() == {"login-per-command"}


def test_a_stream_without_keep_alives(nvr, client, port, told):
    client.get(LIVE)
    client.get(start(1, port))
    wait(nvr, 100)
    assert told() == {"uid-lapsed"}


def test_the_password_beside_the_uid(nvr, client, told):
    client.by_password.open(f"{nvr.url}/cgi-bin/as_getinfo.cgi?FILE=2&UID={client.uid}").read()
    client.get("status.cgi?PC=AS60", headers={"Authorization": 'Digest username="ADMIN"'})
    assert "credentials-with-uid" in told()


def test_a_keep_alive_of_another_uid(nvr, client, told, port):
    other = Client(nvr)
    client.get(LIVE)
    client.get(start(1, port))
    for _ in range(12):
        nvr.clock.advance(10)
        other.get("status.cgi?PC=AS60")
    other.get("logout.cgi?")
    assert told() == {"uid-lapsed"}


def test_an_answer_to_digest_without_qop(nvr, told):
    target, zeros = "/cgi-bin/dlogin.cgi?UID=-1", "0" * 32
    fields = f'realm="Network disk recorder", nonce="{zeros}", uri="{target}", response="{zeros}"'
    asked = urllib.request.Request(nvr.url + target)
    asked.add_header("Authorization", f'Digest username="{nvr.user}", {fields}')
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.build_opener(DIRECT).open(asked)
    assert told() == {"digest-answer"}


def test_a_wrong_password_sent_over_and_over(nvr, told):
    passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
    passwords.add_password(None, nvr.url, nvr.user, "wrong")
    for _ in range(4):
        opener = urllib.request.build_opener(DIRECT, urllib.request.HTTPDigestAuthHandler(passwords))
        with pytest.raises(urllib.error.HTTPError):
            opener.open(f"{nvr.url}/cgi-bin/dlogin.cgi?UID=-1")
    assert told() == {"password-refused-again"}


def test_commands_by_post(client, told):
    host = client.nvr.url.removeprefix("http://")
    connection = http.client.HTTPConnection(host)
    connection.request("POST", f"/cgi-bin/status.cgi?UID={client.uid}&PC=AS60")
    assert connection.getresponse().status == 405
    assert told() == {"not-get"}


def test_the_password_in_clear(client, told):
    client.get("status.cgi?PC=AS60", headers={"Authorization": "Basic QURNSU46YWRtaW4xMjM0NQ=="})
    assert "password-in-clear" in told()


# --- parameters -----------------------------------------------------------------------------------------


def test_a_fixed_value_left_out(client, told):
    client.get("status.cgi?")
    assert told() == {"fixed-value"}


def test_lower_case(client, told):
    client.get("hdrctl.cgi?screen=16X&PC=AS60")
    assert "wrong-case" in told()


def test_a_mask_of_another_recorder(client, told):
    client.get(f"hdrctl.cgi?PC=AS60&MASK={'1'.ljust(64, '0')}")
    assert told() == {"mask-length"}


def test_ctrl_once(client, told):
    client.get("camctl.cgi?CH=1&CMD=FOCUS&CTRL=FAR&PC=AS60")
    assert told() == {"ctrl-once"}


def test_a_port_that_is_none(client, told):
    client.get(LIVE)
    client.get(start(1, 70000))
    assert told() == {"out-of-range"}


# --- live -----------------------------------------------------------------------------------------------


def test_live_not_set_up(client, port, told):
    client.get(start(1, port))
    assert told() == {"push-without-screen"}


def test_audio_before_video(client, port, told):
    client.get(LIVE)
    client.get(start(1, port, "AUDIO"))
    assert told() == {"audio-before-video"}


def test_a_second_stream_of_a_camera(client, port, told):
    client.get(LIVE)
    client.get(start(1, port))
    client.get(start(1, port + 1, "H265"))
    assert told() == {"second-stream"}


@pytest.mark.nvr(model=1)
def test_a_seventeenth_stream(client, port, told):
    client.get(LIVE)
    for camera in range(1, 18):
        client.get(start(camera, port))
    assert told() == {"seventeenth-stream"}


def test_nobody_listens(nvr, client, port, told):
    client.get(LIVE)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as brief:
        brief.bind(("127.0.0.1", 0))
        closed = brief.getsockname()[1]
    client.get(start(1, closed))
    for _ in range(5):
        nvr.clock.advance(1)
    assert told() == {"nobody-listens"}


def test_hung_up_without_a_stop(nvr, client, told):
    client.get(LIVE)
    connection = client.open("push.cgi?CAM=1&CMD=START&COMP=H264&INTERNETMODE=ON")
    connection.close()
    nvr.journal.wait_for_kind(StreamEnded, camera=1)
    assert told() == {"hung-up"}


def test_start_and_stop_over_and_over(nvr, client, port, told):
    client.get(LIVE)
    for _ in range(4):
        client.get(start(1, port))
        client.get(start(1, port).replace("START", "STOP"))
        nvr.clock.advance(1)
    assert told() == {"start-stop-churn"}


def test_a_stop_that_names_another_codec(client, port, told):
    client.get(LIVE)
    client.get(start(1, port))
    client.get(start(1, port, "H265").replace("START", "STOP"))
    assert told() == {"stop-of-another"}


# --- playback -------------------------------------------------------------------------------------------


def test_play_without_mask(client, told):
    client.get(PLAY)
    assert "play-without-mask" in told()


def test_pictures_outside_mask(client, told):
    client.get("hdrctl.cgi?PC=AS60&MASK=1000")
    client.get(PLAY)
    client.get("camera.cgi?CAM=2")
    assert told() == {"camera-outside-mask"}


def test_playback_beside_live(client, port, told):
    client.get(LIVE)
    client.get(start(1, port))
    client.get("hdrctl.cgi?PC=AS60&MASK=1000")
    client.get(PLAY)
    assert "live-not-stopped" in told()


def test_local_time_given_as_utc(nvr, client, told):
    client.get("hdrctl.cgi?PC=AS60&MASK=1000")
    nine_hours_on = moment(-9 * 3600 + 600, nvr)
    client.get(f"hdrctl.cgi?PC=AS60&PLAYCMD=GOTODATE&2ND=OFF&TIMEF={nine_hours_on}&SDBACKUP=0&NOTIME=ON")
    assert told() == {"local-time-as-utc"}


def test_fetching_before_playing(client, told):
    client.get("hdrctl.cgi?PC=AS60&MASK=1000")
    client.get("camera.cgi?CAM=1")
    assert told() == {"fetch-before-play"}


# --- camera control and downloads -----------------------------------------------------------------------


def test_a_camera_that_is_left_turning(nvr, client, told):
    client.get("directctrl.cgi?CH=1&PAN=8&PC=AS60")
    nvr.clock.advance(15)
    assert told() == {"ptz-never-stopped"}


def test_a_download_of_two_hours(nvr, client, told):
    begin, end = (moment(hours * 3600, nvr, "%y%m%d%H%M00") for hours in (2.5, 0.25))
    client.get(f"httpdl.cgi?STARTTIME={begin}&ENDTIME={end}&KIND=LIST&CAM=1&PC=AS60")
    assert told() == {"range-over-an-hour"}


def test_seconds_in_the_range_of_a_download(nvr, client, told):
    begin, end = moment(600, nvr, "%y%m%d%H%M17"), moment(300, nvr, "%y%m%d%H%M00")
    client.get(f"httpdl.cgi?STARTTIME={begin}&ENDTIME={end}&KIND=LIST&CAM=1&PC=AS60")
    assert told() == {"range-seconds"}
