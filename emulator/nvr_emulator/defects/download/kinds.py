"""Defects of downloads that show in one KIND, one codec, one camera or one part of a file alone (§6.3.2)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator

from nvr_emulator.defects.download.files import Wanted, Write, each_download
from nvr_emulator.defects.registry import breaks
from nvr_emulator.footage.audio import Audio
from nvr_emulator.footage.footage import Gop
from nvr_emulator.recorder.download.files import MP4_KINDS, DownloadFiles
from nvr_emulator.recorder.download.table import DownloadAnswer
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.recorder.replies import Reply, Request
from nvr_emulator.seams import around
from nvr_protocol.codecs import AudioCodec, Codec
from nvr_protocol.commands.urls import Command
from nvr_protocol.commands.values import Value
from nvr_protocol.download import Status

MANY = 50
"""GOPs of a file that is about a minute long."""
MOST_OVER_HTTPS = 20_000
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


@breaks("DWN-02")
def audio_of_the_first_mp4_alone(recorder: Recorder) -> None:
    """Puts no audio into the second MP4 of a UID and those that follow."""
    served: set[Value] = set()

    def download_files(original: Wanted, command: Command, now: float) -> DownloadFiles:
        files = original(command, now)
        if files.kind == "MP4":
            files.audio = None if command.values["UID"] in served else files.audio
            served.add(command.values["UID"])
        return files

    around(recorder.download_commands.download_files, download_files)


@breaks("DWN-10")
def no_list_of_jpeg(recorder: Recorder) -> None:
    """Says status 2 for the list of a JPEG recording."""

    def alter(files: DownloadFiles) -> None:
        if _codec(files) is Codec.JPEG:
            files.status = Status.CODEC_NOT_COMPATIBLE

    each_download(recorder, alter, "LIST")


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


@breaks("DWN-11")
def one_of_two_at_once_for_both(recorder: Recorder) -> None:
    """Gives the camera of a download that runs already, whichever is asked for beside it."""

    def share(files: DownloadFiles, other: DownloadFiles) -> None:
        if files.kind in MP4_KINDS:
            files.recording = other.recording

    _beside_others(recorder, share)


@breaks("DWN-02")
def one_file_with_and_without_audio(recorder: Recorder) -> None:
    """Gives no audio where a download without runs already that begins with the same minute of the camera."""

    def share(files: DownloadFiles, other: DownloadFiles) -> None:
        if (other.camera, other.begin) == (files.camera, files.begin):
            files.audio = other.audio

    _beside_others(recorder, share)


@breaks("DWN-02")
def audio_in_the_first_file_alone(recorder: Recorder) -> None:
    """Puts no audio into the second MP4 of a download and those behind it."""

    def alter(files: DownloadFiles) -> None:
        def mp4(original: Write, gops: Iterable[Gop]) -> Iterator[bytes]:
            yield from original(gops)
            files.audio = None

        around(files.mp4, mp4)

    each_download(recorder, alter, "MP4")


@breaks("DWN-02")
def audio_of_the_first_file_in_each(recorder: Recorder) -> None:
    """Begins the audio of each MP4 of a download with that of the first."""

    def alter(files: DownloadFiles) -> None:
        begins: list[Gop] = []
        whole = files.audio

        def mp4(original: Write, gops: Iterable[Gop]) -> Iterator[bytes]:
            listed = list(gops)
            begins.append(listed[0])
            if whole is not None:
                later = (listed[0].start - begins[0].start) // whole.interval
                files.audio = _EarlierAudio(whole.fixture, later)
            return original(listed)

        around(files.mp4, mp4)

    each_download(recorder, alter, "MP4")


@dataclasses.dataclass(frozen=True)
class _EarlierAudio(Audio):
    """Audio of so many units before."""

    earlier: int = 0

    def unit(self, number: int) -> bytes:
        return super().unit(number - self.earlier)


@breaks("SEC-01")
def files_over_https_are_cut(recorder: Recorder) -> None:
    """Ends a download over HTTPS after 20,000 bytes."""

    def obey(original: Callable[[Request, float], Reply], request: Request, now: float) -> Reply:
        reply = original(request, now)
        if request.secure and isinstance(reply, DownloadAnswer):
            return dataclasses.replace(reply, blocks=_first(reply.blocks, MOST_OVER_HTTPS))
        return reply

    around(recorder.obey, obey)


def _first(blocks: Iterator[bytes], left: int) -> Iterator[bytes]:
    for block in blocks:
        yield block[:left]
        left -= len(block)
        if left <= 0:
            return


def _later(gop: Gop) -> Gop:
    return dataclasses.replace(gop, index=(gop.index + 3) % len(gop.footage.fixture.gops))


def _halved(units: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """As many of half as many samples each, of twice as much time."""
    halves = b"".join(unit[: len(unit) // 2] for unit in units)
    size = len(units[0])
    packets = tuple(halves[at : at + size] for at in range(0, len(halves) - size + 1, size))
    return (packets * 2)[: len(units)]


@breaks("DWN-01")
def mp4vo_behind_mp4_has_audio(recorder: Recorder) -> None:
    """Leaves the audio in an MP4 without, where the UID had one of the camera with it before."""
    heard: dict[tuple[Value, int], Audio] = {}

    def download_files(original: Wanted, command: Command, now: float) -> DownloadFiles:
        files = original(command, now)
        key = command.values["UID"], files.camera
        if files.kind == "MP4" and files.audio is not None:
            heard[key] = files.audio
        elif files.kind == "MP4VO":
            files.audio = heard.pop(key, None)
        return files

    around(recorder.download_commands.download_files, download_files)


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


def _beside_others(recorder: Recorder, share: Callable[[DownloadFiles, DownloadFiles], None]) -> None:
    """What a download makes of the files of each other one that runs already."""
    running: dict[int, DownloadFiles] = {}

    def answer(
        original: Callable[[DownloadFiles, int, float], DownloadAnswer],
        files: DownloadFiles,
        uid: int,
        now: float,
    ) -> DownloadAnswer:
        for download in recorder.downloads.running():
            if (other := running.get(download.number)) is not None:
                share(files, other)
        given = original(files, uid, now)
        if given.download is not None:
            running[given.download.number] = files
        return given

    around(recorder.downloads.answer, answer)
