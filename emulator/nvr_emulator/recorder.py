"""The recorder: commands and time go in, replies and pictures come out. No sockets, no clock."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import cast

from nvr_emulator.configuration import CameraSettings, CameraState, RecorderPlan
from nvr_emulator.digest import DigestGate
from nvr_emulator.footage import TICKS, TICKS_PER_HUNDREDTH, Footage, footage_of, hundredths, ticks
from nvr_emulator.live import LivePicture, LiveStream, LiveTable
from nvr_emulator.playback import Playback
from nvr_emulator.recordings import Place, Recording, Stretch, on_the_minute
from nvr_emulator.replies import (
    KEEP_ALIVE_NO_CACHE,
    Answer,
    LiveAnswer,
    Refused,
    Reply,
    Request,
    accepted,
    refusal,
)
from nvr_emulator.sessions import Ending, Session, SessionTable
from nvr_protocol.additional_information import Operation
from nvr_protocol.as_getinfo import Connection, ConnectionInformation, write_connection_information
from nvr_protocol.codecs import Codec
from nvr_protocol.commands import Command, CommandError, parse_command
from nvr_protocol.login_page import LoginPage, write_login_page
from nvr_protocol.playback_video_values import PlaybackVideo
from nvr_protocol.playback_video_writer import write_playback_video
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
        self.gate = DigestGate(passwords, self.rng)
        self.sessions = SessionTable(plan.uid_digits, self.rng, self.session_ended)
        self.most_uids = self.sessions.capacity
        self.live = LiveTable(plan, self.rng)
        self.playbacks: dict[int, Playback] = {}
        self.started = now
        self._recordings: dict[int, Recording] = {}
        self.commands: dict[str, Callable[[Command, Session, float, Request], Reply]] = {
            "logout": self.logout,
            "keep_alive": self.keep_alive,
            "live_setup": self.keep_alive,
            "live_rtp": self.push,
            "live_http": self.push,
            "mask": self.mask,
            "camera": self.camera,
        }
        for key in ("play", "reverse", "pause", "step", "goto", "fast", "stop"):
            self.commands[key] = self.play_command

    # Requests

    def receive(self, request: Request, now: float) -> Reply:
        """Answer one request; never raises for anything that a client can send."""
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

    # Session commands

    def login(self, request: Request, now: float) -> Answer:
        """dlogin.cgi: challenge, then issue a UID (§6.1.1)."""
        verdict = self.gate.check(request.authorization, request.method, request.target, now)
        if verdict.user is None:
            challenge = self.gate.challenge(now, stale=verdict.stale)
            raise Refused(401, verdict.reason, (("WWW-Authenticate", challenge),))
        priority = self.plan.users[verdict.user].level.priority
        session = self.sessions.login(verdict.user, priority, now)
        if session is None:
            raise Refused(503, f"{self.sessions.capacity} UIDs of higher priority are in use")
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
        self.end_streams(session, ending)
        self.playbacks.pop(session.uid, None)

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
        if comp not in (Codec.H264, Codec.H265):
            raise Refused(400, f"COMP: {comp} is not streamed by this recorder")
        self.check_not_playing(session)
        port = command.values.get("PORT")
        destination = None if port is None else (request.peer, cast(int, port))
        footage = self.live_footage(settings, Codec(comp))
        stream = self.live.start(session.uid, camera, comp, footage, destination, now)
        return accepted() if destination else LiveAnswer(stream)

    def check_not_playing(self, session: Session) -> None:
        """Never live and playback together on one UID (§1.3)."""
        playback = self.playbacks.get(session.uid)
        if playback is not None and playback.running:
            raise Refused(503, "UID: playback runs on it; stop it before live starts")

    def live_footage(self, camera: CameraSettings, codec: Codec) -> Footage | None:
        """What a camera sends when asked for `codec`; nothing if it does not have it or is lost."""
        if codec not in camera.video or camera.state is CameraState.LOST:
            return None
        return footage_of(camera.fixture, codec, camera.number)

    def connection_lost(self, stream: LiveStream) -> None:
        """The client of an HTTP stream went away."""
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

    # Information

    def information(self, command: Command, now: float) -> Answer:
        """as_getinfo.cgi (§5.3.1): answered without a UID (OP-8)."""
        if command.key == "recorded_time":
            raise Refused(404, f"{command.path}: this recorder does not have it")
        cameras = tuple(self.connection(number) for number in range(1, self.plan.channels + 1))
        body = write_connection_information(ConnectionInformation(cameras, self.most_uids, self.used_uids()))
        return Answer(200, body, "text/html", KEEP_ALIVE_NO_CACHE)

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
        self.started = now
        self._recordings.clear()

    def recording(self, number: int) -> Recording:
        """What is recorded of a camera; laid out when first asked for, as footage takes time to load."""
        if number not in self._recordings:
            self._recordings[number] = self._record(self.cameras[number])
        return self._recordings[number]

    def _record(self, camera: CameraSettings) -> Recording:
        def minutes_ago(minutes: int) -> int:
            return on_the_minute(ticks(self.started - minutes * 60))

        return Recording(
            [
                Stretch(
                    footage_of(camera.fixture, stretch.recorded or camera.recorded, camera.number),
                    minutes_ago(stretch.since),
                    None if stretch.until is None else minutes_ago(stretch.until),
                )
                for stretch in self.plan.recordings
            ]
        )
