"""The samples of an MP4 as a demuxer (PyAV, that is FFmpeg) hands them out, not decoded."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING

from nvr_conformance.reading.decoding import DecodedFile

if TYPE_CHECKING:
    from collections.abc import Iterator

LIMIT = 200_000  # samples that are read
SAMPLE_ENTRIES = {b"avc1": "h264", b"avc3": "h264", b"hvc1": "hevc", b"hev1": "hevc"}
TOLD_RATE = 1000  # samples a second, of audio of which the length alone is told
_LENGTH = 4  # bytes of length ahead of a NAL unit


@dataclass(frozen=True, slots=True)
class Mp4Sample:
    """One sample of pictures or audio, in the order of the file; times in seconds."""

    is_video: bool
    is_sync: bool
    shown: float
    decoded: float
    data: bytes = field(repr=False)

    @property
    def nal_units(self) -> list[bytes]:
        """Those of a picture, behind lengths of four bytes."""
        units, at = [], 0
        while at + _LENGTH < len(self.data):
            size = int.from_bytes(self.data[at : at + _LENGTH], "big")
            units.append(self.data[at + _LENGTH : at + _LENGTH + size])
            at += _LENGTH + size
        return units


def read_samples(data: bytes) -> list[Mp4Sample]:
    """The samples of the first stream of pictures and of the first of audio; those up to where a file is
    broken."""
    import io

    import av

    found: list[Mp4Sample] = []
    table, in_fragments, pictures = sync_table(data), is_fragmented(data), 0
    try:
        with av.open(io.BytesIO(data), "r", format="mp4") as container:
            streams = [*container.streams.video[:1], *container.streams.audio[:1]]
            bases = {stream.index: float(stream.time_base or 0) for stream in streams}
            for packet in container.demux(*streams) if streams else ():
                if packet.pts is None or packet.dts is None or len(found) == LIMIT:
                    continue
                base = bases[packet.stream.index]
                shown, decoded = packet.pts * base, packet.dts * base
                is_video = packet.stream.type == "video"
                is_sync = bool(packet.is_keyframe)
                if is_video and not in_fragments:
                    is_sync = table is None or pictures in table
                pictures += is_video
                found.append(Mp4Sample(is_video, is_sync, shown, decoded, bytes(packet)))
    except (av.FFmpegError, OSError, ValueError):
        pass
    return found


def read_times(data: bytes) -> DecodedFile:
    """As ``decode_file``, of a long file: nothing is decoded, and only told when pictures are shown, in which
    codec, how much audio there is, and of how many streams."""
    import io

    import av

    result = DecodedFile()
    if not is_fragmented(data):
        _read_tables(data, result)
    if result.stored:
        return result
    try:
        with av.open(io.BytesIO(data), "r", format="mp4") as container:
            video, audio = container.streams.video[:1], container.streams.audio[:1]
            result.video_streams = len(video)
            result.audio_streams = len(audio)
            result.codec = "".join(stream.codec_context.name for stream in video if stream.codec_context)
            bases = {stream.index: float(stream.time_base or 0) for stream in (*video, *audio)}
            result.rate = TOLD_RATE if audio else 0
            seconds, pictures = 0.0, {stream.index for stream in video}
            for packet in container.demux(*video, *audio) if bases else ():
                number = packet.stream.index
                if number not in pictures:
                    seconds += (packet.duration or 0) * bases[number]
                elif packet.pts is not None and len(result.stored) < LIMIT:
                    result.stored.append(packet.pts * bases[number])
            result.samples = round(seconds * result.rate)
    except (av.FFmpegError, OSError, ValueError) as problem:
        result.errors.append(f"{type(problem).__name__}: {problem}")
    result.stored.sort()
    return result


def _read_tables(data: bytes, result: DecodedFile) -> None:
    """The same from the tables of a file that is not fragmented, where a demuxer takes long; no picture where
    they tell nothing."""
    seconds = 0.0
    for track in _boxes(data, b"moov", b"trak"):
        handler = b"".join(_boxes(track, b"mdia", b"hdlr"))[8:12]
        header = b"".join(_boxes(track, b"mdia", b"mdhd"))
        scale = int.from_bytes(header[20:24] if header[:1] == b"\1" else header[12:16], "big")
        table = b"".join(_boxes(track, b"mdia", b"minf", b"stbl", b"stts"))[8:]
        runs = [
            (int.from_bytes(table[at : at + 4], "big"), int.from_bytes(table[at + 4 : at + 8], "big"))
            for at in range(0, len(table) - 7, 8)
        ]
        if not scale or sum(count for count, _ in runs) > LIMIT:
            continue
        if handler == b"soun":
            result.audio_streams += 1
            seconds += sum(count * step for count, step in runs) / scale
        elif handler == b"vide":
            result.video_streams += 1
            steps = (step for count, step in runs for _ in range(count))
            if result.video_streams == 1:
                entry = b"".join(_boxes(track, b"mdia", b"minf", b"stbl", b"stsd"))[12:16]
                result.codec = SAMPLE_ENTRIES.get(entry, "")
                result.stored = [time / scale for time in accumulate(steps, initial=0)][:-1]
    result.rate = TOLD_RATE if result.audio_streams else 0
    result.samples = round(seconds * result.rate)


def sync_table(data: bytes) -> frozenset[int] | None:
    """The numbers (from 0) of the samples of pictures that stss names; None where there is none, so that all
    are sync samples, or where the file is fragmented, which says it elsewhere.

    Read box by box: a demuxer that finds no table looks into the pictures instead.
    """
    for track in _boxes(data, b"moov", b"trak"):
        handler = b"".join(_boxes(track, b"mdia", b"hdlr"))
        if handler[8:12] == b"vide":
            for table in _boxes(track, b"mdia", b"minf", b"stbl", b"stss"):
                numbers = table[8 : 8 + 4 * int.from_bytes(table[4:8], "big")]
                return frozenset(
                    int.from_bytes(numbers[at : at + 4], "big") - 1 for at in range(0, len(numbers) - 3, 4)
                )
    return None


def is_fragmented(data: bytes) -> bool:
    """Whether samples stand in fragments."""
    return any(True for _ in _boxes(data, b"moof"))


def _boxes(data: bytes, *path: bytes) -> Iterator[bytes]:
    """The content of each box at the end of a path of types (ISO/IEC 14496-12, 4.2)."""
    at, number = 0, 0
    while at + 8 <= len(data) and number < LIMIT:
        number += 1
        size, head = int.from_bytes(data[at : at + 4], "big"), 8
        if size == 1:
            size, head = int.from_bytes(data[at + 8 : at + 16], "big"), 16
        end = len(data) if size == 0 else at + size
        if data[at + 4 : at + 8] == path[0] and end > at + head:
            content = data[at + head : end]
            if len(path) > 1:
                yield from _boxes(content, *path[1:])
            else:
                yield content
        if size < head:
            return
        at = end
