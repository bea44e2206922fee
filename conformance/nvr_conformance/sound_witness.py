"""Whether two cameras have sound of their own, asked the other way: of recordings where live cannot tell, of
live where recordings cannot.

Two cameras may have the same sound and no recorder be to blame: one microphone wired to both, or a stand-in
for cameras. That a recorder mixes them up is shown where it tells them apart elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nvr_conformance import sound_judging, sound_sequence
from nvr_conformance.outcomes import NothingToJudge, PrerequisiteFailed
from nvr_conformance.playing import AGO, SECOND, Player

if TYPE_CHECKING:
    from collections.abc import Callable

    from nvr_conformance.client import Client
    from nvr_conformance.fact import Fact
    from nvr_conformance.target import Target

LISTENED = 3.0  # seconds of live sound that are compared
SAME = "have the same sound live and recorded, or only one of the two: they cannot be told apart"


def recorded_apart(target: Target, client: Client, camera: int, other: int) -> bool:
    """Whether recordings of these cameras have different sound."""
    player = Player(client.login())
    player.choose(camera, other)
    player.goto(round(target.unix_time() - AGO) * SECOND)
    first, second = (player.listen(number) for number in (camera, other))
    player.session.logout()
    if first is None or second is None:
        return False
    return _holds(lambda: sound_sequence.own_sound(first, second))


def live_apart(target: Target, client: Client, camera: int, other: int) -> bool:
    """Whether these cameras send different sound."""
    try:
        videos = {number: target.live_codecs(number)[0] for number in (camera, other)}
    except PrerequisiteFailed:
        return False
    session = client.login()
    session.get("live_setup")
    streams = [session.start_http(number, codec) for number, codec in videos.items()]
    sounds = {number: session.start_http(number, "AUDIO") for number in videos}
    target.pass_time(LISTENED)
    target.settle()
    units = {number: [packet.data for packet in sound.packets] for number, sound in sounds.items()}
    for stream in (*sounds.values(), *streams):
        session.stop(stream)
        stream.close()
    session.logout()
    return _holds(lambda: sound_judging.own_sound(units))


def _holds(own_sound: Callable[[], Fact]) -> bool:
    try:
        return own_sound().ok
    except NothingToJudge:
        return False
