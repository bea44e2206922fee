"""What the control port takes and gives, as a schema: openapi.json is made of it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from nvr_emulator.configuration.settings import CameraState
from nvr_emulator.faults.table import Row
from nvr_emulator.recorder.disks import DiskState
from nvr_emulator.recorder.logs import TEXT_LIMIT


class Body(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A body: keys that it does not know are refused."""


class Advance(Body, frozen=True):
    """How far the manual clock moves, in seconds."""

    seconds: Annotated[float, msgspec.Meta(ge=0, examples=[91])]


class Reset(Body, frozen=True):
    """Whether the clock goes back to where it started."""

    clock: Literal["keep", "start"] = "keep"


class CameraChange(Body, frozen=True):
    """What becomes of a camera."""

    state: CameraState


class DiskChange(Body, frozen=True):
    """What becomes of a disk."""

    state: DiskState


class LogText(Body, frozen=True):
    """The text of an entry: printable, without quotes."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=TEXT_LIMIT, examples=["CAM 3 VIDEO LOSS"])]


class Done(msgspec.Struct, frozen=True):
    """It is done."""

    ok: bool = True


class ClockState(msgspec.Struct, frozen=True):
    """The recorder's time in Unix seconds, and which clock it is; `speed`: how many times faster than real
    time it runs by itself."""

    now: float
    clock: Literal["real", "manual"]
    speed: float = 1.0


class CameraAnswer(msgspec.Struct, frozen=True):
    """A camera as it is now."""

    number: int
    state: CameraState


class DiskAnswer(msgspec.Struct, frozen=True):
    """A disk as it is now."""

    slot: str
    state: DiskState


class LogAnswer(msgspec.Struct, frozen=True):
    """How many entries the log has now."""

    entries: int


class FaultAnswer(msgspec.Struct, frozen=True):
    """A fault that holds; its times are Unix seconds of the recorder's clock, `until` null: until it is
    removed. `struck`: how many packets or answers it has hit."""

    number: int
    name: str
    parameters: dict[str, Any]
    since: float
    until: float | None
    struck: int


class FaultsAnswer(msgspec.Struct, frozen=True):
    """The faults that hold, oldest first, and all that there are."""

    holding: list[FaultAnswer]
    known: tuple[Row, ...]


class JournalAnswer(msgspec.Struct, frozen=True):
    """What happened, oldest first; `kind` says what each entry is."""

    entries: list[dict[str, Any]]


class FindingsAnswer(msgspec.Struct, frozen=True):
    """What the clients did wrong, each rule once for each UID; `dropped`: breaches that found no room."""

    findings: list[dict[str, Any]]
    dropped: int


class Problem(msgspec.Struct, frozen=True):
    """Why it cannot be done, in one line."""

    error: str


class Link(msgspec.Struct, frozen=True):
    """One thing that can be asked for."""

    method: str
    path: str
    does: str


class Index(msgspec.Struct, frozen=True):
    """All that can be asked for."""

    version: str
    operations: list[Link]
