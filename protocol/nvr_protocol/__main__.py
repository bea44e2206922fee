"""`python -m nvr_protocol FILE`: show what a body or a packet says that was kept in a file (`-`: stdin)."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from nvr_protocol.dissection import dissect
from nvr_protocol.errors import ProtocolError

LARGEST = 64 * 1024 * 1024


def main(arguments: Sequence[str]) -> int:
    """Show one file. Exit status 1 for bytes that are not as drawn, 2 where there is no such file, stdin is
    closed, or stdout takes nothing."""
    if len(arguments) != 1 or arguments[0].startswith("--"):
        print("usage: python -m nvr_protocol FILE", file=sys.stderr)
        return 2
    name = _shown(arguments[0])
    if arguments[0] == "-" and sys.stdin is None:
        print(f"{name}: stdin is closed", file=sys.stderr)
        return 2
    try:
        if arguments[0] == "-":
            data = sys.stdin.buffer.read(LARGEST + 1)
        else:
            with Path(arguments[0]).open("rb") as file:
                data = file.read(LARGEST + 1)
    except OSError as error:
        print(f"{name}: {error.strerror}", file=sys.stderr)
        return 2
    try:
        if len(data) > LARGEST:
            raise ProtocolError("body", f"more than {LARGEST} bytes")
        for line in dissect(data):
            print(line)
        if sys.stdout is not None:
            sys.stdout.flush()
    except ProtocolError as error:
        print(f"{name}: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"stdout cannot be written: {error.strerror}", file=sys.stderr)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # for what is flushed at the end
        return 2
    return 0


def _shown(name: str) -> str:
    """A file's name on a terminal, which it may be meant for: what is no character to be seen is escaped."""
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in name)


if __name__ == "__main__":
    # `| head` and Ctrl-C end it in silence; Windows has no SIGPIPE, and a shell's background no Ctrl-C.
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    sys.exit(main(sys.argv[1:]))
