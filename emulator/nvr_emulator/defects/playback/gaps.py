"""Defects at a gap in the recording (§3.1, §3.2, §6.3)."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from nvr_emulator.configuration.settings import CameraState
from nvr_emulator.defects.playback.order import Find, each_playback
from nvr_emulator.defects.registry import breaks
from nvr_emulator.footage.footage import TICKS
from nvr_emulator.footage.recordings import Place, Recording, Stretch
from nvr_emulator.recorder.playback.operations import Cursor, Playback
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.seams import around
from nvr_protocol.additional_information import Operation
from nvr_protocol.codecs import Codec
from nvr_protocol.timestamps import Ticks, UnixSeconds


@breaks("PLB-30")
def a_gap_ends_playback(recorder: Recorder) -> None:
    """Gives nothing more once a gap is reached."""
    _at_gaps(recorder, lambda here, beyond: None)


@breaks("PLB-17")
def a_lost_camera_has_no_recording(recorder: Recorder) -> None:
    """Gives nothing of what was recorded of a camera before it was lost."""

    def recording(original: Callable[[int], Recording], number: int) -> Recording:
        lost = recorder.cameras.registered[number].state is CameraState.LOST
        return Recording([]) if lost else original(number)

    around(recorder.cameras.recording, recording)


@breaks("PLB-30")
def a_gap_repeats_the_gop_before(recorder: Recorder) -> None:
    """Gives the last GOP before a gap over and over."""
    _at_gaps(recorder, lambda here, beyond: here)


@breaks("PLB-30")
def a_gap_gives_an_empty_answer(recorder: Recorder) -> None:
    """Gives an answer without pictures at a gap, and then what is behind it."""
    told: set[int] = set()

    def once(here: Place, beyond: Place) -> Place | None:
        if here.gop.number in told:
            return beyond
        told.add(here.gop.number)
        return None

    _at_gaps(recorder, once)


@breaks("PLB-30")
def a_gap_ends_playback_of_h265(recorder: Recorder) -> None:
    """Gives nothing more of what is recorded in H.265 once a gap is reached."""
    _at_gaps(recorder, lambda here, beyond: _unless(Codec.H265, beyond))


@breaks("PLB-30")
def a_gap_ends_playback_of_jpeg(recorder: Recorder) -> None:
    """Gives nothing more of what is recorded in JPEG once a gap is reached."""
    _at_gaps(recorder, lambda here, beyond: _unless(Codec.JPEG, beyond))


def _unless(codec: Codec, place: Place) -> Place | None:
    return None if place.gop.footage.codec is codec else place


@breaks("PLB-30")
def a_gap_ends_bplay(recorder: Recorder) -> None:
    """Gives nothing more on BPLAY once a gap is reached."""
    _ends_at_gaps(recorder, Operation.REVERSE)


@breaks("PLB-30")
def a_gap_ends_ff(recorder: Recorder) -> None:
    """Gives nothing more on FF once a gap is reached."""
    _ends_at_gaps(recorder, Operation.FAST_FORWARD)


@breaks("PLB-30")
def a_gap_ends_rew(recorder: Recorder) -> None:
    """Gives nothing more on REW once a gap is reached."""
    _ends_at_gaps(recorder, Operation.FAST_REVERSE)


@breaks("PLB-30")
def a_gap_has_no_next_image(recorder: Recorder) -> None:
    """Knows no image next to the last one ahead of a gap."""
    _ends_at_gaps(recorder, Operation.NEXT_IMAGE)


@breaks("PLB-30")
def a_gap_has_no_previous_image(recorder: Recorder) -> None:
    """Knows no image ahead of the first one behind a gap."""
    _ends_at_gaps(recorder, Operation.PREVIOUS_IMAGE)


@breaks("PLB-17")
def goto_into_a_gap_gives_the_oldest(recorder: Recorder) -> None:
    """Gives the oldest recording where GOTODATE names a time at which nothing was recorded."""

    def alter(playback: Playback) -> None:
        def find(original: Find, cursor: Cursor, recording: Recording, now: Ticks) -> Place | None:
            begin, place = cursor.begin, original(cursor, recording, now)
            if begin is None or begin != playback.timef or recording.containing(begin, now):
                return place
            return recording.oldest(now) if recording.following(begin, now) else place

        around(playback.find, find)

    each_playback(recorder, alter)


@breaks("PLB-30")
def a_gap_is_filled(recorder: Recorder) -> None:
    """Gives pictures of times at which nothing was recorded."""

    def recording(original: Callable[[int], Recording], number: int) -> Recording:
        stretches = original(number).stretches
        if len(stretches) < 2:
            return original(number)
        ends = [later.start for later in stretches[1:]]
        filled = [Stretch(one.footage, one.start, end) for one, end in zip(stretches, ends, strict=False)]
        return Recording([*filled, stretches[-1]])

    around(recorder.cameras.recording, recording)


@breaks("PLB-25")
def a_gap_ends_audio(recorder: Recorder) -> None:
    """Gives no more audio once a gap is reached."""

    def alter(playback: Playback) -> None:
        def next_second(
            original: Callable[[int, Recording, Ticks], UnixSeconds | None],
            camera: int,
            recording: Recording,
            now: Ticks,
        ) -> UnixSeconds | None:
            wanted = playback.cursor_of(camera, "playaudio.cgi").second
            second = original(camera, recording, now)
            if wanted is not None and second is not None and second - wanted > 2:
                playback.cursors[camera].second = wanted
                return None
            return second

        around(playback.next_second, next_second)

    each_playback(recorder, alter)


def _ends_at_gaps(recorder: Recorder, operation: Operation) -> None:
    """Give nothing in an operation where the way leads over a gap."""

    def alter(playback: Playback) -> None:
        def find(original: Find, cursor: Cursor, recording: Recording, now: Ticks) -> Place | None:
            here = cursor.place if cursor.begin is None else recording.containing(cursor.begin, now)
            place = original(cursor, recording, now)
            ends = playback.operation is operation and place and here and _gap_between(recorder, here, place)
            return None if ends else place

        around(playback.find, find)

    each_playback(recorder, alter)


def _gap_between(recorder: Recorder, here: Place, there: Place) -> bool:
    """Whether nothing is recorded for a while between two places: one stretch may follow another at once."""
    first, last = sorted((here.stretch, there.stretch))
    spans = recorder.cameras.time_line.spans[first : last + 1]
    return any(end is not None and start - end > TICKS for (_, end), (start, _) in pairwise(spans))


def _at_gaps(recorder: Recorder, instead: Callable[[Place, Place], Place | None]) -> None:
    """Change where a step over a gap leads."""

    def step(
        original: Callable[[Place, int, Ticks], Place | None], place: Place, count: int, now: Ticks
    ) -> Place | None:
        found = original(place, count, now)
        return instead(place, found) if found is not None and _gap_between(recorder, place, found) else found

    def recording(original: Callable[[int], Recording], number: int) -> Recording:
        result = original(number)
        if "step" not in vars(result):
            around(result.step, step)
        return result

    around(recorder.cameras.recording, recording)
