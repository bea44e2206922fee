"""How a camera packs its pictures: which NAL units it sends besides the slices (§2.3.1 leaves it to the
camera)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from nvr_fixtures import Fixture, Picture
from nvr_protocol.codecs import Codec
from nvr_protocol.rtp.nal_units import join_annex_b, kind, split_annex_b

PARAMETER_SETS = ("VPS", "SPS", "PPS")


@dataclass(frozen=True)
class Encoding:
    """Whether pictures have an access unit delimiter and SEI, and where parameter sets stand."""

    aud: bool = True
    sei: bool = True
    parameter_sets: Literal["once", "twice", "pps-ahead-of-p"] = "once"


AS_RECORDED = Encoding()
"""What the fixtures have by themselves."""


def packed(fixture: Fixture, encoding: Encoding) -> Fixture:
    """The same pictures, packed in this way. JPEG has no NAL units and stays as it is."""
    if encoding == AS_RECORDED or fixture.codec is Codec.JPEG:
        return fixture
    gops = []
    for gop in fixture.gops:
        key_units = list(split_annex_b(gop[0].data))
        pps = [unit for unit in key_units if kind(fixture.codec, unit) == "PPS"]
        gops.append(
            tuple(
                _repacked(fixture.codec, picture, encoding, () if number == 0 else pps)
                for number, picture in enumerate(gop)
            )
        )
    return replace(fixture, gops=tuple(gops))


def _repacked(codec: Codec, picture: Picture, encoding: Encoding, pps: Iterable[bytes]) -> Picture:
    named = [(kind(codec, unit), unit) for unit in split_annex_b(picture.data)]
    delimiter = [unit for name, unit in named if name == "AUD" and encoding.aud]
    sets = [unit for name, unit in named if name in PARAMETER_SETS]
    if encoding.parameter_sets == "twice":
        sets *= 2
    elif encoding.parameter_sets == "pps-ahead-of-p" and not sets:
        sets = list(pps)
    rest = [
        unit
        for name, unit in named
        if name != "AUD" and name not in PARAMETER_SETS and (encoding.sei or name != "SEI")
    ]
    data = join_annex_b([*delimiter, *sets, *rest])
    return Picture(data, hashlib.sha256(data).hexdigest(), picture.decoded_sha256)
