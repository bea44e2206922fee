"""A recorder inside a program: everything that recorder.toml can say, a fast clock, levers, kept packets."""

import os
import socket
import time
import urllib.request
from datetime import UTC, datetime

import pytest

from nvr_emulator import CameraSettings, ConfigurationError, EmbeddedRecorder, UserSettings
from nvr_emulator.configuration.kind import USUAL_SPEED, kind_of
from nvr_emulator.configuration.settings import CameraState
from nvr_emulator.configuration.small_recorder import small_recorder
from nvr_emulator.recorder.disks import DiskState
from nvr_emulator.server.clock import ClockError
from nvr_emulator.server.sent_packets import SentPackets


def settings_of(**wanted):
    return kind_of(wanted)[0]


@pytest.mark.parametrize("model", [1, 2, 3])
def test_a_small_recorder_is_what_nobody_says_otherwise(model):
    small = small_recorder(model)
    assert settings_of(model=model) == small
    assert settings_of(model=model, seed=None).seed is None


def test_values_of_python_and_of_toml_are_alike():
    made = settings_of(
        users=[UserSettings("JO", "secret-99"), {"name": "VI", "password": "x", "level": "viewer"}],
        cameras=[CameraSettings(1, state=CameraState.LOST), {"number": "2-4", "ptz": False}],
        clock_start=datetime(2024, 4, 25, tzinfo=UTC),
        time_zone="Europe/Berlin",
        recordings=[{"since": 60}],
        faults=["camera-lost:camera=2"],
        variants={"uid-digits": 7},
        transport="both",
    )
    assert [user.name for user in made.users] == ["JO", "VI"]
    assert [(camera.number, camera.ptz) for camera in made.cameras] == [
        (1, True),
        (2, False),
        (3, False),
        (4, False),
    ]
    assert made.cameras[0].state is CameraState.LOST
    assert (made.clock_start, made.variants.uid_digits, made.transport) == (1_714_003_200.0, 7, "both")


def test_a_file_gives_way_to_what_is_said(tmp_path):
    file = tmp_path / "recorder.toml"
    file.write_text('model = 3\ntime_zone = "Europe/Berlin"\nseed = 4\n')
    made = settings_of(config=file, time_zone="UTC")
    assert (made.model, made.time_zone, made.seed) == (3, "UTC", 4)
    assert settings_of(config={"series": "WJ-NX400"}).model == 1
    assert settings_of(config={"series": "WJ-NX400"}, model=2).series is None
    assert settings_of(config=str(file), series="WJ-NX400").model == 1


WRONG = [
    ({"config": "nowhere.toml"}, "config: nowhere.toml: No such file or directory"),
    ({"config": ""}, "config: is empty: leave it out, or name a file"),
    ({"series": ""}, "series: '' is not known; see nvr-emulator models"),
    ({"config": 7}, "config: '7' is neither a file nor a table"),
    ({"config": {"modle": 3}}, "modle: unknown key; did you mean 'model'?"),
    ({"users": [{"name": "x"}]}, "users[0].password: missing"),
    ({"cameras": [{"number": 1, "fixture": "town"}]}, "cameras[0].fixture: 'town' is not known"),
    ({"time_zone": "Mars"}, "time_zone: "),
    ({"speed": 0}, "speed: must be a number of more than 0"),
    ({"faults": ["rtp-los"]}, "faults: fault 'rtp-los' is not known; did you mean 'rtp-loss'?"),
    ({"clock_start": datetime(2024, 1, 1)}, "clock_start: has no offset from UTC"),  # noqa: DTZ001
    ({"cameras": object()}, "cameras: "),
]


@pytest.mark.parametrize(("wanted", "line"), WRONG)
def test_what_is_wrong_is_said_in_one_line(wanted, line):
    with pytest.raises(ConfigurationError) as caught:
        EmbeddedRecorder(**wanted)
    assert str(caught.value).startswith(line)
    assert "\n" not in str(caught.value)


def test_https_and_its_certificate():
    with EmbeddedRecorder(transport="both") as nvr:
        assert nvr.https_url.startswith("https://127.0.0.1:")
        assert nvr.certificate.startswith("-----BEGIN CERTIFICATE-----")
    with EmbeddedRecorder() as nvr:
        assert (nvr.https_url, nvr.certificate) == (None, None)


@pytest.fixture(scope="module")
def embedded():
    with EmbeddedRecorder(model=1, keep_packets=True) as recorder:
        yield recorder


@pytest.fixture
def nvr(embedded):
    embedded.reset(restart_clock=True)
    return embedded


def test_cameras_disks_and_logs_are_moved(nvr):
    nvr.cameras[3].lose()
    assert repr(nvr.cameras[3]) == "<camera 3: lost>"
    assert nvr.state()["cameras"][2]["connection"] == 2
    nvr.cameras[3].recover()
    assert nvr.cameras[3].state is CameraState.NORMAL
    assert list(nvr.cameras) == list(range(1, 21))
    nvr.disks["MAIN-1"].warn()
    nvr.disks["MAIN-2"].remove()
    assert nvr.state()["disks"]["MAIN-2"] == "removed"
    assert repr(nvr.disks["MAIN-1"]) == "<disk MAIN-1: warning>"
    nvr.disks["MAIN-2"].restore()
    assert nvr.disks["MAIN-2"].state is DiskState.NORMAL
    nvr.logs.event.add("SITE(VMD)-1")
    assert [entry.text for entry in nvr.logs.event.entries] == ["SITE(VMD)-1"]
    assert len(nvr.logs.error) == 4
    with pytest.raises(KeyError, match="camera 99 is not registered"):
        nvr.cameras[99].lose()
    with pytest.raises(KeyError, match="there is no disk in 'MAIN-9'"):
        nvr.disks["MAIN-9"].warn()
    with pytest.raises(ValueError, match="text: must be printable"):
        nvr.logs.error.add("a\nb")


def test_the_clock_is_moved(nvr):
    before = nvr.clock.now()
    nvr.clock.advance(91)
    assert nvr.clock.now() == before + 91


def test_a_fast_clock_runs_live_too():
    with (
        EmbeddedRecorder(clock="fast", speed=20, keep_packets=True) as nvr,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening,
    ):
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(10)
        begun, real = nvr.clock.now(), time.monotonic()
        uid = nvr.machine.recorder.sessions.login("ADMIN", 0, begun).uid
        port = listening.getsockname()[1]
        query = f"UID={uid}&CAM=1&CMD=START&COMP=H264&PORT={port}"
        urllib.request.urlopen(f"{nvr.url}/cgi-bin/push.cgi?{query}", timeout=10).close()
        stamps = [int.from_bytes(listening.recv(65536)[4:8]) for _ in range(60)]
        took = time.monotonic() - real
        media = ((stamps[-1] - stamps[0]) & 0xFFFFFFFF) / 90_000
        assert media > 1
        assert nvr.clock.now() - begun >= 20 * took
        with pytest.raises(ClockError, match="the clock is fast"):
            nvr.clock.advance(1)


def test_the_command_line_knows_the_same_speed():
    from nvr_emulator.cli.main import serve

    assert next(option for option in serve.params if option.name == "speed").default == USUAL_SPEED


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_kept_packets_are_read_by_scapy(tmp_path, host):
    scapy = pytest.importorskip("scapy.all")
    sent, file = SentPackets(kept=3), tmp_path / "live.pcap"
    for number in range(5):
        sent.keep((host, 6000), [bytes([0x80, 98, 0, number]) + bytes(9)], 1_714_000_000.25)
    sent.write(file)
    packets = scapy.rdpcap(str(file))
    assert [packet[scapy.UDP].load[3] for packet in packets] == [2, 3, 4]
    assert {(packet[scapy.UDP].dport, float(packet.time)) for packet in packets} == {(6000, 1_714_000_000.25)}
    for packet in packets:
        whole = bytes(packet)
        for layer in (scapy.IP, scapy.UDP) if host == "127.0.0.1" else (scapy.UDP,):
            if layer in packet and packet[layer].chksum:
                del packet[layer].chksum
        assert bytes(packet)[:20] == whole[:20]


def test_what_was_sent_is_written(nvr, tmp_path):
    file = tmp_path / "live.pcap"
    assert nvr.write_pcap(file) == 0
    assert not file.exists()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        uid = nvr.machine.recorder.sessions.login("ADMIN", 0, nvr.clock.now()).uid
        query = f"UID={uid}&CAM=1&CMD=START&COMP=H264&PORT={listening.getsockname()[1]}"
        urllib.request.urlopen(f"{nvr.url}/cgi-bin/push.cgi?{query}", timeout=10).close()
        nvr.clock.advance(1.5)
    assert nvr.write_pcap(file) > 10
    assert os.path.getsize(file) > 1000  # noqa: PTH202
    with pytest.raises(ValueError, match="keep_packets"):
        EmbeddedRecorder().write_pcap(file)


def test_what_was_sent_is_written_when_the_recorder_has_stopped(tmp_path):
    with EmbeddedRecorder(keep_packets=True) as recorder:
        recorder.machine.pump.sent.keep(("127.0.0.1", 6000), [bytes(12)], 1_714_000_000)
    assert recorder.write_pcap(tmp_path / "live.pcap") == 1


def test_what_a_test_holds_says_what_it_is():
    with EmbeddedRecorder(model=2, clock_start=1_700_000_000.0, faults=["camera-lost:camera=3"]) as nvr:
        assert repr(nvr) == f"<EmbeddedRecorder: WJ-NU101 (MODEL 2) at {nvr.url}>"
        lost = len(nvr.logs.error)
    assert repr(nvr.clock) == "<clock: 2023-11-14 22:13:20 UTC>"
    assert repr(nvr.cameras) == "<cameras: 1 normal, 2 normal, 3 lost, 4 normal>"
    assert repr(nvr.disks) == "<disks: MAIN-1 normal>"
    assert repr(nvr.logs.error) == f"<error log of {lost}>"
    assert repr(nvr.logs.event) in repr(nvr.logs)
