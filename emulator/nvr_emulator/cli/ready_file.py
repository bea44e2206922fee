"""`--ready-file`: names a recorder for as long as it serves, and no other."""

from __future__ import annotations

import contextlib
import json
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from nvr_emulator.cli.ending import EXIT_USAGE, ended
from nvr_emulator.cli.whole_file import check_writable, write_whole

USUAL_MODE = 0o600
"""The line has a password in it."""
LONGEST_LINE = 1024 * 1024

Write = Callable[[str], None]


@contextlib.contextmanager
def ready_file(path: Path | None, mode: int = USUAL_MODE) -> Iterator[Write]:
    """What writes the line, once all is ready. An older file is removed before, the new one at the end, in
    whichever way that comes; one that another recorder has written meanwhile is left alone, and so is what
    is no ready file: `ClickException` then. `OSError` where the file can neither be removed nor written."""
    if path is None:
        yield lambda line: None
        return
    _remove_older(path)
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


def _remove_older(path: Path) -> None:
    """Remove the line of an older recorder; whatever else has that name is somebody's."""
    try:
        status = path.lstat()
    except FileNotFoundError:
        return
    # Opened only where it is a file: a pipe would keep us waiting.
    if not stat.S_ISREG(status.st_mode) or not (status.st_size == 0 or _begins_as_ready_file(path)):
        reason = f"--ready-file: {path} is no ready file: it is left as it is; name another"
        raise ended(reason, EXIT_USAGE)
    path.unlink(missing_ok=True)


def _begins_as_ready_file(path: Path) -> bool:
    with path.open("rb") as file:
        line = file.readline(LONGEST_LINE)
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(said, dict) and said.get("ready") is True
