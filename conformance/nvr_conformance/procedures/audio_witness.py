"""Whether two cameras have audio of their own, asked the other way: of recordings where live cannot tell, of
live where recordings cannot.

Two cameras may have the same audio and no recorder be to blame: one microphone wired to both, or a stand-in
for cameras. That a recorder mixes them up is shown where it tells them apart elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nvr_conformance.client.player import AGO, Player
from nvr_conformance.facts import live_audio, playback_audio
from nvr_conformance.judgement.outcomes import NothingToJudge, PrerequisiteFailed
from nvr_conformance.procedures.streams import AUDIO, wait_for_first_packets
from nvr_conformance.reading.gop import SECOND

if TYPE_CHECKING:
    from collections.abc import Callable

    from nvr_conformance.client.client import Client
    from nvr_conformance.client.target import Target
    from nvr_conformance.judgement.fact import Fact

ANSWERS = 3  # of playback audio that are compared
LISTENED = 3.0  # seconds of live audio that are compared
SAME = "have the same audio live and recorded, or only one of the two: they cannot be told apart"


def recorded_apart(target: Target, client: Client, camera: int, other: int) -> bool:
    """Whether recordings of these cameras have different audio."""
    player = Player(client.login())
    player.choose(camera, other)
    player.goto(round(target.unix_time() - AGO) * SECOND)
    # Cameras are out of step: what one begins with may be the second answer of the other.
    heard = [[player.listen(number) for _ in range(ANSWERS)] for number in (camera, other)]
    player.session.logout()
    ones, others = ({audio.start: audio for audio in audios if audio is not None} for audios in heard)
    together = sorted(ones.keys() & others.keys())
    if not together:
        return False
    return _holds(lambda: playback_audio.own_audio(ones[together[0]], others[together[0]]))


def live_apart(target: Target, client: Client, camera: int, other: int) -> bool:
    """Whether these cameras send different audio."""
    try:
        videos = {number: target.live_codecs(number)[0] for number in (camera, other)}
    except PrerequisiteFailed:
        return False
    session = client.login()
    session.get("live_setup")
    streams = [session.start_http(number, codec) for number, codec in videos.items()]
    audios = {number: session.start_http(number, AUDIO) for number in videos}
    wait_for_first_packets(target, list(audios.values()))
    target.pass_time(LISTENED)
    target.settle()
    units = {number: [packet.data for packet in audio.packets] for number, audio in audios.items()}
    for stream in (*audios.values(), *streams):
        session.stop(stream)
        stream.close()
    session.logout()
    return _holds(lambda: live_audio.own_audio(units))


def _holds(own_audio: Callable[[], Fact]) -> bool:
    try:
        return own_audio().ok
    except NothingToJudge:
        return False
