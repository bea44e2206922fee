"""A recorder as the user writes it: settings that are typed, but not yet checked against each other."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Literal

import msgspec

from nvr_emulator.configuration.variants import Variants
from nvr_emulator.faults.table import AnyFault
from nvr_protocol.codecs import AudioCodec, Codec
from nvr_protocol.dialect import DEFAULT, Dialect
from nvr_protocol.models import CAMERA_LIMIT


class ConfigurationError(ValueError):
    """The configuration cannot be used; one line says which key and why."""


class CameraError(ConfigurationError):
    """A camera that cannot be: its number, the key that is wrong, and why."""

    def __init__(self, number: int, key: str, why: str) -> None:
        super().__init__(f"cameras: number {number}: {key}: {why}")
        self.number = number
        self.key = key
        self.why = why


class Level(StrEnum):
    """User levels; their order is their priority, highest first (operating manual)."""

    ADMINISTRATOR = "administrator"
    MANAGER = "manager"
    OPERATOR = "operator"
    VIEWER = "viewer"

    @property
    def priority(self) -> int:
        """0 is the highest."""
        return list(Level).index(self)


class CameraState(StrEnum):
    """What as_getinfo.cgi says of a camera (§5.3.1)."""

    NORMAL = "normal"
    LOST = "lost"


class UserSettings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One registered user."""

    name: str
    password: str
    level: Level = Level.ADMINISTRATOR


def user_problem(user: UserSettings) -> str | None:
    """The key of a user that nobody can be, and why; None where all is well. Names stand in logs, in JSON and
    in headers, passwords in the ready line."""
    if not user.name:
        return "name: is empty"
    if not user.name.isprintable():
        return f"name: {user.name[:40]!a} must be printable characters (UTF-8)"
    if not user.password:
        return "password: is empty"
    if not user.password.isprintable():
        return "password: must be printable characters (UTF-8)"
    return None


class CameraSettings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One registered camera: what it sends live, and as what it is recorded. `ltr`: what is recorded of its
    H.264 and H.265 says that it is a stream with long-term reference P (§7)."""

    number: int
    fixture: str = "city"
    video: tuple[Codec, ...] = (Codec.H264, Codec.H265)
    recorded: Codec = Codec.H264
    audio: AudioCodec | None = None
    jpeg: bool = True
    ptz: bool = True
    ltr: bool = False
    state: CameraState = CameraState.NORMAL


EARLIEST = 2 * 86_400
LATEST = 2**32 - 2 * 86_400
"""Between which moments a recorder lives, in Unix seconds: its times are 32 bits wide (§7), and something is
recorded before now and due after it."""


Age = Annotated[int, msgspec.Meta(ge=0, le=LATEST // 60)]
"""Minutes before the recorder's start."""
Moment = Annotated[datetime, msgspec.Meta(tz=True)]
"""A date and time with its offset from UTC."""


def moment_problem(moment: float) -> str | None:
    """Why a recorder's clock cannot show this moment (Unix seconds); None where it can."""
    if EARLIEST <= moment <= LATEST:
        return None
    first, last = (datetime.fromtimestamp(limit, UTC).date() for limit in (EARLIEST, LATEST))
    return f"the recorder's clock goes from {first} to {last}: its times are 32 bits wide"


def unix_time(moment: int | datetime, started: float) -> float:
    """An age or a moment in Unix seconds."""
    return moment.timestamp() if isinstance(moment, datetime) else started - moment * 60


class RecordingSettings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A stretch of recording, from `since` to `until`; it goes on where `until` is None.

    Both are minutes before the recorder's start, or moments. `recorded` and `fixture`: what is recorded
    meanwhile instead of that which the cameras say.
    """

    since: Age | Moment
    until: Age | Moment | None = None
    recorded: Codec | None = None
    fixture: str | None = None


Transport = Literal["both", "https", "http"]
"""What is served (§1.2); http alone is no setting of a recorder, but of tests."""
DigestAlgorithm = Literal["MD5", "SHA-256"]


class RecorderSettings(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A whole recorder. `clock_start` is Unix seconds, `EARLIEST` to `LATEST`; None means the host's time
    at start.

    `errors` and `events`: texts that stand in the logs from the start, oldest first.
    `largest_download_file`: bytes at which a download begins another file (OP-30).
    `transport`: "factory" is the setting with which the model is delivered (§1.2); None leaves it to who
    starts the recorder.
    `digest`: the algorithms of the challenges, in their order.
    `uid_digits`: of one digit there are fewer UIDs than may be valid.
    `rtp_wrap_after`: seconds of a live stream after which its RTP time stamps, which have 32 bits, begin at 0
    again; None begins them anywhere, so that few streams meet it.
    `udp_segmentation`: whether RTP is handed to the kernel in runs of packets, where it can cut them.
    `variants`: what it does otherwise than the defaults, where the document leaves it open.
    `faults`: those of network, hardware and clock that hold from the start.
    `main_slots`, `extension_units`, `extension_slots` replace what is known of the series (OP-1); `disks`
    names the slots that have a disk, None for the first four of the main unit.
    """

    model: Literal[1, 2, 3] = 2
    series: str | None = None
    transport: Literal["both", "https", "http", "factory"] | None = None
    digest: Annotated[tuple[DigestAlgorithm, ...], msgspec.Meta(min_length=1)] = ("MD5",)
    users: tuple[UserSettings, ...]
    cameras: tuple[CameraSettings, ...] = ()
    channels: Annotated[int, msgspec.Meta(ge=1, le=CAMERA_LIMIT)] | None = None
    time_zone: str = "Asia/Tokyo"
    recordings: tuple[RecordingSettings, ...] = (
        RecordingSettings(since=24 * 60, until=6 * 60),
        RecordingSettings(since=6 * 60 - 10),
    )
    uid_digits: Annotated[int, msgspec.Meta(ge=2, le=19)] | None = None
    main_slots: Annotated[int, msgspec.Meta(ge=1, le=9)] | None = None
    extension_units: Annotated[int, msgspec.Meta(ge=0, le=5)] | None = None
    extension_slots: Annotated[int, msgspec.Meta(ge=0, le=9)] | None = None
    disks: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)] | None = None
    errors: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    downloads_at_once: Annotated[int, msgspec.Meta(ge=0)] = 2
    largest_download_file: Annotated[int, msgspec.Meta(ge=1)] = 512 * 1024 * 1024
    rtp_wrap_after: Annotated[float, msgspec.Meta(ge=0, le=40_000)] | None = None
    dialect: Dialect = DEFAULT
    variants: Variants = Variants()
    faults: tuple[AnyFault, ...] = ()
    clock_start: float | None = None
    seed: int | None = None
    udp_segmentation: bool = True
