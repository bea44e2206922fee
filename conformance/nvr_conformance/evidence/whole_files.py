"""Files that are there whole or not at all, and places that are looked at before hours of work."""

from __future__ import annotations

import errno
import os
import secrets
from pathlib import Path

PRIVATE = 0o600
_PUBLIC = 0o666


def write_file(path: Path, data: bytes, *, mode: int = _PUBLIC) -> None:
    """Write a file whole or not at all: beside it first, then renamed. OSError leaves nothing behind.

    ``mode`` as far as the umask lets it. What is there and no file (a device, a pipe) is written to.
    """
    if path.exists() and not path.is_file():
        path.write_bytes(data)
        return
    path = _led_to(path)  # of a link, what it leads to is replaced
    beside = _beside(path)
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def require_writable(path: Path) -> None:
    """OSError, in words for a user, where ``write_file`` could not write this file."""
    if path.is_dir():
        raise OSError(f"{path} is a directory")
    if path.exists() and not path.is_file():
        if not os.access(path, os.W_OK):
            raise OSError(f"{path} cannot be written")
        return
    parent = _led_to(path).parent
    if not parent.is_dir():
        raise OSError(f"{path}: there is no directory {parent}")
    _try(parent, path)


def require_folder(path: Path) -> None:
    """Make a directory, and OSError, in words for a user, where files cannot be written in it."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise OSError(f"{path}: {problem.strerror}") from None
    _try(path, path)


def _led_to(path: Path) -> Path:
    """What links lead to. OSError for links that lead in a circle."""
    try:
        path.stat()
    except OSError as problem:
        if problem.errno == errno.ELOOP:
            raise OSError(f"{path}: {problem.strerror}") from None
    return Path(os.path.realpath(path))


def _try(folder: Path, named: Path) -> None:
    beside = _beside(folder / "file")
    try:
        beside.write_bytes(b"")
        beside.unlink()
    except OSError as problem:
        raise OSError(f"{named} cannot be written: {problem.strerror}") from None


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name[:100]}.{secrets.token_hex(4)}")
