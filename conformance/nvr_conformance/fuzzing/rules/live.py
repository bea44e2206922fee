"""Rules of the fuzzer about live: how many at once, which camera, and audio beside pictures (§1.3, §2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st
from hypothesis.stateful import rule

from nvr_conformance.fuzzing.reference_model import AT_ONCE
from nvr_conformance.fuzzing.rules.clients import A_CAMERA, CAMERA, WHO, FuzzRules
from nvr_conformance.fuzzing.steps import Moment, Send, push

if TYPE_CHECKING:
    from nvr_conformance.fuzzing.reference_model import ModelSession

VIDEO = st.sampled_from(("H264", "H265", "JPEG"))
COMP = VIDEO | st.just("AUDIO")
LIVE = st.sampled_from(("live_http", "live_rtp"))
_SEVERAL = 5  # cameras that one rule starts beside each other


class LiveRules(FuzzRules):
    """Clients that look at cameras."""

    @rule(who=WHO, camera=CAMERA, key=LIVE, comp=VIDEO, audio=st.booleans())
    def start(self, who: int, camera: int, key: str, comp: str, audio: bool) -> None:
        label = self.who(who)
        self.push(label, key, "START", self.camera(camera), comp)
        if audio:
            self.push(label, key, "START", self.camera(camera), "AUDIO")

    @rule(who=WHO, camera=CAMERA, key=LIVE, comps=st.lists(COMP, min_size=1, max_size=3, unique=True))
    def stop(self, who: int, camera: int, key: str, comps: list[str]) -> None:
        """STOP of what runs or does not run."""
        label = self.who(who)
        for comp in comps:
            self.push(label, key, "STOP", self.camera(camera), comp)

    @rule(
        who=WHO,
        numbers=st.lists(A_CAMERA, min_size=2, max_size=_SEVERAL),
        key=LIVE,
        comps=st.lists(VIDEO, min_size=_SEVERAL, max_size=_SEVERAL)
        | VIDEO.map(lambda comp: [comp] * _SEVERAL),
        audios=st.lists(st.booleans(), min_size=_SEVERAL, max_size=_SEVERAL),
        stopped=st.integers(0, 31),
        pictures=st.booleans(),
    )
    def stop_one_of_several(
        self,
        who: int,
        numbers: list[int],
        key: str,
        comps: list[str],
        audios: list[bool],
        stopped: int,
        pictures: bool,
    ) -> None:
        """Cameras beside each other, some with audio; one is stopped, and the others go on (§1.3, OP-10)."""
        label = self.client(
            who, lambda session: not session.playback.operation and len(session.live) < AT_ONCE - _SEVERAL
        )
        for camera, comp, audio in zip(self.cameras(numbers), comps, audios, strict=False):
            session = self.sessions.get(label)
            if session is None:
                return
            if camera not in session.live:
                self.push(label, key, "START", camera, comp)
            if audio and camera not in session.audio:
                self.push(label, key, "START", camera, "AUDIO")
        self._stop_one(label, key, stopped, pictures)

    @rule(who=WHO, stopped=st.integers(0, 31), key=LIVE, pictures=st.booleans())
    def stop_one_that_runs(self, who: int, stopped: int, key: str, pictures: bool) -> None:
        """One of those that other rules started, in whatever order."""
        label = self.client(who, lambda session: bool(session.live))
        self._stop_one(label, key, stopped, pictures)

    def _stop_one(self, label: str, key: str, number: int, pictures: bool) -> None:
        """Stop the pictures or the audio of a camera. Whether the rest runs still, and what was stopped no
        more, is told by starting each once more."""
        session = self.sessions.get(label)
        if session is None or not session.live:
            return
        heard = session.audio if number % 2 or not pictures else None
        camera = sorted(heard or session.live)[number % len(heard or session.live)]
        live, audio = dict(session.live), sorted(session.audio)
        comp = live[camera] if pictures or camera not in session.audio else "AUDIO"
        self.push(label, "live_http", "STOP", camera, comp)
        for other in sorted(live):
            self.push(label, key, "START", other, live[other])
        for other in audio:
            self.push(label, key, "START", other, "AUDIO")

    @rule(who=WHO, key=LIVE, camera=A_CAMERA, audio=st.booleans())
    def from_playback_to_live(self, who: int, key: str, camera: int, audio: bool) -> None:
        """As §3.1 has it: stop playback first."""
        label = self.client(who, lambda session: bool(session.playback.operation))
        self.do(Send(label, "stop", moment=Moment("now", 100)))
        self.push(label, key, "START", self.camera(camera), "H264")
        if audio:
            self.push(label, key, "START", self.camera(camera), "AUDIO")

    @rule(who=WHO, camera=A_CAMERA)
    def from_live_to_playback(self, who: int, camera: int) -> None:
        """As §3.1 has it: stop all live streams first, and not all but one."""
        label = self.client(who, _looks)
        session = self.sessions.get(label)
        if session is None:
            return
        self.do(Send(label, "mask", cameras=(self.camera(camera),)))
        for number, comp in sorted(session.live.items()):
            self.do(Send(label, "play"))
            self.push(label, "live_http", "STOP", number, comp)
        self.do(Send(label, "play"))

    @rule(
        who=WHO,
        count=st.sampled_from((2, 8, AT_ONCE, AT_ONCE + 1, AT_ONCE + 2)),
        comp=st.sampled_from(("H264", "H265")),
        audios=st.integers(0, 2),
    )
    def start_many(self, who: int, count: int, comp: str, audios: int) -> None:
        """Up to the limit and beyond; audio does not count (§1.3, OP-9)."""
        label = self.client(who, lambda session: not session.playback.operation)
        cameras = sorted(self.driver.model.known.cameras)[:count]
        for camera in cameras:
            self.push(label, "live_rtp", "START", camera, comp)
        for camera in cameras[:audios]:
            self.push(label, "live_rtp", "START", camera, "AUDIO")

    @rule(camera=A_CAMERA, key=LIVE, comp=VIDEO, count=st.integers(2, 4))
    def look_together(self, camera: int, key: str, comp: str, count: int) -> None:
        """Several clients at one camera: another UID may do what this one may not (§1.3)."""
        looking = [label for label, session in self.sessions.items() if not session.playback.operation]
        for label in looking[-count:]:
            self.push(label, key, "START", self.camera(camera), comp)

    def push(self, label: str, key: str, command: str, camera: int, comp: str) -> None:
        """``push.cgi``."""
        self.do(push(label, key, command, camera, comp))


def _looks(session: ModelSession) -> bool:
    return bool(session.live)
