"""§6.3: a file is the same beside another download, and over HTTPS (§1.2)."""

from __future__ import annotations

from contextlib import closing

from nvr_conformance.client.player import minute_in_recording
from nvr_conformance.facts import download as facts
from nvr_conformance.facts.same_files import same_files
from nvr_conformance.procedures.crowded_downloads import whole_download
from nvr_conformance.procedures.download_lag import let_lag_pass
from nvr_conformance.reading.decoding import decode_file
from nvr_conformance.reading.mp4_samples import read_samples
from nvr_conformance.scenario import (
    MINUTE,
    Check,
    Client,
    Download,
    Fact,
    NotTested,
    Require,
    Target,
    player_in_recording,
    scenario,
)

HOUR = 3600
TOO_LARGE = "a minute is larger than the kit keeps"


@scenario("DWN-11", "DWN-13", besides=("DWN-02",), needs=("load",))
def test_one_beside_another(target: Target, client: Client, check: Check, require: Require) -> None:
    """A minute of a camera alone, while an hour of another one is not read to its end, and while one of its
    own is not, that begins there as well and has no audio."""
    player, first = player_in_recording(target, client)
    begin = minute_in_recording(player, first)
    let_lag_pass(player.session, begin + MINUTE)
    others = [camera for camera in target.cameras if camera != first.camera]
    require(others, "fewer than two cameras are connected")
    alone = whole_download(client, first.camera, "MP4", begin, begin + MINUTE)
    require(facts.bodies(alone) and alone.is_whole, f"no file, or {TOO_LARGE}: {alone}")
    for camera in (others[0], first.camera):
        hour = client.login().download(camera, "MP4VO", begin, begin + HOUR)
        hour.begin()
        beside = whole_download(client, first.camera, "MP4", begin, begin + MINUTE)
        still = hour.began and not hour.ended
        hour.close()
        require(still and "3" not in beside.statuses, f"no two at once: {hour}, and {beside}")
        name = f"camera {first.camera} beside camera {camera}"
        if not check("DWN-13", facts.bodies(beside), "a file", beside, f"a file: {name}"):
            continue
        if _has_audio(alone) and not _has_audio(beside):
            check("DWN-02", False, "audio, as alone", f"none: {beside}", name)
        else:
            check("DWN-11", *_same(alone, beside), name)


@scenario("SEC-01", setup={"transport": "both"})
def test_a_minute_over_https(
    target: Target, client: Client, check: Check, not_tested: NotTested, require: Require
) -> None:
    """A minute with audio over HTTP, and over HTTPS."""
    if target.https is None or target.http is None:
        not_tested("SEC-01", "the URL names HTTP: judge the https:// URL")
        return
    player, first = player_in_recording(target, client)
    begin = minute_in_recording(player, first)
    let_lag_pass(player.session, begin + MINUTE)
    with (
        closing(Client(target.at(target.https), client.history)) as secure,
        closing(Client(target.at(target.http), client.history)) as plain,
    ):
        over_http, over_https = (
            whole_download(each, first.camera, "MP4", begin, begin + MINUTE) for each in (plain, secure)
        )
    require(facts.bodies(over_http) and over_http.is_whole, f"no file over HTTP, or {TOO_LARGE}: {over_http}")
    good = not over_https.problem and bool(facts.bodies(over_https))
    name = f"a minute of camera {first.camera}"
    if check("SEC-01", good, "a file, as over HTTP", over_https, name):
        check("SEC-01", *_same(over_http, over_https), f"{name}, what is in it")


def _has_audio(download: Download) -> bool:
    return any(not sample.is_video for body in facts.bodies(download) for sample in read_samples(body))


def _same(download: Download, other: Download) -> Fact:
    bodies, others = facts.bodies(download), facts.bodies(other)
    if bodies == others:
        return Fact(True, f"{len(bodies)} file(s)", "the same bytes")
    return same_files([decode_file(body) for body in bodies], [decode_file(body) for body in others])
