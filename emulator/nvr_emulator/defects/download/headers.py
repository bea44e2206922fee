"""Defects of how a download is answered: headers, names, statuses, how many at once, which ranges (§6.3)."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable

from nvr_emulator.defects.download.files import Files, Wanted, each_download
from nvr_emulator.defects.registry import breaks
from nvr_emulator.recorder.download.files import DownloadFiles
from nvr_emulator.recorder.download.table import Download, DownloadAnswer
from nvr_emulator.recorder.happenings import WENT_AWAY
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.recorder.replies import Refused, Reply, Request
from nvr_emulator.recorder.sessions import Ending, OnEnd, Session
from nvr_emulator.seams import around
from nvr_protocol.commands.specs import RANGE_SECONDS
from nvr_protocol.commands.urls import Command
from nvr_protocol.commands.values import Value
from nvr_protocol.download import Status

Head = Callable[[str, str, Status], bytes]
Answers = Callable[[DownloadFiles, int, float], DownloadAnswer]

BAD_REQUEST = 400
_TIME = re.compile(r"(?<=TIME=)[^&]*")


@breaks("DWN-03")
def status_header_spelled_right(recorder: Recorder) -> None:
    """Spells X-RecData-Satus "X-RecData-Status"."""
    _head(recorder, lambda head: head.replace(b"Satus", b"Status"))


@breaks("DWN-03")
def last_part_without_status(recorder: Recorder) -> None:
    """Leaves X-RecData-Satus out of the last part, where there is a file before it."""

    def part_head(original: Head, temporary: str, previous: str, status: Status) -> bytes:
        head = original(temporary, previous, status)
        return head if temporary or not previous else head.replace(b"X-RecData-Satus: 0\r\n", b"")

    each_download(recorder, lambda files: around(files.part_head, part_head))


@breaks("DWN-03")
def names_without_quotes(recorder: Recorder) -> None:
    """Writes the names in the part headers without quotes."""
    _head(recorder, lambda head: head.replace(b'"', b""))


@breaks("DWN-04")
def first_part_has_a_previous_name(recorder: Recorder) -> None:
    """Writes a previous name into the first part."""

    def part_head(original: Head, temporary: str, previous: str, status: Status) -> bytes:
        return original(temporary, previous or temporary.replace(".tmp", ".mp4"), status)

    each_download(recorder, lambda files: around(files.part_head, part_head))


@breaks("DWN-04")
def last_part_has_a_temporary_name(recorder: Recorder) -> None:
    """Writes a temporary name into the last part."""

    def part_head(original: Head, temporary: str, previous: str, status: Status) -> bytes:
        return original(temporary or re.sub(r"\w+$", "tmp", previous), previous, status)

    each_download(recorder, lambda files: around(files.part_head, part_head))


@breaks("DWN-04")
def one_number_for_all_files(recorder: Recorder) -> None:
    """Gives all files of a download the number 1."""

    def name(original: Callable[[int, str], str], number: int, suffix: str) -> str:
        return original(1, suffix)

    each_download(recorder, lambda files: around(files.name, name))


@breaks("DWN-04")
def files_keep_their_temporary_names(recorder: Recorder) -> None:
    """Gives the temporary name as the final one."""

    def name(original: Callable[[int, str], str], number: int, suffix: str) -> str:
        return original(number, "tmp")

    each_download(recorder, lambda files: around(files.name, name))


@breaks("DWN-06")
def nothing_recorded_is_normal(recorder: Recorder) -> None:
    """Says status 0 where nothing is recorded."""
    _status(recorder, Status.NO_RECORDED_DATA, Status.NORMAL)


@breaks("DWN-06")
def empty_file_where_nothing_is_recorded(recorder: Recorder) -> None:
    """Gives an empty file where nothing is recorded."""

    def of(original: Callable[[], Files], files: DownloadFiles) -> Files:
        none = True
        for file in original():
            none = False
            yield file
        if none and files.status is Status.NORMAL:
            yield "mp4", iter(())

    def alter(files: DownloadFiles) -> None:
        around(files.files, lambda original: of(original, files))

    each_download(recorder, alter)


@breaks("DWN-07")
def jpeg_counts_as_nothing_recorded(recorder: Recorder) -> None:
    """Says status 1 for MP4 of a JPEG recording."""
    _status(recorder, Status.CODEC_NOT_COMPATIBLE, Status.NO_RECORDED_DATA)


@breaks("DWN-08")
def too_many_at_once_is_nothing_recorded(recorder: Recorder) -> None:
    """Says status 1 where too many downloads run at once."""
    _status(recorder, Status.TOO_MANY_AT_ONCE, Status.NO_RECORDED_DATA)


@breaks("DWN-08")
def lost_client_keeps_its_place(recorder: Recorder) -> None:
    """Keeps the place of a download whose client hung up."""

    def end(original: Callable[[Download, str], None], download: Download, why: str) -> None:
        if why == "complete":
            original(download, why)

    around(recorder.downloads.end, end)


@breaks("DWN-08")
def logout_keeps_the_place(recorder: Recorder) -> None:
    """Never gives away again the place of a download whose UID logged out."""

    def end(original: Callable[[Download, str], None], download: Download, why: str) -> None:
        if why == Ending.LOGGED_OUT.value and download.ended is None:
            recorder.downloads.at_once -= 1
        original(download, why)

    around(recorder.downloads.end, end)


@breaks("DWN-13")
def download_of_less_than_an_hour(recorder: Recorder) -> None:
    """Refuses a range of an hour, as if it were too long."""

    def download_files(original: Wanted, command: Command, now: float) -> DownloadFiles:
        files = original(command, now)
        if files.end - files.begin == RANGE_SECONDS:
            raise Refused(400, "ENDTIME: the range is longer than an hour")
        return files

    around(recorder.download_commands.download_files, download_files)


@breaks("DWN-01")
def next_file_is_of_the_first_camera(recorder: Recorder) -> None:
    """Takes CAM of the first download of a UID for all that follow on it."""
    _as_at_first(recorder, "CAM")


@breaks("DWN-01")
def next_file_begins_where_the_first_did(recorder: Recorder) -> None:
    """Takes STARTTIME of the first download of a UID for all that follow on it."""
    _as_at_first(recorder, "STARTTIME")


@breaks("DWN-10")
def next_file_is_of_the_first_kind(recorder: Recorder) -> None:
    """Takes KIND of the first download of a UID for all that follow on it."""
    _as_at_first(recorder, "KIND")


@breaks("DWN-08")
def a_refused_range_takes_a_place(recorder: Recorder) -> None:
    """Keeps the place of a download whose range it refuses."""

    def receive(original: Callable[[Request, float], Reply], request: Request, now: float) -> Reply:
        reply = original(request, now)
        if request.path.endswith("httpdl.cgi") and reply.status == BAD_REQUEST:
            recorder.downloads.start(0, 0, "LIST", now)
        return reply

    around(recorder.receive, receive)


@breaks("DWN-01")
def logout_ends_all_downloads(recorder: Recorder) -> None:
    """Ends the downloads of all UIDs when one logs out."""

    def session_ended(original: OnEnd, session: Session, ending: Ending, now: float) -> None:
        original(session, ending, now)
        if ending is Ending.LOGGED_OUT:
            recorder.downloads.end_all(ending.value)

    around(recorder.session_ended, session_ended)


@breaks("DWN-08")
def n3_keeps_its_place_behind_a_hang_up(recorder: Recorder) -> None:
    """Keeps the place of a download of N3 or N3VO whose client hung up."""

    def end(original: Callable[[Download, str], None], download: Download, why: str) -> None:
        if why == WENT_AWAY and download.kind.startswith("N3") and download.ended is None:
            recorder.downloads.at_once -= 1
        original(download, why)

    around(recorder.downloads.end, end)


@breaks("DWN-08")
def nothing_recorded_takes_a_place(recorder: Recorder) -> None:
    """Never gives away again the place of a download that found nothing."""
    asked: dict[int, DownloadFiles] = {}

    def answer(original: Answers, files: DownloadFiles, uid: int, now: float) -> DownloadAnswer:
        made = original(files, uid, now)
        if made.download is not None:
            asked[made.download.number] = files
        return made

    def end(original: Callable[[Download, str], None], download: Download, why: str) -> None:
        files = asked.pop(download.number, None)
        if files is not None and files.status is Status.NO_RECORDED_DATA:
            recorder.downloads.at_once -= 1
        original(download, why)

    around(recorder.downloads.answer, answer)
    around(recorder.downloads.end, end)


@breaks("DWN-01")
def too_many_ends_the_oldest(recorder: Recorder) -> None:
    """Ends the oldest download where it refuses one more."""

    def answer(original: Answers, files: DownloadFiles, uid: int, now: float) -> DownloadAnswer:
        made = original(files, uid, now)
        for download in recorder.downloads.running()[:1] if made.download is None else ():
            recorder.downloads.end(download, "cut off")
        return made

    around(recorder.downloads.answer, answer)


def _as_at_first(recorder: Recorder, name: str) -> None:
    """Keep one parameter of each UID's first download."""
    kept: dict[Value, Value] = {}

    def download_files(original: Wanted, command: Command, now: float) -> DownloadFiles:
        first = kept.setdefault(command.values["UID"], command.values[name])
        return original(dataclasses.replace(command, values={**command.values, name: first}), now)

    around(recorder.download_commands.download_files, download_files)


def _head(recorder: Recorder, change: Callable[[bytes], bytes]) -> None:
    """Change the headers of each part."""

    def part_head(original: Head, temporary: str, previous: str, status: Status) -> bytes:
        return change(original(temporary, previous, status))

    each_download(recorder, lambda files: around(files.part_head, part_head))


def _status(recorder: Recorder, wanted: Status, instead: Status) -> None:
    """Write another status in the place of one."""

    def part_head(original: Head, temporary: str, previous: str, status: Status) -> bytes:
        return original(temporary, previous, instead if status is wanted else status)

    each_download(recorder, lambda files: around(files.part_head, part_head))
