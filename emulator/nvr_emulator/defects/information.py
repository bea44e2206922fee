"""Defects of recorder information (§5)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from nvr_emulator.defects.registry import around, breaks
from nvr_emulator.recorder import Recorder
from nvr_emulator.replies import Answer
from nvr_emulator.sessions import Ending, Session


@breaks("INF-06")
def getinfo_without_the_last_camera(recorder: Recorder) -> None:
    """Leaves out the line of the last camera."""

    def information(original: Callable[..., Answer], *args: Any) -> Answer:
        answer = original(*args)
        lines = answer.body.split(b"\r\n")
        del lines[recorder.plan.channels]
        return dataclasses.replace(answer, body=b"\r\n".join(lines))

    around(recorder, "information", information)


@breaks("INF-06")
def getinfo_with_bare_line_feeds(recorder: Recorder) -> None:
    """Ends the lines of as_getinfo with LF alone."""

    def information(original: Callable[..., Answer], *args: Any) -> Answer:
        answer = original(*args)
        return dataclasses.replace(answer, body=answer.body.replace(b"\r\n", b"\n"))

    around(recorder, "information", information)


@breaks("INF-07")
def maxuid_says_32(recorder: Recorder) -> None:
    """Says MAXUID=32."""
    recorder.most_uids = 32


@breaks("INF-07")
def useduid_counts_expired_uids(recorder: Recorder) -> None:
    """Counts UIDs that have expired in USEDUID."""
    expired = [0]

    def session_ended(original: Callable[..., None], session: Session, ending: Ending) -> None:
        expired[0] += ending is Ending.EXPIRED
        original(session, ending)

    around(recorder, "session_ended", session_ended)
    recorder.sessions.on_end = recorder.session_ended
    around(recorder, "used_uids", lambda original: original() + expired[0])
