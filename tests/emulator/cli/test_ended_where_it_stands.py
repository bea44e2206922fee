"""SIGTERM, SIGHUP and Ctrl-C end every command alike: at once, by their status, without a word."""

import signal
import socket
import subprocess
import sys
import threading

import pytest
from click.testing import CliRunner

from nvr_emulator.cli.main import main

PROGRAM = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
number, place = int(sys.argv[1]), sys.argv[2]
from importlib import import_module
module, name = place.split(":")
def tell(*given, **named):
    os.kill(os.getpid(), number)
    raise AssertionError("told to end, and it went on")
setattr(import_module(module), name, tell)
sys.argv[1:] = sys.argv[3:]
from nvr_emulator.cli.entry import main
main()
"""
COMMANDS = {
    "wait": ("nvr_emulator.cli.waiting:wait_for", "http://127.0.0.1:9/"),
    "config": ("nvr_emulator.configuration.recorder_toml:read_recorder", "--check", "recorder.toml"),
    "models": ("nvr_emulator.cli.main:table",),
    "defects": ("nvr_emulator.defects:all_defects",),
    "faults": ("nvr_emulator.cli.fault_reference:listing",),
    "fidelity": ("nvr_emulator.cli.fidelity:page",),
    "variants": ("nvr_emulator.cli.variant_reference:listing",),
    "rules": ("nvr_emulator.findings.files.reference:plain_rules",),
    "dissector": ("nvr_emulator.cli.dissector:source",),
    "commands": ("nvr_emulator.cli.main:table",),
    "import": ("nvr_emulator.cli.import_footage:run_import", "film.mp4", "--name", "film"),
    "--help": ("click.formatting:wrap_text",),
}


def told(number, command):
    place, *words = COMMANDS[command]
    line = [sys.executable, "-W", "ignore", "-c", PROGRAM, str(int(number)), place, command, *words]
    done = subprocess.run(line, capture_output=True, text=True, timeout=30, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_ctrl_c_ends_it(command):
    assert told(signal.SIGINT, command) == (130, "", "")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_other_signals_end_it_alike(number):
    assert told(number, "wait") == (128 + number, "", "")


def test_all_commands_are_tried():
    from nvr_emulator.cli.main import main

    assert COMMANDS.keys() - {"--help"} == main.commands.keys() - {"serve", "fleet"}


def test_while_it_waits():
    """For something that listens and says nothing."""
    program = "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
    program += "from nvr_emulator.cli.entry import main\nmain()\n"
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        command = [sys.executable, "-c", program, "wait", url]
        waiting = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            silent.accept()[0].close()
            connection, _ = silent.accept()  # it asks again
            with connection:
                waiting.send_signal(signal.SIGINT)
                assert (*waiting.communicate(timeout=30), waiting.returncode) == ("", "", 130)
        finally:
            waiting.kill()
            waiting.communicate()


def test_a_command_runs_in_a_thread_too():
    ended = []

    def run():
        ended.append(CliRunner().invoke(main, ["models"]).exit_code)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert ended == [0]
