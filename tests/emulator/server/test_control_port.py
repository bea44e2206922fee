"""The control port: what it takes, from whom, and what it says of itself."""

import html
import http.client
import json
import socket
import ssl
import urllib.parse

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nvr_emulator.configuration.settings import ConfigurationError
from nvr_emulator.journal.entries import Exchange
from nvr_emulator.server.control_access import Access, is_loopback, names_this_machine
from nvr_emulator.server.control_observation import ENTRIES_AT_ONCE
from nvr_emulator.server.control_operations import OPERATIONS
from nvr_emulator.server.embedding import EmbeddedRecorder
from nvr_emulator.server.ports import Ports

JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def embedded():
    with EmbeddedRecorder() as recorder:
        yield recorder


@pytest.fixture
def recorder(embedded):
    embedded.reset(restart_clock=True)
    return embedded


def ask(recorder, method, path, body=None, headers=None):
    """Status, headers and body of an answer."""
    url = urllib.parse.urlsplit(recorder.control_url)
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=10)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def post(recorder, path, body, headers=JSON):
    status, _, answer = ask(recorder, "POST", path, body, headers)
    return status, json.loads(answer)


BODIES = [
    (b"", "the body is no JSON: Input data was truncated"),
    (b"[]", 'the body must be {"seconds": …}'),
    (b"[" * 2000, 'the body must be {"seconds": …}'),
    (b'{"seconds": ' + b"[" * 2000, "seconds: must be a number, not a list"),
    (b'{"a": ' + b"[" * 2000, "a: unknown key"),
    (b"{}", "seconds: missing"),
    (b'{"seconds": 1, "x": 1}', "x: unknown key"),
    (b'{"secondes": 1}', "secondes: unknown key; did you mean 'seconds'?"),
    (b'{"seconds": true}', "seconds: must be a number, not true or false"),
    (b'{"seconds": "5"}', "seconds: must be a number, not a text"),
    ('{"seconds": １２}'.encode(), "the body is no JSON: JSON is malformed: invalid character (byte 12)"),
    ('{"seconds": "１２"}'.encode(), "seconds: must be a number, not a text"),
    (b'{"seconds": null}', "seconds: must be a number, not nothing"),
    (b'{"seconds": NaN}', "the body is no JSON: JSON is malformed: invalid character (byte 12)"),
    (b'{"seconds": -1}', "seconds: must be a number of at least 0"),
    (b'{"seconds": 1e999}', "seconds: too big a number"),
    (b'{"seconds": ' + b"9" * 400 + b"}", "seconds: too big a number"),
    (b'{"seconds": ' + b"9" * 4301 + b"}", "seconds: too big a number"),
    (b'{"seconds": 1e10}', "seconds: the recorder's clock goes from 1970-01-03 to 2106-02-05"),
    (b"\xff\xfe", "the body is no JSON"),
]


@pytest.mark.parametrize(("body", "line"), BODIES)
def test_a_body_that_is_none_gets_one_line(recorder, body, line):
    before = recorder.machine.clock.now()
    status, answer = post(recorder, "/clock/advance", body)
    assert (status, list(answer)) == (400, ["error"])
    assert answer["error"].startswith(line)
    assert "\n" not in answer["error"]
    assert recorder.machine.clock.now() == before


@pytest.mark.parametrize(
    "body",
    [b'{"name": "\xff"}', b'{"variants": {"refusal": "\xff"}}', b'{"variants": {"\xff": "close"}}']
    + [b'{"%s": %s' % (key, b"[" * 30_000) for key in (b"name", b"rate", b"variants")],
    ids=["a value", "a variant", "a name", "nested name", "nested parameter", "nested variants"],
)
@pytest.mark.parametrize("path", ["/faults", "/variants", "/logs/error"])
def test_no_body_is_too_much(recorder, path, body):
    status, answer = post(recorder, path, body)
    assert (status, list(answer)) == (400, ["error"])
    assert "\n" not in answer["error"]


@pytest.mark.parametrize(
    ("path", "body", "line"),
    [
        ("/variants", b'{"variants": {"uid-digits": 1e3}}', "variants.uid-digits: must be a"),
        ("/variants", b'{"variants": {"refusal": "close", "uid-digits": null}}', "variants.uid-digits: must"),
        ("/variants", b'{"variants": {"refusal": ["close"]}}', "variants.refusal: must be a"),
        ("/variants", b'{"variants": {"uid-digits": 1e400}}', "variants.uid-digits: too big a number"),
        ("/faults", b'{"name": "rtp-loss", "seed": 3, "rate": 1e400}', "rate: too big a number"),
        ("/faults", b'{"name": "rtp-loss", "rate": {"a": 1e400}}', "rate: too big a number"),
        ("/faults", b'{"name": "rtp-loss", "rate": "\xff"}', "the body is no JSON"),
        ("/faults", b'{"name": "rtp-loss", "rate": 1e400, }', "the body is no JSON"),
        ("/faults", b'{"rate": 1e400, "name": "\xff"}', "rate: too big a number"),
        ("/faults", b'{"rate": 1e400, "\xff": 1}', "the body is no JSON"),
        ("/faults", b'{"rate": 1e400, "name": ' + b"[" * 30000, "the body is "),
        ("/variants", b'{"variants": {"uid-digits": 1e400, }}', "the body is no JSON"),
        ("/variants", b'{"variants": {"uid-digits": 1e400}, ', "the body is no JSON"),
        ("/variants", b'{"variants": {"uid-digits": 1e400}, "variants": 3}', "variants: too big a number"),
        ("/faults", b"3", 'the body must be {"name": \u2026}'),
    ],
)
def test_the_key_that_is_wrong_is_named(recorder, path, body, line):
    status, answer = post(recorder, path, body)
    assert status == 400
    assert answer["error"].startswith(line)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"GET * HTTP/1.1", "HTTP: '*' is no path of this port"),
        (b"GET http://localhost:abc/ HTTP/1.1", "HTTP: 'http://localhost:abc/' is no path of this port"),
        (b"GET http://[::1/ HTTP/1.1", "HTTP: 'http://[::1/' is no path of this port"),
        (b"GET HTTP/1.1", "HTTP: "),
        (b"GET / HTTP/9.9.9", "HTTP: "),
        (b"G\x00T / HTTP/1.1", "HTTP: "),
    ],
)
def test_a_request_line_that_is_none_is_told_with_what_is_wrong(recorder, line, said):
    for base in (recorder.control_url, recorder.url):
        url = urllib.parse.urlsplit(base)
        with socket.create_connection((url.hostname, url.port), timeout=5) as connection:
            connection.sendall(line + b"\r\nHost: localhost\r\n\r\n")
            answer = b"".join(iter(lambda: connection.recv(65536), b""))
        assert answer.startswith(b"HTTP/1.1 400 ")
        body = answer.partition(b"\r\n\r\n")[2]
        assert said in html.unescape(body.decode())


@pytest.mark.parametrize("path", ["/cameras/1", "/disks/MAIN-1"])
def test_what_a_body_does_not_know_is_refused_and_changes_nothing(recorder, path):
    assert post(recorder, path, b'{"state": "lost", "x": 1}')[0] == 400
    status, answer = post(recorder, path, b'{"state": "gone"}')
    assert (status, answer["error"][:26]) == (400, "state: must be one of norm")
    _, _, state = ask(recorder, "GET", "/state")
    assert {camera["connection"] for camera in json.loads(state)["cameras"]} == {1}


@pytest.mark.parametrize(
    ("head", "body", "status"),
    [
        ("Content-Encoding: gzip\r\nContent-Length: 2\r\n", b"{}", 415),
        ("Content-Length: 2000\r\n", b'{"clock": ', 400),
        ("Transfer-Encoding: chunked\r\n", b"2\r\n{}\r\n", 400),
        ("Transfer-Encoding: chunked\r\n", b"zz\r\n{}\r\n", 400),
        ("Transfer-Encoding: chunked\r\n", b"2\r\n{}\r\n0\r\n\r\n", 200),
    ],
)
def test_a_body_that_is_cut_off_or_wrapped(recorder, caplog, head, body, status):
    url = urllib.parse.urlsplit(recorder.control_url)
    request = f"POST /reset HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{head}\r\n"
    with socket.create_connection((url.hostname, url.port), timeout=10) as connection:
        connection.sendall(request.encode() + body)
        connection.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert caplog.records == []


def test_a_body_of_a_megabyte(recorder):
    status, answer = post(recorder, "/logs/event", b'{"text": "' + b"x" * 2**20 + b'"}')
    assert (status, answer) == (413, {"error": "the body is longer than 65536 bytes"})


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 415),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({**JSON, "Origin": "http://evil.example"}, 403),
        ({**JSON, "Origin": "null"}, 403),
        ({**JSON, "Host": "evil.example"}, 403),
        ({**JSON, "Host": "127.0.0.1.evil.example:80"}, 403),
        ({**JSON, "Host": "[::1"}, 403),
        ({**JSON, "Host": "localhost:1234"}, 200),
        ({**JSON, "Host": "[::1]:1234", "Origin": "http://[::1]:1234"}, 200),
        ({"Content-Type": "application/json; charset=utf-8"}, 200),
    ],
)
def test_a_page_of_another_site_resets_nothing(recorder, headers, status):
    recorder.advance(5)
    assert post(recorder, "/reset", b'{"clock": "start"}', headers)[0] == status


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "localhost.evil.example", "a b"])
def test_a_name_that_leads_here_reads_nothing(recorder, host):
    status, _, body = ask(recorder, "GET", "/state", headers={"Host": host})
    assert status == 403
    assert b"uid" not in body


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("127.0.0.1", True),
        ("127.0.0.1:80", True),
        ("192.0.2.7:41002", True),
        ("[::1]:80", True),
        ("[fe80::1%eth0]", True),
        ("LOCALHOST:80", True),
        ("nvr.localhost", True),
        ("localhost.", False),
        ("evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("evil.example:80@localhost", False),
        ("::1", False),
        (">:1%eth0]:9", False),
        ("[]", False),
        ("", False),
    ],
)
def test_which_names_are_of_this_machine(host, ours):
    assert names_this_machine(host) is ours


@given(st.text(max_size=30) | st.text("[]:%.@/\\ 1localhost", max_size=20))
def test_any_host_is_judged_without_a_fault(host):
    assert names_this_machine(host) in (True, False)


def test_reset_keeps_the_clock_or_puts_it_back(recorder):
    start = recorder.machine.clock.now()
    recorder.advance(100)
    assert post(recorder, "/reset", b"")[0] == 200
    assert recorder.machine.clock.now() == start + 100
    assert post(recorder, "/reset", b'{"clock": "start"}')[0] == 200
    assert recorder.machine.clock.now() == start


def test_beyond_2106_there_is_one_line_and_the_recorder_lives(recorder):
    left = 2**32 - 2 * 86_400 - recorder.machine.clock.now()
    assert post(recorder, "/clock/advance", json.dumps({"seconds": left}))[0] == 200
    assert post(recorder, "/clock/advance", b'{"seconds": 1}')[0] == 400
    url = urllib.parse.urlsplit(recorder.url)
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=10)
    connection.request("GET", "/cgi-bin/dlogin.cgi?UID=-1")
    assert connection.getresponse().status == 401
    connection.close()


def test_the_document_lists_what_there_is_and_each_body(recorder):
    status, _, body = ask(recorder, "GET", "/openapi.json")
    document = json.loads(body)
    assert status == 200
    listed = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    assert listed == {(operation.method, operation.path) for operation in OPERATIONS}
    schema = document["paths"]["/clock/advance"]["post"]["requestBody"]["content"]["application/json"][
        "schema"
    ]
    advance = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    assert advance["required"] == ["seconds"]
    assert advance["additionalProperties"] is False
    assert advance["properties"]["seconds"]["type"] == "number"
    text = json.dumps(document)
    references = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert references <= set(document["components"]["schemas"])


@pytest.mark.parametrize(
    "operation", OPERATIONS, ids=lambda operation: f"{operation.method} {operation.path}"
)
def test_each_operation_is_there_and_refuses_other_methods(recorder, operation):
    path = operation.path.format_map({"number": 1, "slot": "MAIN-1", "kind": "event"})
    status, headers, _ = ask(recorder, "OPTIONS", path)
    assert status == 405
    assert operation.method in headers["Allow"].split(", ")
    if operation.method == "GET" and path not in ("/certificate.pem", "/events"):
        assert ask(recorder, "GET", path)[0] == 200


def test_the_index_is_for_programs_and_for_people(recorder):
    _, _, body = ask(recorder, "GET", "/")
    assert {"method": "GET", "path": "/state"}.items() <= json.loads(body)["operations"][3].items()
    _, headers, page = ask(recorder, "GET", "/", headers={"Accept": "text/html,*/*"})
    assert headers.get_content_type() == "text/html"
    assert b"/clock/advance" in page


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/state/",
        "/cameras/1/2",
        "/journal?since=-1",
        "/journal?x=1",
        "/journal?format=xml",
        "/events?since=x",
    ],
)
def test_what_is_not_there_is_said_in_one_line(recorder, path):
    status, _, body = ask(recorder, "GET", path)
    assert status in (400, 404, 405)
    assert list(json.loads(body)) == ["error"]


def test_what_is_no_http_is_said_in_json(recorder):
    url = urllib.parse.urlsplit(recorder.control_url)
    with socket.create_connection((url.hostname, url.port), timeout=5) as connection:
        connection.sendall(b"GET\r\n\r\n")
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert b" 400 " in answer.partition(b"\r\n")[0]
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["error"].startswith("HTTP: ")


def test_a_long_journal_comes_whole(recorder):
    count = 2 * ENTRIES_AT_ONCE + 1
    for number in range(count):
        entry = Exchange(at=1.0, peer="", method="GET", path=f"/{number}", query="", status=404)
        recorder.machine.journal.add(entry)
    _, headers, body = ask(recorder, "GET", "/journal")
    entries = json.loads(body)["entries"]
    assert headers.get_content_type() == "application/json"
    assert [entry["path"] for entry in entries] == [f"/{number}" for number in range(count)]
    last = entries[-1]["number"]
    _, _, body = ask(recorder, "GET", f"/journal?since={last - 1}")
    assert [entry["number"] for entry in json.loads(body)["entries"]] == [last]
    assert json.loads(ask(recorder, "GET", f"/journal?since={last}")[2]) == {"entries": []}


@pytest.mark.parametrize(
    ("host", "local"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("localhost", True), ("0.0.0.0", False)],
)
def test_what_only_this_machine_reaches(host, local):
    assert is_loopback(host) is local


def test_beyond_this_machine_a_token_is_needed():
    with EmbeddedRecorder(ports=Ports(control_host="0.0.0.0")) as recorder:
        token = recorder.control_token
        assert token is not None
        assert len(token) >= 32
        for wrong in ({}, {"Authorization": "Bearer x"}, {"Authorization": f"Basic {token}"}):
            status, headers, body = ask(recorder, "GET", "/state", headers=wrong)
            assert (status, headers["WWW-Authenticate"]) == (401, "Bearer")
            assert b"uid" not in body
        right = {"Authorization": f"Bearer {token}", "Host": "nvr.example:41002"}
        assert ask(recorder, "GET", "/state", headers=right)[0] == 200
        assert ask(recorder, "POST", "/reset", b"{}", {**right, **JSON})[0] == 200
        assert ask(recorder, "GET", "/healthz")[0] == 200


@pytest.mark.parametrize("token", ["", " ", "a b", "a\nb", "\x7f", "ä", "\udcff", 7, b"a"])
def test_a_token_that_nobody_or_everybody_has_opens_no_port(token):
    with pytest.raises(ConfigurationError, match=r"^control_token: "):
        EmbeddedRecorder(ports=Ports(control_token=token))
    with pytest.raises(ConfigurationError, match=r"^control_token: "):
        Access(token)


@pytest.mark.parametrize("scheme", ["Bearer", "Bearer ", "Bearer  ", "bearer \t", "Basic ", ""])
def test_no_token_is_not_the_token(scheme):
    with EmbeddedRecorder(ports=Ports(control_host="0.0.0.0")) as recorder:
        assert ask(recorder, "GET", "/clock", headers={"Authorization": scheme})[0] == 401


def test_the_certificate_can_be_trusted_and_has_no_key():
    with EmbeddedRecorder(transport="https") as recorder:
        status, _, pem = ask(recorder, "GET", "/certificate.pem")
        assert status == 200
        assert b"PRIVATE KEY" not in pem
        assert pem.decode() == recorder.certificate_pem
        url = urllib.parse.urlsplit(recorder.https_url)
        context = ssl.create_default_context(cadata=pem.decode())
        connection = http.client.HTTPSConnection(url.hostname, url.port, timeout=10, context=context)
        connection.request("GET", "/")
        assert connection.getresponse().status == 404
        connection.close()
        assert ask(recorder, "GET", "/certificate.pem", headers={"Origin": "https://x"})[0] == 403


def test_without_https_there_is_no_certificate(recorder):
    assert recorder.certificate_pem is None
    assert ask(recorder, "GET", "/certificate.pem")[0] == 404
