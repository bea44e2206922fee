"""A file of many minutes held against playback of some of its moments (§6.3.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nvr_conformance.client.player import Player
from nvr_conformance.facts import download as facts
from nvr_conformance.judgement.outcomes import NothingToJudge
from nvr_conformance.reading.decoding import decode_part, decode_pictures
from nvr_conformance.reading.gop import SECOND

if TYPE_CHECKING:
    from nvr_conformance.client.client import Client
    from nvr_conformance.judgement.fact import Fact
    from nvr_conformance.procedures.checks import Judge
    from nvr_conformance.reading.decoding import DecodedFile
    from nvr_conformance.reading.gop import Gop

GOPS = 3  # of playback, from each place on
FROM_END = 25.0  # seconds: the file may end ten seconds early
LOOKED_INTO = 30.0  # seconds of a hole


class LongFile:
    """The first file of a range of minutes. ``slack``: seconds by which it may begin elsewhere; ``begin``:
    where the range does, in Unix seconds."""

    def __init__(
        self, client: Client, camera: int, begin: int, slack: float, body: bytes, file: DecodedFile
    ) -> None:
        self._camera, self._begin, self._slack = camera, begin, slack
        self._body, self._file = body, file
        # While it came, a UID that was idle may have ended.
        self._player = Player(client.login())

    def judge(self, judge: Judge, name: str) -> None:
        """DWN-11, DWN-13: it has the pictures of playback in its middle and towards its end, and no hole
        where playback has none."""
        self._player.choose(self._camera)
        hole = max(facts.holes(self._file), key=lambda each: each[1] - each[0], default=None)
        if hole is not None:
            judge("DWN-13", f"{name}, its longest hole", self._without, *hole)
        if hole is None or hole[1] - hole[0] <= facts.HOLE:
            length = self._file.stored[-1] - self._file.stored[0]
            for place in (length / 2, length - FROM_END):
                for gop in self._playback(place):
                    at = (gop.start or 0) / 100 - self._begin
                    judge("DWN-11", f"{name}, {at:.0f} s into it", self._has, gop, at)
        self._player.session.logout()

    def _off(self, place: float) -> float:
        """Seconds by which a picture may stand elsewhere in the file: at either end, and by its clock."""
        return 2 * self._slack + facts.DRIFT * place

    def _playback(self, place: float) -> list[Gop]:
        """GOPs from so many seconds into the range on, where there are some."""
        self._player.goto(round(self._begin + place) * SECOND)
        gops = self._player.several(self._camera, GOPS + 1)
        begin = round(self._begin + place - self._slack)
        return facts.witnesses(gops, begin, round(begin + 2 * self._slack + facts.EDGE))

    def _has(self, gop: Gop, at: float) -> Fact:
        off = self._off(at)
        part = decode_part(self._body, at - off, at + off + (gop.length or 0) / 100)
        return facts.has_pictures(gop, decode_pictures(gop.codec, gop.chunk.pictures), part, at)

    def _without(self, before: float, after: float) -> Fact:
        """Whether playback has a hole there as well."""
        off = self._off(before)
        begin, end = self._begin + before - off, self._begin + min(after, before + LOOKED_INTO) + off
        self._player.goto(int(begin) * SECOND)
        gops: list[Gop] = []
        while (gop := self._player.fetch(self._camera)).given and gop.start is not None:
            gops.append(gop)
            if gop.start / 100 > end or (len(gops) > 1 and gop.start <= (gops[-2].start or 0)):
                break
        if not gops:
            raise NothingToJudge("playback gives nothing of that time")
        return facts.no_hole(gops, begin, end, before, after)
