"""§3.1, §3.2: which GOP comes next, for each operation."""

import pytest

from nvr_emulator.footage.footage import TICKS, footage_of, ticks
from nvr_emulator.footage.recordings import MINUTE, Recording, Stretch, on_the_minute
from nvr_emulator.recorder.playback.operations import NEXT_OPERATION, Playback
from nvr_emulator.recorder.replies import Refused
from nvr_protocol.additional_information import Operation
from nvr_protocol.codecs import Codec

START = on_the_minute(ticks(1_714_000_000))
GAP = (START + 10 * MINUTE, START + 15 * MINUTE)
NOW = START + 20 * MINUTE
CAMERA = 1


@pytest.fixture
def recording():
    footage = footage_of("counter-small", Codec.H264, 1)
    return Recording([Stretch(footage, START, GAP[0]), Stretch(footage, GAP[1], None)])


@pytest.fixture
def playback():
    playback = Playback()
    playback.choose(frozenset({CAMERA}))
    return playback


def starts(playback, recording, count, now=NOW):
    """Seconds after START at which the next GOPs begin; None where there is no picture."""
    places = [playback.next_gop(CAMERA, recording, now) for _ in range(count)]
    return [place and (place.gop.start - START) // TICKS for place in places]


def test_play_on_a_fresh_uid_begins_with_the_oldest_and_gives_each_gop_once(playback, recording):
    playback.command("play", None)
    assert starts(playback, recording, 4) == [0, 1, 2, 3]


def test_play_goes_on_from_where_the_uid_stood(playback, recording):
    playback.command("goto", START + 100 * TICKS)
    starts(playback, recording, 2)
    playback.command("stop", START)
    playback.command("play", None)
    assert starts(playback, recording, 2) == [102, 103]


def test_goto_gives_the_gop_that_contains_the_time(playback, recording):
    playback.command("goto", START + 100 * TICKS + 40_000)
    assert starts(playback, recording, 2) == [100, 101]


def test_goto_into_a_gap_gives_the_next_and_beyond_the_end_the_last(playback, recording):
    playback.command("goto", GAP[0] + MINUTE)
    assert starts(playback, recording, 1) == [900]
    playback.command("goto", NOW + MINUTE)
    assert starts(playback, recording, 1) == [1199]


def test_reverse_gives_the_gop_before(playback, recording):
    playback.command("reverse", START + 905 * TICKS)
    assert starts(playback, recording, 6) == [904, 903, 902, 901, 900, 599]
    playback.command("reverse", START + 1 * TICKS)
    assert starts(playback, recording, 3) == [0, None, None]


def test_reverse_in_a_gap_gives_the_gop_before_the_gap(playback, recording):
    playback.command("reverse", GAP[0] + MINUTE)
    assert starts(playback, recording, 2) == [599, 598]


def test_pause_stays(playback, recording):
    playback.command("pause", START + 50 * TICKS)
    assert starts(playback, recording, 3) == [50, 50, 50]


def test_next_image_gives_the_next_gop_at_the_last_picture_alone(playback, recording):
    playback.command("NEXTFRAME", START + 50 * TICKS + 60 * 900)
    assert starts(playback, recording, 2) == [50, 50]
    playback.command("NEXTFRAME", START + 50 * TICKS + 80 * 900)
    assert starts(playback, recording, 2) == [51, 51]


def test_previous_image_gives_the_gop_before_at_the_first_picture_alone(playback, recording):
    playback.command("PREVFRAME", START + 50 * TICKS + 20 * 900)
    assert starts(playback, recording, 1) == [50]
    playback.command("PREVFRAME", START + 50 * TICKS + 899)
    assert starts(playback, recording, 1) == [49]


def test_fast_forward_skips_further_with_each_repeat(playback, recording):
    playback.command("FF", START)
    assert playback.speed == 1
    assert starts(playback, recording, 2) == [2, 4]
    playback.command("FF", START + 4 * TICKS)
    assert starts(playback, recording, 2) == [8, 12]
    for _ in range(10):
        playback.command("FF", START)
    assert playback.speed == 8
    assert starts(playback, recording, 1) == [12 + 256]


def test_rewind_skips_backward_and_another_command_ends_its_speed(playback, recording):
    playback.command("REW", START + 100 * TICKS)
    assert starts(playback, recording, 2) == [98, 96]
    playback.command("play", None)
    assert playback.speed == 0
    assert starts(playback, recording, 1) == [97]
    playback.command("REW", START + 97 * TICKS)
    assert playback.speed == 1


def test_past_the_end_there_is_no_picture_until_more_is_recorded(playback, recording):
    playback.command("goto", NOW)
    assert starts(playback, recording, 2) == [1199, None]
    assert starts(playback, recording, 2, NOW + 2 * TICKS) == [1200, 1201]


def test_a_new_mask_goes_on_from_where_the_uid_stood(playback, recording):
    playback.command("goto", START + 100 * TICKS)
    starts(playback, recording, 1)
    playback.choose(frozenset({2}))
    assert playback.next_gop(2, recording, NOW).gop.start == START + 100 * TICKS
    with pytest.raises(Refused, match="not in MASK"):
        playback.next_gop(CAMERA, recording, NOW)


def test_two_uids_stand_at_their_own_places(recording):
    first, second = Playback(), Playback()
    for playback, seconds in ((first, 10), (second, 500)):
        playback.choose(frozenset({CAMERA}))
        playback.command("goto", START + seconds * TICKS)
    assert starts(first, recording, 1) + starts(second, recording, 1) + starts(first, recording, 1) == [
        10,
        500,
        11,
    ]


def test_without_mask_or_playcmd_nothing_plays(recording):
    with pytest.raises(Refused, match="MASK"):
        Playback().command("play", None)
    playback = Playback()
    playback.choose(frozenset({CAMERA}))
    with pytest.raises(Refused, match="PLAYCMD"):
        playback.next_gop(CAMERA, recording, NOW)


def test_more_than_sixteen_cameras_are_refused(playback):
    playback.choose(frozenset(range(1, 17)))
    with pytest.raises(Refused, match="17 cameras"):
        playback.choose(frozenset(range(1, 18)))


@pytest.mark.parametrize("command", NEXT_OPERATION)
def test_each_command_names_its_operation(playback, recording, command):
    playback.command(command, START + 100 * TICKS)
    assert playback.operation is NEXT_OPERATION[command]
    assert playback.running is (command != "stop")
    assert playback.with_audio is (command in ("play", "goto"))
    assert playback.operation is not Operation.LIVE
