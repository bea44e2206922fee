"""When the pictures of a GOP are on show, of which the wire tells the first and the last alone (§3.3.1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from nvr_protocol.timestamps import Hundredths


def picture_times(
    start: Hundredths, shown: Hundredths, end: Hundredths, camera_times: Sequence[Hundredths | None]
) -> list[Hundredths]:
    """The times of as many pictures as there are camera times, `shown` that of the first.

    Set off from the first as the camera times are, where all pictures have one and none leaves the GOP; else
    spread evenly.
    """
    known = [moment for moment in camera_times if moment is not None]
    count = len(camera_times)
    if count and len(known) == count:
        offset = shown - known[0]
        if start <= min(known) + offset and max(known) + offset <= end:
            return cast("list[Hundredths]", [moment + offset for moment in known])
    if count < 2:
        return [shown] * count
    span = end - shown
    return [Hundredths(shown + span * index // (count - 1)) for index in range(count)]
