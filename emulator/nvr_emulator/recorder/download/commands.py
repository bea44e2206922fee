"""The command of downloads: httpdl.cgi (§6.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from nvr_emulator.configuration.plan import RecorderPlan
from nvr_emulator.footage.footage import ticks
from nvr_emulator.recorder.cameras import Cameras
from nvr_emulator.recorder.commands import Asked, Handler
from nvr_emulator.recorder.download.files import WITH_AUDIO, DownloadFiles
from nvr_emulator.recorder.download.table import DownloadTable
from nvr_emulator.recorder.replies import Refused, Reply
from nvr_emulator.seams import seam
from nvr_protocol.commands.specs import RANGE_SECONDS
from nvr_protocol.commands.urls import Command
from nvr_protocol.download import Status
from nvr_protocol.timestamps import UnixSeconds


class DownloadCommands:
    """Begins downloads."""

    def __init__(self, plan: RecorderPlan, cameras: Cameras, downloads: DownloadTable) -> None:
        self.plan = plan
        self.cameras = cameras
        self.downloads = downloads

    def commands(self) -> Mapping[str, Handler]:
        """What obeys the command of downloads."""
        return {"download": self.download}

    def download(self, asked: Asked) -> Reply:
        """httpdl.cgi: what is recorded in a range of time, as files (§6.3)."""
        files = self.download_files(asked.command, asked.now)
        self.check_length(files)
        return self.downloads.answer(files, asked.session.uid, asked.now)

    def check_length(self, files: DownloadFiles) -> None:
        """What a range of more than an hour gets (OP-40); where commands are read strictly, none comes
        here."""
        if files.end - files.begin <= RANGE_SECONDS:
            return
        match self.plan.variants.over_one_hour:
            case "500":
                raise Refused(500, "ENDTIME: more than an hour after STARTTIME", bare=True)
            case "status-1":
                files.status = Status.NO_RECORDED_DATA
            case "truncated":
                files.end = UnixSeconds(files.begin + RANGE_SECONDS)

    @seam
    def download_files(self, command: Command, now: float) -> DownloadFiles:
        """The files that httpdl.cgi asks for; nothing is read or written yet."""
        camera = self.cameras.settings(cast(int, command.values["CAM"]))
        kind = cast(str, command.values["KIND"])
        begin = cast(UnixSeconds, command.values["STARTTIME"])
        rounded = self.plan.variants.download_seconds == "rounded-down"
        return DownloadFiles(
            camera=camera.number,
            kind=kind,
            begin=UnixSeconds(begin - begin % 60) if rounded else begin,
            end=cast(UnixSeconds, command.values["ENDTIME"]),
            recording=self.cameras.recording(camera.number),
            audio=self.cameras.audio_of(camera) if kind in WITH_AUDIO else None,
            zone=self.plan.zone,
            dialect=self.plan.dialect,
            now=ticks(now - (self.plan.variants.download_lag or 0)),
            largest=self.plan.largest_download_file,
            variants=self.plan.variants,
        )
