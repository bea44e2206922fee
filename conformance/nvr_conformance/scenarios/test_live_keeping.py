"""A live stream whose UID is kept alive (§6.2)."""

from __future__ import annotations

from itertools import pairwise

from nvr_conformance.scenario import Check, Client, Fact, LiveStream, Require, Target, scenario
from nvr_conformance.video_checks import camera_with_video

LIFE = 90.0
USUAL = 8.0  # seconds that show how far apart packets usually come
MARGIN = 10.0  # seconds around the 90th that are watched closely


@scenario("LIV-31")
def test_a_stream_that_is_kept_alive(target: Target, client: Client, check: Check, require: Require) -> None:
    """Keep-alives while one stream runs over RTP and one over HTTP, past 90 s after START and after login."""
    camera, (codec, *_) = camera_with_video(target)
    by_rtp, by_http = client.login(), client.login()
    streams: dict[str, LiveStream] = {
        "over RTP": by_rtp.start_rtp(camera, codec),
        "over HTTP": by_http.start_http(camera, codec),
    }
    begun = target.now()
    watched = {name: stream for name, stream in streams.items() if stream.wait_packets(1)}
    require(watched, "no live at all")
    target.pass_time(USUAL)
    marks = {name: stream.total for name, stream in watched.items()}
    while (left := begun + LIFE - MARGIN - target.now()) > 0:
        target.pass_time(min(40.0, left), step=40.0)
        by_rtp.get("keep_alive")
        by_http.get("keep_alive")
    closely = target.now()
    target.pass_time(2 * MARGIN)
    target.settle()
    until = target.now()
    for name, stream in watched.items():
        before = [packet.arrived for packet in stream.packets if packet.number < marks[name]]
        around = [packet.arrived for packet in stream.packets if packet.arrived >= closely]
        check("LIV-31", *_without_gap(before, around, closely, until), name)


def _without_gap(before: list[float], around: list[float], begin: float, end: float) -> Fact:
    """Packets come from ``begin`` to ``end`` about as close together as they did before."""
    usual = max((after - earlier for earlier, after in pairwise(before)), default=0.0)
    limit = max(1.5, 3 * usual)
    expected = f"no gap of more than {limit:.1f} s at 90 s"
    at, gap = max(
        ((earlier, after - earlier) for earlier, after in pairwise([begin, *around, end])),
        key=lambda place: place[1],
    )
    return Fact(gap <= limit, expected, f"{gap:.1f} s, {at - begin + LIFE - MARGIN:.0f} s after START")
