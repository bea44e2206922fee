"""§3.3.1: what one answer to camera.cgi holds."""

from __future__ import annotations

from nvr_conformance.client.mask import digits_taken
from nvr_conformance.client.player import AGO
from nvr_conformance.facts.answer_headers import kept
from nvr_conformance.facts.playback_open import open_points
from nvr_conformance.facts.recorded_time import stated_range
from nvr_conformance.procedures.cameras import FURTHER, others_drawn
from nvr_conformance.procedures.checks import CHUNK_IDS, ChunkChecks, Judge
from nvr_conformance.scenario import (
    SECOND,
    Check,
    Client,
    Exchange,
    Gop,
    NotApplicable,
    NotTested,
    Observe,
    Player,
    Require,
    Target,
    scenario,
)

CAMERAS_TRIED = 4
CAMERAS_SEARCHED = 16  # where the first ones have no recording
GOPS = 3
RECORDED_TIME = "/cgi-bin/recordedtime.cgi"


@scenario(*CHUNK_IDS, "PLB-37")
def test_every_byte_of_a_gop(
    target: Target,
    client: Client,
    check: Check,
    not_tested: NotTested,
    not_applicable: NotApplicable,
    observe: Observe,
    require: Require,
) -> None:
    """MASK, PLAY, camera.cgi: the answer, its headers, its layout, its pictures, in each codec there is; then
    of some other cameras at once."""
    check_chunk = ChunkChecks(check, not_tested, not_applicable)
    seen: set[str] = set()
    judged: set[int] = set()
    answers: list[Exchange] = []
    empty: dict[int, Gop] = {}
    cameras = require(target.cameras, "no camera is connected")
    for tried, camera in enumerate(cameras[:CAMERAS_SEARCHED]):
        if {"H264", "H265"} <= seen or (seen and tried >= CAMERAS_TRIED):
            break
        judged.add(camera)
        player = Player(client.login())
        player.choose(camera)
        # PLAY goes on from where the UID stands; where it starts on a fresh one is open.
        place = player.with_room(camera, round(target.unix_time() - AGO) * SECOND)
        player.play()
        for number in range(GOPS):
            gop = player.fetch(camera, prove_end=True)
            if not number and not gop.given and place.given and place.start is not None:
                gop = _if_the_last(player, place, gop)
            if not gop.given:
                empty[camera] = gop
                break
            check_chunk(gop, f"{gop.codec} of camera {camera}")
            seen.add(gop.codec)
            answers.append(gop.exchange)
        player.session.logout()
    further = others_drawn(target, judged)[:FURTHER] if seen else []
    player = Player(client.login())
    player.choose(*further)
    player.goto(round(target.unix_time() - AGO) * SECOND)
    for camera in further * 2:
        if (gop := player.fetch(camera)).given:
            check_chunk(gop, f"{gop.codec} of camera {camera}, beside others")
    if not seen:
        gop = next(iter(empty.values()))
        recorded = stated_range(client.get_digest(RECORDED_TIME).text) is not None
        require(recorded, f"nothing plays, and recordedtime.cgi states no recording: {gop}")
        count, lines = digits_taken(client.login(), target.channels), target.channels
        require(count == lines, f"MASK takes {count} digits, and as_getinfo.cgi has lines of {lines} cameras")
        check_chunk(gop, f"nothing of {len(empty)} cameras")
    check_chunk.together()
    if answers:
        judge = Judge(check, not_tested, not_applicable)
        judge("PLB-02", "the connection is kept", kept, answers, basis="kept")
    for run, gops in check_chunk.runs.items():
        for name, text in open_points(gops).items():
            observe("PLB-37", text, f"{run}, {name}")
    if missing := sorted({"H264", "H265"} - seen):
        not_tested("PLB-04", f"no recording in {' or '.join(missing)} was found")


def _if_the_last(player: Player, place: Gop, empty: Gop) -> Gop:
    """The GOP at which the recording stands, where none follows even without PLAY; else what PLAY gave."""
    assert place.start is not None
    last = player.at(place.camera, place.start)
    return last if last.given and not player.fetch(place.camera).given else empty
