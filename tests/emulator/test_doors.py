"""What the package offers at its top is there, and costs nothing until it is used."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import nvr_emulator
from nvr_emulator import EmbeddedRecorder, Recorder, Request, plan, small_recorder

README = Path(__file__).parents[2] / "README.md"


@pytest.mark.parametrize("name", nvr_emulator.__all__)
def test_every_public_name_is_there(name):
    value = getattr(nvr_emulator, name)
    assert getattr(value, "__name__", name) == name
    assert name in dir(nvr_emulator)


def test_what_is_offered_has_a_home():
    assert set(nvr_emulator.__all__) == set(nvr_emulator._HOME_OF)


def test_what_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'nvr_emulator' has no attribute 'Camera'"):
        nvr_emulator.Camera  # noqa: B018


def test_importing_takes_nothing():
    program = (
        "import sys\nimport nvr_emulator\n"
        "heavy = {'aiohttp', 'asyncio', 'av', 'click', 'msgspec', 'numpy', 'pytest', 'scapy'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
        "own = {name for name in sys.modules if name.startswith('nvr_emulator.')}\n"
        "assert not own, own\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_the_core_needs_no_sockets():
    program = (
        "import sys\nfrom nvr_emulator import Recorder, Request, plan, small_recorder, all_defects\n"
        "heavy = {'aiohttp', 'asyncio', 'av', 'click', 'pytest', 'scapy'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_the_core_answers():
    recorder = Recorder(plan(small_recorder()), 1_714_020_000.0)
    assert recorder.receive(Request("GET", "/cgi-bin/dlogin.cgi", "UID=-1"), 1_714_020_000.0).challenges


def test_an_embedded_recorder_runs():
    with EmbeddedRecorder() as recorder:
        assert recorder.url.startswith("http://127.0.0.1:")


PROGRAMS = [
    block
    for block in re.findall(r"```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    if "from nvr_emulator import" in block
]


def test_the_readme_shows_both_ways():
    assert len(PROGRAMS) == 2


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_programs_of_the_readme_run(program):
    subprocess.run([sys.executable, "-W", "error", "-c", program], check=True, capture_output=True)
