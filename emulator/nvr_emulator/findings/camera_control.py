"""Camera control: moved and stopped (§4)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator

from nvr_emulator.findings.chapter import Chapter, by
from nvr_emulator.findings.clients import Asking, Clients, Known
from nvr_emulator.findings.rule import Breach, Rule, Severity
from nvr_emulator.journal.entries import Exchange
from nvr_emulator.recorder.happenings import Happening, SessionEnded
from nvr_protocol.commands.urls import Command

NEVER_STOPPED = Rule(
    "ptz-never-stopped",
    "4.1.1",
    Severity.WARNING,
    "Pan, tilt or zoom never stopped",
    "A camera was set moving and not stopped within 10 s of the last command. How long it goes on is "
    "the camera's affair: i-PRO's stop after 2 s, others do not.",
    "Send directctrl.cgi with 0 for each axis that was set moving, as soon as the button is let go.",
)
WITHOUT_PTZ = Rule(
    "ptz-on-fixed-camera",
    "4.2.1",
    Severity.WARNING,
    "Camera control of a camera without it",
    "A camera was told to move that cannot. The recorder accepts it, and nothing moves.",
    "Offer camera control for the cameras alone that have it.",
)
BEYOND_SERIES = Rule(
    "speed-beyond-series",
    "4.2.1",
    Severity.WARNING,
    "256 speeds on a recorder that has 16",
    "PAN or TILT is beyond the speeds that this series takes.",
    "Send -16 to 16 where the series has 16 speeds, -256 to 256 where it has 256.",
)

AXES = ("PAN", "TILT", "ZOOM")
PATIENCE = 10.0
MOVING_REMEMBERED = 1000
ENDS_MOTION = ("preset_go", "centering")
"""Commands that make a camera go to a place, where it stops by itself."""


class CameraControl(Chapter):
    """Watches what cameras are told."""

    rules = (NEVER_STOPPED, WITHOUT_PTZ, BEYOND_SERIES)

    def __init__(self, known: Known, clients: Clients) -> None:
        super().__init__(known, clients)
        self._moving: OrderedDict[tuple[int, int], tuple[Exchange, frozenset[str]]] = OrderedDict()

    def asked(self, asking: Asking) -> Iterator[Breach]:
        """directctrl.cgi and camctl.cgi."""
        command = asking.command
        if (
            command is None
            or asking.valid is None
            or command.spec.cgi not in ("directctrl.cgi", "camctl.cgi")
        ):
            return
        camera = command.camera or 0
        settings = self.known.cameras.get(camera)
        if settings is not None and not settings.ptz and command.key != "auxiliary":
            yield by(asking, WITHOUT_PTZ, f"camera {camera} has no pan, tilt and zoom")
            return
        yield from self._too_fast(asking, command)
        if not asking.exchange.refused:
            self._moved((asking.valid.uid, camera), command, asking.exchange)

    def _too_fast(self, asking: Asking, command: Command) -> Iterator[Breach]:
        top = self.known.pan_tilt_speed
        for name in ("PAN", "TILT"):
            value = command.values.get(name)
            if isinstance(value, int) and abs(value) > top:
                yield by(asking, BEYOND_SERIES, f"{name}={value}; this series takes {-top} to {top}")

    def _moved(self, which: tuple[int, int], command: Command, exchange: Exchange) -> None:
        """Keep which axes of a camera move."""
        if command.key in ENDS_MOTION:
            self._moving.pop(which, None)
        if command.key != "pan_tilt_zoom":
            return
        _, axes = self._moving.pop(which, (exchange, frozenset[str]()))
        given = {name: command.integer(name) for name in AXES if name in command.values}
        axes = axes.difference(given) | {name for name, speed in given.items() if speed}
        if axes:
            self._moving[which] = (exchange, axes)

    def happened(self, entry: Happening) -> Iterator[Breach]:
        """A UID ended: nobody stops its cameras any more."""
        if isinstance(entry, SessionEnded):
            for which in [which for which in self._moving if which[0] == entry.uid]:
                yield self._left_moving(which)

    def overdue(self, now: float) -> Iterator[Breach]:
        """Cameras that were set moving a while ago."""
        while self._moving:
            which, (exchange, _) = next(iter(self._moving.items()))
            if self.clients.since(exchange, now) < PATIENCE and len(self._moving) < MOVING_REMEMBERED:
                return
            yield self._left_moving(which)

    def finished(self) -> Iterator[Breach]:
        """Cameras that were left moving."""
        while self._moving:
            yield self._left_moving(next(iter(self._moving)))

    def _left_moving(self, which: tuple[int, int]) -> Breach:
        exchange, axes = self._moving.pop(which)
        told = ", ".join(name for name in AXES if name in axes)
        text = f"camera {which[1]} was left moving ({told})"
        return Breach(NEVER_STOPPED, text, (exchange.number,), which[0], exchange.peer)
