"""Defects of FF and REW: how far each skips, and which way (§3.2.9)."""

from __future__ import annotations

from collections.abc import Callable

from nvr_emulator.defects.playback.order import change_stride, each_playback
from nvr_emulator.defects.registry import breaks
from nvr_emulator.recorder.playback.operations import TOP_SPEED, Playback
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.seams import around
from nvr_protocol.additional_information import Operation
from nvr_protocol.timestamps import Ticks


@breaks("PLB-18")
def ff_skips_nothing(recorder: Recorder) -> None:
    """Gives one GOP after the other on FF."""
    change_stride(recorder, Operation.FAST_FORWARD, lambda stride: 1)


@breaks("PLB-18")
def ff_is_no_faster_with_repeats(recorder: Recorder) -> None:
    """Skips no further at a repeat of FF, though the speed says so."""
    change_stride(recorder, Operation.FAST_FORWARD, lambda stride: 4)


@breaks("PLB-18")
def ff_slows_down(recorder: Recorder) -> None:
    """Goes less far from the fifth FF on than at the fourth, though the speed says otherwise."""
    change_stride(recorder, Operation.FAST_FORWARD, lambda stride: stride if stride <= 16 else 4)


@breaks("PLB-18", "PLB-21")
def ninth_ff_is_the_first(recorder: Recorder) -> None:
    """Begins with STEP1 again at a repeat of FF in STEP8."""

    def alter(playback: Playback) -> None:
        def command(original: Callable[[str, Ticks | None], None], name: str, begin: Ticks | None) -> None:
            before = playback.speed
            original(name, begin)
            if name == "FF" and before == playback.speed == TOP_SPEED:
                playback.speed = 1

        around(playback.command, command)

    each_playback(recorder, alter)


@breaks("PLB-18")
def ff_goes_backward(recorder: Recorder) -> None:
    """Skips backward on FF."""
    change_stride(recorder, Operation.FAST_FORWARD, lambda stride: -stride)


@breaks("PLB-19")
def rew_skips_nothing(recorder: Recorder) -> None:
    """Gives one GOP before the other on REW."""
    change_stride(recorder, Operation.FAST_REVERSE, lambda stride: -1)


@breaks("PLB-19")
def rew_slows_down(recorder: Recorder) -> None:
    """Goes less far from the fifth REW on than at the fourth, though the speed says otherwise."""
    change_stride(recorder, Operation.FAST_REVERSE, lambda stride: stride if stride >= -16 else -4)


@breaks("PLB-19")
def rew_goes_forward(recorder: Recorder) -> None:
    """Skips forward on REW."""
    change_stride(recorder, Operation.FAST_REVERSE, lambda stride: -stride)
