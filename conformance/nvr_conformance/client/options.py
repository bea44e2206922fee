"""Which recorder is to be judged, and what may be done to it: what a user says, as plain data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

PERMISSIONS = ("ptz", "presets", "eviction", "load")
REAL_PACE = 3.0  # seconds between commands that the document advises (§1.3)


@dataclass(frozen=True, slots=True)
class User:
    """A user of the recorder. ``priority`` 0 is the highest (administrator), 3 the lowest (viewer)."""

    name: str
    password: str
    priority: int = 0


@dataclass(frozen=True, kw_only=True)
class TargetOptions:
    """Which recorder to judge. Without ``url`` an emulated one is started, with ``defects`` by name.

    ``model`` None: found out (an emulated one: 2). ``pace``: seconds between commands; None: 3 on a real
    clock, 0 on one that can be moved. ``control``: the control port of an emulator. ``allow``: of
    PERMISSIONS, what may disturb others; a recorder with a control port, and an emulated one, allow
    everything. ``other_users``: users besides ``user``. ``setup``: settings of an embedded emulator as plain
    data, ``configuration``: the file that they are from.
    """

    url: str | None = None
    user: str = "ADMIN"
    password: str = ""
    model: int | None = None
    insecure: bool = False
    control: str | None = None
    control_token: str | None = None
    pace: float | None = None
    allow: frozenset[str] = frozenset()
    other_users: tuple[User, ...] = ()
    timeout: float = 10.0
    defects: tuple[str, ...] = ()
    setup: Mapping[str, Any] = field(default_factory=dict)
    configuration: str = ""

    def pace_on(self, clock: Literal["manual", "real"]) -> float:
        """Seconds between commands on such a clock."""
        if self.pace is not None:
            return self.pace
        return 0.0 if clock == "manual" else REAL_PACE
