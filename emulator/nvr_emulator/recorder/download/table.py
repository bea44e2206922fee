"""Downloads: who runs one, how many at once, and what ends them (§6.3)."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from nvr_emulator.footage.footage import TICKS
from nvr_emulator.recorder.download.files import DownloadFiles
from nvr_emulator.recorder.happenings import WENT_AWAY, DownloadEnded, DownloadStarted, Tell, unheard
from nvr_emulator.recorder.replies import Refused
from nvr_emulator.seams import seam
from nvr_protocol.download import Status

SEEN_RATE = 26  # times faster than real time a recorder was seen to send


@dataclass(eq=False)
class Download:
    """One running download. `when_ended` is called when something other than its last byte ends it."""

    number: int
    uid: int
    camera: int
    kind: str
    started: float
    ended: str | None = None
    bytes_sent: int = 0
    asked: float = 0.0
    """Seconds of footage that were asked for."""
    worked_off: float | None = None
    """When its place is free if its client hangs up (variant given-up-download); None: at once."""
    passed: Callable[[], float] = field(default=lambda: 0.0, repr=False)
    """How many of them have been handed out."""
    when_ended: Callable[[], None] | None = field(default=None, repr=False)


@dataclass(frozen=True)
class DownloadAnswer:
    """The multipart of a download, in blocks (§6.3.1). `download` None: none runs, and it says why."""

    download: Download | None
    blocks: Iterator[bytes]
    passed: Callable[[], float]
    """How many seconds of footage have been handed out."""
    status: int = 200
    reason: str = ""
    challenges: bool = False


class DownloadTable:
    """All running downloads of a recorder."""

    def __init__(self, at_once: int) -> None:
        self.at_once = at_once
        self.left: int | None = None
        """How many places others leave; None: all."""
        self._running: dict[int, Download] = {}
        self._given_up: list[float] = []
        """Until when the places are taken of those whose clients hung up."""
        self._started = 0
        self.tell: Tell = unheard

    def running(self, uid: int | None = None) -> list[Download]:
        """The running downloads, of one UID or of all, oldest first."""
        return [download for download in self._running.values() if uid is None or download.uid == uid]

    def has_room(self, now: float) -> bool:
        """Whether one more may run (observed: two at once)."""
        self._given_up = [until for until in self._given_up if until > now]
        places = self.at_once if self.left is None else min(self.left, self.at_once)
        return len(self._running) + len(self._given_up) < places

    @seam
    def answer(self, files: DownloadFiles, uid: int, now: float) -> DownloadAnswer:
        """Begin a download; where no place is free it says status 3."""
        if files.kind in ("MP4", "MP4VO") and not importlib.util.find_spec("av"):
            raise Refused(501, "KIND: MP4 needs PyAV here; pip install av brings it")
        download = self.start(uid, files.camera, files.kind, now)
        if download is None:
            files.status = Status.TOO_MANY_AT_ONCE
        else:
            download.asked = files.end - files.begin
            if files.variants.given_up_download == "runs-on":
                download.worked_off = now + download.asked / SEEN_RATE
            download.passed = lambda: files.passed / TICKS
            self.tell(
                DownloadStarted(
                    at=now,
                    download=download.number,
                    uid=uid,
                    camera=files.camera,
                    files=files.kind,
                    begin=files.begin,
                    end=files.end,
                )
            )
        return DownloadAnswer(download, files.blocks(), lambda: files.passed / TICKS)

    def start(self, uid: int, camera: int, kind: str, now: float) -> Download | None:
        """Take a place; None where all are taken."""
        if not self.has_room(now):
            return None
        self._started += 1
        download = Download(self._started, uid, camera, kind, now)
        self._running[download.number] = download
        return download

    @seam
    def end(self, download: Download, why: str) -> None:
        """Free its place; harmless where it has ended already."""
        if self._running.pop(download.number, None) is None:
            return
        download.ended = why
        if why == WENT_AWAY and download.worked_off is not None:
            self._given_up.append(download.worked_off)
        self.tell(
            DownloadEnded(
                download=download.number,
                uid=download.uid,
                camera=download.camera,
                why=why,
                bytes=download.bytes_sent,
            )
        )
        if download.when_ended is not None:
            download.when_ended()

    def clock_stepped(self, seconds: float) -> None:
        """The clock was set by so many seconds: what is worked off takes as long as before."""
        self._given_up = [until + seconds for until in self._given_up]
        for download in self._running.values():
            if download.worked_off is not None:
                download.worked_off += seconds

    def end_all(self, why: str) -> None:
        """End them all."""
        self._given_up.clear()
        for download in self.running():
            self.end(download, why)

    def end_uid(self, uid: int, why: str) -> None:
        """The UID ended, and its downloads with it."""
        for download in self.running(uid):
            self.end(download, why)
