"""§3.3.1: what one answer to camera.cgi holds."""

from __future__ import annotations

from nvr_conformance.chunk_checks import CHUNK_IDS, ChunkChecks
from nvr_conformance.playing import AGO, SECOND, Player
from nvr_conformance.scenario import Check, Client, NotTested, Require, Target, scenario

CAMERAS_TRIED = 4
GOPS = 2


@scenario(*CHUNK_IDS)
def test_every_byte_of_a_gop(
    target: Target, client: Client, check: Check, not_tested: NotTested, require: Require
) -> None:
    """MASK, PLAY, camera.cgi: the answer, its headers, its layout, its pictures, in each codec there is."""
    check_chunk = ChunkChecks(check, not_tested)
    seen: set[str] = set()
    for camera in require(target.cameras[:CAMERAS_TRIED], "no camera is registered"):
        player = Player(client.login())
        player.choose(camera)
        # PLAY goes on from where the UID stands; where it starts on a fresh one is open.
        player.goto(round(target.unix_time() - AGO) * SECOND)
        player.fetch(camera)
        player.play()
        for number in range(1, GOPS + 1):
            gop = player.fetch(camera, prove_end=True)
            if not gop.given and camera != target.cameras[0]:
                break  # not every camera needs a recording
            name = f"{gop.codec or 'nothing'} of camera {camera}, GOP {number}"
            check_chunk(gop, player.dialect, name)
            seen.add(gop.codec)
        player.session.logout()
        if {"H264", "H265"} <= seen:
            break
    if missing := sorted({"H264", "H265"} - seen):
        not_tested("PLB-04", f"no recording in {' or '.join(missing)} was found")
