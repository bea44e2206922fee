"""Several users at once on one recorder, as a hypothesis state machine that compares every answer.

Each rule is one or a few steps of ``fuzz_steps``; what must come of them says ``reference_model``. Give
a class derived from ``RecorderMachine`` a driver, and run it with ``run_state_machine_as_test``.
"""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import rule

from nvr_conformance.fuzzing.rules.clients import CAMERA, WHO
from nvr_conformance.fuzzing.rules.live import LiveRules
from nvr_conformance.fuzzing.rules.playback import PlaybackRules
from nvr_conformance.fuzzing.rules.session import SessionRules
from nvr_conformance.fuzzing.steps import CONTROLS, Send


class RecorderMachine(SessionRules, LiveRules, PlaybackRules):
    """Clients that log in, look, play and leave."""

    @rule(
        who=WHO,
        camera=CAMERA,
        keys=st.lists(st.sampled_from(list(CONTROLS)), min_size=1, max_size=4, unique=True),
    )
    def control(self, who: int, camera: int, keys: list[str]) -> None:
        """A camera is moved, where that is allowed (§4.2)."""
        if self.driver.target.allows("ptz"):
            label, number = self.who(who), self.camera(camera)
            self.do(*(Send(label, key, {"CH": number, **CONTROLS[key]}) for key in keys))
