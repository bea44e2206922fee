"""The audio of playback: the answers to `playaudio.cgi`, about a second each (§3.2.2, §3.3.2)."""

from __future__ import annotations

import dataclasses
from datetime import tzinfo

from nvr_emulator.configuration.plan import RecorderPlan
from nvr_emulator.footage.audio import Audio
from nvr_emulator.footage.footage import TICKS, TICKS_PER_HUNDREDTH, ticks, unix_seconds
from nvr_emulator.recorder.replies import KEEP_ALIVE_NO_CACHE, Answer
from nvr_emulator.seams import seam
from nvr_protocol.codecs import AudioCodec
from nvr_protocol.playback.audio import AudioUnit, PlaybackAudio, write_playback_audio
from nvr_protocol.timestamps import Ticks, UnixSeconds, zone_at

AHEAD = (0, 5, -5, 5, -3)
"""Hundredths by which varying answers begin ahead of their second (or behind it), over and over: so they last
0.95, 1.1, 0.9, 1.08 and 0.97 s."""


class AudioPlayback:
    """Makes answers of seconds."""

    def __init__(self, plan: RecorderPlan) -> None:
        self.zone = plan.zone
        self.dialect = plan.dialect
        self.variants = plan.variants

    @seam
    def answer(self, camera: int, audio: Audio | None, second: UnixSeconds | None) -> Answer:
        """The answer with that second of audio; an empty one where there is none (OP-28)."""
        if audio is None or second is None:
            return Answer(204, reason="no audio here")
        body = self.body(self.chunk(camera, audio, second))
        return Answer(200, body, "application/octet-stream", KEEP_ALIVE_NO_CACHE)

    @seam
    def chunk(self, camera: int, audio: Audio, second: UnixSeconds) -> PlaybackAudio:
        """What the answer says of the second that begins at `second` (Unix)."""
        begin, end = self.begin_of(second), self.begin_of(UnixSeconds(second + 1))
        said = audio_chunk(audio, camera, begin, end, self.zone)
        return dataclasses.replace(
            said,
            start=second,
            end=UnixSeconds(second + 1),
            zone=zone_at(self.zone, second),
            units=tuple(AudioUnit(unit.data, self.variants.au_info == "1") for unit in said.units),
            leading_zero=self.variants.audio_leading_zero == "with" and audio.codec is not AudioCodec.AAC,
        )

    def begin_of(self, second: UnixSeconds) -> Ticks:
        """Where the audio of a second begins: with it, or so that answers last 0.9 to 1.1 s."""
        ahead = AHEAD[second % len(AHEAD)] if self.variants.audio_chunk == "varying" else 0
        return Ticks(ticks(second) - ahead * TICKS_PER_HUNDREDTH)

    @seam
    def body(self, chunk: PlaybackAudio) -> bytes:
        """The bytes of the answer."""
        return write_playback_audio(chunk, self.dialect)


def audio_chunk(audio: Audio, camera: int, begin: Ticks, end: Ticks, zone: tzinfo) -> PlaybackAudio:
    """The audio whose units begin from `begin` to before `end` (ticks), as one answer."""
    seconds = unix_seconds(begin)
    units = audio.between(begin, end)
    aac = audio.codec is AudioCodec.AAC
    return PlaybackAudio(
        codec=audio.codec,
        camera=camera,
        start=seconds,
        end=UnixSeconds(-(-end // TICKS)),
        zone=zone_at(zone, seconds),
        samples=b"" if aac else b"".join(units),
        units=tuple(map(AudioUnit, units)) if aac else (),
    )
