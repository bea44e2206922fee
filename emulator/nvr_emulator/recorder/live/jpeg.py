"""JPEG pictures of live streams: parts (§2.3.5)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from nvr_emulator.configuration.variants import Variants
from nvr_emulator.footage.footage import PLACEHOLDER, Footage, Gop, hundredths, unix_seconds
from nvr_emulator.recorder.live.part_form import part_form
from nvr_emulator.seams import seam
from nvr_protocol.additional_information import AdditionalInformation, Operation
from nvr_protocol.dialect import Dialect
from nvr_protocol.live_jpeg import write_live_jpeg
from nvr_protocol.multipart import write_live_part
from nvr_protocol.timestamps import zone_at


class LivePictures:
    """Makes of each JPEG picture what travels."""

    def __init__(self, zone: tzinfo, dialect: Dialect, variants: Variants) -> None:
        self.zone = zone
        self.dialect = dialect
        self.with_camera_information = variants.jpeg_camera_information == "with"
        self.form = part_form(variants)

    @seam
    def body(self, camera: int, gop: Gop) -> bytes:
        """A picture with its information as the body of a part."""
        jpeg = gop.footage.jpeg(gop)
        return write_live_jpeg(
            jpeg,
            self.recorder_information(camera, gop, len(jpeg)),
            self.camera_information(gop),
            self.dialect,
        )

    @seam
    def recorder_information(self, camera: int, gop: Gop, size: int) -> AdditionalInformation:
        """What the recorder adds: camera, size, time, rate, status "live"."""
        seconds = unix_seconds(gop.start)
        return AdditionalInformation(
            camera=camera,
            data_size=size,
            seconds=seconds,
            zone=zone_at(self.zone, seconds),
            frame_rate=gop.footage.rate * 10,
            frame_hundredths=hundredths(gop.start) % 100,
            operation=Operation.LIVE,
            speed=0,
        )

    def camera_information(self, gop: Gop) -> AdditionalInformation | None:
        """What the camera adds: its time; nothing to the placeholder, which is the recorder's own."""
        if is_placeholder(gop.footage) or not self.with_camera_information:
            return None
        seconds = unix_seconds(gop.start)
        return AdditionalInformation(
            camera_seconds=seconds,
            camera_zone=zone_at(self.zone, seconds),
            camera_frame_hundredths=hundredths(gop.start) % 100,
        )

    @seam
    def parts(self, bodies: Sequence[bytes]) -> bytes:
        """Bodies as multipart parts."""
        return b"".join(write_live_part(body, "image/jpeg", self.form) for body in bodies)


def is_placeholder(footage: Footage) -> bool:
    """Whether this stands for the pictures of a camera that sends none."""
    return footage.fixture.name == PLACEHOLDER
