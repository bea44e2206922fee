"""The MP4 files of downloads, as PyAV reads them."""

import hashlib
import io
import zoneinfo

import av
import numpy as np
import pytest

from nvr_emulator.footage.audio import audio_of
from nvr_emulator.footage.footage import footage_of, ticks
from nvr_emulator.footage.recordings import Recording, Stretch
from nvr_emulator.recorder.download import mp4_audio
from nvr_emulator.recorder.download.files import DownloadFiles
from nvr_emulator.recorder.download.mp4 import mp4_blocks
from nvr_fixtures import tone_code
from nvr_protocol.codecs import AudioCodec, Codec
from nvr_protocol.dialect import DEFAULT
from nvr_protocol.multipart import MultipartReader

START = 1_700_006_400  # whole minutes; 0 modulo the 8 s of the audio
TICKS = 90_000


def gops(footage, seconds, start=START):
    number = footage.containing(ticks(start)).number
    return [footage.gop(number + second) for second in range(seconds)]


def mp4(recorded, audio=None):
    return b"".join(mp4_blocks(recorded, audio))


def opened(data):
    return av.open(io.BytesIO(data))


def planes(frame):
    return b"".join(
        bytes(plane)[row * plane.line_size : row * plane.line_size + plane.width]
        for plane in frame.planes
        for row in range(plane.height)
    )


def test_no_gops_make_no_file():
    assert mp4([]) == b""


@pytest.mark.parametrize(
    ("codec", "name", "tag"), [(Codec.H264, "h264", "avc1"), (Codec.H265, "hevc", "hvc1")]
)
def test_pictures_are_those_of_the_fixture_at_their_times(codec, name, tag):
    footage = footage_of("counter-small", codec, 2)
    recorded = gops(footage, 5)
    wanted = [picture.decoded_sha256 for gop in recorded for picture in footage.fixture.gops[gop.index]]
    with opened(mp4(recorded)) as file:
        (stream,) = file.streams
        assert file.metadata["major_brand"] == "mp42"
        assert (stream.codec_context.name, stream.codec_context.codec_tag) == (name, tag)
        assert file.duration == 5_000_000
        assert (stream.start_time, stream.duration * stream.time_base) == (0, 5)
        frames = list(file.decode(stream))
    assert [hashlib.sha256(planes(frame)).hexdigest() for frame in frames] == wanted
    assert [frame.pts for frame in frames] == [
        gop.picture_at(number) - recorded[0].start for gop in recorded for number in range(gop.pictures)
    ]
    assert [bool(frame.key_frame) for frame in frames] == [
        number == 0 for gop in recorded for number in range(gop.pictures)
    ]


def test_each_sample_is_an_access_unit_and_idrs_are_sync_samples():
    footage = footage_of("city", Codec.H264, 1)
    recorded = gops(footage, 2)
    with opened(mp4(recorded)) as file:
        packets = [packet for packet in file.demux() if packet.size]
    assert len(packets) == sum(gop.pictures for gop in recorded)
    assert [packet.is_keyframe for packet in packets] == [
        number == 0 for gop in recorded for number in range(gop.pictures)
    ]


def test_a_gap_stays_a_gap():
    footage = footage_of("counter-small", Codec.H264, 1)
    recorded = gops(footage, 2) + gops(footage, 2, START + 60)
    with opened(mp4(recorded, audio_of(AudioCodec.G711, 1))) as file:
        times = [frame.time for frame in file.decode(video=0)]
        assert times[9:11] == [1.8, 60.0]
        assert file.streams.video[0].duration * file.streams.video[0].time_base == 62


def test_aac_goes_in_as_it_is_and_in_step():
    audio = audio_of(AudioCodec.AAC, 2)
    recorded = gops(footage_of("counter-small", Codec.H265, 2), 9, START + 3)
    with opened(mp4(recorded, audio)) as file:
        packets = [packet for packet in file.demux(file.streams.audio[0]) if packet.size]
        context = file.streams.audio[0].codec_context
        assert (context.name, context.sample_rate, context.extradata) == ("aac", 48000, audio.fixture.config)
    begin = recorded[0].start
    first = audio.from_moment(begin)
    assert [bytes(packet) for packet in packets] == audio.between(begin, begin + 9 * TICKS)
    for place, packet in enumerate(packets):
        late = packet.pts * packet.time_base - (audio.unit_at(first + place) - begin) / TICKS
        assert abs(late) < 1 / 48000


@pytest.mark.parametrize("codec", list(AudioCodec))
def test_each_second_of_audio_names_itself_and_its_camera(codec):
    audio = audio_of(codec, 2)
    recorded = gops(footage_of("counter-small", Codec.H264, 1), 10, START + 5)
    with opened(mp4(recorded, audio)) as file:
        rate = file.streams.audio[0].rate
        frames = [(frame.time, frame.to_ndarray()[0]) for frame in file.decode(audio=0)]
    track = np.zeros(11 * rate + 2048)
    for time, samples in frames:
        place = round(time * rate)
        assert place >= 0
        track[place : place + len(samples)] = samples
    said = [tone_code.read(track[second * rate : (second + 1) * rate], rate) for second in range(10)]
    assert [(code.camera, code.second) for code in said] == [(2, (5 + second) % 8) for second in range(10)]


def test_telephone_audio_goes_on_at_its_place_behind_a_gap():
    footage = footage_of("counter-small", Codec.H264, 1)
    recorded = gops(footage, 3) + gops(footage, 3, START + 60)
    with opened(mp4(recorded, audio_of(AudioCodec.G711, 1))) as file:
        frames = [(frame.time, frame.to_ndarray()[0]) for frame in file.decode(audio=0)]
    behind = np.concatenate([samples for time, samples in frames if time >= 59.9])
    first = next(time for time, _ in frames if time >= 59.9)
    assert first == pytest.approx(60, abs=0.13)
    skipped = round((60 - first) * 8000) if first < 60 else 0
    assert tone_code.read(behind[skipped : skipped + 7900], 8000).second == 60 % 8


def test_a_file_for_each_codec_and_size_and_each_plays():
    start = START
    h264, h265 = (footage_of("counter-small", codec, 1) for codec in (Codec.H264, Codec.H265))
    download = DownloadFiles(
        camera=1,
        kind="MP4",
        begin=start,
        end=start + 120,
        recording=Recording(
            [Stretch(h264, ticks(start - 60), ticks(start + 60)), Stretch(h265, ticks(start + 60), None)]
        ),
        audio=audio_of(AudioCodec.AAC, 1),
        zone=zoneinfo.ZoneInfo("UTC"),
        dialect=DEFAULT,
        now=ticks(start + 600),
        largest=300_000,
    )
    reader = MultipartReader(by="boundary")
    bodies = [part.body for block in download.blocks() for part in reader.feed(block) if part.body]
    assert max(map(len, bodies)) <= 300_000
    codecs, pictures = [], 0
    for body in bodies:
        with opened(body) as file:
            codecs.append(file.streams.video[0].codec_context.name)
            pictures += sum(1 for _ in file.decode(video=0))
    assert pictures == 2 * 60 * 5
    assert codecs == sorted(codecs, reverse=True) or codecs == sorted(codecs)
    assert {"h264", "hevc"} == set(codecs)
    assert len(bodies) > 4


@pytest.mark.parametrize("codec", [AudioCodec.G711, AudioCodec.G726])
@pytest.mark.parametrize("later", [0, 3, 8, 3600, 86_400 * 400 + 5])
def test_telephone_audio_that_repeats_itself_is_coded_as_if_it_did_not(codec, later):
    audio = audio_of(codec, 2)
    footage = footage_of("counter-small", Codec.H264, 2)
    recorded = gops(footage, 9, START + later)
    del recorded[4:6]
    mp4_audio._kept.cache_clear()
    mp4(gops(footage, 9), audio)  # is kept
    track = mp4_audio.audio_track(audio, recorded[0].start)
    for gop in recorded:
        track.add(gop.start, gop.end)
    track.finish()
    stretches = ((recorded[0].start, recorded[3].end), (recorded[4].start, recorded[-1].end))
    assert track._track == mp4_audio._coded(audio, track.origin, stretches)
    again = mp4_audio._kept.cache_info().hits
    mp4(recorded, audio)
    assert mp4_audio._kept.cache_info().hits == again + 1
