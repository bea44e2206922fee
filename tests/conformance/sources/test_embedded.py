"""The target that is started for the purpose: its clock, its settings, its state."""

from __future__ import annotations

import pytest

from nvr_conformance.client.client import Client
from nvr_conformance.client.control_port import Control
from nvr_conformance.client.options import TargetOptions, User
from nvr_conformance.judgement.outcomes import KitError, PrerequisiteFailed
from nvr_conformance.sources.source import TargetSource


@pytest.fixture
def source():
    source = TargetSource(TargetOptions(model=3), seed=7)
    source.prepare()
    return source


def test_time_is_moved_and_not_waited_for(source):
    with source.open() as target:
        before = target.unix_time()
        target.pass_time(3600)
        assert target.now() == 3600
        assert target.unix_time() - before == pytest.approx(3600)
        assert (target.clock, target.model, target.pace) == ("manual", 3, 0)


def test_streams_are_read_while_time_passes(source):
    with source.open() as target:
        client = Client(target)
        session = client.login()
        camera = target.cameras[0]
        stream = session.start_http(camera, target.live_codecs(camera)[0])
        packets = stream.collect(3)
        assert {round(packet.arrived % 0.25, 6) for packet in packets} == {0}
        assert packets[-1].arrived - packets[0].arrived > 2
        session.stop(stream)
        assert stream.is_quiet(5)
        assert stream.wait_packets(stream.total + 1, 1) == stream.packets
        client.close()
        assert target.state()["sessions"] == []


def test_each_scenario_has_a_recorder_of_its_own(source):
    with source.open() as first:
        client = Client(first)
        client.login()
        assert len(first.state()["sessions"]) == 1
        client.hang_up()
    with source.open() as second:
        assert second.state()["sessions"] == []


def test_settings_of_a_scenario(source):
    one = {
        "cameras": [{"number": 3}],
        "users": [{"name": "ANNA", "password": "anna12345", "level": "viewer"}],
    }
    with source.open(one) as target:
        assert target.cameras == (3,)
        assert target.users == (User("ANNA", "anna12345", 3),)
        client = Client(target)
        client.login()
        client.close()
    with source.open() as target:
        assert len(target.cameras) > 16
        assert [user.priority for user in target.users] == [0, 1, 2, 3]


def test_a_camera_that_sends_nothing(source):
    dumb = {"cameras": [{"number": 1, "video": []}]}
    with source.open(dumb) as target, pytest.raises(PrerequisiteFailed, match="camera 1"):
        target.live_codecs(1)


def test_everything_is_allowed_and_provided(source):
    assert all(source.provides(need) for need in ("ptz", "eviction", "state", "manual-clock"))


def test_a_control_port_that_does_not_answer(fake_recorder):
    with pytest.raises(KitError, match="control port"):
        Control(fake_recorder.url).state()
