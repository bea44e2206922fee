"""LIV-04 … LIV-15 over what one video stream brought, whichever way it travelled."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from nvr_conformance.facts import rtp as judging
from nvr_conformance.judgement.outcomes import NothingToJudge, PrerequisiteFailed
from nvr_conformance.reading.decoding import decode_pictures, decodes
from nvr_conformance.reading.nal_units import KEY_KINDS, read_payload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from nvr_conformance.client.session import Session
    from nvr_conformance.client.target import Target
    from nvr_conformance.engine.books import Check, NotApplicable, NotTested
    from nvr_conformance.judgement.fact import Fact
    from nvr_conformance.reading.rtp import RtpRecord
    from nvr_conformance.wire.live_streams import LiveStream

VIDEO_IDS = tuple(f"LIV-{number:02}" for number in range(4, 16) if number != 8)
"""What ``VideoChecks`` checks: the requirements that one stream alone can break."""

CODECS = ("H264", "H265")
KINDS = ("live_rtp", "live_http")
CAMERAS_TRIED = 4  # cameras that are asked for a codec before it is given up


class VideoChecks:
    """Makes the checks of ``VIDEO_IDS``. Where there is nothing to judge (no key picture among the packets),
    that one requirement is not tested, and the rest is judged all the same."""

    def __init__(self, check: Check, not_tested: NotTested, not_applicable: NotApplicable) -> None:
        self._check = check
        self._not_tested = not_tested
        self._not_applicable = not_applicable

    def __call__(
        self, records: Sequence[RtpRecord], codec: str, camera: int, unix_time: float, name: str
    ) -> None:
        """Judge a capture of some seconds from its first packet on. ``unix_time`` is the recorder's time at
        its end; ``name`` tells the checks apart ("H264 over RTP")."""
        extended = any(record.extension is not None or record.problem for record in records)
        self._judge("LIV-04", name, lambda: judging.payload_type(records, codec))
        self._judge("LIV-05", name, lambda: judging.fixed_header(records))
        self._judge("LIV-06", name, lambda: judging.markers(records, codec))
        self._judge("LIV-07", name, lambda: judging.sequence(records))
        self._judge("LIV-09", name, lambda: judging.one_ssrc(records))
        self._judge(
            "LIV-10", f"{name}, per picture", lambda: judging.one_timestamp_per_picture(records, codec)
        )
        self._judge("LIV-10", f"{name}, 90 kHz", lambda: judging.timestamp_rate(records))
        if extended:
            self._judge("LIV-11", name, lambda: judging.extension(records))
            self._judge("LIV-12", f"{name}, camera", lambda: judging.names_camera(records, camera))
            self._judge("LIV-12", f"{name}, time", lambda: judging.plausible_time(records, unix_time))
        else:
            for id_ in ("LIV-11", "LIV-12"):
                self._not_applicable(id_, f"{name}: no packet has a header extension")
        self._judge("LIV-13", name, lambda: judging.ahead_of_pictures(records, codec))
        self._judge("LIV-14", name, lambda: judging.fragments(records, codec))
        self._judge("LIV-15", name, lambda: _decoded(records, codec))

    def _judge(self, id_: str, name: str, judge: Callable[[], Fact]) -> None:
        try:
            self._check(id_, *judge(), name)
        except NothingToJudge as nothing:
            self._not_tested(id_, f"{name}: {nothing.reason}")


def _decoded(records: Sequence[RtpRecord], codec: str) -> Fact:
    units = judging.access_units(records, codec)
    return decodes(decode_pictures(codec, units), exactly=len(units))


def wait_for_key_picture(stream: LiveStream, seconds: float) -> bool:
    """Let time pass until a key picture has begun to arrive; False if none does within ``seconds``."""

    def has_come() -> bool:
        payloads = (judging.quick_payload(packet.data) for packet in stream.packets)
        return any(read_payload(stream.comp, payload).kind in KEY_KINDS for payload in payloads)

    return stream.wait_until(has_come, seconds)


def brief_stream(session: Session, kind: str, camera: int, codec: str) -> LiveStream:
    """A stream, of one of KINDS, that ran until its first packet came, or none did."""
    start = session.start_http if kind == "live_http" else session.start_rtp
    stream: LiveStream = start(camera, codec)
    stream.wait_packets(1)
    session.stop(stream)
    stream.close()
    return stream


def camera_with_video(target: Target) -> tuple[int, tuple[str, ...]]:
    """The first camera that sends H.264 or H.265, and which of them; PrerequisiteFailed if there is none."""
    return next(iter(_sending(target)))


def cameras_with_video(target: Target, count: int) -> dict[int, str]:
    """As many of the first cameras that send video, with a codec each; PrerequisiteFailed if none does."""
    return {camera: codecs[0] for camera, codecs in islice(_sending(target), count)}


def codecs_to_judge(target: Target) -> dict[str, int]:
    """A camera for each of "H264" and "H265" that some of the first cameras send; PrerequisiteFailed if they
    send neither."""
    found: dict[str, int] = {}
    for camera, codecs in _sending(target):
        for codec in codecs:
            found.setdefault(codec, camera)
        if len(found) == len(CODECS):
            break
    return {codec: found[codec] for codec in CODECS if codec in found}


def _sending(target: Target) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The first cameras that send video, each with its codecs; PrerequisiteFailed if none does."""
    tried, silent = target.cameras[:CAMERAS_TRIED], 0
    for camera in tried:
        try:
            codecs = target.live_codecs(camera)
        except PrerequisiteFailed:
            silent += 1
        else:
            yield camera, codecs
    if not tried:
        raise PrerequisiteFailed("no camera is connected")
    if silent == len(tried):
        raise PrerequisiteFailed(f"none of {silent} connected cameras sends H.264 or H.265 over HTTP")
