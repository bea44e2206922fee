"""Whose pictures they are: a camera's, by what its other pictures look like (LIV-19).

Pictures are made small and their brightness alike, so that codec, size and contrast do not count. Two
pictures of one scene then differ by little, two of different scenes by about as much as two can.
"""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Any

from nvr_conformance.judgement.fact import Fact
from nvr_conformance.judgement.outcomes import NothingToJudge

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    Small = NDArray[np.float64]

WIDTH, HEIGHT = 48, 27
FLAT = 3.0  # of 255: with less contrast a picture shows nothing
APART = 0.3  # difference between cameras that do not look alike; two scenes that have nothing in common: 1.1
CLEARLY = 2.5  # times as near, or as far


def small(frame: Any) -> Small | None:
    """A decoded frame (PyAV) in small; None where it shows nothing."""
    import numpy as np

    plane = frame.planes[0]
    luma = np.frombuffer(plane, np.uint8)[: plane.line_size * frame.height]
    luma = luma.reshape(frame.height, plane.line_size)[:, : frame.width].astype(np.float64)
    rows = np.arange(HEIGHT) * frame.height // HEIGHT
    columns = np.arange(WIDTH) * frame.width // WIDTH
    if frame.height < HEIGHT or frame.width < WIDTH:
        return None
    sums = np.add.reduceat(np.add.reduceat(luma, rows, axis=0), columns, axis=1)
    counts = np.outer(np.diff([*rows, frame.height]), np.diff([*columns, frame.width]))
    means = sums / counts
    contrast = float(means.std())
    return None if contrast < FLAT else (means - means.mean()) / contrast


def difference(picture: Small, others: Sequence[Small]) -> float:
    """How much a picture differs from the one among others that is most like it."""
    return min(float(abs(picture - other).mean()) for other in others)


def own_pictures(pictures: Sequence[Small], views: Mapping[int, Sequence[Small]], camera: int) -> Fact:
    """LIV-19: none of a camera's pictures looks like another camera's view and unlike its own.

    ``views``: what each camera shows at that time, by number. NothingToJudge where no other camera looks
    clearly different, or the pictures are like nobody's (another section of the scene).
    """
    expected = f"pictures of camera {camera}"
    own = views.get(camera)
    others = {number: view for number, view in views.items() if number != camera and view}
    if not own or not pictures:
        raise NothingToJudge(f"nothing of camera {camera} to compare")
    different = {number: view for number, view in others.items() if _apart(own, view) >= APART}
    if not different:
        raise NothingToJudge(f"no other camera looks different from camera {camera}")
    told = 0
    for count, picture in enumerate(pictures):
        near = difference(picture, own)
        number, away = min(
            ((number, difference(picture, view)) for number, view in different.items()),
            key=lambda found: found[1],
        )
        if near >= APART and away * CLEARLY <= near:
            actual = (
                f"picture {count} differs by {away:.2f} from camera {number}'s, by {near:.2f} from its own"
            )
            return Fact(False, expected, actual)
        told += near * CLEARLY <= away
    if 2 * told < len(pictures):
        raise NothingToJudge(f"the pictures of camera {camera} are as unlike its own video as that of others")
    return Fact(
        True, expected, f"{told} of {len(pictures)} pictures are its own, cameras {_list(different)} differ"
    )


def _apart(one: Sequence[Small], other: Sequence[Small]) -> float:
    """How different two cameras' views are."""
    return median(difference(picture, other) for picture in one)


def _list(numbers: Mapping[int, object]) -> str:
    return ", ".join(map(str, numbers))
