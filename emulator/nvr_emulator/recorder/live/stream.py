"""One live stream: where it stands on the grid of its camera's footage or audio, and what it gives (§2)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from nvr_emulator.footage.audio import Audio, AudioUnit
from nvr_emulator.footage.footage import Footage, Gop
from nvr_protocol.timestamps import Ticks


class Transport(StrEnum):
    """How a live stream travels."""

    RTP = "rtp"
    HTTP = "http"


@dataclass(slots=True)
class LivePicture:
    """One picture of a live stream (or unit of audio), as RTP packets or as the body of a part; `key` marks
    those with which a client can begin."""

    stream: LiveStream
    packets: Sequence[bytes]
    taken: Ticks
    key: bool


@dataclass(eq=False)
class LiveStream:
    """One live stream of one camera on one UID. `source` None: the camera sends nothing of that kind."""

    number: int
    uid: int
    camera: int
    comp: str
    transport: Transport
    destination: tuple[str, int] | None
    source: Footage | Audio | None
    ssrc: int
    sequence: int
    timestamp_offset: int
    started: float
    gop: Gop | AudioUnit | None = None
    picture: int = 0
    ended: str | None = None
    pictures_sent: int = 0
    packets_sent: int = field(default=0)
    bytes_sent: int = 0
    pictures_left_out: int = 0
    """Pictures that were never made, for they were too late or their client too slow."""
    moment: Ticks = field(default=Ticks(0))
    """When the picture at which it stands was taken, and is due."""
    begun: Ticks = field(default=Ticks(0))
    """When it was asked for, where it began before: what was taken until then is due since then."""
    _pictures: int = 0
    """How many pictures its GOP has."""
    _interval: Ticks = field(default=Ticks(0))
    """How long each of them is shown."""
    suspended: bool = False
    """The camera is lost: nothing is sent until it is back."""
    keeps_up: Callable[[bool], bool] | None = None
    """Asked ahead of each picture, with whether it is a key picture: False where the client does not keep up,
    so that the picture is never made, and no sequence number goes to it."""

    def next_due(self) -> Ticks | None:
        """When the next picture is to be sent."""
        return None if self.gop is None or self.suspended else self.moment

    def late(self, now: Ticks) -> int:
        """By how much the picture at which it stands is late (all in ticks)."""
        return now - max(self.moment, self.begun)

    def ordinal(self) -> int:
        """How many pictures of its source precede the one at which it stands."""
        return 0 if self.gop is None else self.gop.pictures_before + self.picture

    def begin_at_key(self, moment: Ticks) -> None:
        """Stand at the first GOP that begins at or after `moment` (ticks): a key frame comes first."""
        if self.source is None:
            return
        gop = self.source.containing(moment)
        self._stand_at(gop if gop.start >= moment else gop.following())
        self.begun = Ticks(0)

    def begin_before(self, moment: Ticks) -> None:
        """Stand at the key picture of the GOP that is under way at `moment` (ticks): what has passed of it is
        due."""
        if isinstance(self.source, Footage):
            self._stand_at(self.source.containing(moment))
            self.begun = moment

    def join(self, moment: Ticks) -> None:
        """Stand at the first picture, of whichever kind, at or after `moment` (ticks)."""
        if isinstance(self.source, Footage):
            self.begin_before(moment)
            while self.moment < moment:
                self.step()

    def step(self) -> None:
        """Stand at the picture after this one."""
        if self.gop is None:
            return
        self.picture += 1
        if self.picture == self._pictures:
            self._stand_at(self.gop.following())
        else:
            self.moment = Ticks(self.moment + self._interval)

    def _stand_at(self, gop: Gop | AudioUnit) -> None:
        self.gop, self.picture, self.moment = gop, 0, gop.start
        self._pictures, self._interval = gop.pictures, gop.interval


@dataclass(frozen=True)
class LiveAnswer:
    """The endless multipart answer that carries `stream` (§2.3.3)."""

    stream: LiveStream
    status: int = 200
    reason: str = ""
    challenges: bool = False
