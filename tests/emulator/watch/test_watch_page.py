"""The page on which a recorder is watched, in a browser: what it shows, and what its buttons do."""

import json
import os
import re
import socket
import urllib.request
from pathlib import Path

import pytest

from nvr_emulator import EmbeddedRecorder
from nvr_emulator.server.ports import Ports

LOADED = "document.querySelectorAll('#fault-name option').length > 5"
PICTURES = os.environ.get("NVR_SCREENSHOTS")


def login(recorder):
    passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
    passwords.add_password(None, recorder.url, recorder.user, recorder.password)
    opener = urllib.request.build_opener(urllib.request.HTTPDigestAuthHandler(passwords))
    page = opener.open(f"{recorder.url}/cgi-bin/dlogin.cgi?UID=-1").read().decode()
    return re.search(r"UID=(\d+)", page)[1]


def get(recorder, command, uid):
    return urllib.request.urlopen(f"{recorder.url}/cgi-bin/{command}&UID={uid}").read()


def control(recorder, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    asked = urllib.request.Request(f"{recorder.control_url}{path}", data, headers)
    return json.loads(urllib.request.urlopen(asked).read())


@pytest.fixture
def busy(browser):
    """A recorder on which much goes on."""
    with (
        EmbeddedRecorder(model=3) as recorder,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening,
    ):
        listening.bind(("127.0.0.1", 0))
        viewer, player = login(recorder), login(recorder)
        get(recorder, "hdrctl.cgi?SCREEN=16X&PC=AS60", viewer)
        for camera in (1, 2, 3):
            push = f"push.cgi?CAM={camera}&CMD=START&COMP=H264&PORT={listening.getsockname()[1]}"
            get(recorder, push, viewer)
        get(recorder, f"hdrctl.cgi?PC=AS60&MASK={'11'.ljust(recorder.machine.plan.channels, '0')}", player)
        get(recorder, "hdrctl.cgi?PC=AS60&PLAYCMD=PLAY&2ND=OFF&TIMEF=AS60_UNKNOWN&NOTIME=ON", player)
        get(recorder, "camera.cgi?CAM=1", player)
        get(recorder, "directctrl.cgi?CH=2&PAN=10&TILT=4&PC=AS60", viewer)
        control(recorder, "/faults", {"name": "rtp-loss", "rate": 0.05})
        control(recorder, "/cameras/4", {"state": "lost"})
        for _ in range(12):
            recorder.advance(1)
        yield recorder, viewer, player


@pytest.mark.parametrize(
    ("name", "width", "scheme"), [("light", 1280, "light"), ("dark", 1280, "dark"), ("narrow", 400, "light")]
)
def test_it_shows_what_goes_on(browser, busy, name, width, scheme):
    recorder, viewer, player = busy
    browser.open(f"{recorder.control_url}/watch", width, 1500, scheme)
    browser.until(f"{LOADED} && document.querySelectorAll('#live img[src]').length === 3")
    browser.until("[...document.querySelectorAll('#live img')].every((image) => image.naturalWidth > 100)")
    text = browser.value("document.body.innerText")
    assert viewer in text  # nineteen digits, all of them
    assert player in text
    assert "PLAYBACK" in text
    assert "rtp-loss" in text
    assert "ptz-never-stopped" in text
    assert browser.value("document.querySelectorAll('.camera.lost').length") == 1
    assert browser.value("document.documentElement.scrollWidth") == width
    picture = browser.picture()
    assert picture[8:12] == b"WEBP"
    if PICTURES:
        Path(PICTURES, f"watch-{name}.webp").write_bytes(picture)


def test_its_buttons_are_used_by_keyboard(browser):
    with EmbeddedRecorder(model=2) as recorder:
        uid = login(recorder)
        browser.open(f"{recorder.control_url}/watch")
        browser.until(f"{LOADED} && document.body.innerText.includes('{uid}')")
        browser.value("document.querySelector('[data-advance=\"91\"]').focus()")
        browser.press("Enter")
        browser.until("document.getElementById('sessions').innerText.includes('Nobody is logged in')")
        browser.until("document.getElementById('journal').innerText.includes('session ended')")
        browser.value("document.querySelector('[data-key=\"camera 2\"]').focus()")
        browser.press("Enter")
        browser.until("document.querySelectorAll('.camera.lost').length === 1")
        assert browser.value("document.activeElement.dataset.key") == "camera 2"
        assert control(recorder, "/state")["cameras"][1]["connection"] == 2


def test_it_brings_faults_about_and_undoes_them(browser):
    with EmbeddedRecorder(model=2) as recorder:
        browser.open(f"{recorder.control_url}/watch")
        browser.until(LOADED)
        choose = "const name = document.getElementById('fault-name'); name.value = 'answer-delay';"
        browser.value(f"{{ {choose} name.dispatchEvent(new Event('change')); }}")
        browser.value("document.getElementById('fault').requestSubmit()")
        browser.until("document.getElementById('faults').innerText.includes('answer-delay')")
        assert [fault["name"] for fault in control(recorder, "/state")["faults"]] == ["answer-delay"]
        browser.value("document.querySelector('#faults button').click()")
        browser.until("!document.getElementById('faults').innerText.includes('answer-delay')")
        assert control(recorder, "/state")["faults"] == []


def test_it_switches_variants(browser):
    with EmbeddedRecorder(model=2) as recorder:
        login(recorder)
        browser.open(f"{recorder.control_url}/watch")
        browser.until(f"{LOADED} && document.querySelectorAll('#variants select').length > 50")
        browser.value("document.querySelector('[name=refusal]').value = 'close'")
        browser.value("document.getElementById('variants').requestSubmit()")
        browser.until("document.getElementById('variants-now').innerText.includes('refusal=close')")
        assert control(recorder, "/state")["sessions"] == []
        with pytest.raises(OSError, match=r"closed|reset"):
            get(recorder, "status.cgi?PC=AS60", 1)


def test_what_a_client_sends_is_text_there(browser):
    with EmbeddedRecorder(model=2) as recorder:
        with pytest.raises(urllib.error.HTTPError):
            get(recorder, "x.cgi?a=<img/src=x/onerror=document.title=1>", 1)
        browser.open(f"{recorder.control_url}/watch")
        browser.until("document.getElementById('journal').innerText.includes('onerror')")
        assert browser.value("document.querySelectorAll('#journal img').length") == 0
        assert "nvr-emulator" in browser.value("document.title")


def test_a_token_stands_behind_the_number_sign(browser):
    with EmbeddedRecorder(model=2, ports=Ports(control_token="secret")) as recorder:
        browser.open(f"{recorder.control_url}/watch")
        browser.until("document.getElementById('said').innerText.includes('Bearer')")
        browser.open("about:blank")
        browser.open(f"{recorder.control_url}/watch#token=secret")
        browser.until(LOADED)
