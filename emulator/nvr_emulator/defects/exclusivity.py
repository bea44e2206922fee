"""Defects of live or playback on one UID (§1.3)."""

from __future__ import annotations

from nvr_emulator.defects.registry import breaks
from nvr_emulator.recorder import Recorder
from nvr_emulator.replies import Refused
from nvr_emulator.sessions import Session
from nvr_protocol.additional_information import Operation


@breaks("EXC-01")
def playback_beside_live(recorder: Recorder) -> None:
    """Allows playback on a UID on which live runs."""
    recorder.check_not_live = lambda session: None  # type: ignore[method-assign]


@breaks("EXC-01")
def playback_ends_live(recorder: Recorder) -> None:
    """Refuses playback on a UID on which live runs, and ends live."""
    original = recorder.check_not_live

    def check(session: Session) -> None:
        try:
            original(session)
        except Refused:
            recorder.live.end_uid(session.uid, "playback was asked for")
            raise

    recorder.check_not_live = check  # type: ignore[method-assign]


@breaks("EXC-02")
def live_beside_playback(recorder: Recorder) -> None:
    """Allows live on a UID on which playback runs."""
    recorder.check_not_playing = lambda session: None  # type: ignore[method-assign]
    recorder.check_not_live = lambda session: None  # type: ignore[method-assign]


@breaks("EXC-02")
def live_ends_playback(recorder: Recorder) -> None:
    """Refuses live on a UID on which playback runs, and ends playback."""
    original = recorder.check_not_playing

    def check(session: Session) -> None:
        try:
            original(session)
        except Refused:
            recorder.playback_of(session).operation = Operation.UNDEFINED
            raise

    recorder.check_not_playing = check  # type: ignore[method-assign]


@breaks("EXC-03")
def live_for_good(recorder: Recorder) -> None:
    """Refuses playback on a UID that has ever had live."""
    seen: set[int] = set()
    original = recorder.check_not_live

    def check(session: Session) -> None:
        original(session)
        if session.uid in seen:
            raise Refused(503, "UID: it is one for live")

    check_playing = recorder.check_not_playing

    def remember(session: Session) -> None:
        check_playing(session)
        seen.add(session.uid)

    recorder.check_not_live = check  # type: ignore[method-assign]
    recorder.check_not_playing = remember  # type: ignore[method-assign]


@breaks("EXC-04")
def playback_for_good(recorder: Recorder) -> None:
    """Refuses live on a UID that has ever had playback."""
    original = recorder.check_not_playing

    def check(session: Session) -> None:
        original(session)
        playback = recorder.playbacks.get(session.uid)
        if playback is not None and playback.cursors:
            raise Refused(503, "UID: it is one for playback")

    recorder.check_not_playing = check  # type: ignore[method-assign]


@breaks("EXC-05")
def live_or_playback_for_all(recorder: Recorder) -> None:
    """Refuses live while playback runs on any UID."""
    original = recorder.check_not_playing

    def check(session: Session) -> None:
        original(session)
        if any(playback.running for playback in recorder.playbacks.values()):
            raise Refused(503, "playback runs")

    recorder.check_not_playing = check  # type: ignore[method-assign]
