"""Playback on one UID: which GOP `camera.cgi` gives next (§3.1, §3.2).

The operation is a state; `NEXT_OPERATION` says which command leads where. Each camera has a cursor:
the GOP it gave last, or the time from which a new operation begins.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from nvr_emulator.configuration.variants import Variants
from nvr_emulator.footage.footage import TICKS_PER_HUNDREDTH, Gop, hundredths, unix_seconds
from nvr_emulator.footage.recordings import Place, Recording
from nvr_emulator.recorder.replies import Refused
from nvr_emulator.seams import seam
from nvr_protocol.additional_information import Operation
from nvr_protocol.timestamps import Ticks, UnixSeconds

NEXT_OPERATION = {
    "play": Operation.PLAYBACK,
    "goto": Operation.PLAYBACK,
    "reverse": Operation.REVERSE,
    "pause": Operation.PAUSE,
    "NEXTFRAME": Operation.NEXT_IMAGE,
    "PREVFRAME": Operation.PREVIOUS_IMAGE,
    "FF": Operation.FAST_FORWARD,
    "REW": Operation.FAST_REVERSE,
    "stop": Operation.UNDEFINED,
}
"""The operation that each PLAYCMD leads to, whichever came before; UNDEFINED: no playback."""

FAST = (Operation.FAST_FORWARD, Operation.FAST_REVERSE)
TOP_SPEED = 8
STANDARD = Variants()


@dataclass
class Cursor:
    """Where one camera stands: the GOP it gave last, and the time (ticks) to begin from, if any.

    `second`: the one (Unix) whose audio comes next; None: that of the place where the pictures stand.
    """

    place: Place | None = None
    begin: Ticks | None = None
    second: UnixSeconds | None = None


@dataclass
class Playback:
    """The playback of one UID. `timef`: of the GOTODATE that is in effect, None where none is; `stood`,
    `reached`: where the GOP that was given last begins and ends, of whichever camera."""

    variants: Variants = STANDARD
    cameras_at_once: int = 16
    mask: frozenset[int] | None = None
    operation: Operation = Operation.UNDEFINED
    speed: int = 0
    stood: Ticks | None = None
    reached: Ticks | None = None
    timef: Ticks | None = None
    cursors: dict[int, Cursor] = field(default_factory=dict)
    in_flight: set[int] = field(default_factory=set)

    @property
    def running(self) -> bool:
        """Whether a PLAYCMD is in effect."""
        return self.operation is not Operation.UNDEFINED

    @property
    def with_audio(self) -> bool:
        """Audio comes with PLAY and GOTODATE alone (OP-28)."""
        return self.operation is Operation.PLAYBACK

    @seam
    def choose(self, cameras: frozenset[int]) -> None:
        """MASK: the cameras to play from now on (§3.2.3)."""
        if len(cameras) > self.cameras_at_once:
            raise Refused(
                503, f"MASK: {len(cameras)} cameras; {self.cameras_at_once} play at once on one UID"
            )
        self.mask = cameras
        self.cursors = {number: cursor for number, cursor in self.cursors.items() if number in cameras}

    @seam
    def command(self, name: str, begin: Ticks | None) -> None:
        """A PLAYCMD. `begin` is the last tick of TIMEF: times are cut, not rounded. None for PLAY."""
        operation = NEXT_OPERATION[name]
        if operation is Operation.UNDEFINED:
            self.operation, self.speed = operation, 0
            return
        if self.mask is None:
            raise Refused(400, "PLAYCMD: MASK must name the cameras first")
        again = operation in FAST and operation is self.operation
        self.speed = self.next_speed(operation, again=again)
        self.operation = operation
        self.timef = begin if name == "goto" else None
        if name == "play" and begin is None and self.variants.play_from == "one-place":
            begin = self.reached
        stays = again or (operation is Operation.PAUSE and self.variants.pause == "last")
        for number in self.mask:
            cursor = self.cursors.setdefault(number, Cursor(begin=self.stood))
            cursor.second = None
            if begin is not None and not (stays and cursor.place is not None):
                cursor.begin = begin

    def next_speed(self, operation: Operation, *, again: bool) -> int:
        """STEP1 … STEP8 for FF and REW, one more with each repeat; 0 otherwise (§3.2.9, OP-27)."""
        steps = self.variants.fast_steps
        if operation not in FAST:
            return 1 if operation is Operation.PLAYBACK and steps == "speed-in-play" else 0
        return min(self.speed + 1, 4 if steps == "four" else TOP_SPEED) if again else 1

    @seam
    def next_gop(self, camera: int, recording: Recording, now: Ticks) -> Place | None:
        """What `camera.cgi` gives; None where there is no picture (OP-23). `now` in ticks."""
        cursor = self.cursor_of(camera, "camera.cgi")
        place = self.find(cursor, recording, now)
        if place is not None:
            cursor.place, cursor.begin = place, None
            self.stood, self.reached = place.gop.start, place.gop.end
        return place

    def cursor_of(self, camera: int, asking: str) -> Cursor:
        """Where a camera that plays stands; refused before MASK and PLAYCMD (OP-29)."""
        if not self.running:
            raise Refused(400, f"{asking}: no PLAYCMD is in effect")
        if self.mask is None or camera not in self.mask:
            raise Refused(400, f"CAM: camera {camera} is not in MASK")
        return self.cursors.setdefault(camera, Cursor(begin=self.stood))

    @seam
    def next_second(self, camera: int, recording: Recording, now: Ticks) -> UnixSeconds | None:
        """The Unix second whose audio `playaudio.cgi` gives; None where there is none. `now` in ticks."""
        cursor = self.cursor_of(camera, "playaudio.cgi")
        if not self.with_audio:
            return None
        second = recording.second_from(self.second_of(cursor, recording, now), now)
        if second is not None:
            cursor.second = UnixSeconds(second + 1)
        return second

    @seam
    def second_of(self, cursor: Cursor, recording: Recording, now: Ticks) -> UnixSeconds:
        """The second from which audio goes on: behind the last one, or where the pictures stand."""
        if cursor.second is not None:
            return cursor.second
        if cursor.begin is not None:
            place = self.place_of(cursor.begin, recording, now)
        else:
            place = cursor.place or recording.oldest(now)
        return UnixSeconds(0) if place is None else unix_seconds(place.gop.start)

    @seam
    def find(self, cursor: Cursor, recording: Recording, now: Ticks) -> Place | None:
        """The GOP that the operation gives from where the cursor stands."""
        if self.operation is Operation.PAUSE and self.variants.pause == "none":
            return None
        if cursor.begin is None:
            return self.go_on(cursor, recording, now)
        begin = cursor.begin
        if self.operation is Operation.REVERSE:
            here = recording.containing(begin, now)
            return recording.step(here, -1, now) if here else recording.preceding(begin, now)
        if self.operation in (Operation.NEXT_IMAGE, Operation.PREVIOUS_IMAGE):
            return self.neighbour(begin, recording, now)
        here = self.place_of(begin, recording, now)
        if here is not None and self.operation in FAST:
            return recording.step(here, self.stride(), now)
        return here

    def place_of(self, begin: Ticks, recording: Recording, now: Ticks) -> Place | None:
        """The GOP of a time; after GOTODATE it may be the next one or the one before (OP-26)."""
        near = recording.near(begin, now)
        if begin != self.timef or near is None:
            return near
        match self.variants.go_to:
            case "next":
                hundredth = Ticks(begin - begin % TICKS_PER_HUNDREDTH)
                return recording.following(hundredth, now) or near
            case "before":
                return recording.preceding(begin, now) or near
            case _:
                return near

    @seam
    def go_on(self, cursor: Cursor, recording: Recording, now: Ticks) -> Place | None:
        """The GOP after the one that was given last."""
        if cursor.place is None:
            return recording.oldest(now)
        if self.operation in (Operation.PAUSE, Operation.NEXT_IMAGE, Operation.PREVIOUS_IMAGE):
            return cursor.place
        return recording.step(cursor.place, self.stride(), now)

    @seam
    def stride(self) -> int:
        """How many GOPs lie between one answer and the next (OP-27)."""
        step = self.speed - 1 if self.variants.fast_steps == "first-is-one" else self.speed
        match self.operation:
            case Operation.FAST_FORWARD:
                return int(2**step)
            case Operation.FAST_REVERSE:
                return -int(2**step)
            case Operation.REVERSE:
                return -1
            case _:
                return 1

    def neighbour(self, shown: Ticks, recording: Recording, now: Ticks) -> Place | None:
        """The GOP of the picture after (before) the one on show (§3.2.7)."""
        here = recording.containing(shown, now)
        if self.operation is Operation.NEXT_IMAGE:
            if here is None:
                return recording.following(shown, now)
            return recording.step(here, 1, now) if shows_last(here.gop, shown) else here
        if here is None:
            return recording.preceding(shown, now)
        return recording.step(here, -1, now) if shows_first(here.gop, shown) else here


def shows_last(gop: Gop, shown: Ticks) -> bool:
    """Whether the picture on show (its time cut to hundredths) is the last of its GOP."""
    return hundredths(shown) >= gop.picture_hundredths()[-1]


def shows_first(gop: Gop, shown: Ticks) -> bool:
    """Whether the picture on show is the first of its GOP."""
    return gop.pictures == 1 or hundredths(shown) < gop.picture_hundredths()[1]
