"""Defects of playback upon which other commands of its UID act (§3.1, §6.3)."""

from __future__ import annotations

from collections.abc import Callable

from nvr_emulator.defects.registry import breaks
from nvr_emulator.footage.footage import ticks
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.recorder.sessions import Session
from nvr_emulator.seams import around
from nvr_protocol.commands.urls import Command


@breaks("PLB-12")
def download_moves_playback(recorder: Recorder) -> None:
    """Leads the playback of a UID that is given a file to where the file begins."""

    def session_of(original: Callable[[Command, float], Session], command: Command, now: float) -> Session:
        session = original(command, now)
        playback = recorder.playbacks.get(session.uid)
        if playback is not None and command.key == "download":
            for cursor in playback.cursors.values():
                cursor.begin = ticks(command.integer("STARTTIME"))
        return session

    around(recorder.login_commands.session_of, session_of)
