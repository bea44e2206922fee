"""A profile as a ``recorder.toml``: ``nvr-emulator serve --config`` imitates the recorder that was seen."""

from __future__ import annotations

import zoneinfo
from typing import TYPE_CHECKING

from nvr_conformance.judgement.plain_text import plain
from nvr_conformance.judgement.verdicts import Verdict
from nvr_protocol.dialect import ALTERNATIVES, OPEN_POINTS
from nvr_protocol.models import DEFAULT_SERIES, MODELS, Model
from nvr_protocol.timestamps import UnixSeconds, zone_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nvr_conformance.judgement.result import Result
    from nvr_conformance.profile.observing import CameraProfile, Profile


def profile_toml(profile: Profile, result: Result | None = None) -> str:
    """The text of a ``recorder.toml``. What was not seen is left out, so that the emulator's own defaults
    hold; what ``result`` has of observations that no key can hold stands in comments. Nothing secret is in
    it: users are to be added."""
    model = Model(profile.model)
    lines = [
        "# What nvr-conformance run --profile-out saw of a recorder. For nvr-emulator serve --config FILE.",
        f"model = {profile.model}",
    ]
    own_channels = DEFAULT_SERIES[model].cameras.value
    if profile.channels is not None and profile.channels != own_channels:
        lines.append(f"channels = {profile.channels}")
    if profile.uid_digits is not None and profile.uid_digits <= 19:
        lines.append(f"uid_digits = {profile.uid_digits}")
    if profile.transport is not None:
        lines.append(f"transport = {_text(profile.transport)}")
    if known := [name for name in profile.digest if name in ("MD5", "SHA-256")]:
        lines.append(f"digest = [{', '.join(map(_text, known))}]")
    lines += _time_zone(profile)
    lines += _disks(profile)
    for camera in profile.cameras:
        lines += ["", *_camera(camera, model)]
    lines += ["", *_dialect(profile)]
    if profile.notes:
        lines += ["", "# Not understood:", *(_comment(note) for note in profile.notes)]
    if result is not None and (observed := list(_observed(result))):
        lines += ["", "# Observed, and no matter of configuration:", *observed]
    return "\n".join(lines) + "\n"


def _time_zone(profile: Profile) -> list[str]:
    if not profile.zones:
        return []
    name = _zone_name(profile)
    zone = profile.zones[0][1]
    sign, minutes = "-" if zone.minutes < 0 else "+", abs(zone.minutes)
    said = f"UTC{sign}{minutes // 60}:{minutes % 60:02}" + (" and summer time" if zone.summer else "")
    if name is None:
        return [f"# pictures say {said}; no time zone is known that has it"]
    return [f"time_zone = {_text(name)}  # pictures say {said}; others have that as well"]


def _zone_name(profile: Profile) -> str | None:
    """A time zone that has what the pictures say: a plain offset where that will do."""
    hours, part = divmod(profile.zones[0][1].minutes, 60)
    plain = [] if part else [f"Etc/GMT{-hours:+}" if hours else "Etc/UTC"]
    for name in ("Asia/Tokyo", *plain, *sorted(zoneinfo.available_timezones())):
        try:
            zone = zoneinfo.ZoneInfo(name)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError):
            continue
        if all(zone_at(zone, UnixSeconds(seconds)) == seen for seconds, seen in profile.zones):
            return name
    return None


def _disks(profile: Profile) -> list[str]:
    if not profile.slots:
        return []
    names = [slot.name for slot in profile.slots]
    units = {name[:4] for name in names if name.startswith("EXT")}
    in_a_unit = max((sum(name.startswith(unit) for name in names) for unit in units), default=0)
    lines = [
        f"main_slots = {max(1, sum(name.startswith('MAIN') for name in names))}",
        f"extension_units = {len(units)}",
        f"extension_slots = {in_a_unit}",
    ]
    if disks := [slot.name for slot in profile.slots if slot.disk is not None]:
        lines.append(f"disks = [{', '.join(map(_text, disks))}]")
    return lines


def _camera(camera: CameraProfile, model: Model) -> list[str]:
    lines = ["[[cameras]]", f"number = {camera.number}"]
    if not camera.connected:
        return [*lines, 'state = "lost"']
    if not camera.looked_at:
        return [*lines, "# its media were not looked at"]
    if camera.video:
        lines.append(f"video = [{', '.join(map(_text, camera.video))}]")
    else:
        lines.append("# no live video came")
    if camera.recorded:
        lines.append(f"recorded = {_text(camera.recorded)}")
    if camera.audio in {codec.value for codec in MODELS[model].audio.value}:
        lines.append(f"audio = {_text(str(camera.audio))}")
    elif camera.audio:
        lines.append(f"# audio is {camera.audio}, which MODEL {model.value} does not have")
    if camera.jpeg is not None:
        lines.append(f"jpeg = {str(camera.jpeg).lower()}")
    return lines


def _dialect(profile: Profile) -> list[str]:
    lines = [f"# {profile.dialect.name}", "[dialect]"]
    for name in ALTERNATIVES:
        value = getattr(profile.dialect, name)
        shown = _text(value) if isinstance(value, str) else f"0x{value:04X}"
        seen = "seen" if name in profile.told else "no sample told"
        lines.append(f"{name} = {shown}  # {OPEN_POINTS[name]}, {seen}")
    return lines


def _observed(result: Result) -> Iterator[str]:
    for row in result.requirements:
        if row.verdict is Verdict.OBSERVED:
            for check in row.checks:
                yield _comment(f"{row.id} {check.name}: {check.actual}")


def _comment(text: str) -> str:
    return "# " + " ".join(plain(text).split())


def _text(text: str) -> str:
    escaped = plain(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
