"""Defects of MP4 that last longer than some minutes (§6.3)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator

from nvr_emulator.defects.download.files import Write, each_download
from nvr_emulator.defects.registry import breaks
from nvr_emulator.footage.footage import TICKS, Gop
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.seams import around

MP4 = ("MP4", "MP4VO")
LONG = 600 * TICKS
HOLE = 15 * TICKS
MOVING = 60 * TICKS


@breaks("DWN-11")
def long_files_stand_still(recorder: Recorder) -> None:
    """Repeats one GOP from the second minute of an MP4 on, with times that go on."""

    def mp4(original: Write, gops: Iterable[Gop]) -> Iterator[bytes]:
        def repeated() -> Iterator[Gop]:
            begin = None
            for gop in gops:
                begin = gop.start if begin is None else begin
                yield dataclasses.replace(gop, index=0) if gop.start - begin > MOVING else gop

        return original(repeated())

    each_download(recorder, lambda files: around(files.mp4, mp4), *MP4)


@breaks("DWN-13")
def long_files_have_a_hole(recorder: Recorder) -> None:
    """Leaves fifteen seconds out of the middle of an MP4 of more than ten minutes."""

    def mp4(original: Write, gops: Iterable[Gop]) -> Iterator[bytes]:
        whole = list(gops)
        middle = (whole[0].start + whole[-1].end) // 2
        is_long = whole[-1].end - whole[0].start > LONG
        return original(gop for gop in whole if not (is_long and 0 <= gop.start - middle < HOLE))

    each_download(recorder, lambda files: around(files.mp4, mp4), *MP4)


@breaks("DWN-13")
def long_files_lack_a_gop_of_each_minute(recorder: Recorder) -> None:
    """Leaves the GOP out with which each further minute begins of an MP4."""

    def mp4(original: Write, gops: Iterable[Gop]) -> Iterator[bytes]:
        listed = list(gops)
        begin = listed[0].start if listed else 0
        minutes = [(gop.start - begin) // MOVING for gop in listed]
        return original(
            gop for number, gop in enumerate(listed) if not number or minutes[number] == minutes[number - 1]
        )

    each_download(recorder, lambda files: around(files.mp4, mp4))
