"""What a client could know of its UIDs: which are valid, what runs on each, what it has chosen.

Followed from the journal alone, as the client sees it, whatever the recorder's own state is.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from nvr_emulator.configuration.plan import RecorderPlan
from nvr_emulator.configuration.settings import CameraSettings
from nvr_emulator.findings.reading import Reading, read
from nvr_emulator.journal.entries import ClockMoved, ClockStepped, Exchange, FaultStruck
from nvr_emulator.recorder.happenings import (
    DownloadEnded,
    DownloadStarted,
    Happening,
    SessionEnded,
    SessionIssued,
    StreamEnded,
    StreamStarted,
)
from nvr_protocol.commands.urls import Command
from nvr_protocol.models import SERIES_BY_NAME

UIDS_REMEMBERED = 2000
STEPS_REMEMBERED = 100
AUDIO = "AUDIO"
PLAYBACK = ("play", "reverse", "pause", "step", "goto", "fast")
"""The keys of the PLAYCMD commands that start or change playback."""
DATA = ("camera", "playaudio")
"""The keys of the requests for what is played back."""


@dataclass(frozen=True)
class Known:
    """What anybody may know of the recorder that is watched."""

    channels: int
    cameras: Mapping[int, CameraSettings]
    zone: tzinfo
    pan_tilt_speed: int = 256
    downloads_at_once: int = 2

    def offset(self, at: float) -> float:
        """Seconds by which local time is ahead of UTC."""
        offset = datetime.fromtimestamp(at, UTC).astimezone(self.zone).utcoffset()
        return 0.0 if offset is None else offset.total_seconds()


def known_of(plan: RecorderPlan) -> Known:
    """What anybody may know of a recorder of this plan."""
    return Known(
        channels=plan.channels,
        cameras=plan.cameras,
        zone=plan.zone,
        pan_tilt_speed=SERIES_BY_NAME[plan.series].pan_tilt_speed.value,
        downloads_at_once=plan.downloads_at_once,
    )


@dataclass
class WatchedUid:
    """One UID and what runs on it. `operation`: the key of the PLAYCMD in effect, None without playback."""

    issued: SessionIssued
    login: Exchange | None
    commands: int = 0
    streamed: bool = False
    """Whether a live stream or a download ever ran on it."""
    screen: bool = False
    mask: frozenset[int] | None = None
    operation: str | None = None
    live: dict[int, StreamStarted] = field(default_factory=dict)
    downloads: dict[int, DownloadStarted] = field(default_factory=dict)
    ended: SessionEnded | None = None
    forgiven: bool = False
    """It expired while the manual clock jumped over its whole lifetime: no client could have kept it."""
    disturbed: bool = False
    """A fault hit the answer to its login: the client may have never seen it."""

    @property
    def uid(self) -> int:
        """The number itself."""
        return self.issued.uid

    @property
    def peer(self) -> str:
        """The address from which it was asked for."""
        return "" if self.login is None else self.login.peer

    @property
    def lost(self) -> bool:
        """Whether no client knows it: a fault hit the answer that told it, and nobody has used it."""
        return self.disturbed and not self.commands

    @property
    def busy(self) -> bool:
        """Whether anything runs on it."""
        return bool(self.live or self.downloads or self.operation)

    def runs(self) -> list[str]:
        """What runs on it, in words."""
        told = [f"{stream.comp} of camera {stream.camera}" for stream in self.live.values()]
        told += [f"a download of camera {download.camera}" for download in self.downloads.values()]
        return told + (["playback"] if self.operation else [])

    def video(self, camera: int | None = None) -> list[StreamStarted]:
        """The live streams of pictures, of one camera or of all."""
        streams = [stream for stream in self.live.values() if stream.comp != AUDIO]
        return [stream for stream in streams if camera is None or stream.camera == camera]


@dataclass(frozen=True, slots=True)
class Asking:
    """A request as the rules look at it, before it takes effect. `watched`: the UID that it carries, if that
    was ever issued; `uid` the number that it carries, whatever it is."""

    exchange: Exchange
    reading: Reading
    watched: WatchedUid | None
    uid: int | None

    @property
    def command(self) -> Command | None:
        """The command that was meant."""
        return self.reading.command

    @property
    def key(self) -> str:
        """Its key; "" where it is none."""
        return "" if self.reading.command is None else self.reading.command.key

    @property
    def valid(self) -> WatchedUid | None:
        """The UID that it carries, where that is valid."""
        return self.watched if self.watched is not None and self.watched.ended is None else None


class Clients:
    """All UIDs that were seen, the oldest forgotten."""

    def __init__(self) -> None:
        self.uids: OrderedDict[int, WatchedUid] = OrderedDict()
        self._valid: dict[int, WatchedUid] = {}
        self.latest: Exchange | None = None
        self._jump: ClockMoved | None = None
        self._steps: deque[ClockStepped] = deque(maxlen=STEPS_REMEMBERED)
        self.shown = 0.0
        """The latest time that the recorder has shown before its clock was set back (Unix seconds)."""

    def asking(self, exchange: Exchange) -> Asking:
        """What a request asks, and on which UID."""
        reading = read(exchange.path, exchange.query)
        uid = reading.command.uid if reading.command is not None else _uid_of(exchange)
        return Asking(exchange, reading, None if uid is None else self.uids.get(uid), uid)

    def valid(self) -> list[WatchedUid]:
        """The UIDs that are valid, in the order of their issue."""
        return list(self._valid.values())

    def obeyed(self, asking: Asking) -> None:
        """A request was answered: what it changes from now on, if the recorder obeyed."""
        self.latest = asking.exchange
        watched, command = asking.valid, asking.command
        if watched is None or command is None or asking.exchange.refused:
            return
        if command.key != "logout":
            watched.commands += 1
        match command.key:
            case "live_setup":
                watched.screen = True
            case "mask":
                digits = command.text("MASK")
                watched.mask = frozenset(number for number, digit in enumerate(digits, 1) if digit == "1")
            case "stop":
                watched.operation = None
            case key if key in PLAYBACK:
                watched.operation = key

    def happened(self, entry: Happening) -> None:
        """Something happened in the recorder."""
        match entry:
            case SessionIssued():
                self.uids[entry.uid] = self._valid[entry.uid] = WatchedUid(entry, self.latest)
                self.uids.move_to_end(entry.uid)  # it may be issued again
                while len(self.uids) > UIDS_REMEMBERED:
                    forgotten, _ = self.uids.popitem(last=False)
                    self._valid.pop(forgotten, None)
            case SessionEnded() if (watched := self.uids.get(entry.uid)) is not None:
                watched.ended = entry
                self._valid.pop(entry.uid, None)
                watched.forgiven = self.forgives(entry)
                watched.operation = None
            case StreamStarted() if (watched := self.uids.get(entry.uid)) is not None:
                watched.live[entry.stream] = entry
                watched.streamed = True
            case StreamEnded() if (watched := self.uids.get(entry.uid)) is not None:
                watched.live.pop(entry.stream, None)
            case DownloadStarted() if (watched := self.uids.get(entry.uid)) is not None:
                watched.downloads[entry.download] = entry
                watched.streamed = True
            case DownloadEnded() if (watched := self.uids.get(entry.uid)) is not None:
                watched.downloads.pop(entry.download, None)
            case FaultStruck():
                for watched in self._valid.values():
                    if watched.login is not None and watched.login.number == entry.exchange:
                        watched.disturbed = True
            case ClockMoved():
                self._jump = entry

    def clock_stepped(self, entry: ClockStepped) -> None:
        """The recorder's clock was set; its uptime goes on."""
        self._steps.append(entry)
        if entry.seconds < 0:
            self.shown = max(self.shown, entry.at - entry.seconds)

    def since(self, earlier: Happening, now: float) -> float:
        """Seconds that have passed from an entry of the journal until now, however the clock was set
        meanwhile."""
        return now - earlier.at - sum(step.seconds for step in self._steps if step.number > earlier.number)

    def elapsed(self, earlier: Exchange, later: Exchange) -> float:
        """Seconds between two requests: by the recorder's clock or by the host's, whichever says more.

        A manual clock stands still while a client waits, and jumps while it does not.
        """
        return max(self.since(earlier, later.at), later.arrived - earlier.arrived)

    def waited(self, earlier: Exchange, later: Exchange) -> float:
        """Seconds for which a client had the answer to one request when it sent another: the host's, for a
        clock that runs twenty times as fast makes no client faster, or those of a jump by hand between them.
        """
        jump = self._jump
        by_hand = jump.seconds if jump is not None and jump.number > earlier.number else 0.0
        return max(by_hand, later.arrived - earlier.arrived - earlier.took)

    def forgives(self, ended: SessionEnded) -> bool:
        """Whether a UID expired in one jump of the manual clock that left its client no time."""
        jump = self._jump
        if jump is None or ended.ending != "expired":
            return False
        return (
            ended.last_command <= jump.at and jump.seconds >= LIFETIME and ended.at <= jump.at + jump.seconds
        )


LIFETIME = 90.0
"""Seconds after which a UID ends that no command carries (§1.3)."""


def _uid_of(exchange: Exchange) -> int | None:
    """The UID of a request that is no command."""
    for name, text in exchange.parameters:
        figures = text.removeprefix("-")
        if name == "UID" and figures.isascii() and figures.isdigit() and len(figures) < 40:
            return int(text)
    return None
