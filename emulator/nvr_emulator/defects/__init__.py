"""Named defects: a recorder that breaks one requirement, to prove the judge.

A defect is a function that alters one thing in a recorder before it serves. It declares the
requirements that it breaks: its own, and those that cannot hold without it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from nvr_emulator.configuration.settings import ConfigurationError
from nvr_emulator.defects.registry import Defect, defects_in
from nvr_emulator.recorder.recorder import Recorder


@cache
def all_defects() -> tuple[Defect, ...]:
    """Every defect, in the order of the catalogue."""
    from nvr_emulator.defects import camera_control as control
    from nvr_emulator.defects.download import files as download
    from nvr_emulator.defects.download import headers as download_headers
    from nvr_emulator.defects.information import connections as information
    from nvr_emulator.defects.information import texts as information_texts
    from nvr_emulator.defects.live import audio as audio
    from nvr_emulator.defects.live import jpeg, rtp, rtp_extension, rtp_numbers, rtp_payload
    from nvr_emulator.defects.live import limits as live_limits
    from nvr_emulator.defects.live import multipart as live_parts
    from nvr_emulator.defects.live import streams as live
    from nvr_emulator.defects.playback import audio as playback_audio
    from nvr_emulator.defects.playback import cameras as playback_cameras
    from nvr_emulator.defects.playback import chunk as playback_chunk
    from nvr_emulator.defects.playback import order as playback_order
    from nvr_emulator.defects.playback import times as playback_times
    from nvr_emulator.defects.session import access, exclusivity
    from nvr_emulator.defects.session import ending as session_ending
    from nvr_emulator.defects.session import lifetime as session_lifetime
    from nvr_emulator.defects.session import login as session

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
        audio,
        jpeg,
        exclusivity,
        playback_chunk,
        playback_order,
        playback_times,
        playback_audio,
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
