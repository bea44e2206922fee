"""What faults do is not the client's doing: a time that was right, a UID that ended, a download cut off."""

import http.client
import time

import pytest


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
