"""Whether an answer gives anything: by what the command gives, whatever the status."""

from __future__ import annotations

import pytest

from nvr_conformance.reading.refusals import command_of, is_empty_log, refused
from nvr_conformance.wire.exchange import Exchange, WireProblem
from nvr_protocol.additional_information import Operation
from nvr_protocol.codecs import Codec
from nvr_protocol.playback.video import Picture, PlaybackVideo, write_playback_video
from nvr_protocol.timestamps import Zone

PAGE = b"<html><body>OK</body></html>\r\n"
NO_LOG = b"FILENAME=as_errorlog.html\r\nERROR_LOG_NO=0\r\nERROR_LOG=\r\n\r\n"
LOG = NO_LOG.replace(b"_NO=0", b"_NO=01")
UNCOUNTED = NO_LOG.replace(b"_LOG=", b'_LOG="001","2024/04/25 12:00:00","OUT","A","GMT+00:00"')
LOGIN_PAGE = b'href="./hdrctl.cgi?UID=%b&HTML=camindex.html"'
AUDIO = b"\xff\x03\x00\x01\x00\x00\x10\x00" + bytes(4096 + 4088)
NO_AUDIO = b"\xff\x03\x00\x01" + bytes(4092)
PART = (
    b'\r\nContent-Type: application/octet-stream\r\nX-Temp-FileName: filename = "a.tmp"\r\n'
    b'X-Prev-Filename: filename = ""\r\nX-RecData-Satus: %d\r\n\r\n'
)


def chunk(*pictures: bytes) -> bytes:
    video = PlaybackVideo(
        codec=Codec.H264,
        camera=1,
        pictures=tuple(Picture(data, 1_714_014_000_00) for data in pictures),
        start=1_714_014_000_00,
        end=1_714_014_000_00,
        zone=Zone(0),
        frame_rate=50,
        operation=Operation.PLAYBACK,
    )
    return write_playback_video(video)


PICTURE = chunk(b"\0\0\0\1\x65" + bytes(range(64)))


def answer(target, status=200, body=b"", **more):
    return Exchange(1, "GET", f"/cgi-bin/{target}", status=status, body=body, **more)


@pytest.mark.parametrize("status", [200, 401])
@pytest.mark.parametrize(
    ("target", "body", "is_refusal"),
    [
        ("camera.cgi?UID=1&CAM=1", PICTURE, False),
        ("camera.cgi?UID=1&CAM=1", chunk(), True),
        ("camera.cgi?UID=1&CAM=1", PAGE, True),
        ("camera.cgi?UID=1&CAM=1", b"", True),
        ("playaudio.cgi?UID=1&CAM=1", AUDIO, False),
        ("playaudio.cgi?UID=1&CAM=1", NO_AUDIO, True),
        ("playaudio.cgi?UID=1&CAM=1", PAGE * 4, True),
        ("loglist.cgi?UID=1&KIND=ERR&HTML=as_errorlog.html", LOG, False),
        ("loglist.cgi?UID=1&KIND=ERR&HTML=as_errorlog.html", UNCOUNTED, False),
        ("loglist.cgi?UID=1&KIND=ERR&HTML=as_errorlog.html", NO_LOG, True),
        ("loglist.cgi?UID=1&KIND=ERR&HTML=as_errorlog.html", NO_LOG.replace(b"_NO=0", b"_NO=000"), True),
        ("loglist.cgi?UID=1&KIND=ERR&HTML=as_errorlog.html", PAGE, True),
        ("recordedtime.cgi", b"Recording information\r\n\r\nDisk,\r\nMAIN-1,,,,,,,,\r\n", False),
        ("recordedtime.cgi", PAGE, True),
        ("as_getinfo.cgi?FILE=2", b"<HTML>\r\nCAM_CONNECT_01CH=1\r\n</HTML>\r\n", False),
        ("as_getinfo.cgi?FILE=2", PAGE, True),
        ("dlogin.cgi?UID=-1", LOGIN_PAGE % b"13313", False),
        ("dlogin.cgi?UID=-1", LOGIN_PAGE % b"00100", False),
        ("dlogin.cgi?UID=-1", LOGIN_PAGE % b"0", True),
        ("dlogin.cgi?UID=-1", LOGIN_PAGE % (b"0" * 19), True),
        ("dlogin.cgi?UID=-1", PAGE, True),
        ("httpdl.cgi?UID=1&KIND=MP4", b"--myboundary" + PART % 0 + b"ftyp\r\n--myboundary", False),
        ("httpdl.cgi?UID=1&KIND=MP4", b"--myboundary" + PART % 3, True),
        ("httpdl.cgi?UID=1&KIND=MP4", PAGE, True),
    ],
)
def test_what_an_answer_gives(target, body, is_refusal, status):
    assert refused(answer(target, status, body)) is is_refusal


@pytest.mark.parametrize(
    ("exchange", "is_refusal"),
    [
        (answer("status.cgi?UID=1&PC=AS60", 200, PAGE), False),
        (answer("status.cgi?UID=1&PC=AS60", 401, PAGE), True),
        (answer("status.cgi?UID=1&PC=AS60", 204), True),
        (answer("status.cgi?UID=1&PC=AS60", None, error=WireProblem.CLOSED), True),
        (answer("status.cgi?UID=1&PC=AS60", None, error=WireProblem.TIMEOUT), False),
        (answer("push.cgi?UID=1&CAM=1&CMD=START&COMP=H264&INTERNETMODE=ON", 200, PAGE), True),
        (answer("push.cgi?UID=1&CAM=1&CMD=START&COMP=H264&INTERNETMODE=ON", 200, streaming=True), False),
        (answer("push.cgi?UID=1&CAM=1&CMD=STOP&COMP=H264", 200, PAGE), False),
        (answer("push.cgi?UID=1&CAM=1&CMD=START&COMP=H264&PORT=5000", 200, PAGE), False),
    ],
)
def test_answers_that_are_not_described_say_so_by_their_form(exchange, is_refusal):
    assert refused(exchange) is is_refusal


def test_a_log_may_be_empty():
    target = "loglist.cgi?UID=1&KIND=ERR&HTML=as_errorlog.html"
    assert [is_empty_log(answer(target, 200, body)) for body in (NO_LOG, LOG, PAGE)] == [True, False, False]


def test_start_over_http_is_a_command_of_its_own():
    start = answer("push.cgi?UID=1&CAM=1&CMD=START&COMP=H264&INTERNETMODE=ON")
    assert command_of(start) == "push.cgi START"
    assert command_of(answer("push.cgi?UID=1&CAM=1&CMD=STOP&COMP=H264")) == "push.cgi"
