"""What a recorder is like, as far as can be seen from outside: enough to make an emulator in its image.

Observing is not judging: what is not shown, or cannot be read, is left open (None) and said in ``notes``.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from nvr_conformance.client.client import Client
from nvr_conformance.client.http_client import LOGIN
from nvr_conformance.client.player import AGO, Player
from nvr_conformance.facts.live_audio import CONTENT_TYPES
from nvr_conformance.facts.live_jpeg import SMALL
from nvr_conformance.judgement.outcomes import PrerequisiteFailed
from nvr_conformance.profile.dialect_naming import (
    Told,
    told_by_audio,
    told_by_g711,
    told_by_jpeg,
    told_by_live_answer,
    told_by_video,
)
from nvr_conformance.reading.additional_information import wrong_value
from nvr_conformance.reading.decoding import decode_pictures
from nvr_conformance.reading.gop import SECOND
from nvr_conformance.reading.live_jpeg import read_jpeg_part
from nvr_conformance.wire.connection import WireError, open_socket
from nvr_conformance.wire.digest import read_challenges
from nvr_protocol.dialect import DEFAULT, Dialect
from nvr_protocol.errors import ProtocolError
from nvr_protocol.texts.recorded_time import Slot, read_recorded_time
from nvr_protocol.timestamps import Zone

if TYPE_CHECKING:
    from nvr_conformance.client.session import Session
    from nvr_conformance.client.target import Target
    from nvr_conformance.wire.live_streams import LiveHttp

LOOKED_AT = 8  # cameras whose media are looked at; of the others only that they are there
_WAITED = 12.0  # seconds that a stream is given
_JPEGS = 3
_GOPS = 3
_CONNECT = 3.0


@dataclass(slots=True)
class CameraProfile:
    """One registered camera. ``jpeg``: whether it sends live JPEG of its own. None: not known."""

    number: int
    connected: bool
    video: tuple[str, ...] = ()
    recorded: str | None = None
    audio: str | None = None
    jpeg: bool | None = None
    looked_at: bool = False


@dataclass(slots=True)
class Profile:
    """A recorder as it was seen. ``told``: the fields of ``dialect`` that samples settled. ``zones``: seconds
    and the zone that pictures of then had."""

    model: int
    uid_digits: int | None = None
    channels: int | None = None
    transport: str | None = None
    digest: tuple[str, ...] = ()
    slots: tuple[Slot, ...] = ()
    zones: list[tuple[int, Zone]] = field(default_factory=list)
    dialect: Dialect = DEFAULT
    told: set[str] = field(default_factory=set)
    cameras: list[CameraProfile] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def learn(self, told: Told, where: str) -> None:
        """Take in what something tells of the dialect; what came first stands."""
        for name, value in told.named.items():
            if name not in self.told:
                self.told.add(name)
                self.dialect = replace(self.dialect, **{name: value})
            elif getattr(self.dialect, name) != value:
                known = getattr(self.dialect, name)
                self.notes.append(f"{where}: {name} is {value}, and {known} elsewhere")
        self.notes += [f"{where}: {name} has another value: {text}" for name, text in told.nameless.items()]


def observe_profile(target: Target) -> Profile:
    """Look at a recorder: one login, the information texts, a glance at the media of some cameras.

    Disturbs nobody. About a dozen commands for each of the first ``LOOKED_AT`` cameras. PrerequisiteFailed
    where no login succeeds.
    """
    profile = Profile(target.model, transport=_transport(target))
    with closing(Client(target)) as client:
        challenge = client.get(LOGIN)
        challenges = read_challenges(challenge.all_headers("WWW-Authenticate"))
        profile.digest = tuple(dict.fromkeys(asked.algorithm.upper() for asked in challenges))
        session = client.login()
        profile.uid_digits = len(session.uid_text)
        _look_at_disks(profile, client)
        try:
            profile.channels = target.channels
            connected = target.cameras
        except PrerequisiteFailed as problem:
            profile.notes.append(problem.reason)
            return profile
        gone = set(range(1, target.channels + 1)) - set(connected) - set(target.unregistered)
        profile.cameras = [
            CameraProfile(number, number not in gone) for number in sorted({*connected, *gone})
        ]
        looked_at = [camera for camera in profile.cameras if camera.connected][:LOOKED_AT]
        session.get("live_setup")
        for camera in looked_at:
            camera.looked_at = True
            _look_at_live(profile, session, camera)
        session.logout()
        player = Player(client.login())  # a UID that has shown live plays nothing
        for camera in looked_at:
            _look_at_playback(profile, target, player, camera)
    return profile


def _transport(target: Target) -> str | None:
    """Recorders know two settings (§1.2): HTTPS alone, and both."""
    if target.endpoint.tls is None:
        return "both"
    if target.http is None:
        return None
    try:
        open_socket(target.http, min(_CONNECT, target.timeout)).close()
    except WireError:
        return "https"
    return "both"


def _look_at_disks(profile: Profile, client: Client) -> None:
    exchange = client.get_digest("/cgi-bin/recordedtime.cgi")
    try:
        profile.slots = read_recorded_time(exchange.body) if exchange.ok else ()
    except ProtocolError as problem:
        profile.notes.append(f"recordedtime.cgi: {problem}")


def _look_at_live(profile: Profile, session: Session, camera: CameraProfile) -> None:
    """One kind after the other, and then audio, which is only sent beside video."""
    for codec in ("H264", "H265", "JPEG"):
        stream = session.start_http(camera.number, codec)
        if not stream.refused and stream.wait_packets(1, _WAITED):
            content_type = stream.exchange.header("Content-Type") or ""
            profile.learn(told_by_live_answer(content_type), f"camera {camera.number}, live {codec}")
            if codec == "JPEG":
                stream.wait_packets(_JPEGS, _WAITED)
                camera.jpeg = _is_own(profile, camera, stream)
            else:
                camera.video = (*camera.video, codec)
        session.stop(stream)
        stream.close()
    camera.jpeg = bool(camera.jpeg)
    if camera.video:
        video = session.start_http(camera.number, camera.video[0])
        _listen(profile, session, camera)
        session.stop(video)
        video.close()


def _is_own(profile: Profile, camera: CameraProfile, stream: LiveHttp) -> bool:
    """Whether these JPEG pictures are the camera's: a placeholder is small and always the same."""
    parts = [read_jpeg_part(packet.data) for packet in stream.packets]
    profile.learn(told_by_jpeg(parts[0]), f"camera {camera.number}, live JPEG")
    jpegs = [part.jpeg for part in parts]
    pictures = decode_pictures("JPEG", jpegs[:1]).pictures
    return len(set(jpegs)) > 1 or not pictures or pictures[0].width > SMALL


def _listen(profile: Profile, session: Session, camera: CameraProfile) -> None:
    audio = session.start_http(camera.number, "AUDIO")
    if not audio.refused and audio.wait_packets(1, _WAITED):
        part = audio.packets[0].part
        kind = part.content_type if part is not None else ""
        # The document names the type of AAC-LC and of G.726; what is neither is G.711 (OP-18).
        named = {name: codec for codec, name in CONTENT_TYPES.items()}
        camera.audio = named.get(kind, "G711" if kind.startswith("audio/") else None)
        where = f"camera {camera.number}, live audio"
        if camera.audio is None:
            profile.notes.append(f"{where}: content type {kind!r}")
        elif camera.audio == "G711":
            profile.learn(told_by_g711(kind), where)
    session.stop(audio)
    audio.close()


def _look_at_playback(profile: Profile, target: Target, player: Player, camera: CameraProfile) -> None:
    player.choose(camera.number)
    player.goto(round(target.unix_time() - AGO) * SECOND)
    gops = player.several(camera.number, _GOPS)
    where = f"camera {camera.number}, camera.cgi"
    if not gops:
        profile.notes.append(f"{where}: nothing is given")
        return
    camera.recorded = gops[0].codec or None
    profile.learn(told_by_video(gops), where)
    for gop in gops[:1]:
        zone = gop.chunk.information.first(0x0007)
        if zone is None or gop.start is None or wrong_value(zone, gop.chunk.byte_order):
            profile.notes.append(f"{where}: no time zone")
            continue
        sign, hours, minutes, summer = zone.data[4:8]
        offset = hours * 60 + minutes
        profile.zones.append((gop.start // SECOND, Zone(-offset if sign else offset, bool(summer))))
    heard = player.listen(camera.number)
    if heard is not None:
        profile.learn(told_by_audio(heard), f"camera {camera.number}, playaudio.cgi")
