"""What every part of the recorder knows of a command: who gave it, when, and what obeys it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nvr_emulator.recorder.replies import Reply, Request
from nvr_emulator.recorder.sessions import Session
from nvr_protocol.commands.urls import Command


@dataclass(frozen=True, slots=True)
class Asked:
    """A command that came on a valid UID. `now` is Unix seconds."""

    command: Command
    session: Session
    now: float
    request: Request


Handler = Callable[[Asked], Reply]
"""What obeys a command; it raises `Refused` where the recorder does not do it."""

OpenHandler = Callable[[float], Reply]
"""What answers a command that needs no UID, at that time (Unix seconds)."""
