"""The journal: what happened, in order and bounded, and questions to it that tests ask."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from nvr_emulator.journal.entries import Exchange, line
from nvr_emulator.journal.wanted import Wanted, wanted
from nvr_emulator.recorder.happenings import Happening

Kept = TypeVar("Kept", bound=Happening)

ENTRIES_KEPT = 10_000
NEAREST_TOLD = 3
"""How many near misses a failing question shows."""
LATEST_TOLD = 10
"""How many of the last requests it shows, and how many entries `repr` has."""


class Journal:
    """The last entries; each has a number that only grows.

    Requests and answers (`Exchange`), UIDs, streams and downloads that begin and end, findings. Iterating
    gives all of them, `exchanges()` the requests alone. Commands are named by file name (`push.cgi`), by key
    (`live_http`), or with parameters (`push.cgi?CAM=1&CMD=START`, in any order, others may be there too).
    Requests that were only asked for authentication do not count, unless a status is asked for.
    """

    def __init__(self, kept: int = ENTRIES_KEPT) -> None:
        self._entries: deque[Happening] = deque(maxlen=kept)
        self._next = 1
        self._came = threading.Condition()
        self._waiting = 0
        self._listeners: list[Callable[[Happening], None]] = []

    # Writing

    def add(self, entry: Kept) -> Kept:
        """Keep an entry: it gets its number, and whoever listens or waits is told."""
        entry.number = self._next
        self._next += 1
        self._entries.append(entry)
        for listener in self._listeners:
            listener(entry)
        if self._waiting:
            with self._came:
                self._came.notify_all()
        return entry

    def listen(self, listener: Callable[[Happening], None]) -> Callable[[], None]:
        """Call `listener` with each new entry, in the thread that writes; returns what ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def clear(self) -> None:
        """Forget all entries; numbers go on."""
        self._entries.clear()

    # Reading

    def since(self, number: int = 0) -> list[Happening]:
        """The entries after `number`, oldest first."""
        entries = list(self._entries)
        fresh = self.latest - number
        return entries[-fresh:] if fresh > 0 else []

    @property
    def latest(self) -> int:
        """The number of the last entry; 0 before the first."""
        return self._next - 1

    def of(self, kind: type[Kept]) -> list[Kept]:
        """The entries of one kind, say `SessionEnded`, oldest first."""
        return [entry for entry in list(self._entries) if isinstance(entry, kind)]

    def exchanges(self) -> list[Exchange]:
        """The requests and their answers, oldest first."""
        return self.of(Exchange)

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Happening]:
        return iter(list(self._entries))

    def find(self, command: str = "", status: int | None = None, **parameters: object) -> list[Exchange]:
        """The exchanges that match, oldest first: `find("push.cgi", CAM=1, CMD="START")`."""
        what = wanted(command, status, **parameters)
        return [exchange for exchange in self.exchanges() if what.matches(exchange)]

    def count(self, command: str = "", status: int | None = None, **parameters: object) -> int:
        """How many exchanges match, say `count("dlogin.cgi")`.

        Without a status, requests that were only asked for authentication do not count: a login is one.
        """
        return len(self.find(command, status, **parameters))

    def last(self, command: str = "", status: int | None = None, **parameters: object) -> Exchange | None:
        """The last exchange that matches, if there is one."""
        found = self.find(command, status, **parameters)
        return found[-1] if found else None

    def wait_for(
        self, command: str = "", *, timeout: float = 5.0, status: int | None = None, **parameters: object
    ) -> Exchange:
        """The first exchange that matches; waits up to `timeout` seconds of real time for it.

        AssertionError where it does not come. Blocks its thread: in a coroutine, `await
        asyncio.to_thread(nvr.journal.wait_for, …)`.
        """
        what = wanted(command, status, **parameters)

        def found() -> Exchange | None:
            return next((entry for entry in self.exchanges() if what.matches(entry)), None)

        exchange = self._wait(found, timeout)
        if exchange is None:
            raise AssertionError(self._missed(what, f"did not come within {timeout:g} s"))
        return exchange

    def wait_for_kind(self, kind: type[Kept], *, timeout: float = 5.0, **fields: object) -> Kept:
        """The first entry of a kind that has these fields, say `wait_for_kind(StreamEnded, camera=1)`.

        Waits up to `timeout` seconds of real time for it; AssertionError where it does not come.
        """

        def found() -> Kept | None:
            entries = self.of(kind)
            matching = (
                e for e in entries if all(getattr(e, name) == value for name, value in fields.items())
            )
            return next(matching, None)

        entry = self._wait(found, timeout)
        if entry is None:
            told = ", ".join(f"{name}={value!r}" for name, value in fields.items())
            raise AssertionError(f"{kind.__name__}({told}) did not come within {timeout:g} s\n{self!r}")
        return entry

    def _wait(self, found: Callable[[], Kept | None], timeout: float) -> Kept | None:
        with self._came:
            self._waiting += 1
            try:
                return self._came.wait_for(found, timeout)
            finally:
                self._waiting -= 1

    # Asserting

    def assert_sent(
        self, command: str, *, times: int | None = None, status: int | None = None, **parameters: object
    ) -> list[Exchange]:
        """The exchanges that match; AssertionError where there is none, or another number than `times`."""
        what = wanted(command, status, **parameters)
        found = [exchange for exchange in self.exchanges() if what.matches(exchange)]
        if times is None and not found:
            raise AssertionError(self._missed(what, "was not sent"))
        if times is not None and len(found) != times:
            head = f"{what} was sent {_times(len(found))}, not {_times(times)}"
            if len(found) < times:
                raise AssertionError(self._missed(what, "", head=head))
            raise AssertionError("\n".join([head, *(f"  {line(entry)}" for entry in found[:LATEST_TOLD])]))
        return found

    def expect(self, commands: Iterable[str | Wanted], *, nothing_else: bool = False) -> list[Exchange]:
        """The exchanges that match `commands`, in this order; others may come between unless `nothing_else`.

        AssertionError tells the first that is missing, what came instead, and the nearest misses.
        """
        steps = [step if isinstance(step, Wanted) else wanted(step) for step in commands]
        exchanges = [entry for entry in self.exchanges() if not entry.challenged or _asks_for_401(steps)]
        found: list[Exchange] = []
        place = 0
        for number, step in enumerate(steps, 1):
            rest = exchanges[place:]
            away = next((index for index, entry in enumerate(rest) if step.matches(entry)), None)
            if away is None or (nothing_else and away > 0):
                came = _came_instead(rest, found)
                why = f"step {number} of {len(steps)} did not come{' next' if nothing_else else ''}"
                raise AssertionError(self._missed(step, why, came=came, among=rest))
            found.append(rest[away])
            place += away + 1
        if nothing_else and place < len(exchanges):
            raise AssertionError(f"nothing more was expected, but this came:\n  {line(exchanges[place])}")
        return found

    def _missed(
        self,
        what: Wanted,
        why: str,
        *,
        head: str | None = None,
        came: list[str] | None = None,
        among: list[Exchange] | None = None,
    ) -> str:
        """The message of a failing question: what was wanted, the nearest misses, what came instead."""
        exchanges = self.exchanges() if among is None else among
        told = [head or f"{what} {why}"]
        near = sorted(
            ((len(misses), -entry.number, entry, misses) for entry, misses in _near(what, exchanges)),
            key=lambda miss: miss[:2],
        )
        if near:
            told.append("nearest:")
            told += (f"  {line(entry)}: {', '.join(miss)}" for _, _, entry, miss in near[:NEAREST_TOLD])
        if came is None:
            latest = exchanges[-LATEST_TOLD:]
            came = [
                f"the last {len(latest)} of {len(exchanges)} requests:",
                *(f"  {line(one)}" for one in latest),
            ]
            if not latest:
                came = ["nothing was sent at all"]
        return "\n".join([*told, *came])

    def __repr__(self) -> str:
        entries = list(self._entries)
        shown = entries[-LATEST_TOLD:]
        head = f"<Journal: {len(entries)} entries"
        if len(shown) < len(entries):
            head += f", the last {len(shown)}"
        return "\n".join([f"{head}{':' if shown else ''}", *(f"  {line(entry)}" for entry in shown)]) + ">"


def _near(what: Wanted, exchanges: Iterable[Exchange]) -> Iterator[tuple[Exchange, list[str]]]:
    """The exchanges with the command that is looked for, and in what each differs."""
    for entry in exchanges:
        if what.is_command(entry) and (misses := what.differences(entry)):
            yield entry, misses


def _came_instead(rest: list[Exchange], found: list[Exchange]) -> list[str]:
    behind = f"behind #{found[-1].number}" if found else "from the beginning"
    if not rest:
        return [f"{behind}, nothing came"]
    return [f"{behind}, this came:", *(f"  {line(entry)}" for entry in rest[:LATEST_TOLD])]


def _asks_for_401(steps: list[Wanted]) -> bool:
    return any(step.status == 401 for step in steps)


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
