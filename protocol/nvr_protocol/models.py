"""The recorders that the document is about, and what is known of each (§1.1, §1.2; OP-1, OP-4, OP-5).

Every value says where it comes from. What nobody has published is assumed, and may be overridden.
"""

from dataclasses import dataclass
from enum import IntEnum, StrEnum, unique
from typing import Generic, TypeVar

from nvr_protocol.codecs import AudioCodec, Codec

T = TypeVar("T")

CAMERA_LIMIT = 128
"""Most cameras of any recorder (§5.3.1)."""


@unique
class Model(IntEnum):
    """The three groups of the document (§1.1)."""

    MODEL_1 = 1
    MODEL_2 = 2
    MODEL_3 = 3


@unique
class Source(StrEnum):
    """Where a value comes from."""

    DOCUMENT_1_1 = "document §1.1"
    DOCUMENT_1_2 = "document §1.2"
    OPERATING_MANUAL = "operating manual"
    OBSERVED = "observed"
    ASSUMED = "assumed"


@unique
class Transport(StrEnum):
    """The two settings of the web server (§1.2)."""

    HTTPS = "https"
    """HTTPS alone."""
    BOTH = "both"
    """HTTP or HTTPS."""


@dataclass(frozen=True, slots=True)
class Sourced(Generic[T]):
    """A value, and where it comes from."""

    value: T
    source: Source


@dataclass(frozen=True, slots=True)
class ModelData:
    """What the series of a model have in common."""

    model: Model
    firmware: Sourced[str]
    """Lowest firmware version."""
    uid_digits: Sourced[int]
    video: Sourced[tuple[Codec, ...]]
    audio: Sourced[tuple[AudioCodec, ...]]
    transports: Sourced[tuple[Transport, ...]]
    default_transport: Sourced[Transport]


@dataclass(frozen=True, slots=True)
class Series:
    """A series of recorders.

    `cameras`: most cameras; MASK has as many digits (§3.2.3) and as_getinfo as many lines (§5.3.1).
    `main_slots`: disk slots; `extension_units` and `extension_slots`: units, and disk slots of each.
    `pan_tilt_speed`: largest PAN or TILT, 16 or 256 (§4.2.1, §4.2.2).
    """

    name: str
    model: Model
    cameras: Sourced[int]
    main_slots: Sourced[int]
    extension_units: Sourced[int]
    extension_slots: Sourced[int]
    pan_tilt_speed: Sourced[int] = Sourced(256, Source.ASSUMED)

    @property
    def data(self) -> ModelData:
        """What the series shares with its model."""
        return MODELS[self.model]


def slot_names(main_slots: int, extension_units: int = 0, extension_slots: int = 0) -> tuple[str, ...]:
    """The names of the disk slots, in the order of the recorded time text (§5.2.1)."""
    main = [f"MAIN-{slot}" for slot in range(1, main_slots + 1)]
    extension = [
        f"EXT{unit}-{slot}"
        for unit in range(1, extension_units + 1)
        for slot in range(1, extension_slots + 1)
    ]
    return (*main, *extension)


def _model(
    model: Model, firmware: str, uid_digits: int, audio: tuple[AudioCodec, ...], default: Transport
) -> ModelData:
    return ModelData(
        model,
        firmware=Sourced(firmware, Source.DOCUMENT_1_1),
        uid_digits=Sourced(uid_digits, Source.ASSUMED),
        video=Sourced((Codec.H264, Codec.H265, Codec.JPEG), Source.DOCUMENT_1_2),
        audio=Sourced(audio, Source.DOCUMENT_1_2),
        transports=Sourced((Transport.HTTPS, Transport.BOTH), Source.DOCUMENT_1_2),
        default_transport=Sourced(default, Source.DOCUMENT_1_2),
    )


def _series(
    name: str,
    model: Model,
    cameras: int,
    source: Source,
    slots: tuple[int, int, int],
) -> Series:
    return Series(
        name, model, Sourced(cameras, source), *(Sourced(number, Source.ASSUMED) for number in slots)
    )


MODELS: dict[Model, ModelData] = {
    data.model: data
    for data in (
        _model(Model.MODEL_1, "5.10", 5, (AudioCodec.AAC, AudioCodec.G711, AudioCodec.G726), Transport.BOTH),
        _model(Model.MODEL_2, "1.00", 10, (AudioCodec.AAC, AudioCodec.G711), Transport.HTTPS),
        _model(Model.MODEL_3, "1.00", 19, (AudioCodec.AAC, AudioCodec.G711), Transport.HTTPS),
    )
}
"""The data of each model (§1.1, §1.2; UID digits: OP-5)."""

# Slots: main, extension units, slots of each unit. No series' figures are public (OP-1); the document's
# example lists nine and five times nine without a name, and no series can have more.
SERIES: tuple[Series, ...] = (
    _series("WJ-NX400", Model.MODEL_1, CAMERA_LIMIT, Source.ASSUMED, (9, 5, 9)),
    _series("WJ-NX300", Model.MODEL_1, CAMERA_LIMIT, Source.ASSUMED, (4, 1, 9)),
    _series("WJ-NX200", Model.MODEL_1, CAMERA_LIMIT, Source.ASSUMED, (2, 0, 0)),
    _series("WJ-NX100", Model.MODEL_1, CAMERA_LIMIT, Source.ASSUMED, (2, 0, 0)),
    _series("WJ-NU300", Model.MODEL_2, 16, Source.ASSUMED, (4, 0, 0)),
    _series("WJ-NU301", Model.MODEL_2, 16, Source.OPERATING_MANUAL, (4, 0, 0)),
    _series("WJ-NU201", Model.MODEL_2, 8, Source.OPERATING_MANUAL, (2, 0, 0)),
    _series("WJ-NU101", Model.MODEL_2, 4, Source.OBSERVED, (1, 0, 0)),
    _series("WJ-NX510", Model.MODEL_3, 128, Source.OPERATING_MANUAL, (9, 5, 9)),
    _series("WJ-NX410", Model.MODEL_3, 64, Source.OPERATING_MANUAL, (9, 5, 9)),
    _series("WJ-NX310", Model.MODEL_3, 32, Source.OPERATING_MANUAL, (4, 0, 0)),
)
"""The series of §1.1."""

SERIES_BY_NAME: dict[str, Series] = {series.name: series for series in SERIES}
"""The series by name."""

DEFAULT_SERIES: dict[Model, Series] = {
    Model.MODEL_1: SERIES_BY_NAME["WJ-NX400"],
    Model.MODEL_2: SERIES_BY_NAME["WJ-NU101"],
    Model.MODEL_3: SERIES_BY_NAME["WJ-NX510"],
}
"""The series that stands for its model where none is named."""
