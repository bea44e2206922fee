"""What ends a command from outside: SIGTERM, SIGHUP and Ctrl-C, alike.

The first one ends it, in order; whatever comes behind is ignored until the process has ended, and after GRACE
seconds that is so in any case. A signal that the process was started with ignored (`nohup`; what a shell runs
in its background ignores Ctrl-C) stays so; SIGTERM is always heard.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import click

from nvr_emulator.cli.ending import EXIT_BROKE

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
GRACE = 10
"""Seconds for ending what was begun."""


class ToldToEnd:
    """Whether the command was told to end. While it `raises`, it is ended where it stands."""

    def __init__(self, status: Callable[[int], int]) -> None:
        self.raises = True
        self.come = False
        self._status = status

    def hear(self, number: int, frame: FrameType | None) -> None:
        """The handler of the signals."""
        if self.come:
            return
        self.come = True
        signal.signal(signal.SIGALRM, _leave)
        signal.alarm(GRACE)
        if self.raises:
            raise SystemExit(self._status(number))


@contextlib.contextmanager
def told_to_end(status: Callable[[int], int]) -> Iterator[ToldToEnd]:
    """Hear the signals; `status` gives the exit status for a signal that ends the command where it stands.
    One within another hears instead of it, and what has come stays ignored."""
    told = ToldToEnd(status)
    before = {number: signal.getsignal(number) or signal.SIG_DFL for number in SIGNALS}
    # Signals are the main thread's; in any other the command runs as a function does.
    heard = [number for number in SIGNALS if _is_main_thread() and _is_heard(number, before[number])]
    for number in heard:
        signal.signal(number, told.hear)
    try:
        yield told
    finally:
        # As Python ends it takes its handlers back; what is ignored stays so.
        for number in heard:
            if told.come:
                signal.signal(number, signal.SIG_IGN)
            elif signal.getsignal(number) == told.hear:
                signal.signal(number, before[number])


class EndedWhereItStands(click.Group):
    """Commands that a signal ends where they stand, with 128 and its number, unless one says otherwise."""

    def main(self, *given: Any, **named: Any) -> Any:
        """Run the command line; click would take Ctrl-C for an answer, and say that of it."""
        with told_to_end(lambda number: 128 + number):
            return super().main(*given, **named)


def _is_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()


def _is_heard(number: int, before: object) -> bool:
    return number == signal.SIGTERM or before is not signal.SIG_IGN


def _leave(number: int, frame: FrameType | None) -> None:
    os.write(2, f"Error: told to end: what was begun did not end in {GRACE} s\n".encode())
    os._exit(EXIT_BROKE)
