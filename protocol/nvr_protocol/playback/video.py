"""Playback video: the answer to `camera.cgi`, one GOP, one JPEG or no image (§3.3.1).

The pieces live in modules of their own; this one is where users find them.
"""

from __future__ import annotations

from nvr_protocol.playback.chunk import Chunk, Packet, walk_chunk
from nvr_protocol.playback.prepared_gop import PreparedGop
from nvr_protocol.playback.video_reader import StreamTimes, breaches, read_playback_video, stream_times
from nvr_protocol.playback.video_values import Picture, PlaybackVideo
from nvr_protocol.playback.video_writer import write_playback_video

__all__ = [
    "Chunk",
    "Packet",
    "Picture",
    "PlaybackVideo",
    "PreparedGop",
    "StreamTimes",
    "breaches",
    "read_playback_video",
    "stream_times",
    "walk_chunk",
    "write_playback_video",
]
