"""One recorded minute, seen three ways: live, in playback and downloaded, the pictures are the same."""

import hashlib
import io
import re
import threading
import urllib.request

import av
import msgspec
import pytest

from nvr_emulator.configuration.plan import usual_cameras
from nvr_emulator.configuration.small_recorder import small_recorder
from nvr_emulator.footage.footage import hundredths, phase_of
from nvr_emulator.server.embedding import EmbeddedRecorder
from nvr_protocol.codecs import Codec
from nvr_protocol.commands.urls import build_command
from nvr_protocol.multipart import MultipartReader
from nvr_protocol.playback.video import read_playback_video
from nvr_protocol.rtp import h264 as rtp_h264
from nvr_protocol.rtp import h265 as rtp_h265
from nvr_protocol.rtp.nal_units import join_annex_b
from nvr_protocol.rtp.packet import read_packet
from nvr_protocol.texts.login_page import read_login_page

START = 1_714_000_020
"""A whole minute, which is the one that is watched."""
LEAD = 4
PICTURES = 300
"""A minute at five pictures per second."""

CAMERA = {Codec.H264: 1, Codec.H265: 2}
REJOINER = {Codec.H264: rtp_h264.Rejoiner, Codec.H265: rtp_h265.Rejoiner}
DECODER = {Codec.H264: "h264", Codec.H265: "hevc"}


@pytest.fixture
def recorder():
    settings = msgspec.structs.replace(
        small_recorder(2), cameras=usual_cameras(4, "counter-small"), clock_start=START - LEAD
    )
    with EmbeddedRecorder(settings=settings) as running:
        yield running


def sha(data):
    return hashlib.sha256(data).hexdigest()


def decoded(codec, access_units):
    """The SHA-256 of each picture that PyAV makes of them."""
    decoder = av.CodecContext.create(DECODER[codec], "r")
    frames = [frame for unit in access_units for frame in decoder.decode(av.Packet(unit))]
    return [sha(frame.to_ndarray().tobytes()) for frame in (*frames, *decoder.decode(None))]


def get(recorder, target):
    with urllib.request.urlopen(recorder.url + target, timeout=20) as answer:
        return answer.read()


def login(recorder):
    passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
    passwords.add_password(None, recorder.url, recorder.user, recorder.password)
    opener = urllib.request.build_opener(urllib.request.HTTPDigestAuthHandler(passwords))
    return read_login_page(opener.open(f"{recorder.url}/cgi-bin/dlogin.cgi?UID=-1", timeout=5).read()).uid


def begin(codec):
    """When a minute of the camera begins, in hundredths: each camera has a phase of its own."""
    return START * 100 + hundredths(phase_of(CAMERA[codec]))


def live(recorder, uid, codec):
    """What is streamed over HTTP while the clock goes from before the minute to its end."""
    push = {"UID": uid, "CAM": CAMERA[codec], "COMP": codec.value}
    answer = urllib.request.urlopen(
        recorder.url + build_command("live_http", CMD="START", **push), timeout=20
    )
    received = bytearray()
    reading = threading.Thread(target=lambda: received.extend(answer.read()))
    reading.start()
    for _ in range(33):
        recorder.advance(2)
        get(recorder, build_command("keep_alive", UID=uid))
    get(recorder, build_command("live_http", CMD="STOP", **push))
    reading.join(20)
    answer.close()
    rejoiner, units = REJOINER[codec](), []
    for part in MultipartReader(by="length").feed(bytes(received)):
        packet = read_packet(part.body)
        # The extension tells when the picture was taken: its third word from 0x0007.
        taken = 100 * int.from_bytes(packet.extension[12:16], "big")
        taken += int.from_bytes(packet.extension[24:26], "big")
        nals = rejoiner.push(packet)
        if nals and begin(codec) <= taken < begin(codec) + 6000:
            units.append(join_annex_b(nals))
    return units


def playback(recorder, uid, codec):
    camera = CAMERA[codec]
    mask = "".join("1" if number == camera else "0" for number in range(1, 5))
    get(recorder, build_command("mask", UID=uid, MASK=mask))
    get(recorder, build_command("goto", UID=uid, TIMEF=START * 100))
    units = []
    while len(units) < PICTURES:
        gop = read_playback_video(get(recorder, build_command("camera", UID=uid, CAM=camera)))
        if gop.start >= begin(codec):
            units += [picture.data for picture in gop.pictures]
    get(recorder, build_command("stop", UID=uid, TIMEF=START * 100))
    return units


def download(recorder, uid, codec):
    times = {"STARTTIME": START, "ENDTIME": START + 60}
    body = get(recorder, build_command("download", UID=uid, KIND="MP4VO", CAM=CAMERA[codec], **times))
    parts = MultipartReader(by="boundary", max_part=1 << 26).feed(body)
    mp4 = b"".join(part.body for part in parts)
    assert re.search(rb"ftyp.{0,4}mp42", mp4[:32], re.DOTALL)
    with av.open(io.BytesIO(mp4)) as container:
        return [sha(frame.to_ndarray().tobytes()) for frame in container.decode(video=0)]


@pytest.mark.parametrize("codec", [Codec.H264, Codec.H265])
def test_live_playback_and_download_show_the_same_minute(recorder, codec):
    uid = login(recorder)
    streamed, played = live(recorder, uid, codec), playback(recorder, uid, codec)
    assert len(played) == PICTURES
    assert [sha(unit) for unit in streamed] == [sha(unit) for unit in played]
    # A GOP that the range cuts comes whole, ahead of the minute.
    assert download(recorder, uid, codec)[-PICTURES:] == decoded(codec, played)
