"""Defects of UIDs that control cameras: what else runs on one, and what another one did (§4.2)."""

from __future__ import annotations

from collections.abc import Callable

from nvr_emulator.defects.camera_control.which_camera import ALL
from nvr_emulator.defects.registry import breaks
from nvr_emulator.recorder.commands import Asked
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.recorder.replies import Answer, Refused
from nvr_emulator.recorder.sessions import Ending, OnEnd, Session
from nvr_emulator.seams import around


@breaks(*ALL)
def control_beside_live_is_refused(recorder: Recorder) -> None:
    """Refuses camera control on a UID on which live runs."""

    def control(original: Callable[[Asked], Answer], asked: Asked) -> Answer:
        if recorder.live.streams(asked.session.uid):
            raise Refused(503, "live runs on this UID")
        return original(asked)

    around(recorder.camera_control.control, control)


@breaks("CTL-08")
def presets_are_those_of_a_uid(recorder: Recorder) -> None:
    """Keeps presets for each UID by itself: another one finds none of them."""
    kept: dict[tuple[int, int], dict[int, dict[str, float]]] = {}

    def control(original: Callable[[Asked], Answer], asked: Asked) -> Answer:
        number = asked.command.camera
        if number in recorder.cameras.registered:
            camera = recorder.camera_control.camera(number)
            camera.presets = kept.setdefault((asked.session.uid, number), {})
        return original(asked)

    around(recorder.camera_control.control, control)


@breaks("CTL-08")
def presets_end_with_their_uid(recorder: Recorder) -> None:
    """Forgets a preset when the UID ends that registered it."""
    registered: dict[int, list[Asked]] = {}

    def control(original: Callable[[Asked], Answer], asked: Asked) -> Answer:
        answer = original(asked)
        if asked.command.key == "preset_set":
            registered.setdefault(asked.session.uid, []).append(asked)
        return answer

    def ended(original: OnEnd, session: Session, ending: Ending, now: float) -> None:
        for asked in registered.pop(session.uid, ()):
            camera = recorder.camera_control.camera(asked.command.integer("CH"))
            camera.presets.pop(asked.command.integer("NO"), None)
        original(session, ending, now)

    around(recorder.camera_control.control, control)
    around(recorder.session_ended, ended)
