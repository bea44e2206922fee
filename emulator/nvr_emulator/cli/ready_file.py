"""`--ready-file`: names a recorder for as long as it serves, and no other."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

from nvr_emulator.cli.whole_file import check_writable, write_whole

USUAL_MODE = 0o600
"""The line has a password in it."""

Write = Callable[[str], None]


@contextlib.contextmanager
def ready_file(path: Path | None, mode: int = USUAL_MODE) -> Iterator[Write]:
    """What writes the line, once all is ready. An older file is removed before, the new one at the end, in
    whichever way that comes; one that another recorder has written meanwhile is left alone. `OSError`
    where the file can neither be removed nor written."""
    if path is None:
        yield lambda line: None
        return
    path.unlink(missing_ok=True)
    check_writable(path)
    written: bytes | None = None

    def write(line: str) -> None:
        nonlocal written
        content = f"{line}\n".encode()
        write_whole(path, content, mode)
        written = content

    try:
        yield write
    finally:
        if written is not None:
            with contextlib.suppress(OSError):
                if path.read_bytes() == written:
                    path.unlink()
