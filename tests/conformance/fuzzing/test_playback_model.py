"""What the fuzzer's model of playback leaves open, and what it does not."""

from __future__ import annotations

from nvr_conformance.fuzzing.playback_model import Fault, PlaybackModel, Shown

HOUR = 3600 * 100
SECOND = Shown(HOUR, HOUR + 90, 100.0)
THE_NEXT = Shown(HOUR + 100, HOUR + 190, 100.0)


def at_second(*commands):
    """A playback that was given SECOND, and then these commands."""
    model = PlaybackModel(mask=frozenset([1]))
    model.command("GOTODATE", HOUR)
    assert model.judge(1, SECOND, 2 * HOUR) is None
    for name, moment in commands:
        model.command(name, moment)
    return model


def test_play_goes_on_from_what_was_given():
    assert at_second(("PLAY", None)).judge(1, THE_NEXT, 2 * HOUR) is None
    assert at_second(("PLAY", None)).judge(1, SECOND, 2 * HOUR) is Fault.NOT_NEXT


def test_where_play_begins_behind_an_unused_timef_is_open():
    """OP-25; a fast command that is repeated does not settle it."""
    for commands in ([("PAUSE", HOUR)], [("REW", HOUR)], [("REW", HOUR), ("REW", HOUR)]):
        for given in (SECOND, THE_NEXT):
            assert at_second(*commands, ("PLAY", None)).judge(1, given, 2 * HOUR) is None


def test_behind_such_a_play_it_is_the_next_again():
    model = at_second(("REW", HOUR), ("REW", HOUR), ("PLAY", None))
    assert model.judge(1, SECOND, 2 * HOUR) is None
    assert model.judge(1, SECOND, 2 * HOUR) is Fault.NOT_NEXT
