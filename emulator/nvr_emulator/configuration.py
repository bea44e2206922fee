"""What a recorder is made of: model, cameras, users, recordings, clock (`recorder.toml`)."""

from __future__ import annotations

import itertools
import zoneinfo
from enum import StrEnum
from typing import Literal

import msgspec

from nvr_protocol.codecs import AudioCodec, Codec
from nvr_protocol.dialect import DEFAULT, Dialect
from nvr_protocol.models import DEFAULT_SERIES, SERIES_BY_NAME, Model


class ConfigurationError(ValueError):
    """The configuration cannot be used; one line says which key and why."""


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


class CameraSettings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One registered camera: what it sends live, and as what it is recorded."""

    number: int
    fixture: str = "city"
    video: tuple[Codec, ...] = (Codec.H264, Codec.H265)
    recorded: Codec = Codec.H264
    audio: AudioCodec | None = None
    jpeg: bool = True
    ptz: bool = True
    state: CameraState = CameraState.NORMAL


class RecordingSettings(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A stretch of recording, in minutes before the recorder's start; it goes on where `until` is None."""

    since: int
    until: int | None = None
    recorded: Codec | None = None


class RecorderSettings(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A whole recorder. `clock_start` is Unix seconds; None means the host's time at start."""

    model: Literal[1, 2, 3] = 2
    series: str | None = None
    users: tuple[UserSettings, ...]
    cameras: tuple[CameraSettings, ...] = ()
    channels: int | None = None
    time_zone: str = "Asia/Tokyo"
    recordings: tuple[RecordingSettings, ...] = (
        RecordingSettings(since=24 * 60, until=6 * 60),
        RecordingSettings(since=6 * 60 - 10),
    )
    uid_digits: int | None = None
    dialect: Dialect = DEFAULT
    clock_start: float | None = None
    seed: int | None = None


class RecorderPlan(msgspec.Struct, frozen=True, kw_only=True):
    """Settings with everything filled in and checked against each other."""

    model: int
    series: str
    users: dict[str, UserSettings]
    cameras: dict[int, CameraSettings]
    channels: int
    uid_digits: int
    zone: zoneinfo.ZoneInfo
    recordings: tuple[RecordingSettings, ...]
    dialect: Dialect
    clock_start: float | None
    seed: int | None


USUAL_CAMERAS = 20
"""How many cameras are registered by default, where the series has room."""


def usual_cameras(count: int, fixture: str | None = None) -> tuple[CameraSettings, ...]:
    """Cameras 1 … count: odd ones recorded as H.264, even ones as H.265; `fixture` for all, or a mix."""
    return tuple(
        CameraSettings(
            number=number,
            fixture=fixture or ("city" if number % 2 else "counter"),
            recorded=Codec.H264 if number % 2 else Codec.H265,
        )
        for number in range(1, count + 1)
    )


def plan(settings: RecorderSettings) -> RecorderPlan:
    """Fill in what the settings leave open; `ConfigurationError` where they contradict each other."""
    model = Model(settings.model)
    try:
        series = SERIES_BY_NAME[settings.series] if settings.series else DEFAULT_SERIES[model]
    except KeyError:
        raise ConfigurationError(
            f"series: {settings.series!r} is not known; see nvr-emulator models"
        ) from None
    if series.model != model:
        raise ConfigurationError(f"series: {series.name} is of MODEL {series.model.value}, not {model.value}")
    channels = settings.channels or series.cameras.value
    cameras = settings.cameras or usual_cameras(min(USUAL_CAMERAS, channels))
    _check_cameras(cameras, channels)
    if not settings.users:
        raise ConfigurationError("users: at least one user is needed")
    try:
        zone = zoneinfo.ZoneInfo(settings.time_zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        raise ConfigurationError(
            f"time_zone: {settings.time_zone!r} is no time zone (say Asia/Tokyo)"
        ) from None
    return RecorderPlan(
        model=model.value,
        series=series.name,
        users={user.name: user for user in settings.users},
        cameras={camera.number: camera for camera in cameras},
        channels=channels,
        uid_digits=settings.uid_digits or series.data.uid_digits.value,
        zone=zone,
        recordings=_checked_recordings(settings.recordings),
        dialect=settings.dialect,
        clock_start=settings.clock_start,
        seed=settings.seed,
    )


def _check_cameras(cameras: tuple[CameraSettings, ...], channels: int) -> None:
    numbers = [camera.number for camera in cameras]
    for number in numbers:
        if not 1 <= number <= channels:
            raise ConfigurationError(f"cameras: number {number} is not in 1 … {channels}")
        if numbers.count(number) > 1:
            raise ConfigurationError(f"cameras: number {number} stands twice")


def _checked_recordings(recordings: tuple[RecordingSettings, ...]) -> tuple[RecordingSettings, ...]:
    ordered = sorted(recordings, key=lambda recording: -recording.since)
    for earlier, later in itertools.pairwise(ordered):
        if earlier.until is None or earlier.until < later.since:
            raise ConfigurationError("recordings: two stretches overlap")
    for recording in ordered:
        if recording.until is not None and recording.until >= recording.since:
            raise ConfigurationError("recordings: a stretch ends before it begins")
    return tuple(ordered)
