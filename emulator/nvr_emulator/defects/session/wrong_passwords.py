"""Defects of what a wrong password does to the UIDs of others (§1.3, §6.1.1)."""

from __future__ import annotations

from collections.abc import Callable

from nvr_emulator.defects.registry import breaks
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.recorder.replies import Answer, Refused, Request
from nvr_emulator.recorder.sessions import Ending
from nvr_emulator.seams import around


@breaks("SES-03")
def wrong_passwords_take_places(recorder: Recorder) -> None:
    """Keeps a place for whoever has a wrong password, for good."""

    def wrong(now: float) -> None:
        _make_room(recorder, now)
        recorder.sessions.capacity = max(1, recorder.sessions.capacity - 1)

    _at_wrong_passwords(recorder, wrong)


@breaks("SES-03")
def wrong_passwords_throw_out(recorder: Recorder) -> None:
    """Throws out the UID whose turn it is ahead of looking at the password, where all places are taken."""
    _at_wrong_passwords(recorder, lambda now: _make_room(recorder, now))


def _make_room(recorder: Recorder, now: float) -> None:
    sessions = recorder.sessions
    if len(sessions.valid()) >= sessions.capacity:
        sessions.end(sessions.choose_victim(), Ending.EVICTED, now)


def _at_wrong_passwords(recorder: Recorder, then: Callable[[float], None]) -> None:
    def login(original: Callable[[Request, float], Answer], request: Request, now: float) -> Answer:
        try:
            return original(request, now)
        except Refused as refused:
            if request.authorization is not None and not any(
                "stale=true" in text for _, text in refused.headers
            ):
                then(now)
            raise

    around(recorder.login_commands.login, login)
