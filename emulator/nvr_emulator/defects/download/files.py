"""Defects of what a download gives: its files, their pictures and their audio (§6.3)."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Iterable, Iterator

from nvr_emulator.defects.registry import breaks
from nvr_emulator.footage.audio import Audio
from nvr_emulator.footage.footage import TICKS, Footage, Gop, ticks
from nvr_emulator.footage.recordings import Piece
from nvr_emulator.recorder.download.files import DownloadFiles
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.seams import around
from nvr_protocol.codecs import Codec
from nvr_protocol.commands.urls import Command
from nvr_protocol.download import Status
from nvr_protocol.timestamps import Ticks, UnixSeconds

Files = Iterator[tuple[str, Iterator[bytes]]]
Write = Callable[[Iterable[Gop]], Iterator[bytes]]
Wanted = Callable[[Command, float], DownloadFiles]
"""What a command asks for, at that time (Unix seconds)."""

LEFT_OUT = 20
LATE = 15
AUDIO_SECONDS = 20
HOLE = 5


@breaks("DWN-13")
def mp4_ends_early(recorder: Recorder) -> None:
    """Leaves out the last twenty GOPs of an MP4 without audio."""

    def mp4(original: Write, gops: Iterable[Gop]) -> Iterator[bytes]:
        whole = list(gops)
        return original(whole[:-LEFT_OUT] or whole)

    each_download(recorder, lambda files: around(files.mp4, mp4), "MP4VO")


@breaks("DWN-13")
def a_minute_too_much(recorder: Recorder) -> None:
    """Gives a minute more than was asked for, in an MP4 without audio."""

    def alter(files: DownloadFiles) -> None:
        if files.end > files.begin:
            files.end = UnixSeconds(files.end + 60)

    each_download(recorder, alter, "MP4VO")


@breaks("DWN-13")
def mp4_with_a_hole(recorder: Recorder) -> None:
    """Leaves five seconds out of the middle of an MP4 without audio."""

    def mp4(original: Write, gops: Iterable[Gop]) -> Iterator[bytes]:
        whole = list(gops)
        middle = len(whole) // 2
        return original(whole[:middle] + whole[middle + HOLE :])

    each_download(recorder, lambda files: around(files.mp4, mp4), "MP4VO")


@breaks("DWN-01")
def mp4vo_has_audio(recorder: Recorder) -> None:
    """Puts audio into an MP4 that was asked for without."""

    def alter(files: DownloadFiles) -> None:
        files.audio = recorder.cameras.audio_of(recorder.cameras.registered[files.camera])

    each_download(recorder, alter, "MP4VO")


@breaks("DWN-01", "DWN-05", "DWN-11")
def mp4_with_damaged_pictures(recorder: Recorder) -> None:
    """Damages the pictures in an MP4 without audio."""

    def damaged(block: bytes) -> bytes:
        middle = len(block) // 2
        return (
            block[:middle]
            + bytes(byte ^ 0x5A for byte in block[middle : middle + 400])
            + block[middle + 400 :]
        )

    def mp4(original: Write, gops: Iterable[Gop]) -> Iterator[bytes]:
        return (
            damaged(block) if len(block) > 2000 and b"moov" not in block else block
            for block in original(gops)
        )

    each_download(recorder, lambda files: around(files.mp4, mp4), "MP4VO")


@breaks("DWN-02")
def mp4_is_silent(recorder: Recorder) -> None:
    """Gives MP4 without audio where it was asked for with audio."""

    def alter(files: DownloadFiles) -> None:
        files.audio = None

    each_download(recorder, alter, "MP4")


@breaks("DWN-02")
def audio_ends_early(recorder: Recorder) -> None:
    """Ends the audio of an MP4 after twenty seconds."""

    def alter(files: DownloadFiles) -> None:
        if files.audio is not None:
            files.audio = _EndingAudio(files.audio.fixture, ticks(files.begin + AUDIO_SECONDS))

    each_download(recorder, alter, "MP4")


_EPOCH = Ticks(0)


@dataclasses.dataclass(frozen=True)
class _EndingAudio(Audio):
    """Audio up to a moment."""

    end: Ticks = _EPOCH

    def from_moment(self, moment: Ticks) -> int:
        return super().from_moment(min(moment, self.end))


@breaks("DWN-05")
def one_file_whatever_changes(recorder: Recorder) -> None:
    """Writes one file where the codec of the recording changes, as if it did not."""

    def mp4_files(original: Callable[[], Iterator[Iterator[Gop]]]) -> Iterator[Iterator[Gop]]:
        gops = [gop for group in original() for gop in group]
        return iter([iter(dataclasses.replace(gop, footage=gops[0].footage) for gop in gops)] if gops else [])

    each_download(recorder, lambda files: around(files.mp4_files, mp4_files))


@breaks("DWN-05")
def second_file_needs_the_first(recorder: Recorder) -> None:
    """Leaves the parameters out of each file but the first."""

    def without_parameters(content: Iterator[bytes]) -> Iterator[bytes]:
        for block in content:
            moov = block.rfind(b"moov")
            yield block if moov < 0 else block[: moov - 4]

    def of(original: Callable[[], Files]) -> Files:
        for number, (suffix, content) in enumerate(original()):
            yield suffix, without_parameters(content) if number and suffix == "mp4" else content

    each_download(recorder, lambda files: around(files.files, of))


@breaks("DWN-13")
def gop_lost_between_files(recorder: Recorder) -> None:
    """Leaves the first GOP out of each file that begins because the one before grew too large."""
    _files(recorder, lambda before, gops: gops[1:] if before and len(gops) > 1 else gops)


@breaks("DWN-11")
def gop_again_in_the_next_file(recorder: Recorder) -> None:
    """Begins the second file, where the first grew too large, with the last GOP of that."""
    again = [False]

    def once(before: list[Gop], gops: list[Gop]) -> list[Gop]:
        again[0], due = bool(before), bool(before) and not again[0]
        return [*before[-1:], *gops] if due else gops

    _files(recorder, once)


def _files(recorder: Recorder, change: Callable[[list[Gop], list[Gop]], list[Gop]]) -> None:
    """Change the GOPs of each MP4, by those of the one before that has the same footage."""

    def mp4_files(original: Callable[[], Iterator[Iterator[Gop]]]) -> Iterator[Iterator[Gop]]:
        before: list[Gop] = []
        for group in original():
            gops = list(group)
            same = bool(before) and before[0].footage is gops[0].footage
            yield iter(change(before if same else [], gops))
            before = gops

    each_download(recorder, lambda files: around(files.mp4_files, mp4_files))


@breaks("DWN-07")
def jpegs_in_a_row_as_mp4(recorder: Recorder) -> None:
    """Sends a JPEG recording under the name of MP4."""

    def of(original: Callable[[], Files], files: DownloadFiles) -> Files:
        yield from original()
        if files.status is Status.CODEC_NOT_COMPATIBLE:
            files.status = Status.NORMAL
            yield "mp4", (gop.footage.jpeg(gop) for gop in files.gops() if gop.footage.codec is Codec.JPEG)

    def alter(files: DownloadFiles) -> None:
        around(files.files, lambda original: of(original, files))

    each_download(recorder, alter, "MP4", "MP4VO")


@breaks("DWN-10")
def n3_is_silent(recorder: Recorder) -> None:
    """Gives no N3A with KIND=N3."""

    def alter(files: DownloadFiles) -> None:
        files.audio = None

    each_download(recorder, alter, "N3")


@breaks("DWN-10")
def n3vo_has_audio(recorder: Recorder) -> None:
    """Gives an N3A with KIND=N3VO."""

    def alter(files: DownloadFiles) -> None:
        files.audio = recorder.cameras.audio_of(recorder.cameras.registered[files.camera])

    each_download(recorder, alter, "N3VO")


@breaks("DWN-10")
def list_gives_no_file(recorder: Recorder) -> None:
    """Gives no file with KIND=LIST."""
    each_download(recorder, lambda files: around(files.files, lambda original: iter(())), "LIST")


@breaks("DWN-10")
def n3r_is_named_mp4(recorder: Recorder) -> None:
    """Names an N3R .mp4."""

    def of(original: Callable[[], Files]) -> Files:
        return (("mp4" if suffix == "n3r" else suffix, content) for suffix, content in original())

    each_download(recorder, lambda files: around(files.files, of))


@breaks("DWN-11")
def download_of_the_next_camera(recorder: Recorder) -> None:
    """Gives the pictures of the camera after the one that was asked for."""

    def alter(files: DownloadFiles) -> None:
        numbers = sorted(recorder.cameras.registered)
        following = numbers[(numbers.index(files.camera) + 1) % len(numbers)]
        files.recording = recorder.cameras.recording(following)

    each_download(recorder, alter)


@breaks("DWN-13")
def download_is_fifteen_seconds_late(recorder: Recorder) -> None:
    """Begins and ends fifteen seconds after the range that was asked for."""

    def later(files: DownloadFiles) -> Iterator[Piece]:
        return dataclasses.replace(
            files, begin=UnixSeconds(files.begin + LATE), end=UnixSeconds(files.end + LATE)
        ).pieces()

    each_download(recorder, lambda files: around(files.pieces, lambda original: later(files)))


@breaks("DWN-13")
def a_gap_ends_a_download(recorder: Recorder) -> None:
    """Leaves out of an MP4 what is recorded behind a gap."""
    each_download(recorder, lambda files: around(files.pieces, ahead_of_a_gap))


def ahead_of_a_gap(original: Callable[[], Iterator[Piece]]) -> Iterator[Piece]:
    """The pieces of a download up to the first gap of more than a second."""
    end = None
    for piece in original():
        if end is not None and piece.first.start > end + TICKS:
            return
        end = piece.last.end
        yield piece


@breaks("DWN-13")
def downloads_end_with_the_day(recorder: Recorder) -> None:
    """Ends an MP4 with the day in UTC in which it begins."""

    def mp4(original: Write, gops: Iterable[Gop]) -> Iterator[bytes]:
        today: set[int] = set()

        def of_the_day() -> Iterator[Gop]:
            for gop in gops:
                today.add(gop.start // (86_400 * TICKS))
                if len(today) == 1:
                    yield gop

        return original(of_the_day())

    each_download(recorder, lambda files: around(files.mp4, mp4))


@breaks("DWN-11")
def last_picture_of_each_gop_is_missing(recorder: Recorder) -> None:
    """Leaves the last picture of each GOP out of an MP4."""

    def shortened(footage: Footage) -> Footage:
        short = copy.copy(footage)
        short.fixture = dataclasses.replace(
            footage.fixture, gops=tuple(gop[:-1] for gop in footage.fixture.gops)
        )
        return short

    def mp4(original: Write, gops: Iterable[Gop]) -> Iterator[bytes]:
        return original(dataclasses.replace(gop, footage=shortened(gop.footage)) for gop in gops)

    each_download(recorder, lambda files: around(files.mp4, mp4))


def each_download(recorder: Recorder, alter: Callable[[DownloadFiles], None], *kinds: str) -> None:
    """Alter what each download (of these KINDs) gives, before anything of it is read."""

    def download_files(original: Wanted, command: Command, now: float) -> DownloadFiles:
        files = original(command, now)
        if not kinds or files.kind in kinds:
            alter(files)
        return files

    around(recorder.download_commands.download_files, download_files)
