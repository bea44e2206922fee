"""Playback over changes of what is recorded: of its codec, of the size of its pictures (§3.2, §3.3.1)."""

from __future__ import annotations

from nvr_conformance.procedures.checks import Judge
from nvr_conformance.procedures.playback_edges import (
    BYTE_IDS,
    EDGE_IDS,
    Edge,
    every_way_over,
)
from nvr_conformance.scenario import (
    MINUTE,
    SECOND,
    Check,
    Client,
    NotApplicable,
    NotTested,
    Player,
    Require,
    Target,
    scenario,
)

CHANGES = {
    12: {"recorded": "H265", "fixture": "counter-small"},
    10: {"recorded": "JPEG", "fixture": "counter-small"},
    8: {"recorded": "H264", "fixture": "counter-small"},
    6: {"recorded": "H264", "fixture": "city"},
}
"""Minutes before the recorder's start at which it begins to record otherwise, and how: at last larger."""
UNTIL = (*list(CHANGES)[1:], None)
RECORDINGS = (
    {"since": 60, "until": max(CHANGES), "recorded": "H264", "fixture": "counter-small"},
    *(
        {"since": since, "until": until} | how
        for (since, how), until in zip(CHANGES.items(), UNTIL, strict=True)
    ),
)


@scenario(besides=tuple({*BYTE_IDS, *EDGE_IDS}), setup={"recordings": RECORDINGS})
def test_playback_over_changes_of_what_is_recorded(
    target: Target,
    client: Client,
    check: Check,
    not_tested: NotTested,
    not_applicable: NotApplicable,
    require: Require,
) -> None:
    """Every PLAYCMD over each change of codec, and of size, and every byte beside it."""
    judge = Judge(check, not_tested, not_applicable)
    camera = require(target.cameras, "no camera is connected")[0]
    begun = round(target.unix_time()) // MINUTE
    player = Player(client.login())
    player.choose(camera)
    found = 0
    for minutes, how in CHANGES.items():
        at = (begun - minutes) * MINUTE * SECOND
        edge = Edge(player, judge, check, camera, at, f"{how['recorded']} of {how['fixture']} from there on")
        if not target.set_up and not _changes(player, camera, at):
            continue
        found += 1
        every_way_over(edge)
    require(found, "no change of codec is known in this recording")


def _changes(player: Player, camera: int, at: int) -> bool:
    """Whether what is recorded on both sides of a time has two codecs."""
    sides = [player.at(camera, at + away) for away in (-MINUTE * SECOND, MINUTE * SECOND)]
    return all(gop.given for gop in sides) and sides[0].codec != sides[1].codec
