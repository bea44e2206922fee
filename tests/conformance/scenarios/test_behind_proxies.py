"""A recorder is judged as it is, whatever stands between it and the judge."""

from __future__ import annotations

import re

import pytest

from proxies.behind import judged
from proxies.reverse_proxy import nginx
from proxies.udp import UdpPath

LIVE = ("LIV-*", "EXC-*")


def bad_network():
    return UdpPath(seed=3, reorder=4, double=0.1, lose=0.04)


def crowded_port():
    return UdpPath(seed=3, foreign=3, rtcp=True)


def test_a_relay_on_this_host_changes_nothing():
    assert judged(LIVE).bad == {}


def test_a_relay_without_any_knowledge_of_the_recorder():
    assert judged(LIVE, real=True).bad == {}


@pytest.mark.skipif(nginx() is None, reason="nginx is not installed")
def test_nginx_on_this_host_changes_nothing(tmp_path):
    assert judged(LIVE, folder=tmp_path).bad == {}


def test_a_relay_that_notices_late_that_its_client_has_gone():
    """As one does that reads nothing of its client while an answer comes."""
    assert judged(("LIV-34", "EXC-03"), unnoticed=2, focus=("LIV-34",)).bad == {}
    stays = judged(("LIV-34",), unnoticed=2, defect="camera-stays-taken")
    assert set(stays.bad) == {"LIV-34"}


def without_connection(target):
    """How most reverse proxies pass a header on: what is for one hop (RFC 9110 §7.6.1) is not."""
    return lambda data: re.sub(rb"\r\nConnection: [^\r]*", b"", data, flags=re.IGNORECASE)


def asking_to_close(request):
    """How those ask that keep no connection."""
    return request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1)


HOP = ("PLB-02", "PLB-25", "INF-08")


@pytest.mark.parametrize("on_request", [None, asking_to_close], ids=["kept", "closed"])
def test_a_proxy_that_keeps_the_connection_field_for_itself(on_request):
    seen = judged(HOP, on_answer=without_connection, on_request=on_request)
    assert seen.bad == {}
    held = {check.name for check in seen.rows["PLB-02"].checks}
    assert ("the connection is kept" in held) is (on_request is None)


@pytest.mark.parametrize(
    ("defect", "broken"),
    [
        ("gop-connection-is-closed", "PLB-02"),
        ("gop-may-be-cached", "PLB-02"),
        ("playback-audio-connection-is-closed", "PLB-25"),
        ("getinfo-connection-is-closed", "INF-08"),
    ],
)
def test_a_defect_behind_such_a_proxy_fails_as_ever(defect, broken):
    assert set(judged(HOP, focus=(broken,), defect=defect, on_answer=without_connection).bad) == {broken}


def test_datagrams_that_come_late_twice_or_not_at_all():
    seen = judged(LIVE, path=bad_network)
    assert seen.bad == {}
    assert min(sum(getattr(path, what) for path in seen.source.paths) for what in ("lost", "doubled", "late"))
    rtp = [check for check in seen.rows["LIV-07"].checks if check.name.endswith("over RTP, the network")]
    assert {check.verdict for check in rtp} == {"observed"}
    assert all("late" in check.actual and "twice" in check.actual for check in rtp)


def test_rtp_and_rtcp_of_others_at_the_same_port():
    seen = judged(LIVE, path=crowded_port)
    assert seen.bad == {}
    told = [check.actual for check in seen.rows["LIV-07"].checks if "the network" in check.name]
    assert all("of other senders" in text for text in told)
    assert told


BEHIND = [
    (bad_network, "no-marker", "LIV-06"),
    (bad_network, "sequence-number-left-out", "LIV-07"),
    (bad_network, "picture-left-out", "LIV-15"),
    (bad_network, "camera-twice-on-one-uid", "LIV-23"),
    (bad_network, "no-au-header", "LIV-28"),
    (crowded_port, "rtp-version-1", "LIV-05"),
    (crowded_port, "ssrc-changes-at-each-gop", "LIV-09"),
    (crowded_port, "rtp-beside-playback", "EXC-02"),
]
BEHIND_AS_WELL = [
    (bad_network, "h265-as-98", "LIV-04"),
    (bad_network, "parameter-sets-once", "LIV-13"),
    (bad_network, "sets-in-one-packet", "LIV-14"),
    (bad_network, "rtp-after-stop", "LIV-03"),
    (bad_network, "zero-ahead-of-samples", "LIV-27"),
    (crowded_port, "clock-of-milliseconds", "LIV-10"),
    (crowded_port, "wrong-camera-in-the-extension", "LIV-12"),
    (crowded_port, "audio-as-pcmu", "LIV-26"),
]


@pytest.mark.parametrize(
    ("path", "defect", "broken"),
    [*BEHIND, *(pytest.param(*case, marks=pytest.mark.long) for case in BEHIND_AS_WELL)],
    ids=[defect for _, defect, _ in (*BEHIND, *BEHIND_AS_WELL)],
)
def test_a_defect_behind_a_bad_network_fails_as_ever(path, defect, broken):
    assert set(judged(LIVE, focus={broken}, defect=defect, path=path).bad) == {broken}


@pytest.mark.parametrize(
    ("defect", "broken"),
    [
        ("sequence-number-left-out", {"LIV-07"}),
        ("content-length-one-short", {"LIV-16"}),
        ("two-packets-in-a-part", {"LIV-17"}),
        ("http-after-stop", {"LIV-18"}),
        ("playback-beside-live", {"EXC-01"}),
    ],
)
def test_a_defect_behind_a_relay_fails_as_ever(defect, broken):
    assert set(judged(LIVE, focus=broken, defect=defect).bad) == broken
