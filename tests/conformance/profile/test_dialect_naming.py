"""Each value of a dialect has the name under which the judge reads it, and what has none is told in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nvr_conformance.profile.dialect_naming import (
    NAMES,
    told_by_audio,
    told_by_g711,
    told_by_jpeg,
    told_by_live_answer,
    told_by_video,
)
from nvr_conformance.reading.gop import Gop
from nvr_conformance.reading.live_jpeg import read_jpeg_part
from nvr_conformance.reading.playback_audio import walk_audio
from nvr_conformance.reading.playback_video import walk_chunk
from nvr_conformance.wire.exchange import Exchange
from nvr_fixtures import load, load_audio, load_jpeg
from nvr_protocol.additional_information import AdditionalInformation, Operation
from nvr_protocol.codecs import AudioCodec, Codec
from nvr_protocol.dialect import ALTERNATIVES, DEFAULT
from nvr_protocol.live_jpeg import write_live_jpeg
from nvr_protocol.multipart import live_content_type
from nvr_protocol.playback.audio import AudioUnit, PlaybackAudio, write_playback_audio
from nvr_protocol.playback.video import Picture, PlaybackVideo, write_playback_video
from nvr_protocol.rtp.audio import audio_content_type
from nvr_protocol.timestamps import Zone

START = 1_714_014_000
FIELDS = ("byte_order", *NAMES)
DIALECTS = [replace(DEFAULT, **{name: value}) for name in FIELDS for value in ALTERNATIVES[name]]
ZONE = Zone(-210, summer=True)


def gops(dialect):
    """Some of a recorder, whose bytes may be changed before they are read."""
    for number in range(3):
        data = [unit.data for unit in load("counter-small", Codec.H264).gops[number]]
        times = [100 * (START + number) + 20 * n for n in range(len(data))]
        pictures = tuple(Picture(each, at, at) for each, at in zip(data, times, strict=True))
        video = PlaybackVideo(Codec.H264, 1, pictures, times[0], times[-1], ZONE, 50, Operation.PLAYBACK)
        yield write_playback_video(video, dialect)


def read(bodies):
    return [Gop(1, Exchange(1, "GET", "/", status=200, body=body), walk_chunk(body)) for body in bodies]


def test_every_value_has_its_name():
    for name, named in NAMES.items():
        assert set(named.values()) == set(ALTERNATIVES[name])


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_what_video_tells(dialect):
    told = told_by_video(read(gops(dialect)))
    assert told.named == {name: getattr(dialect, name) for name in FIELDS}
    assert told.nameless == {}


def test_what_has_no_name_is_told_in_words():
    bodies = [body[:2] + (int.from_bytes(body[2:4]) - 3).to_bytes(2) + body[4:] for body in gops(DEFAULT)]
    told = told_by_video(read(bodies))
    assert "chunk_length" not in told.named
    assert told.nameless == {"chunk_length": "Length counts from behind itself to the stream header, 1 more"}
    assert told_by_video([]).named == {}


@pytest.mark.parametrize("dialect", [*DIALECTS, replace(DEFAULT, aac_unit_id=0xFF04)], ids=lambda it: it.name)
@pytest.mark.parametrize("codec", AudioCodec)
def test_what_audio_tells(codec, dialect):
    aac = codec is AudioCodec.AAC
    units = load_audio(codec, 1).units[:40]
    audio = PlaybackAudio(
        codec,
        1,
        START,
        START + 1,
        ZONE,
        samples=b"" if aac else b"".join(units),
        units=tuple(map(AudioUnit, units)) if aac else (),
    )
    told = told_by_audio(walk_audio(write_playback_audio(audio, dialect)))
    expected = {"byte_order": dialect.byte_order, "zone_info": dialect.zone_info}
    assert told.named == expected | ({"aac_unit_id": dialect.aac_unit_id} if aac else {})


@pytest.mark.parametrize("value", ALTERNATIVES["boundary"])
def test_what_the_head_of_a_live_answer_tells(value):
    told = told_by_live_answer(live_content_type(replace(DEFAULT, boundary=value)))
    assert (told.named, told.nameless) == ({"boundary": value}, {})


@pytest.mark.parametrize("value", ALTERNATIVES["g711_content_type"])
def test_what_the_head_of_a_part_of_g711_tells(value):
    content_type = audio_content_type(AudioCodec.G711, replace(DEFAULT, g711_content_type=value))
    told = told_by_g711(content_type.lower())
    assert (told.named, told.nameless) == ({"g711_content_type": value}, {})


def test_heads_of_no_dialect_are_told_in_words():
    assert told_by_live_answer("multipart/mixed").nameless == {"boundary": "multipart/mixed"}
    assert told_by_g711("audio/pcm").nameless == {"g711_content_type": "audio/pcm"}


@pytest.mark.parametrize("order", ALTERNATIVES["byte_order"])
@pytest.mark.parametrize("form", ALTERNATIVES["jpeg_form"])
def test_what_a_live_jpeg_tells(form, order):
    recorder = AdditionalInformation(camera=2, seconds=START, zone=ZONE)
    camera = AdditionalInformation(camera_seconds=START, camera_zone=ZONE)
    dialect = replace(DEFAULT, jpeg_form=form, byte_order=order)
    picture = load_jpeg("counter-small", 2).pictures[0]
    told = told_by_jpeg(read_jpeg_part(write_live_jpeg(picture, recorder, camera, dialect)))
    assert (told.named, told.nameless) == ({"byte_order": order, "jpeg_form": form}, {})
    without = told_by_jpeg(read_jpeg_part(write_live_jpeg(picture, recorder, None, dialect)))
    assert without.named == {"byte_order": order}
    assert "jpeg_form" in told_by_jpeg(read_jpeg_part(picture)).nameless
