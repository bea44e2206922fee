"""Defects of downloads whose range is long, or begins or ends where nothing is recorded (§6.3.2)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from nvr_emulator.defects.download.files import ahead_of_a_gap, each_download
from nvr_emulator.defects.playback.calendar import as_octal
from nvr_emulator.defects.registry import breaks
from nvr_emulator.footage.footage import TICKS, ticks
from nvr_emulator.recorder.download.files import DownloadFiles
from nvr_emulator.recorder.download.table import Download
from nvr_emulator.recorder.happenings import WENT_AWAY
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.seams import around
from nvr_protocol.download import Status
from nvr_protocol.timestamps import UnixSeconds

MINUTE = 60
DAY = 86_400
NEWEST = 5 * MINUTE
"""Seconds before now."""


@breaks("DWN-13")
def nothing_from_a_gap_on(recorder: Recorder) -> None:
    """Says status 1 where nothing is recorded at STARTTIME, whatever is recorded behind it."""

    def alter(files: DownloadFiles) -> None:
        oldest = files.recording.oldest(files.now)
        begin = ticks(files.begin)
        inside = oldest is not None and oldest.gop.start < begin
        if inside and files.recording.containing(begin, files.now) is None:
            files.status = Status.NO_RECORDED_DATA

    each_download(recorder, alter)


@breaks("DWN-13")
def nothing_up_to_a_gap(recorder: Recorder) -> None:
    """Says status 1 for MP4 where nothing is recorded at ENDTIME, whatever is recorded ahead of it."""

    def alter(files: DownloadFiles) -> None:
        end = ticks(files.end)
        if end < files.now and files.recording.containing(end, files.now) is None:
            files.status = Status.NO_RECORDED_DATA

    each_download(recorder, alter, "MP4")


@breaks("DWN-13")
def nothing_from_ahead_of_the_oldest_recording(recorder: Recorder) -> None:
    """Says status 1 where STARTTIME lies ahead of the oldest recording."""

    def alter(files: DownloadFiles) -> None:
        oldest = files.recording.oldest(files.now)
        if oldest is not None and ticks(files.begin) < oldest.gop.start:
            files.status = Status.NO_RECORDED_DATA

    each_download(recorder, alter)


@breaks("DWN-06")
def what_follows_a_gap_for_the_gap(recorder: Recorder) -> None:
    """Gives the minute behind a gap where the whole range lies in it."""

    def alter(files: DownloadFiles) -> None:
        oldest = files.recording.oldest(files.now)
        following = files.recording.following(ticks(files.begin), files.now)
        if oldest is None or following is None or oldest.gop.start >= ticks(files.begin):
            return
        if files.begin < files.end and ticks(files.end) <= following.gop.start:
            _give_minute_from(files, following.gop.start)

    each_download(recorder, alter, "MP4", "MP4VO")


@breaks("DWN-06")
def the_oldest_recording_for_what_was_before(recorder: Recorder) -> None:
    """Gives the oldest minute where the whole range lies ahead of it."""

    def alter(files: DownloadFiles) -> None:
        oldest = files.recording.oldest(files.now)
        if oldest is not None and files.begin < files.end and ticks(files.end) <= oldest.gop.start:
            _give_minute_from(files, oldest.gop.start)

    each_download(recorder, alter)


@breaks("DWN-13")
def newest_minutes_are_not_downloaded(recorder: Recorder) -> None:
    """Leaves out of downloads what was recorded in the last five minutes."""

    def alter(files: DownloadFiles) -> None:
        files.end = UnixSeconds(min(files.end, files.now // TICKS - NEWEST))

    each_download(recorder, alter)


@breaks("DWN-13")
def a_gap_ends_an_mp4_with_audio(recorder: Recorder) -> None:
    """Leaves out of an MP4 with audio what is recorded behind a gap."""
    each_download(recorder, lambda files: around(files.pieces, ahead_of_a_gap), "MP4")


@breaks("DWN-13")
def a_download_takes_08_and_09_for_0(recorder: Recorder) -> None:
    """Takes 08 and 09 in STARTTIME and ENDTIME for 0, where hour and minute are one of them."""

    def alter(files: DownloadFiles) -> None:
        files.begin, files.end = map(_taken, (files.begin, files.end))

    each_download(recorder, alter)


@breaks("DWN-13")
def mp4_without_audio_ends_with_the_day(recorder: Recorder) -> None:
    """Ends an MP4 without audio with the day (UTC)."""

    def alter(files: DownloadFiles) -> None:
        files.end = UnixSeconds(min(files.end, (files.begin // DAY + 1) * DAY))

    each_download(recorder, alter, "MP4VO")


@breaks("DWN-13")
def half_of_an_hour(recorder: Recorder) -> None:
    """Ends an MP4 without audio after half an hour."""
    _at_most(recorder, "MP4VO", 30 * 60)


@breaks("DWN-13")
def ten_minutes_with_audio(recorder: Recorder) -> None:
    """Ends an MP4 with audio after ten minutes."""
    _at_most(recorder, "MP4", 10 * 60)


@breaks("DWN-13")
def file_behind_a_hang_up_begins_late(recorder: Recorder) -> None:
    """Begins a file of more than a minute one minute late, behind a download whose client hung up."""
    cut = [False]

    def end(original: Callable[[Download, str], None], download: Download, why: str) -> None:
        cut[0] = cut[0] or why == WENT_AWAY
        original(download, why)

    def alter(files: DownloadFiles) -> None:
        if cut[0] and files.end - files.begin > MINUTE:
            cut[0] = False
            files.begin = UnixSeconds(files.begin + MINUTE)

    around(recorder.downloads.end, end)
    each_download(recorder, alter)


def _taken(seconds: UnixSeconds) -> UnixSeconds:
    return UnixSeconds(seconds + as_octal(datetime.fromtimestamp(seconds, UTC)) // TICKS)


def _at_most(recorder: Recorder, kind: str, seconds: int) -> None:
    def alter(files: DownloadFiles) -> None:
        files.end = UnixSeconds(min(files.end, files.begin + seconds))

    each_download(recorder, alter, kind)


def _give_minute_from(files: DownloadFiles, start: int) -> None:
    files.begin = UnixSeconds(start // TICKS + 1)
    files.end = UnixSeconds(files.begin + MINUTE)
