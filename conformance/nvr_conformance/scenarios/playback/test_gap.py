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
STRIDE = 10 * MINUTE  # between two probes
PROBES = 40  # GOTODATE in search of a gap, at the most
WIDER = 6  # probes that look for the beginning of a gap wider than the stride, each twice as far back
ACROSS = 8  # answers within which playback must be across
PATIENCE = 100  # answers more, at the most, where it begins too early
LANDING = 10  # GOPs behind the gap among which it must land


@dataclass(frozen=True)
class Gap:
    """Recording up to about ``last`` (hundredths), then nothing until the GOP ``beyond``."""

    last: int
    beyond: Gop


@scenario("PLB-30")
def test_a_gap_is_skipped(target: Target, client: Client, check: Check, require: Require) -> None:
    """Go back from now, look for a time that GOTODATE answers with a much later GOP, and play across."""
    player, first = player_in_recording(target, client)
    camera = first.camera
    now = round(target.unix_time()) * SECOND
    hours = PROBES * STRIDE / (60 * MINUTE)
    gap = require(
        find_gap(player, camera, now), f"no gap was found in the last {hours:.1f} hours at {PROBES} places"
    )
    player.goto(gap.last)
    begun = player.fetch(camera)
    player.play()
    gops = [begun]
    beyond = gap.beyond.start or 0
    length = begun.length or SECOND
    ahead = max(0.0, gap.last - (begun.start or gap.last)) / length  # where GOTODATE was not exact
    while gops[-1].given and (gops[-1].start or 0) < beyond and len(gops) < ACROSS + min(ahead, PATIENCE):
        gops.append(player.fetch(camera))
    end = gops[-1]
    across = end.given and end.start is not None and beyond <= end.start <= beyond + LANDING * length
    name = f"{(beyond - gap.last) / MINUTE:.1f} minutes without recording"
    expected = "a GOP in each answer, soon one from behind the gap"
    check("PLB-30", across, expected, f"answer {len(gops)}: {end}", name)


def find_gap(player: Player, camera: int, now: int) -> Gap | None:
    """The first gap that probes every ten minutes back from ``now`` meet, its beginning found by halving."""
    for probe in range(1, PROBES + 1):
        inside = now - probe * STRIDE
        gop = _gop_at(player, camera, inside)
        if gop is None or not _is_far(gop, inside):
            continue
        before = inside
        for power in range(WIDER):
            before -= STRIDE << power
            found = _gop_at(player, camera, before)
            if found is not None and not _is_far(found, before):
                return Gap(_last_recorded(player, camera, before, inside), gop)
        return None
    return None


def _last_recorded(player: Player, camera: int, recorded: int, missing: int) -> int:
    """The last second at which there is recording, or the second before."""
    while missing - recorded > SECOND:
        middle = (recorded + missing) // 2 // SECOND * SECOND
        found = _gop_at(player, camera, middle)
        if found is not None and not _is_far(found, middle):
            recorded = middle
        else:
            missing = middle
    return recorded


def _gop_at(player: Player, camera: int, moment: int) -> Gop | None:
    player.goto(moment)
    gop = player.fetch(camera)
    return gop if gop.given and gop.start is not None else None


def _is_far(gop: Gop, moment: int) -> bool:
    """Whether it begins much later than was asked for: there is nothing in between."""
    length = gop.length or SECOND
    return (gop.start or 0) - moment > 10 * SECOND + 2 * length
