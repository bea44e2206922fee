"""Named defects: a recorder that breaks one requirement, to prove the judge.

A defect is a function that alters one thing in a recorder before it serves. It declares the
requirements that it breaks: its own, and those that cannot hold without it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from nvr_emulator.configuration import ConfigurationError
from nvr_emulator.defects.registry import Defect, defects_in
from nvr_emulator.recorder import Recorder


@cache
def all_defects() -> tuple[Defect, ...]:
    """Every defect, in the order of the catalogue."""
    from nvr_emulator.defects import (
        access,
        control,
        download,
        download_headers,
        exclusivity,
        information,
        information_texts,
        jpeg,
        live,
        live_limits,
        live_parts,
        playback_cameras,
        playback_chunk,
        playback_order,
        playback_sound,
        playback_times,
        rtp,
        rtp_extension,
        rtp_numbers,
        rtp_payload,
        session,
        session_ending,
        session_lifetime,
        sound,
    )

    modules = (
        session,
        session_lifetime,
        session_ending,
        live,
        live_limits,
        rtp,
        rtp_numbers,
        rtp_extension,
        rtp_payload,
        live_parts,
        sound,
        jpeg,
        exclusivity,
        playback_chunk,
        playback_order,
        playback_times,
        playback_sound,
        playback_cameras,
        control,
        information,
        information_texts,
        download,
        download_headers,
        access,
    )
    return tuple(defect for module in modules for defect in defects_in(module))


def apply_defects(recorder: Recorder, names: Sequence[str]) -> None:
    """Plant defects in a recorder; `ConfigurationError` names what is not known."""
    known = {defect.name: defect for defect in all_defects()}
    for name in names:
        if name not in known:
            raise ConfigurationError(f"defect: {name!r} is not known; see nvr-emulator defects")
        if recorder.plan.model not in known[name].models:
            raise ConfigurationError(f"defect: {name!r} cannot show on MODEL {recorder.plan.model}")
        known[name].plant(recorder)
