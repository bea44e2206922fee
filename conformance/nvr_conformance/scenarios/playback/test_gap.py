"""A gap in the recording."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from nvr_conformance.facts import download as facts
from nvr_conformance.facts import playback_order
from nvr_conformance.procedures.download_lag import let_lag_pass
from nvr_conformance.procedures.downloaded_ranges import judge_nothing, judge_range, over_a_gap
from nvr_conformance.procedures.usual_recordings import RECORDINGS
from nvr_conformance.reading.gop import clock_time
from nvr_conformance.scenario import (
    SECOND,
    Check,
    Client,
    Gop,
    NotTested,
    Observe,
    Player,
    Require,
    Target,
    player_in_recording,
    scenario,
)

MINUTE = 60 * SECOND
STRIDE = 9 * MINUTE  # between two probes: of a gap of ten minutes, one lies well inside
PROBES = 45  # GOTODATE in search of a gap, at the most
WIDER = 6  # probes that look for the beginning of a gap wider than the stride, each twice as far back
ACROSS = 8  # answers within which playback must be across
PATIENCE = 100  # answers more, at the most, where it begins too early
STANDS = 4  # answers with one and the same GOP: it does not go on
LANDING = 10  # GOPs behind the gap among which it must land
BESIDE = 4  # GOPs from a gap to where playback over it begins
CROSSING = 16  # answers from there on
LONGEST_WAY = 80  # answers, at the most, while they come nearer: GOPs differ in length
PROBED = 15  # seconds between two places of which it is looked whether they are recorded
FAR = 60 * SECOND  # hundredths from a gap at which what leads over it may begin
TRIED = 4  # cameras among which those of other codecs are sought
HOUR = 3600  # seconds: the longest range of a download


@dataclass(frozen=True)
class Gap:
    """Nothing is recorded between ``last`` and ``first`` (hundredths), each known to ``slack``."""

    last: int
    first: int
    slack: int


@dataclass(frozen=True)
class _Sides:
    """The GOPs on both sides of a gap: two ahead of it, two behind it."""

    before: Gop
    ahead: Gop
    behind: Gop
    after: Gop

    @property
    def length(self) -> int:
        """About how long GOPs are, in hundredths."""
        return round(max(self.ahead.length or SECOND, self.behind.length or SECOND))

    @property
    def edges(self) -> tuple[int, int]:
        return self.ahead.start or 0, self.behind.start or 0


@dataclass(frozen=True)
class _Pens:
    """Who plays, and what is written with."""

    player: Player
    check: Check
    not_tested: NotTested
    observe: Observe


OF_EACH_CODEC = {
    "recordings": RECORDINGS,
    "cameras": [
        {"number": 1, "fixture": "city", "recorded": "H264", "audio": "AAC"},
        {"number": 2, "fixture": "counter", "recorded": "H265"},
        {"number": 3, "fixture": "counter-small", "recorded": "JPEG"},
    ],
}


@scenario("PLB-30", besides=("PLB-17", "PLB-25", "DWN-02", "DWN-06", "DWN-13"), setup=OF_EACH_CODEC)
def test_a_gap_is_skipped(
    target: Target, client: Client, check: Check, not_tested: NotTested, observe: Observe, require: Require
) -> None:
    """Go back from now, look for a time at which GOTODATE finds nothing, and play across; then the same gap
    with every other PLAYCMD, with audio and in a download, and of cameras of other codecs."""
    player, first = player_in_recording(target, client)
    pens = _Pens(player, check, not_tested, observe)
    camera = first.camera
    now = round(target.unix_time()) * SECOND
    gap = find_gap(player, camera, now)
    if gap is None and (stated := stated_gap(target)) is not None:
        _check_nothing_made_up(pens, camera, *stated)
    hours = PROBES * STRIDE / (60 * MINUTE)
    gap = require(gap, f"no gap was found in the last {hours:.1f} hours at {PROBES} places")
    sides = _play_across(pens, camera, gap, first.length or SECOND)
    if sides is None:
        for id_ in ("PLB-17", "PLB-25", "DWN-02", "DWN-06", "DWN-13"):
            not_tested(id_, "PLAY does not lead over the gap")
        return
    _go_into(pens, sides)
    _reverse(pens, sides)
    _single_pictures(pens, sides)
    for name, back in (("FF", False), ("REW", True)):
        _fast(pens, sides, name, back=back)
    _audio(pens, sides)
    _download(pens, client, sides)
    seen = {first.codec}
    for other in target.cameras[:TRIED]:
        if other != camera:
            _of_another_codec(pens, sides, other, seen)


def stated_gap(target: Target) -> tuple[int, int] | None:
    """The last gap that the control port tells of (hundredths); None where there is neither."""
    state = target.state()
    stretches = [] if state is None else state.get("recordings", [])
    gaps = [
        (round(earlier["until"] * SECOND), round(later["since"] * SECOND))
        for earlier, later in pairwise(stretches)
    ]
    return gaps[-1] if gaps else None


def _check_nothing_made_up(pens: _Pens, camera: int, begin: int, end: int) -> None:
    """PLB-30: GOTODATE to the middle of a gap that is known to be there gives nothing from inside it."""
    gop = pens.player.at(camera, (begin + end) // 2 // SECOND * SECOND)
    slack = 2 * round(gop.length or SECOND)
    inside = gop.given and gop.start is not None and begin + slack < gop.start < end - slack
    pens.check("PLB-30", not inside, "nothing from where nothing was recorded", gop, "inside a gap")


def _play_across(pens: _Pens, camera: int, gap: Gap, length: float) -> _Sides | None:
    """PLB-30: PLAY over the gap; what is on both sides of it, where it leads over."""
    player = pens.player
    player.goto(gap.last - gap.slack)
    begun = player.fetch(camera)
    player.play()
    gops = [begun]
    ahead = max(0.0, gap.last - (begun.start or gap.last)) / length
    # A GOP that comes twice is no matter here, so long as the next one comes (PLB-12).
    while gops[-1].given and (gops[-1].start or 0) <= gap.last and not _stands(gops):
        if len({gop.start for gop in gops}) >= ACROSS + min(ahead, PATIENCE):
            break
        gops.append(player.fetch(camera))
    end, landing = gops[-1], gap.first + gap.slack + LANDING * length
    across = end.given and end.start is not None and gap.last < end.start <= landing
    name = f"{(gap.first - gap.last) / MINUTE:.1f} minutes without recording"
    expected = "a GOP in each answer, soon one from behind the gap"
    pens.check("PLB-30", across, expected, f"answer {len(gops)}: {end}", name)
    gops.append(player.fetch(camera))
    last = gops[-4:]
    starts = [gop.start for gop in last if gop.given and gop.start is not None]
    if not across or len(starts) < 4 or starts != sorted(set(starts)):
        return None
    if starts[2] - starts[1] < (gap.first - gap.last) / 2:
        return None  # where GOPs differ in length, the gap was not where it was looked for to a GOP
    return _Sides(*last)


def _go_into(pens: _Pens, sides: _Sides) -> None:
    """PLB-17: what GOTODATE gives between the two is one of them, or near it; then playback goes on."""
    player, (ahead, behind) = pens.player, sides.edges
    gop = player.at(sides.ahead.camera, (ahead + behind) // 2 // SECOND * SECOND)
    if not gop.given or gop.start is None:
        pens.observe("PLB-17", gop, "GOTODATE to where nothing is recorded")
        return
    away = min(abs(gop.start - ahead), abs(gop.start - behind))
    pens.observe("PLB-17", "the GOP ahead" if gop.start <= ahead else "the GOP behind", "GOTODATE into a gap")
    expected = f"near {sides.ahead} or {sides.behind}"
    slack = max(playback_order.NEAR, sides.length)
    if pens.check("PLB-17", away <= slack, expected, gop, "GOTODATE into a gap"):
        following = player.fetch(sides.ahead.camera)
        onward = following.given and (following.start or 0) > gop.start
        if following.start != gop.start:  # of one that comes twice PLB-12 tells
            pens.check("PLB-30", onward, f"a GOP behind {gop}", following, "PLAY goes on from a gap")


def _reverse(pens: _Pens, sides: _Sides) -> None:
    """PLB-30: BPLAY over the gap."""
    pens.player.reverse(sides.edges[1] + BESIDE * sides.length)
    _judge_crossing(pens, sides, "BPLAY", back=True)


def _fast(pens: _Pens, sides: _Sides, name: str, *, back: bool) -> None:
    """PLB-30: FF and REW over the gap, at their first step."""
    ahead, behind = sides.edges
    begin = behind + 2 * BESIDE * sides.length if back else ahead - 2 * BESIDE * sides.length
    pens.player.play()
    pens.player.fast(name, begin)
    _judge_crossing(pens, sides, name, back=back)


def _judge_crossing(pens: _Pens, sides: _Sides, name: str, *, back: bool) -> None:
    """Fetch until a GOP comes from beyond the gap. That the operation moves at all is no matter here: it must
    be seen to do so on this side."""
    ahead, behind = sides.edges
    gops: list[Gop] = []
    while len(gops) < (LONGEST_WAY if _each_goes_further(gops[-STANDS:], back=back) else CROSSING):
        gops.append(pens.player.fetch(sides.ahead.camera))
        start = gops[-1].start
        if not gops[-1].given or start is None or (start <= ahead if back else start >= behind):
            break
    here = [gop.start for gop in gops if gop.given and gop.start is not None]
    end = (
        here.pop()
        if here and gops[-1].given and (here[-1] <= ahead if back else here[-1] >= behind)
        else None
    )
    begin, far = here[0] if here else ahead, FAR + 2 * BESIDE * sides.length
    if not ahead - far <= begin <= behind + far:
        return  # where it begins is for other requirements
    moves = [later - earlier for earlier, later in pairwise(here)][:1]
    if not moves or (moves[0] >= 0 if back else moves[0] <= 0):
        return
    near = LANDING * sides.length
    across = end is not None and (ahead - near <= end if back else end <= behind + near)
    expected = f"GOPs up to {sides.ahead if back else sides.behind}"
    pens.check("PLB-30", across, expected, f"answer {len(gops)}: {gops[-1]}", f"{name} over the gap")


def _each_goes_further(gops: list[Gop], *, back: bool) -> bool:
    """Whether each of these GOPs is further on its way, ahead or back, than the one before."""
    starts = [gop.start or 0 for gop in gops]
    return len(starts) > 1 and all(b < a if back else b > a for a, b in pairwise(starts))


def _of_another_codec(pens: _Pens, sides: _Sides, camera: int, seen: set[str]) -> None:
    """PLB-30: PLAY and BPLAY of another camera, in a codec that was not seen yet, over the same gap; nothing
    where it has none."""
    player, (ahead, behind) = pens.player, sides.edges
    player.choose(camera)
    begin, end = ahead - BESIDE * sides.length, behind + BESIDE * sides.length
    middle = (ahead + behind) // 2 // SECOND * SECOND
    codec = player.at(camera, begin).codec
    recorded = [_slack(player, camera, moment) is not None for moment in (begin, middle, end)]
    if codec in seen or not codec or recorded != [True, False, True]:
        return
    seen.add(codec)
    for name, go, start, sign in (("PLAY", player.goto, begin, 1), ("BPLAY", player.reverse, end, -1)):
        go(start)
        gops = [player.fetch(camera)]
        if not _is_ahead(gops[0], middle, sign):
            continue  # where it begins is for PLB-13 and PLB-17
        while _is_ahead(gops[-1], middle, sign) and not _stands(gops) and len(gops) < PATIENCE:
            gops.append(player.fetch(camera))
        across = gops[-1].given and not _is_ahead(gops[-1], middle, sign)
        go(start - sign * MINUTE)
        elsewhere = player.several(camera, len(gops))
        if across or (len(elsewhere) == len(gops) < PATIENCE and not _stands(elsewhere)):
            actual = f"answer {len(gops)}: {gops[-1]}"
            pens.check("PLB-30", across, "GOPs of both sides", actual, f"{name} of {codec} over the gap")


def _is_ahead(gop: Gop, middle: int, sign: int) -> bool:
    """Whether it is from the side of a gap from which playback comes; ``sign``: -1 backward."""
    return gop.given and gop.start is not None and (middle - gop.start) * sign > 0


def _single_pictures(pens: _Pens, sides: _Sides) -> None:
    """PLB-30: NEXTFRAME from the last picture ahead of the gap, PREVFRAME from the first behind it, where
    either leads to the next GOP elsewhere."""
    before, ahead, behind, after = sides.before, sides.ahead, sides.behind, sides.after
    for name, elsewhere, shown, leads_to in (
        ("NEXTFRAME", (before.last_picture(ahead.start), ahead), ahead.last_picture(), behind),
        ("PREVFRAME", (after.start, behind), behind.start, ahead),
    ):
        picture, neighbour = elsewhere
        if picture is None or shown is None or _stepped(pens, name, picture, ahead.camera) != neighbour.start:
            continue
        pens.player.step(name, shown)
        found = pens.player.fetch(ahead.camera)
        if found.start == ahead.start and name == "NEXTFRAME" and ahead.plausible_span is None:
            continue  # which moment is that of its last picture is not told
        right = found.given and found.start == leads_to.start
        pens.check("PLB-30", right, leads_to, found, f"{name} over the gap")


def _stepped(pens: _Pens, name: str, picture: int, camera: int) -> int | None:
    pens.player.step(name, picture)
    found = pens.player.fetch(camera)
    return found.start if found.given else None


def _audio(pens: _Pens, sides: _Sides) -> None:
    """PLB-25: audio goes on behind the gap."""
    player, (ahead, behind) = pens.player, sides.edges
    camera = sides.ahead.camera
    player.goto(ahead // SECOND * SECOND)
    heard: list[int] = []
    # How long the last GOP ahead of the gap is, nothing tells: the rate may vary.
    beyond = ahead + 2 * sides.length + playback_order.NEAR
    while len(heard) < LONGEST_WAY and (audio := player.listen(camera)) is not None:
        heard.append(audio.start * SECOND)
        if audio.start * SECOND > beyond or len(heard) > len(set(heard)) + STANDS:
            break
    if not heard or not ahead - FAR <= heard[0] <= beyond:
        pens.not_tested("PLB-25", f"no audio of camera {camera} ahead of the gap")
        return
    if beyond < heard[-1] < behind - 2 * SECOND:
        pens.not_tested("PLB-25", "audio is recorded where pictures are not")
        return
    across = heard[-1] >= behind - 2 * SECOND
    said = f"{len(heard)} answers, the last from {clock_time(heard[-1])}"
    pens.check("PLB-25", across, f"audio from {clock_time(behind)} on", said, "goes on behind a gap")


def _download(pens: _Pens, client: Client, sides: _Sides) -> None:
    """DWN-02, DWN-06, DWN-13: files of ranges that lead over the gap, begin or end in it, or lie inside."""
    camera, length = sides.ahead.camera, sides.length / SECOND
    ahead, behind = sides.edges[0] / SECOND + length, sides.edges[1] / SECOND
    slack = facts.slack_of([sides.ahead])
    ranges, inside = over_a_gap(ahead, behind, slack)
    begin, end = ranges[0].begin, ranges[0].end
    recorded = [*range(begin, int(ahead - length), PROBED), *range(int(behind + length), end, PROBED)]
    if end - begin > HOUR or not all(pens.player.records(camera, moment * SECOND) for moment in recorded):
        for id_ in ("DWN-02", "DWN-06", "DWN-13"):
            pens.not_tested(id_, "what lies beside the gap is not recorded whole, or more than an hour apart")
        return
    let_lag_pass(pens.player.session, end)
    for asked in ranges:
        judge_range(pens.check, client, camera, asked, slack)
    if inside is not None:
        judge_nothing(pens.check, client, camera, "inside a gap", *inside)


def _stands(gops: list[Gop]) -> bool:
    """Whether the same GOP came in each of the last answers."""
    last = gops[-STANDS:]
    return len(last) == STANDS and len({gop.start for gop in last}) == 1


def find_gap(player: Player, camera: int, now: int) -> Gap | None:
    """The first gap that probes every nine minutes back from ``now`` meet, its ends found by halving."""
    behind = None
    for probe in range(1, PROBES + 1):
        inside = now - probe * STRIDE
        if _slack(player, camera, inside) is not None:
            behind = inside
        if behind is None or behind == inside:
            continue
        before = inside
        for power in range(WIDER):
            before -= STRIDE << power
            slack = _slack(player, camera, before)
            if slack is not None:
                last = _edge(player, camera, before, inside)
                return Gap(last, _edge(player, camera, behind, inside), slack)
        return None
    return None


def _edge(player: Player, camera: int, recorded: int, missing: int) -> int:
    """The second nearest to ``missing`` at which there is recording, or the one beside it."""
    while abs(missing - recorded) > SECOND:
        middle = (recorded + missing) // 2 // SECOND * SECOND
        if middle in (recorded, missing):
            break
        if _slack(player, camera, middle) is not None:
            recorded = middle
        else:
            missing = middle
    return recorded


def _slack(player: Player, camera: int, moment: int) -> int | None:
    """None if nothing is recorded at that time, as far as GOTODATE tells; else how far it may be off, for it
    may give the GOP ahead of TIMEF or the one behind (OP-26), and need not hit it."""
    gop = player.at(camera, moment)
    if not gop.given or gop.start is None:
        return None
    length = round(gop.length or SECOND)
    slack = 10 * SECOND + 2 * length
    return slack if gop.start - slack <= moment <= gop.start + length + slack else None
