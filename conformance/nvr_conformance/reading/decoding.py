"""Pictures and audio as an independent decoder sees them (PyAV, that is FFmpeg)."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nvr_conformance.bounds import PICTURE_PIXELS
from nvr_conformance.judgement.fact import Fact
from nvr_conformance.reading.decoded_before import DecodedBefore, begins_anew, key_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

CODECS = {"H264": "h264", "H265": "hevc", "JPEG": "mjpeg"}
AUDIO_DECODERS = {"AAC": ("aac",), "G711": ("pcm_mulaw", "pcm_alaw"), "G726": ("g726le", "g726")}
"""FFmpeg's names: the law of G.711, and which half of a byte of G.726 is first, are open (OP-34)."""
PICTURE_LIMIT = 20_000
TELEPHONE_RATE = 8000  # samples a second of G.711 and G.726
LOUDNESS_STEP = 8  # of so many samples of audio one is looked at
LOUDNESS_PIECE = 32  # of these samples make a piece whose loudness is told
# Remarks that say nothing about the stream: the second is about a time code track, the last two about what a
# camera writes ahead of a JPEG picture, in which it is free.
_FORGIVEN = (
    "deprecated pixel format",
    "Using non-standard frame rate",
    "EXIF",
    "unable to decode APP fields",
)
_CONTAINER = "mov,mp4"  # of what it warns is no matter of the tracks: a maker's own data, say


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded picture. ``luma`` is the SHA-256 of its luma plane, row by row without stride; ``unit``: of
    which access unit it is, for they may be shown in another order than they come (§3.2.7)."""

    width: int
    height: int
    luma: str
    is_key: bool
    unit: int = field(default=0, compare=False)


_BEFORE: DecodedBefore[Picture] = DecodedBefore()


@dataclass(slots=True)
class Decoded:
    """What came of decoding; ``errors`` are the decoder's complaints, with concealed damage among them."""

    pictures: list[Picture] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def decode_pictures(
    codec: str, access_units: Iterable[bytes], *, keep: Callable[[Any], None] | None = None
) -> Decoded:
    """Decode Annex B access units ("H264", "H265") or whole JPEG pictures ("JPEG"), one per item.

    Begin with a key picture. ``keep`` is called with each PyAV frame, for those who want to look at it.
    Without it, what was decoded before without a complaint is not decoded again.
    """
    import av

    access_units = list(access_units)
    key = key_of(codec, access_units)
    if keep is None and (known := _BEFORE.pictures(key)) is not None:
        return Decoded(list(known))
    result = Decoded()
    context: Any = av.CodecContext.create(CODECS[codec], "r")
    context.thread_count = 1
    context.options = {"err_detect": "explode+crccheck+bitstream+buffer", "max_pixels": str(PICTURE_PIXELS)}

    def take(packet: Any, number: int | None) -> None:
        try:
            frames = context.decode(packet)
        except av.FFmpegError as problem:
            where = "at the end" if number is None else f"picture {number}"
            result.errors.append(f"{where}: {problem.strerror or problem}")
            return
        for frame in frames:
            if len(result.pictures) < PICTURE_LIMIT:
                result.pictures.append(_picture(frame))
                if keep is not None:
                    keep(frame)

    with _captured_log(result.errors):
        for number, data in enumerate(access_units):
            packet = av.Packet(data)
            packet.pts = number
            take(packet, number)
        take(None, None)
    if not result.errors:
        _BEFORE.remember(key, result.pictures)
    return result


def _picture(frame: Any) -> Picture:
    plane = frame.planes[0]
    width, height, stride = frame.width, frame.height, plane.line_size
    luma: Any = memoryview(plane)[: stride * height]
    if stride != width:
        luma = b"".join([luma[begin : begin + width] for begin in range(0, stride * height, stride)])
    return Picture(width, height, hashlib.sha256(luma).hexdigest(), bool(frame.key_frame), frame.pts or 0)


@contextmanager
def _captured_log(errors: list[str]) -> Iterator[None]:
    """While open, FFmpeg's errors and warnings of this thread are kept; they end up in ``errors``."""
    import av.logging

    level = av.logging.get_level()
    av.logging.set_level(av.logging.WARNING)
    av.logging.set_skip_repeated(False)
    try:
        with av.logging.Capture(local=True) as logs:
            yield
    finally:
        av.logging.set_level(level)
    for severity, name, text in logs:
        if not text.strip() or any(forgiven in text for forgiven in _FORGIVEN):
            continue
        if severity <= av.logging.ERROR or not name.startswith(_CONTAINER):
            errors.append(f"{name}: {text.strip()}")


def decodes(decoded: Decoded, at_least: int = 1, exactly: int | None = None) -> Fact:
    """LIV-15, PLB-11: no complaint, and as many pictures as there should be."""
    wanted = f"{exactly} pictures" if exactly is not None else f"at least {at_least} pictures"
    count = len(decoded.pictures)
    right = count == exactly if exactly is not None else count >= at_least
    sizes = {f"{picture.width}x{picture.height}" for picture in decoded.pictures}
    actual = f"{count} pictures {' '.join(sorted(sizes))}".rstrip()
    if decoded.errors:
        actual += f", {len(decoded.errors)} errors: {decoded.errors[0]}"
    return Fact(right and not decoded.errors, f"{wanted} without error", actual)


@dataclass(slots=True)
class DecodedAudio:
    """Decoded audio: samples per access unit (or packet), the rate, the decoder's complaints."""

    samples: list[int] = field(default_factory=list)
    rate: int = 0
    channels: int = 0
    errors: list[str] = field(default_factory=list)


def decode_audio(
    codec: str, units: Iterable[bytes], *, rate: int = 48_000, channels: int = 1
) -> DecodedAudio:
    """Decode "AAC" access units (raw AAC-LC), "G711" (µ-law) or "G726" (32 kbit/s, low bits first)
    samples."""
    import av

    result = DecodedAudio(rate=rate if codec == "AAC" else TELEPHONE_RATE, channels=channels)
    context = audio_decoder(AUDIO_DECODERS[codec][0], rate=rate, channels=channels)
    with _captured_log(result.errors):
        for number, data in enumerate(units):
            try:
                frames = context.decode(av.Packet(data))
            except av.FFmpegError as problem:
                result.errors.append(f"unit {number}: {problem.strerror or problem}")
                continue
            result.samples.append(sum(frame.samples for frame in frames))
            for frame in frames:
                result.rate, result.channels = frame.sample_rate, len(frame.layout.channels)
    return result


def audio_decoder(name: str, *, rate: int = 48_000, channels: int = 1) -> Any:
    """One of ``AUDIO_DECODERS`` (PyAV), of raw AAC-LC, of G.711 or of G.726 of 32 kbit/s."""
    import av

    context: Any = av.CodecContext.create(name, "r")
    context.thread_count = 1
    if name == "aac":
        context.extradata = _audio_specific_config(rate, channels)
    else:
        context.sample_rate = TELEPHONE_RATE
        context.layout = "mono"
        if name.startswith("g726"):
            context.options = {"bits_per_coded_sample": "4"}
    return context


def _audio_specific_config(rate: int, channels: int) -> bytes:
    """MPEG-4 audio: object type 2 (AAC-LC), the rate's index, the channels."""
    rates = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)
    return (2 << 11 | rates.index(rate) << 7 | channels << 3).to_bytes(2, "big")


@dataclass(slots=True)
class DecodedFile:
    """A media file: its brand, its streams, the pictures and the number of audio samples.

    ``times``: of each picture, in seconds; ``stored``: of each as the file has it, whether it decodes or not,
    rising; ``rate``: samples per second; ``codec``: FFmpeg's name; ``loudness``: of each piece of audio the
    mean of its squares (1: the loudest), where its samples are of a kind that is known.
    """

    brand: str = ""
    video_streams: int = 0
    audio_streams: int = 0
    seconds: float = 0.0
    pictures: list[Picture] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    stored: list[float] = field(default_factory=list)
    codec: str = ""
    samples: int = 0
    rate: int = 0
    loudness: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def decode_file(data: bytes) -> DecodedFile:
    """Open a file (MP4) from memory and decode everything in it."""
    import io

    import av

    result = DecodedFile()
    with _captured_log(result.errors):
        try:
            with av.open(io.BytesIO(data), "r") as container:
                result.brand = str(container.metadata.get("major_brand", ""))
                result.video_streams = len(container.streams.video)
                result.audio_streams = len(container.streams.audio)
                contexts = [stream.codec_context for stream in container.streams.video[:1]]
                result.codec = "".join(context.name for context in contexts if context)
                result.seconds = (container.duration or 0) / 1_000_000
                _decode_streams(container, result)
        except (av.FFmpegError, OSError, ValueError) as problem:
            result.errors.append(f"{type(problem).__name__}: {problem}")
    result.stored.sort()
    return result


def decode_part(data: bytes, begin: float, end: float) -> DecodedFile:
    """As ``decode_file``, of the pictures alone, and of those between two times (seconds) and around them. Of
    a complaint it is not known whether it is about what lies ahead of them."""
    import io

    import av

    result = DecodedFile()
    with _captured_log(result.errors):
        try:
            with av.open(io.BytesIO(data), "r") as container:
                for stream in container.streams.video[:1]:
                    _decode_between(container, stream, begin, end, result)
        except (av.FFmpegError, OSError, ValueError) as problem:
            result.errors.append(f"{type(problem).__name__}: {problem}")
    return result


def _decode_between(container: Any, stream: Any, begin: float, end: float, result: DecodedFile) -> None:
    context = stream.codec_context
    context.thread_count = 1
    context.options = {"max_pixels": str(PICTURE_PIXELS)}
    container.seek(round(max(0.0, begin) / stream.time_base), stream=stream)
    gop: list[Any] = []
    for packet in container.demux(stream):
        time = None if packet.pts is None else float(packet.pts * packet.time_base)
        is_over = not packet.size or (time is not None and time > end)
        if is_over or begins_anew(context.name, bytes(packet)):
            # Not every container can be entered where it was asked for.
            if gop and (time is None or time > begin):
                _decode_gop(context, gop, result)
            gop.clear()
        if is_over:
            return
        gop.append(packet)


def _decode_streams(container: Any, result: DecodedFile) -> None:
    """Decode video GOP by GOP, and audio packet by packet. What does not decode is told, and the rest goes
    on."""
    # Other tracks (time codes, metadata, kinds that nobody knows) have no decoder, and are none of our
    # business.
    streams = [each for each in (*container.streams.video, *container.streams.audio) if each.codec_context]
    gops: dict[int, list[Any]] = {}
    heard: list[Any] = []
    for stream in streams:
        stream.codec_context.thread_count = 1
        if stream.type == "video":
            stream.codec_context.options = {"max_pixels": str(PICTURE_PIXELS)}
    for packet in container.demux(*streams) if streams else ():
        stream = packet.stream
        if stream.type != "video":
            for frame in _decoded(packet.decode, (), result.errors):
                result.samples += frame.samples
                result.rate = frame.sample_rate
                heard += _samples(frame)
            continue
        gop = gops.setdefault(stream.index, [])
        if packet.pts is not None and len(result.stored) < PICTURE_LIMIT:
            result.stored.append(float(packet.pts * packet.time_base))
        if not packet.size or (gop and begins_anew(stream.codec_context.name, bytes(packet))):
            _decode_gop(stream.codec_context, gop, result)
            gop.clear()
        if packet.size:
            gop.append(packet)
    result.loudness += _loudness(heard)


def _samples(frame: Any) -> list[Any]:
    """Some samples of the first channel; nothing where they are no floating point."""
    if frame.format.name not in ("flt", "fltp"):
        return []
    import numpy as np

    return [np.frombuffer(frame.planes[0], np.float32)[: frame.samples : LOUDNESS_STEP].copy()]


def _loudness(heard: list[Any]) -> list[float]:
    """The mean square of these samples, in pieces."""
    if not heard:
        return []
    import numpy as np

    samples = np.concatenate(heard)
    starts = np.arange(0, len(samples), LOUDNESS_PIECE)
    counts = np.diff([*starts, len(samples)])
    return list(map(float, np.add.reduceat(samples**2, starts) / counts)) if len(starts) else []


def _decode_gop(context: Any, packets: list[Any], result: DecodedFile) -> None:
    """Packets from one IDR picture to the next, or to the end. ``context`` is as new afterwards."""
    plain = all(packet.pts is not None and not packet.is_discard for packet in packets)
    key = key_of(context.name, [context.extradata or b"", *map(bytes, packets)])
    known = _BEFORE.pictures(key) if plain else None
    if known is not None:
        pictures, times = known, sorted(float(packet.pts * packet.time_base) for packet in packets)
    else:
        complaints = len(result.errors)
        with _captured_log(result.errors):
            frames = [frame for each in packets for frame in _decoded(each.decode, (), result.errors)]
            frames += _decoded(context.decode, (None,), result.errors)
        context.flush_buffers()
        pictures = tuple(map(_picture, frames))
        # What a decoder held back until its end has no time base.
        base = packets[0].time_base if packets else 0
        times = [float((frame.pts or 0) * base) for frame in frames]
        if plain and len(result.errors) == complaints and len(frames) == len(packets):
            _BEFORE.remember(key, pictures)
    room = PICTURE_LIMIT - len(result.pictures)
    result.pictures += pictures[:room]
    result.times += times[:room]


def _decoded(decode: Callable[..., Any], given: tuple[Any, ...], errors: list[str]) -> list[Any]:
    """The frames that a decoder makes of what it is given; its refusal is told."""
    import av

    try:
        return list(decode(*given))
    except av.FFmpegError as problem:
        errors.append(f"{type(problem).__name__}: {problem}")
        return []
