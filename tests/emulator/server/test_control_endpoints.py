"""The control port: cameras, disks and logs."""

import json
import urllib.error
import urllib.request

import pytest

from nvr_emulator.server.embedding import EmbeddedRecorder


@pytest.fixture(scope="module")
def embedded():
    with EmbeddedRecorder(model=1) as recorder:
        yield recorder


@pytest.fixture
def recorder(embedded):
    embedded.reset()
    return embedded


def post(recorder, path, body):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(recorder.control_url + path, data, headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def state(recorder):
    with urllib.request.urlopen(recorder.control_url + "/state", timeout=10) as answer:
        return json.load(answer)


def test_a_camera_is_lost_and_comes_back(recorder):
    assert post(recorder, "/cameras/3", {"state": "lost"}) == (200, {"number": 3, "state": "lost"})
    assert [camera["connection"] for camera in state(recorder)["cameras"]][:4] == [1, 1, 2, 1]
    assert post(recorder, "/cameras/3", {"state": "normal"})[0] == 200
    assert state(recorder)["cameras"][2]["connection"] == 1
    assert state(recorder)["logs"]["error"] == 2


@pytest.mark.parametrize("path", ["/cameras/21", "/cameras/0", "/cameras/x", "/cameras/" + "9" * 5000])
def test_a_camera_that_is_not_there(recorder, path):
    status, answer = post(recorder, path, {"state": "lost"})
    assert status == 404
    assert len(answer["error"]) < 100


@pytest.mark.parametrize("body", [b"", b"[]", b"7", {"state": "gone"}, {"state": []}, {"state": None}, {}])
def test_a_state_that_is_none(recorder, body):
    assert post(recorder, "/cameras/3", body)[0] == 400
    assert post(recorder, "/disks/MAIN-1", body)[0] == 400


def test_a_disk_warns_and_is_removed(recorder):
    assert post(recorder, "/disks/MAIN-1", {"state": "warning"})[0] == 200
    assert post(recorder, "/disks/MAIN-1", {"state": "removed"})[0] == 200
    assert state(recorder)["disks"]["MAIN-1"] == "removed"
    assert state(recorder)["logs"]["error"] == 2
    assert post(recorder, "/disks/MAIN-5", {"state": "removed"})[0] == 404
    for number in (2, 3):
        post(recorder, f"/disks/MAIN-{number}", {"state": "removed"})
    assert post(recorder, "/disks/MAIN-4", {"state": "removed"})[0] == 409
    recorder.reset()
    assert set(state(recorder)["disks"].values()) == {"normal"}


def test_when_something_is_recorded(recorder):
    begun, last = state(recorder)["recordings"]
    assert begun["until"] - begun["since"] == 18 * 3600
    assert last == {"since": begun["until"] + 600, "until": None}


def test_entries_are_added_to_a_log(recorder):
    before = state(recorder)["logs"]
    assert post(recorder, "/logs/event", {"text": "SITE(VMD)-1"}) == (200, {"entries": before["event"] + 1})
    assert post(recorder, "/logs/error", {"text": "CAM 7 VIDEO LOSS"}) == (
        200,
        {"entries": before["error"] + 1},
    )
    assert post(recorder, "/logs/other", {"text": "x"})[0] == 404


@pytest.mark.parametrize("text", ["", 'a "quote"', "two\r\nlines", "x" * 101, 7, None])
def test_a_text_that_no_log_can_hold(recorder, text):
    assert post(recorder, "/logs/event", {"text": text})[0] == 400
