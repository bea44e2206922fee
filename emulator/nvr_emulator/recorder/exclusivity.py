"""Never live and playback together on one UID (§1.3)."""

from __future__ import annotations

from collections.abc import Mapping

from nvr_emulator.recorder.live.streams import LiveTable
from nvr_emulator.recorder.playback.operations import Playback
from nvr_emulator.recorder.replies import Refused
from nvr_emulator.recorder.sessions import Session


class Exclusivity:
    """Refuses one while the other runs."""

    def __init__(self, live: LiveTable, playbacks: Mapping[int, Playback]) -> None:
        self.live = live
        self.playbacks = playbacks

    def check_not_playing(self, session: Session) -> None:
        """Refuse live while playback runs."""
        playback = self.playbacks.get(session.uid)
        if playback is not None and playback.running:
            raise Refused(503, "UID: playback runs on it; stop it before live starts")

    def check_not_live(self, session: Session) -> None:
        """Refuse playback while live runs."""
        if self.live.streams(session.uid):
            raise Refused(503, "UID: live runs on it; stop it before playback starts")
