"""Writes films whose pictures say their numbers, and reads them."""

import shutil
import subprocess
from fractions import Fraction

import av
import numpy as np
import pytest
from av.video.frame import PictureType

STEADY = "bframes=0:scenecut=0:open-gop=0"
CLOSED = {
    "libx264": {"x264-params": f"keyint=10:min-keyint=10:threads=1:{STEADY}"},
    "libx265": {"x265-params": f"keyint=10:min-keyint=10:pools=none:log-level=error:{STEADY}"},
}

BLACK, WHITE = 16, 235


def picture(number, width=128, height=96):
    """Says its number in six blocks, black or white, over a grain so that there is something to code."""
    grain = np.arange(width * height).reshape(height, width) * (number + 7) % 5
    planes = np.full((height * 3 // 2, width), 128, dtype=np.uint8)
    planes[:height] = 100 + grain
    for bit in range(6):
        planes[:10, bit * 10 : bit * 10 + 10] = WHITE if number >> bit & 1 else BLACK
    return av.VideoFrame.from_ndarray(planes, format="yuv420p")


def numbers_of(frames):
    """Which picture each one is."""
    blocks = [
        [frame.to_ndarray()[2:8, bit * 10 + 2 : bit * 10 + 8].mean() for bit in range(6)] for frame in frames
    ]
    return [sum((level > 128) << bit for bit, level in enumerate(levels)) for levels in blocks]


def tone(rate, seconds):
    """Silence in the first second, then 500 Hz."""
    time = np.arange(rate * seconds) / rate
    return np.where(time < 1, 0, 8000 * np.sin(2 * np.pi * 500 * time)).astype(np.int16)


def write_film(
    path, codec, count, rate=10, options=None, audio=0, size=(128, 96), times=None, b_pictures=0, keys=()
):
    with av.open(str(path), "w") as film:
        stream = film.add_stream(codec, rate=rate, options=options or {})
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        if b_pictures:
            stream.codec_context.max_b_frames = b_pictures
        if audio:
            track = film.add_stream("mp2", rate=48_000, layout="mono")
            frame = av.AudioFrame.from_ndarray(tone(48_000, audio).reshape(1, -1), "s16", "mono")
            frame.sample_rate, frame.pts = 48_000, 0
        for number in range(count):
            image = picture(number, *size)
            image.pts = number if times is None else times[number]
            image.time_base = 1 / Fraction(rate) if times is None else Fraction(1, 1000)
            image.pict_type = PictureType.I if number in keys else PictureType.NONE
            film.mux(stream.encode(image))
        film.mux(stream.encode(None))
        if audio:
            film.mux(track.encode(frame))
            film.mux(track.encode(None))
    return path


def retime(film, path, times):
    """The same pictures at other times, in milliseconds."""
    with av.open(str(film)) as source, av.open(str(path), "w") as copy:
        stream = copy.add_stream_from_template(source.streams.video[0])
        packets = [packet for packet in source.demux(video=0) if packet.size]
        for packet, time, order in zip(packets, times, sorted(times), strict=True):
            packet.stream, packet.time_base = stream, Fraction(1, 1000)
            packet.pts, packet.dts = time, order - 300
            copy.mux(packet)
    return path


needs_ffmpeg = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")


def ffmpeg(*arguments):
    """Runs ffmpeg."""
    command = ["ffmpeg", "-v", "error", "-y", *map(str, arguments)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
