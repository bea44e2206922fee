"""Never live and playback together on one UID (§1.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from nvr_emulator.recorder.replies import Refused
from nvr_emulator.recorder.sessions import Session
from nvr_emulator.seams import seam


class Live(Protocol):
    """What is to be known of live."""

    def streams(self, uid: int | None = None) -> Sequence[object]:
        """The streams that run on a UID."""


class Playing(Protocol):
    """What is to be known of a playback."""

    @property
    def running(self) -> bool:
        """Whether a PLAYCMD is in effect."""


class Exclusivity:
    """Refuses one while the other runs. `playbacks`: by UID."""

    def __init__(self, live: Live, playbacks: Mapping[int, Playing]) -> None:
        self.live = live
        self.playbacks = playbacks

    @seam
    def check_not_playing(self, session: Session) -> None:
        """Refuse live while playback runs."""
        playback = self.playbacks.get(session.uid)
        if playback is not None and playback.running:
            raise Refused(503, "UID: playback runs on it; stop it before live starts")

    @seam
    def check_not_live(self, session: Session) -> None:
        """Refuse playback while live runs."""
        if self.live.streams(session.uid):
            raise Refused(503, "UID: live runs on it; stop it before playback starts")
