"""RTP that does not arrive: the recorder's failure where the path is open, and nobody's where it may be
blocked."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from nvr_conformance.client.options import TargetOptions
from nvr_conformance.engine.judge import judge
from nvr_conformance.engine.run_options import RunOptions
from nvr_conformance.procedures import udp_path
from nvr_conformance.wire.endpoint import Endpoint
from nvr_conformance.wire.live_streams import LiveRtp

RTP_ALONE = ("LIV-02", "LIV-03", "LIV-26", "LIV-27", "LIV-28")
OVER_HTTP_TOO = ("LIV-17", "LIV-25", "LIV-29", "EXC-02", "SES-15")


@pytest.fixture
def elsewhere(monkeypatch):
    """The recorder is on another host."""
    monkeypatch.setattr(udp_path, "is_this_host", lambda endpoint: False)


@pytest.fixture
def blocked(monkeypatch):
    """Datagrams do not arrive."""
    monkeypatch.setattr(LiveRtp, "_keep", lambda stream, data, part, ahead=0: None)


def judged(*ids):
    setup = {"cameras": [{"number": 1, "fixture": "counter-small", "audio": "AAC"}, {"number": 2}]}
    result = judge(TargetOptions(setup=setup), RunOptions(select=ids))
    return {row.id: row for row in result.requirements if row.id in ids}


def test_nat_or_a_firewall_is_not_the_recorders_failure(elsewhere, blocked):
    rows = judged(*RTP_ALONE, *OVER_HTTP_TOO)
    for id_ in ("LIV-02", "LIV-03", "LIV-26", "LIV-28"):
        assert rows[id_].verdict == "not-tested", rows[id_]
        assert "NAT or a firewall" in rows[id_].reason
    for id_ in OVER_HTTP_TOO:
        assert rows[id_].verdict == "pass", rows[id_]


def test_on_this_host_nothing_keeps_it_off(blocked):
    rows = judged("LIV-02", "LIV-26")
    assert {row.verdict for row in rows.values()} == {"fail"}


def test_audio_that_stays_away_beside_video_that_comes(elsewhere, monkeypatch):
    keep = LiveRtp._keep

    def without_audio(stream, data, part, ahead=0):
        if stream.comp != "AUDIO":
            keep(stream, data, part, ahead)

    monkeypatch.setattr(LiveRtp, "_keep", without_audio)
    assert judged("LIV-26")["LIV-26"].verdict == "fail"


@pytest.mark.parametrize(
    ("host", "same"),
    [("127.0.0.1", True), ("127.0.0.9", True), ("::1", True), ("no.such.host.invalid", False)],
)
def test_this_host(host, same):
    assert udp_path.is_this_host(Endpoint(host, 80)) is same


def test_what_a_scenario_is_told_is_asked_through_the_target():
    asked = []
    target = SimpleNamespace(endpoint=None, told=lambda kind, ask: asked.append(kind) or False)
    client = SimpleNamespace(history=SimpleNamespace(streams=[]))
    assert not udp_path.is_proven_open(target, client)
    assert asked == ["same host"]
