"""Playback over an edge, at which what is recorded goes on: the end of a day, a change of codec. Forward and
backward, by GOPs, single pictures and in fast play (§3.2)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nvr_conformance.carriers import playback_video
from nvr_conformance.carriers.rows import walk
from nvr_conformance.facts import playback_order
from nvr_conformance.facts.playback_times import ends
from nvr_conformance.procedures.playback_gaps import left_out
from nvr_conformance.reading.gop import SECOND

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nvr_conformance.client.player import Player
    from nvr_conformance.engine.books import Check
    from nvr_conformance.procedures.checks import Judge
    from nvr_conformance.reading.gop import Gop

EDGE_IDS = ("PLB-12", "PLB-13", "PLB-15", "PLB-16", "PLB-17", "PLB-18", "PLB-19")
"""What is judged of the order of GOPs over an edge."""
BYTE_IDS = tuple(dict.fromkeys(row.id for row in playback_video.ROWS))
"""What is judged of the GOPs beside it."""
BESIDE = 4  # GOPs from an edge to where playback over it begins
FURTHER = 4  # times as far begins fast play
MOST = 40  # answers until it is over the edge
LONGEST = 120  # of them, while they come nearer: pictures of JPEG are short
STANDS = 4  # answers that show whether they do
SINGLE = ("PLB-15", "PLB-16")  # NEXTFRAME and PREVFRAME


@dataclass(frozen=True)
class Edge:
    """An edge (hundredths), who plays over it, and what is written with. ``beside``: how far from it playback
    over it begins."""

    player: Player
    judge: Judge
    check: Check
    camera: int
    at: int
    name: str
    beside: int = BESIDE * SECOND

    def over(self, id_: str, gops: list[Gop], how: str) -> bool:
        """Whether these GOPs, forward or backward, are of both sides."""
        starts = [gop.start for gop in gops if gop.given and gop.start is not None]
        both = bool(starts) and min(starts) < self.at <= max(starts)
        actual = f"{len(starts)} GOPs, the last answer: {gops[-1]}" if gops else "nothing"
        return self.check(id_, both, "GOPs of both sides", actual, f"{how}: {self.name}")

    def fetched(self, *, backward: bool = False) -> list[Gop]:
        """What comes until it is over the edge, or nothing comes."""
        gops: list[Gop] = []
        while len(gops) < (LONGEST if self._nears(gops[-STANDS:], backward=backward) else MOST):
            gop = self.player.fetch(self.camera)
            gops.append(gop)
            if not gop.given or gop.start is None:
                break
            if (gop.start < self.at - SECOND) if backward else (gop.start > self.at + SECOND):
                break
        return gops

    def _nears(self, gops: list[Gop], *, backward: bool) -> bool:
        """Whether each of these GOPs is further on its way than the one before."""
        sign = -1 if backward else 1
        return all(sign * stride > 0 for stride in playback_order.strides(gops))

    def follow_on(self, id_: str, gops: list[Gop], how: str, *, backward: bool = False) -> None:
        """None is missing between these, and none comes twice."""
        missing = left_out(self.player, gops)
        self.judge(id_, f"{how}: {self.name}", playback_order.follow_on, gops, missing, backward=backward)


def every_way_over(edge: Edge) -> list[Gop]:
    """Every PLAYCMD to the edge and over it; the GOPs of PLAY, where they are of both sides."""
    edge = go_to(edge)
    gops = play_over(edge)
    reverse_over(edge)
    fast_over(edge)
    if gops:
        single_pictures(edge, gops)
    return gops


def go_to(edge: Edge) -> Edge:
    """GOTODATE to the edge, and a second to either side; the edge, with how far from it playback is to
    begin."""
    lengths = [SECOND]
    for away in (-SECOND, 0, SECOND):
        moment = edge.at + away
        gop, behind = edge.player.at(edge.camera, moment), None
        name = f"{away // SECOND:+} s: {edge.name}"
        if edge.check("PLB-17", gop.given, "a GOP", gop, f"gives a GOP: {name}"):
            if gop.start is not None and not playback_order.near(gop, moment).ok:
                # A long GOP that was not over at the edge may be lost.
                behind = edge.player.fetch(edge.camera)
            edge.judge("PLB-17", f"near TIMEF: {name}", playback_order.near, gop, moment, behind)
        lengths.append(round(gop.length or SECOND))
    return replace(edge, beside=BESIDE * max(lengths))


def play_over(edge: Edge) -> list[Gop]:
    """PLAY over the edge, and every byte of the GOPs beside it; the GOPs, where they are of both sides."""
    edge.player.goto(edge.at - edge.beside)
    gops = edge.fetched()
    first = gops[0]
    if not first.given or first.start is None or not playback_order.near(first, edge.at - edge.beside).ok:
        return []  # PLB-17 tells
    if first.start >= edge.at:
        return []  # near, and behind the edge: so does GOTODATE itself
    _every_byte(edge, gops, "PLAY")
    if not edge.over("PLB-12", gops, "PLAY"):
        return []
    edge.judge("PLB-07", f"ends: {edge.name}", ends, gops)
    edge.follow_on("PLB-12", gops, "PLAY, in order")
    return gops


def reverse_over(edge: Edge) -> None:
    """BPLAY over the edge."""
    edge.player.reverse(edge.at + edge.beside)
    gops = edge.fetched(backward=True)
    _every_byte(edge, gops, "BPLAY")
    first = gops[0]
    if first.given and first.start is not None and edge.at - edge.beside <= first.start < edge.at:
        return  # the GOP before that of TIMEF is of the other side
    if edge.over("PLB-13", gops, "BPLAY"):
        edge.follow_on("PLB-13", gops, "BPLAY, in order", backward=True)


def single_pictures(edge: Edge, gops: list[Gop]) -> None:
    """NEXTFRAME from the last picture ahead of the edge, PREVFRAME from the first one behind it. ``gops``: of
    both sides, in order."""
    number = next(number for number, gop in enumerate(gops) if (gop.start or 0) >= edge.at)
    ahead, behind = gops[number - 1 : number + 1]
    shown = {"NEXTFRAME": ahead.last_picture(behind.start), "PREVFRAME": behind.start}
    for id_, (name, picture), gop in zip(SINGLE, shown.items(), (ahead, behind), strict=True):
        if picture is None:
            continue
        edge.player.step(name, picture)
        found = edge.player.fetch(edge.camera)
        if edge.check(id_, found.given, "a GOP", found, f"{name} gives a GOP: {edge.name}"):
            edge.follow_on(id_, [gop, found], name, backward=name == "PREVFRAME")


def fast_over(edge: Edge) -> None:
    """FF and REW over the edge, at their first step."""
    far = FURTHER * edge.beside
    for id_, name, away in (("PLB-18", "FF", -far), ("PLB-19", "REW", far)):
        edge.player.play()
        edge.player.fast(name, edge.at + away)
        gops = edge.fetched(backward=name == "REW")
        first = gops[0].start
        if first is not None and (first >= edge.at) == (name == "FF"):
            continue  # so wide a stride that no answer comes from this side
        sign = 1 if name == "FF" else -1
        onward = all(sign * stride > 0 for stride in playback_order.strides([g for g in gops if g.given]))
        if onward and len(gops) == LONGEST and gops[-1].given:
            continue  # in strides so short that it is on its way still
        if edge.over(id_, gops, name):
            edge.check(id_, onward, "each further on", ", ".join(map(str, gops)), f"{name} on: {edge.name}")


def _every_byte(edge: Edge, gops: Sequence[Gop], how: str) -> None:
    """Judge the bytes of those GOPs that begin no further from the edge than they last."""
    for gop in gops:
        if gop.given and gop.start is not None and abs(gop.start - edge.at) <= (gop.length or SECOND):
            side = "ahead of" if gop.start < edge.at else "behind"
            walk(playback_video.ROWS, edge.judge, gop, f"{how}, {gop.codec} {side} the edge: {edge.name}")
