"""What live video looks like where the document leaves it to the recorder and its cameras (LIV-36)."""

from __future__ import annotations

from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from nvr_conformance.facts.rtp_pictures import Picture, whole_pictures
from nvr_conformance.judgement.outcomes import NothingToJudge
from nvr_conformance.reading.additional_information import order_of, walk
from nvr_conformance.reading.nal_units import PICTURE_KINDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nvr_conformance.reading.rtp import RtpRecord

CLOCK = 90_000
_NONE = "none"


def shape(records: Sequence[RtpRecord], codec: str) -> dict[str, str]:
    """What to say of packets, NAL units, GOPs and additional information, by subject; without what nothing
    can be said of."""
    readable = [record for record in records if not record.problem]
    if not readable:
        return {}
    found = {"packets": f"up to {max(record.size for record in readable)} bytes", "extension": _ids(readable)}
    try:
        pictures = [picture for stretch in whole_pictures(readable, codec) for picture in stretch]
    except NothingToJudge:
        return found
    found["NAL units"] = _nal_units(pictures)
    if rate := _rate(pictures):
        found["pictures"] = rate
    return found


def _ids(records: Sequence[RtpRecord]) -> str:
    """The ids in the order in which they come, each layout once, with its share of the packets."""
    extended = [record.extension for record in records if record.extension]
    if not extended:
        return _NONE
    order = order_of(extended[0])
    layouts: dict[str, int] = {}
    for data in extended:
        ids = " ".join(f"0x{element.id:04x}" for element in walk(data, byte_order=order).elements)
        layouts[ids] = layouts.get(ids, 0) + 1
    bare = len(records) - len(extended)
    if bare:
        layouts[_NONE] = bare
    return "; ".join(layouts if len(layouts) == 1 else (f"{ids} ({n})" for ids, n in layouts.items()))


def _nal_units(pictures: Sequence[Picture]) -> str:
    """What comes with key pictures and with others, and how many slices a picture has."""
    told = []
    for is_key, name in ((True, "key pictures"), (False, "others")):
        runs = [run for _, run in pictures if run.is_key == is_key]
        if not runs:
            continue
        ahead = {kind: None for run in runs for kind in run.kinds if kind not in PICTURE_KINDS}
        slices = {sum(kind in PICTURE_KINDS for kind in run.kinds) for run in runs}
        kinds = {kind: None for run in runs for kind in run.kinds if kind in PICTURE_KINDS}
        many = ", ".join(map(str, sorted(slices)))
        told.append(f"{name}: {', '.join([*ahead, *kinds])}, {many} slices")
    return "; ".join(told)


def _rate(pictures: Sequence[Picture]) -> str:
    """Pictures a second and seconds from key picture to key picture, by their time stamps."""
    times = [(packets[0].timestamp, run.is_key) for packets, run in pictures]
    shown = sorted(_seconds(times[0][0], stamp) for stamp, _ in times)
    steps = [step for before, after in pairwise(shown) if (step := after - before) > 0]
    if not steps:
        return ""
    text = f"{1 / median(steps):.1f} a second"
    if max(steps) > 1.5 * min(steps):
        text += f" ({1 / max(steps):.1f} to {1 / min(steps):.1f})"
    keys = [stamp for stamp, is_key in times if is_key]
    lengths = sorted({round(_seconds(before, after), 1) for before, after in pairwise(keys)})
    if lengths:
        text += f", a key picture every {' or '.join(f'{length:g}' for length in lengths[:3])} s"
    return text


def _seconds(before: int, after: int) -> float:
    ticks: int = (after - before + 0x8000_0000) % 0x1_0000_0000 - 0x8000_0000
    return ticks / CLOCK
