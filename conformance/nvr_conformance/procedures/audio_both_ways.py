"""The audio of one camera over RTP and over HTTP at the same time (§2.1.2.2, §2.2.2.2).

Sound that is sent only while there is something to hear pauses at one time and not at another: what one way
leaves out and the other sends is known where both were listened to together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nvr_conformance.facts import live_audio
from nvr_conformance.judgement.outcomes import NothingToJudge, PrerequisiteFailed
from nvr_conformance.procedures.streams import AUDIO, wait_for_first_packets
from nvr_conformance.wire.live_streams import LiveRtp

if TYPE_CHECKING:
    from nvr_conformance.client.client import Client
    from nvr_conformance.client.target import Target
    from nvr_conformance.judgement.fact import Fact
    from nvr_conformance.wire.live_streams import LiveStream

WAYS = ("RTP", "HTTP")
"""RTP is begun before and stopped behind: no pause is heard over HTTP alone."""


def none_left_out(target: Target, client: Client, camera: int, codec: str, seconds: float) -> Fact:
    """LIV-29: whether HTTP sends all that RTP sends in that time, to two UIDs. NothingToJudge where one of
    the two brings nothing beside the other: that two UIDs may have audio is for LIV-24."""
    try:
        video = target.live_codecs(camera)[0]
    except PrerequisiteFailed as failed:
        raise NothingToJudge(failed.reason) from None
    sessions = {way: client.login() for way in WAYS}
    streams: list[LiveStream] = []
    audios: dict[str, LiveStream] = {}
    for way, session in sessions.items():
        session.get("live_setup")
        streams.append(session.run("HTTP", camera, video))
        audios[way] = session.start(way, camera, AUDIO)
        wait_for_first_packets(target, [audios[way]])
    target.pass_time(seconds, step=0.5)
    target.settle()
    for way in reversed(WAYS):
        sessions[way].stop(audios[way])
    for stream in (*audios.values(), *streams):
        stream.close()
    for session in sessions.values():
        session.logout()
    rtp, http = audios["RTP"], audios["HTTP"]
    assert isinstance(rtp, LiveRtp)
    if rtp.dropped or not http.packets:
        raise NothingToJudge("it does not come both over RTP and over HTTP at the same time")
    return live_audio.none_left_out(http.packets, codec, target.rtp.dissect(rtp.packets))
