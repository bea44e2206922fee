"""What happens inside a recorder and is worth telling: UIDs, live streams and downloads that begin and end.

The journal keeps them, and gives each its number and, where it has none, its time.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec


class Happening(msgspec.Struct, kw_only=True, tag_field="kind", gc=False):
    """Something that happened: plain values alone, so that thousands of them are no work for the garbage
    collector. `at`: the recorder's time in Unix seconds; `number`: its place in the journal.
    Both are 0 as long as it is in none."""

    at: float = 0.0
    number: int = 0


class SessionIssued(Happening, tag="session issued"):
    """A UID was issued at login (§6.1.1)."""

    uid: int
    user: str


class SessionEnded(Happening, tag="session ended"):
    """A UID is no longer valid. `ending`: expired, logged out, evicted or reset; `last_command`: Unix seconds
    of the last command that carried it."""

    uid: int
    user: str
    ending: str
    last_command: float


class StreamStarted(Happening, tag="stream started"):
    """A live stream began. `sends`: whether the camera has what COMP asks for."""

    stream: int
    uid: int
    camera: int
    comp: str
    transport: str
    destination: tuple[str, int] | None = None
    sends: bool = True


class StreamEnded(Happening, tag="stream ended"):
    """A live stream ended; what was sent of it. `bytes` are those of RTP packets and of JPEG pictures."""

    stream: int
    uid: int
    camera: int
    comp: str
    why: str
    pictures: int = 0
    packets: int = 0
    bytes: int = 0


class DownloadStarted(Happening, tag="download started"):
    """A download began; the range in Unix seconds."""

    download: int
    uid: int
    camera: int
    files: str
    """KIND: MP4, MP4VO, N3, N3VO or LIST."""
    begin: int
    end: int


class DownloadEnded(Happening, tag="download ended"):
    """A download ended. `why`: complete, or what cut it off; `bytes` were handed to its connection."""

    download: int
    uid: int
    camera: int
    why: str
    bytes: int = 0


WENT_AWAY = "the client went away"
"""Why a stream or a download ended whose connection the client closed."""
CUT_OFF = "a fault cut it off"
"""Why one ended whose connection a fault ended."""

Tell = Callable[[Happening], None]
"""Whoever is told what happens."""


def unheard(happening: Happening) -> None:
    """Nobody is told."""
