"""Whether two downloads of one range are the same, however their files are written (DWN-11, SEC-01)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nvr_conformance.judgement.fact import Fact

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nvr_conformance.reading.decoding import DecodedFile

AUDIO = 1.0  # seconds by which audio that is coded anew may differ in length


def same_files(files: Sequence[DecodedFile], others: Sequence[DecodedFile]) -> Fact:
    """Whether they have the same pictures one behind the other, and as much audio."""
    expected = _said(files)
    pictures = [[picture.luma for file in each for picture in file.pictures] for each in (files, others)]
    seconds = [sum(file.samples / file.rate for file in each if file.rate) for each in (files, others)]
    if pictures[0] == pictures[1] and abs(seconds[0] - seconds[1]) <= AUDIO:
        return Fact(True, expected, _said(others))
    said = _said(others)
    return Fact(False, expected, said if said != expected else f"{said}, others")


def _said(files: Sequence[DecodedFile]) -> str:
    count = sum(len(file.pictures) for file in files)
    seconds = sum(file.samples / file.rate for file in files if file.rate)
    return f"{count} pictures, {seconds:.1f} s of audio"
