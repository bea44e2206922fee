"""Playback as a client does it (§3.1): MASK, a PLAYCMD, then ``camera.cgi`` over and over.

Moments are hundredths of a Unix second (UTC), as TIMEF counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nvr_conformance.client.mask import send_mask
from nvr_conformance.judgement.outcomes import PrerequisiteFailed
from nvr_conformance.reading.gop import SECOND, Gop, clock_time
from nvr_conformance.reading.playback_audio import AudioWalk, walk_audio
from nvr_conformance.reading.playback_lengths import in_common
from nvr_conformance.reading.playback_video import walk_chunk

if TYPE_CHECKING:
    from collections.abc import Collection

    from nvr_conformance.client.client import Client
    from nvr_conformance.client.session import Session
    from nvr_conformance.client.target import Target
    from nvr_conformance.reading.playback_lengths import PacketReading
    from nvr_conformance.wire.exchange import Exchange

MINUTE = 60  # seconds
GOP_PACE = 1.0  # seconds between two camera.cgi on a real recorder: a GOP is about that long
AGO = 2 * 3600  # seconds before now at which there should be a recording, and room on both sides
_TRIED = 4  # cameras that are tried in search of one that plays
_NEAR = 30 * SECOND  # hundredths: less than a gap that would matter
_BEHIND = tuple(seconds * SECOND for seconds in (150, 60, 30, 20, 10))
"""Hundredths behind the begin of a recording, where there may be room: it may be one event and no more."""
_AHEAD = (3600 * SECOND, 600 * SECOND, *_BEHIND)  # hundredths ahead of its end
_PROBES = (0, 10, 20, 30, 40, 50, 59)  # seconds of a minute at which it is looked whether it was recorded
_SLOWER = 2  # times as long as it seems a GOP may last: pictures may come at half their rate


class Player:
    """One session that plays. ``readings``: of packet lengths, those that explained all GOPs that came."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.target = session.client.target
        self.readings: tuple[PacketReading, ...] = ()

    def choose(self, *cameras: int) -> Exchange:
        """MASK with these cameras."""
        return send_mask(self.session, cameras)

    def play(self) -> Exchange:
        return self.session.get("play")

    def goto(self, moment: int) -> Exchange:
        return self.session.get("goto", TIMEF=whole(moment))

    def reverse(self, moment: int) -> Exchange:
        return self.session.get("reverse", TIMEF=whole(moment))

    def pause(self, moment: int) -> Exchange:
        return self.session.get("pause", TIMEF=whole(moment))

    def step(self, name: str, moment: int) -> Exchange:
        """NEXTFRAME or PREVFRAME; ``moment`` to the hundredth is the picture on show."""
        return self.session.get("step", PLAYCMD=name, TIMEF=moment)

    def fast(self, name: str, moment: int) -> Exchange:
        """FF or REW."""
        return self.session.get("fast", PLAYCMD=name, TIMEF=whole(moment))

    def stop(self, moment: int) -> Exchange:
        return self.session.get("stop", TIMEF=whole(moment))

    def fetch(self, camera: int, *, prove_end: bool = False) -> Gop:
        """One ``camera.cgi``."""
        path = self.session.path("camera", CAM=camera)
        return self.read(camera, self.session.client.get(path, prove_end=prove_end, pace=GOP_PACE))

    def read(self, camera: int, exchange: Exchange) -> Gop:
        """What an answer to ``camera.cgi`` holds."""
        self.target.look_at_hop(exchange)
        chunk = walk_chunk(exchange.body, self.readings)
        if chunk.packet_readings:
            common = in_common([self.readings or chunk.packet_readings, chunk.packet_readings])
            self.readings = tuple(common) or self.readings
        return Gop(camera, exchange, chunk)

    def ask_audio(self, camera: int, *, prove_end: bool = False) -> Exchange:
        """One ``playaudio.cgi``, as it is answered."""
        path = self.session.path("playaudio", CAM=camera)
        return self.target.look_at_hop(self.session.client.get(path, prove_end=prove_end, pace=GOP_PACE))

    def listen(self, camera: int) -> AudioWalk | None:
        """One ``playaudio.cgi``; None where it brings nothing."""
        exchange = self.ask_audio(camera)
        is_text = exchange.content_type.startswith("text/")
        return walk_audio(exchange.body) if exchange.ok and exchange.body and not is_text else None

    def at(self, camera: int, moment: int) -> Gop:
        """What GOTODATE and one ``camera.cgi`` bring."""
        self.goto(moment)
        return self.fetch(camera)

    def before(self, camera: int, moment: int) -> Gop:
        """What PREVFRAME from the picture at that time, and one ``camera.cgi``, bring."""
        self.step("PREVFRAME", moment)
        return self.fetch(camera)

    def records(self, camera: int, moment: int) -> bool:
        """Whether there is recording at a moment: in the GOP that GOTODATE gives, in the one behind it or in
        the one before it (OP-26); else there is a gap, as far as can be told."""
        found = self.at(camera, moment)
        if not found.given or found.start is None:
            return False
        late = found.start > moment
        gop = self.before(camera, found.start) if late else found
        if not gop.given or gop.start is None or gop.start > moment:
            return False
        length = gop.length or SECOND
        if moment < gop.start + length:
            return True
        following = found if late else self.fetch(camera)
        if not following.given or following.start is None:
            return False
        if following.start > moment:
            return following.start - gop.start <= _SLOWER * length
        return moment < following.start + _SLOWER * (following.length or SECOND)

    def with_room(self, camera: int, wanted: int) -> Gop:
        """The GOP at that time, from which it plays on; where nothing is recorded then, one with recording on
        both sides, if it can be found."""
        gop = self.at(camera, wanted)
        if not gop.given or gop.start is None or _is_near(gop, wanted):
            return gop
        if gop.start > wanted:
            now = round(self.target.unix_time()) * SECOND
            places = [(gop.start + now) // 2, *(gop.start + behind for behind in _BEHIND)]
        else:
            places = [gop.start - ahead for ahead in _AHEAD]
        for place in places:
            if _is_near(self.at(camera, place), place) and self.fetch(camera).given:
                return self.at(camera, place)
        return self.at(camera, wanted)

    def several(self, camera: int, count: int) -> list[Gop]:
        """``count`` GOPs one after the other; fewer where one is not given."""
        gops: list[Gop] = []
        while len(gops) < count and (gop := self.fetch(camera)).given:
            gops.append(gop)
        return gops


def player_in_recording(
    target: Target, client: Client, *, ago: float = AGO, codecs: Collection[str] = ("H264", "H265")
) -> tuple[Player, Gop]:
    """A fresh session that plays forward from about ``ago`` seconds before now, and its first GOP.

    Where nothing is recorded then, from elsewhere (``Player.with_room``). Tries some cameras, for one that is
    recorded in one of ``codecs``. PrerequisiteFailed without one.
    """
    player = Player(client.login())
    wanted = round(target.unix_time() - ago) * SECOND
    answer = "no camera"
    for camera in target.cameras[:_TRIED]:
        answer = str(player.choose(camera))
        gop = player.with_room(camera, wanted)
        if not gop.given:
            player.play()
            gop = player.fetch(camera)
        if gop.given and gop.codec in codecs and gop.start is not None:
            return player, gop
        answer = (
            f"camera {camera} plays {gop.codec or 'no picture'}" if gop.given else f"camera {camera}: {gop}"
        )
    raise PrerequisiteFailed(f"found no recording of {' or '.join(sorted(codecs))}: {answer}")


def minute_in(gop: Gop) -> int:
    """The first whole minute at or after the start of a GOP of playback, in Unix seconds."""
    assert gop.start is not None
    return -(-gop.start // (MINUTE * SECOND)) * MINUTE


def minute_in_recording(player: Player, gop: Gop) -> int:
    """A whole minute near a GOP that was recorded from its begin to its end, in Unix seconds.
    PrerequisiteFailed without one."""
    assert gop.start is not None
    first = -(-gop.start // (MINUTE * SECOND)) * MINUTE
    for begin in (first, first - MINUTE, first - 2 * MINUTE, first + MINUTE):
        if all(player.records(gop.camera, (begin + second) * SECOND) for second in _PROBES):
            return begin
    raise PrerequisiteFailed(
        f"no whole minute is recorded of camera {gop.camera} near {clock_time(gop.start)}"
    )


def _is_near(gop: Gop, moment: int) -> bool:
    return gop.given and gop.start is not None and abs(gop.start - moment) <= _NEAR


def whole(moment: int) -> int:
    """The moment without its hundredths, as TIMEF has it but for NEXTFRAME and PREVFRAME."""
    return moment - moment % SECOND
