"""What a device, or a file that somebody gave, may cost the judge: bytes, counts, digits, nesting.

Each bound stands here once, and is kept where the bytes come in; behind that edge nobody has to think of it.
Seconds are kept there too: each answer has one deadline for its head and one for its body (``--timeout``),
however slowly the bytes drip.
"""

from __future__ import annotations

import os
import stat
import tomllib
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

if TYPE_CHECKING:
    from pathlib import Path

T = TypeVar("T")

# --- an answer over HTTP ------------------------------------------------------------------------------
HEAD_LIMIT = 64 * 1024  # bytes of its head
BODY_LIMIT = 64 * 1024 * 1024  # bytes of its body
LOGIN_PAGE_LIMIT = 1024 * 1024  # bytes of a login page
RAW_START = 4096  # first bytes that are kept untouched

# --- parts of a multipart -----------------------------------------------------------------------------
PART_HEAD_LIMIT = 16 * 1024  # bytes of a part's headers
PART_LIMIT = 16 * 1024 * 1024  # bytes without a boundary after which a live stream is given up
DOWNLOAD_KEPT = 64 * 1024 * 1024  # bytes of all parts of a download; beyond that they are only counted
DOWNLOAD_PARTS = 1000
DOWNLOAD_LIMIT = 1024 * 1024 * 1024  # bytes of one download
DOWNLOAD_SECONDS = 600.0  # for one download, however it drips

# --- a live stream ------------------------------------------------------------------------------------
PACKET_LIMIT = 60_000  # packets or parts kept of one stream
STREAM_LIMIT = 128 * 1024 * 1024  # bytes kept of one stream
SENDERS_KEPT = 16  # addresses that a stream came from
STRANGERS_KEPT = 100  # datagrams of others at a port that are kept as evidence

# --- a scenario ---------------------------------------------------------------------------------------
EXCHANGES_KEPT = 5000
BODIES_KEPT = 512 * 1024 * 1024  # bytes of the bodies of its exchanges; the oldest go

# --- pictures -----------------------------------------------------------------------------------------
PICTURE_PIXELS = (
    8192 * 4320
)  # of a picture that is decoded; a few bytes may say that they are of a larger one

# --- texts --------------------------------------------------------------------------------------------
PAGE_LIMIT = 100_000  # characters of a page, or of a list of cameras, that are looked through
UID_LIMIT = 64  # digits that are read of a UID: more than any may have
COUNT_DIGITS = 9  # digits that are read of a number of entries, cameras, UIDs, gigabytes

# --- files --------------------------------------------------------------------------------------------
FILE_LIMIT = 256 * 1024 * 1024  # bytes of a file of evidence, a result, a list of steps
TOML_LIMIT = 1024 * 1024  # bytes of a list of expected failures
TOML_DOTS = 1000  # in a line: what reading a key costs grows with the square of its parts
NESTING = 64  # lists and tables within one another, where a file may hold any


def read_file(path: Path) -> bytes:
    """The bytes of an ordinary file. OSError, in words for a user, for a pipe, a device and a directory, none
    of which is waited for, and for one of more than FILE_LIMIT bytes."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        kind = os.fstat(handle)
        if not stat.S_ISREG(kind.st_mode):
            raise OSError(f"{path} is no ordinary file")
        data = b""
        if kind.st_size <= FILE_LIMIT:
            with open(handle, "rb", closefd=False) as file:
                data = file.read(FILE_LIMIT + 1)
    finally:
        os.close(handle)
    if max(len(data), kind.st_size) > FILE_LIMIT:
        raise OSError(f"{path} is larger than {FILE_LIMIT >> 20} MiB")
    return data


def read_json(data: bytes, type_: type[T]) -> T:
    """JSON as this type. ValueError, in one line, for anything else, and for what is nested too deep."""
    try:
        return msgspec.json.decode(data, type=type_)
    except (msgspec.MsgspecError, UnicodeDecodeError) as problem:
        raise ValueError(str(problem)) from None
    except RecursionError:
        raise ValueError("nested too deep") from None


def read_toml(data: bytes) -> dict[str, Any]:
    """TOML as a table. ValueError, in one line, for anything else, and for what costs too much to read."""
    if len(data) > TOML_LIMIT:
        raise ValueError(f"larger than {TOML_LIMIT >> 10} KiB")
    if any(line.count(b".") > TOML_DOTS for line in data.splitlines()):
        raise ValueError(f"a line has more than {TOML_DOTS} dots")
    try:
        table = tomllib.loads(data.decode("utf-8"))
    except RecursionError:
        raise ValueError("nested too deep") from None
    if not is_shallow(table):
        raise ValueError("nested too deep")
    return table


def is_shallow(value: object) -> bool:
    """Whether lists and tables stand within one another NESTING deep at most."""
    level = [value]
    for _ in range(NESTING):
        level = [
            inner
            for outer in level
            if isinstance(outer, list | tuple | dict)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return True
    return False
