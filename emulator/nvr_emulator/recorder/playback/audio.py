"""The audio of playback: the answers to `playaudio.cgi`, a second each (§3.2.2, §3.3.2)."""

from __future__ import annotations

from datetime import tzinfo

from nvr_emulator.footage.audio import Audio
from nvr_emulator.footage.footage import TICKS, ticks, unix_seconds
from nvr_emulator.recorder.replies import KEEP_ALIVE_NO_CACHE, Answer
from nvr_emulator.seams import seam
from nvr_protocol.codecs import AudioCodec
from nvr_protocol.dialect import Dialect
from nvr_protocol.playback.audio import AudioUnit, PlaybackAudio, write_playback_audio
from nvr_protocol.timestamps import Ticks, UnixSeconds, zone_at


class AudioPlayback:
    """Makes answers of seconds."""

    def __init__(self, zone: tzinfo, dialect: Dialect) -> None:
        self.zone = zone
        self.dialect = dialect

    def answer(self, camera: int, audio: Audio | None, second: UnixSeconds | None) -> Answer:
        """The answer with that second of audio; an empty one where there is none (OP-28)."""
        if audio is None or second is None:
            return Answer(204, reason="no audio here")
        body = self.body(self.chunk(camera, audio, second))
        return Answer(200, body, "application/octet-stream", KEEP_ALIVE_NO_CACHE)

    @seam
    def chunk(self, camera: int, audio: Audio, second: UnixSeconds) -> PlaybackAudio:
        """What the answer says of the second that begins at `second` (Unix)."""
        return audio_chunk(audio, camera, ticks(second), ticks(second + 1), self.zone)

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
