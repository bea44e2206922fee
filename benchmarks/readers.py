"""The table of everything that reads what strangers send, or give as a file: what it takes, what it refuses.

Each reader is a function of bytes that keeps a promise: it returns, or raises one of the errors that it
documents, in linear time. Coverage-guided fuzzing, the replay of its corpus and large inputs use this table.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from grown_inputs import GROWN

PARTS = ("protocol", "judge", "emulator")
CORPUS = Path(__file__).parents[1] / "tests" / "hostile" / "corpus"
"""One file of each reader: an input a line, in base64."""


@dataclass(frozen=True)
class Reader:
    """`read` takes any bytes. `refuses`: the errors that it documents. `seeds`: inputs to begin with.
    `slow`: a library beneath it (FFmpeg) sets the time."""

    name: str
    read: Callable[[bytes], object]
    seeds: Callable[[], Sequence[bytes]]
    refuses: tuple[type[Exception], ...] = ()
    slow: bool = False

    def try_(self, data: bytes) -> bool:
        """Whether it took the bytes; anything that it does not document comes out of this."""
        try:
            self.read(data)
        except self.refuses:
            return False
        return True


@cache
def all_readers() -> dict[str, Reader]:
    """Each by its name."""
    readers = [reader for part in PARTS for reader in import_module(f"readers_of_{part}").READERS]
    named = {reader.name: reader for reader in readers}
    assert len(named) == len(readers), "two readers have the same name"
    return named


def reader_named(name: str) -> Reader:
    """One of them, without the imports of the others."""
    table = import_module(f"readers_of_{name.partition('/')[0]}").READERS
    found: Reader = next(reader for reader in table if reader.name == name)
    return found


def text_of(data: bytes) -> str:
    """Bytes as the text that they are meant for."""
    return data.decode("utf-8", "replace")


def in_pieces(data: bytes, feed: Callable[[bytes], object]) -> None:
    """Feed a reader of streams: whole, or in two pieces, as the first byte says."""
    cut, rest = (data[0], data[1:]) if data else (0, data)
    middle = len(rest) * cut // 256
    for piece in (rest[:middle], rest[middle:]):
        if piece:
            feed(piece)


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="nvr-readers-")


def of_file(read: Callable[[Path], Any], name: str) -> Callable[[bytes], object]:
    """A reader of a file, as a reader of bytes."""

    def from_bytes(data: bytes) -> object:
        path = Path(_folder().name) / name
        path.write_bytes(data)
        return read(path)

    return from_bytes


def films() -> list[bytes]:
    """An MP4 of a few small pictures."""
    import av
    import numpy as np

    data = io.BytesIO()
    with av.open(data, "w", format="mp4") as file:
        stream = file.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 32, 32, "yuv420p"
        for number in range(4):
            picture = av.VideoFrame.from_ndarray(np.full((48, 32), 16 + number, np.uint8), format="yuv420p")
            picture.pts = number
            file.mux(stream.encode(picture))
        file.mux(stream.encode(None))
    return [data.getvalue()]


def large(reader: Reader, size: int) -> Iterator[bytes]:
    """Inputs of that many bytes that may be bad for a reader: what it takes again and again, what it takes
    with one thing without an end behind it, one thing alone, and what it takes whole."""
    for seed in [each for each in reader.seeds() if each][:3]:
        for head, body in (
            (b"", seed),
            (seed, b"\0"),
            (seed, seed[-32:]),
            (seed[:-1], seed[len(seed) // 2 :]),
        ):
            yield _filled(head, body, size)
    for body in (
        b"\0",
        b"\xff",
        b"[",
        b'{"a":',
        b'"',
        b" ",
        b"\r\n",
        b"&a=1",
        b"a.",
        b"UID=",
        b"\0\0\1",
        b"9",
        b"\\",
    ):
        yield _filled(b"", body, size)
    yield from GROWN[reader.name](size) if reader.name in GROWN else ()


def _filled(head: bytes, body: bytes, size: int) -> bytes:
    return (head + body * ((size - len(head)) // len(body) + 1))[:size]
