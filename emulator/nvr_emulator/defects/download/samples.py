"""Defects of the samples in a downloaded MP4: sync samples, times, audio beside pictures (§6.3)."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Iterable, Iterator

from nvr_emulator.defects.download.files import each_download
from nvr_emulator.defects.registry import breaks
from nvr_emulator.footage.audio import Audio
from nvr_emulator.footage.footage import TICKS, Footage, Gop
from nvr_emulator.recorder.download.files import DownloadFiles
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.seams import around
from nvr_protocol.codecs import AudioCodec
from nvr_protocol.timestamps import Ticks

Write = Callable[[Iterable[Gop]], Iterator[bytes]]

MANY = 50
"""Seconds of a file that is a minute long, and no part of one."""
MU_LAW_SILENCE, PACKETS = b"\xff", 50
"""A sample of it; packets of a second."""
LATE = 141
"""Access units of AAC: three seconds."""


@breaks("DWN-01")
def every_sample_is_a_sync_sample(recorder: Recorder) -> None:
    """Leaves the table of sync samples out of an MP4, so that all its pictures are such."""
    _blocks(recorder, lambda block: block.replace(b"stss", b"free"))


@breaks("DWN-01")
def sync_samples_are_counted_from_0(recorder: Recorder) -> None:
    """Counts the samples from 0 in the table of sync samples."""

    def counted(block: bytes) -> bytes:
        place = block.find(b"stss")
        if place < 0:
            return block
        size = int.from_bytes(block[place + 8 : place + 12])
        numbers = block[place + 12 : place + 12 + 4 * size]
        lower = (int.from_bytes(numbers[at : at + 4]) - 1 for at in range(0, len(numbers), 4))
        told = b"".join(max(number, 1).to_bytes(4) for number in lower)
        return block[: place + 12] + told + block[place + 12 + 4 * size :]

    _blocks(recorder, counted)


@breaks("DWN-11")
def pictures_come_at_once_in_each_gop(recorder: Recorder) -> None:
    """Gives the pictures of each GOP in half of its time in a file of a minute without audio."""

    def hurried(footage: Footage) -> Footage:
        quick = copy.copy(footage)
        quick.intervals = [Ticks(interval // 2) for interval in footage.intervals]
        return quick

    def mp4(original: Write, gops: Iterable[Gop]) -> Iterator[bytes]:
        listed = list(gops)
        if listed[-1].start - listed[0].start < MANY * TICKS:
            return original(listed)
        return original(dataclasses.replace(gop, footage=hurried(gop.footage)) for gop in listed)

    each_download(recorder, lambda files: around(files.mp4, mp4), "MP4VO")


@breaks("DWN-02")
def audio_of_a_file_is_late(recorder: Recorder) -> None:
    """Puts audio into an MP4 that was heard three seconds before its pictures were seen."""

    def alter(files: DownloadFiles) -> None:
        if files.audio is not None:
            files.audio = _LateAudio(files.audio.fixture)

    each_download(recorder, alter, "MP4")


@breaks("DWN-02")
def telephone_audio_of_a_file_is_half_silence(recorder: Recorder) -> None:
    """Puts silence in the place of every other second of G.711 into an MP4."""

    def alter(files: DownloadFiles) -> None:
        if files.audio is None or files.audio.codec is not AudioCodec.G711:
            return
        units = tuple(
            MU_LAW_SILENCE * len(unit) if number // PACKETS % 2 else unit
            for number, unit in enumerate(files.audio.fixture.units)
        )
        files.audio = Audio(dataclasses.replace(files.audio.fixture, units=units))

    each_download(recorder, alter, "MP4")


@dataclasses.dataclass(frozen=True)
class _LateAudio(Audio):
    """Audio of three seconds before."""

    def unit(self, number: int) -> bytes:
        return super().unit(number - LATE)


def _blocks(recorder: Recorder, change: Callable[[bytes], bytes]) -> None:
    """Change the bytes of each MP4 without audio."""

    def mp4(original: Write, gops: Iterable[Gop]) -> Iterator[bytes]:
        return (change(block) for block in original(gops))

    each_download(recorder, lambda files: around(files.mp4, mp4), "MP4VO")
