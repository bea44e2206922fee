"""Microphones that hear nothing: nothing says that sound must vary, or that silence must be sent."""

from __future__ import annotations

import dataclasses

import pytest

from nvr_emulator.footage.footage import TICKS
from nvr_emulator.seams import around
from nvr_protocol.codecs import AudioCodec
from proxies.behind import judged


def recorder(codec):
    return {"cameras": [{"number": one, "fixture": "counter-small", "audio": codec} for one in (1, 2)]}


def nothing_to_hear(recorder):
    """As from a microphone that is covered: all access units, or all samples, are alike."""
    audio_of, known = recorder.cameras.audio_of, {}

    def silent(camera):
        audio = audio_of(camera)
        if audio is not None and camera.number not in known:
            units = audio.fixture.units
            alike = [units[0] if audio.codec is AudioCodec.AAC else b"\xff" * len(unit) for unit in units]
            known[camera.number] = dataclasses.replace(
                audio, fixture=dataclasses.replace(audio.fixture, units=tuple(alike))
            )
        return audio and known[camera.number]

    recorder.cameras.audio_of = silent


def silence_is_not_sent(recorder):
    """For two of each five seconds; the time stamps go on, and no sequence number is left out."""

    def due(original, now):
        for sending in original(now):
            if sending.stream.comp == "AUDIO" and sending.taken // TICKS % 5 >= 3:
                sending.stream.sequence = (sending.stream.sequence - 1) % 2**16
            else:
                yield sending

    around(recorder.live.due, due)


def silence_comes_late(recorder):
    """As above, but somebody speaks as long as there are only listeners over RTP."""

    def due(original, now):
        sendings = list(original(now))
        audios = [stream for stream in recorder.live.streams() if stream.comp == "AUDIO"]
        by_http = any(stream.destination is None for stream in audios)
        for sending in sendings:
            if by_http and sending.stream.comp == "AUDIO" and sending.taken // TICKS % 5 >= 3:
                sending.stream.sequence = (sending.stream.sequence - 1) % 2**16
            else:
                yield sending

    around(recorder.live.due, due)


@pytest.mark.parametrize(
    ("plant", "codec"),
    [
        (nothing_to_hear, "G711"),
        (silence_is_not_sent, "AAC"),
        (silence_comes_late, "G711"),
        pytest.param(nothing_to_hear, "AAC", marks=pytest.mark.long),
        pytest.param(silence_is_not_sent, "G711", marks=pytest.mark.long),
        pytest.param(silence_comes_late, "AAC", marks=pytest.mark.long),
    ],
)
def test_a_microphone_that_hears_nothing(plant, codec):
    seen = judged(("LIV-2[5-9]", "PLB-2[345]"), real=True, plant=plant, setup=recorder(codec))
    assert not seen.bad
