"""The bytes of `camera.cgi`: a recorded GOP, or the word that there is no picture (§3.3.1)."""

from __future__ import annotations

from nvr_emulator.configuration.plan import RecorderPlan
from nvr_emulator.configuration.settings import CameraSettings
from nvr_emulator.footage.footage import hundredths, unix_seconds
from nvr_emulator.footage.recordings import Place, Recording
from nvr_emulator.recorder.playback.operations import Playback
from nvr_protocol.playback.video_values import PlaybackVideo
from nvr_protocol.playback.video_writer import write_playback_video
from nvr_protocol.timestamps import Hundredths, Ticks, zone_at


class Chunks:
    """Makes chunks as the recorder's dialect and the form of its chunks have them."""

    def __init__(self, plan: RecorderPlan) -> None:
        self.plan = plan

    def gop(self, camera: int, playback: Playback, place: Place, recording: Recording) -> bytes:
        """A recorded GOP."""
        gop = place.gop
        return gop.footage.prepared(gop, self.plan.dialect, self.plan.chunk_form).stamp(
            camera,
            gop.picture_hundredths(),
            zone_at(self.plan.zone, unix_seconds(gop.start)),
            playback.operation,
            playback.speed,
            end=self.end_of(place, recording),
        )

    def end_of(self, place: Place, recording: Recording) -> Hundredths:
        """What the GOP information calls the end of a GOP (OP-37)."""
        match self.plan.variants.gop_end:
            case "its-end":
                return hundredths(place.gop.end)
            case "next-start":
                return hundredths(recording.next_start(place))
            case _:
                return hundredths(place.gop.picture_at(place.gop.pictures - 1))

    def no_image(self, camera: CameraSettings, playback: Playback, recording: Recording, now: Ticks) -> bytes:
        """The chunk that says that there is no picture (OP-23); its time is where playback stands, else
        `now`."""
        moment = now if playback.stood is None else playback.stood
        latest = recording.latest(now)
        footage = latest.gop.footage if latest else None
        return write_playback_video(
            PlaybackVideo(
                codec=footage.codec if footage else camera.recorded,
                camera=camera.number,
                pictures=(),
                start=hundredths(moment),
                end=hundredths(moment),
                zone=zone_at(self.plan.zone, unix_seconds(moment)),
                frame_rate=footage.rate * 10 if footage else 0,
                operation=playback.operation,
                speed=playback.speed,
            ),
            self.plan.dialect,
            self.plan.chunk_form,
        )
