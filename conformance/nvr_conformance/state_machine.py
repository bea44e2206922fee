"""Several users at once on one recorder, as a hypothesis state machine that compares every answer.

Each rule is one or a few steps of ``fuzz_steps``; what must come of them says ``reference_model``. Give
a class derived from ``RecorderMachine`` its ``make_driver``, and run it with ``run_state_machine_as_test``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from nvr_conformance.command_strategies import nearly_valid_commands, wild_requests
from nvr_conformance.fuzz_driver import Driver
from nvr_conformance.fuzz_steps import (
    CountUids,
    Fetch,
    LetPass,
    LogIn,
    Malformed,
    Moment,
    Send,
    Step,
    Stranger,
)
from nvr_conformance.reference_model import CAPACITY
from nvr_protocol.command_table import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from nvr_conformance.command_strategies import Request
    from nvr_conformance.reference_model import ModelSession

WHO = st.integers(0, 31)
CAMERA = st.integers(0, 31)
USER = st.integers(0, 3)
VIDEO = st.sampled_from(("H264", "H265", "JPEG"))
LIVE = st.sampled_from(("live_http", "live_rtp"))
SOON = st.sampled_from((0.125, 1.0, 3.0, 20.0, 44.875, 45.0, 60.0, 89.0, 89.875, 90.0, 100.0))
"""Binary fractions: sums of them are exact, so that 90 s are 90 s."""
SOON_REAL = st.sampled_from((0.5, 1.0, 3.0))
_UID = 7_777_777_777
_WITH_UID = tuple(spec.key for spec in COMMANDS if spec.needs_uid)
_HARMLESS = ("keep_alive", "live_setup", "log_errors", "log_events")
_DAY = 24 * 3600
_GAP = 6 * 3600
MOMENTS = st.one_of(
    st.integers(60, _DAY - 60).map(lambda ago: Moment("now", ago * 100)),
    st.integers(-5, 5).map(lambda off: Moment("now", (_GAP - 300 * (1 + off % 3)) * 100)),
    st.sampled_from((Moment("now", _DAY * 100 + 90_000), Moment("now", -60_000), Moment("now", 1500))),
    st.sampled_from((Moment("first"), Moment("last"), Moment("last", 3000), Moment("first", -40))),
)
CONTROLS: tuple[tuple[str, dict[str, int | str]], ...] = (
    ("pan_tilt_zoom", {"PAN": 4, "TILT": -4, "ZOOM": 0}),
    ("centering", {"X": 16, "Y": 16}),
    ("focus", {"CTRL": "AUTO"}),
    ("iris", {"CTRL": "OPEN"}),
    ("preset_go", {"NO": 1}),
    ("auxiliary", {"CMD": "AUX1", "CTRL": "OPEN"}),
)


class RecorderMachine(RuleBasedStateMachine):
    """Clients that log in, look, play and leave. ``make_driver`` gives each run its driver."""

    def __init__(self) -> None:
        super().__init__()
        self.driver = self.make_driver()
        self.labels: list[str] = []

    def make_driver(self) -> Driver:
        """The driver of one run; it starts from a recorder without UIDs."""
        raise NotImplementedError

    def teardown(self) -> None:
        self.driver.close()

    def do(self, *steps: Step) -> None:
        """Do steps one after the other."""
        for step in steps:
            self.driver.run(step)

    # --- whom and what a number stands for ----------------------------------------------------------

    def who(self, number: int, preferred: Callable[[ModelSession], bool] = lambda session: True) -> str:
        """A client: most often one whose UID is valid, among them the newest, and one of those preferred."""
        sessions = self.driver.model.sessions
        valid = [label for label, session in sessions.items() if preferred(session)] or list(sessions)
        if number % 8 == 7 or not valid:
            return self.labels[-1 - number % len(self.labels)]
        return valid[-1 - (number % 8) % min(len(valid), 3)] if number < 24 else valid[number % len(valid)]

    def camera(self, number: int) -> int:
        """A camera number: most often one of few, so that they meet; sometimes one that is not registered."""
        known = sorted(self.driver.model.known.cameras)
        favourites = [known[0], known[min(1, len(known) - 1)], known[min(10, len(known) - 1)], known[-1]]
        if number == 31:
            return self.driver.model.known.channels + 1
        if number == 30:
            channels = self.driver.model.known.channels
            return next((n for n in range(1, channels) if n not in known), channels + 1)
        return favourites[number % 4] if number < 20 else known[number % len(known)]

    @property
    def _crowded(self) -> bool:
        """Whether one more login might throw out somebody who is not of ours."""
        target = self.driver.target
        return not target.allows("eviction") and len(self.driver.model.sessions) >= 2

    # --- sessions -------------------------------------------------------------------------------------

    @initialize(user=USER)
    def first_login(self, user: int) -> None:
        self._log_in(user)

    @rule(user=USER)
    def log_in(self, user: int) -> None:
        if not self._crowded:
            self._log_in(user)

    @rule(users=st.lists(USER, min_size=8, max_size=CAPACITY + 1), pause=st.sampled_from((0.0, 0.0, 5.0)))
    def crowd(self, users: list[int], pause: float) -> None:
        """Many logins, so that it is about who makes room."""
        if not self.driver.target.allows("eviction"):
            return
        for user in users:
            if pause:
                self.do(LetPass(pause))
            self._log_in(user)
        self.do(CountUids(), *(Send(label, "keep_alive", {}) for label in self.labels[-18::3]))

    def _log_in(self, user: int) -> None:
        label = f"s{len(self.labels) + 1}"
        self.labels.append(label)
        self.do(LogIn(label, user))

    @rule(who=WHO)
    def log_out(self, who: int) -> None:
        """The one that leaves is gone, and nobody else."""
        label = self.who(who)
        self.do(Send(label, "logout"), Send(label, "keep_alive"))
        self.do(*(Send(other, "keep_alive") for other in list(self.driver.model.sessions)[:2]), CountUids())

    @rule(who=WHO, key=st.sampled_from(_HARMLESS))
    def ask(self, who: int, key: str) -> None:
        self.do(Send(self.who(who), key))

    @rule()
    def count(self) -> None:
        self.do(CountUids())

    @rule(manual=SOON, real=SOON_REAL, who=WHO, again=st.booleans())
    def wait(self, manual: float, real: float, who: int, again: bool) -> None:
        own, label = self.driver.target.clock == "manual", self.who(who)
        self.do(LetPass(manual if own else real), Send(label, "keep_alive"), CountUids())
        if own and again:
            # One that was kept alive lives on, and the others do not.
            self.do(LetPass(60.0), CountUids(), Send(label, "keep_alive"))

    @rule(
        who=WHO, request=nearly_valid_commands(_WITH_UID, UID=_UID), wait=st.sampled_from((0.0, 45.0, 80.0))
    )
    def nearly_valid(self, who: int, request: Request, wait: float) -> None:
        """A command with one fault, which must change nothing: not even the UID's lifetime."""
        label = self.who(who)
        waits = wait > 0 and self.driver.target.clock == "manual"
        if waits:
            self.do(LetPass(wait))
        self.do(Malformed(label, request.target.replace(f"={_UID}", "={uid}")))
        if waits:
            self.do(LetPass(90.0 - wait), Send(label, "keep_alive"))

    @rule(request=wild_requests())
    def wild(self, request: Request) -> None:
        self.do(Stranger(request.target))

    # --- live -----------------------------------------------------------------------------------------

    @rule(who=WHO, camera=CAMERA, key=LIVE, comp=VIDEO, sound=st.booleans())
    def start(self, who: int, camera: int, key: str, comp: str, sound: bool) -> None:
        self._live(self.who(who), camera, key, "START", comp)
        if sound:
            self._live(self.who(who), camera, key, "START", "AUDIO")

    @rule(who=WHO, camera=CAMERA, key=LIVE, comp=VIDEO | st.just("AUDIO"))
    def stop(self, who: int, camera: int, key: str, comp: str) -> None:
        self._live(self.who(who), camera, key, "STOP", comp)

    @rule(who=WHO, which=st.integers(0, 15), key=LIVE, again=st.booleans())
    def stop_one_that_runs(self, who: int, which: int, key: str, again: bool) -> None:
        """Whether the others run still, and the sound no more, is told by starting them once more."""
        label = self.who(who, lambda session: bool(session.sound if which % 2 else session.live))
        session = self.driver.model.sessions.get(label)
        if session is None or not session.live:
            return
        running = sorted(session.live.items())
        sounding = sorted(session.sound)
        camera, comp = running[max(0, which - 6) % len(running)]
        if sounding and which % 2:
            camera = sounding[which % len(sounding)]
            comp = session.live[camera]
        sounds = camera in session.sound
        self.do(Send(label, "live_http", {"CAM": camera, "CMD": "STOP", "COMP": comp}))
        if not again:
            return
        for other, kind in [*(pair for pair in running if pair[0] != camera), (camera, comp)]:
            way = "live_http" if kind == "JPEG" else key
            self.do(Send(label, way, {"CAM": other, "CMD": "START", "COMP": kind}))
        if sounds:
            self.do(Send(label, key, {"CAM": camera, "CMD": "START", "COMP": "AUDIO"}))

    @rule(who=WHO, key=LIVE)
    def change_over(self, who: int, key: str) -> None:
        """From playback to live or back, as §3.1 has it: stop all of the one first."""
        label = self.who(who, lambda session: bool(session.playback.operation))
        session = self.driver.model.sessions.get(label)
        if session is None:
            return
        if session.live:
            for camera, comp in sorted(session.live.items()):
                self.do(Send(label, "live_http", {"CAM": camera, "CMD": "STOP", "COMP": comp}))
            self.do(Send(label, "mask", cameras=(self.camera(0),)), Send(label, "play"))
            return
        self.do(
            Send(label, "stop", moment=Moment("now", 100)),
            Send(label, key, {"CAM": self.camera(0), "CMD": "START", "COMP": "H264"}),
        )

    @rule(who=WHO, count=st.integers(2, 17), comp=st.sampled_from(("H264", "H265")))
    def start_many(self, who: int, count: int, comp: str) -> None:
        label, cameras = self.who(who), sorted(self.driver.model.known.cameras)[:count]
        for camera in cameras:
            self.do(Send(label, "live_rtp", {"CAM": camera, "CMD": "START", "COMP": comp}))

    def _live(self, label: str, camera: int, key: str, command: str, comp: str) -> None:
        key = "live_http" if comp == "JPEG" else key
        self.do(Send(label, key, {"CAM": self.camera(camera), "CMD": command, "COMP": comp}))

    # --- playback -------------------------------------------------------------------------------------

    @rule(who=WHO, cameras=st.lists(CAMERA, min_size=1, max_size=3))
    def mask(self, who: int, cameras: list[int]) -> None:
        channels = self.driver.model.known.channels
        chosen = sorted({camera for camera in map(self.camera, cameras) if camera <= channels})
        if chosen:
            self.do(Send(self.who(who), "mask", cameras=tuple(chosen)))

    @rule(who=WHO, count=st.integers(15, 18), off=st.sampled_from((-1, 0, 0, 0, 1)))
    def wide_mask(self, who: int, count: int, off: int) -> None:
        model = self.driver.model.known
        digits: dict[str, int | str] = {"digits": model.channels + off} if off else {}
        self.do(Send(self.who(who), "mask", digits, cameras=tuple(sorted(model.cameras)[:count])))

    @rule(
        who=WHO,
        name=st.sampled_from(("PLAY", "GOTODATE", "BPLAY", "PAUSE", "FF", "REW", "NEXTFRAME", "PREVFRAME")),
        moment=MOMENTS,
        camera=CAMERA,
        count=st.integers(0, 4),
    )
    def play(self, who: int, name: str, moment: Moment, camera: int, count: int) -> None:
        label = self.who(who)
        self._play(label, name, moment)
        self._fetch(label, camera, count)

    @rule(
        who=WHO,
        cameras=st.lists(CAMERA.filter(lambda number: number < 30), min_size=1, max_size=2),
        moment=MOMENTS,
        names=st.lists(
            st.sampled_from(("PLAY", "BPLAY", "PAUSE", "FF", "FF", "REW", "GOTODATE")), min_size=2, max_size=5
        ),
        count=st.integers(1, 2),
        other=CAMERA.filter(lambda number: number < 30),
    )
    def play_on(
        self, who: int, cameras: list[int], moment: Moment, names: list[str], count: int, other: int
    ) -> None:
        """A whole playback: the cameras, a date, some ways to go on from there, and another camera."""
        label = self.who(who, lambda session: not session.live)
        session = self.driver.model.sessions.get(label)
        if session is not None and session.live:
            return
        chosen = tuple(sorted({self.camera(camera) for camera in cameras}))
        self.do(Send(label, "mask", cameras=chosen))
        self._play(label, "GOTODATE", moment)
        for name in names:
            self.do(*(Fetch(label, camera) for camera in chosen for _ in range(count)))
            self._play(label, name, Moment("first"))
        self.do(*(Fetch(label, camera) for camera in chosen for _ in range(count)))
        self.do(Send(label, "mask", cameras=(self.camera(other),)))
        self.do(*(Fetch(label, camera) for camera in (*chosen, self.camera(other))))

    @rule(who=WHO, camera=CAMERA, count=st.integers(1, 3))
    def fetch(self, who: int, camera: int, count: int) -> None:
        self._fetch(self.who(who), camera, count)

    @rule(who=WHO, camera=CAMERA)
    def hear(self, who: int, camera: int) -> None:
        self.do(Send(self.who(who), "playaudio", {"CAM": self.camera(camera)}))

    @rule(who=WHO)
    def stop_playing(self, who: int) -> None:
        self.do(Send(self.who(who), "stop", moment=Moment("now", 100)))

    def _play(self, label: str, name: str, moment: Moment) -> None:
        keys = {"PLAY": "play", "GOTODATE": "goto", "BPLAY": "reverse", "PAUSE": "pause"}
        if name == "PLAY":
            self.do(Send(label, "play"))
        elif name in keys:
            self.do(Send(label, keys[name], moment=moment))
        else:
            key = "fast" if name in ("FF", "REW") else "step"
            self.do(Send(label, key, {"PLAYCMD": name}, moment=moment))

    def _fetch(self, label: str, camera: int, count: int) -> None:
        """One of MASK's cameras, most often."""
        session = self.driver.model.sessions.get(label)
        masked = sorted(session.playback.mask or ()) if session is not None else []
        number = masked[camera % len(masked)] if masked and camera < 24 else self.camera(camera)
        self.do(*(Fetch(label, number) for _ in range(count)))

    # --- cameras --------------------------------------------------------------------------------------

    @rule(who=WHO, camera=CAMERA, which=st.sampled_from(range(len(CONTROLS))))
    def control(self, who: int, camera: int, which: int) -> None:
        if self.driver.target.allows("ptz"):
            key, values = CONTROLS[which]
            self.do(Send(self.who(who), key, {"CH": self.camera(camera), **values}))
