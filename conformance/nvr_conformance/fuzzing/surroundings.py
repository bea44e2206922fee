"""What is known ahead of the recorder that is fuzzed, so that the reference model can start from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nvr_conformance.client.player import MINUTE
from nvr_conformance.fuzzing.playback_model import Stretches
from nvr_conformance.fuzzing.reference_model import Surroundings

if TYPE_CHECKING:
    from nvr_conformance.client.target import Target


REAL_SLACK = 5.0  # seconds by which a UID's end may be off on a clock that runs by itself


def surroundings_of(target: Target) -> Surroundings:
    """What is known of a target: of one with a control port, all that it is set to."""
    manual = target.clock == "manual"
    seen = (target.state() or {}).get("cameras", [])
    return Surroundings(
        channels=target.channels,
        cameras=frozenset(target.cameras),
        priorities=tuple(user.priority for user in target.users),
        alone=manual,
        slack=0.0 if manual else REAL_SLACK + target.pace,
        stretches=usual_stretches(round(target.unix_time())) if target.emulated else None,
        by_default=target.by_default,
        fixed=frozenset(camera["number"] for camera in seen if not camera["ptz"]),
    )


def usual_stretches(now: int) -> Stretches:
    """What the embedded recorder has when it begins at ``now`` (Unix seconds): a day, with a gap of ten
    minutes."""
    minute = now - now % MINUTE
    gap = minute - 6 * 3600
    return Stretches((((minute - 24 * 3600) * 100, gap * 100), ((gap + 600) * 100, None)))
