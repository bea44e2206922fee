"""What a recorder is made of: model, cameras, users, recordings, clock (`recorder.toml`)."""

from __future__ import annotations

import itertools
import zoneinfo
from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec

from nvr_emulator.configuration.camera_encoding import encoding_problem, fixture_for
from nvr_emulator.configuration.schema import problem_of
from nvr_emulator.configuration.settings import (
    LATEST,
    CameraError,
    CameraSettings,
    ConfigurationError,
    DigestAlgorithm,
    RecorderSettings,
    RecordingSettings,
    Transport,
    UserSettings,
    moment_problem,
    unix_time,
    user_problem,
)
from nvr_emulator.configuration.variant_choice import chunk_form_of, dialect_of
from nvr_emulator.configuration.variants import Variants
from nvr_emulator.faults.fault import Fault
from nvr_emulator.footage.own_folders import fixture_problem
from nvr_fixtures.folders import is_folder, look_into
from nvr_protocol.codecs import AudioCodec, Codec
from nvr_protocol.dialect import Dialect
from nvr_protocol.models import (
    DEFAULT_SERIES,
    MODELS,
    SERIES_BY_NAME,
    Model,
    Series,
    slot_names,
)
from nvr_protocol.models import Transport as FactorySetting
from nvr_protocol.playback.chunk_form import ChunkForm

USUAL_DISKS = 4
"""How many disks are in the main unit, where it has the slots."""


class RecorderPlan(msgspec.Struct, frozen=True, kw_only=True):
    """Settings with everything filled in and checked against each other."""

    model: int
    series: str
    transport: Transport
    digest: tuple[DigestAlgorithm, ...]
    users: dict[str, UserSettings]
    cameras: dict[int, CameraSettings]
    channels: int
    uid_digits: int
    zone: zoneinfo.ZoneInfo
    recordings: tuple[RecordingSettings, ...]
    slots: tuple[str, ...]
    disks: tuple[str, ...]
    errors: tuple[str, ...]
    events: tuple[str, ...]
    downloads_at_once: int
    largest_download_file: int
    rtp_wrap_after: float | None
    dialect: Dialect
    chunk_form: ChunkForm
    variants: Variants
    faults: tuple[Fault, ...]
    clock_start: float | None
    seed: int | None
    udp_segmentation: bool


USUAL_CAMERAS = 20
"""How many cameras are registered by default, where the series has room."""


def usual_cameras(
    count: int, fixture: str | None = None, *, model: Model = Model.MODEL_2
) -> tuple[CameraSettings, ...]:
    """Cameras 1 … count: odd ones recorded as H.264, even ones as H.265; `fixture` for all, or a mix.

    Camera 1 has AAC, 2 G.711, 3 G.726 where the model knows it, 4 AAC; the others have no microphone.
    """
    # Not 3: the fixture has the audio of two cameras, odd and even, and no two of one codec shall be alike.
    audio = {**dict(enumerate(MODELS[model].audio.value, 1)), 4: AudioCodec.AAC}
    return tuple(
        CameraSettings(
            number=number,
            fixture=fixture or ("city" if number % 2 else "counter"),
            recorded=Codec.H264 if number % 2 else Codec.H265,
            audio=audio.get(number),
        )
        for number in range(1, count + 1)
    )


def plan(settings: RecorderSettings) -> RecorderPlan:
    """Fill in what the settings leave open; `ConfigurationError` where a value is none that a key can have,
    or two contradict each other."""
    _check_types(settings)
    model = Model(settings.model)
    try:
        series = DEFAULT_SERIES[model] if settings.series is None else SERIES_BY_NAME[settings.series]
    except KeyError:
        raise ConfigurationError(
            f"series: {settings.series!r} is not known; see nvr-emulator models"
        ) from None
    if series.model != model:
        raise ConfigurationError(f"series: {series.name} is of MODEL {series.model.value}, not {model.value}")
    if settings.clock_start is not None and (problem := moment_problem(settings.clock_start)):
        raise ConfigurationError(f"clock_start: {problem}")
    channels = settings.channels or series.cameras.value
    settings = _encoded(settings, channels, model)
    slots = _slots(settings, series)
    cameras = settings.cameras
    _check_cameras(cameras, channels)
    _check_audio(cameras, series.data.audio.value, model)
    _check_users(settings.users)
    try:
        zone = zoneinfo.ZoneInfo(settings.time_zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a folder of zones, a long name
        raise ConfigurationError(
            f"time_zone: {settings.time_zone[:40]!r} is no time zone (say Asia/Tokyo)"
        ) from None
    planned = RecorderPlan(
        model=model.value,
        series=series.name,
        transport=_transport(settings, series),
        digest=settings.digest,
        users={user.name: user for user in settings.users},
        cameras={camera.number: camera for camera in cameras},
        channels=channels,
        uid_digits=settings.variants.uid_digits or settings.uid_digits or series.data.uid_digits.value,
        zone=zone,
        recordings=_checked_recordings(settings.recordings, cameras),
        slots=slots,
        disks=_disks(settings, slots),
        errors=settings.errors,
        events=settings.events,
        downloads_at_once=settings.downloads_at_once,
        largest_download_file=settings.largest_download_file,
        rtp_wrap_after=settings.rtp_wrap_after,
        dialect=dialect_of(settings.variants, settings.dialect),
        chunk_form=chunk_form_of(settings.variants),
        variants=settings.variants,
        faults=settings.faults,
        clock_start=settings.clock_start,
        seed=settings.seed,
        udp_segmentation=settings.udp_segmentation,
    )
    # Without a start of its own, moments can be judged by now, and ages once the recorder starts.
    check_recorded(planned, LATEST if planned.clock_start is None else planned.clock_start)
    return planned


def check_recorded(plan: RecorderPlan, started: float) -> None:
    """Refuse recordings that reach out of what the recorder's times can say; `started` as Unix seconds."""
    for entry in plan.recordings:
        for key, moment in (("since", entry.since), ("until", entry.until)):
            if moment is not None and not 0 <= unix_time(moment, started) <= LATEST:
                first, last = (datetime.fromtimestamp(limit, UTC).date() for limit in (0, LATEST))
                raise ConfigurationError(f"recordings: {key} = {moment} is not between {first} and {last}")


def _check_types(settings: RecorderSettings) -> None:
    """Settings that were made by a program were never compared with what the schema asks for."""
    plain = msgspec.to_builtins(settings, builtin_types=(datetime,))
    try:
        msgspec.convert(plain, RecorderSettings)
    except msgspec.ValidationError as error:
        raise ConfigurationError(
            ": ".join(filter(None, problem_of(error, RecorderSettings, plain)))
        ) from None


def _encoded(settings: RecorderSettings, channels: int, model: Model) -> RecorderSettings:
    """The settings with all cameras, each with the footage that the variants ask for."""
    variants = settings.variants
    cameras = settings.cameras or usual_cameras(min(USUAL_CAMERAS, channels), model=model)
    for camera in cameras:
        if problem := encoding_problem(camera.fixture, variants):
            raise CameraError(camera.number, "fixture", problem)
    return msgspec.structs.replace(
        settings,
        cameras=tuple(
            msgspec.structs.replace(camera, fixture=fixture_for(camera.fixture, variants))
            for camera in cameras
        ),
        recordings=tuple(
            stretch
            if stretch.fixture is None
            else msgspec.structs.replace(stretch, fixture=fixture_for(stretch.fixture, variants))
            for stretch in settings.recordings
        ),
    )


def _check_audio(cameras: tuple[CameraSettings, ...], known: tuple[AudioCodec, ...], model: Model) -> None:
    for camera in cameras:
        if camera.audio is not None and camera.audio not in known:
            raise CameraError(
                camera.number, "audio", f"MODEL {model.value} has no audio {camera.audio.value}"
            )


def _check_cameras(cameras: tuple[CameraSettings, ...], channels: int) -> None:
    seen: set[int] = set()
    for camera in cameras:
        if not 1 <= camera.number <= channels:
            raise CameraError(camera.number, "number", f"{camera.number} is not in 1 … {channels}")
        if camera.number in seen:
            raise CameraError(camera.number, "number", f"{camera.number} stands twice")
        if problem := camera_problem(camera):
            raise CameraError(camera.number, *problem)
        seen.add(camera.number)


def _check_users(users: tuple[UserSettings, ...]) -> None:
    if not users:
        raise ConfigurationError("users: at least one user is needed")
    seen: set[str] = set()
    for index, user in enumerate(users):
        if problem := user_problem(user):
            raise ConfigurationError(f"users[{index}].{problem}")
        if user.name in seen:
            raise ConfigurationError(f"users[{index}].name: {user.name!r} stands twice")
        seen.add(user.name)


def _transport(settings: RecorderSettings, series: Series) -> Transport:
    if settings.transport == "factory":
        return "both" if series.data.default_transport.value is FactorySetting.BOTH else "https"
    return settings.transport or "http"


def _slots(settings: RecorderSettings, series: Series) -> tuple[str, ...]:
    """The names of the disk slots; the series' own where the settings say nothing."""
    own = (series.main_slots.value, series.extension_units.value, series.extension_slots.value)
    wanted = (settings.main_slots, settings.extension_units, settings.extension_slots)
    return slot_names(*(own if want is None else want for want, own in zip(wanted, own, strict=True)))


def _disks(settings: RecorderSettings, slots: tuple[str, ...]) -> tuple[str, ...]:
    """The slots that have a disk, in the order of the slots."""
    if settings.disks is None:
        return tuple(slot for slot in slots if slot.startswith("MAIN"))[:USUAL_DISKS]
    for index, disk in enumerate(settings.disks):
        if disk not in slots:
            there = slots[0] if len(slots) == 1 else f"{slots[0]} … {slots[-1]}"
            raise ConfigurationError(f"disks[{index}]: there is no slot {disk!r}; there is {there}")
    return tuple(slot for slot in slots if slot in settings.disks)


def _checked_recordings(
    recordings: tuple[RecordingSettings, ...], cameras: tuple[CameraSettings, ...]
) -> tuple[RecordingSettings, ...]:
    """The stretches, oldest first. Which of an age and a moment comes first depends on when the recorder
    starts, so that they are not to be mixed."""
    kinds = {
        type(moment) for entry in recordings for moment in (entry.since, entry.until) if moment is not None
    }
    if len(kinds) > 1:
        raise ConfigurationError(
            "recordings: some in minutes before the start, some in dates and times: choose one"
        )
    for index, entry in enumerate(recordings):
        for camera in cameras:
            wanted = [entry.recorded or camera.recorded]
            if problem := fixture_problem(entry.fixture or camera.fixture, wanted):
                key = "recorded" if entry.fixture is None else "fixture"
                raise ConfigurationError(f"recordings[{index}].{key}: {problem}")
        if entry.until is not None and unix_time(entry.until, 0) <= unix_time(entry.since, 0):
            raise ConfigurationError(f"recordings[{index}].until: not after since")
    ordered = sorted(recordings, key=lambda entry: unix_time(entry.since, 0))
    for earlier, later in itertools.pairwise(ordered):
        if earlier.until is None or unix_time(earlier.until, 0) > unix_time(later.since, 0):
            raise ConfigurationError(f"recordings[{recordings.index(later)}].since: overlaps another stretch")
    return tuple(ordered)


def camera_problem(camera: CameraSettings) -> tuple[str, str] | None:
    """The key of a camera that does not go with its fixture, and why; None where all do."""
    if problem := fixture_problem(camera.fixture, ()):
        return "fixture", problem
    if not is_folder(camera.fixture):
        return None
    wanted: list[tuple[str, Iterable[Codec]]] = [
        ("video", camera.video),
        ("recorded", [camera.recorded]),
        ("jpeg", [Codec.JPEG] if camera.jpeg else []),
    ]
    for key, codecs in wanted:
        if problem := fixture_problem(camera.fixture, codecs):
            return key, problem
    there = look_into(camera.fixture).audio
    if camera.audio is not None and there and camera.audio not in there:
        return "audio", f"{camera.fixture} has no {camera.audio}; there is {', '.join(there)}"
    return None
