"""The commands of live: SCREEN and push.cgi (§2.1.2, §2.2.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from nvr_emulator.configuration.settings import CameraSettings, CameraState
from nvr_emulator.footage.audio import Audio
from nvr_emulator.footage.footage import Footage, footage_of, placeholder_footage
from nvr_emulator.recorder.cameras import Cameras
from nvr_emulator.recorder.commands import Asked, Handler
from nvr_emulator.recorder.exclusivity import Exclusivity
from nvr_emulator.recorder.happenings import WENT_AWAY
from nvr_emulator.recorder.live.audio import AUDIO, PACKETS
from nvr_emulator.recorder.live.churn import Churn
from nvr_emulator.recorder.live.stream import LiveAnswer, LiveStream
from nvr_emulator.recorder.live.streams import LiveTable
from nvr_emulator.recorder.replies import Answer, Refused, Reply, accepted
from nvr_emulator.seams import seam
from nvr_protocol.codecs import Codec


class LiveCommands:
    """Starts and stops live streams."""

    def __init__(self, cameras: Cameras, live: LiveTable, exclusivity: Exclusivity) -> None:
        self.cameras = cameras
        self.live = live
        self.exclusivity = exclusivity
        self.churn = Churn()

    def commands(self) -> Mapping[str, Handler]:
        """What obeys the commands of live."""
        return {"live_setup": self.set_up, "live_rtp": self.push, "live_http": self.push}

    @seam
    def set_up(self, asked: Asked) -> Answer:
        """hdrctl.cgi SCREEN=16X: nothing changes (§2.1.2.1)."""
        return accepted()

    @seam
    def push(self, asked: Asked) -> Reply:
        """push.cgi: start or stop a live stream (§2.1.2.2, §2.2.2.2)."""
        values, uid = asked.command.values, asked.session.uid
        camera, comp = cast(int, values["CAM"]), cast(str, values["COMP"])
        settings = self.cameras.settings(camera)
        if values["CMD"] == "STOP":
            if any(stream.camera == camera and stream.comp == comp for stream in self.live.streams(uid)):
                self.churn.stopped(uid, camera, asked.now)
            self.live.stop(uid, camera, comp)
            return accepted()
        self.churn.check(uid, camera, asked.now)
        admitted = self.exclusivity.admits_live(asked.session)
        port = values.get("PORT")
        destination = None if port is None else (asked.request.peer, cast(int, port))
        source = self.source(settings, comp) if admitted else None
        stream = self.live.start(uid, camera, comp, source, destination, asked.now)
        stream.suspended = settings.state is CameraState.LOST
        return accepted() if destination else LiveAnswer(stream)

    @seam
    def source(self, camera: CameraSettings, comp: str) -> Footage | Audio | None:
        """What a camera sends when asked for COMP; nothing, or the placeholder, if it does not have it."""
        if comp == AUDIO:
            audio = self.cameras.audio_of(camera)
            return None if audio is None else audio.cut_into(PACKETS[self.live.variants.audio_packet])
        codec = Codec(comp)
        if codec is Codec.JPEG and not camera.jpeg:
            return placeholder_footage()
        if codec is not Codec.JPEG and codec not in camera.video:
            match self.live.variants.wrong_codec:
                case "refused":
                    raise Refused(404, f"COMP: camera {camera.number} sends no {comp}")
                case "other" if camera.video:
                    codec = camera.video[0]
                case _:
                    return None
        return footage_of(camera.fixture, codec, camera.number, self.cameras.encoding)

    @seam
    def connection_lost(self, stream: LiveStream) -> None:
        """The client of an HTTP stream went away; one that had ended leaves a newer stream alone."""
        if stream.ended is None:
            self.live.end(stream, WENT_AWAY)
