"""Files that are there whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path


def check_writable(path: Path) -> None:
    """`OSError`, naming the file, where it could not be written."""
    with _naming(path), tempfile.NamedTemporaryFile(dir=path.absolute().parent):
        pass


def write_whole(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Write a file in one step, so that a reader never sees half of it; `mode`: who may read it."""
    with _naming(path), tempfile.NamedTemporaryFile(dir=path.absolute().parent, delete=False) as file:
        try:
            file.write(content)
            file.flush()
            os.fchmod(file.fileno(), mode)
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise


def led_to(path: Path) -> Path:
    """Where links lead from here, to a file or to where one is to be. `OSError` for links in a circle."""
    with _naming(path):
        try:
            path.stat()
        except OSError as error:
            if error.errno == errno.ELOOP:
                raise
    return Path(os.path.realpath(path))


@contextlib.contextmanager
def _naming(path: Path) -> Iterator[None]:
    """What goes wrong with the temporary file is told of the one that was to be."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, f"cannot be written: {error.strerror}", str(path)) from None
