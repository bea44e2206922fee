"""Live audio over RTP: the RTP header and its extension (§2.3.6)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from nvr_conformance.carriers.moments import CAMERA, RECORDER, keep_step, moments_of
from nvr_conformance.carriers.rows import Row
from nvr_conformance.facts import live_audio, rtp, rtp_extension
from nvr_conformance.judgement.fact import Fact
from nvr_conformance.reading.additional_information import order_of, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nvr_conformance.reading.rtp import RtpRecord

CARRIER = "live audio"


@dataclass(frozen=True, slots=True)
class AudioCapture:
    """Some seconds of the audio of one camera over RTP, in order. ``codec``: "AAC", "G711" or "G726"."""

    records: Sequence[RtpRecord]
    codec: str
    camera: int

    @property
    def clock(self) -> int:
        """Ticks a second."""
        return live_audio.RATES[self.codec]


def _comes(*ids: int) -> Callable[[AudioCapture], bool]:
    """Whether a header extension has all of these elements; of none: whether there is one."""

    def comes(capture: AudioCapture) -> bool:
        extensions = [record.extension for record in capture.records if record.extension is not None]
        order = order_of(next(filter(None, extensions), b""))
        walks = (walk(extension, byte_order=order) for extension in dict.fromkeys(extensions))
        return any(all(found.first(id_) for id_ in ids) for found in walks)

    return comes


def _sequence(capture: AudioCapture) -> Fact:
    """LIV-07: +1 from packet to packet; a number left out is no loss on the way where the time stamps leave
    nothing out."""
    readable = [record for record in capture.records if not record.problem]
    grown = [(after.timestamp - before.timestamp) % 0x1_0000_0000 for before, after in pairwise(readable)]
    least = min(filter(None, grown), default=0)
    for (before, after), ticks in zip(pairwise(readable), grown, strict=True):
        if ticks == least and rtp.step(before, after) > 1:
            actual = f"{after.place}: {after.sequence} behind {before.sequence}, {ticks} ticks on as always"
            return Fact(False, "+1 per packet", actual)
    return rtp.sequence(capture.records)


def _steps(ids: tuple[int, int]) -> Callable[[AudioCapture], Fact]:
    return lambda c: keep_step(moments_of(c.records, ids, c.clock), ids)


def _row(
    field: str,
    agrees: str,
    id_: str,
    rule: Callable[[AudioCapture], Fact],
    basis: str = "",
    name: str = "",
    comes: Callable[[AudioCapture], bool] | None = None,
) -> Row:
    return Row(CARRIER, field, agrees, id_, rule, basis, name, comes)


ROWS = (
    _row(
        "payload type",
        "97",
        "LIV-26",
        lambda c: rtp.payload_type(c.records, "AUDIO"),
        "payload_type",
        "payload type",
    ),
    _row("V, P, CC", "2, 0, 0", "LIV-05", lambda c: rtp.fixed_header(c.records), "audio"),
    _row("sequence number", "the packet before", "LIV-07", _sequence, "audio"),
    _row("SSRC", "the packet before", "LIV-09", lambda c: rtp.one_ssrc(c.records), "audio"),
    _row(
        "profile, length",
        "0, the elements",
        "LIV-26",
        lambda c: rtp_extension.extension(c.records),
        "extension",
        "header extension",
        _comes(),
    ),
    _row(
        "0x0005, 0x0008 … 0x000D, 0x0012, 0x0027 … 0x0029",
        "the values of §7",
        "LIV-26",
        lambda c: rtp_extension.stated_values(c.records),
        "extension",
        "fixed values",
        _comes(),
    ),
    _row(
        "0x0004",
        "the camera",
        "LIV-26",
        lambda c: rtp_extension.names_camera(c.records, c.camera),
        "extension",
        "camera",
        _comes(0x0004),
    ),
    _row(
        "0x0011",
        "the time stamps",
        "LIV-26",
        lambda c: rtp_extension.plausible_time(c.records, element=0x0011, clock=c.clock),
        "extension",
        "time",
        _comes(),
    ),
    _row(
        "0x0012",
        "0x0011, the time stamps",
        "LIV-26",
        _steps(CAMERA),
        "extension",
        "frame time",
        _comes(*CAMERA),
    ),
    _row(
        "0x000A",
        "0x0007, the time stamps",
        "LIV-26",
        _steps(RECORDER),
        "extension",
        "the recorder's time",
        _comes(*RECORDER),
    ),
)
