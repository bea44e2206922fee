"""What the package offers at its top is there, and costs nothing until it is used."""

import subprocess
import sys

import pytest

import nvr_protocol


@pytest.mark.parametrize("name", nvr_protocol.__all__)
def test_every_public_name_is_there(name):
    value = getattr(nvr_protocol, name)
    assert getattr(value, "__name__", "nvr_protocol").rpartition(".")[2] in (name, "nvr_protocol")
    assert name in dir(nvr_protocol)


def test_what_belongs_together_is_behind_the_modules():
    assert nvr_protocol.h264.packetise([b"\x65\x88"]) == [b"\x65\x88"]
    assert nvr_protocol.h265.Rejoiner is not nvr_protocol.h264.Rejoiner
    assert nvr_protocol.Dialect() == nvr_protocol.DEFAULT_DIALECT


def test_what_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'nvr_protocol' has no attribute 'read_mail'"):
        nvr_protocol.read_mail  # noqa: B018


@pytest.mark.parametrize("statement", ["import nvr_protocol", "from nvr_protocol import *"])
def test_importing_takes_no_libraries(statement):
    program = (
        f"import sys; before = set(sys.modules)\n{statement}\nnew = set(sys.modules) - before\n"
        "heavy = {'construct', 'asyncio', 'socket', 'ssl', 'msgspec', 'av', 'numpy', 'aiohttp', 'scapy'}\n"
        "assert not heavy & new, heavy & new\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_importing_is_free():
    program = (
        "import sys, nvr_protocol\n"
        "own = {name for name in sys.modules if name.startswith('nvr_protocol.')}\n"
        "assert not own, own\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
