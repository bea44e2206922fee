"""The client meets each fault that there is (`nvr-emulator faults`), goes on when it can, and breaks no rule.

A fault begins while the client does something. What it does has to be done in the end, with few requests.
"""

import asyncio
import itertools
import json
import ssl
import subprocess
import sys
from contextlib import aclosing, suppress
from datetime import UTC, datetime, timedelta

import av
import pytest
from nvr_client import Recorder, RecorderError

SPEED = 20
PATIENCE = 2.0
"""Real seconds for an answer to go on."""
MOST_REQUESTS = 60
"""Far fewer than any loop without a pause would send."""

pytestmark = pytest.mark.nvr(clock="fast", speed=SPEED)


async def pause(seconds):
    await asyncio.sleep(seconds / SPEED)


async def pause_for_nothing():
    """No fault begins."""


def decoded(pictures):
    """How many pictures decode; one that does not is passed over."""
    codec = "hevc" if b"\x00\x00\x00\x01\x46\x01" in pictures[0][:8] else "h264"
    context = av.CodecContext.create(codec, "r")
    frames = 0
    for data in [*map(av.Packet, pictures), None]:
        with suppress(av.error.FFmpegError):
            frames += len(context.decode(data))
    return frames


# --- what the client does: each begins, lets the fault come, and gives whether all was had --------------


async def watch(recorder, begin_fault, folder, *, udp=False, before=5, after=25):
    """Live pictures, before and behind."""
    pictures = []
    async with aclosing(recorder.watch(1, udp=udp)) as watched:
        while len(pictures) < before + after:
            pictures.append(await anext(watched))
            if len(pictures) == before:
                await begin_fault()
    return decoded(pictures) >= after


async def watch_udp(recorder, begin_fault, folder):
    return await watch(recorder, begin_fault, folder, udp=True)


async def start_udp(recorder, begin_fault, folder):
    await begin_fault()
    return await watch(recorder, pause_for_nothing, folder, udp=True)


async def save(recorder, begin_fault, folder):
    await begin_fault()
    await recorder.save_picture(1, folder / "now.jpg")
    with av.open(str(folder / "now.jpg")) as picture:
        return next(picture.decode(video=0)).width


async def play(recorder, begin_fault, folder):
    """Eight seconds, each GOP once and in order."""
    begin = recorder.now() - timedelta(minutes=30)
    gops = []
    async with aclosing(recorder.play(1, begin, 8)) as played:
        async for gop in played:
            gops.append(gop)
            if len(gops) == 2:
                await begin_fault()
    assert all(earlier.end < later.start for earlier, later in itertools.pairwise(gops))
    assert (gops[-1].end - gops[0].start) / 100 >= 7
    return decoded([picture.data for gop in gops for picture in gop.pictures])


async def download(recorder, begin_fault, folder):
    """A minute, in one film."""
    begin = recorder.now().replace(second=0, microsecond=0) - timedelta(minutes=30)
    await begin_fault()
    (film,) = await recorder.download(1, begin, begin + timedelta(minutes=1), folder)
    assert list(folder.iterdir()) == [film]
    with av.open(str(film)) as opened:
        return opened.duration / av.time_base >= 60


async def turn(recorder, begin_fault, folder):
    await begin_fault()
    await recorder.turn(1, pan=8, tilt=0, zoom=0, seconds=1)
    return True


# --- the faults -----------------------------------------------------------------------------------------

UDP = [watch_udp]
ALL = [watch, save, play, download, turn]
CASES = [
    ("rtp-loss:rate=0.05,seed=3", UDP),
    ("rtp-duplicate:rate=0.2", UDP),
    ("rtp-reorder:rate=0.2,by=3", UDP),
    ("rtp-delay:rate=0.05", UDP),
    ("rtp-corrupt:rate=0.05,bits=20", UDP),
    ("stream-silent:lasts=12", [watch, watch_udp]),
    ("answer-delay:delay=3,times=1", ALL),
    ("answer-dribble:size=4000,pause=0.001,lasts=12", ALL),
    ("answer-cut:at=0,times=1", ALL),
    ("answer-delay:delay=3,times=1,command=push.cgi", [save, start_udp]),
    ("answer-cut:at=0,times=1,command=push.cgi", [save, start_udp]),
    ("answer-reset:at=0,times=1,command=push.cgi", [save, start_udp]),
    ("answer-cut:at=3000,times=1,command=camera.cgi", [play]),
    ("answer-cut:at=90000,times=1,command=httpdl.cgi", [download]),
    ("answer-reset:at=0,times=1", ALL),
    ("answer-reset:at=3000,times=1,command=camera.cgi", [play]),
    ("answer-reset:at=90000,times=1,command=httpdl.cgi", [download]),
    ("under-load:mean=0.1,lasts=60", ALL),
    ("refuse-connections:lasts=12", [save, play, download, turn]),
    ("camera-lost:lasts=12", [watch, watch_udp, save]),
    ("disk-warning:lasts=12", [play, download]),
    ("disk-removed:slot=MAIN-2,lasts=12", [play, download]),
    ("disk-full:lasts=12", [play, download]),
    ("downloads-busy:lasts=12", [download]),
    ("reboot:lasts=12", [watch, watch_udp, save, play, download, turn]),
    ("clock-step:seconds=-40,lasts=12", [watch, play, download]),
    ("clock-step:seconds=40,lasts=12", [watch, play, download]),
    ("summer-time:ahead=5,lasts=12", [watch, play, download]),
]
AT_THE_DOOR = [
    "answer-delay:delay=3,times=2,command=dlogin.cgi",
    "answer-cut:at=0,times=2,command=dlogin.cgi",
    "answer-reset:at=0,times=2,command=dlogin.cgi",
    "tls-stall:lasts=12",
    "certificate-expired:lasts=12",
    "certificate-changed:lasts=12",
    "certificate-of-another-host:lasts=12",
]


def recorder_of(nvr, url=None, **more):
    recorder = Recorder(url or nvr.url, nvr.user, nvr.password, pause=pause, patience=PATIENCE, **more)
    recorder.now = lambda: datetime.fromtimestamp(nvr.clock.now(), UTC)
    return recorder


def judge(nvr):
    """No rule is broken, not even advice, and the client was patient."""
    assert len(nvr.journal.exchanges()) <= MOST_REQUESTS
    nvr.finish()
    nvr.assert_no_findings(level="note", ignore=["machine-too-slow"])


@pytest.mark.nvr(time_zone="Europe/Berlin", main_slots=2, disks=["MAIN-1", "MAIN-2"])
@pytest.mark.parametrize(
    ("fault", "act"),
    [pytest.param(fault, act, id=f"{fault}-{act.__name__}") for fault, acts in CASES for act in acts],
)
def test_it_goes_on(nvr, tmp_path, fault, act):
    begun = []

    async def begin_fault():
        begun.append(await asyncio.to_thread(nvr.faults.add, fault))

    async def run():
        async with recorder_of(nvr) as recorder:
            return await act(recorder, begin_fault, tmp_path)

    assert asyncio.run(run())
    (held,) = begun
    if fault.startswith(("rtp-", "answer-", "under-load")):
        assert held.struck or not held.holds
    judge(nvr)


@pytest.mark.nvr(transport="both")
@pytest.mark.parametrize("fault", AT_THE_DOOR)
def test_it_comes_again_until_it_is_let_in_and_trusts_nobody_else(nvr, tmp_path, fault):
    async def run():
        trusted = ssl.create_default_context(cadata=nvr.certificate)
        nvr.faults.add(fault)
        async with recorder_of(nvr, nvr.https_url, trusted=trusted) as recorder:
            await recorder.save_picture(1, tmp_path / "now.jpg")

    asyncio.run(run())
    judge(nvr)


def test_it_gives_up_in_the_end_and_says_why(nvr):
    async def run():
        nvr.faults.add("refuse-connections")
        async with recorder_of(nvr):
            pass

    with pytest.raises(RecorderError, match=r"given up: .*[Cc]onnect"):
        asyncio.run(run())
    assert nvr.journal.exchanges() == []


def test_each_fault_is_met():
    asked = [sys.executable, "-m", "nvr_emulator.cli.entry", "faults", "--json"]
    there = json.loads(subprocess.run(asked, capture_output=True, check=True).stdout)
    met = {fault.partition(":")[0] for fault in [*(fault for fault, _ in CASES), *AT_THE_DOOR]}
    assert met == {fault["name"] for fault in there}
