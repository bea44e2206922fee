"""The table of all faults, from which lists, docs and schemas are made."""

from __future__ import annotations

from functools import cache
from typing import Any, Literal, get_args, get_origin

import msgspec

from nvr_emulator.faults.answers import AnswerCut, AnswerDelay, AnswerDribble, AnswerReset, UnderLoad
from nvr_emulator.faults.clocks import ClockStep, SummerTime
from nvr_emulator.faults.connections import (
    CertificateChanged,
    CertificateExpired,
    CertificateOfAnotherHost,
    RefuseConnections,
    TlsStall,
)
from nvr_emulator.faults.fault import Fault
from nvr_emulator.faults.hardware import (
    CameraLost,
    DiskFull,
    DiskRemoved,
    DiskWarning,
    DownloadsBusy,
    Reboot,
)
from nvr_emulator.faults.packets import (
    RtpCorrupt,
    RtpDelay,
    RtpDuplicate,
    RtpLoss,
    RtpReorder,
    StreamSilent,
)

AnyFault = (
    RtpLoss
    | RtpDuplicate
    | RtpReorder
    | RtpDelay
    | RtpCorrupt
    | StreamSilent
    | AnswerDelay
    | AnswerDribble
    | AnswerCut
    | AnswerReset
    | UnderLoad
    | RefuseConnections
    | TlsStall
    | CertificateExpired
    | CertificateChanged
    | CertificateOfAnotherHost
    | CameraLost
    | DiskWarning
    | DiskRemoved
    | DiskFull
    | DownloadsBusy
    | Reboot
    | ClockStep
    | SummerTime
)
"""One of the table."""


class Parameter(msgspec.Struct, frozen=True):
    """One parameter of a fault. `kind`: number, whole number, text or choice; bounds are None where there are
    none; `default` None: it is left open."""

    name: str
    kind: str
    default: float | str | None
    text: str
    least: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()


class Row(msgspec.Struct, frozen=True):
    """One fault of the table."""

    name: str
    room: str
    section: str
    text: str
    parameters: tuple[Parameter, ...]


@cache
def kinds() -> dict[str, type[Fault]]:
    """The faults by name, in the order of the table."""
    return {str(kind.__struct_config__.tag): kind for kind in get_args(AnyFault)}


@cache
def all_faults() -> tuple[Row, ...]:
    """The table."""
    return tuple(_row(name, kind) for name, kind in kinds().items())


def _row(name: str, kind: type[Fault]) -> Row:
    # What all have comes last, though the class has it first.
    common: list[Parameter] = []
    own: list[Parameter] = []
    for field in msgspec.structs.fields(kind):
        (common if field.name == "lasts" else own).append(_parameter(field))
    text = " ".join((kind.__doc__ or "").split())
    return Row(name, kind.room, kind.section, text, tuple(own + common))


def _parameter(field: Any) -> Parameter:
    hint, texts, least, most = field.type, [], None, None
    while True:
        for meta in getattr(hint, "__metadata__", ()):
            texts.append(meta.description)
            least = next((bound for bound in (meta.ge, meta.gt) if bound is not None), least)
            most = meta.le if meta.le is not None else most
        inner = [one for one in get_args(hint) if one is not type(None)]
        if get_origin(hint) is Literal or hint in (int, float, str):
            break
        hint = inner[0]
    choices = get_args(hint) if get_origin(hint) is Literal else ()
    word = "choice" if choices else {int: "whole number", float: "number", str: "text"}[hint]
    text = next(filter(None, texts), "")
    return Parameter(field.name, word, field.default, text, least, most, choices)
