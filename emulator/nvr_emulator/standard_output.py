"""stdout and stderr of a command: no character, no full disk and no reader that has gone breaks what it does.

A character that the encoding lacks is written as an escape. What cannot be written at all is lost, and the
command goes on: what it does besides is done, and its exit status stays true.
"""

from __future__ import annotations

import errno
import io
import os
import select
import sys
from collections.abc import Callable
from typing import TextIO

STDOUT = "stdout cannot be written"


class _Taking(io.FileIO):
    """The file below a stream. It takes everything; `problem`: why it lost what came since."""

    problem: OSError | None = None

    def write(self, data: object) -> int:
        """How much was written; all of it, where it is lost."""
        while self.problem is None:
            try:
                written: int | None = super().write(data)  # type: ignore[arg-type]
            except OSError as problem:
                self.problem = problem
                break
            if written is not None:
                return written
            select.select((), (self,), ())  # it was told not to block
        return memoryview(data).nbytes  # type: ignore[arg-type]


def lost() -> OSError | None:
    """Why stdout lost something, if it did, of what `run` calls. A reader that has gone lost nothing: it had
    enough."""
    if sys.stdout is None:
        return None
    sys.stdout.flush()
    raw = getattr(getattr(sys.stdout, "buffer", None), "raw", None)
    problem = raw.problem if isinstance(raw, _Taking) else None
    return None if problem is None or problem.errno == errno.EPIPE else problem


def run(
    program: str,
    command: Callable[[], None],
    broke: int,
    is_verdict: Callable[[SystemExit], bool] = lambda end: False,
) -> None:
    """Run a command. Where stdout lost something that is told on stderr, and the exit status is `broke`
    instead of success or "no"; unless it is a verdict, which stands."""
    kept = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = _taking(sys.stdout), _taking(sys.stderr)
    end = SystemExit(0)
    try:
        try:
            command()
        except SystemExit as ended:
            end = ended
        problem = lost()
        stands = is_verdict(end)
        if problem is not None and (stands or end.code in (None, 0, 1)):
            print(f"{program}: {STDOUT}: {problem.strerror}", file=sys.stderr)
            end = end if stands else SystemExit(broke)
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        sys.stdout, sys.stderr = kept
    raise end


def _taking(stream: TextIO | None) -> TextIO:
    """The same stream, so that writing to it never fails. One that is no file of the system stays as it
    is."""
    if stream is None:  # closed by whoever started the command
        return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123 - as long as the process
    try:
        number = stream.fileno()
    except OSError:
        return stream
    stream.flush()
    return io.TextIOWrapper(
        io.BufferedWriter(_Taking(number, "w", closefd=False)),
        encoding=stream.encoding,
        errors="backslashreplace",
        line_buffering=getattr(stream, "line_buffering", False),
        write_through=getattr(stream, "write_through", False),
    )
