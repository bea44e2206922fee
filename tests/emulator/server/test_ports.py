"""Ports are opened together: where one cannot be had, nothing of the others stays behind."""

import asyncio
import socket
import threading
import urllib.request
from contextlib import contextmanager

import msgspec
import pytest

from nvr_emulator.configuration.settings import ConfigurationError
from nvr_emulator.configuration.small_recorder import small_recorder
from nvr_emulator.server.embedding import EmbeddedRecorder
from nvr_emulator.server.machine import Machine
from nvr_emulator.server.ports import CertificateFiles, Ports, Serving


@contextmanager
def taken():
    """A port on which somebody else listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def free():
    """A port on which nobody listens."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        return holder.getsockname()[1]


def listens(port):
    """Whether anybody does."""
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize("transport", ["http", "https", "both"])
def test_nothing_stays_open_where_the_control_port_is_taken(transport):
    threads = set(threading.enumerate())
    http, https = free(), free()
    with (
        taken() as control,
        pytest.raises(OSError, match="in use"),
        EmbeddedRecorder(transport=transport, ports=Ports(http=http, https=https, control=control)),
    ):
        pass
    assert set(threading.enumerate()) == threads
    assert not listens(http)
    assert not listens(https)


def test_nothing_stays_open_where_the_port_of_https_is_taken():
    threads, http = set(threading.enumerate()), free()
    with (
        taken() as https,
        pytest.raises(OSError, match="in use"),
        EmbeddedRecorder(transport="both", ports=Ports(http=http, https=https)),
    ):
        pass
    assert set(threading.enumerate()) == threads
    assert not listens(http)


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"host": ""}, "host: is empty"),
        ({"control_host": ""}, "control_host: is empty"),
        ({"host": None}, "host: must be a text"),
        ({"host": 7}, "host: must be a text"),
        ({"control_host": "a\0b"}, "control_host: must be printable characters"),
        ({"host": "é" * 80}, "host: 'é+' is no host name"),
        ({"http": "80"}, "http: must be a number from 0 to 65535"),
        ({"https": True}, "https: must be a number from 0 to 65535"),
        ({"control": 65536}, "control: must be a number from 0 to 65535"),
        ({"control": -1}, "control: must be a number from 0 to 65535"),
    ],
)
def test_an_address_that_is_none_is_named_before_anything_is_bound(changes, line):
    with pytest.raises(ConfigurationError, match=f"^{line}"):
        EmbeddedRecorder(ports=Ports(**changes))


def test_ports_that_are_none():
    with pytest.raises(ConfigurationError, match=r"^ports: 3 is none: say Ports\(http=8080\)$"):
        EmbeddedRecorder(ports=3)


def test_nothing_stays_open_where_the_certificate_is_no_use(tmp_path):
    settings = msgspec.structs.replace(small_recorder(), transport="both")
    http = free()
    serving = Serving(Machine(settings), Ports(http=http), CertificateFiles(tmp_path / "none.pem"))

    async def start():
        with pytest.raises(ConfigurationError, match=r"none\.pem"):
            await serving.start()
        assert not listens(http)

    asyncio.run(start())


def test_a_recorder_that_did_not_start_can_start_once_the_port_is_free():
    with taken() as control:
        recorder = EmbeddedRecorder(ports=Ports(control=control))
        with pytest.raises(OSError, match="in use"), recorder:
            pass
    with recorder, urllib.request.urlopen(f"{recorder.control_url}/healthz") as answer:
        assert answer.status == 200
