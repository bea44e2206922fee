"""The clients in examples/ do what they should against each model, and break no rule."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import av
import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
SPEED = 10
"""Times real time: at 20 a busy machine looks away for the ten seconds in which a camera must be stopped."""
NO_PROXY_THERE = {"http_proxy": "http://127.0.0.1:9", "no_proxy": ""}
"""Where nobody listens: who asks the recorder by way of it gets nothing."""
models = pytest.mark.parametrize(
    "model", [pytest.param(number, marks=pytest.mark.nvr(model=number)) for number in (1, 2, 3)]
)


def pictures(path):
    with av.open(str(path)) as film:
        return sum(1 for _ in film.decode(video=0))


def needs(*programs):
    for program in programs:
        if shutil.which(program) is None:
            pytest.skip(f"{program} is missing")


@pytest.mark.parametrize(
    ("file", "count", "workers"),
    [
        ("asyncio_client/test_nvr_client.py", 17, "0"),
        ("asyncio_client/test_recovery.py", 80, "4"),  # they wait most of the time
        ("mistakes/test_mistakes.py", 33, "0"),
    ],
)
def test_what_comes_with_tests_passes_them(file, count, workers):
    folder, name = (EXAMPLES / file).parent, Path(file).name
    surroundings = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTEST_", "PYTHONSAFEPATH"))
    }
    surroundings |= NO_PROXY_THERE
    command = [sys.executable, "-m", "pytest", "-q", "-n", workers, name]
    done = subprocess.run(command, cwd=folder, env=surroundings, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{count} passed" in done.stdout


@models
@pytest.mark.nvr(clock="fast", speed=SPEED)
def test_the_client_of_node(nvr, model, tmp_path):
    needs("node")
    command = ["node", str(EXAMPLES / "node_client" / "nvr_client.mjs")]
    done = subprocess.run(
        [*command, nvr.url, nvr.user, nvr.password, str(tmp_path)],
        env={**os.environ, "NVR_SPEED": str(SPEED)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, "")
    (film,) = tmp_path.glob("*.mp4")
    assert pictures(tmp_path / "now.jpg") == 1
    assert pictures(tmp_path / "live.video") == 12
    assert pictures(tmp_path / "recorded.video") >= 25
    assert pictures(film) >= 300
    assert nvr.state()["cameras"][0]["pan"] > 0
    nvr.assert_no_findings(level="note", ignore=["machine-too-slow"])


@pytest.mark.parametrize(
    ("when", "fault"),
    [
        ("push.cgi", "reboot:lasts=12"),
        ("camera.cgi", "reboot:lasts=12"),
        ("httpdl.cgi", "answer-reset:at=0,times=2"),
        ("dlogin.cgi", "refuse-connections:lasts=12"),
        ("as_getinfo.cgi", "answer-cut:at=0,times=3"),
    ],
)
@pytest.mark.nvr(clock="fast", speed=SPEED)
def test_the_client_of_node_goes_on(nvr, when, fault, tmp_path):
    needs("node")
    command = ["node", str(EXAMPLES / "node_client" / "nvr_client.mjs")]
    with subprocess.Popen(
        [*command, nvr.url, nvr.user, nvr.password, str(tmp_path)],
        env={**os.environ, "NVR_SPEED": str(SPEED)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        nvr.journal.wait_for(when, timeout=60)
        nvr.faults.add(fault)
        said = running.communicate(timeout=120)
    assert (running.returncode, said[1]) == (0, "")
    (film,) = tmp_path.glob("*.mp4")
    assert pictures(tmp_path / "live.video") >= 10
    assert pictures(tmp_path / "recorded.video") >= 25
    assert pictures(film) >= 300
    nvr.finish()
    nvr.assert_no_findings(level="note", ignore=["machine-too-slow"])


@pytest.fixture
def free_udp_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@pytest.mark.parametrize("comp", ["H264", "H265"])
@pytest.mark.nvr(clock="real")
def test_the_shell_script(nvr, comp, tmp_path, free_udp_port):
    needs("bash", "curl", "ffmpeg")
    film = tmp_path / "live.mkv"
    changed = {"PACE": "0.1", "COMP": comp, "UDP_PORT": str(free_udp_port), "SECONDS_OF_VIDEO": "2"}
    done = subprocess.run(
        [str(EXAMPLES / "shell" / "watch.sh"), nvr.url, nvr.user, nvr.password, "1", str(film)],
        env={**os.environ, **changed},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert pictures(film) >= 5
    assert nvr.state()["sessions"] == []
    nvr.assert_no_findings()
