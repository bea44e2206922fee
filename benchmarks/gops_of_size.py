"""A fixture with GOPs of about a size: those of `counter`, cut short, or gone on with their last pictures."""

from __future__ import annotations

import itertools
from pathlib import Path

import msgspec

from nvr_fixtures import load
from nvr_fixtures.manifest import FILE_NAME, Manifest, Unit, VideoTrack
from nvr_protocol.codecs import Codec


def make_fixture(folder: Path, size: int) -> None:
    """Write it into a folder, which is made; a GOP has about `size` bytes."""
    source = load("counter", Codec.H264, 1)
    pictures, lengths = [], []
    for gop in source.gops:
        took, bytes_ = 0, 0
        for picture in itertools.chain(gop, itertools.cycle(gop[1:])):
            if took and bytes_ + len(picture.data) // 2 > size:
                break
            pictures.append(picture)
            took, bytes_ = took + 1, bytes_ + len(picture.data)
        lengths.append(took)
    folder.mkdir()
    (folder / "cut.h264").write_bytes(b"".join(picture.data for picture in pictures))
    track = VideoTrack(
        codec=Codec.H264.value,
        camera=1,
        file="cut.h264",
        width=source.width,
        height=source.height,
        rate=source.rate,
        pictures_per_gop=tuple(lengths),
        units=tuple(Unit(len(picture.data), picture.sha256) for picture in pictures),
    )
    manifest = Manifest(folder.name, "MIT", "Cut from counter.", (track,))
    (folder / FILE_NAME).write_bytes(msgspec.json.encode(manifest))
