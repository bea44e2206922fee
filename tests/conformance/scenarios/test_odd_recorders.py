"""Recorders that conform, and are not like the usual one: nothing of theirs fails, and what cannot be tested
says why."""

from __future__ import annotations

import pytest

from checking import scenarios_checking
from nvr_conformance.client.options import TargetOptions
from nvr_conformance.engine.judge import judge
from nvr_conformance.engine.run_options import RunOptions
from nvr_conformance.judgement.verdicts import Verdict
from nvr_emulator.footage import footage as footages
from nvr_emulator.footage.footage import Footage, Ticks

PLAIN = {"fixture": "counter-small"}


def cameras(*numbers, **values):
    return [{"number": number, **PLAIN, **values} for number in numbers]


def recorded(since, until=None):
    return [{"since": since, **({"until": until} if until else {})}]


MONTH = 43_200  # minutes

RECORDERS = {
    "two microphones that sound the same": (
        {"cameras": cameras(1, 3, audio="AAC")},
        ("LIV-26", "LIV-28", "PLB-24"),
        {},
    ),
    "one codec each": (
        {
            "cameras": [
                *cameras(1, video=["H264"], recorded="H264"),
                *cameras(3, video=["H265"], recorded="H265"),
                *cameras(4, video=["H265"], recorded="JPEG", audio="G711"),
            ]
        },
        ("LIV-02", "LIV-03", "LIV-18", "LIV-21", "LIV-26", "EXC-01", "EXC-02", "PLB-01", "PLB-22", "PLB-23"),
        {},
    ),
    "the first camera is lost": (
        {"cameras": [*cameras(1, state="lost"), *cameras(3, audio="G711")]},
        ("LIV-02", "LIV-18", "LIV-27", "LIV-30", "PLB-01", "EXC-05", "INF-05", "INF-06"),
        {},
    ),
    "no camera connected": (
        {"cameras": cameras(1, 2, state="lost")},
        ("LIV-*", "EXC-*", "PLB-*", "SES-02", "SES-08", "SES-13", "SEC-03", "CTL-01"),
        {"LIV-02": "no camera", "EXC-01": "no camera", "PLB-01": "no camera", "SES-13": "no camera"},
    ),
    "no microphones": (
        {"cameras": cameras(1, 2)},
        ("LIV-25", "LIV-26", "PLB-23", "PLB-25", "DWN-02"),
        {"LIV-26": "the camera sends no audio", "PLB-25": "no camera gives audio", "LIV-25": "no audio"},
    ),
    "no JPEG": (
        {"cameras": cameras(1, jpeg=False)},
        ("LIV-19", "PLB-22", "DWN-07"),
        {"LIV-19": "no camera sends JPEG", "PLB-22": "no recording of JPEG"},
    ),
    "no recordings": (
        {"cameras": cameras(1), "recordings": []},
        ("PLB-01", "PLB-12", "PLB-26", "DWN-01", "INF-05", "EXC-03", "SES-08"),
        {"PLB-01": "states no recording", "DWN-01": "no recording", "INF-05": "no recorded range"},
    ),
    "recordings of the last minutes": (
        {"cameras": cameras(1, audio="AAC"), "recordings": recorded(5)},
        ("PLB-1*", "PLB-25", "PLB-29", "DWN-01", "DWN-02", "INF-05"),
        {},
    ),
    "recordings of a month ago": (
        {"cameras": cameras(1, 2, audio="AAC"), "recordings": recorded(MONTH, MONTH - 2)},
        ("PLB-0[1-9]", "PLB-1*", "PLB-25", "PLB-26", "DWN-01", "DWN-02", "DWN-10", "INF-05"),
        {},
    ),
    "recording stopped half an hour ago": (
        {"cameras": cameras(1, 3), "recordings": recorded(600, 30)},
        ("SES-13", "SEC-03"),
        {},
    ),
    "one event of a minute": (
        {"cameras": cameras(1, 3), "recordings": recorded(61, 60)},
        ("SES-13", "SEC-03", "EXC-05", "PLB-01"),
        {},
    ),
    "UIDs that have ended are issued again": (
        {"cameras": cameras(1, 2), "variants": {"uid-reuse": "last-freed"}},
        ("SES-0[4-9]", "SES-13", "INF-07"),
        {},
    ),
    "all numbers little-endian": (
        {"cameras": cameras(1, 2, audio="AAC"), "dialect": {"byte_order": "little"}},
        ("LIV-11", "LIV-12", "LIV-19", "LIV-26", "PLB-05", "PLB-07", "PLB-24"),
        {},
    ),
    "half an hour of summer time": (
        # Two and a half hours behind the end of summer time on Lord Howe.
        {
            "cameras": cameras(1),
            "recordings": recorded(600),
            "time_zone": "Australia/Lord_Howe",
            "clock_start": 1_775_322_000,
        },
        ("INF-04", "INF-05", "PLB-07", "PLB-33", "DWN-01"),
        {},
    ),
}


@pytest.mark.parametrize(("setup", "ids", "untested"), RECORDERS.values(), ids=RECORDERS)
def test_a_recorder_that_conforms(judge_as_real, setup, ids, untested):
    seen = judge_as_real(setup, select=ids)
    assert not seen.rows("fail", "warn", "error")
    reasons = seen.rows("not-tested")
    for id_, said in untested.items():
        assert said in reasons[id_]
    assert all(reasons.values())
    assert seen.left_behind == []


def test_g726_is_told_from_g711_however_long_the_commands_take(judge_as_real):
    setup = {"cameras": cameras(1, 2, 3, 4, audio="G726")}
    seen = judge_as_real(setup, select=("LIV-26", "LIV-27", "LIV-29", "PLB-23"), model=1)
    assert set(seen.rows("pass")) == {"LIV-26", "LIV-27", "LIV-29", "PLB-23"}


@pytest.mark.parametrize(
    ("numbers", "gops"), [pytest.param((1,), "1", marks=pytest.mark.long), ((1, 2, 3), "varying")]
)
def test_scenes_that_stand_still(numbers, gops):
    setup = {
        "cameras": cameras(*numbers, recorded="JPEG") if gops == "1" else cameras(*numbers),
        "variants": {"scene": "still", "gop-seconds": gops},
    }
    ids = ("LIV-18", "LIV-19", "PLB-12", "PLB-13")

    result = judge(TargetOptions(model=2, setup=setup), RunOptions(select=(*ids, "DWN-11", "DWN-13")))

    assert not result.errors
    assert not result.ids(Verdict.FAIL, Verdict.WARN, Verdict.ERROR)
    assert set(ids) <= result.ids(Verdict.PASS)


def test_a_scene_that_stands_still_in_gops_of_ten_seconds():
    """A file may begin a GOP ahead of what is asked for, where it looks as it does at the begin of that."""
    setup = {"variants": {"scene": "still", "gop-seconds": "5", "picture-rate": "varying"}}
    result = judge(TargetOptions(model=3, setup=setup), RunOptions(select=("DWN-11", "DWN-13")))
    assert not result.errors
    assert result.ids(Verdict.PASS) == {"DWN-11", "DWN-13"}


@pytest.mark.parametrize("moving", [(), (1,), (3,), (3, 4)])
def test_cameras_of_which_some_do_not_move(moving):
    setup = {"cameras": [camera for number in (1, 3, 4) for camera in cameras(number, ptz=number in moving)]}

    result = judge(TargetOptions(model=2, setup=setup), RunOptions(select=("CTL-*",)))

    assert not result.errors
    assert not result.ids(Verdict.FAIL, Verdict.WARN, Verdict.ERROR)
    assert {"CTL-01", "CTL-08"} <= result.ids(Verdict.PASS)


SLOW = ("LIV-03", "LIV-18", "LIV-21", "LIV-23", "LIV-24", "EXC-05", "SES-13", "SEC-03")


@pytest.fixture
def a_picture_in_five_seconds(monkeypatch):
    was = Footage.__init__

    def init(footage, fixture):
        was(footage, fixture)
        footage.interval = Ticks(5 * footages.TICKS)
        footage.intervals = [footage.interval] * len(footage.lengths)
        footage._starts = [
            sum(footage.lengths[:index]) * footage.interval for index in range(len(footage.lengths) + 1)
        ]

    kept = (footages.footage_of, footages._recorded, footages.placeholder_footage)
    monkeypatch.setattr(Footage, "__init__", init)
    for loaded in kept:
        loaded.cache_clear()
    yield
    for loaded in kept:
        loaded.cache_clear()


@pytest.mark.usefixtures("a_picture_in_five_seconds")
def test_cameras_of_a_picture_in_five_seconds():
    """As 0x0009 can tell: no row has a lowest rate."""
    setup = {"cameras": cameras(1, 3, 4), "variants": {"first-picture": "joins"}}

    result = judge(
        TargetOptions(model=2, setup=setup), RunOptions(select=SLOW, only=scenarios_checking(SLOW))
    )

    assert not result.errors
    assert not result.ids(Verdict.FAIL, Verdict.WARN, Verdict.ERROR)
    assert set(SLOW) <= result.ids(Verdict.PASS)


def test_a_log_that_it_was_given_and_a_camera_that_is_lost_from_the_start():
    """Of a camera whose number is high enough that the entry that was given is still in the log."""
    setup = {"cameras": cameras(1) + cameras(20, state="lost")}
    result = judge(TargetOptions(model=3, setup=setup), RunOptions(select=["INF-0[123]"]))
    assert result.ids(Verdict.PASS) == {"INF-01", "INF-02", "INF-03"}


def test_long_gops_that_are_lost_where_a_recording_ends():
    """A GOP of ten seconds that is not over when something else begins to be recorded is not kept; where
    GOTODATE gives the GOP ahead of TIMEF, that is more than ten seconds away."""
    setup = {
        "variants": {"gop-seconds": "5", "picture-rate": "varying", "go-to": "before"},
        "cameras": cameras(26, video=["H264"]),
        "clock_start": 1_796_109_120.0,
    }
    result = judge(TargetOptions(model=3, setup=setup), RunOptions(select=["PLB-17"]))
    assert result.ids(Verdict.PASS) == {"PLB-17"}


def test_what_does_not_come_does_not_apply(judge_as_real):
    """Whatever else a scenario needs that looks at it too: a JPEG recording, a change of codec."""
    variants = {"recorder-ids": "none", "rtp-extension": "none"}
    setup = {"cameras": cameras(1, 3, recorded="H265"), "variants": variants}
    seen = judge_as_real(setup, select=("LIV-11", "PLB-10", "PLB-21", "PLB-36"))
    assert not seen.rows("fail", "warn", "error")
    assert seen.rows("not-applicable").keys() >= {"LIV-11", "PLB-10", "PLB-21", "PLB-36"}
