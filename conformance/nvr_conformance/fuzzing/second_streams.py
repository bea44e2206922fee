"""What cannot be had beside what a UID has: a second stream of a camera, a 17th, live beside playback (§1.3).

Which of the two gives way is open (OP-43), and what there is behind it is not told. That both are not had at
once can be seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nvr_conformance.client.player import GOP_PACE
from nvr_conformance.fuzzing.reference_model import AT_ONCE, PLAYING, ModelSession, ReferenceModel, Verdict
from nvr_conformance.fuzzing.steps import Malformed, Send
from nvr_conformance.reading.refusals import refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nvr_conformance.client.session import Session
    from nvr_conformance.wire.live_streams import LiveHttp

MEDIA = 6.0  # seconds of the target's time in which a stream that runs brings something


def is_second(model: ReferenceModel, step: Send) -> bool:
    """Whether a step asks for what cannot be had beside what its UID has."""
    session = model.sessions.get(step.label)
    if session is None:
        return False
    if step.key in PLAYING:
        return bool(session.live or session.left)
    if step.key not in ("live_rtp", "live_http") or step.values["CMD"] == "STOP":
        return False
    camera = int(step.values["CAM"])
    if camera not in model.known.cameras:
        return False
    if session.playback.operation:
        return True
    if step.values["COMP"] == "AUDIO":
        return camera in session.audio
    return camera in session.live or len(session.live) >= AT_ONCE


def is_unclear(model: ReferenceModel, step: Send | Malformed, expected: Verdict, said: bool | None) -> bool:
    """Whether nobody knows what the UID of a step has behind it. ``said``: whether the answer says that it
    was obeyed, None if it says neither."""
    if said is False or expected is not Verdict.EITHER or model.known.by_default:
        return False
    if isinstance(step, Malformed):
        return True
    starts = step.key in PLAYING or step.values.get("CMD") == "START"
    return step.key == "mask" or is_second(model, step) or (starts and said is None)


def are_both_given(
    step: Send,
    session: ModelSession,
    streams: Mapping[tuple[int, str], LiveHttp],
    opened: LiveHttp | None,
    asks: Session,
) -> bool:
    """Whether a step that ``is_second`` gives what it asks for, and what was there goes on as well.

    ``streams``: those of the UID over HTTP, by camera and COMP; ``opened``: the one that the step opened.
    """
    if step.key in PLAYING:
        return _plays(session, asks) and any(map(runs, streams.values()))
    if opened is None:
        return False
    if session.playback.operation:
        return runs(opened) and _plays(session, asks)
    comp = opened.comp if opened.comp == "AUDIO" else session.live.get(opened.camera, "")
    older = streams.get((opened.camera, comp))
    return older is not None and runs(opened) and runs(older)


def runs(stream: LiveHttp) -> bool:
    """Whether a stream brings something from now on, and goes on."""
    stream.collect(0.0)  # what is under way does not count
    mark = stream.total
    stream.wait_until(lambda: stream.total > mark, MEDIA)
    return stream.total > mark and not stream.ended


def _plays(session: ModelSession, asks: Session) -> bool:
    camera = min(session.playback.mask or (), default=None)
    return camera is not None and not refused(
        asks.client.request("GET", asks.path("camera", CAM=camera), pace=GOP_PACE)
    )
