"""Every command that carries a UID, each with values that a recorder should accept (§2 to §6)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nvr_conformance.client.http_client import LOGIN
from nvr_conformance.client.mask import mask_of
from nvr_conformance.client.player import Player
from nvr_conformance.client.session import Session
from nvr_conformance.judgement.outcomes import PrerequisiteFailed
from nvr_conformance.reading.gop import SECOND
from nvr_conformance.reading.login_page import read_uid
from nvr_conformance.wire.live_streams import LiveRtp, LiveStream

if TYPE_CHECKING:
    from collections.abc import Callable

    from nvr_conformance.client.client import Client
    from nvr_conformance.client.target import Target
    from nvr_conformance.wire.exchange import Exchange

UNUSED_PORT = 40_000
RECALLED = 10.0  # seconds after which a camera stands at its preset, however far it was
_WRITTEN = re.compile(r"""hdrctl\.cgi\?UID=([^&"'\s<>]+)""")
FIRST_TIME = 1_640_995_200 * 100
"""The first moment that TIMEF can name, in hundredths of a Unix second: 2022."""
AGO = 600  # seconds before now: recorded, on a recorder that records at all


@dataclass(frozen=True, slots=True)
class UidCommand:
    """One command: ``prepare`` sends what must come before it, ``send`` sends it.

    ``name`` is the key of the command table, with the value of CMD where that makes two of it.
    ``permission`` is what a real recorder must be told to allow for it.
    """

    name: str
    send: Callable[[Session], Exchange]
    prepare: Callable[[Session], object] | None = None
    permission: str = ""

    def run(self, session: Session) -> Exchange:
        """Prepare and send."""
        if self.prepare is not None:
            self.prepare(session)
        return self.send(session)

    @property
    def is_live(self) -> bool:
        """Whether it is of live (which must not meet playback on one UID)."""
        return self.name.startswith("live_")


def uid_commands(target: Target) -> list[UidCommand]:
    """All commands of the table that carry a UID, on the first camera; logout comes last.

    Streams that they start are not read: their sockets are closed at once. A preset is registered where the
    camera goes for it, so that it stays what it is; an auxiliary is closed, as it most likely was.
    """
    camera = first_camera(target)
    mask = mask_of((camera,), target.digits)
    shown = (int(target.unix_time()) - AGO) * 100
    minute = (shown // 100) // 60 * 60

    def plain(
        name: str, *before: Callable[[Session], object], permission: str = "", **values: Any
    ) -> UidCommand:
        def prepare(session: Session) -> None:
            for step in before:
                step(session)

        return UidCommand(name, lambda session: session.get(name, **values), prepare, permission)

    def choose(session: Session) -> None:
        session.get("mask", MASK=mask)

    def play(session: Session) -> None:
        session.get(
            "goto", TIMEF=shown
        )  # where PLAY alone begins is open (OP-25): perhaps where nothing follows

    def recall(session: Session) -> None:
        session.get("preset_go", CH=camera, NO=256)
        target.pass_time(RECALLED)

    def start_http(session: Session) -> Exchange:
        return _closed(session.start_http(camera, "H264"))

    def start_rtp(session: Session) -> Exchange:
        return _closed(session.start_rtp(camera, "H264"))

    def stop_http(session: Session) -> Exchange:
        return session.get("live_http", CAM=camera, CMD="STOP", COMP="H264")

    def stop_rtp(session: Session) -> Exchange:
        ports = [stream.port for stream in session.streams if isinstance(stream, LiveRtp)] or [UNUSED_PORT]
        return session.get("live_rtp", CAM=camera, CMD="STOP", COMP="H264", PORT=ports[-1])

    return [
        plain("keep_alive"),
        plain("live_setup"),
        UidCommand("live_http START", start_http, stop_http),
        UidCommand("live_http STOP", stop_http, start_http),
        UidCommand("live_rtp START", start_rtp, stop_rtp),
        UidCommand("live_rtp STOP", stop_rtp, start_rtp),
        plain("mask", MASK=mask),
        plain("play", choose),
        plain("reverse", choose, TIMEF=shown),
        plain("pause", choose, TIMEF=shown),
        plain("step", choose, PLAYCMD="NEXTFRAME", TIMEF=shown),
        plain("goto", choose, TIMEF=shown),
        plain("fast", choose, PLAYCMD="FF", TIMEF=shown),
        plain("camera", choose, play, CAM=camera),
        plain("playaudio", choose, play, CAM=camera),
        plain("stop", choose, play, TIMEF=shown),
        plain("pan_tilt_zoom", permission="ptz", CH=camera, PAN=0, TILT=0, ZOOM=0),
        plain("centering", permission="ptz", CH=camera, X=16, Y=16),
        plain("focus", permission="ptz", CH=camera, CTRL="AUTO"),
        plain("iris", permission="ptz", CH=camera, CTRL="RESET"),
        plain("preset_set", recall, permission="presets", CH=camera, NO=256),
        plain("preset_go", permission="ptz", CH=camera, NO=256),
        plain("auxiliary", permission="ptz", CH=camera, CMD="AUX1", CTRL="CLOSE"),
        plain("log_errors"),
        plain("log_events"),
        plain("download", KIND="LIST", STARTTIME=minute, ENDTIME=minute + 60, CAM=camera),
        plain("logout"),
    ]


def with_other_values(target: Target) -> list[UidCommand]:
    """Some of those commands with values that are for something else: the other way, another codec, files, a
    time from which nothing is recorded."""
    camera = first_camera(target)
    shown = (int(target.unix_time()) - AGO) * 100
    minute = (shown // 100) // 60 * 60
    mask = mask_of((camera,), target.digits)

    def choose(session: Session) -> None:
        session.get("mask", MASK=mask)

    def leave_the_recording(session: Session) -> None:
        choose(session)
        session.get("reverse", TIMEF=FIRST_TIME)

    def find_nothing(name: str) -> UidCommand:
        return UidCommand(
            f"{name} of nothing", lambda session: session.get(name, CAM=camera), leave_the_recording
        )

    def start_http(comp: str) -> Callable[[Session], Exchange]:
        return lambda session: _closed(session.start_http(camera, comp))

    def start_rtp(comp: str) -> Callable[[Session], Exchange]:
        return lambda session: _closed(session.start_rtp(camera, comp))

    def back(key: str, playcmd: str) -> Callable[[Session], Exchange]:
        return lambda session: session.get(key, PLAYCMD=playcmd, TIMEF=shown)

    def file_of(kind: str) -> Callable[[Session], Exchange]:
        # Of no length at all: what it is answered is open, and it is short.
        times: dict[str, Any] = {"STARTTIME": minute, "ENDTIME": minute, "CAM": camera}
        return lambda session: session.get("download", KIND=kind, **times)

    return [
        UidCommand("fast REW", back("fast", "REW"), choose),
        UidCommand("step PREVFRAME", back("step", "PREVFRAME"), choose),
        UidCommand("live_http START of JPEG", start_http("JPEG")),
        UidCommand("live_http START of H265", start_http("H265")),
        # Over RTP: the video that audio rides on runs though nobody reads it.
        UidCommand("live_rtp START of AUDIO", start_rtp("AUDIO"), start_rtp("H264")),
        *(find_nothing(name) for name in ("camera", "playaudio")),
        *(UidCommand(f"download {kind}", file_of(kind)) for kind in ("MP4VO", "MP4", "N3")),
    ]


def _closed(stream: LiveStream) -> Exchange:
    """How START was answered, of a stream that nobody will read."""
    stream.close()
    return stream.exchange


def playing_uid(target: Target, client: Client) -> Session | None:
    """A fresh UID to which a picture of playback was given a moment ago; None where none is."""
    player = Player(quick_login(client))
    camera = first_camera(target)
    player.choose(camera)
    gop = player.at(camera, (int(target.unix_time()) - AGO) * SECOND)
    if not gop.given:
        player.session.logout()
    return player.session if gop.given else None


def first_camera(target: Target) -> int:
    """The first camera that is connected; PrerequisiteFailed without one."""
    if not target.cameras:
        raise PrerequisiteFailed("no camera is connected")
    return target.cameras[0]


def written_uid(page: Exchange) -> str | None:
    """What stands in the place of the UID in the page of a login, be it a number or not (§6.1.1)."""
    found = _WRITTEN.search(page.text) if page.ok else None
    return found[1] if found else None


def quick_login(client: Client, user: str | None = None, password: str | None = None) -> Session:
    """As ``client.login``, with one exchange where the recorder takes its last nonce again."""
    page = client.get_digest(LOGIN, user=user, password=password)
    uid_text = read_uid(page) if page.ok else None
    answered = any(name == "Authorization" for name, _ in page.request_headers)
    if uid_text is None or not answered:
        return client.login(user, password)
    session = Session(client, uid_text, page)
    client.sessions.append(session)
    return session
