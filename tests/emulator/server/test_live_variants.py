"""What a recorder may do otherwise in live streams, as it stands on the wire."""

import re
import socket
from datetime import UTC
from itertools import pairwise

import msgspec
import pytest

from nvr_emulator import EmbeddedRecorder, small_recorder
from nvr_emulator.configuration.variant_choice import read_variants
from nvr_emulator.configuration.variants import Variants
from nvr_emulator.footage.audio import AudioUnit, audio_of
from nvr_emulator.footage.footage import TICKS
from nvr_emulator.footage.telephone_samples import A_LAW_OF_MU_LAW
from nvr_emulator.recorder.live.audio import LiveAudio
from nvr_protocol.additional_information import walk_tlvs
from nvr_protocol.codecs import AudioCodec
from nvr_protocol.dialect import DEFAULT
from nvr_protocol.multipart import MultipartReader
from nvr_protocol.rtp.packet import read_packet


@pytest.fixture
def recorder():
    started = []

    def start(**variants):
        chosen = read_variants({name.replace("_", "-"): value for name, value in variants.items()})
        settings = msgspec.structs.replace(small_recorder(1), variants=chosen)
        running = EmbeddedRecorder(settings=settings)
        started.append(running)
        return running.__enter__()

    yield start
    hang_up()
    for running in started:
        running.__exit__(None, None, None)


def hang_up():
    """Close the streams that a test opened."""
    while OPENED:
        OPENED.pop().close()


OPENED = []


def login(running):
    """The UID of a new session of the administrator."""
    recorder = running.machine.recorder
    return str(recorder.sessions.login(running.user, 0, running.machine.clock.now()).uid)


class Live:
    """An HTTP live stream: the head of its answer, and what stands behind it."""

    def __init__(self, running, uid, comp="H264", camera=1):
        host, port = running.url.removeprefix("http://").split(":")
        self.running = running
        self.socket = socket.create_connection((host, int(port)), timeout=10)
        OPENED.append(self.socket)
        target = f"/cgi-bin/push.cgi?UID={uid}&CAM={camera}&CMD=START&COMP={comp}&INTERNETMODE=ON"
        self.socket.sendall(f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        self.data = b""
        while b"\r\n\r\n" not in self.data:
            self.data += self.socket.recv(65536)
        head, _, self.data = self.data.partition(b"\r\n\r\n")
        self.head = head.decode()

    def advance(self, seconds):
        """All that is sent in some seconds."""
        self.running.advance(seconds)
        return self.read()

    def read(self):
        """All that was sent."""
        self.socket.settimeout(0.3)
        try:
            while more := self.socket.recv(1 << 20):
                self.data += more
        except TimeoutError:
            pass
        return self.data


def bodies(data, by="auto"):
    return [part.body for part in MultipartReader(by=by).feed(data)]


def packets_of(recorder, comp="H264", seconds=2, **variants):
    running = recorder(**variants)
    live = Live(running, login(running), comp)
    return [read_packet(body) for body in bodies(live.advance(seconds))]


def ids(packet):
    return [tlv.id for tlv in walk_tlvs(packet.extension)]


@pytest.mark.parametrize(
    ("extension", "expected"),
    [
        ("all", [4, 7, 10]),
        ("other-ids", [7, 0xF1, 4, 10]),
        ("camera-ids", [4, 7, 10, 0x11, 0x12]),
    ],
)
def test_which_ids_the_rtp_extension_has(recorder, extension, expected):
    packets = packets_of(recorder, rtp_extension=extension)
    assert {tuple(ids(packet)) for packet in packets} == {tuple(expected)}


def test_packets_without_extension(recorder):
    assert {packet.extension for packet in packets_of(recorder, rtp_extension="none")} == {None}


def test_an_extension_in_the_first_packet_of_a_picture_alone(recorder):
    packets = packets_of(recorder, rtp_extension="first-packet")
    begins = [True] + [packet.marker for packet in packets[:-1]]
    assert [packet.extension is not None for packet in packets] == begins


@pytest.mark.parametrize(
    ("size", "least", "most"), [("1400", 700, 1400), ("500", 250, 500), ("8000", 1401, 8000)]
)
def test_how_large_packets_are(recorder, size, least, most):
    largest = max(len(packet.payload) for packet in packets_of(recorder, packet_size=size))
    assert least <= largest <= most


def content_type(live):
    return re.search(r"(?im)^content-type: (.*?)\r?$", live.head)[1]


@pytest.mark.parametrize(
    ("variant", "boundary"),
    [("dashed", "--myboundary"), ("plain", "myboundary"), ("quoted", '"--myboundary"')],
)
def test_what_the_header_calls_the_boundary(recorder, variant, boundary):
    running = recorder(live_multipart=variant)
    assert content_type(Live(running, login(running))) == f"multipart/x-mixed-replace; boundary={boundary}"


def test_when_the_first_boundary_comes(recorder):
    for variant, ahead in (("at-once", b"--myboundary\r\n"), ("with-first-part", b"")):
        running = recorder(live_multipart_first_boundary=variant)
        live = Live(running, login(running))
        assert live.read() == ahead
        assert live.advance(2).startswith(b"--myboundary\r\nContent-type: application/octet-stream\r\n")


def test_live_in_chunks(recorder):
    running = recorder(live_multipart_framing="chunked")
    live = Live(running, login(running))
    data = live.advance(2)
    assert "transfer-encoding: chunked" in live.head.lower()
    whole = b""
    while data:
        size, _, data = data.partition(b"\r\n")
        whole, data = whole + data[: int(size, 16)], data[int(size, 16) + 2 :]
    assert [read_packet(body).marker for body in bodies(whole)].count(True) >= 5


def test_other_part_headers_and_ends(recorder):
    running = recorder(live_multipart_headers="other", live_multipart_part_end="none")
    data = Live(running, login(running)).advance(2)
    assert data.startswith(b"--myboundary\r\nX-Recorder: live\r\ncontent-length: "), data[:80]
    assert b"CONTENT-TYPE: application/octet-stream" in data
    assert [read_packet(body).marker for body in bodies(data, "length")].count(True) >= 5


def audio(recorder, camera, **variants):
    running = recorder(**variants)
    uid = login(running)
    video = Live(running, uid, "H264", camera)
    heard = Live(running, uid, "AUDIO", camera)
    data = heard.advance(2)
    assert video.data is not None
    return heard, data


@pytest.mark.parametrize("milliseconds", ["10", "20", "40", "60"])
def test_how_much_audio_a_part_holds(recorder, milliseconds):
    _, data = audio(recorder, 2, audio_packet=milliseconds)
    assert {len(body) for body in bodies(data)} == {1 + 8 * int(milliseconds)}


def test_parts_of_two_lengths_in_turn_hold_the_same_samples(recorder):
    _, data = audio(recorder, 2, audio_packet="15-and-25")
    heard = [body[1:] for body in bodies(data)]
    assert {len(body) for body in heard} == {120, 200}
    assert all(len(before) != len(after) for before, after in pairwise(heard))
    assert b"".join(heard[1:20]) in b"".join(audio_of(AudioCodec.G711, 2).fixture.units * 2)


def test_packets_of_two_lengths_in_turn_keep_their_clock():
    live = LiveAudio(UTC, DEFAULT, Variants(audio_packet="15-and-25"))
    units = [AudioUnit(audio_of(AudioCodec.G726, 1), number) for number in range(10)]
    steps = [live.clock(after) - live.clock(before) for before, after in pairwise(units)]
    assert steps == [2 * len(live.payload(unit)) for unit in units[:-1]]
    assert b"".join(map(live.payload, units)) == b"".join(unit.data for unit in units)
    of_aac = AudioUnit(audio_of(AudioCodec.AAC, 1), 3)
    assert live.clock(of_aac) == of_aac.clock


def test_when_audio_begins(recorder):
    for variant, least, most in (("at-once", 45, 55), ("kept-first", 90, 100), ("late", 0, 0)):
        running = recorder(audio_start=variant)
        uid = login(running)
        video = Live(running, uid, "H264", 2)
        heard = Live(running, uid, "AUDIO", 2)
        assert least <= len(bodies(heard.advance(1))) <= most, variant
        assert video.data is not None
    assert 20 <= len(bodies(heard.advance(2))) <= 30


def test_access_units_of_one_size(recorder):
    _, data = audio(recorder, 1, aac_units="filled")
    units = [body[1:] for body in bodies(data)]
    assert len(set(map(len, units))) == 1
    usual = {unit.rstrip(b"\0") for unit in audio_of(AudioCodec.AAC, 1).fixture.units}
    assert {unit.rstrip(b"\0") for unit in units} <= usual


def test_the_law_of_g711(recorder):
    _, data = audio(recorder, 2, g711_law="a-law")
    usual = {unit.translate(A_LAW_OF_MU_LAW) for unit in audio_of(AudioCodec.G711, 2).fixture.units}
    assert {body[1:] for body in bodies(data)} <= usual


def test_what_g711_is_called(recorder):
    _, data = audio(recorder, 2, g711_content_type="audio/basic")
    assert data.count(b"audio/basic") > 10


def test_a_stream_may_begin_within_a_gop(recorder):
    keys = set()
    for variant in ("key", "joins"):
        running = recorder(first_picture=variant)
        running.advance(0.7)
        first = read_packet(bodies(Live(running, login(running)).advance(2))[1])
        keys.add((variant, first.payload[0] & 0x1F == 7))
    assert keys == {("key", True), ("joins", False)}


def test_a_stream_may_begin_with_what_has_passed_of_the_gop(recorder):
    running = recorder(first_picture="at-once")
    running.advance(0.7)
    first = read_packet(bodies(Live(running, login(running)).advance(0.001))[1])
    assert first.payload[0] & 0x1F == 7


@pytest.mark.parametrize("passed", [0.9, 1.7, 2.3, 4.6])
def test_what_has_passed_of_a_long_gop_is_late_for_nobody(recorder, passed):
    running = recorder(first_picture="at-once", gop_seconds="5")
    live = running.machine.recorder.live
    Live(running, login(running)).advance(6)
    [stream] = live.streams()
    gop = stream.gop.following()
    running.advance(gop.start / TICKS + passed - running.machine.clock.now())
    Live(running, login(running)).advance(0.001)
    newcomer = live.streams()[-1]
    assert newcomer.gop == gop
    assert newcomer.pictures_sent == int(passed * TICKS) // gop.interval + 1
    assert not newcomer.pictures_left_out


def test_what_becomes_of_audio_without_its_video(recorder):
    for variant, goes_on in (("ends", False), ("goes-on", True)):
        running = recorder(audio_without_its_video=variant)
        uid = login(running)
        Live(running, uid, "H264", 2)
        heard = Live(running, uid, "AUDIO", 2)
        running.machine.recorder.live.stop(int(uid), 2, "H264")
        assert (heard.advance(1).count(b"audio/") > 10) == goes_on


def test_jpeg_without_camera_information(recorder):
    for variant, groups in (("with", 2), ("without", 1)):
        running = recorder(jpeg_camera_information=variant)
        [picture, *_] = bodies(Live(running, login(running), "JPEG").advance(2))
        assert picture.count(b"\xff\xd8\xff\xfe") == groups


@pytest.fixture
def port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(5)
        yield receiver


def start_rtp(running, uid, camera, receiver):
    target = f"UID={uid}&CAM={camera}&CMD=START&COMP=H264&PORT={receiver.getsockname()[1]}"
    host, where = running.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(where)), timeout=10) as connection:
        connection.sendall(f"GET /cgi-bin/push.cgi?{target} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 200")


def test_each_stream_may_come_from_a_port_of_its_own(recorder, port):
    for variant, ports in (("one-port", 1), ("port-a-stream", 2)):
        running = recorder(rtp_source=variant)
        uid = login(running)
        for camera in (1, 2):
            start_rtp(running, uid, camera, port)
        running.advance(2)
        assert len({port.recvfrom(2000)[1] for _ in range(40)}) == ports
        port.settimeout(0.2)
        try:
            while port.recv(2000):
                pass
        except TimeoutError:
            port.settimeout(5)


def second(recorder, **variants):
    """How a second stream of a camera and a first one fare: status of the second, then what comes on each."""
    running = recorder(**variants)
    uid = login(running)
    first = Live(running, uid, "H264")
    other = Live(running, uid, "H265")
    first.advance(2)
    refused = "multipart" not in other.head
    return other.head.split()[1], len(bodies(first.data)) > 5, not refused and len(bodies(other.read())) > 5


def test_what_becomes_of_a_second_stream_of_a_camera(recorder):
    assert second(recorder)[1:] == (True, False)
    assert second(recorder, second_stream="silent") == ("200", True, False)
    assert second(recorder, second_stream="replaces") == ("200", False, True)


def wrong(recorder, variant):
    chosen = read_variants({"wrong-codec": variant})
    settings = small_recorder(1)
    first = msgspec.structs.replace(settings.cameras[0], video=("H264",))
    with EmbeddedRecorder(
        settings=msgspec.structs.replace(settings, variants=chosen, cameras=(first, *settings.cameras[1:]))
    ) as running:
        live = Live(running, login(running), "H265")
        status = live.head.split()[1]
        data = live.advance(2) if status == "200" else b""
        hang_up()
        return status, {read_packet(body).payload_type for body in bodies(data)}


def test_what_a_codec_that_the_camera_has_not_gets(recorder):
    assert wrong(recorder, "silent") == ("200", set())
    assert wrong(recorder, "refused") == ("404", set())
    assert wrong(recorder, "other") == ("200", {98})
