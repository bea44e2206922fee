"""The journal and the findings on the control port."""

import contextlib
import http.client
import json
import urllib.error
import urllib.parse
import urllib.request
from xml.etree import ElementTree

import pytest

from nvr_emulator.journal.entries import Changed
from nvr_emulator.journal.har import har
from nvr_emulator.server.control_observation import ENTRIES_AT_ONCE
from nvr_emulator.server.embedding import EmbeddedRecorder


@pytest.fixture(scope="module")
def embedded():
    with EmbeddedRecorder() as recorder:
        yield recorder


@pytest.fixture
def recorder(embedded):
    embedded.reset()
    return embedded


def get(recorder, path):
    with urllib.request.urlopen(recorder.control_url + path, timeout=5) as answer:
        return answer.headers.get_content_type(), answer.read()


def send(recorder, target):
    url = urllib.parse.urlsplit(recorder.url)
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=5)
    connection.request("GET", f"/cgi-bin/{target}", headers={"X-Client": "pläyer".encode()})
    connection.getresponse().read()
    connection.close()


def test_the_journal_as_json_and_by_lines(recorder):
    send(recorder, "status.cgi?UID=7&PC=AS60")
    kind, body = get(recorder, "/journal")
    entries = json.loads(body)["entries"]
    assert kind == "application/json"
    assert [entry["kind"] for entry in entries] == ["exchange", "finding"]
    assert entries[0]["status"] == 401
    assert entries[0]["time"].endswith("Z")
    assert ["X-Client", "pläyer"] in entries[0]["headers"]
    assert ["Content-Type", "text/html"] in entries[0]["answer_headers"]
    kind, body = get(recorder, f"/journal?format=jsonl&since={entries[0]['number']}")
    assert kind == "application/jsonl"
    assert [json.loads(line) for line in body.splitlines()] == entries[1:]


def test_events_come_as_they_happen_and_again_from_where_one_left_off(recorder):
    url = urllib.parse.urlsplit(recorder.control_url)

    @contextlib.contextmanager
    def listen(**headers):
        connection = http.client.HTTPConnection(url.hostname, url.port, timeout=5)
        connection.request("GET", "/events", headers=headers)
        answer = connection.getresponse()
        assert answer.headers.get_content_type() == "text/event-stream"
        assert answer.readline() == b": nvr-emulator\n"
        assert answer.readline() == b"\n"
        yield answer
        answer.close()
        connection.close()

    def event(stream):
        fields = dict(line.split(b": ", 1) for line in iter(lambda: stream.readline().rstrip(b"\n"), b""))
        return int(fields[b"id"]), fields[b"event"].decode(), json.loads(fields[b"data"])

    send(recorder, "status.cgi?UID=6&PC=AS60")
    with listen() as stream:
        send(recorder, "status.cgi?UID=7&PC=AS60")
        first, kind, data = event(stream)
        assert (kind, data["query"]) == ("exchange", "UID=7&PC=AS60")
        second, kind, data = event(stream)
        assert (second, kind, data["rule"]) == (first + 1, "finding", "uid-never-issued")
    send(recorder, "status.cgi?UID=8&PC=AS60")
    with listen(**{"Last-Event-ID": str(first)}) as stream:
        assert event(stream)[0] == second
        assert event(stream)[2]["query"] == "UID=8&PC=AS60"


def test_what_the_control_port_changes_is_in_the_journal(recorder):
    for path, body in (
        ("/cameras/3", {"state": "lost"}),
        ("/disks/MAIN-1", {"state": "warning"}),
        ("/logs/event", {"text": "SITE(VMD)-1"}),
    ):
        request = urllib.request.Request(
            recorder.control_url + path,
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
            method="POST",
        )
        urllib.request.urlopen(request, timeout=5).close()
    changed = [entry.what for entry in recorder.journal.of(Changed)]
    assert changed == ["camera 3: lost", "disk MAIN-1: warning", "event log: SITE(VMD)-1"]


def test_a_place_in_the_events_that_is_none_is_refused(recorder):
    request = urllib.request.Request(recorder.control_url + "/events", headers={"Last-Event-ID": "x"})
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=5)
    with refused.value as answer:
        assert json.load(answer) == {"error": "Last-Event-ID: 'x' is not an entry's number"}


def test_findings_in_each_format(recorder):
    assert json.loads(get(recorder, "/findings")[1]) == {"findings": [], "dropped": 0}
    for _ in range(3):
        send(recorder, "status.cgi?UID=7&PC=AS60")
    (found,) = json.loads(get(recorder, "/findings")[1])["findings"]
    assert (found["rule"], found["severity"], found["count"]) == ("uid-never-issued", "error", 3)
    kind, body = get(recorder, "/findings.sarif")
    assert kind == "application/sarif+json"
    assert [result["ruleId"] for result in json.loads(body)["runs"][0]["results"]] == ["uid-never-issued"]
    kind, body = get(recorder, "/findings.xml")
    assert kind == "application/xml"
    assert [case.get("name") for case in ElementTree.fromstring(body).iterfind(".//testcase[failure]")] == [
        "uid-never-issued"
    ]
    assert json.loads(get(recorder, "/journal.har")[1])["log"]["entries"][0]["response"]["status"] == 401


@pytest.mark.parametrize("count", [0, 1, 2 * ENTRIES_AT_ONCE + 1])
def test_an_archive_that_is_written_in_pieces_is_the_whole_one(recorder, count):
    for number in range(count):
        send(recorder, f"status.cgi?UID={number}&PC=AS60")
    kind, body = get(recorder, "/journal.har")
    assert kind == "application/json"
    assert json.loads(body) == json.loads(json.dumps(har(recorder.machine.journal.exchanges())))
    assert len(json.loads(body)["log"]["entries"]) == count
