"""What an answer to `camera.cgi` holds: a GOP of H.264 or H.265, one JPEG, or no image (§3.3.1)."""

from __future__ import annotations

from dataclasses import dataclass

from nvr_protocol.additional_information import AdditionalInformation, Operation
from nvr_protocol.codecs import Codec
from nvr_protocol.dialect import DEFAULT, Dialect
from nvr_protocol.timestamps import Hundredths, Zone


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: `data` is an Annex B byte stream (AUD, parameter sets, SEI, slices) or a complete JPEG.

    `hundredths` is the recorder's time, `camera_hundredths` the camera's, None without camera information.
    """

    data: bytes
    hundredths: Hundredths
    camera_hundredths: Hundredths | None = None


@dataclass(frozen=True)
class PlaybackVideo:
    """One answer. `start` and `end` are the times of the first and the last picture in hundredths; without
    pictures both are the time that 0x0007 tells. `frame_rate` is in tenths of a picture per second.

    `recorder` is the additional information of the chunk header as it was read. Where it is None the writer
    writes all the recorder's ids, else those that it has, with the values of the other fields; what has no
    field here (long-term reference, unknown ids …) it takes from there.
    """

    codec: Codec
    camera: int
    pictures: tuple[Picture, ...]
    start: Hundredths
    end: Hundredths
    zone: Zone
    frame_rate: int
    operation: Operation
    speed: int = 0
    recorder: AdditionalInformation | None = None
    dialect: Dialect = DEFAULT
