"""Cameras whose fixture is a folder of one's own: whether the folder has what they are to send."""

from __future__ import annotations

from collections.abc import Iterable

from nvr_fixtures import FixtureError, names
from nvr_fixtures.folders import is_folder, look_into
from nvr_fixtures.video import KINDS
from nvr_protocol.codecs import AudioCodec, Codec


def fixture_problem(fixture: str, wanted: Iterable[Codec]) -> str | None:
    """Why there is no such fixture with all these codecs; None where there is."""
    if not is_folder(fixture):
        if fixture in names():
            return None
        return f"{fixture!r} is not known; there is {KINDS}"
    try:
        there = look_into(fixture).video
    except FixtureError as error:
        return str(error)
    missing = [codec for codec in wanted if codec not in there]
    return f"{fixture} has no {missing[0]}; there is {', '.join(there)}" if missing else None


def audio_name(fixture: str, codec: AudioCodec) -> str | None:
    """The folder that has a camera's audio; None where its fixture has none of its own."""
    return fixture if is_folder(fixture) and codec in look_into(fixture).audio else None
