"""What the recorder tells of itself: logs, recorded time, connections (§5)."""

from __future__ import annotations

from collections.abc import Mapping

from nvr_emulator.configuration.plan import RecorderPlan
from nvr_emulator.footage.footage import ticks
from nvr_emulator.recorder.cameras import Cameras
from nvr_emulator.recorder.commands import Asked, Handler, OpenHandler
from nvr_emulator.recorder.disks import Disks, recorded_range, seconds_recorded
from nvr_emulator.recorder.logs import Logs
from nvr_emulator.recorder.replies import KEEP_ALIVE_NO_CACHE, Answer
from nvr_emulator.recorder.sessions import SessionTable
from nvr_emulator.seams import seam
from nvr_protocol.texts.connection_information import ConnectionInformation, write_connection_information
from nvr_protocol.texts.lines import with_endings
from nvr_protocol.texts.log_list import LogKind
from nvr_protocol.timestamps import UnixSeconds

OFF = 5
"""Seconds by which both ends of the recorded range may be early, as from an index of files."""

RECORDED_TIME = ("Content-type", "Connection", "Content-Length")
CONNECTIONS = ("Connection", "Cache-Control", "Content-Type", "Content-Length")
"""The header fields as §5.2.1 and §5.3.1 draw them."""


class Information:
    """Answers those who ask. `most_uids`: what MAXUID says."""

    def __init__(
        self, plan: RecorderPlan, cameras: Cameras, sessions: SessionTable, disks: Disks, logs: Logs
    ) -> None:
        self.plan = plan
        self.cameras = cameras
        self.sessions = sessions
        self.disks = disks
        self.logs = logs
        self.most_uids = sessions.capacity

    def commands(self) -> Mapping[str, Handler]:
        """What obeys the commands that need a UID."""
        return {"log_errors": self.log_list, "log_events": self.log_list}

    def open_commands(self) -> Mapping[str, OpenHandler]:
        """What answers the commands that need none."""
        return {"recorded_time": self.recorded_time, "getinfo": self.connections}

    @seam
    def log_list(self, asked: Asked) -> Answer:
        """loglist.cgi: the error log or the event log (§5.1)."""
        kind = LogKind.ERROR if asked.command.key == "log_errors" else LogKind.EVENT
        return Answer(200, self.ended(self.logs.text(kind)), "text/html", KEEP_ALIVE_NO_CACHE)

    @seam
    def recorded_time(self, now: float) -> Answer:
        """recordedtime.cgi: the disks, and from when to when anything is recorded (§5.2.1)."""
        recordings = [self.cameras.recording(number) for number in self.cameras.registered]
        moment = ticks(now)
        shown = recorded_range(recordings, moment)
        if shown is not None and self.plan.variants.recorded_range == "5s-off":
            shown = (UnixSeconds(shown[0] - OFF), UnixSeconds(shown[1] - OFF))
        body = self.disks.text(shown, seconds_recorded(recordings, moment))
        return Answer(200, self.ended(body), "text/plain", KEEP_ALIVE_NO_CACHE[:1], drawn=RECORDED_TIME)

    @seam
    def connections(self, now: float) -> Answer:
        """as_getinfo.cgi: how each camera is connected, and how many UIDs are valid (§5.3.1)."""
        cameras = tuple(self.cameras.connection(number) for number in range(1, self.plan.channels + 1))
        body = write_connection_information(ConnectionInformation(cameras, self.most_uids, self.used_uids()))
        return Answer(200, self.ended(body), "text/html", KEEP_ALIVE_NO_CACHE, drawn=CONNECTIONS)

    def ended(self, text: bytes) -> bytes:
        """A text with the endings of its lines as this recorder has them."""
        return with_endings(text, self.plan.variants.text_endings)

    @seam
    def used_uids(self) -> int:
        """USEDUID: the number of valid UIDs."""
        return self.sessions.used()
