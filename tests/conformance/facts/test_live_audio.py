"""The judge's reading of live audio, held against what the protocol package writes."""

import contextlib
import dataclasses
import struct
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nvr_conformance.facts import live_audio, rtp, rtp_extension
from nvr_conformance.judgement.outcomes import NothingToJudge
from nvr_conformance.reading.rtp import RtpRecord
from nvr_conformance.wire.live_multipart import LivePart
from nvr_conformance.wire.live_streams import CapturedPacket
from nvr_fixtures import load_audio
from nvr_fixtures.encoding.audio import feed, open_aac_encoder
from nvr_protocol.additional_information import AdditionalInformation, write_information
from nvr_protocol.codecs import AudioCodec
from nvr_protocol.rtp.audio import write_access_unit
from nvr_protocol.timestamps import Zone

START = 1_714_000_000
ZONE = Zone(-210, summer=True)


def packets(codec, count=20, **changes):
    """RTP packets of a fixture's audio, as they come."""
    fixture = load_audio(AudioCodec(codec), 1)
    wrap = write_access_unit if codec == "AAC" else bytes
    extension = write_information(
        AdditionalInformation(camera_seconds=START, camera_zone=ZONE, camera_frame_hundredths=7)
    )
    return [
        RtpRecord(
            number,
            number / 50,
            200,
            payload_type=97,
            sequence=(65_530 + number) % 65_536,
            timestamp=(2**32 - 500 + number * fixture.samples_per_unit) % 2**32,
            extension=extension,
            payload=wrap(fixture.units[number]),
        )
        for number in range(count)
    ]


@pytest.mark.parametrize("codec", ["AAC", "G711", "G726"])
def test_live_audio_as_it_should_be(codec):
    records = packets(codec)
    assert live_audio.codec_of(records) == codec
    assert camera_time(records, codec).ok
    if codec == "AAC":
        assert live_audio.units_on_the_clock(records).ok
        assert live_audio.access_units_decode(live_audio.access_units(records)).ok
        assert "RFC 3640" in live_audio.au_header(records)
    else:
        assert live_audio.samples_alone(records, codec).ok
        assert live_audio.same_units([b"\0" + r.payload for r in records], codec, records).ok


def on_the_clock(payloads, steps, *, rate=8000, at_once=0):
    """Packets of these payloads with so many ticks from each to the next; the first ``at_once`` come with the
    one behind them, the others in step with the clock."""
    now, records = 0, []
    for number, payload in enumerate(payloads):
        sent = max(now, sum(steps[n % len(steps)] for n in range(at_once))) / rate
        records.append(RtpRecord(number, sent, 200, sequence=number, timestamp=now, payload=payload))
        now += steps[number % len(steps)]
    return records


def parts(bodies, *, at_once=0, content_type=""):
    part = LivePart((("Content-Type", content_type),), b"", None, True, 0) if content_type else None
    return [
        CapturedPacket(number, b"\0" + body, max(number, at_once) * 0.02, part)
        for number, body in enumerate(bodies)
    ]


def silent_units(count):
    """Access units of digital silence, each of 4 bytes."""
    encoder = open_aac_encoder()
    silence = np.zeros(1024, np.float32)
    units = [unit for at in range(count + 8) for unit in feed(encoder, silence, "fltp", at * 1024, 48_000)]
    return units[5 : count + 5]


def filled(units):
    """Access units of one size, as a constant bit rate makes them: what is behind their end is no matter."""
    size = max(map(len, units))
    return [unit + bytes(size - len(unit)) for unit in units]


TONES = {codec: load_audio(AudioCodec(codec), 1).units[:260] for codec in ("AAC", "G711", "G726")}
SILENCES = {"G711": (b"\xff", b"\x7f", b"\xd5", b"\x55", b"\0"), "G726": (b"\xff", b"\0", b"\x77")}


@pytest.mark.parametrize("units", [silent_units(150), filled(TONES["AAC"])], ids=["silent", "filled"])
def test_access_units_of_one_size_are_aac(units):
    assert len(set(map(len, units))) == 1
    records = on_the_clock([bytes(4) + unit for unit in units], [1024], rate=48_000)
    assert live_audio.codec_of(records) == "AAC"
    assert live_audio.codec_of_parts(parts(units)) == "AAC"


@pytest.mark.parametrize(("codec", "samples"), [("G711", 1), ("G726", 2)])
@pytest.mark.parametrize("steps", [[120, 200], [1024], [168], [80, 480, 240]])
def test_packets_may_hold_any_time(codec, samples, steps):
    stream = b"".join(TONES[codec])
    payloads, at = [], 0
    while at + 1024 <= len(stream):
        size = steps[len(payloads) % len(steps)] // samples
        payloads.append(stream[at : at + size])
        at += size
    records = on_the_clock(payloads, steps)
    assert live_audio.codec_of(records) == codec
    assert live_audio.samples_alone(records, codec).ok
    bodies = [CapturedPacket(0, b"\0" + record.payload, record.arrived) for record in records]
    assert live_audio.codec_of_parts(bodies) == codec


@pytest.mark.parametrize(
    ("codec", "byte"), [(codec, byte) for codec, several in SILENCES.items() for byte in several]
)
def test_silent_samples_are_no_access_units(codec, byte):
    payloads = [byte * len(TONES[codec][0])] * 150
    assert live_audio.codec_of(on_the_clock(payloads, [160])) == codec
    assert live_audio.codec_of_parts(parts(payloads)) == codec


@pytest.mark.parametrize("codec", ["G711", "G726"])
def test_what_was_kept_may_come_at_once(codec):
    assert live_audio.codec_of(on_the_clock(TONES[codec], [160], at_once=60)) == codec
    assert live_audio.codec_of_parts(parts(TONES[codec], at_once=60)) == codec
    again = live_audio.settled(on_the_clock(TONES[codec], [160], at_once=60))
    assert rtp.timestamp_rate(again, 8000).ok


@pytest.mark.parametrize("codec", ["G711", "G726"])
@pytest.mark.parametrize(
    "wrong",
    [
        lambda payload, clock: (b"\0" + payload, clock),
        lambda payload, clock: (bytes(4) + payload, clock),
        lambda payload, clock: (payload, clock * 6),
        lambda payload, clock: (payload, clock * 90 // 8),
    ],
)
def test_samples_that_are_sent_wrongly_are_samples(codec, wrong):
    records = on_the_clock(TONES[codec], [160])
    told = [wrong(record.payload, record.timestamp) for record in records]
    records = [replace(r, payload=p, timestamp=t) for r, (p, t) in zip(records, told, strict=True)]
    assert live_audio.codec_of(records) == codec
    assert not live_audio.samples_alone(records, codec).ok


@pytest.mark.parametrize(
    "wrong",
    [
        lambda payload, clock: (payload[4:], clock),
        lambda payload, clock: (payload[: len(payload) // 2], clock),
        lambda payload, clock: (payload[: len(payload) // 2], clock * 90 // 48),
        lambda payload, clock: (payload, clock // 6),
        lambda payload, clock: (payload, clock * 90 // 48),
    ],
)
def test_access_units_that_are_sent_wrongly_are_aac(wrong):
    records = on_the_clock([write_access_unit(unit) for unit in TONES["AAC"]], [1024], rate=48_000)
    told = [wrong(record.payload, record.timestamp) for record in records]
    records = [replace(r, payload=p, timestamp=t) for r, (p, t) in zip(records, told, strict=True)]
    assert live_audio.codec_of(records) == "AAC"


@pytest.mark.parametrize("codec", TONES)
def test_wrong_sequence_numbers_do_not_hide_the_codec(codec):
    for counted in (0, 2, -1):
        records = packets(codec, 50)
        records = [replace(record, sequence=record.number * counted % 65_536) for record in records]
        assert live_audio.codec_of(records) == codec


@pytest.mark.parametrize("ahead", [b"", b"\0", b"\0\x10\x12\x34"])
def test_parts_with_more_or_less_ahead_of_an_access_unit(ahead):
    told = parts([ahead + unit for unit in TONES["AAC"]])
    assert live_audio.codec_of_parts(told) == "AAC"
    bare = [replace(part, data=part.data[1:]) for part in parts(TONES["AAC"])]
    assert live_audio.codec_of_parts(bare) == "AAC"


def test_a_content_type_tells_what_nothing_else_does():
    for codec, content_type in live_audio.CONTENT_TYPES.items():
        assert live_audio.codec_of_parts(parts([bytes(600)] * 150, content_type=content_type)) == codec


def camera_time(records, codec="G711"):
    clock = live_audio.RATES[codec]
    return rtp_extension.plausible_time(records, element=0x0011, clock=clock)


def changed(records, **fields):
    return [*records[:3], dataclasses.replace(records[3], **fields), *records[4:]]


@pytest.mark.parametrize("codec", ["G711", "G726"])
def test_samples_that_do_not_fill_their_time_are_found(codec):
    records = packets(codec)
    assert not live_audio.samples_alone(changed(records, payload=records[3].payload[1:]), codec).ok
    assert not live_audio.samples_alone(changed(records, timestamp=5), codec).ok
    assert live_audio.samples_alone([record for record in records if record.number != 5], codec).ok


def paused(records, codec, seconds, came):
    """The tenth packet and what follows say that they were taken so much later, and came so much later."""
    ticks = round(seconds * live_audio.RATES[codec])
    later = [
        replace(each, timestamp=(each.timestamp + ticks) % 2**32, arrived=each.arrived + came)
        for each in records[10:]
    ]
    return records[:10] + later


@pytest.mark.parametrize("codec", ["AAC", "G711", "G726"])
@pytest.mark.parametrize(
    ("seconds", "came", "right"),
    [(2.0, 2.0, True), (0.3, 0.25, True), (0.02, 0.02, False), (2.0, 0.0, False), (0.3, 0.0, False)],
)
def test_silence_may_be_left_out_where_it_takes_its_time(codec, seconds, came, right):
    records = paused(packets(codec), codec, seconds, came)
    fact = (
        live_audio.units_on_the_clock(records) if codec == "AAC" else live_audio.samples_alone(records, codec)
    )
    assert fact.ok is right


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (lambda size: struct.pack(">HH", 16, size << 3), "RFC 3640"),
        (lambda size: bytes(4), "zeros"),
        (lambda size: struct.pack(">HH", 2, size << 3), "in bytes"),
        (lambda size: struct.pack(">I", size), "the size, in a way"),
        (lambda size: struct.pack(">HH", 16, size + 4 << 3), "the size and its own"),
        (lambda size: b"\xff\xfe\xfd\xfc", "something else"),
    ],
)
def test_an_au_header_may_hold_anything(header, said):
    records = [
        dataclasses.replace(record, payload=header(len(record.payload) - 4) + record.payload[4:])
        for record in packets("AAC")
    ]
    assert live_audio.access_units_decode(live_audio.access_units(records)).ok
    assert said in live_audio.au_header(records)


def test_access_units_without_their_header_are_found():
    records = [dataclasses.replace(record, payload=record.payload[4:]) for record in packets("AAC")]
    assert not live_audio.access_units_decode(live_audio.access_units(records)).ok


def test_content_types_that_are_stated_and_one_that_is_not():
    assert live_audio.content_type("AAC", ["audio/48kaac-lc"]).ok
    assert live_audio.content_type("G726", ["audio/g.726-32k"]).ok
    for name in ("audio/g.711", "audio/basic", "audio/pcmu", "application/octet-stream", ""):
        assert live_audio.content_type("G711", [name]).ok
        assert not live_audio.content_type("AAC", [name]).ok
    assert not live_audio.content_type("G711", ["audio/g.726-32k"]).ok
    assert not live_audio.content_type("AAC", ["audio/48kaac-lc", "audio/aac"]).ok


@pytest.mark.parametrize(("codec", "size"), [("G711", 80), ("G711", 320), ("G711", 480), ("G726", 40)])
def test_parts_may_hold_another_time_than_packets(codec, size):
    records = packets(codec)
    assert live_audio.same_units([bytes(size + 1)] * 3, codec, records).ok
    for strange in (size, size + 2):
        assert not live_audio.same_units([bytes(strange)] * 3, codec, records).ok


def test_parts_may_show_some_of_the_sizes_of_packets():
    records = on_the_clock([bytes(115), bytes(205)] * 20, [115, 205])
    assert live_audio.same_units([bytes(116)] * 3, "G711", records).ok
    assert not live_audio.same_units([bytes(116), bytes(117)], "G711", records).ok


@pytest.mark.parametrize(
    "change", [lambda unit: unit[:-5], lambda unit: b"\0" + unit, lambda unit: b"\xff\xf1" + unit]
)
def test_units_that_are_no_access_units_are_found(change):
    units = [change(unit) for unit in load_audio(AudioCodec.AAC, 1).units[:10]]
    assert not live_audio.access_units_decode(units).ok


@pytest.mark.parametrize(
    "extension",
    [
        struct.pack(">HHI", 0x11, 8, START),
        struct.pack(">HHIBBBB", 0x11, 12, START, 2, 0, 0, 0),
        struct.pack(">HHIBBBB", 0x11, 12, 86_400, 0, 0, 0, 0),
        struct.pack(">HHIBBBB", 0x11, 12, START + 60, 0, 0, 0, 0),
    ],
)
def test_a_camera_time_that_is_none_is_found(extension):
    assert not camera_time(changed(packets("G711"), extension=extension)).ok


def test_a_camera_time_need_not_come():
    other = write_information(AdditionalInformation(seconds=START, zone=ZONE))
    assert camera_time(changed(packets("G711"), extension=other)).ok
    with pytest.raises(NothingToJudge):
        camera_time([dataclasses.replace(record, extension=other) for record in packets("G711")])


@given(st.binary(max_size=40).map(lambda data: data[: len(data) // 4 * 4]))
def test_any_extension_is_judged(extension):
    with contextlib.suppress(NothingToJudge):
        camera_time([RtpRecord(0, 0.0, 100, extension=extension)])


def test_parts_without_their_zero_are_found():
    right, wrong, empty = (CapturedPacket(0, data, 0.0) for data in (b"\0\1", b"\1\1", b"\0"))
    assert live_audio.leading_zero([right]).ok
    assert not live_audio.leading_zero([right, wrong]).ok
    assert not live_audio.leading_zero([empty]).ok


@pytest.mark.parametrize("codec", ["AAC", "G711", "G726"])
def test_audio_that_is_left_out_over_http_alone_is_found(codec):
    records = packets(codec, 200)
    unit = 1024 / 48_000 if codec == "AAC" else 0.02
    came = [
        CapturedPacket(n, b"\0" + r.payload[4 * (codec == "AAC") :], n * unit) for n, r in enumerate(records)
    ]
    assert live_audio.none_left_out(came, codec, records).ok
    assert live_audio.none_left_out(
        [replace(p, arrived=max(1.0, p.arrived)) for p in came], codec, records
    ).ok
    assert live_audio.none_left_out([replace(p, arrived=p.arrived * 1.1) for p in came], codec, records).ok
    for wrong in (came[::2], came[:50] + came[150:]):
        assert not live_audio.none_left_out(wrong, codec, records).ok
    paused = [*records[:50], *(replace(r, arrived=r.arrived + 1) for r in records[150:])]
    for parts, known in ((came[:40], records), ([], records), (came[::2], paused), (came[::2], records[:1])):
        with pytest.raises(NothingToJudge):
            live_audio.none_left_out(parts, codec, known)


def test_nothing_is_judged_without_audio():
    for judge in (
        lambda: live_audio.codec_of([]),
        lambda: live_audio.codec_of(packets("G711", 3)),
        lambda: live_audio.codec_of_parts([]),
        lambda: live_audio.codec_of_parts([CapturedPacket(0, bytes(161), 0.0)] * 50),
        lambda: live_audio.codec_of_parts(parts([bytes(600)] * 150)),
        lambda: camera_time([RtpRecord(0, 0.0, 100)]),
        lambda: live_audio.samples_alone([], "G711"),
        lambda: live_audio.access_units([]),
        lambda: live_audio.access_units_decode([]),
        lambda: live_audio.leading_zero([]),
    ):
        with pytest.raises(NothingToJudge):
            judge()
