"""The bytes of `camera.cgi`: a recorded GOP, or the word that there is no picture (§3.3.1)."""

from __future__ import annotations

from nvr_emulator.configuration.plan import RecorderPlan
from nvr_emulator.configuration.settings import CameraSettings
from nvr_emulator.footage.footage import Gop, hundredths, unix_seconds
from nvr_emulator.footage.recordings import Place, Recording
from nvr_emulator.recorder.playback.operations import Playback
from nvr_emulator.seams import seam
from nvr_protocol.codecs import Codec
from nvr_protocol.pieces import Pieces
from nvr_protocol.playback.video_values import PlaybackVideo
from nvr_protocol.playback.video_writer import write_playback_video
from nvr_protocol.timestamps import Hundredths, Ticks, zone_at

LONG_TERM_ELSEWHERE, LONG_TERM_HERE = 0x0010, 0x0011
"""0x0028 of a stream with long-term reference P: this GOP has no such picture, or some (§7)."""
SHOW, HIDE = 1, 2
"""0x0029: an IDR picture to display, or not."""


class Chunks:
    """Makes chunks as the recorder's dialect and the form of its chunks have them."""

    def __init__(self, plan: RecorderPlan) -> None:
        self.plan = plan

    def gop(self, camera: CameraSettings, playback: Playback, place: Place, recording: Recording) -> Pieces:
        """A recorded GOP."""
        gop = place.gop
        long_term_reference, show_hide = long_term(gop, playback) if camera.ltr else (0, 0)
        return gop.footage.prepared(gop, self.plan.dialect, self.plan.chunk_form).stamp(
            camera.number,
            gop.picture_hundredths(),
            zone_at(self.plan.zone, unix_seconds(gop.start)),
            playback.operation,
            playback.speed,
            end=self.end_of(place, recording),
            long_term_reference=long_term_reference,
            show_hide=show_hide,
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

    @seam
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


def long_term(gop: Gop, playback: Playback) -> tuple[int, int]:
    """0x0028 and 0x0029 of a GOP of a stream with long-term reference P: every other GOP has one. After
    GOTODATE, an IDR picture that is earlier than TIMEF is not to be displayed (§7)."""
    if gop.footage.codec is Codec.JPEG:
        return 0, 0
    here = LONG_TERM_HERE if gop.number % 2 else LONG_TERM_ELSEWHERE
    if not gop.footage.has_idr:
        return here, 0
    early = playback.timef is not None and hundredths(gop.start) < hundredths(playback.timef)
    return here, HIDE if early else SHOW
