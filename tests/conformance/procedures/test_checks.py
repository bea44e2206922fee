"""LIV-04 … LIV-15 over one capture: each requirement is judged by itself, and silence proves nothing."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nvr_conformance.facts.clock import Now
from nvr_conformance.facts.live_multipart import one_packet_per_part
from nvr_conformance.procedures.cameras import CODECS, codecs_to_judge
from nvr_conformance.procedures.checks import VIDEO_IDS, VideoChecks
from nvr_conformance.procedures.streams import wait_for_key_picture
from nvr_conformance.reading.nal_units import pictures_of
from nvr_conformance.reading.rtp import dissect, quick_payload
from nvr_conformance.wire.live_multipart import LivePart
from nvr_conformance.wire.live_streams import CapturedPacket
from nvr_emulator.configuration.plan import plan, usual_cameras
from nvr_emulator.configuration.settings import RecorderSettings, UserSettings
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.recorder.replies import Request
from nvr_protocol.rtp.packet import RtpPacket, write_packet

NOW = 1_714_014_000.0


def sent(codec, seconds=4, change=lambda data: data):
    """What an emulated recorder sends of a small camera, as it would be captured."""
    cameras = usual_cameras(1, "counter-small")
    settings = RecorderSettings(users=(UserSettings("A", "a1"),), cameras=cameras, seed=7)
    recorder = Recorder(plan(settings), NOW)
    session = recorder.sessions.login("A", 0, NOW)
    query = f"UID={session.uid}&CAM=1&CMD=START&COMP={codec}&PORT=5004"
    recorder.receive(Request("GET", "/cgi-bin/push.cgi", query), NOW)
    captured = []
    for step in range(1, seconds * 5):
        for picture in recorder.run_until(NOW + step / 5):
            for data in picture.packets:
                captured.append(CapturedPacket(len(captured), change(data), step / 5))
    return captured


@pytest.fixture
def book():
    """Pens that write into lists."""
    book = SimpleNamespace(checks=[], not_tested=[], not_applicable=[])
    book.judge = VideoChecks(
        lambda id_, ok, expected, actual, name, basis="": book.checks.append((id_, bool(ok))),
        lambda id_, reason: book.not_tested.append(id_),
        lambda id_, reason: book.not_applicable.append(id_),
    )
    return book


@pytest.mark.parametrize("codec", CODECS)
def test_a_healthy_stream_passes_every_check(book, codec):
    book.judge(dissect(sent(codec)), codec, 1, Now(NOW), codec)
    assert {id_ for id_, _ in book.checks} == set(VIDEO_IDS)
    assert all(ok for _, ok in book.checks)
    assert not book.not_tested
    assert not book.not_applicable


def test_without_a_key_picture_the_rest_is_judged_all_the_same(book):
    packets = [packet for packet in sent("H264", 2) if 0.9 < packet.arrived < 1.0 or packet.arrived == 0.8]
    book.judge(dissect(packets[:4]), "H264", 1, Now(NOW), "H264")
    assert set(book.not_tested) >= {"LIV-13", "LIV-15"}
    assert ("LIV-04", True) in book.checks
    assert ("LIV-07", True) in book.checks


def test_without_a_header_extension_its_rows_do_not_apply(book):
    plain = sent("H265", change=lambda data: bytes([data[0] & ~0x10]) + data[1:12] + data[44:])
    book.judge(dissect(plain), "H265", 1, Now(NOW), "H265")
    assert set(book.not_applicable) == {"LIV-11", "LIV-12"}
    assert all(ok for _, ok in book.checks)


@given(st.binary(max_size=80))
def test_the_quick_payload_of_any_bytes(data):
    assert data.endswith(quick_payload(data))


@given(st.binary(min_size=1, max_size=40), st.integers(0, 3))
def test_the_quick_payload_is_the_packet_s_payload(payload, words):
    extension = bytes(4 * words) if words else None
    packet = RtpPacket(98, 1, 2, 3, False, payload, extension)
    assert quick_payload(write_packet(packet)) == payload


@pytest.mark.parametrize("codec", CODECS)
def test_a_start_bit_on_every_fragment_does_not_cut_pictures(codec):
    place, fragment = (45, 28) if codec == "H264" else (46, 49 << 1)

    def start(data):
        kind = data[44] & (0x1F if codec == "H264" else 0x7E)
        return data[:place] + bytes([data[place] | 0x80]) + data[place + 1 :] if kind == fragment else data

    whole, broken = (pictures_of(dissect(sent(codec, 2, change)), codec) for change in (bytes, start))
    assert [(run.first, run.last) for run in broken] == [(run.first, run.last) for run in whole]
    assert any(run.problems for run in broken)


def part_of(data):
    return LivePart((("Content-Type", "application/octet-stream"),), data, len(data), True, 0)


def test_a_packet_of_another_rtp_version_is_one_packet_still():
    packets = sent("H264", 1, lambda data: bytes([data[0] & 0x3F | 0x40]) + data[1:])
    parts = [CapturedPacket(each.number, each.data, 0.0, part_of(each.data)) for each in packets]
    assert one_packet_per_part(parts).ok
    cut = [
        CapturedPacket(0, parts[0].data, 0.0, parts[0].part),
        CapturedPacket(1, b"\0" * 40, 0.0, part_of(b"")),
    ]
    assert not one_packet_per_part(cut).ok


class Waiting(SimpleNamespace):
    def wait_until(self, condition, seconds):
        return condition()


@pytest.mark.parametrize("codec", CODECS)
def test_a_key_picture_is_recognised_as_it_arrives(codec):
    packets = sent(codec, 2)
    assert wait_for_key_picture(Waiting(comp=codec, packets=packets), 12)
    others = [packet for packet in packets if 0.0 < packet.arrived < 1.0 and packet.arrived != 0.2]
    later = [packet for packet in others if packet.arrived > 0.2]
    assert not wait_for_key_picture(Waiting(comp=codec, packets=later), 12)


def test_each_codec_is_judged_on_a_camera_that_sends_it():
    sends = {1: ("H265",), 2: ("H265", "H264"), 3: ("H264",)}
    target = SimpleNamespace(cameras=(1, 2, 3), live_codecs=sends.__getitem__)
    assert codecs_to_judge(target) == {"H264": 2, "H265": 1}
