"""curl, and a UDP socket: what they see of a recorder whose clock is manual."""

import re
import shutil
import socket
import struct
import subprocess
from contextlib import contextmanager, suppress

import pytest

PATIENCE = 20.0
COULD_NOT_CONNECT, PARTIAL, TIMED_OUT, BROKEN, NOT_TRUSTED = 7, 18, 28, 56, 60
"""Exit statuses of curl."""


def needs(program):
    """Skip a test where a program is missing."""
    found = shutil.which(program) is not None
    return pytest.mark.skipif(not found, reason=f"{program} is not installed: its opinion is not asked")


def curl(recorder, target, *options, base=None, seconds=PATIENCE):
    """What curl says: its exit status, what it printed, and its complaint."""
    command = ["curl", "--silent", "--show-error", "--max-time", str(seconds), *options]
    command += ["--digest", "--user", f"{recorder.user}:{recorder.password}"]
    command.append(f"{base or recorder.url}/cgi-bin/{target}")
    done = subprocess.run(command, capture_output=True, timeout=PATIENCE * 2, check=False)
    return done.returncode, done.stdout.decode("latin-1"), done.stderr.decode()


def login(recorder):
    status, page, complaint = curl(recorder, "dlogin.cgi?UID=-1")
    assert status == 0, complaint
    return re.search(r"UID=(\d+)", page)[1]


def push(recorder, uid, port, comp="H264", command="START"):
    query = f"UID={uid}&CAM=1&CMD={command}&COMP={comp}&PORT={port}"
    assert curl(recorder, f"push.cgi?{query}")[0] == 0


@contextmanager
def receiver():
    """A UDP socket with room for everything."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        listening.bind(("127.0.0.1", 0))
        listening.setblocking(False)
        yield listening


def numbers(listening):
    """The sequence numbers of the packets that have come, counted from the first."""
    found = []
    with suppress(BlockingIOError):
        while True:
            found.append(struct.unpack_from("!xxH", listening.recv(65536))[0])
    return [(number - found[0]) & 0xFFFF for number in found]


def received(recorder, fault=None, seconds=1.5):
    """What a socket receives of a stream while a fault holds."""
    with receiver() as listening:
        uid = login(recorder)
        held = recorder.faults.add(fault) if fault else None
        push(recorder, uid, listening.getsockname()[1])
        recorder.advance(seconds)
        found = numbers(listening)
        push(recorder, uid, listening.getsockname()[1], command="STOP")
        return found, held.struck if held else 0


def watched(recorder, uid, comp, *, advance, seconds=PATIENCE):
    """What curl receives of a stream over HTTP while the clock is moved: its exit status, and the bytes."""
    query = f"UID={uid}&CAM=1&CMD=START&COMP={comp}&INTERNETMODE=ON"
    command = ["curl", "--silent", "--no-buffer", "--max-time", str(seconds)]
    command.append(f"{recorder.url}/cgi-bin/push.cgi?{query}")
    with subprocess.Popen(command, stdout=subprocess.PIPE) as running:
        recorder.journal.wait_for("push.cgi", timeout=PATIENCE)
        recorder.advance(advance)
        body, _ = running.communicate(timeout=PATIENCE)
    return running.returncode, body.decode("latin-1")
