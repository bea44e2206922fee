"""At both ends of what a recorder's clock can show, every command is answered, and nothing fails inside."""

import logging
import socket
import urllib.error
import urllib.parse
import urllib.request

import msgspec
import pytest

from nvr_emulator.configuration.settings import EARLIEST, LATEST
from nvr_emulator.configuration.small_recorder import small_recorder
from nvr_emulator.server.embedding import EmbeddedRecorder
from nvr_protocol.commands.urls import build_command
from nvr_protocol.texts.login_page import read_login_page

ZONES = ["Asia/Tokyo", "Pacific/Kiritimati", "Etc/GMT+12"]


def opener(recorder):
    passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
    passwords.add_password(None, recorder.url, recorder.user, recorder.password)
    return urllib.request.build_opener(urllib.request.HTTPDigestAuthHandler(passwords))


def ask(recorder, target):
    try:
        with opener(recorder).open(recorder.url + target, timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("start", [EARLIEST, LATEST - 120, LATEST])
def test_every_command_is_answered(start, zone, caplog):
    settings = msgspec.structs.replace(small_recorder(3), clock_start=float(start), time_zone=zone)
    with caplog.at_level(logging.WARNING), EmbeddedRecorder(settings=settings) as recorder:
        uid = read_login_page(ask(recorder, "/cgi-bin/dlogin.cgi?UID=-1")[1]).uid

        def status(key, **values):
            return ask(recorder, build_command(key, UID=uid, **values))[0]

        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
            receiver.bind(("127.0.0.1", 0))
            live = {"CAM": 1, "COMP": "H264", "PORT": receiver.getsockname()[1]}
            assert status("live_rtp", CMD="START", **live) == 200
            recorder.advance(min(60, LATEST - recorder.machine.clock.now()))
            assert status("live_rtp", CMD="STOP", **live) == 200
        assert status("mask", MASK="1".ljust(recorder.machine.plan.channels, "0")) == 200
        assert status("play") == 200
        for _ in range(3):
            assert ask(recorder, f"/cgi-bin/camera.cgi?UID={uid}&CAM=1")[0] == 200
            assert ask(recorder, f"/cgi-bin/playaudio.cgi?UID={uid}&CAM=1")[0] in (200, 204)
        for timef in ("22010100000000", "35123123595999"):
            begin = "PLAYCMD={}&2ND=OFF&TIMEF=" + timef
            for command in ("GOTODATE&SDBACKUP=0", "BPLAY", "FF&SMOOTH=OFF", "PAUSE&SMOOTH=OFF", "NEXTFRAME"):
                name, _, more = command.partition("&")
                target = f"/cgi-bin/hdrctl.cgi?UID={uid}&PC=AS60&{begin.format(name)}&{more}&NOTIME=ON"
                assert ask(recorder, target)[0] < 500, target
                assert ask(recorder, f"/cgi-bin/camera.cgi?UID={uid}&CAM=1")[0] == 200
        for span in (
            "STARTTIME=700101000000&ENDTIME=700101010000",
            "STARTTIME=991231230000&ENDTIME=991231235900",
        ):
            for kind in ("N3", "LIST"):
                target = f"/cgi-bin/httpdl.cgi?UID={uid}&{span}&KIND={kind}&CAM=1&PC=AS60"
                assert ask(recorder, target)[0] < 500
        assert status("log_events") == 200
        assert ask(recorder, "/cgi-bin/recordedtime.cgi")[0] == 200
        assert ask(recorder, "/cgi-bin/as_getinfo.cgi?FILE=2")[0] == 200
        assert status("logout") == 200
        with urllib.request.urlopen(recorder.control_url + "/journal", timeout=10) as answer:
            assert b'"status":500' not in answer.read()
    assert caplog.records == []
