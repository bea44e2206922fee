"""Playback of JPEG recordings: §3.2.1, §3.3.1.3."""

from __future__ import annotations

from nvr_conformance.facts import playback_order
from nvr_conformance.facts.playback_chunk import one_jpeg
from nvr_conformance.facts.playback_open import open_points
from nvr_conformance.procedures.checks import CHUNK_IDS, ChunkChecks, Judge
from nvr_conformance.procedures.playback_gaps import found_there, left_out
from nvr_conformance.scenario import (
    SECOND,
    Check,
    Client,
    Gop,
    NotApplicable,
    NotTested,
    Observe,
    Player,
    Require,
    Target,
    player_in_recording,
    scenario,
)

PICTURES = 6
FURTHER = 20 * SECOND  # hundredths behind the last picture that PLAY gives, where another may be recorded
LIVE_EDGE = 60 * SECOND  # hundredths before now, from where on pictures are recorded meanwhile

ONE_RECORDS_JPEG = {
    "cameras": [
        {"number": 1, "fixture": "counter-small"},
        {"number": 2, "fixture": "counter-small", "recorded": "JPEG"},
    ]
}


@scenario("PLB-22", besides=(*CHUNK_IDS, "PLB-12", "PLB-37"), setup=ONE_RECORDS_JPEG)
def test_recorded_jpeg_pictures(
    target: Target,
    client: Client,
    check: Check,
    not_tested: NotTested,
    not_applicable: NotApplicable,
    observe: Observe,
    require: Require,
) -> None:
    """GOTODATE, PLAY, and camera.cgi over and over: a picture each."""
    judge = Judge(check, not_tested, not_applicable)
    check_chunk = ChunkChecks(check, not_tested, not_applicable)
    player, first = player_in_recording(target, client, codecs=("JPEG",))
    check_chunk(first, "JPEG behind GOTODATE")
    player.play()
    pictures = player.several(first.camera, PICTURES)
    for picture in pictures:
        check_chunk(picture, "JPEG behind PLAY")
    check_chunk.together()
    for number, picture in enumerate([first, *pictures]):
        judge("PLB-22", f"JPEG of camera {first.camera}, picture {number}", one_jpeg, picture.chunk)
    for name, text in open_points(pictures).items():
        observe("PLB-37", text, f"JPEG, {name}")
    if len(pictures) < PICTURES:
        further = require(_further(player, [first, *pictures][-1]), "the recording ends here")
        check("PLB-12", False, f"{PICTURES} pictures", f"{len(pictures)}, though there is {further}", "JPEG")
        return
    judge("PLB-12", "JPEG, bytes", playback_order.none_again, pictures, found_there(player, pictures))
    judge("PLB-12", "JPEG, times", playback_order.follow_on, pictures, left_out(player, pictures))


def _further(player: Player, last: Gop) -> Gop | None:
    """A picture that was recorded behind one, if GOTODATE finds any."""
    start = last.start
    if start is None:
        return None
    found = player.at(last.camera, start + FURTHER)
    edge = player.target.unix_time() * SECOND - LIVE_EDGE
    return found if found.given and found.start is not None and start < found.start < edge else None
