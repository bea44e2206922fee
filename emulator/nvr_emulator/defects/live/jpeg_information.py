"""Defects of what stands ahead of live JPEG pictures (§2.3.5, §7)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from nvr_emulator.defects.registry import breaks
from nvr_emulator.footage.footage import Gop
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.seams import around
from nvr_protocol.additional_information import AdditionalInformation

Information = Callable[[int, Gop, int], AdditionalInformation]
"""Camera, picture, its size: what the recorder says of it."""


@breaks("LIV-19")
def jpeg_size_leaves_a_word_out(recorder: Recorder) -> None:
    """Says four bytes too few in 0x0006 of live JPEG."""
    _information(recorder, lambda told, gop: dataclasses.replace(told, data_size=(told.data_size or 0) - 4))


@breaks("LIV-19")
def jpeg_size_of_the_picture_before(recorder: Recorder) -> None:
    """Says the size of the picture before in 0x0006 of live JPEG."""
    before: dict[int, int] = {}

    def stale(told: AdditionalInformation, gop: Gop) -> AdditionalInformation:
        camera, size = told.camera or 0, told.data_size or 0
        last, before[camera] = before.get(camera, size), size
        return dataclasses.replace(told, data_size=last)

    _information(recorder, stale)


@breaks("LIV-19")
def jpeg_names_the_first_camera(recorder: Recorder) -> None:
    """Says in 0x0004 of live JPEG the first camera, whichever was asked for."""
    first = min(recorder.cameras.registered)
    _information(recorder, lambda told, gop: dataclasses.replace(told, camera=first))


@breaks("LIV-19")
def jpeg_frame_time_is_0(recorder: Recorder) -> None:
    """Writes 0 in 0x000A of live JPEG, whenever the picture was taken."""
    _information(recorder, lambda told, gop: dataclasses.replace(told, frame_hundredths=0))


@breaks("LIV-19")
def jpeg_frame_time_is_half_a_second_off(recorder: Recorder) -> None:
    """Counts 0x000A of a live JPEG from the middle of a second on, and 0x0007 from its begin."""
    _information(
        recorder,
        lambda told, gop: dataclasses.replace(
            told, frame_hundredths=((told.frame_hundredths or 0) + 50) % 100
        ),
    )


@breaks("LIV-19")
def jpeg_frame_time_runs_back(recorder: Recorder) -> None:
    """Counts in 0x000A of live JPEG how many hundredths of the second are left."""
    _information(
        recorder,
        lambda told, gop: dataclasses.replace(told, frame_hundredths=99 - (told.frame_hundredths or 0)),
    )


@breaks("LIV-19")
def jpeg_frame_rate_follows_the_picture(recorder: Recorder) -> None:
    """Writes the size of each picture where its frame rate belongs."""
    _information(
        recorder, lambda told, gop: dataclasses.replace(told, frame_rate=(told.data_size or 0) % 0x10000)
    )


@breaks("LIV-19")
def jpeg_names_the_camera_twice(recorder: Recorder) -> None:
    """Writes 0x0004 where 0x0009 belongs in live JPEG, behind the 0x0004 that names the camera."""

    def body(original: Callable[[int, Gop], bytes], camera: int, gop: Gop) -> bytes:
        return original(camera, gop).replace(b"\x00\x09\x00\x08", b"\x00\x04\x00\x08", 1)

    around(recorder.live.jpeg.body, body)


@breaks("LIV-19")
def camera_frame_time_of_jpeg_is_0(recorder: Recorder) -> None:
    """Writes 0 in 0x0012 of live JPEG, whenever the picture was taken."""

    def body(original: Callable[[int, Gop], bytes], camera: int, gop: Gop) -> bytes:
        return _without_hundredths(original(camera, gop))

    around(recorder.live.jpeg.body, body)


def _without_hundredths(body: bytes) -> bytes:
    place = body.find(b"\x00\x12\x00\x08")
    return body if place < 0 else body[: place + 4] + bytes(2) + body[place + 6 :]


def _information(
    recorder: Recorder, change: Callable[[AdditionalInformation, Gop], AdditionalInformation]
) -> None:
    """Change what the recorder says of each picture."""

    def information(original: Information, camera: int, gop: Gop, size: int) -> AdditionalInformation:
        return change(original(camera, gop, size), gop)

    around(recorder.live.jpeg.recorder_information, information)
