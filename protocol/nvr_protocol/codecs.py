"""The video and audio compressions of the document (§1.1)."""

from __future__ import annotations

from enum import StrEnum


class Codec(StrEnum):
    """A video compression, spelled as in `COMP=`."""

    H264 = "H264"
    H265 = "H265"
    JPEG = "JPEG"


class AudioCodec(StrEnum):
    """An audio compression. On the wire it has no name of its own: `COMP=AUDIO` asks for whichever is
    sent."""

    AAC = "AAC"
    G711 = "G711"
    G726 = "G726"
