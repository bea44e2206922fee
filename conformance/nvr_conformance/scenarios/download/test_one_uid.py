"""§6.3: one download after the other on one UID."""

from __future__ import annotations

from nvr_conformance.client.player import minute_in_recording
from nvr_conformance.facts import download as facts
from nvr_conformance.facts.mp4_samples import same_pictures
from nvr_conformance.procedures.checks import Judge
from nvr_conformance.procedures.crowded_downloads import TAKEN, is_crowded_out, whole_download
from nvr_conformance.procedures.download_lag import let_lag_pass
from nvr_conformance.reading.mp4_samples import Mp4Sample, read_samples
from nvr_conformance.scenario import (
    MINUTE,
    SECOND,
    Check,
    Client,
    Download,
    NotTested,
    Require,
    Session,
    Target,
    player_in_recording,
    scenario,
)

TRIED = 8  # cameras that are looked at, in search of a second one
NEAR = MINUTE * SECOND


@scenario("DWN-01", "DWN-10")
def test_one_after_the_other_on_one_uid(
    target: Target, client: Client, check: Check, not_tested: NotTested, require: Require
) -> None:
    """An MP4 of one camera, then one of another camera and range, then another kind of file: each is what was
    asked for, and nothing is left of the one before."""
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
    before = _read(session, camera, "MP4VO", begin, behind + MINUTE)
    require(not is_crowded_out(client, before), TAKEN)
    require(before.began, f"no file where there is a recording: {before}")
    again = _read(session, other, "MP4VO", ahead, behind)
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


def _read(session: Session, camera: int, kind: str, begin: int, end: int) -> Download:
    download = session.download(camera, kind, begin, end)
    download.read()
    return download


def _samples(download: Download) -> list[Mp4Sample]:
    """Those of all files."""
    return [sample for body in facts.bodies(download) for sample in read_samples(body)]
