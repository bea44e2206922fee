"""The body of a download: which GOPs, in which files, and the multipart around them (§6.3.1).

Everything comes as blocks of bytes, a GOP or so at a time, so that an hour of footage is never held and
whoever sends them can do other things in between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import tzinfo
from itertools import groupby
from typing import Generic, TypeVar

from nvr_emulator.configuration.variants import Variants
from nvr_emulator.footage.audio import Audio
from nvr_emulator.footage.footage import Footage, Gop, ticks
from nvr_emulator.footage.recordings import Piece, Recording
from nvr_emulator.recorder.download.n3 import audio_chunks, index_lines, video_chunks
from nvr_emulator.seams import seam
from nvr_protocol.codecs import Codec
from nvr_protocol.dialect import Dialect
from nvr_protocol.download import (
    SUFFIXES,
    TEMPORARY_SUFFIX,
    FileName,
    PartHeaders,
    Status,
    write_file_name,
    write_part_headers,
)
from nvr_protocol.multipart import BOUNDARY_LINE, CLOSING_LINE, write_headers
from nvr_protocol.texts.local_time import local_time
from nvr_protocol.timestamps import Ticks, UnixSeconds, zone_at

T = TypeVar("T")

MP4_KINDS = ("MP4", "MP4VO")

WITH_AUDIO = ("MP4", "N3", "LIST")
"""The KINDs whose files tell of audio."""

SAMPLE_OVERHEAD = 16
"""Bytes of an MP4 per picture or piece of audio, besides its data."""

GOP_OVERHEAD = 512
"""Bytes of an MP4 per GOP: the boxes of its fragment."""


@dataclass
class DownloadFiles:
    """What one httpdl.cgi asks for. `begin` and `end` are Unix seconds, `now` ticks (what is later cannot be
    had yet), `largest` bytes.

    `audio` None: the camera has no microphone, or KIND is without audio.
    """

    camera: int
    kind: str
    begin: UnixSeconds
    end: UnixSeconds
    recording: Recording
    audio: Audio | None
    zone: tzinfo
    dialect: Dialect
    now: Ticks
    largest: int
    status: Status = Status.NORMAL
    variants: Variants = field(default_factory=Variants)
    passed: int = 0
    """How much footage has been handed out, in ticks."""
    _sizes: dict[tuple[Footage, int], int] = field(default_factory=dict)
    """What was said of the GOPs of a fixture: they come again and again."""

    def blocks(self) -> Iterator[bytes]:
        """The multipart from its first boundary line to its last."""
        yield BOUNDARY_LINE
        previous = ""
        for number, (suffix, content) in enumerate(self.files(), 1):
            yield self.part_head(self.name(number, TEMPORARY_SUFFIX), previous, Status.NORMAL)
            yield from content
            yield b"\r\n" + BOUNDARY_LINE
            previous = self.name(number, suffix)
        if not previous and self.status is Status.NORMAL:
            self.status = Status.NO_RECORDED_DATA
        if not previous and self.variants.refused_download != "one-part":
            told = Status.NORMAL if self.variants.refused_download == "told-last" else self.status
            yield self.part_head(self.name(1, TEMPORARY_SUFFIX), previous, told) + b"\r\n" + BOUNDARY_LINE
            previous = self.name(1, SUFFIXES[self.kind][0])
        yield self.part_head("", previous, self.status) + b"\r\n" + CLOSING_LINE

    @seam
    def part_head(self, temporary_name: str, previous_name: str, status: Status) -> bytes:
        """The headers of a part (§6.3.1)."""
        headers = write_part_headers(PartHeaders(temporary_name, previous_name, status))
        if self.variants.download_headers == "no-blanks":
            headers = {name: value.replace(" = ", "=") for name, value in headers.items()}
        elif self.variants.download_headers == "other-case":
            headers = {name.lower(): value for name, value in headers.items()}
        return write_headers(headers)

    @seam
    def name(self, number: int, suffix: str) -> str:
        """The name of a file; all files of a download show where the range begins, in local time."""
        start = local_time(self.begin, zone_at(self.zone, self.begin))
        return write_file_name(FileName(self.camera, start, number, suffix))

    @seam
    def files(self) -> Iterator[tuple[str, Iterator[bytes]]]:
        """The suffix and the content of each file; each content is to be used up before the next file."""
        if self.status is not Status.NORMAL:
            return
        if self.kind in MP4_KINDS:
            for gops in self.mp4_files():
                yield "mp4", self.mp4(gops)
        elif self.kind == "LIST":
            if lines := index_lines(self.camera, self.pieces(), self.audio):
                yield "n3n", iter([lines])
        else:
            yield from (("n3r", chunks) for chunks in self.by_size(self.video()))
            yield from (("n3a", chunks) for chunks in self.by_size(self.audio_parts()))

    @seam
    def pieces(self) -> Iterator[Piece]:
        """What is recorded in the range, in order: the GOPs that begin in it, up to now. An MP4 begins with
        the key picture at or before the range (OP-45)."""
        begin, end = ticks(self.begin), ticks(self.end)
        place = None
        if self.kind in MP4_KINDS and self.variants.mp4_start == "key-before" and begin < end:
            place = self.recording.containing(begin, self.now)
        place = place or self.recording.following(begin, self.now)
        while place is not None and place.gop.start < end:
            last = self.recording.stretches[place.stretch].last(self.now) or place.gop
            if last.start >= end:
                last = last.footage.containing(Ticks(end - 1))
            yield Piece(place.gop, last)
            place = self.recording.following(last.end, self.now)

    def gops(self) -> Iterator[Gop]:
        """The GOPs of the range."""
        for piece in self.pieces():
            for gop in piece.gops():
                self.pass_by(gop)
                yield gop

    def pass_by(self, gop: Gop) -> None:
        """A GOP has been handed out."""
        self.passed += gop.end - gop.start

    @seam
    def mp4(self, gops: Iterable[Gop]) -> Iterator[bytes]:
        """One MP4."""
        from nvr_emulator.recorder.download.mp4 import mp4_blocks

        return mp4_blocks(gops, self.audio, self.variants.mp4, self.pass_by)

    @seam
    def mp4_files(self) -> Iterator[Iterator[Gop]]:
        """The GOPs of each MP4: a new one where the footage changes, and where one would grow too large.

        JPEG is left out, and the last part says status 2.
        """
        cut = _Cut[Gop](self.largest, self.size_in_mp4, lambda gop: gop.footage)
        return (group for _, group in groupby(self.mp4_gops(), cut))

    def mp4_gops(self) -> Iterator[Gop]:
        """The GOPs that an MP4 can hold."""
        for piece in self.pieces():
            if piece.first.footage.codec is Codec.JPEG:
                self.status = Status.CODEC_NOT_COMPATIBLE
            else:
                yield from piece.gops()

    def video(self) -> Iterator[bytes]:
        """The playback chunks of the range."""
        return video_chunks(self.gops(), self.camera, self.zone, self.dialect)

    def audio_parts(self) -> Iterator[bytes]:
        """The playback chunks of the audio of the range."""
        if self.audio is None:
            return iter(())
        return audio_chunks(self.pieces(), self.audio, self.camera, self.zone, self.dialect)

    def by_size(self, chunks: Iterable[bytes]) -> Iterator[Iterator[bytes]]:
        """The chunks of each file: a new one where one would grow too large."""
        cut = _Cut[bytes](self.largest, len, lambda chunk: None)
        return (group for _, group in groupby(chunks, cut))

    def size_in_mp4(self, gop: Gop) -> int:
        """About how many bytes a GOP takes; rather too many than too few."""
        place = gop.footage, gop.index
        if (size := self._sizes.get(place)) is None:
            pictures = gop.footage.fixture.gops[gop.index]
            size = GOP_OVERHEAD + sum(len(picture.data) + SAMPLE_OVERHEAD for picture in pictures)
            if self.audio is not None:
                units = (gop.end - gop.start) // self.audio.interval + 1
                size += units * (max(map(len, self.audio.fixture.units)) + SAMPLE_OVERHEAD)
            self._sizes[place] = size
        return size


class _Cut(Generic[T]):
    """Numbers the file of each item: the next where `kind_of` changes or the file would be too large."""

    def __init__(
        self, largest: int, size_of: Callable[[T], int], kind_of: Callable[[T], Footage | None]
    ) -> None:
        self.largest = largest
        self.size_of = size_of
        self.kind_of = kind_of
        self.number = 0
        self.size = 0
        self.kind: Footage | None = None

    def __call__(self, item: T) -> int:
        size, kind = self.size_of(item), self.kind_of(item)
        if not self.number or kind is not self.kind or self.size + size > self.largest:
            self.number += 1
            self.size = 0
        self.size += size
        self.kind = kind
        return self.number
