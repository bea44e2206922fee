"""Defects of which GOP comes next (§3.1, §3.2)."""

from __future__ import annotations

from collections.abc import Callable

from nvr_emulator.defects.registry import breaks
from nvr_emulator.footage.footage import TICKS, Gop, unix_seconds
from nvr_emulator.footage.recordings import Place, Recording
from nvr_emulator.recorder.commands import Asked
from nvr_emulator.recorder.playback.operations import Cursor, Playback
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.recorder.replies import Answer, Refused
from nvr_emulator.recorder.sessions import Session
from nvr_emulator.seams import around
from nvr_protocol.additional_information import Operation
from nvr_protocol.pieces import Pieces
from nvr_protocol.timestamps import Ticks, zone_at

Give = Callable[[Asked], Answer]
Find = Callable[[Cursor, Recording, Ticks], Place | None]
Chunk = Callable[[int, Playback, Place], bytes]


def around_chunks(recorder: Recorder, wrapper: Callable[[Chunk, int, Playback, Place], bytes]) -> None:
    """Put a function around what gives the GOPs of playback; it is given them whole."""

    def whole(
        original: Callable[[int, Playback, Place], bytes | Pieces],
        number: int,
        playback: Playback,
        place: Place,
    ) -> bytes:
        return wrapper(lambda *asked: bytes(original(*asked)), number, playback, place)

    around(recorder.playback_commands.chunk, whole)


@breaks("PLB-12")
def play_gives_a_gop_twice(recorder: Recorder) -> None:
    """Gives each GOP twice on PLAY."""

    def alter(playback: Playback) -> None:
        again: set[int] = set()

        def go_on(original: Find, cursor: Cursor, recording: Recording, now: Ticks) -> Place | None:
            if playback.operation is Operation.PLAYBACK and cursor.place and id(cursor) not in again:
                again.add(id(cursor))
                return cursor.place
            again.discard(id(cursor))
            return original(cursor, recording, now)

        around(playback.go_on, go_on)

    each_playback(recorder, alter)


@breaks("PLB-12")
def play_leaves_gops_out(recorder: Recorder) -> None:
    """Leaves out every other GOP on PLAY."""
    change_stride(recorder, Operation.PLAYBACK, lambda stride: 2 * stride)


@breaks("PLB-12")
def play_swaps_gops(recorder: Recorder) -> None:
    """Gives the second GOP ahead of the first, the fourth ahead of the third."""

    def alter(playback: Playback) -> None:
        given = [0]

        def stride(original: Callable[[], int]) -> int:
            if playback.operation is not Operation.PLAYBACK:
                return original()
            given[0] += 1
            return 3 if given[0] % 2 else -1

        around(playback.stride, stride)

    each_playback(recorder, alter)


@breaks("PLB-07")
def play_runs_ahead_of_the_clock(recorder: Recorder) -> None:
    """Gives, behind the newest GOP, those of the next seconds, before anybody saw them."""

    def alter(playback: Playback) -> None:
        def find(original: Find, cursor: Cursor, recording: Recording, now: Ticks) -> Place | None:
            return original(cursor, recording, Ticks(now + 6 * TICKS))

        around(playback.find, find)

    each_playback(recorder, alter)


@breaks("PLB-12")
def play_leaves_out_what_it_waited_for(recorder: Recorder) -> None:
    """Leaves out the GOP that is recorded next, once PLAY came to the end of the recording."""

    def alter(playback: Playback) -> None:
        waited: set[int] = set()

        def go_on(original: Find, cursor: Cursor, recording: Recording, now: Ticks) -> Place | None:
            place = original(cursor, recording, now)
            if playback.operation is not Operation.PLAYBACK or cursor.place is None:
                return place
            if place is None:
                waited.add(id(cursor))
            elif id(cursor) in waited:
                waited.discard(id(cursor))
                return recording.step(place, 1, now) or place
            return place

        around(playback.go_on, go_on)

    each_playback(recorder, alter)


@breaks("PLB-12", "DWN-11")
def old_pictures_with_new_times(recorder: Recorder) -> None:
    """Gives the pictures of the GOP before at every other GOP of PLAY."""

    def chunk(original: Chunk, number: int, playback: Playback, place: Place) -> bytes:
        gop = place.gop
        before = gop.footage.gop(gop.number - 1)
        alike = before.pictures == gop.pictures
        if playback.operation is not Operation.PLAYBACK or gop.number % 2 or not alike:
            return original(number, playback, place)
        zone = zone_at(recorder.plan.zone, unix_seconds(gop.start))
        prepared = gop.footage.prepared(before, recorder.plan.dialect, recorder.plan.chunk_form)
        moments = gop.picture_hundredths()
        return bytes(prepared.stamp(number, moments, zone, playback.operation, playback.speed))

    around_chunks(recorder, chunk)


@breaks("PLB-12")
def play_keeps_its_first_pictures(recorder: Recorder) -> None:
    """Gives the pictures of the GOP with which PLAY began at every GOP of it, with times that go on."""
    shown: dict[int, Gop] = {}

    def chunk(original: Chunk, number: int, playback: Playback, place: Place) -> bytes:
        gop = place.gop
        if playback.operation is not Operation.PLAYBACK or playback.timef is not None:
            shown.pop(id(playback), None)
            return original(number, playback, place)
        first = shown.setdefault(id(playback), gop)
        if first.footage.recorded is not gop.footage.recorded or first.pictures != gop.pictures:
            return original(number, playback, place)
        zone = zone_at(recorder.plan.zone, unix_seconds(gop.start))
        prepared = gop.footage.prepared(first, recorder.plan.dialect, recorder.plan.chunk_form)
        return bytes(
            prepared.stamp(number, gop.picture_hundredths(), zone, playback.operation, playback.speed)
        )

    around_chunks(recorder, chunk)


@breaks("PLB-13")
def bplay_goes_forward(recorder: Recorder) -> None:
    """Plays forward on BPLAY."""
    change_stride(recorder, Operation.REVERSE, lambda stride: -stride)


@breaks("PLB-13")
def bplay_leaves_gops_out(recorder: Recorder) -> None:
    """Leaves out every other GOP on BPLAY."""
    change_stride(recorder, Operation.REVERSE, lambda stride: 2 * stride)


@breaks("PLB-13")
def bplay_stays(recorder: Recorder) -> None:
    """Gives the same GOP over and over on BPLAY."""
    change_stride(recorder, Operation.REVERSE, lambda stride: 0)


@breaks("PLB-14")
def pause_is_refused(recorder: Recorder) -> None:
    """Refuses PAUSE."""

    def play(original: Give, asked: Asked) -> Answer:
        if asked.command.key == "pause":
            raise Refused(503, "PLAYCMD: there is no pause")
        return original(asked)

    around(recorder.playback_commands.play, play)


@breaks("PLB-14")
def pause_does_not_end(recorder: Recorder) -> None:
    """Gives nothing once it was paused, until a GOTODATE."""

    def alter(playback: Playback) -> None:
        is_paused = _pause_that_outlives_play(playback)

        def find(original: Find, cursor: Cursor, recording: Recording, now: Ticks) -> Place | None:
            return None if is_paused() else original(cursor, recording, now)

        around(playback.find, find)

    each_playback(recorder, alter)


@breaks("PLB-14")
def pause_ends_for_one_camera(recorder: Recorder) -> None:
    """Gives GOPs of the first camera of MASK alone once several were paused, until a GOTODATE."""

    def alter(playback: Playback) -> None:
        is_paused = _pause_that_outlives_play(playback)

        def next_gop(
            original: Callable[[int, Recording, Ticks], Place | None],
            camera: int,
            recording: Recording,
            now: Ticks,
        ) -> Place | None:
            place = original(camera, recording, now)
            return None if is_paused() and camera != min(playback.mask or {camera}) else place

        around(playback.next_gop, next_gop)

    each_playback(recorder, alter)


def _pause_that_outlives_play(playback: Playback) -> Callable[[], bool]:
    """Whether it was paused, and nothing but PLAY came since."""
    paused = [False]

    def command(original: Callable[[str, Ticks | None], None], name: str, begin: Ticks | None) -> None:
        original(name, begin)
        paused[0] = name == "pause" or (paused[0] and name == "play")

    around(playback.command, command)
    return lambda: paused[0]


@breaks("PLB-15")
def next_image_gives_the_gop_on_show(recorder: Recorder) -> None:
    """Gives the GOP of the picture on show on NEXTFRAME, though that is its last."""
    _step_away(recorder, (Operation.NEXT_IMAGE,), -1)


@breaks("PLB-15")
def next_image_leaves_a_gop_out(recorder: Recorder) -> None:
    """Gives the GOP after the next on NEXTFRAME."""
    _step_away(recorder, (Operation.NEXT_IMAGE,), 1)


@breaks("PLB-16")
def previous_image_gives_the_gop_on_show(recorder: Recorder) -> None:
    """Gives the GOP of the picture on show on PREVFRAME, though that is its first."""
    _step_away(recorder, (Operation.PREVIOUS_IMAGE,), 1)


@breaks("PLB-16")
def previous_image_leaves_a_gop_out(recorder: Recorder) -> None:
    """Gives the GOP two before on PREVFRAME."""
    _step_away(recorder, (Operation.PREVIOUS_IMAGE,), -1)


@breaks("PLB-16")
def previous_image_is_the_next(recorder: Recorder) -> None:
    """Gives the next GOP on PREVFRAME."""
    _step_away(recorder, (Operation.PREVIOUS_IMAGE,), 2)


@breaks("PLB-20")
def stop_is_ignored(recorder: Recorder) -> None:
    """Goes on to answer camera.cgi after STOP, though live is allowed again."""
    stopped: dict[int, Operation] = {}

    def play(original: Give, asked: Asked) -> Answer:
        if asked.command.key == "stop":
            stopped[asked.session.uid] = recorder.playback_commands.playback_of(asked.session).operation
        return original(asked)

    def camera(original: Give, asked: Asked) -> Answer:
        playback, uid = recorder.playback_commands.playback_of(asked.session), asked.session.uid
        if playback.running or uid not in stopped:
            return original(asked)
        return _as_if_playing(playback, stopped[uid], original, asked)

    around(recorder.playback_commands.play, play)
    around(recorder.playback_commands.camera, camera)


@breaks("PLB-20")
def stop_is_one_answer_late(recorder: Recorder) -> None:
    """Answers one more camera.cgi after STOP, though live is allowed again."""
    stopped: dict[int, Operation] = {}

    def play(original: Give, asked: Asked) -> Answer:
        if asked.command.key == "stop":
            stopped[asked.session.uid] = recorder.playback_commands.playback_of(asked.session).operation
        return original(asked)

    def camera(original: Give, asked: Asked) -> Answer:
        playback = recorder.playback_commands.playback_of(asked.session)
        operation = stopped.pop(asked.session.uid, None)
        if playback.running or operation is None:
            return original(asked)
        return _as_if_playing(playback, operation, original, asked)

    around(recorder.playback_commands.play, play)
    around(recorder.playback_commands.camera, camera)


def each_playback(recorder: Recorder, alter: Callable[[Playback], None]) -> None:
    """Alter the playback of each UID when it is made."""

    def playback_of(original: Callable[[Session], Playback], session: Session) -> Playback:
        fresh = session.uid not in recorder.playbacks
        playback = original(session)
        if fresh:
            alter(playback)
        return playback

    around(recorder.playback_commands.playback_of, playback_of)


def _as_if_playing(playback: Playback, operation: Operation, give: Give, asked: Asked) -> Answer:
    """An answer of a playback that was stopped, from where it stands."""
    playback.operation = operation
    try:
        return give(asked)
    finally:
        playback.operation = Operation.UNDEFINED


def change_stride(recorder: Recorder, operation: Operation, change: Callable[[int], int]) -> None:
    """Change how many GOPs lie between two answers of one operation."""

    def alter(playback: Playback) -> None:
        def stride(original: Callable[[], int]) -> int:
            return change(original()) if playback.operation is operation else original()

        around(playback.stride, stride)

    each_playback(recorder, alter)


def _step_away(recorder: Recorder, operations: tuple[Operation, ...], count: int) -> None:
    """Give a GOP that lies beside the right one when an operation begins."""

    def alter(playback: Playback) -> None:
        def find(original: Find, cursor: Cursor, recording: Recording, now: Ticks) -> Place | None:
            begins = cursor.begin is not None and playback.operation in operations
            place = original(cursor, recording, now)
            return recording.step(place, count, now) if begins and place is not None else place

        around(playback.find, find)

    each_playback(recorder, alter)
