"""`nvr-emulator fleet`: many recorders in one process; `nvr-emulator wait`: until they answer."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from contextlib import contextmanager, suppress

import pytest
from click.testing import CliRunner

from nvr_emulator.cli.main import main
from nvr_emulator.cli.serve_settings import ports_from
from nvr_emulator.cli.waiting import NoAnswerError, wait_for
from nvr_emulator.configuration.settings import ConfigurationError


@contextmanager
def fleet(path, *arguments):
    command = [sys.executable, "-m", "nvr_emulator.cli.main", "fleet", "--ready-file", str(path), *arguments]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield running
    finally:
        running.kill()
        running.communicate()


def uids(url):
    """What a fresh recorder gives out first."""
    realm = urllib.request.HTTPPasswordMgrWithDefaultRealm()
    realm.add_password(None, url, "ADMIN", "admin12345")
    login = urllib.request.build_opener(urllib.request.HTTPDigestAuthHandler(realm))
    return login.open(f"{url}/cgi-bin/dlogin.cgi?UID=-1").read()


def test_each_of_a_fleet_says_its_line_and_is_a_recorder_of_its_own(tmp_path):
    path = tmp_path / "fleet.json"
    with fleet(path, "--count", "3", "--transport", "http", "--seed", "5") as running:
        told = wait_for(str(path), 60)
        assert [running.stdout.readline() for _ in range(3)] == told.splitlines(keepends=True)
        lines = [json.loads(line) for line in told.splitlines()]
        assert len({line["http"] for line in lines} | {line["control"] for line in lines}) == 6
        assert len({uids(line["http"]) for line in lines}) == 3
        state = json.loads(urllib.request.urlopen(f"{lines[0]['control']}/state").read())
        assert len(state["sessions"]) == 1
        running.send_signal(signal.SIGTERM)
        assert running.wait(timeout=10) == 0
    assert not path.exists()


def test_where_one_port_is_taken_none_is_served(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        taken = listener.getsockname()[1]
        first = taken - 1
        arguments = ["--count", "2", "--transport", "http", "--http-port", str(first)]
        with fleet(tmp_path / "fleet.json", *arguments) as running:
            said, complaint = running.communicate(timeout=30)
    assert (running.returncode, said) == (2, "")
    assert f"{taken}" in complaint or f"{first}" in complaint
    assert list(tmp_path.iterdir()) == []


def test_ports_follow_the_first_and_end_at_the_last_there_is():
    options = {"http_port": 65534, "https_port": 0, "control_port": 9000, "host": "127.0.0.1"}
    options |= {"control_host": "127.0.0.1", "control_token": None}
    ports = ports_from(options, "both", 1)
    assert (ports.http, ports.https, ports.control) == (65535, 0, 9001)
    with pytest.raises(ConfigurationError, match="65534 leaves ports for 2 recorders"):
        ports_from(options, "both", 2)


@contextmanager
def saying(data):
    """Something that says the same to everybody."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer():
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(4096)
                    connection.sendall(data)

        threading.Thread(target=answer, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def answer_of(status, *fields):
    return "\r\n".join([f"HTTP/1.1 {status} x", "Content-Length: 0", *fields, "", ""]).encode()


@pytest.mark.parametrize("status", [200, 401, 404, 503])
def test_whoever_answers_at_all_is_there(status):
    with saying(answer_of(status)) as url:
        assert wait_for(url, 5) == ""


def test_a_redirection_is_an_answer_wherever_it_leads():
    with saying(answer_of(302, "Location: http://127.0.0.1:9/")) as url:
        assert wait_for(url, 0) == ""


def test_no_proxy_is_asked(monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    with saying(answer_of(200)) as url:
        assert wait_for(url, 0) == ""


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"SSH-2.0-x\r\n", "answers, but not in HTTP: SSH-2.0-x"),
        (b"\x1b[2J\x07 \r\n", "answers, but not in HTTP: ?[2J?"),
        (b"x" * 100_000, "answers, but not in HTTP: "),
        (b"HTTP/1.1 200 x\r\n" + b"a: b\r\n" * 200, "answers, but not in HTTP: got more than 100 headers"),
    ],
)
def test_whoever_speaks_otherwise_is_none(data, said):
    with saying(data) as url:
        told = CliRunner().invoke(main, ["wait", url, "--timeout", "0"])
    assert told.exit_code == 1
    assert told.output.startswith(f"Error: {url}: no recorder after 0 s: ")
    if b"x" * 100 not in data:  # what is not read resets the connection
        assert said in told.output
    assert told.output.count("\n") == 1


def test_who_says_a_letter_now_and_then_keeps_nobody_waiting():
    left = threading.Event()

    def trickle(connection):
        connection.sendall(b"HTTP/1.1 200 x\r\nServer: ")
        while not left.wait(0.02):  # below any timeout between two letters
            connection.sendall(b"a")

    def answer():
        with suppress(OSError):
            connection, _ = listener.accept()
            with connection:
                trickle(connection)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=answer, daemon=True).start()
        with pytest.raises(NoAnswerError, match=r"its answer was not whole in 0\.1 s"):
            wait_for(f"http://127.0.0.1:{listener.getsockname()[1]}", 0)
        left.set()


@pytest.mark.parametrize("url", ["http://a\nb", "http://127.0.0.1:x/", "http://[", "http://a b/", "http://"])
def test_an_address_that_is_none(url):
    told = CliRunner().invoke(main, ["wait", url, "--timeout", "0"])
    assert told.exit_code == 1
    assert told.output.startswith(f"Error: {url.replace(chr(10), '?')}: no recorder after 0 s: ")
    assert told.output.count("\n") == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://user:s3cret@127.0.0.1:9/",
        "HTTPS://s3cret@127.0.0.1:9/",
        "http://user:s3/cret@127.0.0.1:9/",
        "http://user:s3#cret@[",
    ],
)
def test_an_address_with_a_password_is_refused_and_not_shown(url):
    told = CliRunner().invoke(main, ["wait", url, "--timeout", "0"])
    reason = "a user or a password stands in the URL (@): leave it out, none is needed"
    assert (told.exit_code, told.output) == (2, f"Error: {reason}\n")


def test_a_scheme_in_capitals_is_one():
    with saying(answer_of(200)) as url:
        assert wait_for(url.replace("http", "HTTP"), 5) == ""


def test_a_pipe_is_no_ready_file(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    told = CliRunner().invoke(main, ["wait", str(tmp_path / "pipe"), "--timeout", "0"])
    assert told.exit_code == 1
    assert told.output == f"Error: {tmp_path}/pipe: no recorder after 0 s: this is no regular file\n"


def test_a_patience_that_is_no_number():
    told = CliRunner().invoke(main, ["wait", "http://127.0.0.1:9/", "--timeout", "nan"])
    assert told.exit_code == 2
    assert "Invalid value for '--timeout': 'nan' is no number." in told.output


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "No such file"),
        ("", "it is empty"),
        ("ready\n", "this is no ready file"),
        ("[1]\n", "this is no ready file"),
        ('{"ready": true}\n', "this is no ready file"),
        ('{"control": "http://127.0.0.1:9"}\n', "Connection refused"),
        ('{"control": "nonsense"}\n', "no address in it"),
    ],
)
def test_nobody_is_there_and_why(tmp_path, content, said):
    path = tmp_path / "ready.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(NoAnswerError) as told:
        wait_for(str(path), 0)
    assert said in str(told.value)
    assert "\n" not in str(told.value)


def test_the_command_says_it_in_one_line_and_status_1():
    told = CliRunner().invoke(main, ["wait", "http://127.0.0.1:9/", "--timeout", "0"])
    assert told.exit_code == 1
    assert told.output == "Error: http://127.0.0.1:9/: no recorder after 0 s: Connection refused\n"
