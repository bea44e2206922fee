"""`nvr-emulator serve`: when its ready file is there, and how it ends."""

import json
import logging
import os
import signal
import socket
import stat
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from nvr_emulator.cli import serve as serving
from nvr_emulator.cli.main import main
from nvr_emulator.cli.ready_file import ready_file
from nvr_emulator.cli.table import table

STALE = '{"ready": true, "pid": 1}\n'


pytestmark = pytest.mark.usefixtures("as_in_a_terminal")


@contextmanager
def served(*arguments):
    """A recorder in a process of its own that has said its line."""
    command = [sys.executable, "-m", "nvr_emulator.cli.main", "serve", "--transport", "http", *arguments]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        running.line = running.stdout.readline()
        yield running
    finally:
        running.kill()
        running.communicate()


def refused(*arguments):
    """Status and message of a recorder that does not start."""
    result = CliRunner().invoke(main, ["serve", "--transport", "http", *map(str, arguments)])
    assert "Traceback" not in result.output
    return result.exit_code, result.output


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_the_ready_file_is_there_while_it_serves(tmp_path, signum):
    path = tmp_path / "ready.json"
    path.write_text(STALE)
    with served("--ready-file", str(path)) as running:
        assert path.read_text() == running.line
        assert json.loads(running.line)["pid"] == running.pid
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        running.send_signal(signum)
        assert running.wait(timeout=10) == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("mode", ["640", "0644"])
def test_others_may_read_it_by_choice(tmp_path, mode):
    path = tmp_path / "ready.json"
    with served("--ready-file", str(path), "--ready-file-mode", mode):
        assert stat.S_IMODE(path.stat().st_mode) == int(mode, 8)


@pytest.mark.parametrize("mode", ["9", "1000", "044", "-1", "rw", ""])
def test_a_mode_that_is_none(tmp_path, mode):
    status, said = refused("--ready-file", tmp_path / "x", "--ready-file-mode", mode)
    assert status == 2
    assert "is no mode that lets you read it" in said


@contextmanager
def taken():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_a_failed_start_leaves_no_ready_file(tmp_path):
    path = tmp_path / "ready.json"
    path.write_text(STALE)
    with taken() as port:
        assert refused("--ready-file", path, "--http-port", port)[0] == 2
    path.write_text(STALE)
    assert refused("--ready-file", path, "--config", tmp_path / "none.toml")[0] == 2
    assert list(tmp_path.iterdir()) == []


def test_the_older_line_is_gone_before_anything_is_read(tmp_path, monkeypatch):
    path = tmp_path / "ready.json"
    path.write_text(STALE)
    there = []

    def look(options, write_ready, told):
        there.append(path.exists())
        return 0

    monkeypatch.setattr(serving, "serve", look)
    CliRunner().invoke(main, ["serve", "--ready-file", str(path)])
    assert there == [False]


@pytest.mark.parametrize(
    "content",
    ["model = 3\n", "{}\n", '{"ready": 1}\n', "\n" + STALE, "[" * 100_000, "\xff", '{"ready": true\n'],
)
def test_what_is_no_ready_file_is_left_alone(tmp_path, content):
    path = tmp_path / "r.toml"
    path.write_text(content, "latin-1")
    status, said = refused("--ready-file", path)
    reason = "is no ready file: it is left as it is; name another"
    assert (status, said) == (2, f"Error: --ready-file: {path} {reason}\n")
    assert path.read_text("latin-1") == content


def test_an_empty_file_is_one_to_write(tmp_path):
    path = tmp_path / "ready.json"
    path.touch()
    with ready_file(path):
        assert not path.exists()


@pytest.mark.parametrize("kind", ["link", "pipe", "broken link"])
def test_what_is_no_regular_file_is_left_alone(tmp_path, kind):
    path, target = tmp_path / "ready.json", tmp_path / "target"
    if kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to(target)
    if kind == "link":
        target.write_text(STALE)
    before = path.lstat()
    status, said = refused("--ready-file", path)
    assert status == 2
    assert said.startswith(f"Error: --ready-file: {path} is no ready file: ")
    assert path.lstat().st_ino == before.st_ino
    assert target.exists() == (kind == "link")


@pytest.mark.parametrize("option", ["--ready-file", "--config", "--cert", "--key", "--findings-out"])
def test_an_empty_name_is_told_of_its_flag(option):
    status, said = refused(option, "")
    assert status == 2
    assert f"Invalid value for '{option}': an empty name names nothing." in said


@pytest.mark.parametrize("option", ["--cert", "--key", "--findings-out"])
def test_a_pipe_is_no_file(tmp_path, option):
    """Nobody writes into it: whoever opens it waits."""
    path = tmp_path / "pipe.xml"
    os.mkfifo(path)
    status, said = refused(option, path, "--transport", "https")
    assert status == 2
    assert "is no regular file" in said
    assert option in said


def test_a_pipe_configures_no_fleet(tmp_path):
    """It is empty for the second of them."""
    path = tmp_path / "recorder.toml"
    os.mkfifo(path)
    result = CliRunner().invoke(main, ["fleet", "--count", "2", "--config", str(path)])
    assert result.exit_code == 2
    assert result.output == f"Error: --config: {path} is no regular file: it is read for each recorder\n"


@pytest.mark.parametrize("speed", ["nan", "NaN", "-nan"])
@pytest.mark.parametrize("by", ["flag", "environment"])
def test_a_speed_that_is_no_number_is_told_of_its_flag(speed, by):
    given = (["--speed", speed], {}) if by == "flag" else ([], {"NVR_EMULATOR_SPEED": speed})
    result = CliRunner().invoke(main, ["serve", "--clock", "fast", *given[0]], env=given[1])
    assert result.exit_code == 2
    assert f"Invalid value for '--speed': {speed!r} is no number." in result.output


def test_the_line_of_another_recorder_is_left_alone(tmp_path):
    path = tmp_path / "ready.json"
    with ready_file(path) as write:
        write("mine")
        assert path.read_text() == "mine\n"
        path.write_text("another's\n")
    assert path.read_text() == "another's\n"


@pytest.mark.parametrize("option", ["--ready-file", "--findings-out"])
def test_a_place_that_cannot_be_written_is_told_ahead(option):
    status, said = refused(option, "/proc/ready.xml")
    assert (status, said) == (2, "Error: /proc/ready.xml: cannot be written: No such file or directory\n")


@pytest.mark.parametrize(
    ("option", "named"), [("--http-port", "HTTP port"), ("--control-port", "control port")]
)
def test_a_port_that_is_taken_is_named(option, named):
    with taken() as port:
        status, said = refused(option, port)
    assert status == 2
    assert said == f"Error: {named}: cannot listen on 127.0.0.1:{port}: Address already in use\n"


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--host", "300.1.1.1"], "HTTP port: cannot listen on 300.1.1.1:0: "),
        (["--control-host", "no such host"], "control port: cannot listen on no such host:0: "),
        (
            ["--defect", "lifetime-of-81-s"],
            "defect: 'lifetime-of-81-s' is not known; did you mean 'lifetime-of-80-s'?",
        ),
        (["--defect", "?"], "defect: '?' is not known; see nvr-emulator defects"),
        (["--variant", "refusel"], "--variant: variant 'refusel' is not known"),
        (["--config", "/none.toml"], "/none.toml: No such file or directory"),
        (["--key", "x"], "--key: "),
        (["--host", ""], "--host: is empty: say 127.0.0.1, or 0.0.0.0 for every address"),
        (["--control-host", ""], "--control-host: is empty"),
        (["--control-token", ""], "--control-token: is empty: leave it out"),
        (["--control-token", "a\nb"], "--control-token: must be printable ASCII without blanks"),
        (["--control-token", "a b"], "--control-token: must be printable ASCII without blanks"),
        (["--control-token", "ä"], "--control-token: must be printable ASCII without blanks"),
        (["--series", ""], "series: '' is not known; see nvr-emulator models"),
        (["--user", ""], "--user: is empty: leave it out"),
        (["--user", "\udcff\udcfe"], r"--user: '\udcff\udcfe' must be printable characters (UTF-8)"),
        (["--password", "\udcff"], "--password: must be printable characters (UTF-8)"),
        (["--password", ""], "--password: is empty: leave it out"),
    ],
)
def test_what_cannot_be_had_is_usage_and_one_line(arguments, line):
    if arguments[0] == "--key":
        arguments = [*arguments, "--transport", "https"]
    status, said = refused(*arguments)
    assert status == 2
    assert said.startswith(f"Error: {line}")
    assert said.count("\n") == 1


def test_a_fault_of_the_emulator_is_its_own_status(monkeypatch):
    def fail(options, number):
        raise ZeroDivisionError("oops\nand more")

    monkeypatch.setattr(serving, "settings_from", fail)
    assert refused() == (4, "Error: the emulator broke: ZeroDivisionError: oops\n")


def test_a_file_that_cannot_be_served_is_an_answer(tmp_path):
    path = tmp_path / "recorder.toml"
    path.write_text("modle = 2")
    result = CliRunner().invoke(main, ["config", "--check", str(path)])
    assert (result.exit_code, result.output) == (
        1,
        f"Error: {path}: modle: unknown key; did you mean 'model'?\n",
    )


@pytest.mark.parametrize("command", ["", *main.commands])
@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help_is_asked_for_in_both_ways_everywhere(command, option):
    result = CliRunner().invoke(main, [*filter(None, [command]), option])
    assert result.exit_code == 0
    assert "-h, --help" in result.output


@pytest.mark.parametrize("command", ["models", "defects", "rules", "commands"])
def test_columns_stand_apart(command):
    lines = CliRunner().invoke(main, [command]).output.splitlines()
    begins = [
        {place for place in range(2, len(line)) if line[place - 2 : place] == "  " and line[place] != " "}
        for line in lines
    ]
    if command == "models":  # numbers stand to the right
        assert len({len(line) for line in lines}) == 1
    else:
        assert set.intersection(*begins)


def test_a_table():
    assert table([("a", 1, "x"), ("bcd", 20, "")], ("n", "many", "")) == "n    many\na       1  x\nbcd    20"
    assert table([]) == ""
    assert table([], ("a", "b")) == "a  b"


def test_the_descriptors_are_those_that_the_system_allows():
    import resource

    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    with served() as running:
        limits = Path(f"/proc/{running.pid}/limits").read_text()
    line = next(line for line in limits.splitlines() if line.startswith("Max open files"))
    assert line.split()[3] == str(hard)


def test_the_ready_line_has_what_a_client_needs():
    with served("--transport", "both", "--control-host", "0.0.0.0") as running:
        line = json.loads(running.line)
        assert line["certificate"].startswith("-----BEGIN CERTIFICATE-----\n")
        url = line["control"].replace("0.0.0.0", "127.0.0.1") + "/clock"
        request = urllib.request.Request(url, headers={"Authorization": f"Bearer {line['control_token']}"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert json.load(answer)["clock"] == "real"
    with served("--control-token", "given") as running:
        assert {"control_token", "certificate"} & set(json.loads(running.line)) == set()


def logged(caught):
    """What is written of a message as JSON."""
    record = logging.LogRecord(
        "nvr_emulator", logging.ERROR, __file__, 1, "it %s", ("broke",), caught, None, "at: x"
    )
    text = serving._JsonLines().format(record)
    assert "\n" not in text
    return json.loads(text)


def test_a_log_of_json_keeps_the_trace():
    try:
        raise ZeroDivisionError("of all things")
    except ZeroDivisionError:
        line = logged(sys.exc_info())
    assert (line["level"], line["message"], line["stack"]) == ("ERROR", "it broke", "at: x")
    assert line["trace"].startswith("Traceback (most recent call last):\n")
    assert line["trace"].endswith("ZeroDivisionError: of all things")
    assert logged(None).keys() == {"time", "level", "message", "stack"}
    assert logged((None, None, None)).keys() == {"time", "level", "message", "stack", "trace"}


def test_stdout_that_takes_nothing_is_named():
    command = [sys.executable, "-m", "nvr_emulator.cli.entry", "serve", "--transport", "http"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=30)
    assert done.returncode == 2
    assert done.stderr == "Error: standard output: cannot be written: No space left on device\n"
