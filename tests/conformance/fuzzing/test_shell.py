"""The lines for a shell do what the steps do: run by bash, against a recorder."""

from __future__ import annotations

import os
import re
import shutil
import subprocess

import pytest

from nvr_conformance.fuzzing.shell import shell_lines
from nvr_conformance.fuzzing.steps import (
    CONTROLS,
    CountUids,
    Fetch,
    LogIn,
    Malformed,
    Moment,
    Send,
    Stranger,
    playing,
    push,
)
from nvr_emulator.server.embedding import EmbeddedRecorder
from nvr_protocol.timestamps import parse_timef

pytestmark = pytest.mark.skipif(
    None in map(shutil.which, ("bash", "curl")), reason="needs bash and curl on this machine"
)
TWO_HOURS = Moment("now", 2 * 3600 * 100)


@pytest.fixture
def recorder():
    with EmbeddedRecorder() as opened:
        yield opened


def by_hand(recorder, steps, tmp_path, then=""):
    """What a user sees who pastes the lines."""
    variables = {
        "URL": recorder.url,
        "NVR": f"{recorder.user}:{recorder.password}",
        **{f"NVR{number}": f"{user.name}:{user.password}" for number, user in enumerate(recorder.users)},
    }
    lines = shell_lines(steps, channels=recorder.machine.plan.channels)
    done = subprocess.run(
        ["bash", "-c", "\n".join((*lines, then))],
        env={**os.environ, **variables},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


def statuses(shown):
    return [int(line[:3]) for line in shown if re.match(r"\d{3}, \d+ bytes", line)]


def queries(recorder):
    """The queries that the recorder was asked, without the UID."""
    return [re.sub(r"UID=\d+", "UID=…", entry.query) for entry in recorder.machine.journal.exchanges()]


def test_each_command_is_answered_as_it_was(recorder, tmp_path):
    steps = (
        LogIn("s1"),
        LogIn("s2", user=3),
        push("s1", "live_rtp", "START", 1, "H264"),
        push("s1", "live_rtp", "START", 1, "H264"),
        Send("s1", "iris", {"CH": 1, **CONTROLS["iris"]}),
        Send("s2", "mask", cameras=(1, 2)),
        Send("s2", "mask", {"digits": 3}, cameras=(1,)),
        playing("s2", "GOTODATE", TWO_HOURS),
        Fetch("s2", 2),
        Fetch("s2", 3),
        playing("s2", "NEXTFRAME", Moment("last", -7)),
        playing("s2", "PAUSE", Moment("first")),
        Malformed("s1", "/cgi-bin/status.cgi?UID={uid}&PC=AS61"),
        Malformed("s1", "/cgi-bin/$HOME/../`id`'\"?UID={uid}&a=[1-3]{b}!"),
        Stranger("/cgi-bin/%zz?x=$s1"),
        Send("s1", "logout"),
        Send("s1", "keep_alive"),
        CountUids(),
    )
    shown = by_hand(recorder, steps, tmp_path)
    assert [line[:4] for line in shown if line.startswith("UID ")] == ["UID "] * 2
    assert statuses(shown) == [
        200, 204, 200, 200, 400, 200, 200, 400, 200, 200, 400, 404, 404, 200, 401,
    ]  # fmt: skip
    assert shown[-1].strip() == "USEDUID=1"
    sent = queries(recorder)
    assert any("a=[1-3]{b}!" in query for query in sent)
    assert sum("x=$s1" in query for query in sent) == 1


def test_times_are_those_of_the_steps(recorder, tmp_path):
    steps = (
        LogIn("s1"),
        Send("s1", "mask", cameras=(1,)),
        playing("s1", "GOTODATE", TWO_HOURS),
        Fetch("s1", 1),
        playing("s1", "PAUSE", Moment("last")),
        Fetch("s1", 1),
        playing("s1", "PREVFRAME", Moment("first")),
        Fetch("s1", 1),
        playing("s1", "NEXTFRAME", Moment("last")),
    )
    shown = by_hand(recorder, steps, tmp_path)
    gops = [line for line in shown if re.fullmatch(r"\d{14}", line.strip())]
    assert len(gops) == 3
    assert gops[1] == gops[0]
    times = [re.search(r"TIMEF=(\d+)", query)[1] for query in queries(recorder) if "TIMEF" in query]
    seconds = [parse_timef(text) // 100 for text in (times[0], gops[0])]
    assert 0 <= seconds[0] - seconds[1] < 60
    assert times[1] >= gops[0][:12]
    assert times[2] == gops[1]
    assert abs(seconds[0] + 2 * 3600 - recorder.machine.clock.now()) < 60
    last, first = parse_timef(times[3]), parse_timef(gops[2])
    assert 0 < last - first < 6000


def test_a_stream_that_does_not_end_is_seen(tmp_path):
    steps = (
        LogIn("s1"),
        push("s1", "live_http", "START", 1, "H264"),
        push("s1", "live_http", "START", 2, "H264"),
        push("s1", "live_http", "STOP", 1, "H264"),
    )
    endings = {}
    for defects in ((), ("http-after-stop",)):
        with EmbeddedRecorder(defects=defects) as recorder:
            shown = by_hand(recorder, steps, tmp_path, then="kill $(jobs -p); wait")
        endings[defects] = [line for line in shown if re.match(r"s1 camera|.*Running", line)]
    healthy, broken = endings.values()
    assert [line[:13] for line in healthy] == ["s1 camera 1 H", "[2]+  Running"]
    assert [line[:13] for line in broken] == ["[1]-  Running", "[2]+  Running"]
