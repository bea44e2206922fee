"""What a recorder may do otherwise in sessions, access and HTTP, as a client sees it on the wire."""

import hashlib
import re
import socket
import urllib.request as web
from email.utils import parsedate_to_datetime
from urllib.error import HTTPError

import msgspec
import pytest

from nvr_emulator import EmbeddedRecorder, small_recorder
from nvr_emulator.configuration.variant_choice import read_variants

UNKNOWN_UID = "/cgi-bin/status.cgi?UID=5&PC=AS60"
CHALLENGE = "/cgi-bin/dlogin.cgi?UID=-1"
INFORMATION = "/cgi-bin/as_getinfo.cgi?FILE=2"


@pytest.fixture
def recorder():
    started = []

    def start(**variants):
        chosen = read_variants({name.replace("_", "-"): value for name, value in variants.items()})
        running = EmbeddedRecorder(settings=msgspec.structs.replace(small_recorder(2), variants=chosen))
        started.append(running)
        return running.__enter__()

    yield start
    for running in started:
        running.__exit__(None, None, None)


def connect(recorder):
    host, port = recorder.url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=10)


def ask(recorder, target, headers=""):
    """Status line, header fields as written, body; and whether the connection is closed behind them."""
    with connect(recorder) as connection:
        connection.sendall(f"GET {target} HTTP/1.1\r\nHost: x\r\n{headers}\r\n".encode())
        stream = connection.makefile("rb")
        status = stream.readline().decode().strip()
        fields = []
        while line := stream.readline().decode().strip():
            name, _, value = line.partition(": ")
            fields.append((name, value))
        length = int({name.lower(): value for name, value in fields}.get("content-length", 0))
        body = stream.read(length)
        connection.sendall(b"GET /x HTTP/1.1\r\nHost: x\r\n\r\n")
        try:
            closed = not stream.readline()
        except ConnectionError:
            closed = True
    return status, fields, body, closed


def login(recorder):
    passwords = web.HTTPPasswordMgrWithDefaultRealm()
    passwords.add_password(None, recorder.url, recorder.user, recorder.password)
    page = web.build_opener(web.HTTPDigestAuthHandler(passwords)).open(f"{recorder.url}{CHALLENGE}").read()
    return re.search(rb"UID=(\d+)", page)[1].decode()


@pytest.mark.parametrize(
    ("refusal", "status", "body"),
    [("200-empty", 200, b""), ("200-text", 200, b"<html><body></body></html>\r\n"), ("204", 204, b"")],
)
def test_what_a_refusal_looks_like(recorder, refusal, status, body):
    running = recorder(refusal=refusal)
    line, _, got, _ = ask(running, UNKNOWN_UID)
    assert (int(line.split()[1]), got) == (status, body)
    assert ask(running, "/nowhere")[0].startswith(f"HTTP/1.1 {status}")
    assert ask(running, CHALLENGE)[0].startswith("HTTP/1.1 401"), "a challenge is no refusal"


def test_a_refusal_may_be_a_closed_connection(recorder):
    running = recorder(refusal="close")
    assert ask(running, UNKNOWN_UID)[0] == ""
    assert ask(running, CHALLENGE)[0].startswith("HTTP/1.1 401")
    assert login(running)


def test_a_refusal_may_differ_by_its_cause(recorder):
    running = recorder(refusal="per-cause")
    uid = login(running)
    keep_alive = f"/cgi-bin/status.cgi?UID={uid}&PC=AS60"
    ask(running, f"/cgi-bin/logout.cgi?UID={uid}")
    line, _, body, _ = ask(running, keep_alive)
    assert (line, body) == (
        "HTTP/1.1 200 OK",
        f"<html><body>UID: {uid} was logged out</body></html>\r\n".encode(),
    )
    assert ask(running, UNKNOWN_UID)[0].startswith("HTTP/1.1 401")
    line, _, body, _ = ask(running, f"/cgi-bin/status.cgi?UID={login(running)}&PC=AS61")
    assert (line, body) == ("HTTP/1.1 200 OK", b"")


def test_a_refusal_may_be_the_page_with_nothing_in_it(recorder):
    running = recorder(refusal="empty-page")
    for kind, name in (("ERR", "ERROR"), ("EVENT", "EVENT")):
        query = f"UID=1&KIND={kind}&HTML=as_{name.lower()}log.html"
        line, _, body, _ = ask(running, f"/cgi-bin/loglist.cgi?{query}")
        assert line == "HTTP/1.1 200 OK"
        assert f"{name}_LOG_NO=0\r\n{name}_LOG=\r\n".encode() in body
    line, _, body, _ = ask(running, CHALLENGE)
    assert line.startswith("HTTP/1.1 401")
    assert b"hdrctl.cgi?UID=0&" in body
    assert ask(running, UNKNOWN_UID)[::2] == ("HTTP/1.1 200 OK", b"<html><body>OK</body></html>\r\n")
    assert login(running) != "0"


def test_an_accepted_command_may_have_no_body(recorder):
    for body, said in (("text", b"<html><body>OK</body></html>\r\n"), ("empty", b"")):
        running = recorder(accepted_body=body)
        line, _, got, _ = ask(running, f"/cgi-bin/status.cgi?UID={login(running)}&PC=AS60")
        assert (line, got) == ("HTTP/1.1 200 OK", said)


def test_a_lenient_recorder_takes_what_a_strict_one_refuses(recorder):
    for strictness, status in (("strict", "400"), ("lenient", "200")):
        running = recorder(strictness=strictness)
        uid = login(running)
        for query in (
            "status.cgi?uid={}",
            "hdrctl.cgi?UID={}&SCREEN=4X",
            "directctrl.cgi?UID={}&CH=1&PAN=999&X=1",
        ):
            line, _, _, _ = ask(running, "/cgi-bin/" + query.format(uid))
            assert line.split()[1] == status, (strictness, query)


def test_information_may_be_had_without_a_login(recorder):
    assert ask(recorder(), INFORMATION)[0].startswith("HTTP/1.1 401")
    running = recorder(information_without_login="open")
    assert ask(running, INFORMATION)[0] == "HTTP/1.1 200 OK"
    assert ask(running, "/cgi-bin/recordedtime.cgi")[0] == "HTTP/1.1 200 OK"
    assert ask(running, UNKNOWN_UID)[0].startswith("HTTP/1.1 401")


def test_header_fields_stand_as_the_document_draws_them(recorder):
    running = recorder(information_without_login="open")
    drawn = [name for name, _ in ask(running, INFORMATION)[1]]
    assert drawn == ["Connection", "Cache-Control", "Content-Type", "Content-Length", "Date", "Server"]
    drawn = [name for name, _ in ask(running, "/cgi-bin/recordedtime.cgi")[1]]
    assert drawn == ["Content-type", "Connection", "Content-Length", "Date", "Server"]


@pytest.mark.parametrize(
    "target",
    [
        "camera.cgi?UID={uid}&CAM=1",
        "playaudio.cgi?UID={uid}&CAM=1",
        "loglist.cgi?UID={uid}&KIND=ERR&HTML=as_errorlog.html",
        "loglist.cgi?UID={uid}&KIND=EVENT&HTML=as_eventlog.html",
    ],
)
def test_header_fields_of_playback_and_logs_stand_as_drawn(recorder, target):
    running = recorder()
    uid = login(running)
    hdrctl = f"/cgi-bin/hdrctl.cgi?UID={uid}&PC=AS60"
    assert "200" in ask(running, f"{hdrctl}&MASK=1000")[0]
    play = f"{hdrctl}&PLAYCMD=PLAY&2ND=OFF&TIMEF=AS60_UNKNOWN&NOTIME=ON"
    assert "200" in ask(running, play)[0]
    line, fields, body, _ = ask(running, f"/cgi-bin/{target.format(uid=uid)}")
    assert line == "HTTP/1.1 200 OK"
    assert fields[:2] == [("Connection", "Keep-Alive"), ("Cache-Control", "no-cache")]
    assert [name for name, _ in fields[2:]] == ["Content-type", "Content-Length", "Date", "Server"]
    assert dict(fields)["Content-Length"] == str(len(body))


def test_header_fields_may_stand_otherwise(recorder):
    running = recorder(information_without_login="open", header_order="other")
    fields = ask(running, INFORMATION)[1]
    assert [name for name, _ in fields][:2] == ["content-length", "content-type"]
    assert ("content-type", "text/html; charset=us-ascii") in fields


@pytest.mark.parametrize(
    "asked",
    [
        "push.cgi?UID={uid}&CAM=1&CMD=START&COMP=H264&INTERNETMODE=ON&PC=AS60",
        "httpdl.cgi?UID={uid}&STARTTIME=231114220000&ENDTIME=231114220100&KIND=LIST&CAM=1&PC=AS60",
    ],
)
def test_date_of_endless_answers_is_the_recorders_time(recorder, asked):
    running = recorder()
    running.advance(86400)
    with web.urlopen(f"{running.url}/cgi-bin/{asked.format(uid=login(running))}") as answer:
        said = parsedate_to_datetime(answer.headers["Date"]).timestamp()
    assert abs(said - running.machine.clock.now()) < 2


def test_date_is_the_recorders_time(recorder):
    running = recorder()
    running.advance(86400)
    said = parsedate_to_datetime(dict(ask(running, UNKNOWN_UID)[1])["Date"]).timestamp()
    assert abs(said - running.machine.clock.now()) < 2


@pytest.mark.parametrize(("keep_alive", "version"), [("kept", "1.1"), ("close", "1.1"), ("http-1.0", "1.0")])
def test_connections_may_close_behind_commands_that_are_not_drawn_to_keep_them(recorder, keep_alive, version):
    running = recorder(keep_alive=keep_alive, information_without_login="open")
    line, _, _, closed = ask(running, UNKNOWN_UID)
    assert line.startswith(f"HTTP/{version} 401")
    assert closed == (keep_alive != "kept")
    line, _, _, closed = ask(running, INFORMATION)
    assert (line, closed) == ("HTTP/1.1 200 OK", False)


def challenges(running):
    return [value for name, value in ask(running, CHALLENGE)[1] if name == "WWW-Authenticate"]


def test_challenges(recorder):
    assert [
        re.findall(r"algorithm=(\S+)", each)[0] for each in challenges(recorder(challenge="md5-and-sha-256"))
    ] == [
        "MD5",
        "SHA-256",
    ]
    assert 'qop="auth,auth-int"' in challenges(recorder(challenge="auth-int"))[0]
    assert "qop" not in challenges(recorder(challenge="no-qop"))[0]


def md5(text):
    return hashlib.md5(text.encode()).hexdigest()


def answered(running, form, nc="00000001", nonce=None):
    """One login with a response worked out here, by RFC 2069 or with auth-int."""
    nonce = nonce or re.search(r'nonce="(\w+)"', challenges(running)[0])[1]
    secret = md5(f"{running.user}:Network disk recorder:{running.password}")
    fields = f'username="{running.user}", realm="Network disk recorder", nonce="{nonce}", uri="{CHALLENGE}"'
    if form == "rfc2069":
        right = md5(":".join((secret, nonce, md5("GET:" + CHALLENGE))))
        fields += f', response="{right}"'
    else:
        asked = "GET:" + CHALLENGE + (":" + md5("") if form == "auth-int" else "")
        right = md5(":".join((secret, nonce, nc, "abc", form, md5(asked))))
        fields += f', qop={form}, nc={nc}, cnonce="abc", response="{right}"'
    return ask(running, CHALLENGE, f"Authorization: Digest {fields}\r\n")[0].split()[1], nonce


def test_every_form_of_digest_lets_in(recorder):
    assert answered(recorder(challenge="no-qop"), "rfc2069")[0] == "200"
    running = recorder(challenge="auth-int")
    assert answered(running, "auth-int")[0] == "200"
    assert answered(running, "auth")[0] == "200"
    assert answered(recorder(), "auth-int")[0] == "401"


def test_nonce_counts_may_be_ignored(recorder):
    for variant, again in (("tracked", "401"), ("ignored", "200")):
        running = recorder(nonce_count=variant)
        status, nonce = answered(running, "auth")
        assert status == "200"
        assert answered(running, "auth", nonce=nonce)[0] == again


def test_a_newcomer_of_lowest_priority_may_be_let_in(recorder):
    for variant, status in (("refused", "503"), ("evicts-the-oldest", "200")):
        running = recorder(newcomer_of_lowest_priority=variant)
        for _ in range(16):
            login(running)
        running.user, running.password = running.users[3].name, running.users[3].password
        assert answered(running, "auth")[0] == status


def hour(running, **changes):
    """The status and the body of a download of an hour and a minute."""
    times = {"STARTTIME": "250401000000", "ENDTIME": "250401010100", **changes}
    query = "&".join(f"{name}={value}" for name, value in times.items())
    url = f"{running.url}/cgi-bin/httpdl.cgi?UID={login(running)}&{query}&KIND=MP4VO&CAM=1&PC=AS60"
    try:
        with web.urlopen(url) as answer:
            return answer.status, answer.read()
    except HTTPError as error:
        return error.code, error.read()


def test_what_more_than_an_hour_gets(recorder):
    status, body = hour(recorder())
    assert (status, b"more than an hour" in body) == (400, True)
    assert hour(recorder(over_one_hour="500")) == (500, b"")
    for variant in ("status-1", "truncated"):
        status, body = hour(recorder(over_one_hour=variant))
        assert (status, b"X-RecData-Satus: 1" in body) == (200, True)


def test_what_odd_seconds_get(recorder):
    odd = {"STARTTIME": "250401000007", "ENDTIME": "250401000107"}
    assert hour(recorder(), **odd)[0] == 400
    for variant in ("rounded-down", "taken"):
        assert hour(recorder(download_seconds=variant), **odd)[0] == 200
