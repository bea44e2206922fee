"""What the live streams of a run looked like, for the report: a small picture of each camera, and how evenly
the pictures came."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from nvr_protocol.codecs import Codec
from nvr_protocol.errors import ProtocolError
from nvr_protocol.rtp.nal_units import is_key_slice, join_annex_b
from nvr_protocol.rtp.packet import read_packet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from nvr_conformance.wire.live_streams import CapturedPacket, LiveStream

CAMERAS = 32  # pictures on the page
PLOTS = 8
WIDTH = 240  # of a picture on the page
_PACKETS_LOOKED_AT = 4000  # of one stream
_LEAST_PICTURES = 20  # for a plot
_MOST_PICTURES = 600


@dataclass(frozen=True, slots=True)
class SeenPicture:
    """The first whole key picture of a camera. ``uri`` is a PNG as a data URI."""

    camera: int
    codec: str
    width: int
    height: int
    scenario: str
    uri: str


@dataclass(frozen=True, slots=True)
class Plot:
    """Milliseconds between one picture's first packet and the next one's."""

    title: str
    intervals: tuple[float, ...]

    @property
    def highest(self) -> float:
        """The top of the scale, in milliseconds."""
        return max(*self.intervals, 1.0) * 1.1

    @property
    def median(self) -> float:
        """Half of the intervals are longer."""
        return sorted(self.intervals)[len(self.intervals) // 2]

    def points(self, width: int, height: int) -> str:
        """The polyline of an SVG of this size."""
        step = width / max(1, len(self.intervals) - 1)
        return " ".join(
            f"{number * step:.1f},{height - height * interval / self.highest:.1f}"
            for number, interval in enumerate(self.intervals)
        )


class ReportPictures:
    """Collects, scenario by scenario."""

    def __init__(self) -> None:
        self._pictures: dict[int, SeenPicture] = {}
        self._plots: list[Plot] = []

    def look_at(self, scenario: str, streams: Iterable[LiveStream], *, even: bool) -> None:
        """Take from these streams what is new. ``even``: arrival times mean something (no manual clock)."""
        for stream in streams:
            if stream.comp not in (Codec.H264, Codec.H265):
                continue
            packets = stream.packets
            wanted = stream.camera not in self._pictures and len(self._pictures) < CAMERAS
            if wanted and (picture := first_picture(stream.camera, stream.comp, packets, scenario)):
                self._pictures[stream.camera] = picture
            if even and len(self._plots) < PLOTS:
                over = "HTTP" if packets and packets[0].part is not None else "UDP"
                title = f"camera {stream.camera}, {stream.comp} over {over}, {scenario}"
                if plot := arrival_plot(title, packets):
                    self._plots.append(plot)

    def pictures(self) -> list[SeenPicture]:
        """By camera."""
        return [self._pictures[camera] for camera in sorted(self._pictures)]

    def plots(self) -> list[Plot]:
        """In the order of the run."""
        return list(self._plots)


def first_picture(
    camera: int, comp: str, packets: Sequence[CapturedPacket], scenario: str
) -> SeenPicture | None:
    """The first key picture that can be decoded, or None."""
    from nvr_conformance.reading.decoding import decode_pictures

    codec = Codec(comp)
    for nals in _access_units(codec, packets[:_PACKETS_LOOKED_AT]):
        if not any(is_key_slice(codec, nal) for nal in nals):
            continue
        frames: list[Any] = []
        decode_pictures(comp, [join_annex_b(nals)], keep=frames.append)
        if frames:
            uri = _png(frames[0])
            return (
                SeenPicture(camera, comp, frames[0].width, frames[0].height, scenario, uri) if uri else None
            )
    return None


def _access_units(codec: Codec, packets: Iterable[CapturedPacket]) -> Iterator[list[bytes]]:
    from nvr_protocol.rtp import h264 as rtp_h264
    from nvr_protocol.rtp import h265 as rtp_h265

    rejoiner = rtp_h264.Rejoiner() if codec is Codec.H264 else rtp_h265.Rejoiner()
    for packet in packets:
        try:
            nals = rejoiner.push(read_packet(packet.data))
        except ProtocolError:
            continue
        if nals:
            yield nals


def _png(frame: Any) -> str:
    """A small PNG of a PyAV frame as a data URI; empty if it cannot be made."""
    import av

    height = max(2, round(frame.height * WIDTH / frame.width / 2) * 2)
    try:
        small = frame.reformat(width=WIDTH, height=height, format="rgb24")
        encoder: Any = av.CodecContext.create("png", "w")
        encoder.width, encoder.height, encoder.pix_fmt = WIDTH, height, "rgb24"
        encoder.time_base = Fraction(1, 25)
        data = b"".join(bytes(packet) for packet in (*encoder.encode(small), *encoder.encode(None)))
    except (av.FFmpegError, ValueError):
        return ""
    return "data:image/png;base64," + base64.b64encode(data).decode("ascii")


def arrival_plot(title: str, packets: Iterable[CapturedPacket]) -> Plot | None:
    """How evenly pictures came (told apart by their RTP time stamps); None for too few."""
    firsts: list[float] = []
    last: int | None = None
    for packet in packets:
        try:
            stamp = read_packet(packet.data).timestamp
        except ProtocolError:
            continue
        if stamp != last:
            firsts.append(packet.arrived)
            last = stamp
        if len(firsts) > _MOST_PICTURES:
            break
    if len(firsts) < _LEAST_PICTURES:
        return None
    return Plot(title, tuple(round(1000 * (b - a), 2) for a, b in pairwise(firsts)))
