"""§6.3: one download after the other on one UID."""

from __future__ import annotations

from nvr_conformance.client.player import minute_in_recording
from nvr_conformance.facts import download as facts
from nvr_conformance.facts.mp4_samples import same_pictures
from nvr_conformance.procedures.checks import Judge
from nvr_conformance.procedures.crowded_downloads import (
    TAKEN,
    is_crowded_out,
    require_room,
    where_room_is,
    whole_download,
)
from nvr_conformance.procedures.download_lag import let_lag_pass
from nvr_conformance.reading.mp4_samples import Mp4Sample, read_samples
from nvr_conformance.scenario import (
    MINUTE,
    SECOND,
    Check,
    Client,
    Download,
    NotTested,
    Player,
    Require,
    Session,
    Target,
    player_in_recording,
    scenario,
)

DAY = 86_400
TRIED = 8  # cameras that are looked at, in search of a second one
NEAR = MINUTE * SECOND


@scenario("DWN-01", "DWN-10", besides=("DWN-02", "DWN-06", "DWN-11"))
def test_one_after_the_other_on_one_uid(
    target: Target, client: Client, check: Check, not_tested: NotTested, require: Require
) -> None:
    """An MP4 of one camera, nothing of a time to come, an MP4 of another camera and range, another kind of
    file, one with audio twice, and one of a camera while another one plays: each is what was asked for, and
    nothing is left of the one before."""
    judge = Judge(check, not_tested)
    player, first = player_in_recording(target, client)
    camera, begin = first.camera, minute_in_recording(player, first)
    other = camera
    for each in target.cameras[:TRIED]:
        player.choose(each)
        gop = player.at(each, begin * SECOND)
        is_near = gop.start is not None and abs(gop.start - begin * SECOND) <= NEAR
        if each != camera and gop.codec in ("H264", "H265") and is_near:
            other = each
            break
    ahead, behind = begin - MINUTE, begin + MINUTE
    let_lag_pass(player.session, behind + MINUTE)
    player.session.logout()
    alone = whole_download(client, other, "MP4VO", ahead, behind)
    session = client.login()
    before = where_room_is(client, lambda: _read(session, camera, "MP4VO", begin, behind + MINUTE))
    require_room(client, before)
    require(before.began, f"no file where there is a recording: {before}")
    nothing = _read(session, camera, "LIST", begin + 2 * DAY, begin + 2 * DAY + MINUTE)
    again = _read(session, other, "MP4VO", ahead, behind)
    if facts.status_without_file(nothing, 1).ok and again.began:
        told = ", ".join(map(str, again.statuses))
        check(
            "DWN-06", "1" not in again.statuses, "no status 1", told, "a file behind nothing, on the same UID"
        )
    name = f"camera {other}, behind a file of camera {camera} on the same UID"
    if is_crowded_out(client, again):
        not_tested("DWN-01", f"{name}: {TAKEN}")
    elif not (again.is_whole and alone.is_whole):
        not_tested("DWN-01", f"{name}: its files are larger than the kit keeps")
    else:
        judge("DWN-01", name, same_pictures, _samples(again), _samples(alone))
    kind = _read(session, camera, "N3VO", begin, behind)
    name = "N3VO behind MP4VO on the same UID"
    if is_crowded_out(client, kind):
        not_tested("DWN-10", f"{name}: {TAKEN}")
    else:
        check("DWN-10", *facts.suffixes(kind, {"n3r"}, 1), name)
    _judge_audio_twice(client, session, camera, begin, check, not_tested)
    # What is wrong behind another file is no matter of playback.
    if other != camera and alone.is_whole and _samples(again) == _samples(alone):
        player = Player(session)
        player.choose(camera)
        if player.at(camera, begin * SECOND).given:
            beside = _read(session, other, "MP4VO", ahead, behind)
            name = f"camera {other} while camera {camera} plays on the same UID"
            if beside.began:
                judge("DWN-11", name, same_pictures, _samples(beside), _samples(alone))
            else:
                not_tested("DWN-11", f"{name}: {beside}")


def _judge_audio_twice(
    client: Client, session: Session, camera: int, begin: int, check: Check, not_tested: NotTested
) -> None:
    """DWN-02: a second MP4 of a minute has the audio that the first one had."""
    first, second = (_read(session, camera, "MP4", begin, begin + MINUTE) for _ in range(2))
    counts = [sum(not sample.is_video for sample in _samples(download)) for download in (first, second)]
    name = f"camera {camera}, a second MP4 with audio on the same UID"
    if is_crowded_out(client, second) or not (first.is_whole and second.is_whole):
        not_tested("DWN-02", f"{name}: {TAKEN}, or its files are larger than the kit keeps")
    elif counts[0]:
        wanted = f"{counts[0]} samples of audio, as in the first one"
        check("DWN-02", counts[1] == counts[0], wanted, f"{counts[1]}: {second}", name)
        without = _read(session, camera, "MP4VO", begin, begin + MINUTE)
        heard = sum(not sample.is_video for sample in _samples(without))
        name = f"camera {camera}, an MP4 without audio behind one with it on the same UID"
        check("DWN-01", not heard, "no audio", f"{heard} samples of audio", name)


def _read(session: Session, camera: int, kind: str, begin: int, end: int) -> Download:
    download = session.download(camera, kind, begin, end)
    download.read()
    return download


def _samples(download: Download) -> list[Mp4Sample]:
    """Those of all files."""
    return [sample for body in facts.bodies(download) for sample in read_samples(body)]
