"""Faults in force: what they do, one after the other, to the packets of each live stream."""

from __future__ import annotations

from nvr_emulator.faults.course import StreamCourse
from nvr_emulator.faults.packets import StreamFault


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
                course = self._course(number, fault, stream, camera)
                course.pictures += 1
                packets = fault.strike(course, packets, now)
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
            self._courses[key] = StreamCourse(fault.seeded, camera, nth)
        return self._courses[key]
