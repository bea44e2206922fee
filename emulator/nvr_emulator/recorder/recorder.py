"""The recorder: commands and time go in, replies and pictures come out. No sockets, no clock."""

from __future__ import annotations

import random
from collections.abc import Iterator

from nvr_emulator.configuration.plan import RecorderPlan
from nvr_emulator.configuration.settings import CameraState
from nvr_emulator.footage.footage import TICKS, ticks
from nvr_emulator.recorder.camera_control import CameraControl
from nvr_emulator.recorder.cameras import Cameras
from nvr_emulator.recorder.commands import Asked, Handler, OpenHandler
from nvr_emulator.recorder.digest import DigestGate
from nvr_emulator.recorder.disks import Disks
from nvr_emulator.recorder.download.commands import DownloadCommands
from nvr_emulator.recorder.download.table import DownloadTable
from nvr_emulator.recorder.exclusivity import Exclusivity
from nvr_emulator.recorder.happenings import Tell
from nvr_emulator.recorder.information import Information
from nvr_emulator.recorder.live.commands import LiveCommands
from nvr_emulator.recorder.live.stream import LivePicture
from nvr_emulator.recorder.live.streams import LiveTable
from nvr_emulator.recorder.login_commands import LoginCommands
from nvr_emulator.recorder.logs import Logs
from nvr_emulator.recorder.manners import Manners
from nvr_emulator.recorder.playback.commands import PlaybackCommands
from nvr_emulator.recorder.playback.operations import Playback
from nvr_emulator.recorder.replies import Refused, Reply, Request
from nvr_emulator.recorder.sessions import Ending, Session, SessionTable
from nvr_emulator.seams import late, seam
from nvr_protocol.commands.urls import CommandError
from nvr_protocol.models import SERIES_BY_NAME
from nvr_protocol.texts.log_list import LogKind

STATUS_OF = {"unknown-path": 404, "bad-parameter": 400, "missing-parameter": 400, "contradiction": 400}


class Recorder:
    """One network disk recorder. `now` is Unix seconds wherever it is asked for.

    Its parts obey the commands; what concerns several of them (a UID that ends, a camera that is lost, time
    that passes) is done here.
    """

    def __init__(self, plan: RecorderPlan, now: float) -> None:
        self.build(plan, now)

    def build(self, plan: RecorderPlan, now: float) -> None:
        """Make all parts, by another plan than before too; nobody is told of what goes with the old ones."""
        self.plan = plan
        self.transport = plan.transport
        self.manners = Manners(plan.variants)
        self.rng = random.SystemRandom() if plan.seed is None else random.Random(plan.seed)
        self.cameras = Cameras(plan, now)
        passwords = {name: user.password for name, user in plan.users.items()}
        self.gate = DigestGate(passwords, self.rng, plan.digest, plan.variants)
        self.sessions = SessionTable(
            plan.uid_digits,
            self.rng,
            late(self.session_ended),
            newcomer_yields=plan.variants.newcomer_of_lowest_priority == "refused",
            reuse=plan.variants.uid_reuse,
        )
        self.live = LiveTable(plan, self.rng)
        self.playbacks: dict[int, Playback] = {}
        self.downloads = DownloadTable(plan.downloads_at_once)
        self.logs = Logs(plan.zone, plan.variants.log_order)
        self.disks = Disks(plan.slots, plan.disks, plan.zone)
        self.exclusivity = Exclusivity(self.live, self.playbacks, plan.variants.second_stream)
        self.login_commands = LoginCommands(plan, self.gate, self.sessions, self.logs)
        self.live_commands = LiveCommands(self.cameras, self.live, self.exclusivity)
        self.playback_commands = PlaybackCommands(plan, self.cameras, self.playbacks, self.exclusivity)
        self.download_commands = DownloadCommands(plan, self.cameras, self.downloads)
        self.camera_control = CameraControl(
            SERIES_BY_NAME[plan.series].pan_tilt_speed.value,
            self.cameras,
            refuses_fixed=plan.variants.fixed_camera_control == "refused",
            refuses_absent_presets=plan.variants.absent_preset == "refused",
        )
        self.information = Information(plan, self.cameras, self.sessions, self.disks, self.logs)
        parts = (
            self.login_commands,
            self.live_commands,
            self.playback_commands,
            self.download_commands,
            self.camera_control,
            self.information,
        )
        self._handlers: dict[str, Handler] = {
            key: late(handler) for part in parts for key, handler in part.commands().items()
        }
        self._open_handlers: dict[str, OpenHandler] = {
            key: late(handler) for key, handler in self.information.open_commands().items()
        }
        self.begin(now)

    def tell_to(self, tell: Tell) -> None:
        """Tell whoever watches of UIDs, live streams and downloads that begin and end."""
        self.sessions.tell = self.live.tell = self.downloads.tell = tell

    # Requests

    @seam
    def receive(self, request: Request, now: float) -> Reply:
        """Answer one request; never raises for anything that a client can send."""
        self.sessions.expire(now)
        try:
            return self.manners.accept(self.obey(request, now))
        except CommandError as error:
            return self.manners.refuse(request, Refused(STATUS_OF[error.kind], str(error)))
        except Refused as refused:
            return self.manners.refuse(request, refused)

    @seam
    def obey(self, request: Request, now: float) -> Reply:
        """Do what the request asks for, or raise `Refused` or `CommandError`."""
        command = self.manners.read(request)
        if request.method != "GET":
            raise Refused(405, f"{request.method}: commands are sent by GET", (("Allow", "GET"),))
        if command.key == "login":
            return self.login_commands.login(request, now)
        if open_handler := self._open_handlers.get(command.key):
            if self.plan.variants.information_without_login == "asks":
                self.login_commands.admit(command, request, now)
            return open_handler(now)
        session = self.login_commands.session_of(command, now)
        handler = self._handlers.get(command.key)
        if handler is None:
            raise Refused(404, f"{command.path}: this recorder does not have it")
        return handler(Asked(command, session, now, request))

    # What concerns several parts

    @seam
    def session_ended(self, session: Session, ending: Ending, now: float) -> None:
        """What runs on a UID ends with it."""
        if ending not in (Ending.RESET, Ending.REBOOTED):
            self.logs.add(LogKind.EVENT, f"{session.user} LOGOUT", now)
        self.end_streams(session, ending)
        self.live_commands.churn.forget(session.uid)
        self.playbacks.pop(session.uid, None)
        if self.plan.variants.download_outlives_uid == "no":
            self.downloads.end_uid(session.uid, ending.value)

    @seam
    def end_streams(self, session: Session, ending: Ending) -> None:
        """The live streams of a UID that ended stop."""
        self.live.end_uid(session.uid, ending.value)

    def set_camera_state(self, number: int, state: CameraState, now: float) -> None:
        """A camera is lost or comes back: live, the recording and the error log follow."""
        if not self.cameras.set_state(number, state, now):
            return
        if state is CameraState.LOST:
            self.camera_lost(number, now)
        else:
            self.live.resume(number, ticks(now))
            self.logs.add(LogKind.ERROR, f"CAM {number} COMMUNICATION RECOVERED", now)

    def camera_lost(self, number: int, now: float) -> None:
        """Nothing comes from the camera any more."""
        self.live.suspend(number)
        self.logs.add(LogKind.ERROR, f"CAM {number} COMMUNICATION ERROR", now)

    def set_full(self, now: float, *, full: bool) -> None:
        """The disks are full and nothing more is recorded, or there is room again."""
        if full:
            self.logs.add(LogKind.ERROR, f"{self.disks.present()[0]} CAPACITY FULL", now)
        self.disks.full = full
        self.cameras.set_recording(now, records=not full)

    def restart(self, now: float) -> None:
        """The power was off: no UID, stream, playback, download or nonce is left. Disks and logs stay."""
        self.sessions.end_all(Ending.REBOOTED, now)
        self.downloads.end_all(Ending.REBOOTED.value)
        self.playbacks.clear()
        self.gate.forget()

    # Time

    def clock_stepped(self, seconds: float, now: float) -> None:
        """The clock was set by so many seconds and shows `now`: what lasts by uptime lasts on."""
        self.sessions.clock_stepped(seconds)
        self.downloads.clock_stepped(seconds)
        self.gate.clock_stepped(seconds)
        self.live.clock_stepped(seconds, ticks(now))

    def next_event(self) -> float | None:
        """When something is due by itself: a picture, or the end of a UID."""
        due, expiry = self.live.next_due(), self.sessions.next_expiry()
        if due is None:
            return expiry
        picture = due / TICKS
        return picture if expiry is None or picture < expiry else expiry

    def run_until(self, now: float) -> Iterator[LivePicture]:
        """End what has expired and give the pictures that are due."""
        self.sessions.expire(now)
        return self.live.due(ticks(now))

    def skip_to(self, now: float) -> None:
        """Let time pass without sending: live streams go on with the next GOP."""
        self.sessions.expire(now)
        self.live.skip_to(ticks(now))

    def reset(self, now: float) -> None:
        """Begin anew: no UIDs, no streams; recordings reach back from `now` again."""
        self.sessions.end_all(Ending.RESET, now)
        self.downloads.end_all(Ending.RESET.value)
        self.playbacks.clear()
        self.cameras.begin(now)
        self.camera_control.reset()
        self.disks.reset()
        self.logs.clear()
        self.begin(now)

    def begin(self, now: float) -> None:
        """What stands in the logs at the start; which cameras are lost from the start."""
        self.logs.fill(LogKind.ERROR, self.plan.errors, now)
        self.logs.fill(LogKind.EVENT, self.plan.events, now)
        for camera in self.cameras.registered.values():
            if camera.state is CameraState.LOST:
                self.camera_lost(camera.number, now)
