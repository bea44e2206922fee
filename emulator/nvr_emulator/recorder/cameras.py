"""The cameras of a recorder: which are registered, which are lost, what they give and what is recorded."""

from __future__ import annotations

from datetime import datetime

import msgspec

from nvr_emulator.configuration.plan import RecorderPlan
from nvr_emulator.configuration.settings import CameraSettings, CameraState, unix_time
from nvr_emulator.footage.audio import Audio, AudioForm, audio_of
from nvr_emulator.footage.encoding import Encoding
from nvr_emulator.footage.footage import Footage, footage_of, placeholder_footage, ticks
from nvr_emulator.footage.outages import Outages
from nvr_emulator.footage.recordings import Recording, Stretches, TimeLine, on_the_minute
from nvr_emulator.recorder.replies import Refused
from nvr_emulator.seams import seam
from nvr_protocol.codecs import Codec
from nvr_protocol.texts.connection_information import Connection
from nvr_protocol.timestamps import Ticks


class Cameras:
    """All cameras of a recorder that begins at `now` (Unix seconds). `registered`: by number, as they are.
    `time_line`: when any of them is recorded, outages apart."""

    def __init__(self, plan: RecorderPlan, now: float) -> None:
        self.plan = plan
        self.encoding = Encoding(
            plan.variants.aud == "sent",
            plan.variants.sei == "sent",
            plan.variants.parameter_sets,
            plan.variants.further_nal_units == "sent",
            plan.variants.scene == "still",
        )
        self.audio_form = AudioForm(
            plan.variants.aac_units == "filled",
            plan.variants.g711_law == "a-law",
            plan.variants.g726_packing == "high-bits-first",
        )
        self.registered: dict[int, CameraSettings] = {}
        self.outages = Outages()
        self.records = True
        """Whether anything is recorded at all."""
        self._recordings: dict[int, Recording] = {}
        self.begin(now)

    def begin(self, now: float) -> None:
        """All cameras are as they were configured; recordings reach back from `now`."""
        self.started = now
        self.time_line = self._configured()
        """When cameras are recorded that were not lost meanwhile."""
        self.registered = dict(self.plan.cameras)
        self.outages.clear()
        self.records = True
        self._recordings.clear()
        for camera in self.registered.values():
            if camera.state is CameraState.LOST:
                self.outages.begin(camera.number, ticks(now))

    def settings(self, number: int, parameter: str = "CAM") -> CameraSettings:
        """The registered camera of that number; refused where there is none."""
        camera = self.registered.get(number)
        if camera is None:
            raise Refused(404, f"{parameter}: camera {number} is not registered")
        return camera

    def set_state(self, number: int, state: CameraState, now: float) -> bool:
        """The camera is lost or comes back, and its recording with it; False where that is nothing new."""
        camera = self.settings(number)
        if camera.state is state:
            return False
        self.registered[number] = msgspec.structs.replace(camera, state=state)
        if self.records:
            self._record_on(number, now, recorded=state is not CameraState.LOST)
        return True

    def set_recording(self, now: float, *, records: bool) -> None:
        """Recording stops, or goes on, for all cameras that are there."""
        if records is self.records:
            return
        self.records = records
        for camera in self.registered.values():
            if camera.state is not CameraState.LOST:
                self._record_on(camera.number, now, recorded=records)

    def _record_on(self, number: int, now: float, *, recorded: bool) -> None:
        if recorded:
            self.outages.end(number, ticks(now))
        else:
            self.outages.begin(number, ticks(now))
        self._recordings.pop(number, None)

    def connection(self, number: int) -> Connection:
        """What CAM_CONNECT says of a camera (§5.3.1)."""
        camera = self.registered.get(number)
        if camera is None:
            return Connection.NOT_REGISTERED
        return Connection.NORMAL if camera.state is CameraState.NORMAL else Connection.CONNECTION_ERROR

    def picture(self, number: int, now: float) -> bytes:
        """What a registered camera sees, as a JPEG without additional information."""
        camera = self.registered[number]
        if camera.state is CameraState.LOST:
            footage = placeholder_footage()
        else:
            footage = footage_of(camera.fixture, Codec.JPEG, number, self.encoding)
        return footage.jpeg(footage.containing(ticks(now)))

    def audio_of(self, camera: CameraSettings) -> Audio | None:
        """What the microphone of a camera gives; nothing if it has none."""
        if camera.audio is None:
            return None
        return audio_of(camera.audio, camera.number, camera.fixture, self.audio_form)

    @seam
    def recording(self, number: int) -> Recording:
        """What is recorded of a camera; laid out when first asked for, as footage takes time to load."""
        if number not in self._recordings:
            self._recordings[number] = self._record(self.registered[number])
        return self._recordings[number]

    def _record(self, camera: CameraSettings) -> Recording:
        def footage(index: int) -> Footage:
            stretch = self.plan.recordings[index]
            fixture, codec = stretch.fixture or camera.fixture, stretch.recorded or camera.recorded
            return footage_of(fixture, codec, camera.number, self.encoding)

        stretches = Stretches(self.time_line, footage)
        if self.outages.of(camera.number):
            return Recording(self.outages.cut(camera.number, stretches))
        return Recording(stretches)

    def _configured(self) -> TimeLine:
        def place(moment: int | datetime) -> Ticks:
            return on_the_minute(ticks(unix_time(moment, self.started)))

        return TimeLine(
            [
                (place(stretch.since), None if stretch.until is None else place(stretch.until))
                for stretch in self.plan.recordings
            ]
        )
