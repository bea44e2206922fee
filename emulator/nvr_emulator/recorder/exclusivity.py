"""Never live and playback together on one UID (§1.3)."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from typing import Any, Literal, Protocol

from nvr_emulator.recorder.replies import Refused
from nvr_emulator.recorder.sessions import Session
from nvr_emulator.seams import seam

SecondStream = Literal["refused", "silent", "replaces"]


class Live(Protocol):
    """What is to be known of live."""

    def streams(self, uid: int | None = None) -> Sequence[object]:
        """The streams that run on a UID."""

    def end_uid(self, uid: int, why: str) -> None:
        """End them."""


class Playing(Protocol):
    """What is to be known of a playback."""

    @property
    def running(self) -> bool:
        """Whether a PLAYCMD is in effect."""


OVER = "the other of live and playback took its place"
"""Why a stream ended on whose UID playback began."""


class Exclusivity:
    """Has one of the two while the other runs: the newcomer is refused, or gets nothing (`silent`), or the
    older one ends for it (`replaces`; OP-43). `playbacks`: by UID."""

    def __init__(
        self, live: Live, playbacks: MutableMapping[int, Any], second_stream: SecondStream = "refused"
    ) -> None:
        self.live = live
        self.playbacks = playbacks
        self.second_stream = second_stream

    def admits_live(self, session: Session) -> bool:
        """Whether live may start on a UID; False: it gets nothing. `Refused`."""
        try:
            self.check_not_playing(session)
        except Refused:
            if self.second_stream == "refused":
                raise
            if self.second_stream == "silent":
                return False
            self.playbacks.pop(session.uid)
        return True

    def admits_playback(self, session: Session) -> bool:
        """Whether playback may go on on a UID; False: it gets nothing. `Refused`."""
        try:
            self.check_not_live(session)
        except Refused:
            if self.second_stream == "refused":
                raise
            if self.second_stream == "silent":
                return False
            self.live.end_uid(session.uid, OVER)
        return True

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
