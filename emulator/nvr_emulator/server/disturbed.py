"""A connection on which answers come late, in dribs, or not whole: between HTTP and its transport."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, cast

from aiohttp import web

from nvr_emulator.faults.answers import AnswerPlan, Passage
from nvr_emulator.server.unsent import all_sent, reset

HIGH_WATER, LOW_WATER = 64 * 1024, 16 * 1024
"""Bytes kept back at which whoever writes is told to wait, and to go on."""
LOOK = 0.002
LAST_LOOKS = 500
"""How often it is looked whether the last bytes ahead of a reset have left."""


class Disturbed:
    """A transport whose bytes pass as the plan of each answer has it. Once in place, it stays on its
    connection; what it does not do itself the real one does."""

    def __init__(self, real: asyncio.Transport, protocol: web.RequestHandler) -> None:
        self._real = real
        self._protocol = protocol
        self._passage = Passage(AnswerPlan())
        self._waiting: deque[tuple[Passage, bytes]] = deque()
        self._waiting_bytes = 0
        self._begun: Passage | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._paused = self._closing = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def begin(self, plan: AnswerPlan) -> Passage:
        """The bytes of another answer follow."""
        self._passage = Passage(plan)
        return self._passage

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Bytes of an answer."""
        if self._closing or not data:
            return
        self._waiting.append((self._passage, bytes(data)))
        self._waiting_bytes += len(data)
        if self._timer is None:
            self._go_on()
        if not self._paused and self._waiting_bytes > HIGH_WATER and not self._protocol.writing_paused:
            self._paused = True
            self._protocol.pause_writing()

    def writelines(self, pieces: Iterable[bytes | bytearray | memoryview]) -> None:
        """The same in pieces."""
        self.write(b"".join(pieces))

    def get_write_buffer_size(self) -> int:
        """Bytes that have not left."""
        return self._waiting_bytes + self._real.get_write_buffer_size()

    @property
    def kept_back(self) -> int:
        """Bytes that a fault keeps back."""
        return self._waiting_bytes

    def is_closing(self) -> bool:
        """Whether nothing more can be written."""
        return self._closing or self._real.is_closing()

    def close(self) -> None:
        """End the connection once all has passed."""
        self._closing = True
        if not self._waiting:
            self._real.close()

    def abort(self) -> None:
        """End it at once."""
        self._drop()
        self._real.abort()

    def _go_on(self) -> None:
        self._timer = None
        while self._waiting and not self._real.is_closing():
            passage, data = self._waiting[0]
            if self._begun is not passage:
                self._begun = passage
                if passage.plan.delay:
                    return self._later(passage.plan.delay, self._go_on)
            piece, rest = data[: passage.plan.size], data[passage.plan.size :] if passage.plan.size else b""
            self._waiting_bytes -= len(piece)
            if rest:
                self._waiting[0] = passage, rest
            else:
                self._waiting.popleft()
            self._real.write(passage.let(piece))
            if passage.over:
                return self._cut(passage.plan)
            self._have_more_written()
            if passage.plan.size:
                return self._later(passage.plan.pause, self._go_on)
        if self._real.is_closing():
            self._drop()
        elif self._closing:
            self._real.close()
        return None

    def _cut(self, plan: AnswerPlan) -> None:
        self._drop()
        if plan.reset:
            self._reset_when_sent(LAST_LOOKS)
        else:
            self._real.close()

    def _reset_when_sent(self, looks: int) -> None:
        if self._real.is_closing():
            return
        if all_sent(self._real) or looks == 0:
            reset(self._real)
        else:
            self._later(LOOK, lambda: self._reset_when_sent(looks - 1))

    def _drop(self) -> None:
        self._closing = True
        if self._timer is not None:
            self._timer.cancel()
        self._waiting.clear()
        self._waiting_bytes = 0
        self._have_more_written()

    def _have_more_written(self) -> None:
        if self._paused and self._waiting_bytes <= LOW_WATER:
            self._paused = False
            if self._protocol.writing_paused:
                self._protocol.resume_writing()

    def _later(self, seconds: float, do: Callable[[], None]) -> None:
        self._timer = asyncio.get_running_loop().call_later(seconds, do)


def is_disturbed(transport: object) -> bool:
    """Whether faults are, or were, upon a connection."""
    return isinstance(transport, Disturbed)


def kept_back(transport: asyncio.Transport) -> int:
    """Bytes that faults keep back from a connection."""
    known: object = transport
    return known.kept_back if isinstance(known, Disturbed) else 0


def disturb(incoming: web.BaseRequest, plan: AnswerPlan | None) -> Passage | None:
    """Have the answer to a request pass as planned; None where it passes as it is."""
    protocol = incoming.protocol
    there: Any = protocol.transport
    if plan is None:
        if isinstance(there, Disturbed):
            there.begin(AnswerPlan())
        return None
    if there is None:
        return None
    if not isinstance(there, Disturbed):
        there = protocol.transport = cast(Any, Disturbed(there, protocol))
    passage: Passage = there.begin(plan)
    return passage
