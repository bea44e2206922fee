"""What faults do is not the client's doing: a time that was right, a UID that ended, a download cut off."""

import http.client
import time

import pytest

from nvr_emulator import DownloadEnded, SessionIssued, StreamEnded
from nvr_protocol.commands.urls import build_command


def rules(embedded):
    return {one.rule for one in embedded.finish()}


@pytest.mark.parametrize("fault", ["clock-step:seconds=-7200", "reboot:lasts=1,off=-7200"])
def test_a_time_that_the_recorder_has_shown_is_not_in_the_future(client, embedded, fault):
    shown = client.now
    embedded.faults.add(fault)
    client.wait(5)
    uid = client.session()
    client.command("mask", UID=uid, MASK="1000")
    client.command("goto", UID=uid, TIMEF=(shown - 60) * 100)
    client.command("logout", UID=uid)
    assert not rules(embedded) & {"local-time-as-utc", "time-in-future"}


def test_a_time_ahead_of_all_that_was_shown_is(client, embedded):
    shown = client.now
    embedded.faults.add("clock-step:seconds=-7200")
    uid = client.session()
    client.command("mask", UID=uid, MASK="1000")
    client.command("goto", UID=uid, TIMEF=(shown + 9 * 3600) * 100)
    assert "local-time-as-utc" in rules(embedded)


def test_a_uid_that_a_restart_ended_may_be_tried_once(client, embedded):
    uid = client.session()
    embedded.faults.add("reboot:lasts=10")
    client.wait(10)
    client.connection.close()
    client.command("keep_alive", UID=uid)
    assert not rules(embedded) & {"uid-after-end", "uid-expired", "uid-lapsed", "no-logout"}


@pytest.mark.parametrize("fault", ["answer-reset:at=0,times=1", "answer-cut:at=0,times=1"])
def test_an_answer_that_did_not_come_tells_of_no_end(client, embedded, fault):
    uid = client.session()
    embedded.faults.add("reboot:lasts=10")
    client.wait(10)
    client.connection.close()
    embedded.faults.add(fault)
    with pytest.raises((OSError, http.client.HTTPException)):
        client.command("keep_alive", UID=uid)
    client.connection.close()
    client.command("keep_alive", UID=uid)
    assert "uid-after-end" not in rules(embedded)


def test_a_restart_answers_nothing_that_came_ahead_of_it(client, embedded, monkeypatch):
    uid = client.session()
    restart = embedded.machine.recorder.restart

    def as_a_command_comes(now):
        command = build_command("keep_alive", UID=uid)
        client.connection.sock.sendall(f"GET {command} HTTP/1.1\r\nHost: nvr\r\n\r\n".encode())
        restart(now)

    monkeypatch.setattr(embedded.machine.recorder, "restart", as_a_command_comes)
    embedded.faults.add("reboot:lasts=10")
    assert "status.cgi" not in [exchange.name for exchange in embedded.journal.exchanges()]
    assert client.connection.sock.recv(1) == b""


def test_who_goes_on_with_it_is_told_why_it_ended(client, embedded):
    uid = client.session()
    embedded.faults.add("reboot:lasts=10")
    client.wait(10)
    client.connection.close()
    client.command("keep_alive", UID=uid)
    client.command("keep_alive", UID=uid)
    (found,) = [one for one in embedded.finish() if one.rule == "uid-after-end"]
    assert "ended by a restart of the recorder" in found.text


def test_a_download_that_a_fault_cuts_off(client, embedded):
    uid = client.session()
    begin, end = (time.strftime("%y%m%d%H%M00", time.gmtime(client.now - ago)) for ago in (600, 480))
    embedded.faults.add("answer-cut:command=httpdl.cgi,at=5000")
    target = f"/cgi-bin/httpdl.cgi?UID={uid}&STARTTIME={begin}&ENDTIME={end}&KIND=N3VO&CAM=1&PC=AS60"
    try:
        _, _, body = client.get(target)
    except http.client.IncompleteRead as short:
        body = short.partial
    assert len(body) == 5000
    assert "download-cut-off" not in rules(embedded)


@pytest.mark.parametrize("seconds", [-40, 40])
def test_a_clock_that_steps_makes_no_haste_and_no_delay(client, embedded, seconds):
    uid = client.session()
    client.command("pan_tilt_zoom", UID=uid, CH=1, PAN=8)
    client.paced = False
    client.wait(3)
    embedded.faults.add("clock-step", seconds=seconds)
    client.command("pan_tilt_zoom", UID=uid, CH=1, PAN=0)
    client.command("keep_alive", UID=uid)
    client.wait(3)
    client.command("logout", UID=uid)
    assert rules(embedded) == set()


def test_haste_is_told_though_the_clock_steps(client, embedded):
    uid = client.session()
    client.paced = False
    client.wait(3)
    client.command("keep_alive", UID=uid)
    embedded.faults.add("clock-step", seconds=40)
    client.command("keep_alive", UID=uid)
    assert "pace" in rules(embedded)


def test_a_uid_that_never_arrived_cannot_be_given_back(client, embedded):
    client.command("logout", UID=client.login())
    with embedded.faults.add("answer-reset:command=dlogin.cgi,at=0"):
        for _ in range(8):
            with pytest.raises(OSError, match=r"reset|closed"):
                client.login()
            client.connection.close()
    client.command("logout", UID=client.login())
    assert len(embedded.journal.of(SessionIssued)) == 10
    assert rules(embedded) == set()


def test_a_uid_that_arrived_late_can(client, embedded):
    with embedded.faults.add("answer-delay:command=dlogin.cgi,delay=0.01"):
        client.session()
    assert rules(embedded) == {"no-logout"}


@pytest.mark.parametrize("what", ["live", "download"])
def test_who_gives_up_an_answer_that_does_not_begin_has_not_cut_it_off(client, embedded, what):
    uid = client.session()
    begin, end = (time.strftime("%y%m%d%H%M00", time.gmtime(client.now - ago)) for ago in (600, 480))
    target = {
        "live": f"push.cgi?UID={uid}&CAM=1&CMD=START&COMP=H264&INTERNETMODE=ON",
        "download": f"httpdl.cgi?UID={uid}&STARTTIME={begin}&ENDTIME={end}&KIND=N3VO&CAM=1&PC=AS60",
    }[what]
    embedded.faults.add("answer-delay:delay=600")
    with client.opened(slow=False) as connection:
        connection.send(f"/cgi-bin/{target}")
        embedded.journal.wait_for(target.partition("?")[0])
    ended = embedded.journal.wait_for_kind(StreamEnded if what == "live" else DownloadEnded)
    assert ended.why == "a fault cut it off"
    assert not rules(embedded) & {"hung-up", "download-cut-off"}
