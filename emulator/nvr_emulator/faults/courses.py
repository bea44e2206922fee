"""Faults in force: what they do, one after the other, to the packets of each live stream."""

from __future__ import annotations

import random
from collections import deque

from nvr_emulator.faults.packets import StreamFault

MOST_HELD = 10_000
"""Packets of a stream that one fault keeps back at most; those beyond are lost."""


class StreamCourse:
    """One fault upon one stream. `pictures`: how many came so far; `struck`: how many packets it hit."""

    def __init__(self, fault: StreamFault, camera: int, nth: int) -> None:
        self.fault = fault
        self.camera = camera
        # By camera and turn, not by the stream's number: what else runs does not matter.
        self.dice = random.Random(f"{fault.seeded}/{camera}/{nth}")
        self.pictures = 0
        self.struck = 0
        self._held: list[tuple[int, bytes]] = []
        self._postponed: deque[tuple[float, bytes]] = deque()

    def pass_on(self, packets: list[bytes], now: float) -> list[bytes]:
        """What leaves of a picture's packets."""
        self.pictures += 1
        return self.fault.strike(self, packets, now)

    def hold(self, packet: bytes, behind: int) -> None:
        """Keep a packet back until so many others have passed."""
        if len(self._held) < MOST_HELD:
            self._held.append((behind, packet))

    def let_go(self) -> list[bytes]:
        """A packet has passed: those that waited for it."""
        if not self._held:
            return []
        counted = [(behind - 1, packet) for behind, packet in self._held]
        self._held = [(behind, packet) for behind, packet in counted if behind > 0]
        return [packet for behind, packet in counted if behind <= 0]

    def postpone(self, packet: bytes, due: float) -> None:
        """Let a packet leave at a moment of the recorder's clock."""
        if len(self._postponed) < MOST_HELD:
            self._postponed.append((due, packet))

    def next_due(self) -> float | None:
        """When the next postponed packet leaves. All wait equally long."""
        return self._postponed[0][0] if self._postponed else None

    def due(self, now: float) -> list[bytes]:
        """The postponed packets whose time has come."""
        out = []
        while self._postponed and self._postponed[0][0] <= now:
            out.append(self._postponed.popleft()[1])
        return out


class StreamCourses:
    """All faults upon live streams that are in force; false where there is none."""

    def __init__(self) -> None:
        self._faults: dict[int, StreamFault] = {}
        self._courses: dict[tuple[int, int], StreamCourse] = {}
        self._seen: dict[tuple[int, int], int] = {}
        self._struck: dict[int, int] = {}

    def __bool__(self) -> bool:
        return bool(self._faults)

    def begin(self, number: int, fault: StreamFault) -> None:
        """A fault of that number holds from now on."""
        self._faults[number] = fault

    def end(self, number: int) -> None:
        """It holds no more; what it kept back is lost."""
        self._faults.pop(number, None)
        self._struck.pop(number, None)
        for key in [key for key in self._courses if key[0] == number]:
            del self._courses[key]
        for key in [key for key in self._seen if key[0] == number]:
            del self._seen[key]

    def forget(self, stream: int) -> None:
        """A stream has ended."""
        for key in [key for key in self._courses if key[1] == stream]:
            self._struck[key[0]] = self._struck.get(key[0], 0) + self._courses.pop(key).struck

    def struck(self, number: int) -> int:
        """How many packets a fault has hit."""
        running = sum(course.struck for key, course in self._courses.items() if key[0] == number)
        return self._struck.get(number, 0) + running

    def pass_on(
        self, stream: int, camera: int, packets: list[bytes], now: float, *, http: bool = False
    ) -> list[bytes]:
        """What leaves of the packets of a picture (or of a unit of audio) of a stream."""
        for number, fault in self._faults.items():
            if fault.camera in (None, camera) and (fault.over_http or not http):
                packets = self._course(number, fault, stream, camera).pass_on(packets, now)
        return packets

    def next_due(self) -> float | None:
        """When a postponed packet leaves."""
        moments = (course.next_due() for course in self._courses.values())
        return min((moment for moment in moments if moment is not None), default=None)

    def due(self, now: float) -> dict[int, list[bytes]]:
        """The postponed packets whose time has come, by the number of their stream."""
        late: dict[int, list[bytes]] = {}
        for (_, stream), course in self._courses.items():
            if packets := course.due(now):
                late.setdefault(stream, []).extend(packets)
        return late

    def _course(self, number: int, fault: StreamFault, stream: int, camera: int) -> StreamCourse:
        key = (number, stream)
        if key not in self._courses:
            nth = self._seen.get((number, camera), 0)
            self._seen[number, camera] = nth + 1
            self._courses[key] = StreamCourse(fault, camera, nth)
        return self._courses[key]
