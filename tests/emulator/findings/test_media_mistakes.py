"""Mistakes in live, playback, camera control and downloads: each is named, and the right way is not."""

import socket
from contextlib import ExitStack
from datetime import UTC

import pytest

from nvr_emulator.configuration.settings import CameraSettings
from nvr_emulator.findings.clients import Known
from nvr_emulator.findings.registry import CHAPTERS
from nvr_emulator.findings.watcher import Watcher
from nvr_emulator.journal.entries import Exchange
from nvr_emulator.recorder.happenings import DownloadEnded, DownloadStarted, SessionIssued, StreamEnded
from nvr_emulator.server import client_budgets
from nvr_protocol.commands.urls import build_command

CASES = {}


def case(rule):
    def keep(function):
        CASES[rule] = function
        return function

    return keep


@case("audio-before-video")
def audio_before_video(client, wrong):
    uid = client.session()
    if wrong:
        client.refused(uid, 1, "AUDIO")
    else:
        with client.watching(uid, 1), client.watching(uid, 1, "AUDIO"):
            pass


@case("playback-not-stopped")
def live_beside_playback(client, wrong):
    uid = client.session()
    with client.playing(uid):
        if wrong:
            client.refused(uid, 1)
    if not wrong:
        with client.watching(uid, 1):
            pass


@case("live-not-stopped")
def playback_beside_live(client, wrong):
    uid = client.session()
    with client.watching(uid, 1):
        if wrong:
            with client.playing(uid):
                pass
    with client.playing(uid):
        pass


@case("push-without-screen")
def without_screen(client, wrong):
    uid = client.login() if wrong else client.session()
    with client.watching(uid, 1):
        pass


@case("second-stream")
def second_stream(client, wrong):
    uid = client.session()
    with client.watching(uid, 1):
        client.push(uid, 1 if wrong else 2, "H264", port=40000)
    client.push(uid, 2, "H264", "STOP", port=40000)


@case("port-twice")
def port_twice(client, wrong):
    uid = client.session()
    ports = {1: 40000, 2: 40000 if wrong else 40002}
    for camera, port in ports.items():
        client.push(uid, camera, port=port)
    for camera, port in ports.items():
        client.push(uid, camera, cmd="STOP", port=port)
    client.push(uid, 3, port=40000)  # free again
    client.push(uid, 3, cmd="STOP", port=40000)


@case("start-stop-churn")
def churn(client, wrong):
    uid = client.session()
    client.paced = not wrong
    for _ in range(3):
        with client.watching(uid, 1):
            pass


@case("hung-up")
def hung_up(client, wrong):
    uid = client.session()
    stream = client.push(uid, 1)
    if not wrong:
        client.push(uid, 1, cmd="STOP")
    client.hang_up(stream)
    client.recorder.journal.wait_for_kind(StreamEnded)


@case("stop-of-another")
def stop_of_another(client, wrong):
    uid = client.session()
    stream = client.push(uid, 1, "H265")
    client.push(uid, 1, "H264" if wrong else "H265", "STOP")
    client.hang_up(stream)


@case("codec-not-sent")
def codec_not_sent(client, wrong):
    uid = client.session()
    for comp in ("H265",) if wrong else ("H265", "H264"):
        with client.watching(uid, 3, comp):
            client.wait(8)
    client.wait(31)


@case("nobody-listens")
def nobody_listens(client, wrong):
    uid = client.session()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        port = receiver.getsockname()[1]
        if wrong:
            receiver.close()
        client.push(uid, 1, port=port)
        client.wait(3)
        client.push(uid, 1, cmd="STOP", port=port)


@case("reader-too-slow")
def too_slow(client, wrong):
    uid = client.session()
    stream = client.push(uid, 1)
    limit = client_budgets.MOST_OF_STREAM
    client_budgets.MOST_OF_STREAM = -1 if wrong else limit
    try:
        client.wait(3)
    finally:
        client_budgets.MOST_OF_STREAM = limit
    client.push(uid, 1, cmd="STOP")
    client.hang_up(stream)


@case("machine-too-slow")
def machine_too_slow(client, wrong):
    uid = client.session()
    with client.watching(uid, 1):
        client.wait(3)
        if wrong:
            # As if nothing had been sent for a while.
            client.recorder.machine.clock.move_to(client.now + 1.5)
        client.wait(1)


@case("play-without-mask")
def without_mask(client, wrong):
    uid = client.session()
    if not wrong:
        client.command("mask", UID=uid, MASK="1000")
    client.command("play", UID=uid)


@case("fetch-before-play")
def before_play(client, wrong):
    uid = client.session()
    client.command("mask", UID=uid, MASK="1000")
    if not wrong:
        client.command("play", UID=uid)
    client.command("camera", UID=uid, CAM=1)


@case("camera-outside-mask")
def outside_mask(client, wrong):
    uid = client.session()
    with client.playing(uid, "1000"):
        client.command("camera", UID=uid, CAM=2 if wrong else 1)


@case("two-in-flight")
def two_in_flight(client, wrong):
    uid = client.session()
    with client.playing(uid), client.opened() as first:
        first.send(build_command("camera", UID=uid, CAM=1))
        client.recorder.journal.wait_for("camera.cgi")
        if not wrong:
            first.read()
            client.taken()
        client.command("camera", UID=uid, CAM=1)


@case("no-picture-no-pause")
def no_pause_where_no_picture_is(client, wrong):
    uid = client.session()
    with client.playing(uid):
        client.command("goto", UID=uid, TIMEF=client.now * 100)
        for _ in range(16):  # the last GOPs come first
            client.command("camera", UID=uid, CAM=1)
            client.taken()
            if not wrong:
                client.wait(1)


@case("audio-without-play")
def audio_without_play(client, wrong):
    uid = client.session()
    with client.playing(uid):
        if wrong:
            client.command("reverse", UID=uid, TIMEF=(client.now - 3600) * 100)
        client.command("playaudio", UID=uid, CAM=1)


@case("local-time-as-utc")
def local_time(client, wrong):
    uid = client.session()
    client.command("mask", UID=uid, MASK="1000")
    client.command("goto", UID=uid, TIMEF=(client.now - 3600 + (9 * 3600 if wrong else 0)) * 100)


@case("time-in-future")
def future(client, wrong):
    uid = client.session()
    client.command("mask", UID=uid, MASK="1000")
    client.command("goto", UID=uid, TIMEF=(client.now + (2 * 86400 if wrong else -3600)) * 100)


@case("ptz-never-stopped")
def never_stopped(client, wrong):
    uid = client.session()
    for values in ({"PAN": 5}, {"PAN": 5, "TILT": -5}, {"PAN": 0} if wrong else {"PAN": 0, "TILT": 0}):
        client.command("pan_tilt_zoom", UID=uid, CH=1, **values)
    client.wait(11)


@case("ptz-on-fixed-camera")
def fixed_camera(client, wrong):
    uid = client.session()
    client.command("pan_tilt_zoom", UID=uid, CH=2 if wrong else 1, PAN=0)


@case("too-many-downloads")
def too_many_downloads(client, wrong):
    uid = client.session()
    with ExitStack() as stack:
        for camera in (1, 2) if wrong else (1,):
            held = stack.enter_context(client.opened())
            client.wait(3)
            held.send(build_command("download", UID=uid, CAM=camera, **an_hour(client)))
            client.recorder.journal.wait_for_kind(DownloadStarted, camera=camera)
        client.download(uid, 3)


@case("download-cut-off")
def cut_off(client, wrong):
    uid = client.session()
    with client.opened(slow=wrong) as connection:
        client.wait(3)
        connection.send(build_command("download", UID=uid, CAM=1, **an_hour(client)))
        connection.read(1000 if wrong else None)
    client.recorder.journal.wait_for_kind(DownloadEnded)


def an_hour(client):
    start = (client.now - 7200) // 60 * 60
    return {"STARTTIME": start, "ENDTIME": start + 3600, "KIND": "N3VO"}


def on_a_big_recorder(rule):
    return rule in ("seventeenth-stream", "mask-of-too-many")


@case("seventeenth-stream")
def seventeenth(client, wrong):
    uid = client.session()
    for camera in range(1, 18 if wrong else 17):
        client.push(uid, camera, port=40000)
    for camera in range(1, 18 if wrong else 17):
        client.push(uid, camera, cmd="STOP", port=40000)


@case("uid-per-camera")
def uid_per_camera(client, wrong):
    uids = [client.session() for _ in range(4)]
    started = [(uids[camera - 1 if wrong else 0], camera) for camera in range(1, 5)]
    for uid, camera in started:
        client.push(uid, camera, port=40000)
    for uid, camera in started:
        client.push(uid, camera, cmd="STOP", port=40000)
    for uid in uids:
        client.logout(uid)


@case("mask-of-too-many")
def mask_of_too_many(client, wrong):
    uid = client.session()
    client.command("mask", UID=uid, MASK=("1" * (17 if wrong else 16)).ljust(128, "0"))


def test_all_rules_of_the_chapters_are_here():
    titles = ("Live", "Playback", "Camera control")
    rules = {rule.id for title in titles for rule in CHAPTERS[title].rules}
    assert CASES.keys() - {"too-many-downloads", "download-cut-off"} == rules - {"speed-beyond-series"}


@pytest.mark.parametrize("rule", CASES)
def test_a_mistake_is_named(client_of, named_of, rule):
    client = client_of(3 if on_a_big_recorder(rule) else 2)
    CASES[rule](client, wrong=True)
    assert rule in named_of(client)


@pytest.mark.parametrize("rule", CASES)
def test_the_right_way_is_not(client_of, named_of, rule):
    client = client_of(3 if on_a_big_recorder(rule) else 2)
    CASES[rule](client, wrong=False)
    assert rule not in named_of(client)


def test_a_series_of_16_speeds():
    known = Known(channels=1, cameras={1: CameraSettings(1)}, zone=UTC, pan_tilt_speed=16)
    watcher = Watcher(known)
    watcher.see(Exchange(peer="", method="GET", path="/cgi-bin/dlogin.cgi", query="UID=-1", status=200))
    watcher.see(SessionIssued(uid=7, user="A"))
    for speed, found in ((16, []), (17, ["speed-beyond-series"])):
        path, _, query = build_command("pan_tilt_zoom", UID=7, CH=1, PAN=speed).partition("?")
        watcher.see(Exchange(at=speed, peer="", method="GET", path=path, query=query, status=200))
        assert [one.rule for one in watcher.findings] == found


def test_local_time_in_a_download(client_of, named_of):
    client = client_of(2)
    uid = client.session()
    client.download(uid, begin=8 * 3600)
    assert "local-time-as-utc" in named_of(client)
