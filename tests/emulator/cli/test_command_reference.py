"""docs/commands.md is current, and curl gets what it says."""

import shutil
import subprocess
from pathlib import Path

import msgspec
import pytest

from nvr_emulator.cli.command_reference import NOW, UID, examples, markdown
from nvr_emulator.configuration.small_recorder import small_recorder
from nvr_emulator.server.embedding import EmbeddedRecorder
from nvr_protocol.models import Model
from nvr_protocol.texts.login_page import read_login_page

PAGE = Path(__file__).parents[3] / "docs" / "commands.md"


def test_the_page_is_current():
    assert PAGE.read_text("utf-8") == markdown(), "run: nvr-emulator commands --markdown > docs/commands.md"


def test_nothing_on_the_page_is_refused():
    refused = [one.url for one in examples() if one.status != 200 and one.spec.needs_uid]
    assert refused == []


def curl(*arguments):
    command = ["curl", "--silent", "--max-time", "5", *arguments]
    return subprocess.run(command, capture_output=True, timeout=10, check=False).stdout


@pytest.fixture(scope="module")
def recorder():
    settings = msgspec.structs.replace(small_recorder(Model.MODEL_2), clock_start=NOW)
    with EmbeddedRecorder(settings=settings) as running:
        yield running


@pytest.mark.skipif(shutil.which("curl") is None, reason="the program curl is not installed")
@pytest.mark.parametrize("one", [pytest.param(one, id=one.url) for one in examples()])
def test_curl_is_answered_as_the_page_says(recorder, one, tmp_path):
    recorder.reset()
    login = ("--digest", "--user", f"{recorder.user}:{recorder.password}")
    page = curl(*login, f"{recorder.url}/cgi-bin/dlogin.cgi?UID=-1")
    uid = read_login_page(page).uid
    for earlier in one.before:
        curl(recorder.url + earlier.replace(f"UID={UID}", f"UID={uid}"))
    url = recorder.url + one.url.replace(f"UID={UID}", f"UID={uid}")
    if "endless" in one.answer:
        # The head and the first boundary line come at once; then curl is told to stop waiting.
        head = curl("--include", "--max-time", "0.3", url)
        status, content_type = (
            head.split(b"\r\n")[0].split()[1],
            head.split(b"Content-Type: ")[1].split(b"\r\n")[0],
        )
        assert (int(status), f"`{content_type.decode()}`, endless") == (one.status, one.answer)
        return
    body = tmp_path / "body"
    told = curl("--output", str(body), "--write-out", "%{http_code} %{content_type}", url).decode()
    status, _, content_type = told.partition(" ")
    assert int(status) == one.status
    assert content_type == "" or f"`{content_type}`" in one.answer or status == "401"
