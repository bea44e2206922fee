"""All facts of one answer: PLB-01 … PLB-11 over one ``camera.cgi``, LIV-04 … LIV-15 over one video stream.

Where one fact cannot be judged, the others are judged all the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nvr_conformance.carriers import live_video, playback_video
from nvr_conformance.carriers.live_video import VideoCapture
from nvr_conformance.carriers.rows import walk
from nvr_conformance.facts import playback_chunk, playback_times
from nvr_conformance.judgement.outcomes import NothingToJudge, NotThere
from nvr_conformance.reading.rtp import RtpRecords

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nvr_conformance.engine.books import Check, NotApplicable, NotTested
    from nvr_conformance.facts.clock import Now
    from nvr_conformance.judgement.fact import Fact
    from nvr_conformance.reading.gop import Gop
    from nvr_conformance.reading.rtp import RtpRecord

CHUNK_IDS = (*(f"PLB-{number:02}" for number in range(1, 12)), "PLB-36")
"""What ``ChunkChecks`` checks."""

VIDEO_IDS = tuple(f"LIV-{number:02}" for number in range(4, 16) if number != 8)
"""What ``VideoChecks`` checks: the requirements that one stream alone can break."""


class Judge:
    """``judge(id, name, function, …)`` checks the fact that a judging function gives; where there is nothing
    to judge, that one requirement is not tested (or not applicable, where what would be judged may be missing
    and is) and the scenario goes on. ``basis``: as of ``check``."""

    def __init__(
        self, check: Check, not_tested: NotTested, not_applicable: NotApplicable | None = None
    ) -> None:
        self._check = check
        self._not_tested = not_tested
        self._not_applicable = not_applicable or not_tested

    def __call__(
        self,
        id_: str,
        name: str,
        function: Callable[..., Fact],
        *args: object,
        basis: str = "",
        **options: object,
    ) -> bool:
        try:
            return self._check(id_, *function(*args, **options), name, basis=basis)
        except NotThere as missing:
            self._not_applicable(id_, f"{name}: {missing.reason}")
            return False
        except NothingToJudge as nothing:
            self._not_tested(id_, f"{name}: {nothing.reason}")
            return False


class ChunkChecks:
    """Makes the checks of ``CHUNK_IDS``: ``checks(gop, name)`` of each answer, ``checks.together()`` of what
    several of them have in common."""

    def __init__(self, check: Check, not_tested: NotTested, not_applicable: NotApplicable) -> None:
        self._judge = Judge(check, not_tested, not_applicable)
        self.runs: dict[str, list[Gop]] = {}
        """The GOPs that were judged, in the order in which they came, by the name of their run."""

    def __call__(self, gop: Gop, run: str) -> None:
        """Judge an answer that should hold a GOP. ``run``: what it is of, alike for GOPs that follow on one
        another ("H264 of camera 1")."""
        judge = self._judge
        before = self.runs.setdefault(run, [])
        name = f"{run}, GOP {len(before) + 1}"
        if not judge("PLB-01", name, playback_chunk.one_gop, gop):
            return
        before.append(gop)
        walk(playback_video.ROWS, judge, gop, name)

    def together(self) -> None:
        """Judge what one answer alone does not tell: lengths that mean one thing, GOP ends, zones, rates."""
        judge = self._judge
        for run, gops in self.runs.items():
            walk(playback_video.RUN_ROWS, judge, gops, run)
        gops = [gop for run in self.runs.values() for gop in run]
        judge("PLB-07", "zones", playback_times.zones_agree, gops)
        for kind in sorted({gop.codec == "JPEG" for gop in gops}):
            chunks = [gop.chunk for gop in gops if (gop.codec == "JPEG") == kind]
            name = f", {'JPEG' if kind else 'video'}"
            one_reading = playback_chunk.one_reading
            judge("PLB-04", f"chunk lengths{name}", one_reading, chunks, "length")
            judge("PLB-08", f"packet lengths{name}", one_reading, chunks, "packet", basis="length")
            judge("PLB-10", f"sizes{name}", one_reading, chunks, "size", basis="size")


class VideoChecks:
    """Makes the checks of ``VIDEO_IDS`` on the packets of one stream, whichever way it travelled."""

    def __init__(self, check: Check, not_tested: NotTested, not_applicable: NotApplicable) -> None:
        self._judge = Judge(check, not_tested, not_applicable)

    def __call__(self, records: Sequence[RtpRecord], codec: str, camera: int, now: Now, name: str) -> None:
        """Judge a capture of some seconds from its first packet on. ``now`` is the time at its end; ``name``
        tells the checks apart ("H264 over RTP")."""
        walk(live_video.ROWS, self._judge, VideoCapture(RtpRecords(records), codec, camera, now), name)
