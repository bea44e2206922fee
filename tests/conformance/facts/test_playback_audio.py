"""The judge's reading of recorded audio, held against what the protocol package writes."""

import dataclasses
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nvr_conformance.facts import live_audio, playback_audio
from nvr_conformance.judgement.outcomes import NothingToJudge
from nvr_conformance.reading.playback_audio import walk_audio
from nvr_fixtures import load_audio
from nvr_protocol.codecs import AudioCodec
from nvr_protocol.dialect import ALTERNATIVES, Dialect
from nvr_protocol.playback.audio import AudioUnit, PlaybackAudio, write_playback_audio
from nvr_protocol.timestamps import Zone

START = 1_714_000_000
ZONE = Zone(-210, summer=True)
DIALECTS = [
    Dialect(),
    Dialect(byte_order="little"),
    *(Dialect(zone_info=value) for value in ALTERNATIVES["zone_info"][1:]),
    Dialect(aac_unit_id=0xFF04),
]


def second(codec, number, dialect=DIALECTS[0], *, camera=3, au_header=False, leading_zero=False):
    """The body of an answer with second `number` of a fixture."""
    fixture = load_audio(codec, camera)
    length = fixture.sample_rate / fixture.samples_per_unit
    units = fixture.units[round(number * length) : round((number + 1) * length)]
    aac = codec is AudioCodec.AAC
    audio = PlaybackAudio(
        codec,
        camera,
        START + number,
        START + number + 1,
        ZONE,
        samples=b"" if aac else b"".join(units),
        units=tuple(AudioUnit(unit, au_header) for unit in units) if aac else (),
        leading_zero=leading_zero,
    )
    return write_playback_audio(audio, dialect)


def seconds(codec, count=4, **how):
    return [walk_audio(second(codec, number, **how)) for number in range(count)]


def facts(audios, codec):
    yield playback_audio.header(audios, codec, 3)
    yield playback_audio.sizes(audios, codec)
    yield playback_audio.times(audios, codec)
    yield playback_audio.padded(audios)
    yield playback_audio.about_a_second(audios, codec)
    yield playback_audio.follow_on(audios, codec)
    yield playback_audio.none_twice(audios)
    if codec == "AAC":
        yield playback_audio.units_decode(audios)
    else:
        yield playback_audio.codec_byte(audios, codec)


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
@pytest.mark.parametrize("codec", AudioCodec)
def test_every_dialect_of_audio_is_right(codec, dialect):
    audios = seconds(codec, dialect=dialect)
    assert playback_audio.codec_of(audios) == codec.value
    assert [fact for fact in facts(audios, codec.value) if not fact.ok] == []


@pytest.mark.parametrize("how", [{"au_header": True}, {"leading_zero": True}])
def test_units_decode_with_au_headers_and_with_zeros(how):
    assert playback_audio.units_decode(seconds(AudioCodec.AAC, **how)).ok


@pytest.mark.parametrize("header", [bytes(4), b"\0\x10\xff\xff", b"\0\0\1\x74"])
@pytest.mark.parametrize("leading_zero", [False, True])
def test_what_an_au_header_holds_is_open(header, leading_zero):
    audios = seconds(AudioCodec.AAC, au_header=True, leading_zero=leading_zero)
    for audio in audios:
        audio.units = [replace(unit, data=_with_header(unit.data, header)) for unit in audio.units]
    assert playback_audio.units_decode(audios).ok
    for audio in audios:
        audio.units = [replace(unit, au_info=0) for unit in audio.units]
    assert not playback_audio.units_decode(audios).ok


def _with_header(data, header):
    begin = data.index(b"\0\x10")  # behind a 0x00 that may be attached
    return data[:begin] + header + data[begin + 4 :]


@pytest.mark.parametrize("codec", AudioCodec)
@pytest.mark.parametrize("padding", [b"\xff" * 5000, bytes(range(256)) * 32])
def test_what_the_padding_holds_is_open_and_how_much_it_is(codec, padding):
    audios = []
    for number in range(4):
        body = second(codec, number)
        end = (68 if codec is AudioCodec.AAC else 64) + walk_audio(body).stated
        longer = body[:end] + padding
        audios.append(walk_audio(longer[: len(longer) // 4096 * 4096]))
    assert [fact for fact in facts(audios, codec.value) if not fact.ok] == []
    cut = [walk_audio(second(codec, 0)[:-4])]
    assert not playback_audio.padded(cut).ok


def test_zone_bits_are_the_same_in_each_answer():
    audios = seconds(AudioCodec.G711)
    audios[1].start_zone = (3, 30, 0x03)  # sign and summer time, but in two other bits
    assert not playback_audio.times(audios, "G711").ok
    audios[1].start_zone = (3, 30, 0xC3)
    assert playback_audio.times(audios, "G711").ok


@pytest.mark.parametrize("codec", ["G711", "G726"])
def test_a_zero_ahead_of_samples_is_no_sample(codec):
    audios = seconds(AudioCodec(codec), leading_zero=True)
    assert {len(audio.samples) for audio in audios} == {playback_audio.BYTES_A_SECOND[codec]}


@given(st.sampled_from(AudioCodec), st.data())
def test_any_change_of_bytes_is_walked(codec, data):
    body = bytearray(second(codec, 0))
    for place in data.draw(st.lists(st.integers(0, 200), max_size=5)):
        body[place] = data.draw(st.integers(0, 255))
    walk_audio(bytes(body[: data.draw(st.integers(0, len(body)))]))


@given(st.binary(max_size=9000))
def test_any_bytes_are_walked(body):
    audio = walk_audio(body)
    assert len(audio.data) <= len(body)


@pytest.mark.parametrize(
    ("codec", "place", "wrong", "broken"),
    [
        ("G711", 0, b"\xff\x02", "header"),
        ("G711", 2, b"\x00\x02", "header"),
        ("G711", 4, b"\x00\x00\x1f\x80", "sizes"),
        ("G711", 4, b"\x00\x00\xff\x40", "sizes"),
        ("G711", 4, b"\x00\x00\x1f\x60", "sizes"),
        ("G711", 16, b"\x00\x00\x00\x00", "times"),
        ("G711", 13, b"\x09\x1e\xc0", "times"),
        ("G711", 15, b"\x00", "times"),
        ("G711", 13, b"\x03\x3c", "times"),
        ("G711", 28, b"\x00", "codec_byte"),
        ("AAC", 0, b"\xff\x03", "header"),
        ("AAC", 8, b"\xff\x12\x00\x38", "header"),
        ("AAC", 4, b"\x00\x00\x10\x00", "sizes"),
        ("AAC", 70, b"\x00\x01", "sizes"),
        ("AAC", 73, b"\x02", "header"),
        ("AAC", 73, b"\x01", "units_decode"),
    ],
)
def test_what_is_wrong_in_one_place_is_found_there(codec, place, wrong, broken):
    body = second(AudioCodec(codec), 0)
    audio = walk_audio(body[:place] + wrong + body[place + len(wrong) :])
    found = {
        "header": playback_audio.header([audio], codec, 3),
        "sizes": playback_audio.sizes([audio], codec),
        "times": playback_audio.times([audio], codec),
        "padded": playback_audio.padded([audio]),
        "codec_byte": playback_audio.codec_byte([audio], codec) if codec != "AAC" else None,
        "units_decode": playback_audio.units_decode([audio]) if codec == "AAC" and audio.units else None,
    }
    assert {name for name, fact in found.items() if fact is not None and not fact.ok} >= {broken}
    assert found["header"].ok or broken == "header"


def test_repeats_and_gaps_are_found():
    body = [walk_audio(second(AudioCodec.G711, number)) for number in range(4)]
    for audios in ([body[0], body[0]], [body[0], body[2]], [body[1], body[0]]):
        assert not playback_audio.follow_on(audios, "G711").ok
    again = dataclasses.replace(body[0], start=START + 1, end=START + 2)
    assert playback_audio.follow_on([body[0], again], "G711").ok
    assert not playback_audio.none_twice([body[0], again]).ok


def test_audio_of_another_camera_is_found():
    mine, same, other = (walk_audio(second(AudioCodec.AAC, 0, camera=camera)) for camera in (1, 1, 2))
    assert not playback_audio.own_audio(mine, same).ok
    assert playback_audio.own_audio(mine, other).ok
    units = {camera: load_audio(AudioCodec.AAC, camera).units[:50] for camera in (1, 2)}
    assert live_audio.own_audio(units).ok
    assert not live_audio.own_audio({**units, 3: units[1][7:]}).ok
    with pytest.raises(NothingToJudge):
        live_audio.own_audio({1: units[1], 2: [b"silence"] * 50})


def test_silence_may_come_twice():
    silent = walk_audio(
        write_playback_audio(
            PlaybackAudio(AudioCodec.G711, 1, START, START + 1, ZONE, samples=b"\xff\x7f" * 4000)
        )
    )
    assert playback_audio.none_twice([silent, silent]).ok


def test_audio_and_pictures_of_one_place():
    audio = walk_audio(second(AudioCodec.G711, 0))
    assert playback_audio.beside_pictures(audio, START * 100 + 50, 100).ok
    assert not playback_audio.beside_pictures(audio, (START + 13) * 100, 100).ok
    assert not playback_audio.beside_pictures(audio, (START - 13) * 100, 100).ok
    with pytest.raises(NothingToJudge):
        playback_audio.beside_pictures(audio, None, 100)


def test_nothing_is_judged_without_audio():
    for judge in (
        lambda: playback_audio.padded([]),
        lambda: playback_audio.follow_on(seconds(AudioCodec.G711, 1), "G711"),
    ):
        with pytest.raises(NothingToJudge):
            judge()
