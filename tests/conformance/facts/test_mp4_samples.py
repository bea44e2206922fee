"""Samples of an MP4: those that cannot be begun with are no sync samples, times rise, audio is in step."""

import io

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nvr_conformance.facts.mp4_samples import audible, audio_in_step, audio_of_all, sync_samples, times_rise
from nvr_conformance.judgement.outcomes import NothingToJudge
from nvr_conformance.reading.decoding import DecodedFile, decode_file
from nvr_conformance.reading.mp4_samples import Mp4Sample, read_samples, read_times
from nvr_conformance.reading.playback_audio import AudioWalk
from nvr_emulator.footage.audio import audio_of
from nvr_emulator.footage.footage import TICKS, footage_of
from nvr_emulator.recorder.download.mp4 import mp4_blocks
from nvr_protocol.codecs import AudioCodec, Codec

NAMES = {Codec.H264: "h264", Codec.H265: "hevc"}
BEGIN = 1_714_014_000 * TICKS


def a_file(codec, form="moov-last", audio=None):
    first = footage_of("counter-small", codec, 1).containing(BEGIN)
    gops = [first]
    while len(gops) < 4:
        gops.append(gops[-1].following())
    return b"".join(mp4_blocks(gops, audio, form))


@pytest.mark.parametrize("form", ["moov-last", "moov-first", "fragmented"])
@pytest.mark.parametrize("codec", NAMES)
def test_files_as_they_should_be(codec, form):
    samples = read_samples(a_file(codec, form))
    assert [sample.is_sync for sample in samples] == [True, False, False, False, False] * 4
    assert sync_samples(samples, NAMES[codec]).ok
    assert times_rise(samples).ok


@pytest.mark.parametrize("form", ["moov-last", "moov-first", "fragmented"])
@pytest.mark.parametrize("audio", [None, *AudioCodec])
def test_what_a_file_has_without_decoding_it(form, audio):
    data = a_file(Codec.H265, form, None if audio is None else audio_of(audio, 1))
    told, decoded = read_times(data), decode_file(data)
    assert told.stored == pytest.approx(decoded.stored)
    assert told.codec == decoded.codec == "hevc"
    assert (told.video_streams, told.audio_streams) == (1, 0 if audio is None else 1)
    if audio is None:
        assert told.samples == told.rate == 0
    else:
        assert told.samples / told.rate == pytest.approx(decoded.samples / decoded.rate, abs=0.3)


def test_a_file_whose_moov_has_the_first_fragment_alone():
    written = io.BytesIO()
    with (
        av.open(io.BytesIO(a_file(Codec.H264))) as whole,
        av.open(written, "w", format="mp4", options={"movflags": "frag_keyframe"}) as hybrid,
    ):
        stream = hybrid.add_stream_from_template(whole.streams.video[0])
        for packet in whole.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                hybrid.mux(packet)
    data = written.getvalue()
    assert data.index(b"stts") < data.index(b"moof")
    assert read_times(data).stored == pytest.approx(read_times(a_file(Codec.H264)).stored)
    assert len(read_samples(data)) == 20


@pytest.mark.parametrize("codec", NAMES)
def test_a_table_that_is_missing_makes_all_of_them_sync_samples(codec):
    samples = read_samples(a_file(codec).replace(b"stss", b"free"))
    assert not sync_samples(samples, NAMES[codec]).ok
    assert times_rise(samples).ok


def test_audio_stands_where_playback_has_it():
    audio = audio_of(AudioCodec.AAC, 1)
    samples = read_samples(a_file(Codec.H264, audio=audio))
    second = [unit.lstrip(b"\0") for unit in audio.between(BEGIN + TICKS, BEGIN + 2 * TICKS)]
    assert audio_in_step(samples, second, [1.0]).ok
    assert audio_in_step(samples, second, [5.0, 1.4]).ok
    assert not audio_in_step(samples, second, [3.0]).ok
    with pytest.raises(NothingToJudge):
        audio_in_step(samples, [b"other"], [1.0])
    with pytest.raises(NothingToJudge):
        audio_in_step(samples, [], [1.0])


def test_audio_of_several_files_is_that_of_playback():
    audio = audio_of(AudioCodec.AAC, 1)
    file = read_samples(a_file(Codec.H264, audio=audio))
    seconds = [audio.between(BEGIN + at * TICKS, BEGIN + (at + 1) * TICKS) for at in range(6)]
    assert audio_of_all([file], seconds[0], seconds[1:4]).ok
    assert not audio_of_all([file, file], seconds[0], [seconds[1], seconds[5]]).ok
    with pytest.raises(NothingToJudge):
        audio_of_all([file], seconds[5], seconds[:3])
    with pytest.raises(NothingToJudge):
        audio_of_all([], seconds[0], [])


@pytest.mark.parametrize("times", [[(0, 0), (0, 0)], [(0, 0), (1, 2)], [(2, 2), (1, 1)]])
def test_times_that_do_not_rise_are_found(times):
    samples = [Mp4Sample(True, False, shown, decoded, b"") for shown, decoded in times]
    assert not times_rise(samples).ok


def test_nothing_is_said_of_nothing():
    with pytest.raises(NothingToJudge):
        times_rise([])
    with pytest.raises(NothingToJudge):
        sync_samples([], "h264")


@given(st.binary(max_size=200))
def test_any_bytes_are_some_samples_or_none(data):
    assert read_samples(data) == []
    assert read_times(data).stored == []
    assert Mp4Sample(True, True, 0, 0, data).nal_units is not None


def heard(samples):
    return AudioWalk(len(samples), "telephone", data=samples)


TONES = b"".join(audio_of(AudioCodec.G711, 1).fixture.units)


def test_audio_of_a_file_is_heard():
    file = decode_file(a_file(Codec.H264, audio=audio_of(AudioCodec.G711, 1)))
    assert file.loudness
    assert audible([file], [heard(TONES)]).ok


def test_silence_in_the_place_of_audio():
    file = DecodedFile(loudness=[0.1, 0.1, 0.1, 1e-9])
    assert not audible([file], [heard(TONES)]).ok


@pytest.mark.parametrize(
    ("loudness", "samples"),
    [([], TONES), ([0.0], b"\xff" * 8000), ([0.0], TONES + b"\x7f" * 800), ([0.0], b"")],
)
def test_what_is_quiet_in_playback_may_be_silence(loudness, samples):
    with pytest.raises(NothingToJudge):
        audible([DecodedFile(loudness=loudness)], [heard(samples)])
