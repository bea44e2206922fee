"""The emulator as one file: it serves where there is no Python (`tox -e executable` builds and tries it)."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import pytest

FILES = [Path(name) for name in os.environ.get("NVR_EXECUTABLES", "").split(os.pathsep) if name]


@pytest.fixture(params=[pytest.param(path, id=path.name) for path in FILES] or [None])
def command(request):
    """The words that start it: a zipapp needs a Python, the executable needs nothing."""
    if request.param is None:
        pytest.skip("no executable here: tox -e executable builds it")
    return [sys.executable, str(request.param)] if request.param.suffix == ".pyz" else [str(request.param)]


@pytest.fixture
def surroundings(tmp_path):
    return {"PATH": str(tmp_path / "nothing"), "HOME": str(tmp_path), "SHIV_ROOT": str(tmp_path / "shiv")}


def said(command, surroundings, *arguments):
    done = subprocess.run(
        [*command, *arguments], env=surroundings, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_it_knows_all_that_the_package_has(command, surroundings):
    assert said(command, surroundings, "--version").startswith("nvr-emulator, version ")
    for what in ("models", "defects", "variants", "rules"):
        assert len(json.loads(said(command, surroundings, what, "--json"))) > 5
    assert "[[cameras]]" in said(command, surroundings, "config", "--example")


def test_it_serves_a_download_and_ends(command, surroundings, tmp_path):
    ready = tmp_path / "ready.json"
    arguments = ["serve", "--clock", "manual", "--ready-file", str(ready)]
    running = subprocess.Popen([*command, *arguments], env=surroundings, stdout=subprocess.PIPE, text=True)
    try:
        line = json.loads(running.stdout.readline())
        said(command, surroundings, "wait", str(ready), "--timeout", "10")
        url = line["http"]
        passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
        passwords.add_password(None, url, line["user"], line["password"])
        login = urllib.request.build_opener(urllib.request.HTTPDigestAuthHandler(passwords))
        page = login.open(f"{url}/cgi-bin/dlogin.cgi?UID=-1").read().decode()
        uid = re.search(r"UID=(\d+)", page)[1]
        now = json.loads(urllib.request.urlopen(f"{line['control']}/clock").read())["now"]
        begin, end = (minutes_before(now, minutes) for minutes in (3, 2))
        query = f"UID={uid}&STARTTIME={begin}&ENDTIME={end}&KIND=MP4&CAM=1&PC=AS60"
        body = urllib.request.urlopen(f"{url}/cgi-bin/httpdl.cgi?{query}").read()
        assert b"ftypmp42" in body
        assert b"moov" in body
    finally:
        running.send_signal(signal.SIGTERM)
        running.communicate(timeout=20)
        assert running.returncode == 0
    assert not ready.exists()


def minutes_before(now, minutes):
    return datetime.fromtimestamp(now // 60 * 60 - 60 * minutes, UTC).strftime("%y%m%d%H%M00")
