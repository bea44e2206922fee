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
