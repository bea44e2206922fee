"""How many pictures two UIDs have of one camera at once: as many as one alone, or not."""

from __future__ import annotations

import pytest

from nvr_conformance.facts.live_pace import as_many, in_common, parts_a_second, pictures_a_second
from nvr_conformance.judgement.outcomes import NothingToJudge
from nvr_conformance.wire.live_streams import CapturedPacket


def packets(stamps, *, start=2**32 - 90_000):
    """Three packets of each picture, over the wrap of the time stamps."""
    data = [(start + round(stamp * 90_000)) % 2**32 for stamp in stamps for _ in range(3)]
    return [CapturedPacket(n, bytes(4) + stamp.to_bytes(4, "big"), 0.0) for n, stamp in enumerate(data)]


def test_pictures_are_counted_by_their_time_stamps():
    assert pictures_a_second(packets(n / 25 for n in range(75))) == pytest.approx(25, rel=0.01)


@pytest.mark.parametrize("stamps", [(), (1.0,), (1.0, 1.0)])
def test_what_lasts_no_time_has_no_pace(stamps):
    assert pictures_a_second(packets(stamps)) == 0


def test_order_of_decoding_does_not_count():
    shown = [n / 25 + (0.12 if n % 3 == 0 else 0) for n in range(75)]
    assert pictures_a_second(packets(shown)) == pytest.approx(25, rel=0.1)


def test_parts_are_counted():
    assert parts_a_second(packets(range(10)), 3.0) == 10


def test_half_of_the_pictures_are_too_few():
    half = pictures_a_second(packets(n / 25 for n in range(75) if n % 15 == 0 or n % 2))
    assert not as_many([25.0, 25.0], [25.0, half], 1.0, 3.0).ok
    assert not as_many([25.0, 25.0], [half, 25.0], 1.0, 3.0).ok


def test_both_have_half_of_the_pictures():
    """Each the other half, or the camera sends no more."""
    assert not as_many([25.0, 25.0], [13.0, 13.0], in_common([b"I", b"P1"], [b"I", b"P2"]), 3.0).ok
    assert as_many([25.0, 25.0], [13.0, 13.0], in_common([b"I", b"P1"], [b"I", b"P1", b"P2"]), 3.0).ok


def test_a_rate_that_is_lower_behind_that_was_perhaps_lower_then():
    assert as_many([25.0, 12.5], [12.5, 12.5], 0.0, 3.0).ok


def test_some_that_are_lost_do_not_count():
    assert as_many([25.0, 25.0], [21.0, 22.0], 0.0, 3.0).ok


def test_few_pictures_tell_nothing():
    with pytest.raises(NothingToJudge, match="too few"):
        as_many([25.0, 1.0], [0.5, 1.0], 0.0, 3.0)


def test_nothing_is_in_common_with_nothing():
    assert in_common([], [b"I"]) == 0
