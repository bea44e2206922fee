"""What an interrupt does: Ctrl-C, SIGTERM and SIGHUP, alike and in one place.

The first one ends what is being done, and what was begun on the recorder is ended: UIDs are logged out, a
login under way is waited for, so that its UID is known. Nothing is waited for any longer meanwhile, and
after GRACE seconds it is over in any case. The second one ends the process at once; but what comes within
TWIN seconds is the first one told twice (`timeout` tells its command, and then the command's group). A signal
that the process was started with ignored (`nohup`; what a shell runs in its background ignores Ctrl-C) stays
so; SIGTERM is always heard.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nvr_conformance.judgement.exit_status import EXIT_KIT_BROKE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
GRACE = 10.0  # seconds for ending what was begun
TWIN = 0.3  # seconds within which a signal that comes again is the same interrupt
QUICK = 0.1  # seconds of each pause behind an interrupt
_SLICE = 0.05  # seconds of a pause between two looks


@dataclass(slots=True)
class _State:
    seen: bool = False
    seen_at: float = 0.0
    raised: bool = False
    shields: int = 0


_state = _State()


def install() -> None:
    """Let the signals of this process do so. Others leave them as they are."""
    for number in SIGNALS:
        if number == signal.SIGTERM or signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _on_signal)


def _on_signal(number: int, frame: FrameType | None) -> None:
    if _state.seen:
        if time.monotonic() - _state.seen_at < TWIN:
            return
        _leave("interrupted twice: ended at once")
    _state.seen, _state.seen_at = True, time.monotonic()
    limit = threading.Timer(GRACE, _leave, (f"interrupted: what was begun did not end in {GRACE:.0f} s",))
    limit.daemon = True
    limit.start()
    if not _state.shields:
        _raise()


def has_come() -> bool:
    """Whether there was an interrupt."""
    return _state.seen


def check() -> None:
    """Raise an interrupt again that something swallowed (code that is called back cannot raise), before more
    is begun on the recorder."""
    if _state.seen and not _state.shields and threading.current_thread() is threading.main_thread():
        _raise()


def let_exit_status_stand() -> None:
    """Python remembers an interrupt that met code made of text (that of a dataclass, say) as if nobody had
    caught it, and ends by SIGINT whatever the exit status, unless such code ends well after it."""
    exec("")


def _raise() -> None:
    _state.raised = True
    raise KeyboardInterrupt


def _leave(why: str) -> None:
    for stream in (sys.stdout, sys.stderr):
        if stream.isatty():
            stream.write("\x1b[?25h")  # a line that moves hides the cursor
            stream.flush()
    with suppress(OSError):
        os.write(2, f"nvr-conformance: {why}\n".encode())
    os._exit(EXIT_KIT_BROKE)


@contextmanager
def shielded() -> Iterator[None]:
    """What must not be left half done: an interrupt that comes meanwhile is raised at its end."""
    if threading.current_thread() is not threading.main_thread():
        yield  # signals are the main thread's
        return
    _state.shields += 1
    try:
        yield
    finally:
        _state.shields -= 1
    if _state.seen and not _state.raised and not _state.shields:
        _raise()


def wait(seconds: float) -> None:
    """Let time pass; behind an interrupt, QUICK of it at most, and that for cleaning alone."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if _state.seen:
            check()
            time.sleep(min(left, QUICK))
            return
        time.sleep(min(left, _SLICE))
