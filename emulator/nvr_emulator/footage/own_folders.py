"""Cameras whose fixture is a folder of one's own: whether the folder has what they are to send."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nvr_fixtures import FixtureError, names
from nvr_fixtures.folders import is_folder, look_into
from nvr_protocol.codecs import AudioCodec, Codec

if TYPE_CHECKING:
    from nvr_emulator.configuration.plan import CameraSettings


def camera_problem(camera: CameraSettings) -> tuple[str, str] | None:
    """The key of a camera that does not go with its fixture, and why; None where all do."""
    if problem := fixture_problem(camera.fixture, ()):
        return "fixture", problem
    if not is_folder(camera.fixture):
        return None
    wanted: list[tuple[str, Iterable[Codec]]] = [
        ("video", camera.video),
        ("recorded", [camera.recorded]),
        ("jpeg", [Codec.JPEG] if camera.jpeg else []),
    ]
    for key, codecs in wanted:
        if problem := fixture_problem(camera.fixture, codecs):
            return key, problem
    there = look_into(camera.fixture).audio
    if camera.audio is not None and there and camera.audio not in there:
        return "audio", f"{camera.fixture} has no {camera.audio}; there is {', '.join(there)}"
    return None


def fixture_problem(fixture: str, wanted: Iterable[Codec]) -> str | None:
    """Why there is no such fixture with all these codecs; None where there is."""
    if not is_folder(fixture):
        if fixture in names():
            return None
        return f"{fixture!r} is not known; there is {', '.join(names())}"
    try:
        there = look_into(fixture).video
    except FixtureError as error:
        return str(error)
    missing = [codec for codec in wanted if codec not in there]
    return f"{fixture} has no {missing[0]}; there is {', '.join(there)}" if missing else None


def audio_name(fixture: str, codec: AudioCodec) -> str | None:
    """The folder that has a camera's audio; None where its fixture has none of its own."""
    return fixture if is_folder(fixture) and codec in look_into(fixture).audio else None


def beside(document: dict[str, Any], folder: Path) -> dict[str, Any]:
    """A recorder.toml in which paths of fixtures are seen from the folder that it lies in."""
    moved = dict(document)
    for key in ("cameras", "recordings"):
        if isinstance(tables := document.get(key), list):
            moved[key] = [_moved(table, folder) for table in tables]
    return moved


def _moved(table: Any, folder: Path) -> Any:
    fixture = table.get("fixture") if isinstance(table, dict) else None
    if not isinstance(fixture, str) or not is_folder(fixture):
        return table
    return {**table, "fixture": str(folder.absolute() / fixture)}
