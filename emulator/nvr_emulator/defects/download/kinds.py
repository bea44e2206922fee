"""Defects of downloads that show in one KIND, one codec, one camera or one part of a file alone (§6.3.2)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator

from nvr_emulator.defects.download.files import Write, each_download
from nvr_emulator.defects.registry import breaks
from nvr_emulator.footage.audio import Audio
from nvr_emulator.footage.footage import Gop
from nvr_emulator.recorder.download.files import DownloadFiles
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.seams import around
from nvr_protocol.codecs import AudioCodec, Codec
from nvr_protocol.download import Status

MANY = 50
"""GOPs of a file that is about a minute long."""
LATE = 150
"""Packets of telephone audio: three seconds."""


@breaks("DWN-02")
def audio_of_another_microphone(recorder: Recorder) -> None:
    """Puts the audio of the first camera into the MP4 of each."""
    first = recorder.cameras.audio_of(recorder.cameras.registered[min(recorder.cameras.registered)])

    def alter(files: DownloadFiles) -> None:
        files.audio = files.audio and first

    each_download(recorder, alter, "MP4")


@breaks("DWN-02")
def telephone_audio_of_a_file_loses_half(recorder: Recorder) -> None:
    """Leaves the second half of each packet of G.711 out of an MP4."""
    _telephone_audio(recorder, _halved)


@breaks("DWN-02")
def telephone_audio_of_a_file_is_late(recorder: Recorder) -> None:
    """Puts G.711 into an MP4 that was heard three seconds before its pictures were seen."""
    _telephone_audio(recorder, lambda units: units[-LATE:] + units[:-LATE])


@breaks("DWN-02")
def no_mp4_of_a_camera_without_audio(recorder: Recorder) -> None:
    """Says status 1 for MP4 with audio of a camera that has none."""

    def alter(files: DownloadFiles) -> None:
        if files.audio is None and _codec(files) is not Codec.JPEG:
            files.status = Status.NO_RECORDED_DATA

    each_download(recorder, alter, "MP4")


@breaks("DWN-10")
def list_of_h265_is_empty(recorder: Recorder) -> None:
    """Says status 1 for the list of an H.265 recording."""

    def alter(files: DownloadFiles) -> None:
        if _codec(files) is Codec.H265:
            files.status = Status.NO_RECORDED_DATA

    each_download(recorder, alter, "LIST")


@breaks("DWN-10")
def n3_without_telephone_audio(recorder: Recorder) -> None:
    """Gives no N3A of G.711."""

    def alter(files: DownloadFiles) -> None:
        if files.audio is not None and files.audio.codec is AudioCodec.G711:
            files.audio = None

    each_download(recorder, alter, "N3")


@breaks("DWN-10")
def status_1_behind_a_list(recorder: Recorder) -> None:
    """Says status 1 in the last part of a list, behind its file."""

    def part_head(
        original: Callable[[str, str, Status], bytes], temporary: str, previous: str, status: Status
    ) -> bytes:
        return original(temporary, previous, status if temporary else Status.NO_RECORDED_DATA)

    each_download(recorder, lambda files: around(files.part_head, part_head), "LIST")


@breaks("DWN-11")
def mp4_with_audio_shows_the_next_camera(recorder: Recorder) -> None:
    """Gives the pictures of the camera after the one that was asked for, in an MP4 with audio."""

    def alter(files: DownloadFiles) -> None:
        numbers = sorted(recorder.cameras.registered)
        following = numbers[(numbers.index(files.camera) + 1) % len(numbers)]
        files.recording = recorder.cameras.recording(following)

    each_download(recorder, alter, "MP4")


@breaks("DWN-11")
def other_pictures_in_the_second_half(recorder: Recorder) -> None:
    """Gives, in the second half of an MP4 of a minute without audio, the pictures of some GOPs later."""

    def mp4(original: Write, gops: Iterable[Gop]) -> Iterator[bytes]:
        listed = list(gops)
        half = len(listed) // 2 if len(listed) >= MANY else len(listed)
        return original([*listed[:half], *map(_later, listed[half:])])

    each_download(recorder, lambda files: around(files.mp4, mp4), "MP4VO")


def _later(gop: Gop) -> Gop:
    return dataclasses.replace(gop, index=(gop.index + 3) % len(gop.footage.fixture.gops))


def _halved(units: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """As many of half as many samples each, of twice as much time."""
    halves = b"".join(unit[: len(unit) // 2] for unit in units)
    size = len(units[0])
    packets = tuple(halves[at : at + size] for at in range(0, len(halves) - size + 1, size))
    return (packets * 2)[: len(units)]


def _telephone_audio(recorder: Recorder, change: Callable[[tuple[bytes, ...]], tuple[bytes, ...]]) -> None:
    """Change the packets of G.711 that go into an MP4."""

    def alter(files: DownloadFiles) -> None:
        if files.audio is not None and files.audio.codec is AudioCodec.G711:
            fixture = files.audio.fixture
            files.audio = Audio(dataclasses.replace(fixture, units=change(fixture.units)))

    each_download(recorder, alter, "MP4")


def _codec(files: DownloadFiles) -> Codec | None:
    """Of what was recorded last."""
    place = files.recording.latest(files.now)
    return None if place is None else place.gop.footage.codec
