"""A part of a long piece of work: the K-th of N, each of which another machine may do."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from nvr_conformance.judgement.about import kit_version

MOST = 1000

T = TypeVar("T")


class Shard(msgspec.Struct, frozen=True):
    """The ``number``-th of ``of`` shards, from 1."""

    number: int = 1
    of: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.number <= self.of <= MOST:
            raise ValueError(f"there is no shard {self.number} of {self.of}")

    def part(self, items: Sequence[T]) -> list[T]:
        """Every N-th item, from the K-th on: what takes long stands together in a list, and is spread."""
        return list(items[self.number - 1 :: self.of])

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"


WHOLE = Shard()


def read_shard(text: str) -> Shard:
    """``K/N``. ValueError, in one line, for anything else."""
    found = re.fullmatch(r"([0-9]{1,4})/([0-9]{1,4})", text)
    try:
        if found is not None:
            return Shard(int(found[1]), int(found[2]))
    except ValueError:
        pass
    raise ValueError(f"{text!r} is no shard: K/N, with K from 1 to N and N at most {MOST}")


def require_all(shards: Mapping[Path, Shard]) -> None:
    """ValueError, in one line, unless each of the N shards is there, once."""
    if len({shard.of for shard in shards.values()}) > 1:
        told = ", ".join(f"{path} is {shard}" for path, shard in shards.items())
        raise ValueError(f"not parts of one whole: {told}")
    first: dict[int, Path] = {}
    for path, shard in shards.items():
        if shard.number in first:
            raise ValueError(f"shard {shard} is there twice: {first[shard.number]} and {path}")
        first[shard.number] = path
    of = next(iter(shards.values())).of
    if missing := sorted(set(range(1, of + 1)) - set(first)):
        raise ValueError(f"not all is there: shard {', '.join(map(str, missing))} of {of} is missing")


def require_this_version(kit: str) -> None:
    """ValueError, in one line, where parts were made by another version: it planned otherwise."""
    if kit != kit_version():
        raise ValueError(f"the parts are of nvrkit {kit}, and this is {kit_version()}")


def require_same(settings: Mapping[Path, msgspec.Struct]) -> None:
    """ValueError, in one line, where parts were asked for different things, or made by another version."""
    (first, one), *others = settings.items()
    for path, other in others:
        differing = [name for name in one.__struct_fields__ if getattr(one, name) != getattr(other, name)]
        if differing:
            raise ValueError(f"{first} and {path} are of different runs: not the same {', '.join(differing)}")
