"""Finding the dialect of a sample, and saying what a sample does not tell (protocol §5)."""

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nvr_protocol.additional_information import AdditionalInformation, Operation
from nvr_protocol.codecs import AudioCodec, Codec
from nvr_protocol.dialect import ALTERNATIVES, DEFAULT, Dialect
from nvr_protocol.dialect_detection import Detection, combine, detect_dialect
from nvr_protocol.errors import ProtocolError
from nvr_protocol.live_jpeg import write_live_jpeg
from nvr_protocol.multipart import live_content_type
from nvr_protocol.playback.audio import AudioUnit, PlaybackAudio, write_playback_audio
from nvr_protocol.playback.video import Picture, PlaybackVideo, write_playback_video
from nvr_protocol.rtp.audio import audio_content_type
from nvr_protocol.timestamps import UTC_ZONE, Zone

VIDEO = frozenset(("byte_order", "chunk_length", "packet_length", "zone_info", "data_size"))
dialects = st.builds(Dialect, **{field: st.sampled_from(values) for field, values in ALTERNATIVES.items()})
WEST = Zone(-210, True)


def video(codec=Codec.H264, zone=WEST, datas=(b"\0\0\0\1\x65abc", b"\0\0\0\1\x41d")):
    pictures = tuple(Picture(data, 1000 + 5 * i, 1000 + 5 * i) for i, data in enumerate(datas))
    end = pictures[-1].hundredths if pictures else 1000
    return PlaybackVideo(codec, 3, pictures, 1000, end, zone, 20, Operation.PLAYBACK)


def agrees(detection, dialect):
    return all(getattr(detection.dialect, field) == getattr(dialect, field) for field in detection.determined)


@given(dialects, st.sampled_from((Codec.H264, Codec.H265)), st.integers(1, 40), st.integers(1, 40))
def test_a_gop(dialect, codec, first, second):
    datas = (b"\0\0\0\1" + b"x" * first, b"\0\0\0\1" + b"y" * second)
    sample = write_playback_video(video(codec, datas=datas), dialect)
    detection = detect_dialect(sample)
    assert agrees(detection, dialect)
    expected = set(VIDEO)
    if first % 4 == 0 and second % 4 == 0:
        # Without padding, what counts it and what does not say the same.
        if dialect.packet_length.startswith("header"):
            expected.discard("packet_length")
        if dialect.data_size in ("data", "with-padding"):
            expected.discard("data_size")
    assert detection.determined == expected


@given(dialects, st.integers(-1439, 1439), st.booleans())
def test_zones(dialect, minutes, summer):
    detection = detect_dialect(write_playback_video(video(zone=Zone(minutes, summer)), dialect))
    assert agrees(detection, dialect)
    assert ("zone_info" in detection.determined) == (minutes < 0 or summer)


def test_utc_does_not_tell_the_zone_info_byte():
    sample = write_playback_video(video(zone=UTC_ZONE), Dialect(zone_info="low-bits"))
    detection = detect_dialect(sample)
    assert detection.dialect.zone_info == "high-bits"
    assert detection.determined == VIDEO - {"zone_info"}


@given(dialects)
def test_no_image(dialect):
    detection = detect_dialect(write_playback_video(video(datas=()), dialect))
    assert agrees(detection, dialect)
    assert detection.determined == {"byte_order", "chunk_length"}


@given(dialects)
def test_a_jpeg_chunk_does_not_tell_the_chunk_length(dialect):
    detection = detect_dialect(
        write_playback_video(video(Codec.JPEG, datas=(b"\xff\xd8\xff\xd9x",)), dialect)
    )
    assert agrees(detection, dialect)
    assert detection.determined == VIDEO - {"chunk_length"}


@given(dialects, st.booleans())
def test_audio(dialect, aac):
    if aac:
        audio = PlaybackAudio(AudioCodec.AAC, 3, 1, 2, WEST, units=(AudioUnit(b"unit"),))
    else:
        audio = PlaybackAudio(AudioCodec.G711, 3, 1, 2, WEST, b"samples")
    detection = detect_dialect(write_playback_audio(audio, dialect))
    assert agrees(detection, dialect)
    assert detection.determined == {"byte_order", "zone_info"} | ({"aac_unit_id"} if aac else set())


def test_both_unit_ids_in_one_sample_tell_nothing(vector):
    sample = bytearray(vector("playback-audio-aac"))
    sample[0x51] = 0x04
    detection = detect_dialect(bytes(sample))
    assert detection.determined == {"byte_order"}
    assert detection.dialect == DEFAULT


@given(dialects, st.booleans())
def test_live_jpeg(dialect, with_camera):
    camera = AdditionalInformation(camera_seconds=1, camera_zone=WEST) if with_camera else None
    jpeg = bytes.fromhex("ffd8 ffdb0004 0102 ffd9")
    detection = detect_dialect(write_live_jpeg(jpeg, AdditionalInformation(camera=3), camera, dialect))
    assert agrees(detection, dialect)
    assert detection.determined == {"byte_order"} | ({"jpeg_form"} if with_camera else set())


def test_without_tlvs_a_live_jpeg_does_not_tell_the_byte_order():
    jpeg = bytes.fromhex("ffd8 ffdb0004 0102 ffd9")
    assert detect_dialect(write_live_jpeg(jpeg, AdditionalInformation())) == Detection(DEFAULT, frozenset())


@given(dialects)
def test_content_types(dialect):
    found = detect_dialect(live_content_type(dialect))
    assert found.determined == {"boundary"}
    assert agrees(found, dialect)
    found = detect_dialect(audio_content_type(AudioCodec.G711, dialect))
    assert found.determined == {"g711_content_type"}
    assert agrees(found, dialect)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('multipart/x-mixed-replace;boundary="--myboundary"', "quoted"),
        ("Multipart/X-Mixed-Replace; Boundary=myboundary", "plain"),
    ],
)
def test_content_types_may_be_written_otherwise(value, expected):
    detection = detect_dialect(value)
    assert (detection.dialect.boundary, detection.determined) == (expected, {"boundary"})


@pytest.mark.parametrize("value", ["audio/48kaac-lc", "audio/g.726-32K"])
def test_other_audio_types_tell_nothing(value):
    assert detect_dialect(value) == Detection(DEFAULT, frozenset())


@pytest.mark.parametrize("value", ["", "text/html", "multipart/x-mixed-replace; boundary=frame", "audio/mp3"])
def test_content_types_of_no_dialect(value):
    with pytest.raises(ProtocolError):
        detect_dialect(value)


def test_vectors_are_in_the_default_dialect(vector):
    for name in ("playback-h264-gop", "playback-audio-g711", "playback-jpeg", "live-jpeg-part"):
        assert detect_dialect(vector(name)).dialect == DEFAULT


def test_a_picture_may_end_with_a_zero_byte():
    jpeg = video(Codec.JPEG, datas=(b"\xff\xd8\xff\xd9\0",))
    detection = detect_dialect(write_playback_video(jpeg, Dialect(packet_length="data")))
    assert agrees(detection, Dialect(packet_length="data"))


@pytest.mark.parametrize(
    "sample", [b"", b"\xff", b"\xff\x15", b"\xff\x03\0\1", b"\xff\xd8\xff\xfe\0\x02\xff\xd8"]
)
def test_what_no_dialect_explains(sample):
    with pytest.raises(ProtocolError):
        detect_dialect(sample)


@given(
    st.binary(max_size=60),
    st.sampled_from(
        (b"", b"\xff\x15", b"\x03\xff", b"\xff\xd8\xff\xfe\0\x02", b"\xff\xd8\xff\xfe\0\x02\xff")
    ),
)
def test_any_bytes_are_detected_or_a_protocol_error(data, start):
    with suppress(ProtocolError):
        detect_dialect(start + data)


@given(st.text(max_size=40))
def test_any_text_is_detected_or_a_protocol_error(text):
    with suppress(ProtocolError):
        detect_dialect("multipart/mixed; " + text)


def test_samples_together_tell_more():
    dialect = Dialect(byte_order="little", boundary="plain", jpeg_form="one-soi")
    found = combine(
        (
            detect_dialect(live_content_type(dialect)),
            detect_dialect(write_playback_video(video(zone=UTC_ZONE), dialect)),
        )
    )
    assert found.dialect == replace(dialect, jpeg_form="two-soi")
    assert found.determined == {"boundary"} | (VIDEO - {"zone_info"})
    assert combine(()) == Detection(DEFAULT, frozenset())


def test_samples_that_contradict_one_another():
    dashed, plain = (
        detect_dialect(live_content_type(Dialect(boundary=form))) for form in ("dashed", "plain")
    )
    with pytest.raises(ProtocolError, match="boundary"):
        combine((dashed, plain))
