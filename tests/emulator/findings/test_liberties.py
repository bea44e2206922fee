"""Whatever liberty a recorder takes: who keeps the rules is accused of nothing, who breaks them is named."""

import msgspec
import pytest

from nvr_emulator.configuration.small_recorder import small_recorder
from nvr_emulator.configuration.variant_choice import read_variants
from nvr_emulator.server.embedding import EmbeddedRecorder

LIBERTIES = [
    {"refusal": "200-empty"},
    {"refusal": "204"},
    {"refusal": "per-cause"},
    {"refusal": "empty-page"},
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
    {"uid-reuse": "places"},
    {"uid-reuse": "last-freed"},
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


@pytest.fixture
def again(client_class):
    """A client of a recorder that issues the UID again that ended last."""
    variants = read_variants({"uid-reuse": "last-freed", "download-outlives-uid": "yes"})
    with EmbeddedRecorder(settings=msgspec.structs.replace(small_recorder(2), variants=variants)) as recorder:
        client = client_class(recorder)
        yield client
        client.connection.close()


def test_a_uid_that_is_issued_again_is_a_fresh_one(again, named_of):
    first = again.session()
    again.logout(first)
    for _ in range(5):  # each of use, and the same number
        uid = again.session()
        assert uid == first
        again.command("log_errors", UID=uid)
        again.command("keep_alive", UID=uid)
        again.logout(uid)
    assert named_of(again) == []


def test_a_refusal_told_of_the_uid_as_it_was(again, named_of):
    uid = again.session()
    for _ in range(2):
        again.wait(50)
        again.wait(50)
        assert again.command("keep_alive", UID=uid)[0] == 401
        assert again.session() == uid
    again.logout(uid)
    assert named_of(again) == ["uid-expired"]


def test_whose_uid_was_left_is_told_of_that_one(again, named_of):
    uid = again.session()
    again.wait(50)
    again.wait(50)
    assert again.session() == uid
    again.wait(50)
    again.command("keep_alive", UID=uid)
    again.wait(50)
    again.logout(uid)
    (finding,) = again.recorder.finish()
    assert finding.rule == "no-logout"
    issued, ended = finding.entries
    assert issued < ended


def test_streams_of_who_had_the_uid_before_are_not_counted(again, named_of):
    again.paced = False
    for _ in range(4):
        uid = again.session()
        with again.watching(uid, 1):
            again.command("keep_alive", UID=uid)
        again.logout(uid)
    assert "start-stop-churn" not in named_of(again)
