"""RTP that does not arrive: the recorder's failure where the path is open, and nobody's where it may be
blocked."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from nvr_conformance.client.options import TargetOptions
from nvr_conformance.engine.judge import judge
from nvr_conformance.engine.run_options import RunOptions
from nvr_conformance.procedures import udp_path
from nvr_conformance.wire.live_streams import LiveRtp
from proxies.behind import judged
from proxies.udp import UdpPath

RTP_ALONE = ("LIV-02", "LIV-03", "LIV-26", "LIV-28")
OVER_HTTP_TOO = ("LIV-17", "LIV-23", "LIV-24", "LIV-25", "LIV-29", "LIV-30", "LIV-31", "EXC-02", "SES-15")
SETUP = {"cameras": [{"number": 1, "fixture": "counter-small", "audio": "AAC"}, {"number": 2}]}


def test_a_tunnel_on_this_host_is_not_the_recorders_failure():
    seen = judged((*RTP_ALONE, *OVER_HTTP_TOO), setup=SETUP, path=lambda: UdpPath(blocked=True))
    assert seen.bad == {}
    untested = seen.having("not-tested")
    assert set(untested) == set(RTP_ALONE)
    for reason in untested.values():
        assert "a tunnel or a relay" in reason
        assert "judge from the recorder's own network" in reason


def test_of_the_judges_own_recorder_nothing_keeps_it_off(monkeypatch):
    monkeypatch.setattr(LiveRtp, "_take", lambda stream, data, sender: False)
    result = judge(TargetOptions(setup=SETUP), RunOptions(select=("LIV-02", "LIV-26")))
    rows = {row.id: row.verdict for row in result.requirements if row.id in ("LIV-02", "LIV-26")}
    assert rows == {"LIV-02": "fail", "LIV-26": "fail"}


def test_audio_that_stays_away_beside_video_that_comes():
    def without_audio(data):
        return [] if data[1] & 0x7F == 97 else [data]

    seen = judged(("LIV-26",), setup=SETUP, path=lambda: UdpPath(change=without_audio))
    assert set(seen.bad) == {"LIV-26"}


@pytest.mark.parametrize(
    ("destination", "here"),
    [
        (["127.0.0.1", 4000], True),
        (["127.0.0.1", 4001], False),
        (["192.0.2.1", 4000], False),
        (None, False),
        (["nowhere", 4000], False),
    ],
)
def test_a_recorder_that_tells_its_state_says_where_it_sends(destination, here):
    stream = LiveRtp.__new__(LiveRtp)
    stream.port = 4000
    target = SimpleNamespace(state=lambda: {"live": [{"destination": destination}]})
    client = SimpleNamespace(history=SimpleNamespace(streams=[stream]))
    assert udp_path.sends_to_us(target, client) is here


def test_what_a_scenario_is_told_is_asked_through_the_target():
    asked = []
    target = SimpleNamespace(emulated=False, told=lambda kind, ask: asked.append(kind) or ask())
    assert not udp_path.is_own(target)
    assert asked == ["own recorder"]
