"""A recorder for quick tests: few cameras with small pictures, and a user of each level."""

from __future__ import annotations

from typing import Literal

from nvr_emulator.configuration.plan import usual_cameras
from nvr_emulator.configuration.settings import Level, RecorderSettings, UserSettings
from nvr_protocol.models import Model

USERS = (
    UserSettings("ADMIN", "admin12345", Level.ADMINISTRATOR),
    UserSettings("MANAGER", "manager12345", Level.MANAGER),
    UserSettings("OPERATOR", "operator12345", Level.OPERATOR),
    UserSettings("VIEWER", "viewer12345", Level.VIEWER),
)
"""One user of each level."""


USUAL_CHANNELS = {1: 20, 2: 4, 3: 20}
"""How many cameras are registered by default: more than sixteen where the model's series has room."""


def small_recorder(model: Literal[1, 2, 3] = 2, *, seed: int | None = 0) -> RecorderSettings:
    """Settings for quick tests: four users, small pictures, a camera number in each picture."""
    return RecorderSettings(
        model=model,
        users=USERS,
        cameras=usual_cameras(USUAL_CHANNELS[model], "counter-small", model=Model(model)),
        seed=seed,
    )
