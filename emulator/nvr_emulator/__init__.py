"""A network disk recorder that runs in memory, for developers of its clients.

`EmbeddedRecorder` runs one inside another program; `Recorder` is its core without sockets and clock: requests
and the time in, replies out. Each name is imported when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nvr_emulator.configuration.plan import plan, usual_cameras
    from nvr_emulator.configuration.settings import (
        CameraSettings,
        CameraState,
        ConfigurationError,
        Level,
        RecorderSettings,
        RecordingSettings,
        UserSettings,
    )
    from nvr_emulator.configuration.small_recorder import small_recorder
    from nvr_emulator.configuration.variants import Variants
    from nvr_emulator.defects import all_defects
    from nvr_emulator.defects.registry import Defect
    from nvr_emulator.faults.fault import FaultError
    from nvr_emulator.findings.rule import Finding, Severity
    from nvr_emulator.journal.entries import (
        ClockStepped,
        Exchange,
        FaultBegan,
        FaultEnded,
        FaultLeftOut,
        FaultStruck,
    )
    from nvr_emulator.journal.journal import Journal
    from nvr_emulator.recorder.happenings import (
        DownloadEnded,
        DownloadStarted,
        Happening,
        SessionEnded,
        SessionIssued,
        StreamEnded,
        StreamStarted,
    )
    from nvr_emulator.recorder.recorder import Recorder
    from nvr_emulator.recorder.replies import Reply, Request
    from nvr_emulator.server.embedding import EmbeddedRecorder
    from nvr_emulator.server.ports import Ports
    from nvr_emulator.version import __version__

__all__ = [
    "CameraSettings",
    "CameraState",
    "ClockStepped",
    "ConfigurationError",
    "Defect",
    "DownloadEnded",
    "DownloadStarted",
    "EmbeddedRecorder",
    "Exchange",
    "FaultBegan",
    "FaultEnded",
    "FaultError",
    "FaultLeftOut",
    "FaultStruck",
    "Finding",
    "Happening",
    "Journal",
    "Level",
    "Ports",
    "Recorder",
    "RecorderSettings",
    "RecordingSettings",
    "Reply",
    "Request",
    "SessionEnded",
    "SessionIssued",
    "Severity",
    "StreamEnded",
    "StreamStarted",
    "UserSettings",
    "Variants",
    "__version__",
    "all_defects",
    "plan",
    "small_recorder",
    "usual_cameras",
]

_HOMES = {
    "configuration.plan": ("plan", "usual_cameras"),
    "configuration.settings": (
        "CameraSettings",
        "CameraState",
        "ConfigurationError",
        "Level",
        "RecorderSettings",
        "RecordingSettings",
        "UserSettings",
    ),
    "configuration.variants": ("Variants",),
    "configuration.small_recorder": ("small_recorder",),
    "defects": ("all_defects",),
    "defects.registry": ("Defect",),
    "faults.fault": ("FaultError",),
    "findings.rule": ("Finding", "Severity"),
    "journal.entries": (
        "ClockStepped",
        "Exchange",
        "FaultBegan",
        "FaultEnded",
        "FaultLeftOut",
        "FaultStruck",
    ),
    "journal.journal": ("Journal",),
    "recorder.happenings": (
        "DownloadEnded",
        "DownloadStarted",
        "Happening",
        "SessionEnded",
        "SessionIssued",
        "StreamEnded",
        "StreamStarted",
    ),
    "recorder.recorder": ("Recorder",),
    "recorder.replies": ("Reply", "Request"),
    "server.embedding": ("EmbeddedRecorder",),
    "server.ports": ("Ports",),
    "version": ("__version__",),
}
_HOME_OF = {name: home for home, there in _HOMES.items() for name in there}


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
