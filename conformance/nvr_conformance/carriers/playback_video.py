"""The answers to ``camera.cgi``: header, information, GOP, packets (§3.3.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nvr_conformance.carriers.moments import CAMERA, Moment, camera_told, differ, shown, wrong_camera_value
from nvr_conformance.carriers.rows import Row
from nvr_conformance.facts import playback_chunk, playback_times
from nvr_conformance.judgement.fact import Fact
from nvr_conformance.judgement.outcomes import NothingToJudge, NotThere
from nvr_conformance.reading.decoding import decode_pictures

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nvr_conformance.reading.additional_information import TlvWalk
    from nvr_conformance.reading.gop import Gop

CARRIER = "playback video"
LASTING = 30  # hundredths: pictures of a GOP that lasts as long were not all taken at one time
SET = 100  # hundredths by which a camera's clock may be set from GOP to GOP


def camera_moments(gop: Gop) -> list[Moment]:
    """The camera's time of each picture that tells one."""
    chunk = gop.chunk
    walks = {"the head": chunk.information}
    walks |= {f"offset {walk.elements[0].offset}": walk for walk in chunk.camera_information if walk.elements}
    told = ((place, camera_told(walk, chunk.byte_order)) for place, walk in walks.items())
    return [Moment(place, *time) for place, time in told if time is not None]


def camera_times(gop: Gop) -> Fact:
    """PLB-07: the camera's times have values of §7, go on from picture to picture, and no longer than the GOP
    lasts. Where one is a time of this century, all are."""
    expected = "0x0011 and 0x0012 of its own for each picture"
    walks = _with_camera_time(gop)
    for walk in walks:
        if problem := wrong_camera_value(walk, gop.chunk.byte_order):
            return Fact(False, expected, problem)
    moments = camera_moments(gop)
    if 0 < len(moments) < len(walks):
        none = next(walk for walk in walks if camera_told(walk, gop.chunk.byte_order) is None)
        return Fact(False, expected, f"{none.place(CAMERA[0])} is no time, {shown(moments[0].time)} is one")
    fact = differ(moments, CAMERA)
    if not fact.ok and _is_reordered(gop):
        fact = differ(sorted(moments, key=lambda moment: moment.time), CAMERA)
    start, end = gop.chunk.gop_start, gop.chunk.gop_end
    lasts = moments[-1].time - moments[0].time
    if start is not None and end is not None and lasts > max(0, end - start) + SET:
        return Fact(False, expected, f"{shown(lasts)} s in a GOP of {shown(end - start)} s")
    if not fact.ok and (gop.length or 0) < LASTING:
        raise NothingToJudge("the GOP lasts no time")
    return fact


def _is_reordered(gop: Gop) -> bool:
    """Whether a decoder shows its pictures in another order than that in which they come (§3.2.7)."""
    decoded = decode_pictures(gop.codec, gop.chunk.pictures)
    units = [picture.unit for picture in decoded.pictures]
    return not decoded.errors and units != sorted(units)


def _with_camera_time(gop: Gop) -> list[TlvWalk]:
    walks = (gop.chunk.information, *gop.chunk.camera_information)
    return [walk for walk in walks if walk.first(CAMERA[0]) is not None]


def _tells_camera_times(gop: Gop) -> bool:
    moments = camera_moments(gop)
    return sum(moment.exact for moment in moments) > 1 or 0 < len(moments) < len(_with_camera_time(gop))


def camera_clock(gops: Sequence[Gop]) -> Fact:
    """PLB-07: over GOPs the camera's clock goes on as far as the recorder's; it may be set by a second
    meanwhile. ``gops`` follow on one another."""
    expected = "0x0011 going on with the GOPs"
    found = [
        (moments[0], gop.start) for gop in gops if (moments := camera_moments(gop)) and gop.start is not None
    ]
    if len(found) < 2:
        raise NotThere("0x0011 does not come")
    before, begun = found[0]
    for number, (after, start) in enumerate(found[1:], 1):
        if abs((after.time - before.time) - (start - begun)) > SET + 100 * (not before.exact):
            grown = f"{shown(after.time)} behind {shown(before.time)}"
            return Fact(False, expected, f"GOP {number}: {grown}, {(start - begun) / 100:.2f} s on")
    return Fact(True, expected, f"{len(found)} GOPs")


def _row(
    field: str,
    agrees: str,
    id_: str,
    rule: Callable[[Gop], Fact],
    basis: str = "",
    name: str = "",
    comes: Callable[[Gop], bool] | None = None,
) -> Row:
    return Row(CARRIER, field, agrees, id_, rule, basis, name, comes)


def _has_codec(gop: Gop) -> bool:
    return bool(gop.codec)


ROWS = (
    _row("header", "§3.2.1, the body", "PLB-02", lambda g: playback_chunk.answer_headers(g.exchange)),
    _row("padding", "4096 bytes", "PLB-03", lambda g: playback_chunk.padded(g.chunk)),
    _row(
        "0x0004, 0x0005, 0x0009 … 0x000C, 0x0027",
        "the values of §7, the camera, the codec, the pictures",
        "PLB-05",
        lambda g: playback_chunk.information(g.chunk, g.camera, g.codec),
    ),
    _row("stream header", "0xFF06, 0x0044", "PLB-06", lambda g: playback_chunk.stream_header(g.chunk)),
    _row(
        "GOP start and end, picture time, 0x0007, 0x000A",
        "each other",
        "PLB-07",
        lambda g: playback_times.times(g.chunk),
        name="times",
    ),
    _row(
        "0x0011, 0x0012",
        "the picture before",
        "PLB-07",
        camera_times,
        "camera_time",
        "camera's times",
        _tells_camera_times,
    ),
    _row("packet headers", "the pictures", "PLB-08", lambda g: playback_chunk.packet_headers(g.chunk)),
    _row("0x0008", "the pictures", "PLB-10", lambda g: playback_chunk.counts(g.chunk), "frames", "pictures"),
    _row(
        "0x0028, 0x0029", "the values of §7", "PLB-36", lambda g: playback_chunk.long_term_reference(g.chunk)
    ),
    _row(
        "chunk id",
        "the codec",
        "PLB-04",
        lambda g: playback_chunk.chunk_id(g.chunk, g.codec),
        comes=_has_codec,
    ),
    _row(
        "video data",
        "NAL units",
        "PLB-09",
        lambda g: playback_chunk.start_codes(g.chunk, g.codec),
        comes=_has_codec,
    ),
    _row("video data", "a decoder", "PLB-11", lambda g: playback_chunk.decodable(g), comes=_has_codec),
)
"""Of one answer that has a GOP."""

RUN_ROWS = (
    Row(
        CARRIER,
        "0x0009",
        "the pictures",
        "PLB-05",
        playback_times.frame_rate,
        "",
        "frame rate",
        lambda gops: len(gops) > 1,
    ),
    Row(CARRIER, "GOP end", "the pictures, the next GOP", "PLB-07", playback_times.ends, "", "ends"),
    Row(
        CARRIER,
        "0x0011",
        "the GOP before",
        "PLB-07",
        camera_clock,
        "camera_time",
        "camera's clock",
        lambda gops: sum(bool(camera_moments(gop)) for gop in gops) > 1,
    ),
)
"""Of GOPs that follow on one another."""
