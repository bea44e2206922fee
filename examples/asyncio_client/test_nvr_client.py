"""The client against recorders of each kind: it does what it should, and breaks no rule."""

import asyncio
from contextlib import aclosing
from datetime import UTC, datetime, timedelta

import av
import pytest
from nvr_client import Recorder, RecorderError

SPEED = 20

pytestmark = pytest.mark.nvr(clock="fast", speed=SPEED)
each_model = pytest.mark.parametrize(
    "model", [pytest.param(n, marks=pytest.mark.nvr(model=n)) for n in (1, 2, 3)]
)


async def pause(seconds):
    """Wait so many seconds of a recorder whose clock goes faster."""
    await asyncio.sleep(seconds / SPEED)


def with_client(nvr, act):
    """Log in, act, log out; gives what `act` gives. No rule may be broken, not even advice."""

    async def run():
        async with Recorder(nvr.url, nvr.user, nvr.password, pause=pause) as recorder:
            return await act(recorder)

    given = asyncio.run(run())
    nvr.assert_no_findings(level="note", ignore=["machine-too-slow"])  # that is not the client's
    return given


def decoded(pictures):
    """How many pictures decode, whichever codec it is."""
    first = pictures[0]
    codec = "hevc" if b"\x00\x00\x00\x01\x46\x01" in first[:8] else "h264"
    context = av.CodecContext.create(codec, "r")
    frames = [frame for data in pictures for frame in context.decode(av.Packet(data))]
    return len(frames) + len(context.decode(None))


@each_model
def test_it_watches_a_camera(nvr, model):
    async def act(recorder):
        first, *_ = await recorder.cameras()
        pictures = []
        async with aclosing(recorder.watch(first)) as watched:
            async for picture in watched:
                pictures.append(picture)
                if len(pictures) == 12:
                    break
        return pictures

    assert decoded(with_client(nvr, act)) == 12


@each_model
def test_it_saves_a_picture(nvr, model, tmp_path):
    path = tmp_path / "now.jpg"
    with_client(nvr, lambda recorder: recorder.save_picture(1, path))
    with av.open(str(path)) as picture:
        assert next(picture.decode(video=0)).width > 100


@each_model
def test_it_plays_back(nvr, model):
    begin = datetime.fromtimestamp(nvr.clock.now(), UTC) - timedelta(minutes=5)

    async def act(recorder):
        async with aclosing(recorder.play(1, begin, 5)) as gops:
            return [gop async for gop in gops]

    gops = with_client(nvr, act)
    assert gops[0].start <= begin.timestamp() * 100 <= gops[0].end + 100
    assert 4 <= (gops[-1].end - gops[0].start) / 100 <= 8
    assert decoded([picture.data for picture in gops[0].pictures]) == len(gops[0].pictures)


@each_model
def test_it_downloads(nvr, model, tmp_path):
    minute = datetime.fromtimestamp(nvr.clock.now() // 60 * 60, UTC)
    begin, end = minute - timedelta(minutes=3), minute - timedelta(minutes=2)
    files = with_client(nvr, lambda recorder: recorder.download(1, begin, end, tmp_path))
    assert [path.suffix for path in files] == [".mp4"]
    assert sorted(tmp_path.iterdir()) == files
    with av.open(str(files[0])) as film:
        assert 60 <= film.duration / av.time_base <= 66


@each_model
def test_it_turns_a_camera_and_stops_it(nvr, model):
    with_client(nvr, lambda recorder: recorder.turn(1, pan=8, tilt=0, zoom=0, seconds=1))
    camera = nvr.state()["cameras"][0]
    assert camera["pan"] > 0
    assert not camera["moving"]


def test_it_stays_logged_in_while_it_does_nothing(nvr, tmp_path):
    async def act(recorder):
        await pause(100)
        await recorder.save_picture(1, tmp_path / "later.jpg")

    with_client(nvr, act)
    assert nvr.journal.count("dlogin.cgi") == 1


def test_a_refusal_is_told_in_the_recorders_own_words(nvr, tmp_path):
    async def act(recorder):
        with pytest.raises(RecorderError, match="404"):
            await recorder.save_picture(99, tmp_path / "none.jpg")

    with pytest.raises(AssertionError, match="camera-not-registered"):
        with_client(nvr, act)
