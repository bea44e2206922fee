"""How a camera packs its pictures: which NAL units it sends besides the slices (§2.3.1 leaves it to the
camera)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from nvr_fixtures import Fixture, Picture
from nvr_protocol.codecs import Codec
from nvr_protocol.rtp.nal_units import join_annex_b, kind, split_annex_b

PARAMETER_SETS = ("VPS", "SPS", "PPS")


@dataclass(frozen=True)
class Encoding:
    """Whether pictures have an access unit delimiter and SEI, where parameter sets stand, and whether there
    are further NAL units: an SEI in each picture, filler data, the end of sequence. `still`: a scene that
    stands still, of which each GOP is coded to the same bytes."""

    aud: bool = True
    sei: bool = True
    parameter_sets: Literal["once", "twice", "pps-ahead-of-p"] = "once"
    further: bool = False
    still: bool = False


FILLER = {
    Codec.H264: b"\x0c" + b"\xff" * 16 + b"\x80",
    Codec.H265: b"\x4c\x01" + b"\xff" * 16 + b"\x80",
}
"""NAL units of filler data: such bytes as are left out."""
END_OF_SEQUENCE = {Codec.H264: b"\x0a", Codec.H265: b"\x48\x01"}
"""The NAL unit behind which a key picture comes: a header alone."""

AS_RECORDED = Encoding()
"""What the fixtures have by themselves."""


def packed(fixture: Fixture, encoding: Encoding) -> Fixture:
    """The same pictures, packed in this way. JPEG has no NAL units: it can but stand still."""
    if encoding.still:
        fixture = _standing_still(fixture)
    if replace(encoding, still=False) == AS_RECORDED or fixture.codec is Codec.JPEG:
        return fixture
    gops = tuple(tuple(_repacked(fixture.codec, gop, encoding)) for gop in fixture.gops)
    return replace(fixture, gops=gops)


def _standing_still(fixture: Fixture) -> Fixture:
    """The same GOPs in length, each with the pictures of one."""
    of = max(range(len(fixture.gops)), key=lambda number: len(fixture.gops[number]))
    gops = tuple(fixture.gops[of][: len(gop)] for gop in fixture.gops)
    long_term = tuple(fixture.long_term[of] for _ in fixture.long_term)
    return replace(fixture, gops=gops, long_term=long_term)


def _repacked(codec: Codec, gop: Sequence[Picture], encoding: Encoding) -> Iterator[Picture]:
    of_key = _named(codec, gop[0])
    for number, picture in enumerate(gop):
        named = _named(codec, picture)
        delimiter = [unit for name, unit in named if name == "AUD" and encoding.aud]
        sets = [unit for name, unit in named if name in PARAMETER_SETS]
        if encoding.parameter_sets == "twice":
            sets *= 2
        elif encoding.parameter_sets == "pps-ahead-of-p" and not sets:
            sets = [unit for name, unit in of_key if name == "PPS"]
        sei = [unit for name, unit in (of_key if encoding.further else named) if name == "SEI"]
        rest = [unit for name, unit in named if name not in (*PARAMETER_SETS, "AUD", "SEI")]
        if encoding.further:
            rest.append(FILLER[codec])
            if number == len(gop) - 1:
                rest.append(END_OF_SEQUENCE[codec])
        data = join_annex_b([*delimiter, *sets, *(sei if encoding.sei else ()), *rest])
        yield Picture(data, hashlib.sha256(data).hexdigest(), picture.decoded_sha256)


def _named(codec: Codec, picture: Picture) -> list[tuple[str, bytes]]:
    return [(kind(codec, unit), unit) for unit in split_annex_b(picture.data)]
