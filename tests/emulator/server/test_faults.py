"""Faults of a running recorder: how they are brought about and undone, at each door, and what they change."""

import asyncio
import errno
import json
import urllib.error
import urllib.request
from datetime import UTC, datetime

import pytest

from nvr_emulator.configuration.fault_choice import fault_of
from nvr_emulator.configuration.settings import LATEST, ConfigurationError, RecorderSettings, UserSettings
from nvr_emulator.faults.answers import AnswerCut
from nvr_emulator.faults.fault import FaultError
from nvr_emulator.faults.table import kinds
from nvr_emulator.journal.entries import ClockStepped, FaultBegan, FaultEnded, FaultLeftOut, FaultStruck
from nvr_emulator.recorder.happenings import SessionEnded
from nvr_emulator.server import certificates
from nvr_emulator.server.embedding import EmbeddedRecorder


def ask(recorder, method, path, body=None):
    data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(recorder.control_url + path, data, method=method)
    request.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def get(recorder, cgi):
    """The status of an answer: it says that nobody is logged in, or nothing at all."""
    try:
        urllib.request.urlopen(f"{recorder.url}/cgi-bin/{cgi}", timeout=10).close()
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
    return 200


def session(recorder):
    login = recorder.machine.recorder.sessions.login
    return login("ADMIN", 0, recorder.machine.clock.now())


def test_the_control_port_lists_brings_about_and_undoes(recorder):
    status, listed = ask(recorder, "GET", "/faults")
    assert (status, listed["holding"]) == (200, [])
    assert [row["name"] for row in listed["known"]] == list(kinds())
    status, made = ask(recorder, "POST", "/faults", {"name": "rtp-loss", "rate": 0.5, "lasts": 60})
    assert status == 200
    now = recorder.machine.clock.now()
    assert made == {
        "number": made["number"],
        "name": "rtp-loss",
        "parameters": {"lasts": 60.0, "rate": 0.5},
        "since": now,
        "until": now + 60,
        "struck": 0,
    }
    assert ask(recorder, "GET", "/faults")[1]["holding"] == [made]
    assert ask(recorder, "GET", "/state")[1]["faults"] == [made]
    assert ask(recorder, "DELETE", f"/faults/{made['number']}") == (200, {"ok": True})
    assert ask(recorder, "DELETE", f"/faults/{made['number']}")[0] == 404
    ask(recorder, "POST", "/faults", {"name": "disk-full"})
    ask(recorder, "POST", "/faults", {"name": "camera-lost", "camera": 2})
    assert ask(recorder, "DELETE", "/faults") == (200, {"ok": True})
    assert ask(recorder, "GET", "/faults")[1]["holding"] == []


WRONG = [
    (b"", 400, "the body is no JSON"),
    (b"[]", 400, 'the body must be {"name": …}'),
    ({}, 400, "fault: name: missing"),
    ({"name": "rtp-los"}, 400, "did you mean 'rtp-loss'?"),
    ({"name": 7}, 400, "fault '7' is not known"),
    ({"name": "rtp-loss", "rate": "x"}, 400, "fault rtp-loss: rate: must be a number, not a text"),
    (b'{"name": "rtp-loss", "rate": 1e400}', 400, "rate: too big a number"),
    ({"name": "answer-delay", "command": "a\0b"}, 400, "fault answer-delay: command: must be printable"),
    ({"name": "rtp-loss", "rate": 2}, 400, "fault rtp-loss: rate: must be a number of at most 1"),
    ({"name": "camera-lost", "camera": 99}, 409, "fault camera-lost: camera 99 is not registered"),
    ({"name": "disk-removed", "slot": "MAIN-9"}, 409, "fault disk-removed: there is no disk in 'MAIN-9'"),
    ({"name": "summer-time"}, 409, "fault summer-time: Asia/Tokyo knows no summer time"),
]


@pytest.mark.parametrize(("body", "status", "line"), WRONG)
def test_what_cannot_be_is_said_in_one_line(recorder, body, status, line):
    answered, answer = ask(recorder, "POST", "/faults", body)
    assert answered == status
    assert line in answer["error"]
    assert ask(recorder, "GET", "/faults")[1]["holding"] == []


TWICE = ["camera-lost", "disk-warning", "disk-full", "downloads-busy", "tls-stall", "certificate-changed"]


@pytest.mark.parametrize("name", TWICE)
def test_what_is_so_already_is_refused(recorder, name):
    recorder.faults.add(name)
    with pytest.raises(FaultError, match="already"):
        recorder.faults.add(name)
    assert len(recorder.faults) == 1


@pytest.mark.parametrize("text", ["\udcff", "a\nb", "\0"])
def test_a_text_that_no_answer_can_hold_is_refused_at_each_door(recorder, text):
    with pytest.raises(FaultError, match=r"^fault answer-cut: command: must be printable characters$"):
        recorder.faults.add("answer-cut", command=text)
    with pytest.raises(ValueError, match=r"command: must be printable characters"):
        AnswerCut(command=text)
    with pytest.raises(ConfigurationError, match=r"^faults: fault answer-cut: command: must be printable"):
        EmbeddedRecorder(faults=[{"name": "answer-cut", "command": text}])


@pytest.mark.parametrize("host", ["...", "a..b", ".a", "a.b\n", "x" * 64, "A", ""])
def test_a_host_that_is_none_is_a_wrong_parameter(recorder, host):
    body = {"name": "certificate-of-another-host", "host": host}
    status, answer = ask(recorder, "POST", "/faults", body)
    assert (status, len(recorder.faults)) == (400, 0)
    assert answer["error"].startswith("fault certificate-of-another-host: host: must ")


@pytest.mark.parametrize("host", ["recorder.invalid", "a-b.c", "192.0.2.7", "a.", "x" * 63])
def test_a_host_that_is_one(recorder, host):
    with recorder.faults.add("certificate-of-another-host", host=host):
        assert len(recorder.faults) == 1


def test_openapi_describes_each_fault(recorder):
    schemas = ask(recorder, "GET", "/openapi.json")[1]["components"]["schemas"]
    for name, kind in kinds().items():
        described = schemas[kind.__name__]
        assert described["properties"]["name"] == {"enum": [name]}
        assert described["required"] == ["name"]
    assert schemas["RtpLoss"]["properties"]["rate"]["maximum"] == 1


def test_a_context_undoes_and_the_journal_tells(recorder):
    with recorder.faults.add("answer-delay", delay=0, command="as_getinfo.cgi") as fault:
        get(recorder, "as_getinfo.cgi")
        assert (fault.struck, fault.holds) == (1, True)
        assert repr(recorder.faults) == "<faults: answer-delay:command=as_getinfo.cgi,delay=0>"
    assert not fault.holds
    fault.remove()
    (began,), (struck,), (ended,) = map(recorder.journal.of, (FaultBegan, FaultStruck, FaultEnded))
    assert (began.name, began.parameters) == ("answer-delay", {"command": "as_getinfo.cgi", "delay": 0.0})
    assert struck.exchange == recorder.journal.last("as_getinfo.cgi").number
    assert (ended.why, ended.struck) == ("removed", 1)


def test_a_fault_ends_by_itself(recorder):
    fault = recorder.faults.add("camera-lost:camera=3,lasts=10")
    recorder.advance(9.9)
    assert fault.holds
    recorder.advance(0.2)
    assert not fault.holds
    (ended,) = recorder.journal.of(FaultEnded)
    assert (ended.why, ended.at - recorder.journal.of(FaultBegan)[0].at) == ("over", 10)


def test_a_reset_undoes_what_was_added_and_brings_back_what_is_configured():
    with EmbeddedRecorder(faults=["camera-lost:camera=2", {"name": "under-load", "mean": 0.001}]) as recorder:
        recorder.faults.add("clock-step", seconds=-500)
        recorder.faults.add("refuse-connections")
        before = recorder.machine.clock.now()
        recorder.reset()
        assert [str(held.fault) for held in recorder.faults] == [
            "camera-lost:camera=2",
            "under-load:mean=0.001",
        ]
        assert recorder.machine.clock.now() == before + 500
        get(recorder, "as_getinfo.cgi")


@pytest.fixture
def ending():
    """A recorder whose faults were undone, and whose clock shows the last moment that it can."""
    with EmbeddedRecorder(faults=["clock-step:seconds=86400", "camera-lost:camera=2"]) as recorder:
        recorder.faults.clear()
        recorder.advance(LATEST - recorder.machine.clock.now())
        yield recorder


@pytest.mark.parametrize(("path", "body"), [("/reset", {}), ("/variants", {"variants": {}})])
def test_a_configured_fault_that_can_hold_no_more_is_left_out_and_told(ending, caplog, path, body):
    for _ in range(2):
        caplog.clear()
        assert ask(ending, "POST", path, body)[0] == 200
        assert [str(held.fault) for held in ending.faults] == ["camera-lost:camera=2"]
        (left_out,) = ending.journal.of(FaultLeftOut)
        assert (left_out.name, left_out.parameters) == ("clock-step", {"seconds": 86400.0})
        assert left_out.why.startswith("fault clock-step: the recorder's clock goes from")
        (told,) = caplog.records
        assert (told.levelname, told.message) == ("WARNING", f"left out at the reset: {left_out.why}")
    kinds_told = {entry["kind"] for entry in ask(ending, "GET", "/journal")[1]["entries"]}
    assert "fault left out" in kinds_told


def test_what_the_system_denies_a_fault_is_said_in_one_line_and_ends_no_reset(monkeypatch):
    with EmbeddedRecorder(transport="both", faults=["certificate-changed", "disk-full"]) as recorder:

        def denied(*names, **more):
            raise OSError(errno.ENOSPC, "No space left on device", "/tmp")

        monkeypatch.setattr(certificates, "self_signed", denied)
        recorder.reset()
        assert [held.fault.name for held in recorder.faults] == ["disk-full"]
        status, answer = ask(recorder, "POST", "/faults", {"name": "certificate-changed"})
        line = "fault certificate-changed: /tmp: No space left on device"
        assert (status, answer) == (409, {"error": line})
        assert recorder.journal.of(FaultLeftOut)[0].why == line


def test_after_a_reset_to_the_start_all_that_is_configured_holds_again(ending):
    ending.reset()
    ending.reset(restart_clock=True)
    assert [held.fault.name for held in ending.faults] == ["clock-step", "camera-lost"]
    assert ending.journal.of(FaultLeftOut) == []


def test_summer_time_that_has_ended_for_good_is_left_out():
    """Hong Kong had its last in 1979."""
    with EmbeddedRecorder(
        time_zone="Asia/Hong_Kong", clock_start=datetime(1979, 1, 1, tzinfo=UTC), faults=["summer-time"]
    ) as recorder:
        recorder.advance(2 * 365 * 86_400)
        recorder.reset()
        assert len(recorder.faults) == 0
        assert "knows no summer time" in recorder.journal.of(FaultLeftOut)[0].why


def test_where_a_reset_fails_what_falls_due_is_looked_for_all_the_same(recorder, monkeypatch):
    woken = []

    async def fails():
        raise RuntimeError

    monkeypatch.setattr(recorder.machine.faults, "begin_again", fails)
    monkeypatch.setattr(recorder.machine.pump, "changed", lambda: woken.append(True))
    with pytest.raises(RuntimeError):
        recorder.reset()
    assert woken
    status, answer = ask(recorder, "POST", "/reset", {})
    assert (status, answer) == (500, {"error": "the emulator failed at this request; its log has the trace"})


def test_what_a_recorder_cannot_have_from_the_start_is_said_in_one_line():
    with pytest.raises(ConfigurationError, match=r"^faults: fault tls-stall: the recorder serves no HTTPS$"):
        EmbeddedRecorder(faults=["tls-stall"]).__enter__()
    with pytest.raises(ConfigurationError, match=r"^faults: fault 'rtp-gain' is not known"):
        EmbeddedRecorder(faults=["rtp-gain"])


def test_a_camera_and_disks(recorder):
    with recorder.faults.add("camera-lost", camera=3):
        assert ask(recorder, "GET", "/state")[1]["cameras"][2]["connection"] == 2
    assert ask(recorder, "GET", "/state")[1]["cameras"][2]["connection"] == 1
    with recorder.faults.add("disk-removed", slot="MAIN-2"):
        assert ask(recorder, "GET", "/state")[1]["disks"]["MAIN-2"] == "removed"
    assert ask(recorder, "GET", "/state")[1]["disks"]["MAIN-2"] == "normal"


def test_full_disks_record_nothing(recorder):
    def recorded_until():
        machine = recorder.machine
        from nvr_emulator.footage.footage import ticks

        return machine.recorder.cameras.recording(1).latest(ticks(machine.clock.now())).gop.start

    recorder.advance(60)
    with recorder.faults.add("disk-full"):
        at_first = recorded_until()
        recorder.advance(60)
        assert recorded_until() == at_first
        assert ask(recorder, "GET", "/state")[1]["logs"]["error"] == 1
    recorder.advance(60)
    assert recorded_until() > at_first


def test_a_camera_that_is_lost_while_disks_are_full_records_again_at_the_end(recorder):
    cameras = recorder.machine.recorder.cameras
    full, lost = recorder.faults.add("disk-full"), recorder.faults.add("camera-lost", camera=1)
    recorder.advance(5)
    full.remove()
    assert [bool(cameras.outages.of(n)) and cameras.outages.of(n)[-1][1] is None for n in (1, 2)] == [
        True,
        False,
    ]
    lost.remove()
    assert cameras.outages.of(1)[-1][1] is not None


def test_a_step_of_the_clock_ends_no_uid(recorder):
    uid = session(recorder).uid
    begin = recorder.machine.clock.now()
    with recorder.faults.add("clock-step", seconds=3600):
        assert recorder.machine.clock.now() == begin + 3600
        recorder.advance(80)
        assert recorder.machine.recorder.sessions.find(uid)
    assert recorder.machine.clock.now() == begin + 80
    recorder.advance(9)
    assert recorder.machine.recorder.sessions.find(uid)
    recorder.advance(1)
    assert not recorder.machine.recorder.sessions.find(uid)
    assert [entry.seconds for entry in recorder.journal.of(ClockStepped)] == [3600, -3600]
    recorder.machine.clock.move_to(4_294_750_000)
    with pytest.raises(FaultError, match="the recorder's clock goes from 1970"):
        recorder.faults.add("clock-step", seconds=86_400)


def test_what_lasts_is_not_shortened_by_a_step(recorder):
    fault = recorder.faults.add("disk-full", lasts=100)
    with recorder.faults.add("clock-step", seconds=3600):
        recorder.advance(99)
        assert fault.holds
        recorder.advance(1)
        assert not fault.holds


def test_summer_time_comes(recorder):
    settings = RecorderSettings(
        users=(UserSettings("ADMIN", "admin12345"),),
        time_zone="America/New_York",
        clock_start=1_700_000_000.0,
        seed=0,
    )
    with EmbeddedRecorder(settings=settings) as other:
        with other.faults.add("summer-time", ahead=30):
            assert other.machine.clock.now() == 1_710_054_000 - 30, "2024-03-10 07:00 UTC"
        assert other.machine.clock.now() == 1_700_000_000


def test_a_restart(recorder):
    uid = session(recorder).uid
    begin = recorder.machine.clock.now()
    recorder.faults.add("reboot", lasts=30, off=-7)
    with pytest.raises(urllib.error.URLError, match="refused"):
        get(recorder, "as_getinfo.cgi")
    (ended,) = recorder.journal.of(SessionEnded)
    assert (ended.uid, ended.ending) == (uid, "ended by a restart of the recorder")
    recorder.advance(30)
    assert recorder.machine.clock.now() == begin + 30 - 7
    get(recorder, "as_getinfo.cgi")
    assert len(recorder.faults) == 0


def test_a_port_that_two_keep_shut_is_opened_by_the_last(recorder):
    one, other = recorder.faults.add("refuse-connections"), recorder.faults.add("reboot")
    for fault in (one, other):
        with pytest.raises(urllib.error.URLError, match="refused"):
            get(recorder, "as_getinfo.cgi")
        fault.remove()
    get(recorder, "as_getinfo.cgi")


def test_there_is_an_end_to_faults(recorder):
    for _ in range(100):
        recorder.faults.add("answer-delay", delay=0)
    with pytest.raises(FaultError, match="100 faults hold already"):
        recorder.faults.add("rtp-loss")
    recorder.faults.clear()
    assert len(recorder.faults) == 0


def test_a_clock_that_cannot_step_back_stays(recorder):
    recorder.machine.clock.move_to(LATEST - 15)
    fault = recorder.faults.add("clock-step", seconds=-10)
    recorder.advance(20)
    fault.remove()
    assert recorder.machine.clock.now() == LATEST - 5
    recorder.faults.add("reboot", lasts=1, off=100)
    recorder.advance(2)
    assert recorder.machine.clock.now() == LATEST - 3


def test_faults_that_end_while_others_are_undone(recorder):
    """Two ends of one fault meet: it is undone once, and the recorder goes on."""
    faults = recorder.machine.faults

    async def both_at_once():
        for port in ("https", "http"):
            await faults.add(fault_of("refuse-connections", {"lasts": 5, "port": port}))
        later = recorder.machine.clock.now() + 6
        await asyncio.gather(faults.pass_time(later), faults.clear(), faults.pass_time(later))

    asyncio.run_coroutine_threadsafe(both_at_once(), recorder._loop).result(10)
    assert len(recorder.journal.of(FaultEnded)) == 2
    assert recorder.machine.doors.http.shut_by == 0
    get(recorder, "as_getinfo.cgi")
