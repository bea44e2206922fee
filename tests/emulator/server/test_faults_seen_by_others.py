"""Faults upon answers, connections, hardware and clock, as curl, openssl and a socket see them.

The clock is manual; only the programs themselves take real time.
"""

import re
import socket
import subprocess
import time
from contextlib import suppress
from email.utils import parsedate_to_datetime

import pytest

from nvr_emulator.faults.table import kinds
from nvr_emulator.recorder.happenings import StreamEnded
from nvr_emulator.server.embedding import EmbeddedRecorder
from programs.asked import (
    BROKEN,
    COULD_NOT_CONNECT,
    NOT_TRUSTED,
    PARTIAL,
    PATIENCE,
    TIMED_OUT,
    curl,
    login,
    needs,
    watched,
)

# HTTP answers


@needs("curl")
@pytest.mark.parametrize("by", ["url", "https_url"])
def test_curl_gets_half_an_answer(recorder, by):
    with recorder.faults.add("answer-cut", command="snapshot.cgi", at=10) as cut:
        status, body, complaint = curl(recorder, "snapshot.cgi", "-k", base=getattr(recorder, by))
        assert (status, len(body), cut.struck) == (PARTIAL, 10, 1)
        assert "bytes remaining to read" in complaint
    assert curl(recorder, "snapshot.cgi")[0] == 0


@needs("curl")
@pytest.mark.parametrize("at", [0, 10])
def test_curl_is_reset(recorder, at):
    with recorder.faults.add("answer-reset", at=at):
        status, body, complaint = curl(recorder, "snapshot.cgi")
        assert (status, len(body)) == (BROKEN, at)
        assert "reset by peer" in complaint


@needs("curl")
def test_curl_waits_and_reads_in_dribs(recorder):
    with recorder.faults.add("answer-delay:delay=0.3"):
        assert curl(recorder, "snapshot.cgi", seconds=0.15)[0] == TIMED_OUT
        assert curl(recorder, "snapshot.cgi")[0] == 0
    with recorder.faults.add("answer-dribble:size=50,pause=0.02") as dribble:
        status, body, _ = curl(recorder, "snapshot.cgi", "-w", "%{time_total}")
        assert (status, dribble.struck) == (0, 1)
        assert float(body.rpartition("\n")[2]) > 0.05


@needs("curl")
def test_curl_meets_a_recorder_under_load(recorder):
    recorder.faults.add("under-load:mean=0.2,command=snapshot.cgi")
    took = [
        float(curl(recorder, "snapshot.cgi", "-w", "\n%{time_starttransfer}")[1].rpartition("\n")[2])
        for _ in range(2)
    ]
    assert all(each > 0.1 for each in took)
    assert took[0] != took[1]


@needs("curl")
def test_what_is_cut_off_is_no_finding(recorder):
    uid = login(recorder)
    recorder.faults.add("answer-cut", command="push.cgi", at=500)
    _, body = watched(recorder, uid, "H264", advance=1)
    assert len(body) == 500
    assert recorder.journal.wait_for_kind(StreamEnded).why == "a fault cut it off"
    assert "hung-up" not in {one.rule for one in recorder.finish()}


# Connections


@needs("curl")
def test_curl_is_refused(recorder):
    with recorder.faults.add("refuse-connections:port=http"):
        assert curl(recorder, "snapshot.cgi")[0] == COULD_NOT_CONNECT
        assert curl(recorder, "snapshot.cgi", "-k", base=recorder.https_url)[0] == 0
    assert curl(recorder, "snapshot.cgi")[0] == 0


def openssl(recorder, seconds=PATIENCE):
    """What `openssl s_client` says of the handshake; None where it never ends."""
    command = ["openssl", "s_client", "-connect", recorder.https_url.removeprefix("https://")]
    try:
        done = subprocess.run(command, input=b"", capture_output=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return None
    return done.stdout.decode()


@needs("openssl")
def test_openssl_waits_for_a_handshake_that_stalls(recorder):
    with recorder.faults.add("tls-stall"):
        assert openssl(recorder, 0.5) is None
    assert "Verification error: self-signed certificate" in openssl(recorder)


@needs("curl")
@pytest.mark.parametrize(
    ("fault", "complaint"),
    [
        ("certificate-expired", "certificate has expired"),
        ("certificate-changed", "self-signed certificate"),
        ("certificate-of-another-host", "does not match|no alternative certificate subject name"),
    ],
)
def test_curl_refuses_the_certificate(recorder, tmp_path, fault, complaint):
    trusted = tmp_path / "trusted.pem"
    trusted.write_text(recorder.certificate_pem)
    with recorder.faults.add(fault):
        status, _, said = curl(recorder, "snapshot.cgi", "--cacert", str(trusted), base=recorder.https_url)
        assert status == NOT_TRUSTED
        assert re.search(complaint, said)
    assert curl(recorder, "snapshot.cgi", "--cacert", str(trusted), base=recorder.https_url)[0] == 0


@needs("openssl")
def test_openssl_tells_when_it_expired(recorder):
    with recorder.faults.add("certificate-expired:days=3"):
        assert "certificate has expired" in openssl(recorder) or "notAfter" in openssl(recorder)


# Hardware


@needs("curl")
def test_curl_is_told_of_a_camera_that_is_lost(recorder):
    recorder.faults.add("camera-lost:camera=3")
    assert "CAM_CONNECT_03CH=2" in curl(recorder, "as_getinfo.cgi?FILE=2")[1]


@needs("curl")
def test_curl_is_told_of_disks(recorder):
    with recorder.faults.add("disk-removed:slot=MAIN-2"):
        assert "MAIN-2,,,,,,,," in curl(recorder, "recordedtime.cgi")[1]
    with recorder.faults.add("disk-full"):
        page = curl(recorder, "recordedtime.cgi")[1]
        assert re.search(r"MAIN-1,4001GB\(R\),0GB,", page)
    recorder.faults.add("disk-warning:slot=MAIN-2")
    log = f"loglist.cgi?UID={login(recorder)}&KIND=ERR&HTML=as_errorlog.html"
    assert "MAIN-2 SMART WARNING" in curl(recorder, log)[1]


@needs("curl")
def test_curl_finds_all_places_for_downloads_taken(recorder):
    uid, now = login(recorder), recorder.machine.clock.now()
    begin, end = (time.strftime("%y%m%d%H%M00", time.gmtime(now - ago)) for ago in (600, 540))
    listing = f"httpdl.cgi?UID={uid}&STARTTIME={begin}&ENDTIME={end}&KIND=LIST&CAM=1&PC=AS60"
    with recorder.faults.add("downloads-busy"):
        busy = curl(recorder, listing)[1]
    assert busy != curl(recorder, listing)[1]
    assert "X-RecData-Satus: 3" in busy


@needs("curl")
def test_curl_meets_a_restart(recorder):
    uid = login(recorder)
    recorder.faults.add("reboot:lasts=30,off=5")
    assert curl(recorder, "snapshot.cgi")[0] == COULD_NOT_CONNECT
    recorder.advance(30)
    assert (
        curl(recorder, f"status.cgi?UID={uid}&PC=AS60", "-w", "%{http_code}", "-o", "/dev/null")[1] == "401"
    )
    login(recorder)


def test_a_connection_breaks_at_a_restart(recorder):
    host, _, port = recorder.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE) as standing:
        standing.sendall(b"GET /cgi-bin/snapshot.cgi HTTP/1.1\r\nHost: x\r\n\r\n")
        assert standing.recv(65536).startswith(b"HTTP/1.1 404")
        recorder.faults.add("reboot")
        rest = b"?"
        with suppress(ConnectionResetError):
            while rest:
                rest = standing.recv(65536)


# Clock


def date_of(recorder):
    return parsedate_to_datetime(
        re.search(r"\nDate: ([^\r]*)", curl(recorder, "snapshot.cgi", "-D", "-")[1])[1]
    ).timestamp()


@needs("curl")
def test_curl_sees_the_clock_step(recorder):
    before = date_of(recorder)
    with recorder.faults.add("clock-step:seconds=-40"):
        assert date_of(recorder) == before - 40
    assert date_of(recorder) == before


@needs("curl")
def test_curl_sees_summer_time_come():
    from nvr_emulator.configuration.settings import RecorderSettings, UserSettings

    settings = RecorderSettings(
        users=(UserSettings("ADMIN", "admin12345"),),
        time_zone="Europe/Berlin",
        clock_start=1_711_000_000.0,
        seed=0,
        faults=(kinds()["summer-time"](ahead=60),),
    )
    with EmbeddedRecorder(settings=settings) as recorder:
        times = []
        for _ in range(2):
            login(recorder)
            log = f"loglist.cgi?UID={login(recorder)}&KIND=EVENT&HTML=as_eventlog.html"
            times.append(re.search(r"(\d\d):\d\d:\d\d", curl(recorder, log)[1])[1])
            recorder.advance(61)
    assert times == ["01", "03"]
