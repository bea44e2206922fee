"""The fuzzer on recorders that read open points otherwise than by default: they are healthy, and what is
wrong with one is found all the same."""

from __future__ import annotations

import pytest

from nvr_conformance.cli.fuzz import CLOCK_START
from nvr_conformance.client.options import TargetOptions
from nvr_conformance.fuzzing.driver import Driver
from nvr_conformance.fuzzing.playback_model import Fault, PlaybackModel, Shown, Stretches
from nvr_conformance.fuzzing.reference_model import Verdict
from nvr_conformance.fuzzing.run import fuzz
from nvr_conformance.fuzzing.shrinking import replay
from nvr_conformance.fuzzing.steps import (
    CountUids,
    Fetch,
    LetPass,
    LogIn,
    Malformed,
    Moment,
    Send,
    Stranger,
    playing,
    push,
)
from nvr_conformance.sources.source import TargetSource
from nvr_conformance.sources.target_options import read_variants

HOUR = 3600 * 100
TWO_HOURS = Moment("now", 2 * HOUR)
LIVE_AND_MORE = (
    (push("s", "live_http", "START", 1, "H265"), push("s", "live_http", "START", 1, "JPEG")),
    (push("s", "live_http", "START", 1, "H265"), push("s", "live_rtp", "START", 1, "H265")),
    (push("s", "live_rtp", "START", 1, "H265"), push("s", "live_http", "STOP", 1, "H265")),
    (
        push("s", "live_http", "START", 1, "H264"),
        push("s", "live_http", "START", 1, "AUDIO"),
        push("s", "live_http", "START", 1, "AUDIO"),
    ),
    (
        push("s", "live_http", "START", 1, "H264"),
        push("s", "live_http", "START", 1, "AUDIO"),
        push("s", "live_http", "STOP", 1, "H264"),
        LetPass(5.0),
        push("s", "live_http", "START", 1, "H264"),
        push("s", "live_http", "START", 1, "AUDIO"),
    ),
    (
        push("s", "live_http", "START", 1, "H264"),
        push("s", "live_rtp", "START", 1, "AUDIO"),
        push("s", "live_http", "STOP", 1, "H264"),
        Send("s", "mask", cameras=(1,)),
        playing("s", "PLAY"),
    ),
    (push("s", "live_http", "START", 1, "H264"), Send("s", "mask", cameras=(1,)), playing("s", "PLAY")),
    (
        Send("s", "mask", cameras=(1,)),
        playing("s", "GOTODATE", TWO_HOURS),
        push("s", "live_http", "START", 1, "H264"),
    ),
)
PLAYBACK = (
    tuple(
        step
        for name in (
            "GOTODATE",
            "PLAY",
            "PAUSE",
            "PLAY",
            "FF",
            "FF",
            "FF",
            "REW",
            "BPLAY",
            "NEXTFRAME",
            "PLAY",
        )
        for step in (playing("s", name, TWO_HOURS), Fetch("s", 1), Fetch("s", 1))
    ),
    (playing("s", "PLAY", TWO_HOURS), Fetch("s", 1), Fetch("s", 1)),
    (playing("s", "GOTODATE", Moment("now", 24 * HOUR - 500)), Fetch("s", 1), Fetch("s", 1)),
    (playing("s", "GOTODATE", Moment("now", 6 * HOUR - 10_000)), Fetch("s", 1)),
    (playing("s", "GOTODATE", Moment("now", -60_000)), Fetch("s", 1), Fetch("s", 2)),
)
REFUSED = (
    (Fetch("s", 1), Send("s", "playaudio", {"CAM": 1}), push("s", "live_http", "START", 9, "H265")),
    (Send("s", "logout"), Send("s", "keep_alive"), Send("s", "log_events"), Fetch("s", 1)),
    (
        Malformed("s", "/cgi-bin/status.cgi?UID={uid}&PC=AS61"),
        Malformed("s", "/cgi-bin/hdrctl.cgi?UID={uid}&SCREEN=17X&PC=AS60"),
        LetPass(89.0),
        Send("s", "keep_alive"),
    ),
    (Stranger("/cgi-bin/as_getinfo.cgi?FILE=2"), Stranger("/cgi-bin/nothing.cgi"), CountUids()),
    tuple(LogIn(f"t{number}", 3 if number > 14 else 0) for number in range(18)),
)


def all_steps():
    """Every piece, each on a UID of its own."""
    pieces = [
        *LIVE_AND_MORE,
        *((Send("s", "mask", cameras=(1,)), *piece) for piece in PLAYBACK),
        *REFUSED,
    ]
    for number, piece in enumerate(pieces, 1):
        yield LogIn(f"s{number}", 0)
        for step in piece:
            yield with_label(step, f"s{number}")
        yield Send(f"s{number}", "logout")
        yield CountUids()


def with_label(step, label):
    """The step of the client that a piece calls s."""
    if getattr(step, "label", "") != "s":
        return step
    return type(step)(**{name: getattr(step, name) for name in step.__struct_fields__} | {"label": label})


def opened(*variants, model=1):
    setup = {"clock_start": CLOCK_START, **read_variants(variants)}
    source = TargetSource(TargetOptions(model=model, setup=setup))
    source.prepare()
    return source.open()


@pytest.mark.parametrize(
    "variants",
    [
        (),
        *(
            (name,)
            for name in (
                "accepted-body=empty",
                "all-different",
                "audio-without-its-video=goes-on",
                "fast-steps=first-is-one",
                "fast-steps=four",
                "go-to=before",
                "go-to=next",
                "gop-end=next-start",
                "gop-seconds=varying",
                "information-without-login=open",
                "newcomer-of-lowest-priority=evicts-the-oldest",
                "no-image=200-empty",
                "no-image=204",
                "no-image=404",
                "over-one-hour=500",
                "pause=last",
                "pause=none",
                "play-from=newest",
                "play-from=now-60s",
                "refusal=200-empty",
                "refusal=200-text",
                "refusal=204",
                "refusal=close",
                "refusal=empty-page",
                "refusal=per-cause",
                "second-stream=replaces",
                "second-stream=silent",
                "strictness=lenient",
                "wrong-codec=other",
                "wrong-codec=refused",
            )
        ),
        ("refusal=200-empty", "accepted-body=empty"),
        ("refusal=close", "second-stream=replaces", "strictness=lenient"),
    ],
    ids=" ".join,
)
def test_a_recorder_that_reads_them_otherwise_agrees(variants):
    with opened(*variants) as target:
        found = replay(target, tuple(all_steps()))
    assert found is None, found.text


@pytest.fixture
def target():
    with opened("log-order=rising") as target:
        yield target


def recorder_of(target):
    return target.control.recorder.machine.recorder


@pytest.mark.parametrize(
    "steps",
    [
        (*LIVE_AND_MORE[6], Fetch("s", 1)),
        LIVE_AND_MORE[7],
        (push("s", "live_http", "START", 1, "H265"), push("s", "live_http", "START", 1, "JPEG")),
        LIVE_AND_MORE[3],
    ],
    ids=["playback beside live", "live beside playback", "two of one camera", "twice its audio"],
)
def test_both_at_once_are_found_whichever_gives_way(target, steps):
    recorder = recorder_of(target)
    for check in ("check_not_playing", "check_not_live"):
        setattr(recorder.exclusivity, check, lambda session: None)
    recorder.live.check_room = lambda uid, camera, comp: None
    recorder.live.check_video_runs = lambda uid, camera: None
    found = replay(target, (LogIn("s1"), *(with_label(step, "s1") for step in steps)))
    assert found is not None
    assert "it and what it cannot be had beside are both given" in found.text


def keep_at_logout(recorder):
    recorder.sessions.end = lambda session, ending, now: None


def let_live_too_long(recorder):
    recorder.sessions.lifetime = 100.0


def let_audio_come_alone(recorder):
    recorder.live.check_video_runs = lambda uid, camera: None


@pytest.mark.parametrize(
    ("break_it", "steps"),
    [
        (keep_at_logout, (Send("s1", "logout"), Send("s1", "log_events"))),
        (let_live_too_long, (LetPass(95.0), Send("s1", "log_events"))),
        (let_audio_come_alone, (push("s1", "live_http", "START", 1, "AUDIO"),)),
    ],
)
def test_what_no_reading_allows_is_found(target, break_it, steps):
    break_it(recorder_of(target))
    found = replay(target, (LogIn("s1"), *steps))
    assert found is not None
    assert "must be refused: 200" in found.text


def test_one_that_is_fuzzed_agrees():
    with opened("all-different", model=2) as target:
        run = fuzz(target, budget=120, most_examples=6)
    assert run.finding is None, run.finding.text
    assert run.commands > 200


def test_a_crash_is_none_of_its_refusals(target):
    """A recorder that refuses by a status closes a connection because it broke."""
    with Driver(target) as driver:
        driver.run(LogIn("s1"))
        broken = driver.client.get("/cgi-bin/nothing.cgi")
        broken.status = 500
        assert driver.answers.fault(Fetch("s1", 1), broken, Verdict.EITHER, False).startswith(
            "the recorder failed"
        )


SECOND = Shown(HOUR, HOUR + 90, 100.0)


def playback(*commands, given=SECOND):
    """A playback that was given a GOP behind GOTODATE, and then these commands."""
    model = PlaybackModel(Stretches(((0, None),)), frozenset([1]), by_default=False)
    model.command("GOTODATE", HOUR)
    assert model.judge(1, given, 24 * HOUR) is None
    for name, moment in commands:
        model.command(name, moment)
    return model


def shown(offset, length=100.0):
    return Shown(HOUR + offset, HOUR + offset + round(length) - 10, length)


def test_how_fast_is_open_and_the_direction_is_not():
    for name, right, wrong in (("FF", 700, -100), ("REW", -700, 100)):
        model = playback((name, HOUR))
        assert model.judge(1, shown(100 if name == "FF" else -100), 24 * HOUR) is None
        assert model.judge(1, shown(right), 24 * HOUR) is None
        assert model.judge(1, shown(wrong), 24 * HOUR) is Fault.NOT_SKIPPED
    assert playback(("FF", HOUR)).judge(1, shown(-3000), 24 * HOUR) is Fault.NOT_SKIPPED


def test_where_goto_leads_is_open_by_a_gop():
    for offset in (-150, 0, 150, 900):
        assert playback(("GOTODATE", HOUR)).judge(1, shown(offset), 24 * HOUR) is None
    for offset in (-3000, 1500):
        assert playback(("GOTODATE", HOUR)).judge(1, shown(offset), 24 * HOUR) is Fault.NOT_NEAR


def test_the_end_of_a_gop_may_be_the_next_ones_start():
    """Then how long it lasts is overrated (OP-37); the same one again is none."""
    overrated = Shown(HOUR, HOUR + 500, 512.8)
    for offset, fault in (
        (500, None),
        (512, None),
        (0, Fault.NOT_NEXT),
        (490, Fault.NOT_NEXT),
        (900, Fault.NOT_NEXT),
    ):
        assert playback(given=overrated).judge(1, shown(offset), 24 * HOUR) is fault
    for offset, fault in ((-500, None), (-300, Fault.NOT_BEFORE), (-900, Fault.NOT_BEFORE)):
        model = playback(("BPLAY", None))
        model.places[1].certain, model.places[1].named = True, False
        before = Shown(HOUR + offset, HOUR + offset + 500, 512.8)
        assert model.judge(1, before, 24 * HOUR) is fault
