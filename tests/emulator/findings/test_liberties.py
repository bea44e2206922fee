"""Whatever liberty a recorder takes: who keeps the rules is accused of nothing, who breaks them is named."""

import msgspec
import pytest

from nvr_emulator.configuration.small_recorder import small_recorder
from nvr_emulator.configuration.variant_choice import read_variants
from nvr_emulator.server.embedding import EmbeddedRecorder

LIBERTIES = [
    {"refusal": "200-empty"},
    {"refusal": "204"},
    {"accepted-body": "empty"},
    {"strictness": "lenient"},
    {"second-stream": "silent"},
    {"second-stream": "replaces"},
    {"over-one-hour": "truncated"},
    {"download-seconds": "taken"},
    {"challenge": "md5-and-sha-256"},
    {"information-without-login": "open"},
    {"keep-alive": "close"},
    {"no-image": "404"},
    {"pause": "none"},
    {"download-outlives-uid": "yes"},
]


@pytest.fixture(params=LIBERTIES, ids=lambda liberty: "=".join(*liberty.items()))
def free(request, client_class):
    settings = msgspec.structs.replace(small_recorder(2), variants=read_variants(request.param))
    with EmbeddedRecorder(settings=settings) as recorder:
        client = client_class(recorder)
        yield client
        client.connection.close()


def test_who_keeps_the_rules_is_accused_of_nothing(free, named_of):
    uid = free.session()
    with free.watching(uid, 1), free.watching(uid, 2, "H265"), free.watching(uid, 1, "AUDIO"):
        free.wait(20)
    with free.playing(uid):
        for camera in (1, 2, 1):
            free.command("camera", UID=uid, CAM=camera)
        free.command("playaudio", UID=uid, CAM=1)
    assert free.download(uid)[0] == 200
    free.authenticated("/cgi-bin/as_getinfo.cgi?FILE=2")
    free.logout(uid)
    assert named_of(free) == []


def test_who_breaks_them_is_named(free, named_of):
    uid = free.session()
    free.ask(f"status.cgi?UID={uid}&PC=as60")
    free.push(uid, 1, port=40000)
    free.push(uid, 1, comp="H265", port=40001)
    free.push(uid, 2, comp="AUDIO", port=40002)
    free.command("mask", UID=uid, MASK="1100")
    free.command("goto", UID=uid, TIMEF=(free.now - 3600) * 100)
    free.ask(f"httpdl.cgi?UID={uid}&STARTTIME=240425010000&ENDTIME=240425030000&KIND=LIST&CAM=1&PC=AS60")
    expected = {"wrong-case", "second-stream", "audio-before-video", "live-not-stopped", "range-over-an-hour"}
    assert expected <= set(named_of(free))
