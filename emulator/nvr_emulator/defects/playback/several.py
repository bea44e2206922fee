"""Defects of commands that are for all cameras of MASK, whatever they are recorded in (§3.1, §3.2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from nvr_emulator.defects.playback.order import around_chunks, each_playback
from nvr_emulator.defects.registry import Plant, breaks
from nvr_emulator.footage.footage import TICKS
from nvr_emulator.footage.recordings import Place, Recording
from nvr_emulator.recorder.playback.operations import Cursor, Playback
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.seams import around
from nvr_protocol.additional_information import Operation
from nvr_protocol.codecs import Codec
from nvr_protocol.timestamps import Ticks, UnixSeconds

Command = Callable[[str, Ticks | None], None]
NextGop = Callable[[int, Recording, Ticks], Place | None]
LATE = 30 * TICKS


@breaks("PLB-17")
def goto_is_for_the_first_camera_alone(recorder: Recorder) -> None:
    """Takes GOTODATE for the first camera of MASK alone, once several play."""

    def alter(playback: Playback) -> None:
        def command(original: Command, name: str, begin: Ticks | None) -> None:
            stood = {number: (at.place, at.begin) for number, at in playback.cursors.items() if at.place}
            original(name, begin)
            for number, (place, before) in stood.items():
                if name == "goto" and number != _first(playback):
                    cursor = playback.cursors[number]
                    cursor.place, cursor.begin = place, before

        around(playback.command, command)

    each_playback(recorder, alter)


@breaks("PLB-20")
def stop_ends_the_first_camera_alone(recorder: Recorder) -> None:
    """Ends the first camera of MASK alone at STOP, where several play."""

    def alter(playback: Playback) -> None:
        def command(original: Command, name: str, begin: Ticks | None) -> None:
            if name == "stop" and playback.running and playback.mask and len(playback.mask) > 1:
                playback.mask -= {_first(playback)}
            else:
                original(name, begin)

        around(playback.command, command)

    each_playback(recorder, alter)


@breaks("PLB-25")
def audio_has_one_place_for_all_cameras(recorder: Recorder) -> None:
    """Goes on with audio of every camera of a UID behind what was given of any of them."""

    def heard(playback: Playback, camera: int, recording: Recording, now: Ticks) -> None:
        for cursor in playback.cursors.values():
            cursor.second = playback.cursors[camera].second

    _behind_audio(recorder, heard)


@breaks("PLB-05")
def chunks_name_the_first_camera_of_mask(recorder: Recorder) -> None:
    """Names in 0x0004 the first camera of MASK, whichever was asked for."""
    around_chunks(
        recorder, lambda original, number, playback, place: original(_first(playback), playback, place)
    )


@breaks("PLB-12")
def audio_moves_pictures(recorder: Recorder) -> None:
    """Goes on to the next GOP with every answer of playaudio.cgi."""

    def heard(playback: Playback, camera: int, recording: Recording, now: Ticks) -> None:
        cursor = playback.cursors[camera]
        if cursor.place is not None:
            cursor.place = recording.step(cursor.place, 1, now) or cursor.place

    _behind_audio(recorder, heard)


@breaks("PLB-25")
def pictures_move_audio(recorder: Recorder) -> None:
    """Leaves three seconds of audio out with every GOP that is given."""

    def alter(playback: Playback) -> None:
        def next_gop(original: NextGop, camera: int, recording: Recording, now: Ticks) -> Place | None:
            place = original(camera, recording, now)
            cursor = playback.cursors.get(camera)
            if cursor is not None and cursor.second is not None:
                cursor.second = UnixSeconds(cursor.second + 3)
            return place

        around(playback.next_gop, next_gop)

    each_playback(recorder, alter)


def _behind_audio(recorder: Recorder, heard: Callable[[Playback, int, Recording, Ticks], None]) -> None:
    """Do something behind each answer of playaudio.cgi."""

    def alter(playback: Playback) -> None:
        def next_second(
            original: Callable[[int, Recording, Ticks], UnixSeconds | None],
            camera: int,
            recording: Recording,
            now: Ticks,
        ) -> UnixSeconds | None:
            second = original(camera, recording, now)
            if camera in playback.cursors:
                heard(playback, camera, recording, now)
            return second

        around(playback.next_second, next_second)

    each_playback(recorder, alter)


@breaks("PLB-12")
def play_behind_ff_goes_on_skipping(recorder: Recorder) -> None:
    """Skips on PLAY as far as at the FF before it."""

    def alter(playback: Playback) -> None:
        skipped = [1]

        def stride(original: Callable[[], int]) -> int:
            if playback.operation is Operation.FAST_FORWARD:
                skipped[0] = original()
            elif playback.operation is not Operation.PLAYBACK or playback.timef is not None:
                skipped[0] = 1
            return skipped[0] if playback.operation is Operation.PLAYBACK else original()

        around(playback.stride, stride)

    each_playback(recorder, alter)


@breaks("PLB-17")
def goto_of_jpeg_is_half_a_minute_late(recorder: Recorder) -> None:
    """Gives the picture half a minute after TIMEF on GOTODATE, of cameras that are recorded in JPEG."""

    def alter(playback: Playback) -> None:
        def next_gop(original: NextGop, camera: int, recording: Recording, now: Ticks) -> Place | None:
            cursor = playback.cursors.get(camera)
            if cursor is not None and cursor.begin is not None and cursor.begin == playback.timef:
                here = recording.near(cursor.begin, now)
                if here is not None and here.gop.footage.codec is Codec.JPEG:
                    cursor.begin = Ticks(cursor.begin + LATE)
            return original(camera, recording, now)

        around(playback.next_gop, next_gop)

    each_playback(recorder, alter)


def _alone(operation: Operation, others: Operation) -> Plant:
    """An operation that is for the first camera of MASK alone: others do another meanwhile."""

    def is_other(playback: Playback, camera: int, recording: Recording, now: Ticks) -> bool:
        return camera != _first(playback)

    return _otherwise(operation, others, is_other)


def _of_jpeg(operation: Operation, instead: Operation) -> Plant:
    """An operation that is another one of cameras that are recorded in JPEG."""

    def is_jpeg(playback: Playback, camera: int, recording: Recording, now: Ticks) -> bool:
        place = playback.cursors.get(camera, Cursor()).place or recording.oldest(now)
        return place is not None and place.gop.footage.codec is Codec.JPEG

    return _otherwise(operation, instead, is_jpeg)


def _otherwise(
    operation: Operation, instead: Operation, applies: Callable[[Playback, int, Recording, Ticks], bool]
) -> Plant:
    def plant(recorder: Recorder) -> None:
        def alter(playback: Playback) -> None:
            def next_gop(original: NextGop, camera: int, recording: Recording, now: Ticks) -> Place | None:
                if playback.operation is not operation or not applies(playback, camera, recording, now):
                    return original(camera, recording, now)
                with _as(playback, instead):
                    return original(camera, recording, now)

            around(playback.next_gop, next_gop)

        each_playback(recorder, alter)

    return plant


@breaks("PLB-12", "PLB-26")
def play_of_several_gives_one_gop(recorder: Recorder) -> None:
    """Gives one GOP of each camera on PLAY, and no more, where several cameras play."""
    _ends_early(recorder, 1, lambda playback, place: len(playback.mask or ()) > 1)


@breaks("PLB-12")
def play_of_jpeg_ends_early(recorder: Recorder) -> None:
    """Gives four pictures on PLAY of what is recorded in JPEG, and no more."""
    _ends_early(recorder, 4, lambda playback, place: place.gop.footage.codec is Codec.JPEG)


def _ends_early(recorder: Recorder, most: int, applies: Callable[[Playback, Place], bool]) -> None:
    def alter(playback: Playback) -> None:
        given: Counter[int] = Counter()

        def command(original: Command, name: str, begin: Ticks | None) -> None:
            given.clear()
            original(name, begin)

        def next_gop(original: NextGop, camera: int, recording: Recording, now: Ticks) -> Place | None:
            place = original(camera, recording, now)
            given[camera] += 1
            over = playback.operation is Operation.PLAYBACK and given[camera] > most
            return None if over and place is not None and applies(playback, place) else place

        around(playback.command, command)
        around(playback.next_gop, next_gop)

    each_playback(recorder, alter)


@breaks("PLB-13")
def bplay_of_several_gives_nothing(recorder: Recorder) -> None:
    """Gives nothing on BPLAY where several cameras play."""
    _nothing(recorder, Operation.REVERSE, lambda playback, camera: len(playback.mask or ()) > 1)


@breaks("PLB-18")
def ff_gives_nothing_of_other_cameras(recorder: Recorder) -> None:
    """Gives nothing on FF of any camera of MASK but the first."""
    _nothing(recorder, Operation.FAST_FORWARD, lambda playback, camera: camera != _first(playback))


def _nothing(recorder: Recorder, operation: Operation, applies: Callable[[Playback, int], bool]) -> None:
    def alter(playback: Playback) -> None:
        def next_gop(original: NextGop, camera: int, recording: Recording, now: Ticks) -> Place | None:
            if playback.operation is operation and applies(playback, camera):
                return None
            return original(camera, recording, now)

        around(playback.next_gop, next_gop)

    each_playback(recorder, alter)


@contextmanager
def _as(playback: Playback, operation: Operation) -> Iterator[None]:
    """While another operation is in effect, at no speed."""
    before, speed = playback.operation, playback.speed
    playback.operation, playback.speed = operation, 0
    yield
    playback.operation, playback.speed = before, speed


def _first(playback: Playback) -> int:
    return min(playback.mask or {0})


@breaks("PLB-13")
def bplay_is_for_the_first_camera_alone(recorder: Recorder) -> None:
    """Plays the first camera of MASK backward on BPLAY, and the others forward."""
    _alone(Operation.REVERSE, Operation.PLAYBACK)(recorder)


@breaks("PLB-15")
def next_image_is_for_the_first_camera_alone(recorder: Recorder) -> None:
    """Gives the image next to TIMEF of the first camera of MASK alone on NEXTFRAME."""
    _alone(Operation.NEXT_IMAGE, Operation.PLAYBACK)(recorder)


@breaks("PLB-16")
def previous_image_is_for_the_first_camera_alone(recorder: Recorder) -> None:
    """Gives the image ahead of TIMEF of the first camera of MASK alone on PREVFRAME."""
    _alone(Operation.PREVIOUS_IMAGE, Operation.PLAYBACK)(recorder)


@breaks("PLB-18")
def ff_is_for_the_first_camera_alone(recorder: Recorder) -> None:
    """Skips forward on FF with the first camera of MASK alone, and plays the others."""
    _alone(Operation.FAST_FORWARD, Operation.PLAYBACK)(recorder)


@breaks("PLB-19")
def rew_is_for_the_first_camera_alone(recorder: Recorder) -> None:
    """Skips backward on REW with the first camera of MASK alone, and plays the others backward."""
    _alone(Operation.FAST_REVERSE, Operation.REVERSE)(recorder)


@breaks("PLB-13")
def bplay_of_jpeg_goes_forward(recorder: Recorder) -> None:
    """Plays forward on BPLAY what is recorded in JPEG."""
    _of_jpeg(Operation.REVERSE, Operation.PLAYBACK)(recorder)


@breaks("PLB-15")
def next_image_of_jpeg_is_the_one_before(recorder: Recorder) -> None:
    """Gives the image before on NEXTFRAME of what is recorded in JPEG."""
    _of_jpeg(Operation.NEXT_IMAGE, Operation.PREVIOUS_IMAGE)(recorder)


@breaks("PLB-16")
def previous_image_of_jpeg_is_the_next(recorder: Recorder) -> None:
    """Gives the next image on PREVFRAME of what is recorded in JPEG."""
    _of_jpeg(Operation.PREVIOUS_IMAGE, Operation.NEXT_IMAGE)(recorder)


@breaks("PLB-18")
def ff_of_jpeg_skips_nothing(recorder: Recorder) -> None:
    """Gives one picture after the other on FF of what is recorded in JPEG."""
    _of_jpeg(Operation.FAST_FORWARD, Operation.PLAYBACK)(recorder)


@breaks("PLB-19")
def rew_of_jpeg_skips_nothing(recorder: Recorder) -> None:
    """Gives one picture before the other on REW of what is recorded in JPEG."""
    _of_jpeg(Operation.FAST_REVERSE, Operation.REVERSE)(recorder)
