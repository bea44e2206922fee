"""How defects change the GOPs that playback gives (§3.3.1)."""

from __future__ import annotations

import struct
from collections.abc import Callable

from nvr_emulator.defects.playback import chunk_bytes
from nvr_emulator.defects.playback.order import Chunk, around_chunks
from nvr_emulator.footage.recordings import Place
from nvr_emulator.recorder.playback.operations import Playback
from nvr_emulator.recorder.recorder import Recorder


def change_chunks(recorder: Recorder, change: Callable[[bytes], bytes]) -> None:
    """Change the bytes of each GOP of H.264 or H.265 that is given."""

    def chunk(original: Chunk, number: int, playback: Playback, place: Place) -> bytes:
        body = original(number, playback, place)
        return change(body) if body[:2] in (b"\xff\x15", b"\xff\x16") else body

    around_chunks(recorder, chunk)


def change_every_other(recorder: Recorder, change: Callable[[bytes], bytes]) -> None:
    """Change every other GOP of H.264 or H.265 that is given."""
    given = [0]

    def sometimes(body: bytes) -> bytes:
        given[0] += 1
        return change(body) if given[0] % 2 else body

    change_chunks(recorder, sometimes)


def change_tlv(
    recorder: Recorder, identifier: int, layout: str, change: Callable[..., tuple[int, ...]]
) -> None:
    """Change the numbers of a TLV."""

    def data(old: bytes) -> bytes:
        return struct.pack(layout, *change(*struct.unpack(layout, old)))

    change_chunks(recorder, lambda body: chunk_bytes.change_tlv(body, identifier, data))
