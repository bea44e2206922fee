"""Defects of playback on one UID that acts upon another (§1.3)."""

from __future__ import annotations

from collections.abc import Callable

from nvr_emulator.defects.playback.order import each_playback
from nvr_emulator.defects.registry import breaks
from nvr_emulator.recorder.playback.operations import Playback
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.recorder.sessions import Ending, OnEnd, Session
from nvr_emulator.seams import around
from nvr_protocol.additional_information import Operation
from nvr_protocol.timestamps import Ticks


@breaks("PLB-29")
def stop_ends_playback_of_all_uids(recorder: Recorder) -> None:
    """Ends the playback of all UIDs at the STOP of one."""

    def end(other: Playback, name: str, playback: Playback, begin: Ticks | None) -> None:
        if name == "stop":
            other.operation = Operation.UNDEFINED

    _upon_others(recorder, end)


@breaks("PLB-29")
def goto_moves_all_uids(recorder: Recorder) -> None:
    """Leads all UIDs that play to where GOTODATE leads one."""

    def move(other: Playback, name: str, playback: Playback, begin: Ticks | None) -> None:
        for cursor in other.cursors.values() if name == "goto" else ():
            cursor.begin = begin

    _upon_others(recorder, move)


@breaks("PLB-29")
def all_uids_play_alike(recorder: Recorder) -> None:
    """Does on all UIDs that play what the last PLAYCMD of any says."""

    def alike(other: Playback, name: str, playback: Playback, begin: Ticks | None) -> None:
        if name != "stop":
            other.operation, other.speed = playback.operation, playback.speed

    _upon_others(recorder, alike)


@breaks("PLB-29")
def speed_of_all_uids(recorder: Recorder) -> None:
    """Names on all UIDs that play the speed to which the last PLAYCMD of any has come."""

    def alike(other: Playback, name: str, playback: Playback, begin: Ticks | None) -> None:
        other.speed = playback.speed

    _upon_others(recorder, alike)


@breaks("PLB-29")
def expiry_ends_playback_of_all_uids(recorder: Recorder) -> None:
    """Ends the playback of all UIDs when one expires."""

    def session_ended(original: OnEnd, session: Session, ending: Ending, now: float) -> None:
        original(session, ending, now)
        if ending is Ending.EXPIRED:
            for other in recorder.playbacks.values():
                other.operation = Operation.UNDEFINED

    around(recorder.session_ended, session_ended)


def _upon_others(recorder: Recorder, act: Callable[[Playback, str, Playback, Ticks | None], None]) -> None:
    """Act upon each other UID that plays, behind each PLAYCMD: its playback, the command, the playback that
    it is for, and where it begins."""

    def alter(playback: Playback) -> None:
        def command(original: Callable[[str, Ticks | None], None], name: str, begin: Ticks | None) -> None:
            original(name, begin)
            for other in _others(recorder, playback):
                act(other, name, playback, begin)

        around(playback.command, command)

    each_playback(recorder, alter)


def _others(recorder: Recorder, playback: Playback) -> list[Playback]:
    return [other for other in recorder.playbacks.values() if other is not playback and other.running]
