"""What `nvr-emulator import` does: the progress bar, the report, and what to write into recorder.toml."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nvr_fixtures import FixtureError
from nvr_fixtures.manifest import JpegTrack, Track, VideoTrack
from nvr_protocol.codecs import Codec

if TYPE_CHECKING:
    from nvr_fixtures.importing import Imported

_STEPS = 200


def run_import(
    video: Path, name: str, into: Path, *, camera: int, seconds: int, codecs: tuple[str, ...]
) -> None:
    """Import a file and say what came of it. ClickException, in one line, where it is no use."""
    missing = [module for module in ("av", "numpy") if importlib.util.find_spec(module) is None]
    if missing:
        raise click.ClickException(f"missing here; pip install {' '.join(missing)} brings it")
    from nvr_fixtures.importing import VIDEO_CODECS, Wish, import_footage

    chosen = tuple(codec for codec in VIDEO_CODECS if codec.value in codecs) or VIDEO_CODECS
    try:
        with _Bar() as bar:
            imported = import_footage(video, name, into, Wish(camera, seconds, chosen), bar)
    except FixtureError as error:
        raise click.ClickException(str(error)) from None
    for line in report(imported):
        click.echo(line)


def report(imported: Imported) -> Iterator[str]:
    """What was made, and how a recorder is told to use it."""
    tracks = imported.tracks
    first = next(track for track in tracks if isinstance(track, VideoTrack))
    seconds = len(first.units) / first.rate
    yield f"{imported.folder}: {seconds:g} s, {first.width}x{first.height}, {first.rate} pictures/s"
    for track in tracks:
        yield "  " + _track_line(track, imported.kept)
    for note in imported.notes:
        yield f"  note: {note}"
    yield ""
    yield "In recorder.toml (a path is seen from where that file lies):"
    yield ""
    yield "[[cameras]]"
    yield f"number = {first.camera}"
    yield f'fixture = "{_seen_from_here(imported.folder)}"'
    video = [track.codec for track in tracks if isinstance(track, VideoTrack)]
    if len(video) == 1:
        yield f'video = ["{video[0]}"]'
    if Codec.H264.value not in video:
        yield f'recorded = "{video[0]}"'


def _track_line(track: Track, kept: Codec | None) -> str:
    size = sum(unit.length for unit in track.units)
    if isinstance(track, VideoTrack):
        how = "kept as it was" if kept == track.codec else "encoded"
        gops = track.gop_lengths
        pictures = str(gops[0]) if len(set(gops)) == 1 else f"{min(gops)} to {max(gops)}"
        count = f"{len(gops)} GOP{'s' * (len(gops) > 1)}"
        return f"{track.codec}: {how}, {count} of {pictures} pictures, {size:,} bytes"
    if isinstance(track, JpegTrack):
        return f"JPEG: {len(track.units)} pictures, {track.rate}/s, {size:,} bytes"
    loop = len(track.units) * track.samples_per_unit / track.sample_rate
    return f"{track.codec}: {track.sample_rate} Hz, mono, repeats after {loop:g} s, {size:,} bytes"


def _seen_from_here(folder: Path) -> str:
    text = os.path.relpath(folder) if not folder.is_absolute() else str(folder)
    return text if text.startswith(("/", "../")) else f"./{text}"


class _Bar:
    """A progress bar on stderr; a new one for each thing that is being done. Nothing where nobody looks."""

    def __init__(self) -> None:
        self._what = ""
        self._bar: Any = None

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *exc_info: object) -> None:
        if self._bar is not None:
            self._bar.render_finish()

    def __call__(self, what: str, part: float) -> None:
        if not sys.stderr.isatty():
            return
        if what != self._what:
            self.__exit__()
            self._what = what
            self._bar = click.progressbar(length=_STEPS, label=what, file=sys.stderr)
            self._bar.render_progress()
        self._bar.update(max(0, round(min(part, 1) * _STEPS) - self._bar.pos))
