"""The commands of playback: MASK, PLAYCMD, camera.cgi, playaudio.cgi (§3.2)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, MutableMapping
from functools import partial
from typing import cast

from nvr_emulator.configuration.plan import RecorderPlan
from nvr_emulator.footage.footage import TICKS, TICKS_PER_HUNDREDTH, ticks
from nvr_emulator.footage.recordings import Place
from nvr_emulator.recorder.cameras import Cameras
from nvr_emulator.recorder.commands import Asked, Handler
from nvr_emulator.recorder.exclusivity import Exclusivity
from nvr_emulator.recorder.playback.audio import AudioPlayback
from nvr_emulator.recorder.playback.chunks import Chunks
from nvr_emulator.recorder.playback.operations import Playback
from nvr_emulator.recorder.replies import KEEP_ALIVE_NO_CACHE, Answer, Refused, accepted, refusal
from nvr_emulator.recorder.sessions import Session
from nvr_emulator.seams import seam
from nvr_protocol.commands.urls import Command
from nvr_protocol.pieces import Pieces
from nvr_protocol.timestamps import Hundredths, Ticks

PLAY_COMMANDS = ("play", "reverse", "pause", "step", "goto", "fast", "stop")
"""The commands that are PLAYCMDs of hdrctl.cgi."""
NO_PICTURE = "no picture is recorded there"


class PlaybackCommands:
    """Moves the playbacks of all UIDs, and gives what they come to."""

    def __init__(
        self,
        plan: RecorderPlan,
        cameras: Cameras,
        playbacks: MutableMapping[int, Playback],
        exclusivity: Exclusivity,
    ) -> None:
        self.plan = plan
        self.cameras = cameras
        self.playbacks = playbacks
        self.exclusivity = exclusivity
        self.chunks = Chunks(plan)
        self.audio = AudioPlayback(plan)

    def commands(self) -> Mapping[str, Handler]:
        """What obeys the commands of playback."""
        return {
            "mask": self.mask,
            "camera": self.camera,
            "playaudio": self.playaudio,
            **dict.fromkeys(PLAY_COMMANDS, self.play),
        }

    @seam
    def playback_of(self, session: Session) -> Playback:
        """The playback of a UID; a fresh one if there is none yet."""
        return self.playbacks.setdefault(session.uid, Playback(self.plan.variants))

    def mask(self, asked: Asked) -> Answer:
        """hdrctl.cgi MASK: the cameras to play (§3.2.3)."""
        digits = cast(str, asked.command.values["MASK"])
        self.check_mask_length(digits)
        chosen = frozenset(number for number, digit in enumerate(digits, 1) if digit == "1")
        for number in sorted(chosen):
            self.cameras.settings(number, "MASK")
        playback = self.playback_of(asked.session)
        playback.choose(self.at_once(chosen, playback.cameras_at_once))
        return accepted()

    def at_once(self, chosen: frozenset[int], most: int) -> frozenset[int]:
        """Those cameras of a MASK that play: all, which is refused where they are too many, or the first or
        the last of them (OP-43)."""
        match self.plan.variants.second_stream:
            case "silent":
                return frozenset(sorted(chosen)[:most])
            case "replaces":
                return frozenset(sorted(chosen)[-most:])
            case _:
                return chosen

    def check_mask_length(self, digits: str) -> None:
        """MASK has one digit for each camera that the recorder supports (§3.2.3)."""
        if len(digits) != self.plan.channels:
            raise Refused(400, f"MASK: {len(digits)} digits; this recorder has {self.plan.channels} cameras")

    @seam
    def play(self, asked: Asked) -> Answer:
        """hdrctl.cgi PLAYCMD (§3.2.4 … §3.2.10)."""
        command = asked.command
        name = command.key if command.key not in ("step", "fast") else cast(str, command.values["PLAYCMD"])
        if command.key != "stop" and not self.exclusivity.admits_playback(asked.session):
            return accepted()
        playback = self.playback_of(asked.session)
        begin = self.begin_of(command)
        if command.key == "play" and not playback.running:
            begin = self.begin_of_play(ticks(asked.now))
        playback.command(name, begin)
        return accepted()

    def begin_of_play(self, now: Ticks) -> Ticks | None:
        """Where PLAY begins when nothing plays; None: where the UID stood, else with the oldest (OP-25)."""
        match self.plan.variants.play_from:
            case "newest":
                return now
            case "now-60s":
                return Ticks(now - 60 * TICKS)
            case _:
                return None

    @seam
    def begin_of(self, command: Command) -> Ticks | None:
        """TIMEF (UTC) as the last tick of its hundredth; None for PLAY."""
        timef = cast(Hundredths | None, command.values.get("TIMEF"))
        return None if timef is None else Ticks((timef + 1) * TICKS_PER_HUNDREDTH - 1)

    @seam
    def camera(self, asked: Asked) -> Answer:
        """camera.cgi: the next GOP (§3.2.1)."""
        number, now = cast(int, asked.command.values["CAM"]), ticks(asked.now)
        self.cameras.settings(number)
        playback = self.playback_of(asked.session)
        admitted = self.admits(asked.session, playback)
        if number in playback.in_flight:
            raise Refused(503, f"CAM: camera {number} is being sent on this UID already")
        place = playback.next_gop(number, self.cameras.recording(number), now) if admitted else None
        sent = partial(playback.in_flight.discard, number)
        if place is None:
            answer = dataclasses.replace(self.no_image(number, playback, now), sent=sent, no_picture=True)
        else:
            answer = octets(self.chunk(number, playback, place), sent)
        playback.in_flight.add(number)
        return answer

    def admits(self, session: Session, playback: Playback) -> bool:
        """Whether something may be fetched beside what else runs on the UID: where nothing plays, live is
        never ended for it."""
        if playback.running:
            return self.exclusivity.admits_playback(session)
        self.exclusivity.check_not_live(session)
        return True

    @seam
    def playaudio(self, asked: Asked) -> Answer:
        """playaudio.cgi: the next second of audio (§3.2.2)."""
        camera = self.cameras.settings(cast(int, asked.command.values["CAM"]))
        playback = self.playback_of(asked.session)
        recording = self.cameras.recording(camera.number)
        second = None
        if self.admits(asked.session, playback):
            second = playback.next_second(camera.number, recording, ticks(asked.now))
        return self.audio.answer(camera.number, self.cameras.audio_of(camera), second)

    @seam
    def chunk(self, number: int, playback: Playback, place: Place) -> bytes | Pieces:
        """The recorded GOP as §3.3.1 lays it out."""
        camera, recording = self.cameras.settings(number), self.cameras.recording(number)
        return self.chunks.gop(camera, playback, place, recording)

    def no_image(self, number: int, playback: Playback, now: Ticks) -> Answer:
        """The answer where there is no picture (OP-23)."""
        match self.plan.variants.no_image:
            case "204":
                return Answer(204, reason=NO_PICTURE)
            case "404":
                return refusal(Refused(404, NO_PICTURE))
            case "200-empty":
                return octets(b"")
            case _:
                camera, recording = self.cameras.settings(number), self.cameras.recording(number)
                return octets(self.chunks.no_image(camera, playback, recording, now))


def octets(body: bytes | Pieces, sent: Callable[[], None] | None = None) -> Answer:
    """The answer of camera.cgi; `sent` is called once the client has it."""
    return Answer(200, body, "application/octet-stream", KEEP_ALIVE_NO_CACHE, sent=sent)
