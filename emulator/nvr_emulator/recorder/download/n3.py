"""N3R, N3A and N3N files: what stands in for the proprietary formats (OP-31, docs/download.md)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, tzinfo

from nvr_emulator.footage.audio import Audio
from nvr_emulator.footage.footage import TICKS, Gop, hundredths, unix_seconds
from nvr_emulator.footage.recordings import Piece
from nvr_emulator.recorder.playback.audio import audio_chunk
from nvr_protocol.additional_information import Operation
from nvr_protocol.dialect import Dialect
from nvr_protocol.playback.audio import write_playback_audio
from nvr_protocol.timestamps import Ticks, zone_at

INDEX_HEAD = "camera,begin,end,video,width,height,pictures per second,audio"


def video_chunks(gops: Iterable[Gop], camera: int, zone: tzinfo, dialect: Dialect) -> Iterator[bytes]:
    """N3R: a playback chunk for each GOP (§3.3.1); 0x000D says "downloading", in the last "completed"."""
    coming = iter(gops)
    gop = next(coming, None)
    while gop is not None:
        following = next(coming, None)
        chunk = gop.footage.prepared(gop, dialect).stamp(
            camera,
            gop.picture_hundredths(),
            zone_at(zone, unix_seconds(gop.start)),
            Operation.DOWNLOADED if following is None else Operation.DOWNLOADING,
        )
        yield bytes(chunk)
        gop = following


def audio_chunks(
    pieces: Iterable[Piece], audio: Audio, camera: int, zone: tzinfo, dialect: Dialect
) -> Iterator[bytes]:
    """N3A: a playback audio chunk for each second (§3.3.2)."""
    for piece in pieces:
        begin = piece.first.start
        while begin < piece.last.end:
            end = Ticks(min(begin - begin % TICKS + TICKS, piece.last.end))
            if audio.between(begin, end):
                yield write_playback_audio(audio_chunk(audio, camera, begin, end, zone), dialect)
            begin = end


def index_lines(camera: int, pieces: Iterable[Piece], audio: Audio | None) -> bytes:
    """N3N: a line for each uninterrupted piece of recording (CSV, UTC); empty where nothing is recorded."""
    lines = [index_line(camera, piece, audio) for piece in pieces]
    return "".join(f"{line}\r\n" for line in (INDEX_HEAD, *lines)).encode("ascii") if lines else b""


def index_line(camera: int, piece: Piece, audio: Audio | None) -> str:
    """One line of the index."""
    footage = piece.first.footage
    fields = (
        camera,
        _moment(piece.first.start),
        _moment(piece.last.end),
        footage.codec,
        footage.fixture.width,
        footage.fixture.height,
        footage.rate,
        audio.fixture.codec if audio else "",
    )
    return ",".join(map(str, fields))


def _moment(moment: Ticks) -> str:
    seconds, hundredth = divmod(hundredths(moment), 100)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{hundredth:02d}Z"
