"""Rules of the fuzzer about playback: MASK, the ways to go on, and where they lead (§3.1, §3.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st
from hypothesis.stateful import rule

from nvr_conformance.fuzzing.rules.clients import A_CAMERA, CAMERA, MOMENTS, WHO, FuzzRules
from nvr_conformance.fuzzing.steps import WAYS, Fetch, Moment, Send, playing, push

if TYPE_CHECKING:
    from nvr_conformance.fuzzing.reference_model import ModelSession


class PlaybackRules(FuzzRules):
    """Clients that play what was recorded."""

    @rule(who=WHO, numbers=st.lists(CAMERA, min_size=1, max_size=3))
    def mask(self, who: int, numbers: list[int]) -> None:
        channels = self.driver.model.known.channels
        chosen = sorted(camera for camera in self.cameras(numbers) if camera <= channels)
        if chosen:
            self.do(Send(self.who(who), "mask", cameras=tuple(chosen)))

    @rule(who=WHO, count=st.integers(15, 18), off=st.sampled_from((-1, 0, 0, 0, 1)))
    def wide_mask(self, who: int, count: int, off: int) -> None:
        """Sixteen cameras are allowed, and as many digits as there are cameras (§1.3, §3.2.3)."""
        model = self.driver.model.known
        digits: dict[str, int | str] = {"digits": model.channels + off} if off else {}
        self.do(Send(self.who(who), "mask", digits, cameras=tuple(sorted(model.cameras)[:count])))

    @rule(
        who=WHO,
        name=st.sampled_from((*WAYS, "STOP")),
        moment=MOMENTS,
        camera=CAMERA,
        count=st.integers(0, 4),
    )
    def play(self, who: int, name: str, moment: Moment, camera: int, count: int) -> None:
        label = self.who(who)
        self.go(label, name, moment)
        self._fetch(label, camera, count)

    @rule(
        who=WHO,
        numbers=st.lists(A_CAMERA, min_size=1, max_size=2),
        moment=MOMENTS,
        names=st.lists(
            st.sampled_from(("PLAY", "BPLAY", "PAUSE", "FF", "FF", "REW", "GOTODATE")), min_size=2, max_size=5
        ),
        count=st.integers(1, 2),
        other=A_CAMERA,
    )
    def play_on(
        self, who: int, numbers: list[int], moment: Moment, names: list[str], count: int, other: int
    ) -> None:
        """A whole playback: the cameras, a date, some ways to go on from there, and another camera."""
        label = self.client(who, _can_play)
        chosen = tuple(sorted(self.cameras(numbers)))
        self.do(Send(label, "mask", cameras=chosen))
        self.go(label, "GOTODATE", moment)
        for name in names:
            self.do(*(Fetch(label, camera) for camera in chosen for _ in range(count)))
            self.go(label, name, Moment("first"))
        self.do(*(Fetch(label, camera) for camera in chosen for _ in range(count)))
        self.do(Send(label, "mask", cameras=(self.camera(other),)))
        self.do(*(Fetch(label, camera) for camera in (*chosen, self.camera(other))))

    @rule(
        who=WHO,
        camera=A_CAMERA,
        name=st.sampled_from(WAYS),
        moment=MOMENTS,
        counts=st.tuples(st.integers(0, 2), st.integers(0, 2)),
        after=st.sampled_from((*WAYS, "LIVE", "LIVE")),
    )
    def stop_in_the_midst(
        self, who: int, camera: int, name: str, moment: Moment, counts: tuple[int, int], after: str
    ) -> None:
        """Behind STOP nothing is played, whichever way it went; something else may begin (§3.2.10)."""
        label, number = self.client(who, _can_play), self.camera(camera)
        self.do(Send(label, "mask", cameras=(number,)))
        self.go(label, name, moment)
        self.do(*(Fetch(label, number) for _ in range(counts[0])))
        self.go(label, "STOP", Moment("now", 100))
        self.do(Fetch(label, number), Send(label, "playaudio", {"CAM": number}))
        if after == "LIVE":
            self.do(*(push(label, "live_http", command, number, "H264") for command in ("START", "STOP")))
            return
        self.go(label, after, moment)
        self.do(*(Fetch(label, number) for _ in range(counts[1])))

    @rule(who=WHO, camera=CAMERA, count=st.integers(1, 3))
    def fetch(self, who: int, camera: int, count: int) -> None:
        self._fetch(self.who(who), camera, count)

    @rule(who=WHO, camera=CAMERA)
    def hear(self, who: int, camera: int) -> None:
        self.do(Send(self.who(who), "playaudio", {"CAM": self.camera(camera)}))

    def go(self, label: str, name: str, moment: Moment) -> None:
        """A PLAYCMD."""
        self.do(playing(label, name, moment))

    def _fetch(self, label: str, camera: int, count: int) -> None:
        """One of MASK's cameras, most often."""
        session = self.sessions.get(label)
        masked = sorted(session.playback.mask or ()) if session is not None else []
        number = masked[camera % len(masked)] if masked and camera < 24 else self.camera(camera)
        self.do(*(Fetch(label, number) for _ in range(count)))


def _can_play(session: ModelSession) -> bool:
    return not session.live
