"""A recording of what was sent has its pictures in their order, and times that two others bear out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nvr_conformance.carriers.same_content import (
    FEWEST,
    Shot,
    alignments,
    as_sent,
    delays,
    in_step,
    nearest,
    played,
    runs_in,
    sent,
    slices_of,
    told_ahead,
)
from nvr_conformance.judgement.outcomes import NothingToJudge
from nvr_conformance.reading.gop import Gop
from nvr_conformance.reading.playback_video import walk_chunk
from nvr_conformance.reading.rtp import dissect
from nvr_conformance.wire.exchange import Exchange
from nvr_conformance.wire.live_streams import CapturedPacket
from nvr_fixtures import load
from nvr_protocol.additional_information import AdditionalInformation, Operation, write_information
from nvr_protocol.codecs import Codec
from nvr_protocol.playback.video import Picture, PlaybackVideo, write_playback_video
from nvr_protocol.rtp.h264 import packetise as packetise_h264
from nvr_protocol.rtp.h265 import packetise as packetise_h265
from nvr_protocol.rtp.nal_units import split_annex_b
from nvr_protocol.rtp.packet import RtpPacket, write_packet
from nvr_protocol.timestamps import Zone

START = 1_714_014_000_00


def shots(names, first=0.0):
    return [Shot(name, name, first + 20 * number) for number, name in enumerate(names)]


def test_the_same_pictures_later_in_a_longer_recording():
    live, recorded = shots("ABCDABCD"), shots("CDABCDABCDA", 1000)
    assert as_sent(live, recorded).ok
    assert delays(live, recorded) == [1040]
    assert delays(live, shots("ABCD" * 4, 1000)) == [1000, 1080, 1160]


@pytest.mark.parametrize("wrong", ["XABDCABCDY", "ABCCDABCD", "ABCDXABCD"])
def test_another_order_is_found(wrong):
    assert not as_sent(shots("ABCDABCD"), shots(wrong)).ok


def thinned(names, kept):
    """What is left live of pictures that come 20 hundredths apart, with their RTP timestamps."""
    return [
        Shot(name, name, 20.0 * at, timestamp=(2**32 - 40_000 + 18_000 * at) % 2**32)
        for at, name in enumerate(names)
        if name in kept
    ]


def test_live_may_have_left_pictures_out():
    """A recorder may send fewer pictures than it records: there is room for those between."""
    recorded = shots("XABCDEFGHIJKLMNOPQRSTUVWXYZ", 500)
    for kept in ("ACEGIKMOQSUWY", "ABCDEFGHIKLMNOPQ", "BCDFGHKLMRST", "ABCDEFGHIJKLMNOPQ"):
        live = thinned("ABCDEFGHIJKLMNOPQRSTUVWXYZ", kept)
        assert as_sent(live, recorded).ok
        assert delays(live, recorded) == [520]


@pytest.mark.parametrize(
    "wrong", ["ACEEGIKMOQSUWY", "ACEBDGIKMOQSUWY", "ACEGIKMOQ12SUWY", "ABCDEFGHIJKLMNOPQRSTUWVXYZ"]
)
def test_what_live_left_out_hides_nothing_else(wrong):
    live = thinned("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "ACEGIKMOQSUVWY")
    live = live if "V" in wrong else thinned("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "ACEGIKMOQSUWY")
    assert not as_sent(live, shots(wrong)).ok


def test_live_that_repeats_a_picture_is_no_witness():
    with pytest.raises(NothingToJudge):
        as_sent(shots("ABCCDEFGHIJ"), shots("ABCXDEFGHIJK"))


def test_what_is_recorded_otherwise_is_not_judged():
    for recorded in ("ABCABC", ""):
        with pytest.raises(NothingToJudge):
            alignments(shots("ABCDABCD"), shots(recorded))
    with pytest.raises(NothingToJudge):
        alignments(shots("A" * (FEWEST - 1)), shots("A" * 20))


@pytest.mark.parametrize("codec", [Codec.H264, Codec.H265])
def test_live_and_recorded_pictures_are_told_by_their_slices(codec):
    packetise = packetise_h264 if codec is Codec.H264 else packetise_h265
    units = [unit.data for gop in load("counter-small", codec).gops for unit in gop]
    captured = []
    for number, unit in enumerate(units):
        extension = write_information(
            AdditionalInformation(seconds=START // 100 + number // 5, zone=Zone(90))
        )
        payloads = packetise(split_annex_b(unit), 300)
        for index, payload in enumerate(payloads):
            packet = RtpPacket(
                98, len(captured) % 65536, 18_000 * number, 7, index == len(payloads) - 1, payload, extension
            )
            captured.append(CapturedPacket(len(captured), write_packet(packet), number / 5))
    live = sent(dissect(captured), codec.value)
    moments = [START + 20 * number for number in range(5)]
    pictures = tuple(Picture(data, at, at) for data, at in zip(units[5:10], moments, strict=True))
    video = PlaybackVideo(codec, 1, pictures, moments[0], moments[-1], Zone(90), 50, Operation.PLAYBACK)
    body = write_playback_video(video)
    recorded = played([Gop(1, Exchange(1, "GET", "/", status=200, body=body), walk_chunk(body))])
    assert [shot.slices for shot in recorded] == [shot.slices for shot in live[5:10]]
    assert [shot.time for shot in recorded] == moments
    assert told_ahead(live) == pytest.approx(START, abs=100)
    assert told_ahead([]) is None


@pytest.mark.parametrize(("frame_time", "witness"), [(1, True), (10, False)])
def test_times_that_do_not_go_as_time_goes_are_no_witnesses(frame_time, witness):
    """0x000A in hundredths, and in thousandths."""
    live = [Shot("", "", at, 100 * (at // 100) + frame_time * (at % 100)) for at in range(0, 400, 20)]
    assert (told_ahead(live) is not None) is witness


def test_parameter_sets_do_not_tell_pictures_apart():
    units = split_annex_b(load("counter-small", Codec.H264).gops[0][0].data)
    assert slices_of(units, "H264") == slices_of(units[3:], "H264") != slices_of(units[:3], "H264")


@given(st.lists(st.sampled_from([b"a", b"b"]), max_size=12), st.integers(0, 12), st.integers(0, 12))
def test_runs_are_found_wherever_they_are(units, begin, size):
    run = units[begin : begin + size]
    found = runs_in(run, units)
    assert all(units[at : at + len(run)] == run for at in found)
    assert (begin in found) == bool(run)


def test_the_witness_that_two_others_contradict():
    aheads = {"live": 0.0, "pictures": 300.0, "audio": 20.0}
    assert not in_step("pictures", aheads).ok
    for other in ("live", "audio"):
        with pytest.raises(NothingToJudge):
            in_step(other, aheads)
    near = {**aheads, "pictures": 100.0}
    assert all(in_step(name, near).ok for name in near)
    with pytest.raises(NothingToJudge):
        in_step("live", {"live": 0.0, "audio": 0.0})
    with pytest.raises(NothingToJudge):
        in_step("live", {"pictures": 0.0, "audio": 0.0})


def test_of_several_places_those_that_differ_least_count():
    told = nearest({"live": [0.0], "pictures": [500.0, 10.0, -490.0], "audio": [800.0, -20.0]})
    assert told == {"live": 0.0, "pictures": 10.0, "audio": -20.0}
