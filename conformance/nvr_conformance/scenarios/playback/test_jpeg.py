"""Playback of JPEG recordings: §3.2.1, §3.3.1.3."""

from __future__ import annotations

from nvr_conformance.facts import playback_chunk as judging
from nvr_conformance.facts import playback_order as order
from nvr_conformance.facts.playback_chunk import decodable
from nvr_conformance.procedures.checks import Judge
from nvr_conformance.scenario import Check, Client, NotTested, Require, Target, player_in_recording, scenario

PICTURES = 6

ONE_RECORDS_JPEG = {
    "cameras": [
        {"number": 1, "fixture": "counter-small"},
        {"number": 2, "fixture": "counter-small", "recorded": "JPEG"},
    ]
}


@scenario("PLB-04", "PLB-11", "PLB-12", "PLB-22", setup=ONE_RECORDS_JPEG)
def test_recorded_jpeg_pictures(
    target: Target, client: Client, check: Check, not_tested: NotTested, require: Require
) -> None:
    """GOTODATE, PLAY, and camera.cgi over and over: a picture each."""
    judge = Judge(check, not_tested)
    player, first = player_in_recording(target, client, codecs=("JPEG",))
    player.play()
    pictures = [first, *player.several(first.camera, PICTURES)]
    for number, picture in enumerate(pictures):
        name = f"JPEG of camera {first.camera}, picture {number}"
        judge("PLB-04", name, judging.chunk_id, picture.chunk, "JPEG")
        judge("PLB-22", name, judging.one_jpeg, picture.chunk)
        judge("PLB-11", name, decodable, picture)
    require(len(pictures) > PICTURES, "the recording ends here")
    judge("PLB-12", "JPEG, times", order.follow_on, pictures[1:])
