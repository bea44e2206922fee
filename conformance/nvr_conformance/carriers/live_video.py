"""Live video over RTP and over HTTP: RTP header, extension, payload (§2.3.1 … §2.3.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nvr_conformance.carriers.moments import CAMERA, RECORDER, keep_step, moments_of
from nvr_conformance.carriers.rows import Row
from nvr_conformance.facts import rtp, rtp_extension, rtp_pictures
from nvr_conformance.judgement.outcomes import NotThere

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nvr_conformance.facts.clock import Now
    from nvr_conformance.judgement.fact import Fact
    from nvr_conformance.reading.rtp import RtpRecord

CARRIER = "live video"
CLOCK = 90_000


@dataclass(frozen=True, slots=True)
class VideoCapture:
    """Some seconds of one stream from its first packet on, whichever way it travelled. ``now``: the
    time at their end."""

    records: Sequence[RtpRecord]
    codec: str
    camera: int
    now: Now


def _extended(rule: Callable[[VideoCapture], Fact]) -> Callable[[VideoCapture], Fact]:
    """A rule of what the header extension holds."""

    def of(capture: VideoCapture) -> Fact:
        if any(record.extension is not None or record.problem for record in capture.records):
            return rule(capture)
        raise NotThere("no packet has a header extension")

    return of


def _row(
    field: str,
    agrees: str,
    id_: str,
    rule: Callable[[VideoCapture], Fact],
    basis: str = "",
    name: str = "",
    comes: Callable[[VideoCapture], bool] | None = None,
) -> Row:
    return Row(CARRIER, field, agrees, id_, rule, basis, name, comes)


def _in_time(rule: Callable[[Sequence[RtpRecord]], Fact]) -> Callable[[VideoCapture], Fact]:
    """A rule of times that go on: in the order in which pictures come, or in which they are shown, where that
    is another (a picture's time is that of when it was taken, RFC 6184)."""

    def of(capture: VideoCapture) -> Fact:
        fact = rule(capture.records)
        shown = None if fact.ok else rtp_pictures.as_shown(capture.records, capture.codec)
        return fact if shown is None else rule(shown)

    return of


def _steps(ids: tuple[int, int]) -> Callable[[VideoCapture], Fact]:
    return _in_time(lambda records: keep_step(moments_of(records, ids, CLOCK), ids))


def tells(ids: tuple[int, int]) -> Callable[[VideoCapture], bool]:
    """Whether a time of these ids comes with its hundredths."""
    return lambda c: any(moment.exact for moment in moments_of(c.records, ids, CLOCK))


def _comes(id_: int) -> Callable[[VideoCapture], bool]:
    return lambda c: rtp_extension.comes(c.records, id_)


ROWS = (
    _row("payload type", "the codec", "LIV-04", lambda c: rtp.payload_type(c.records, c.codec)),
    _row("V, P, CC", "2, 0, 0", "LIV-05", lambda c: rtp.fixed_header(c.records)),
    _row("marker", "the pictures", "LIV-06", lambda c: rtp_pictures.markers(c.records, c.codec)),
    _row("sequence number", "the packet before", "LIV-07", lambda c: rtp.sequence(c.records)),
    _row("SSRC", "the packet before", "LIV-09", lambda c: rtp.one_ssrc(c.records)),
    _row(
        "time stamp",
        "the pictures",
        "LIV-10",
        lambda c: rtp_pictures.one_timestamp_per_picture(c.records, c.codec),
        name="per picture",
    ),
    _row("time stamp", "the clock", "LIV-10", _in_time(rtp.timestamp_rate), name="90 kHz"),
    _row(
        "profile, length",
        "0, the elements",
        "LIV-11",
        _extended(lambda c: rtp_extension.extension(c.records)),
    ),
    _row(
        "0x0004",
        "the camera",
        "LIV-12",
        _extended(lambda c: rtp_extension.names_camera(c.records, c.camera)),
        "camera",
        "camera",
    ),
    _row(
        "0x0005",
        "the codec",
        "LIV-12",
        lambda c: rtp_extension.names_codec(c.records, c.codec),
        "fixed",
        "codec",
        _comes(0x0005),
    ),
    _row(
        "0x0007",
        "the clock",
        "LIV-12",
        _extended(lambda c: rtp_extension.plausible_time(c.records, c.now)),
        "time",
        "time",
    ),
    _row(
        "0x0005, 0x0008 … 0x000D, 0x0012, 0x0027 … 0x0029",
        "the values of §7",
        "LIV-12",
        _extended(lambda c: rtp_extension.stated_values(c.records)),
        "fixed",
        "fixed values",
    ),
    _row(
        "0x000A",
        "0x0007, the time stamps",
        "LIV-12",
        _steps(RECORDER),
        "frame_time",
        "frame time",
        tells(RECORDER),
    ),
    _row(
        "0x0011, 0x0012",
        "the time stamps",
        "LIV-12",
        _steps(CAMERA),
        "camera_time",
        "camera's time",
        tells(CAMERA),
    ),
    _row(
        "payload", "the key pictures", "LIV-13", lambda c: rtp_pictures.ahead_of_pictures(c.records, c.codec)
    ),
    _row("payload", "the NAL units", "LIV-14", lambda c: rtp_pictures.nal_units(c.records, c.codec)),
    _row("payload", "a decoder", "LIV-15", lambda c: rtp_pictures.decodable(c.records, c.codec)),
)
