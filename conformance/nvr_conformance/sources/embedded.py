"""An emulated recorder that is started to be judged."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

from nvr_conformance.client.control_port import Control
from nvr_conformance.client.options import User
from nvr_conformance.client.target import Access
from nvr_conformance.wire.endpoint import endpoint_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import ExitStack

    from nvr_conformance.client.target import Target
    from nvr_emulator import EmbeddedRecorder


class EmbeddedControl(Control):
    """The control port of an emulator in this process: its clock is moved, and it begins anew, without a
    detour."""

    def __init__(self, recorder: EmbeddedRecorder) -> None:
        super().__init__(recorder.control_url)
        self.recorder = recorder

    def now(self) -> float:
        return self.recorder.machine.clock.now()

    def advance(self, seconds: float) -> None:
        self.recorder.advance(seconds)

    def reset(self) -> None:
        self.recorder.reset()


def start_emulator(
    stack: ExitStack, model: int, seed: int, setup: Mapping[str, Any], defects: Sequence[str] = ()
) -> tuple[Access, EmbeddedControl]:
    """An emulated recorder of its own, running until ``stack`` is closed: how it is reached, and what moves
    its clock. ``setup`` are settings of it as plain data."""
    import msgspec

    from nvr_emulator import EmbeddedRecorder, Ports, small_recorder

    settings = small_recorder(model, seed=seed)  # type: ignore[arg-type]
    if setup:
        settings = msgspec.convert({**msgspec.to_builtins(settings), **setup}, type(settings))
    # A transport that is off must be found off at a port that nobody else takes meanwhile.
    http_port, https_port = (0, 0) if settings.transport is None else (_reserve(stack), _reserve(stack))
    ports = Ports(http=http_port, https=https_port)
    recorder = stack.enter_context(
        EmbeddedRecorder(clock="manual", defects=defects, settings=settings, ports=ports)
    )
    transport = recorder.machine.plan.transport
    http, https = f"http://127.0.0.1:{http_port}", f"https://127.0.0.1:{https_port}"
    url, other = (recorder.url, None) if transport == "http" else (http, https)
    if transport == "https":
        url, other = https, http
    users = [User(user.name, user.password, user.level.priority) for user in recorder.users]
    control = EmbeddedControl(recorder)
    access = Access(
        url=url,
        endpoint=endpoint_of(url, insecure=True),
        users=tuple(sorted(users, key=lambda user: user.priority)),
        control=control,
        other=None if other is None else endpoint_of(other, insecure=True),
        https_alone=transport == "https",
        emulated=True,
        by_default=not chosen_variants(setup.get("variants", {})),
    )
    return access, control


def chosen_variants(settings: Mapping[str, Any]) -> dict[str, str]:
    """The liberties in these settings, as plain data: name and value."""
    import msgspec

    from nvr_emulator.configuration.variant_choice import chosen
    from nvr_emulator.configuration.variants import Variants

    return chosen(msgspec.convert(settings, Variants))


def stand_in(target: Target) -> dict[str, Any]:
    """The settings, as plain data, of a recorder that could take a target's place as far as is known of it:
    cameras, users of the same rank, HTTP or HTTPS."""
    import msgspec

    from nvr_emulator import Level, UserSettings, usual_cameras
    from nvr_protocol.models import Model

    levels = {level.priority: level for level in Level}
    users = [
        UserSettings(f"USER{number}", f"password-{number}", levels[user.priority])
        for number, user in enumerate(target.users, 1)
    ]
    usual = usual_cameras(target.channels, "counter-small", model=Model(target.model))
    settings: dict[str, Any] = msgspec.to_builtins(
        {
            "transport": "http" if target.endpoint.tls is None else "https",
            "channels": target.channels,
            "cameras": [camera for camera in usual if camera.number in target.cameras],
            "users": users,
        }
    )
    return settings


def _reserve(stack: ExitStack) -> int:
    """A port of this machine that a recorder may listen on, and nobody is given by chance."""
    holder = stack.enter_context(socket.socket())
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.bind(("127.0.0.1", 0))
    port: int = holder.getsockname()[1]
    return port
