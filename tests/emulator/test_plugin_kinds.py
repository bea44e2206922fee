"""The plugin: kinds of any sort by the marker, what stands beside a failure, a real recorder in its place."""

import json
import re
from pathlib import Path

import pytest

from nvr_emulator import EmbeddedRecorder
from plugins_alone import WITHOUT_OTHERS

pytest_plugins = ["pytester"]

ASK = """
import urllib.error
import urllib.request
import pytest

def ask(nvr, target):
    try:
        with urllib.request.urlopen(f"{nvr.url}/cgi-bin/{target}", timeout=5) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code
"""


def run(pytester, tests, *options, without=WITHOUT_OTHERS):
    pytester.makepyfile(test_client=ASK + tests)
    return pytester.runpytest_subprocess(*without, *options)


def test_any_kind_and_what_stands_beside_a_failure(pytester):
    Path(pytester.path, "recorder.toml").write_text('model = 3\ntime_zone = "Europe/Berlin"\n')
    result = run(
        pytester,
        """
import asyncio
import socket

@pytest.mark.nvr(transport="both", time_zone="UTC", cameras=[{"number": 3}])
@pytest.mark.nvr(users=[{"name": "JO", "password": "x"}])
class TestClass:
    def test_of_the_class(self, nvr):
        assert nvr.certificate and nvr.https_url.startswith("https")
        assert (nvr.user, nvr.password, list(nvr.cameras)) == ("JO", "x", [3])

    @pytest.mark.nvr(config="recorder.toml", faults=["camera-lost:camera=3"])
    def test_of_its_own(self, nvr):
        assert nvr.state()["model"] == 3
        assert nvr.machine.plan.zone.key == "UTC"
        assert nvr.cameras[3].state == "lost"
        nvr.reset()
        assert len(nvr.faults) == 1

def test_faults_end_with_the_test(nvr):
    assert len(nvr.faults) == 0
    nvr.faults.add("answer-cut")

def test_made(nvr, nvr_factory):
    assert len(nvr.faults) == 0
    assert nvr_factory(clock="fast", speed=2, series="WJ-NX400").state()["series"] == "WJ-NX400"

def test_in_a_loop_of_ones_own(nvr):
    async def wait():
        return await asyncio.to_thread(nvr.journal.wait_for, "status.cgi", timeout=5)
    async def both():
        return (await asyncio.gather(wait(), asyncio.to_thread(ask, nvr, "status.cgi?UID=7&PC=AS60")))[1]
    assert asyncio.run(both()) == 401

def test_fails(nvr):
    uid = nvr.machine.recorder.sessions.login("ADMIN", 0, nvr.clock.now()).uid
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        ask(nvr, f"push.cgi?UID={uid}&CAM=1&CMD=START&COMP=H264&PORT={listening.getsockname()[1]}")
        nvr.faults.add("rtp-loss", rate=0.5)
        nvr.clock.advance(2)
    assert not nvr.findings
""",
    )
    result.assert_outcomes(passed=5, failed=1)
    told = result.stdout.str()
    assert re.search(r"seed 0, faults rtp-loss:rate=0.5\n", told)
    assert "push-without-screen" in told
    archive = Path(re.search(r"\nexchanges: (.*\.har)\n", told)[1])
    assert json.loads(archive.read_text("utf-8"))["log"]["entries"][0]["response"]["status"] == 200
    assert Path(re.search(r"packets over RTP: (.*\.pcap)\n", told)[1]).stat().st_size > 1000


def test_a_real_recorder_in_its_place(pytester, monkeypatch):
    with EmbeddedRecorder() as real:
        monkeypatch.setenv("NVR_URL", f"{real.url}/")
        monkeypatch.setenv("NVR_PASSWORD", real.password)
        result = run(
            pytester,
            """
def test_asks(nvr):
    assert (nvr.user, nvr.password, nvr.https_url) == ("ADMIN", "admin12345", None)
    assert ask(nvr, "status.cgi?UID=7&PC=AS60") == 401

def test_moves_the_clock(nvr):
    nvr.clock.advance(91)

@pytest.mark.nvr(model=3)
def test_another(nvr):
    pass

def test_a_further_one(nvr_factory):
    nvr_factory()
""",
            "-rs",
        )
        assert real.journal.count("status.cgi") == 1
    result.assert_outcomes(passed=1, skipped=3)
    told = result.stdout.str()
    assert "nvr.clock cannot be had of a real recorder (--nvr-url)" in told
    assert "nvr: model=3 cannot be had of a real recorder (--nvr-url)" in told


def test_variables_of_the_environment_stand_for_options(pytester, monkeypatch):
    monkeypatch.setenv("NVR_MODEL", "1")
    monkeypatch.setenv("NVR_FAIL_ON_FINDINGS", "error")
    monkeypatch.setenv("NVR_IGNORE_FINDING", "unknown-command,not-get")
    tests = "def test_it(nvr):\n    assert nvr.state()['model'] == 1\n    ask(nvr, 'snapshot.cgi')\n"
    run(pytester, tests).assert_outcomes(passed=1)
    monkeypatch.setenv("NVR_IGNORE_FINDING", "")
    run(pytester, tests).assert_outcomes(passed=1, errors=1)


@pytest.mark.parametrize(
    ("variable", "value", "why"),
    [
        ("NVR_MODEL", "7", "'7' is none of 1, 2, 3"),
        ("NVR_FAIL_ON_FINDINGS", "bad", "'bad' is none of error, warning, note"),
        ("NVR_IGNORE_FINDING", "not-get,nope", "'nope' is no rule; see nvr-emulator rules"),
        ("--nvr-ignore-finding", "nope", "'nope' is no rule; see nvr-emulator rules"),
    ],
)
def test_what_no_option_takes_is_told_before_any_test(pytester, monkeypatch, variable, value, why):
    options = [variable, value] if variable.startswith("--") else []
    if not options:
        monkeypatch.setenv(variable, value)
    result = run(pytester, "def test_it(nvr):\n    pass\n", *options)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert result.stderr.str().strip() == f"ERROR: {variable}: {why}"
    assert "test_it" not in result.stdout.str()


@pytest.mark.parametrize("plugin", ["pytest_asyncio", "pytest_randomly", "anyio"])
def test_it_goes_with_other_plugins(pytester, plugin):
    pytest.importorskip(plugin)
    mark = {"pytest_asyncio": "asyncio", "anyio": "anyio"}.get(plugin)
    asynchronous = f"""
@pytest.mark.{mark}
async def test_asynchronous(nvr):
    import asyncio
    assert await asyncio.to_thread(ask, nvr, "status.cgi?UID=7&PC=AS60") == 401
    nvr.clock.advance(1)
"""
    tests = "\n".join(
        f"def test_{n}(nvr):\n    assert ask(nvr, 'x') == 404 and len(nvr.journal) == 2\n" for n in range(5)
    )
    if mark == "anyio":
        tests += "\n@pytest.fixture\ndef anyio_backend():\n    return 'asyncio'\n"
    result = run(pytester, tests + (asynchronous if mark else ""), without=())
    result.assert_outcomes(passed=6 if mark else 5)
