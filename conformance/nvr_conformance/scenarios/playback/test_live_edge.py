"""§3.2.1, §3.2.4: PLAY up to the newest recording, and on as it grows."""

from __future__ import annotations

from nvr_conformance.facts import playback_order
from nvr_conformance.procedures.checks import Judge
from nvr_conformance.procedures.playback_gaps import left_out
from nvr_conformance.reading.gop import clock_time
from nvr_conformance.scenario import (
    SECOND,
    Check,
    Client,
    NotTested,
    Observe,
    Require,
    Target,
    player_in_recording,
    scenario,
)

JUST_NOW = 30.0  # seconds before now from which it plays
NEAR = 300 * SECOND  # hundredths: what is older than that is no recording that goes on
MOST = 120  # GOPs up to now
GROWS = 15.0  # seconds in which more is recorded
MORE = 6  # GOPs of these
AHEAD = SECOND  # hundredths by which a picture may seem to be taken later than now: times are cut, or rounded


@scenario("PLB-07", "PLB-12", "PLB-31")
def test_the_end_of_what_is_recorded(
    target: Target, client: Client, check: Check, observe: Observe, not_tested: NotTested, require: Require
) -> None:
    """PLAY until nothing more comes; some seconds later, what was recorded meanwhile."""
    judge = Judge(check, not_tested)
    player, first = player_in_recording(target, client, ago=JUST_NOW)
    camera, start = first.camera, first.start or 0
    require(start > target.unix_time() * SECOND - NEAR, "nothing is recorded just now")
    gops = [first, *player.several(camera, MOST)]
    newest = gops[-1]
    if target.clock == "manual":
        now = target.unix_time() * SECOND
        late = (newest.start or 0) + (newest.plausible_span or 0)
        name = "the newest GOP, recorded by now"
        check("PLB-07", late <= now + AHEAD, clock_time(round(now)), newest, name, basis="same_time")
    target.pass_time(GROWS)
    more = player.several(camera, MORE)
    if not more:
        player.play()
        more = player.several(camera, MORE)
    told = "the next GOP" if more else f"nothing, {GROWS:.0f} s later"
    observe("PLB-31", told, "behind the newest GOP, as the recording grows")
    if more:
        run = [*gops[-2:], *more]
        judge("PLB-12", "as the recording grows", playback_order.follow_on, run, left_out(player, run))
