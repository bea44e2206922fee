"""Cameras are out of step with each other, and share what is prepared."""

from itertools import pairwise

from nvr_emulator.footage.footage import TICKS, TICKS_PER_HUNDREDTH, footage_of, phase_of, ticks
from nvr_protocol.codecs import Codec

NOW = ticks(1_700_000_000)


def test_no_two_cameras_of_a_recorder_have_one_phase():
    phases = [phase_of(camera) for camera in range(1, 65)]
    assert phases[0] == 0
    assert len(set(phases)) == 64
    assert all(phase in range(0, TICKS, TICKS_PER_HUNDREDTH) for phase in phases)


def test_key_pictures_of_many_cameras_are_spread_over_the_second():
    keys = sorted(
        footage_of("counter", Codec.H264, camera).containing(NOW).end % TICKS for camera in range(1, 17)
    )
    assert min(later - earlier for earlier, later in pairwise(keys)) >= TICKS // 100
    assert keys[-1] - keys[0] > 0.8 * TICKS


def test_a_camera_stands_where_its_own_grid_has_it():
    for camera in (1, 2, 7, 40):
        footage = footage_of("counter-small", Codec.H264, camera)
        gop = footage.containing(NOW)
        assert gop.start <= NOW < gop.end
        assert (gop.start - phase_of(camera)) % TICKS == 0
        assert footage.gop(gop.number) == gop
        assert gop.following().start == gop.end
        assert footage_of("counter-small", Codec.JPEG, camera).containing(NOW).start == gop.start


def test_cameras_that_show_the_same_share_its_payloads():
    first, third = footage_of("counter", Codec.H264, 1), footage_of("counter", Codec.H264, 3)
    assert first.payloads(first.gop(0), 5) is third.payloads(third.gop(0), 5)
    assert first.recorded is third.recorded
