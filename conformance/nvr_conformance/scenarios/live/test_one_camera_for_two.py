"""§1.3: one camera live on two UIDs, whichever way each asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from nvr_conformance.facts.live_pace import (
    as_many,
    falls,
    in_common,
    parts_a_second,
    pictures_a_second,
)
from nvr_conformance.procedures.cameras import camera_with_video
from nvr_conformance.procedures.checks import Judge
from nvr_conformance.procedures.streams import (
    AUDIO,
    BRIEF,
    JPEG,
    goes_on,
    way_of,
    ways_that_bring,
)
from nvr_conformance.reading.nal_units import pictures_of
from nvr_conformance.reading.rtp import quick_payload
from nvr_conformance.scenario import (
    CapturedPacket,
    Check,
    Client,
    LiveStream,
    NotTested,
    Require,
    Session,
    Target,
    scenario,
)

WATCHED = 3.0  # seconds in which pictures and units of audio are counted
WATCHED_JPEG = 10.0  # of which there may be one a second


@scenario("LIV-24")
def test_one_camera_for_two(
    target: Target, client: Client, check: Check, not_tested: NotTested, require: Require
) -> None:
    """Two UIDs watch one camera; one stops. Then both have its JPEG, and its audio. Each has as much of them
    as one has alone."""
    judge = Judge(check, not_tested)
    camera, (codec, *_) = camera_with_video(target)
    one, two = client.login(), client.login()
    ways = require(ways_that_bring(one, camera, codec), "no live at all")
    for first_way, second_way in product(ways, ways):
        first = one.run(first_way, camera, codec)
        require(first.total, f"no live over {first_way} any more")
        _have_both(target, check, judge, (one, two), first, second_way)
    for way, comp in (("HTTP", JPEG), *((way, AUDIO) for way in ways)):
        videos = [session.run("HTTP", camera, codec) for session in (one, two) if comp == AUDIO]
        first = one.run(way, camera, comp, BRIEF)
        if first.total:
            _have_both(target, check, judge, (one, two), first, way)
        else:
            one.stop(first)
        for session, video in zip((one, two), videos, strict=False):
            session.stop(video)


def _have_both(
    target: Target,
    check: Check,
    judge: Judge,
    sessions: tuple[Session, Session],
    first: LiveStream,
    second_way: str,
) -> None:
    """The second UID starts what the first one has, which stops it a while later."""
    one, two = sessions
    name = f"{way_of(first)} and {second_way}"
    if first.comp in (JPEG, AUDIO):
        name = f"{first.comp} over {name}"
    ahead = _pace(target, [first])
    second = two.run(second_way, first.camera, first.comp)
    check("LIV-24", second.total, "live on the second UID", second.exchange, name)
    check("LIV-24", *goes_on(target, first), f"{name}, the first UID's stream")
    beside = _pace(target, [first, second])
    if falls([ahead.rates[0]], beside.rates):  # something may have held them up
        beside = _pace(target, [first, second])
    one.stop(first)
    target.settle()
    if second.total:
        check("LIV-24", *goes_on(target, second), f"{name}, when the first stops")
        alone = [*ahead.rates, *_pace(target, [second]).rates]
        common = in_common(*beside.pictures(target)) if falls(alone, beside.rates) else 1.0
        judge("LIV-24", f"{name}, how much", as_many, alone, beside.rates, common, beside.seconds)
    two.stop(second)


@dataclass(frozen=True)
class _Pace:
    """What came of some streams in the same seconds."""

    seconds: float
    streams: list[LiveStream]
    packets: list[list[CapturedPacket]]

    @property
    def rates(self) -> list[float]:
        """How many pictures (or parts) a second."""
        return [
            parts_a_second(packets, self.seconds)
            if stream.comp in (JPEG, AUDIO)
            else pictures_a_second(packets)
            for stream, packets in zip(self.streams, self.packets, strict=True)
        ]

    def pictures(self, target: Target) -> list[list[bytes]]:
        """The pictures (or parts) of each, however they are cut into packets."""
        return [
            [quick_payload(packet.data) if packet.part is None else packet.data for packet in packets]
            if stream.comp in (JPEG, AUDIO)
            else [run.annex_b for run in pictures_of(target.rtp.dissect(packets), stream.comp)]
            for stream, packets in zip(self.streams, self.packets, strict=True)
        ]


def _pace(target: Target, streams: list[LiveStream]) -> _Pace:
    """What comes of them from now on."""
    seconds = WATCHED_JPEG if streams[0].comp == JPEG else WATCHED
    marks = [stream.total for stream in streams]
    target.pass_time(seconds)
    target.settle()
    return _Pace(seconds, streams, [stream.since(mark) for stream, mark in zip(streams, marks, strict=True)])
