"""What all faults have in common: a name, a room, parameters with bounds, and words for client developers."""

from __future__ import annotations

from abc import ABCMeta
from typing import Annotated, Any, ClassVar

import msgspec

CAMERA_LIMIT = 128


class FaultError(ValueError):
    """A fault that cannot be had; one line says which and why."""


def hyphenated(name: str) -> str:
    """RtpLoss as rtp-loss."""
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("-")


def of(low: float | None = None, high: float | None = None, text: str = "") -> Any:
    """Bounds and description of a parameter."""
    return msgspec.Meta(ge=low, le=high, description=text)


Seed = Annotated[int, of(0, 2**32 - 1, "the same seed hits the same ones")]
Rate = Annotated[float, of(0, 1, "the share that is hit")]
Camera = Annotated[int, of(1, CAMERA_LIMIT, "the camera")]
CameraOrAll = Annotated[
    Annotated[int, msgspec.Meta(ge=1, le=CAMERA_LIMIT)] | None, of(text="only streams of this camera")
]
Command = Annotated[
    str, msgspec.Meta(max_length=80, description="only answers to it, by file name: camera.cgi")
]
Times = Annotated[
    Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] | None,
    of(text="how often it happens at most; a 401 that asks for Digest is an answer too"),
]
Lasting = Annotated[
    Annotated[float, msgspec.Meta(gt=0, le=31_536_000)] | None,
    of(text="seconds of the recorder's clock after which it ends by itself"),
]


class AbstractStructs(msgspec.StructMeta, ABCMeta):
    """Structs that may leave methods to those derived from them, and are not made then."""


class Fault(
    msgspec.Struct,
    metaclass=AbstractStructs,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="name",
    tag=hyphenated,
):
    """One fault and its parameters. `room`: the chapter of the reference; `section`: what of the document it
    tries."""

    room: ClassVar[str] = ""
    section: ClassVar[str] = ""
    momentary: ClassVar[bool] = False
    """It happens once, when it is added; what lasts of it is undone when it is removed."""

    lasts: Lasting = None

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if isinstance(value, str) and not value.isprintable():  # it stands in JSON and in the log
                raise FaultError(f"{name}: must be printable characters")

    @property
    def name(self) -> str:
        """Its name, say rtp-loss."""
        return str(self.__struct_config__.tag)

    @property
    def parameters(self) -> dict[str, Any]:
        """What was chosen, name by name; defaults are left out."""
        fields = msgspec.structs.fields(self)
        chosen = {field.name: getattr(self, field.name) for field in fields}
        return {field.name: chosen[field.name] for field in fields if chosen[field.name] != field.default}

    def __str__(self) -> str:
        told = ",".join(f"{name}={_figure(value)}" for name, value in self.parameters.items())
        return f"{self.name}:{told}" if told else self.name


def _figure(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
