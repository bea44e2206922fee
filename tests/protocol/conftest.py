"""The vectors: bytes written down by hand, one line a field."""

from collections.abc import Callable
from pathlib import Path

import pytest

VECTORS = Path(__file__).parent / "vectors"


def read_vector(text: str) -> bytes:
    """`<offset>  <hex bytes or hex*count> …  # comment` on each line; the offsets are checked."""
    data = bytearray()
    for line in text.splitlines():
        fields = line.partition("#")[0].split()
        if not fields:
            continue
        if int(fields[0], 16) != len(data):
            raise ValueError(f"offset {fields[0]}, but {len(data):08x} bytes stand before it")
        for field in fields[1:]:
            value, _, count = field.partition("*")
            data += bytes.fromhex(value) * int(count or "1")
    return bytes(data)


@pytest.fixture(scope="session")
def vector() -> Callable[[str], bytes]:
    return lambda name: read_vector((VECTORS / f"{name}.hex").read_text())
