"""Defects of which cameras play on which UID (§1.3, §3.2.3)."""

from __future__ import annotations

from collections.abc import Callable

from nvr_emulator.defects.playback.order import Chunk, around_chunks, each_playback
from nvr_emulator.defects.registry import breaks, moment_of
from nvr_emulator.footage.footage import ticks
from nvr_emulator.footage.recordings import Place, Recording
from nvr_emulator.recorder.commands import Asked
from nvr_emulator.recorder.playback.operations import FAST, Cursor, Playback
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.recorder.replies import Answer, Refused
from nvr_emulator.recorder.sessions import Session
from nvr_emulator.seams import around
from nvr_protocol.additional_information import Operation
from nvr_protocol.timestamps import Ticks

LARGE = (1, 3)
"""The models whose recorders have more than sixteen cameras."""

Choose = Callable[[Callable[[frozenset[int]], None], frozenset[int]], None]
"""What goes around the choice of the cameras to play."""


@breaks("PLB-26")
def last_camera_does_not_play(recorder: Recorder) -> None:
    """Refuses the last camera of a full MASK."""

    def check(playback: Playback, camera: int, session: Session) -> None:
        mask = playback.mask or frozenset()
        if len(mask) == min(16, len(recorder.cameras.registered)) and camera == max(mask):
            raise Refused(503, "CAM: too many cameras play")

    _before_camera(recorder, check)


@breaks("PLB-26", models=LARGE)
def fifteen_cameras_play(recorder: Recorder) -> None:
    """Plays fifteen cameras on one UID at most."""
    _cameras_at_once(recorder, 15)


@breaks("PLB-26", models=(2,))
def three_cameras_play(recorder: Recorder) -> None:
    """Plays three cameras on one UID at most."""
    _cameras_at_once(recorder, 3)


@breaks("PLB-26")
def all_cameras_show_the_first(recorder: Recorder) -> None:
    """Gives the pictures of the first camera in MASK for all of them."""
    moment = moment_of(recorder)

    def chunk(original: Chunk, number: int, playback: Playback, place: Place) -> bytes:
        first = min(playback.mask or {number})
        here = recorder.cameras.recording(first).near(place.gop.start, ticks(moment()))
        return original(number, playback, place if here is None else here)

    around_chunks(recorder, chunk)


@breaks("PLB-26")
def neighbours_change_places(recorder: Recorder) -> None:
    """Gives the pictures of camera 2 for camera 1, those of 1 for 2, and so on, where more than two play."""
    moment = moment_of(recorder)

    def chunk(original: Chunk, number: int, playback: Playback, place: Place) -> bytes:
        mask = playback.mask or frozenset()
        neighbour = number + 1 if number % 2 else number - 1
        if len(mask) <= 2 or neighbour not in mask:
            return original(number, playback, place)
        here = recorder.cameras.recording(neighbour).near(place.gop.start, ticks(moment()))
        return original(number, playback, here or place)

    around_chunks(recorder, chunk)


@breaks("PLB-27", models=LARGE)
def seventeen_cameras_play(recorder: Recorder) -> None:
    """Plays seventeen cameras on one UID."""
    _cameras_at_once(recorder, 17)


@breaks("PLB-28")
def two_answers_in_flight(recorder: Recorder) -> None:
    """Answers camera.cgi while an answer for the same camera is still being sent."""
    _before_camera(recorder, lambda playback, camera, session: playback.in_flight.clear())


@breaks("PLB-28")
def two_answers_in_flight_on_bplay(recorder: Recorder) -> None:
    """Answers camera.cgi while an answer for the same camera is still being sent, on BPLAY."""
    _two_in_flight(recorder, Operation.REVERSE)


@breaks("PLB-28")
def two_answers_in_flight_on_fast_play(recorder: Recorder) -> None:
    """Answers camera.cgi while an answer for the same camera is still being sent, on FF and REW."""
    _two_in_flight(recorder, *FAST)


def _two_in_flight(recorder: Recorder, *operations: Operation) -> None:
    def forget(playback: Playback, camera: int, session: Session) -> None:
        if playback.operation in operations:
            playback.in_flight.clear()

    _before_camera(recorder, forget)


@breaks("PLB-28")
def same_gop_while_it_is_sent(recorder: Recorder) -> None:
    """Gives a GOP again where its camera is asked for while it is still being sent."""

    def again(playback: Playback, camera: int, session: Session) -> None:
        cursor = playback.cursors.get(camera)
        if camera in playback.in_flight and cursor is not None and cursor.place is not None:
            playback.in_flight.clear()
            cursor.begin = cursor.place.gop.start

    _before_camera(recorder, again)


@breaks("PLB-26")
def one_answer_in_flight_for_all_cameras(recorder: Recorder) -> None:
    """Refuses camera.cgi while an answer for any camera is being sent on the UID."""

    def check(playback: Playback, camera: int, session: Session) -> None:
        if playback.in_flight:
            raise Refused(503, "UID: another camera is being sent")

    _before_camera(recorder, check)


@breaks("PLB-28")
def refused_camera_moves_on(recorder: Recorder) -> None:
    """Refuses camera.cgi while an answer is being sent, and leaves the next GOP out."""
    moment = moment_of(recorder)

    def check(playback: Playback, camera: int, session: Session) -> None:
        if camera in playback.in_flight:
            playback.next_gop(camera, recorder.cameras.recording(camera), ticks(moment()))

    _before_camera(recorder, check)


@breaks("PLB-29")
def one_place_for_all_uids(recorder: Recorder) -> None:
    """Lets all UIDs share one place in a recording."""
    cursors: dict[int, Cursor] = {}

    def alter(playback: Playback) -> None:
        def next_gop(
            original: Callable[[int, Recording, Ticks], Place | None],
            camera: int,
            recording: Recording,
            now: Ticks,
        ) -> Place | None:
            playback.cursors = cursors
            return original(camera, recording, now)

        def command(original: Callable[[str, Ticks | None], None], name: str, begin: Ticks | None) -> None:
            playback.cursors = cursors
            original(name, begin)

        around(playback.next_gop, next_gop)
        around(playback.command, command)

    each_playback(recorder, alter)


@breaks("PLB-29")
def camera_plays_on_one_uid_alone(recorder: Recorder) -> None:
    """Refuses a camera that plays on another UID."""

    def check(playback: Playback, camera: int, session: Session) -> None:
        others = [other for other in recorder.playbacks.values() if other is not playback]
        if any(other.running and camera in (other.mask or ()) for other in others):
            raise Refused(503, "CAM: it plays on another UID")

    _before_camera(recorder, check)


@breaks("PLB-29")
def one_answer_in_flight_for_all_uids(recorder: Recorder) -> None:
    """Refuses camera.cgi while an answer for the camera is being sent on any UID."""

    def check(playback: Playback, camera: int, session: Session) -> None:
        if any(camera in other.in_flight for other in recorder.playbacks.values()):
            raise Refused(503, "CAM: the camera is being sent")

    _before_camera(recorder, check)


@breaks("PLB-32")
def first_mask_stays(recorder: Recorder) -> None:
    """Accepts a new MASK, and stays with the first."""

    def choose(playback: Playback) -> Choose:
        def keep(original: Callable[[frozenset[int]], None], cameras: frozenset[int]) -> None:
            original(cameras if playback.mask is None else playback.mask)

        return keep

    each_playback(recorder, lambda playback: around(playback.choose, choose(playback)))


@breaks("PLB-32")
def no_new_mask_in_playback(recorder: Recorder) -> None:
    """Refuses a new MASK while playback runs."""

    def choose(playback: Playback) -> Choose:
        def refuse(original: Callable[[frozenset[int]], None], cameras: frozenset[int]) -> None:
            if playback.running:
                raise Refused(503, "MASK: playback runs")
            original(cameras)

        return refuse

    each_playback(recorder, lambda playback: around(playback.choose, choose(playback)))


@breaks("PLB-32", models=LARGE)
def new_mask_adds_to_the_old_one(recorder: Recorder) -> None:
    """Adds the cameras of a new MASK to those that play."""

    def choose(playback: Playback) -> Choose:
        def add(original: Callable[[frozenset[int]], None], cameras: frozenset[int]) -> None:
            original(cameras | (playback.mask or frozenset()))

        return add

    each_playback(recorder, lambda playback: around(playback.choose, choose(playback)))


def _cameras_at_once(recorder: Recorder, count: int) -> None:
    def alter(playback: Playback) -> None:
        playback.cameras_at_once = count

    each_playback(recorder, alter)


def _before_camera(recorder: Recorder, check: Callable[[Playback, int, Session], object]) -> None:
    """Do something ahead of each camera.cgi; it may refuse."""

    def camera(original: Callable[[Asked], Answer], asked: Asked) -> Answer:
        playback = recorder.playback_commands.playback_of(asked.session)
        check(playback, asked.command.integer("CAM"), asked.session)
        return original(asked)

    around(recorder.playback_commands.camera, camera)
