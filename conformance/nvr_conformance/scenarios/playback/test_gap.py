"""A gap in the recording."""

from __future__ import annotations

from dataclasses import dataclass

from nvr_conformance.scenario import (
    SECOND,
    Check,
    Client,
    Gop,
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


@dataclass(frozen=True)
class Gap:
    """Nothing is recorded between ``last`` and ``first`` (hundredths), each known to ``slack``."""

    last: int
    first: int
    slack: int


@scenario("PLB-30")
def test_a_gap_is_skipped(target: Target, client: Client, check: Check, require: Require) -> None:
    """Go back from now, look for a time at which GOTODATE finds nothing, and play across."""
    player, first = player_in_recording(target, client)
    camera, length = first.camera, first.length or SECOND
    now = round(target.unix_time()) * SECOND
    hours = PROBES * STRIDE / (60 * MINUTE)
    gap = require(
        find_gap(player, camera, now), f"no gap was found in the last {hours:.1f} hours at {PROBES} places"
    )
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
    check("PLB-30", across, expected, f"answer {len(gops)}: {end}", name)


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
