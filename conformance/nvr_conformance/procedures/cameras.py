"""Which cameras send video."""

from __future__ import annotations

import contextlib
from itertools import islice
from typing import TYPE_CHECKING

from nvr_conformance.judgement.outcomes import PrerequisiteFailed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from nvr_conformance.client.target import Target

CODECS = ("H264", "H265")
FURTHER = 2  # cameras that are judged beside the first
CAMERAS_TRIED = 4  # cameras that are asked for a codec before it is given up


def camera_with_video(target: Target) -> tuple[int, tuple[str, ...]]:
    """The first camera that sends H.264 or H.265, and which of them; PrerequisiteFailed if there is none."""
    return next(iter(_sending(target)))


def cameras_with_video(target: Target, count: int) -> dict[int, str]:
    """As many of the first cameras that send video, with a codec each; PrerequisiteFailed if none does."""
    return {camera: codecs[0] for camera, codecs in islice(_sending(target), count)}


def further_cameras(target: Target, judged: Collection[int], count: int = FURTHER) -> dict[int, str]:
    """Cameras beside those that were judged, with a codec that each sends: drawn by chance, so that run by
    run all have their turn."""
    found: dict[int, str] = {}
    for camera in others_drawn(target, judged):
        if len(found) == count:
            break
        with contextlib.suppress(PrerequisiteFailed):
            found[camera] = target.live_codecs(camera)[0]
    return found


def others_drawn(target: Target, judged: Collection[int]) -> list[int]:
    """The cameras beside those that were judged, in an order that is drawn by chance."""
    others = [camera for camera in target.cameras if camera not in judged]
    return target.random.sample(others, len(others))


def codecs_to_judge(target: Target) -> dict[str, int]:
    """A camera for each of "H264" and "H265" that some of the first cameras send; PrerequisiteFailed if they
    send neither."""
    found: dict[str, int] = {}
    for camera, codecs in _sending(target):
        for codec in codecs:
            found.setdefault(codec, camera)
        if len(found) == len(CODECS):
            break
    return {codec: found[codec] for codec in CODECS if codec in found}


def _sending(target: Target) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The first cameras that send video, each with its codecs; PrerequisiteFailed if none does."""
    tried, silent = target.cameras[:CAMERAS_TRIED], 0
    for camera in tried:
        try:
            codecs = target.live_codecs(camera)
        except PrerequisiteFailed:
            silent += 1
        else:
            yield camera, codecs
    if not tried:
        raise PrerequisiteFailed("no camera is connected")
    if silent == len(tried):
        raise PrerequisiteFailed(f"none of {silent} connected cameras sends H.264 or H.265 over HTTP")
