"""The recorder: commands and time go in, replies and pictures come out. No sockets, no clock."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import cast

import msgspec

from nvr_emulator.configuration.plan import RecorderPlan
from nvr_emulator.configuration.settings import CameraSettings, CameraState, unix_time
from nvr_emulator.footage.audio import Audio, audio_of
from nvr_emulator.footage.footage import (
    TICKS,
    TICKS_PER_HUNDREDTH,
    Footage,
    footage_of,
    hundredths,
    placeholder_footage,
    ticks,
)
from nvr_emulator.footage.outages import Outages
from nvr_emulator.footage.recordings import Place, Recording, Stretch, on_the_minute
from nvr_emulator.recorder.camera_control import CameraControl
from nvr_emulator.recorder.digest import DigestGate
from nvr_emulator.recorder.disks import Disks, recorded_range, seconds_recorded
from nvr_emulator.recorder.download.files import WITH_AUDIO, DownloadFiles
from nvr_emulator.recorder.download.table import DownloadTable
from nvr_emulator.recorder.live.audio import AUDIO
from nvr_emulator.recorder.live.stream import LiveAnswer, LivePicture, LiveStream
from nvr_emulator.recorder.live.streams import LiveTable
from nvr_emulator.recorder.logs import Logs
from nvr_emulator.recorder.playback.audio import AudioPlayback
from nvr_emulator.recorder.playback.operations import Playback
from nvr_emulator.recorder.replies import (
    KEEP_ALIVE_NO_CACHE,
    Answer,
    Refused,
    Reply,
    Request,
    accepted,
    refusal,
)
from nvr_emulator.recorder.sessions import Ending, Session, SessionTable
from nvr_protocol.additional_information import Operation
from nvr_protocol.codecs import Codec
from nvr_protocol.commands.urls import Command, CommandError, parse_command
from nvr_protocol.models import SERIES_BY_NAME
from nvr_protocol.playback.video_values import PlaybackVideo
from nvr_protocol.playback.video_writer import write_playback_video
from nvr_protocol.texts.connection_information import (
    Connection,
    ConnectionInformation,
    write_connection_information,
)
from nvr_protocol.texts.log_list import LogKind
from nvr_protocol.texts.login_page import LoginPage, write_login_page
from nvr_protocol.timestamps import zone_at

STATUS_OF = {"unknown-path": 404, "bad-parameter": 400, "missing-parameter": 400, "contradiction": 400}
NO_UID_NEEDED = ("recorded_time", "getinfo")


class Recorder:
    """One network disk recorder. `now` is Unix seconds wherever it is asked for."""

    def __init__(self, plan: RecorderPlan, now: float) -> None:
        self.plan = plan
        self.rng = random.SystemRandom() if plan.seed is None else random.Random(plan.seed)
        self.cameras = dict(plan.cameras)
        passwords = {name: user.password for name, user in plan.users.items()}
        self.gate = DigestGate(passwords, self.rng, plan.digest)
        self.transport = plan.transport
        self.sessions = SessionTable(plan.uid_digits, self.rng, self.session_ended)
        self.most_uids = self.sessions.capacity
        self.live = LiveTable(plan, self.rng)
        self.playbacks: dict[int, Playback] = {}
        self.audio = AudioPlayback(plan.zone, plan.dialect)
        self.downloads = DownloadTable(plan.downloads_at_once)
        self.started = self.moment = now
        self._recordings: dict[int, Recording] = {}
        series = SERIES_BY_NAME[plan.series]
        self.camera_control = CameraControl(series.pan_tilt_speed.value)
        self.logs = Logs(plan.zone)
        self.disks = Disks(plan.slots, plan.disks, plan.zone)
        self.outages = Outages()
        self.commands: dict[str, Callable[[Command, Session, float, Request], Reply]] = {
            "logout": self.logout,
            "keep_alive": self.keep_alive,
            "live_setup": self.keep_alive,
            "live_rtp": self.push,
            "live_http": self.push,
            "mask": self.mask,
            "camera": self.camera,
            "playaudio": self.playaudio,
            "download": self.download,
        }
        for key in ("play", "reverse", "pause", "step", "goto", "fast", "stop"):
            self.commands[key] = self.play_command
        for key in self.camera_control.handlers:
            self.commands[key] = self.control_camera
        self.commands |= {"log_errors": self.log_list, "log_events": self.log_list}
        self.begin(now)

    # Requests

    def receive(self, request: Request, now: float) -> Reply:
        """Answer one request; never raises for anything that a client can send."""
        self.moment = now
        self.sessions.expire(now)
        try:
            return self.obey(request, now)
        except CommandError as error:
            return refusal(Refused(STATUS_OF[error.kind], str(error)))
        except Refused as refused:
            return refusal(refused)

    def obey(self, request: Request, now: float) -> Reply:
        """Do what the request asks for, or raise `Refused` or `CommandError`."""
        command = parse_command(request.path, request.query)
        if request.method != "GET":
            raise Refused(405, f"{request.method}: commands are sent by GET", (("Allow", "GET"),))
        if command.key == "login":
            return self.login(request, now)
        if command.key in NO_UID_NEEDED:
            self.admit(command, request, now)
            return self.information(command, now)
        session = self.session_of(command, now)
        handler = self.commands.get(command.key)
        if handler is None:
            raise Refused(404, f"{command.path}: this recorder does not have it")
        return handler(command, session, now, request)

    def session_of(self, command: Command, now: float) -> Session:
        """The session of the UID that a command carries; its lifetime starts again (§1.3)."""
        uid = command.values["UID"]
        session = self.sessions.find(cast(int, uid))
        if session is None:
            ending = self.sessions.ending(cast(int, uid))
            raise Refused(
                401, f"UID: {uid} was never issued" if ending is None else f"UID: {uid} was {ending}"
            )
        self.sessions.touch(session, now)
        return session

    def authenticate(self, request: Request, now: float) -> str:
        """The user whose Digest answer came with the request, or a challenge (§6.1.1)."""
        verdict = self.gate.check(request.authorization, request.method, request.target, now)
        if verdict.user is None:
            challenges = self.gate.challenges(now, stale=verdict.stale)
            raise Refused(401, verdict.reason, tuple(("WWW-Authenticate", text) for text in challenges))
        return verdict.user

    def admit(self, command: Command, request: Request, now: float) -> None:
        """A command without a UID needs Digest, or a valid UID that it carries all the same (OP-8)."""
        for name, text in command.unknown:
            uid = int(text) if name == "UID" and text.isascii() and text.isdigit() and len(text) < 20 else 0
            if session := self.sessions.find(uid):
                self.sessions.touch(session, now)
                return
        self.authenticate(request, now)

    # Session commands

    def login(self, request: Request, now: float) -> Answer:
        """dlogin.cgi: challenge, then issue a UID (§6.1.1)."""
        user = self.authenticate(request, now)
        priority = self.plan.users[user].level.priority
        session = self.sessions.login(user, priority, now)
        if session is None:
            raise Refused(503, f"{self.sessions.capacity} UIDs of higher priority are in use")
        self.logs.add(LogKind.EVENT, f"{session.user} LOGIN", now)
        return Answer(200, self.page_of(session))

    def page_of(self, session: Session) -> bytes:
        """The page that names the UID."""
        return write_login_page(LoginPage(session.uid, f"Network Disk Recorder {self.plan.series}"))

    def logout(self, command: Command, session: Session, now: float, request: Request) -> Answer:
        """logout.cgi: the UID ends at once (§6.1.2)."""
        self.sessions.end(session, Ending.LOGGED_OUT)
        return accepted()

    def keep_alive(self, command: Command, session: Session, now: float, request: Request) -> Answer:
        """status.cgi, and hdrctl.cgi SCREEN=16X: nothing changes but the lifetime (§6.2, §2.1.2.1)."""
        return accepted()

    def session_ended(self, session: Session, ending: Ending) -> None:
        """What runs on a UID ends with it."""
        if ending is not Ending.RESET:
            when = self.sessions.expires_at(session) if ending is Ending.EXPIRED else self.moment
            self.logs.add(LogKind.EVENT, f"{session.user} LOGOUT", when)
        self.end_streams(session, ending)
        self.playbacks.pop(session.uid, None)
        self.downloads.end_uid(session.uid, ending.value)

    def end_streams(self, session: Session, ending: Ending) -> None:
        """The live streams of a UID that ended stop."""
        self.live.end_uid(session.uid, ending.value)

    # Live

    def push(self, command: Command, session: Session, now: float, request: Request) -> Reply:
        """push.cgi: start or stop a live stream (§2.1.2.2, §2.2.2.2)."""
        camera, comp = cast(int, command.values["CAM"]), cast(str, command.values["COMP"])
        settings = self.camera_settings(camera)
        if command.values["CMD"] == "STOP":
            self.live.stop(session.uid, camera, comp)
            return accepted()
        self.check_not_playing(session)
        port = command.values.get("PORT")
        destination = None if port is None else (request.peer, cast(int, port))
        source = self.live_source(settings, comp)
        stream = self.live.start(session.uid, camera, comp, source, destination, now)
        stream.suspended = settings.state is CameraState.LOST
        return accepted() if destination else LiveAnswer(stream)

    def check_not_playing(self, session: Session) -> None:
        """Never live and playback together on one UID (§1.3)."""
        playback = self.playbacks.get(session.uid)
        if playback is not None and playback.running:
            raise Refused(503, "UID: playback runs on it; stop it before live starts")

    def live_source(self, camera: CameraSettings, comp: str) -> Footage | Audio | None:
        """What a camera sends when asked for COMP; nothing, or the placeholder, if it does not have it."""
        if comp == AUDIO:
            return self.audio_of(camera)
        codec = Codec(comp)
        if codec is Codec.JPEG and not camera.jpeg:
            return placeholder_footage()
        if codec is not Codec.JPEG and codec not in camera.video:
            return None
        return footage_of(camera.fixture, codec, camera.number)

    def connection_lost(self, stream: LiveStream) -> None:
        """The client of an HTTP stream went away; one that had ended leaves a newer stream alone."""
        if stream.ended is None:
            self.live.end(stream, "the client went away")

    # Playback

    def mask(self, command: Command, session: Session, now: float, request: Request) -> Answer:
        """hdrctl.cgi MASK: the cameras to play (§3.2.3)."""
        digits = cast(str, command.values["MASK"])
        self.check_mask_length(digits)
        cameras = frozenset(number for number, digit in enumerate(digits, 1) if digit == "1")
        for number in sorted(cameras):
            self.camera_settings(number, "MASK")
        self.playback_of(session).choose(cameras)
        return accepted()

    def check_mask_length(self, digits: str) -> None:
        """MASK has one digit for each camera that the recorder supports (§3.2.3)."""
        if len(digits) != self.plan.channels:
            raise Refused(400, f"MASK: {len(digits)} digits; this recorder has {self.plan.channels} cameras")

    def play_command(self, command: Command, session: Session, now: float, request: Request) -> Answer:
        """hdrctl.cgi PLAYCMD (§3.2.4 … §3.2.10)."""
        name = command.key if command.key not in ("step", "fast") else cast(str, command.values["PLAYCMD"])
        if command.key != "stop":
            self.check_not_live(session)
        self.playback_of(session).command(name, self.begin_of(command))
        return accepted()

    def begin_of(self, command: Command) -> int | None:
        """TIMEF (UTC) as the last tick of its hundredth; None for PLAY."""
        timef = cast(int | None, command.values.get("TIMEF"))
        return None if timef is None else (timef + 1) * TICKS_PER_HUNDREDTH - 1

    def check_not_live(self, session: Session) -> None:
        """Never live and playback together on one UID (§1.3)."""
        if self.live.streams(session.uid):
            raise Refused(503, "UID: live runs on it; stop it before playback starts")

    def playback_of(self, session: Session) -> Playback:
        """The playback of a UID; a fresh one if there is none yet."""
        return self.playbacks.setdefault(session.uid, Playback())

    def camera(self, command: Command, session: Session, now: float, request: Request) -> Answer:
        """camera.cgi: the next GOP (§3.2.1)."""
        number = cast(int, command.values["CAM"])
        self.camera_settings(number)
        self.check_not_live(session)
        playback = self.playback_of(session)
        if number in playback.in_flight:
            raise Refused(503, f"CAM: camera {number} is being sent on this UID already")
        place = playback.next_gop(number, self.recording(number), ticks(now))
        body = self.no_image(number, playback, now) if place is None else self.chunk(number, playback, place)
        playback.in_flight.add(number)
        return Answer(
            200,
            body,
            "application/octet-stream",
            KEEP_ALIVE_NO_CACHE,
            sent=lambda: playback.in_flight.discard(number),
        )

    def playaudio(self, command: Command, session: Session, now: float, request: Request) -> Answer:
        """playaudio.cgi: the next second of audio (§3.2.2)."""
        camera = self.camera_settings(cast(int, command.values["CAM"]))
        self.check_not_live(session)
        recording = self.recording(camera.number)
        second = self.playback_of(session).next_second(camera.number, recording, ticks(now))
        return self.audio.answer(camera.number, self.audio_of(camera), second)

    def audio_of(self, camera: CameraSettings) -> Audio | None:
        """What the microphone of a camera gives; nothing if it has none."""
        return audio_of(camera.audio, camera.number, camera.fixture) if camera.audio else None

    def chunk(self, number: int, playback: Playback, place: Place) -> bytes:
        """The recorded GOP as §3.3.1 lays it out."""
        gop = place.gop
        return gop.footage.prepared(gop, self.plan.dialect).stamp(
            number,
            gop.picture_hundredths(),
            zone_at(self.plan.zone, gop.start // TICKS),
            playback.operation,
            playback.speed,
        )

    def no_image(self, number: int, playback: Playback, now: float) -> bytes:
        """The chunk that says that there is no picture (OP-23); its time is where playback stands."""
        moment = ticks(now) if playback.stood is None else playback.stood
        latest = self.recording(number).latest(ticks(now))
        footage = latest.gop.footage if latest else None
        return write_playback_video(
            PlaybackVideo(
                codec=footage.codec if footage else self.cameras[number].recorded,
                camera=number,
                pictures=(),
                start=hundredths(moment),
                end=hundredths(moment),
                zone=zone_at(self.plan.zone, moment // TICKS),
                frame_rate=footage.rate * 10 if footage else 0,
                operation=Operation(playback.operation),
                speed=playback.speed,
            ),
            self.plan.dialect,
        )

    # Download

    def download(self, command: Command, session: Session, now: float, request: Request) -> Reply:
        """httpdl.cgi: what is recorded in a range of time, as files (§6.3)."""
        return self.downloads.answer(self.download_files(command, now), session.uid, now)

    def download_files(self, command: Command, now: float) -> DownloadFiles:
        """The files that httpdl.cgi asks for; nothing is read or written yet."""
        camera = self.camera_settings(cast(int, command.values["CAM"]))
        kind = cast(str, command.values["KIND"])
        return DownloadFiles(
            camera=camera.number,
            kind=kind,
            begin=cast(int, command.values["STARTTIME"]),
            end=cast(int, command.values["ENDTIME"]),
            recording=self.recording(camera.number),
            audio=self.audio_of(camera) if kind in WITH_AUDIO else None,
            zone=self.plan.zone,
            dialect=self.plan.dialect,
            now=ticks(now),
            largest=self.plan.largest_download_file,
        )

    # Cameras

    def control_camera(self, command: Command, session: Session, now: float, request: Request) -> Answer:
        """directctrl.cgi and camctl.cgi (§4.2)."""
        self.camera_control.obey(command, self.camera_settings(cast(int, command.camera), "CH"), now)
        return accepted()

    def set_camera_state(self, number: int, state: CameraState, now: float) -> None:
        """A camera is lost or comes back: live, the recording and the error log follow."""
        camera = self.camera_settings(number)
        if camera.state is state:
            return
        self.cameras[number] = msgspec.structs.replace(camera, state=state)
        if state is CameraState.LOST:
            self.camera_lost(number, now)
        else:
            self.outages.end(number, ticks(now))
            self.live.resume(number, ticks(now))
            self.logs.add(LogKind.ERROR, f"CAM {number} COMMUNICATION RECOVERED", now)
        self._recordings.pop(number, None)

    def camera_lost(self, number: int, now: float) -> None:
        """Nothing comes from the camera any more."""
        self.outages.begin(number, ticks(now))
        self.live.suspend(number)
        self.logs.add(LogKind.ERROR, f"CAM {number} COMMUNICATION ERROR", now)

    # Information

    def information(self, command: Command, now: float) -> Answer:
        """recordedtime.cgi (§5.2.1) and as_getinfo.cgi (§5.3.1)."""
        if command.key == "recorded_time":
            return self.recorded_time(now)
        cameras = tuple(self.connection(number) for number in range(1, self.plan.channels + 1))
        body = write_connection_information(ConnectionInformation(cameras, self.most_uids, self.used_uids()))
        return Answer(200, body, "text/html", KEEP_ALIVE_NO_CACHE)

    def recorded_time(self, now: float) -> Answer:
        """recordedtime.cgi: the disks, and from when to when anything is recorded (§5.2.1)."""
        recordings, moment = [self.recording(number) for number in self.cameras], ticks(now)
        body = self.disks.text(recorded_range(recordings, moment), seconds_recorded(recordings, moment))
        return Answer(200, body, "text/plain", KEEP_ALIVE_NO_CACHE[:1])

    def log_list(self, command: Command, session: Session, now: float, request: Request) -> Answer:
        """loglist.cgi: the error log or the event log (§5.1)."""
        kind = LogKind.ERROR if command.key == "log_errors" else LogKind.EVENT
        return Answer(200, self.logs.text(kind), "text/html", KEEP_ALIVE_NO_CACHE)

    def used_uids(self) -> int:
        """USEDUID: the number of valid UIDs."""
        return self.sessions.used()

    def connection(self, number: int) -> Connection:
        """What CAM_CONNECT says of a camera."""
        camera = self.cameras.get(number)
        if camera is None:
            return Connection.NOT_REGISTERED
        return Connection.NORMAL if camera.state is CameraState.NORMAL else Connection.CONNECTION_ERROR

    def camera_settings(self, number: int, parameter: str = "CAM") -> CameraSettings:
        """The registered camera of that number; refused where there is none."""
        camera = self.cameras.get(number)
        if camera is None:
            raise Refused(404, f"{parameter}: camera {number} is not registered")
        return camera

    # Time

    def next_event(self) -> float | None:
        """When something is due by itself: a picture, or the end of a UID."""
        picture = self.live.next_due()
        moments = [self.sessions.next_expiry(), None if picture is None else picture / TICKS]
        return min((moment for moment in moments if moment is not None), default=None)

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
        self.sessions.end_all(Ending.RESET)
        self.playbacks.clear()
        self.cameras = dict(self.plan.cameras)
        self._recordings.clear()
        self.camera_control.reset()
        self.disks.reset()
        self.logs.clear()
        self.outages.clear()
        self.begin(now)

    def begin(self, now: float) -> None:
        """What stands in the logs at the start; which cameras are lost from the start."""
        self.started = self.moment = now
        self.logs.fill(LogKind.ERROR, self.plan.errors, now)
        self.logs.fill(LogKind.EVENT, self.plan.events, now)
        for camera in self.cameras.values():
            if camera.state is CameraState.LOST:
                self.camera_lost(camera.number, now)

    def recording(self, number: int) -> Recording:
        """What is recorded of a camera; laid out when first asked for, as footage takes time to load."""
        if number not in self._recordings:
            self._recordings[number] = self._record(self.cameras[number])
        return self._recordings[number]

    def _record(self, camera: CameraSettings) -> Recording:
        def place(moment: int | datetime) -> int:
            return on_the_minute(ticks(unix_time(moment, self.started)))

        stretches = [
            Stretch(
                footage_of(
                    stretch.fixture or camera.fixture, stretch.recorded or camera.recorded, camera.number
                ),
                place(stretch.since),
                None if stretch.until is None else place(stretch.until),
            )
            for stretch in self.plan.recordings
        ]
        return Recording(self.outages.cut(camera.number, stretches))
