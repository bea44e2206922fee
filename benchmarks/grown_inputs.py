"""What readers take, grown to any size: many small things, and one large one."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator
from random import Random

from reading import gop

from nvr_protocol.codecs import AudioCodec
from nvr_protocol.multipart import write_live_part
from nvr_protocol.playback.audio import AudioUnit, PlaybackAudio, write_playback_audio
from nvr_protocol.rtp.packet import RtpPacket, write_packet
from nvr_protocol.timestamps import UTC_ZONE

Grown = Callable[[int], Iterable[bytes]]


def chunks(size: int) -> Iterator[bytes]:
    """GOPs: of small pictures, and of one."""
    yield gop([64] * max(1, min(size // 110, 60_000)), Random(1))
    yield gop([max(8, size - 400)], Random(1))


def audio(size: int) -> Iterator[bytes]:
    """Seconds of audio: of many access units, and of one stretch of samples."""
    units = tuple(AudioUnit(bytes(60)) for _ in range(max(1, min(size // 80, 60_000))))
    yield write_playback_audio(PlaybackAudio(AudioCodec.AAC, 1, 0, 1, UTC_ZONE, units=units))


def multipart(ahead: bytes) -> Grown:
    """Parts: many, and one."""

    def parts(size: int) -> Iterator[bytes]:
        part = write_live_part(bytes(40))
        yield ahead + b"--myboundary\r\n" + part * (size // len(part))
        yield ahead + b"--myboundary\r\n" + write_live_part(bytes(min(size, 15 << 20)))
        bare = b"--myboundary\r\nA: b\r\n\r\nx\r\n"
        yield ahead + bare * (size // len(bare))

    return parts


def packets(size: int) -> Iterator[bytes]:
    """RTP packets behind their lengths: one access unit without an end, and pictures of one packet each."""
    for marker in (False, True):
        written = bytearray()
        for number in range(size // 54):
            packet = write_packet(RtpPacket(98, number & 0xFFFF, 9000, 7, marker, b"\x41\x9a" + bytes(38)))
            written += len(packet).to_bytes(2, "big") + packet
        yield bytes(written)


def fragments(size: int) -> Iterator[bytes]:
    """Payloads behind their lengths: fragments of one NAL unit, and aggregates."""
    for payload in (b"\x7c\x05" + bytes(38), b"\x78" + b"\0\x02\x41\x9a" * 9):
        yield (len(payload).to_bytes(2, "big") + payload) * (size // (len(payload) + 2))


def answers(size: int) -> Iterator[bytes]:
    """Answers over HTTP: of many chunks, of one, and with many header fields."""
    head = b"\x80HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    yield head + b"1\r\nx\r\n" * (size // 6) + b"0\r\n\r\n"
    yield head + b"%x\r\n" % size + bytes(size) + b"\r\n0\r\n\r\n"
    yield b"\x80HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * (size // 6) + b"\r\n"


def elements(size: int) -> Iterator[bytes]:
    """Additional information: known elements again and again, and unknown ones."""
    for element in (b"\0\4\0\x08\0\1\0\0", b"\x01\0\0\x04"):
        yield element * (size // len(element))


def logs(size: int) -> Iterator[bytes]:
    """A log of many entries, and a list of many slots."""
    entry = b'"001","2024/01/01 00:00:00","0","CAM 3 VIDEO LOSS","GMT+09:00",'
    yield b"FILENAME=as_errorlog.html\r\nERROR_LOG_NO=9\r\nERROR_LOG=" + entry * (size // len(entry))
    slot = b"MAIN-1,1000GB(R),12GB,2024/01/01,0,00:00:00,2024/01/02,0,01:00:00\r\n"
    heading = b"Recording information\r\n\r\nDisk,Capacity,Remain capacity,Recorded time range\r\n"
    yield heading + slot * (size // len(slot))


def captures(size: int) -> Iterator[bytes]:
    """Pcaps: one answer in packets without an end, and datagrams."""
    head = struct.pack("=IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, 0xFFFF, 101)
    tcp = bytes.fromhex(
        "45000028000100004006f97d c0000201c0000209 1388 0050 0000000100000000 5002ffff00000000"
    )
    back = bytes.fromhex(
        "4500002d000100004006f978 c0000209c0000201 0050 1388 0000000100000002 5010ffff00000000"
    )
    udp = bytes.fromhex("45000020000100004011f97a c0000209c0000201 0050 1388 000c 0000")

    def record(packet: bytes) -> bytes:
        return struct.pack("=IIII", 1, 0, len(packet), len(packet)) + packet

    for packet in (record(back + bytes(1400)), record(udp + bytes(40))):
        yield head + record(tcp) + packet * (size // len(packet))


def evidence(size: int) -> Iterator[bytes]:
    """Evidence of which much was told."""
    target = (
        b'{"url":"u","clock":"real","pace":0,"timeout":1,"users":[],"allowed":[],"https_alone":null,'
        b'"endpoint":["h",1,false],"other":null,"knowledge":{}}'
    )
    told = b'["state",0,{"a":[1]}],' * (size // 22)
    yield (
        b'{"format":"nvrkit-evidence-1","scenario":"s","target":' + target + b',"clock_start":0,"ticks":[],'
        b'"flows":[],"exchanges":[],"told":[' + told + b'["state",0,0]]}'
    )


def passwords(size: int) -> Iterator[bytes]:
    """What has much to be redacted."""
    for line in (b"admin12345 ", b"UID=1234567890123&", b"Authorization: Digest a=b\r\n", b"uid uid "):
        yield line * (size // len(line))


GROWN: dict[str, Grown] = {
    "protocol/tlvs": elements,
    "protocol/chunk": chunks,
    "protocol/chunk-thoroughly": chunks,
    "protocol/chunk-breaches": chunks,
    "protocol/chunk-regular": chunks,
    "protocol/dissection": chunks,
    "protocol/dialect": chunks,
    "protocol/playback-audio": audio,
    "protocol/multipart": multipart(b"\x80"),
    "protocol/multipart-by-length": multipart(b"\x80"),
    "protocol/multipart-by-boundary": multipart(b"\x80"),
    "protocol/rtp-h264": packets,
    "protocol/rtp-h265": packets,
    "protocol/log-list": logs,
    "protocol/recorded-time": logs,
    "judge/response": answers,
    "judge/live-multipart": multipart(b"\x80"),
    "judge/download-multipart": multipart(b"multipart/form-data; boundary=--myboundary\n\x80"),
    "judge/datagrams": packets,
    "judge/payloads": fragments,
    "judge/elements": elements,
    "judge/chunk": chunks,
    "judge/playback-audio": audio,
    "judge/pages": logs,
    "judge/refusals": logs,
    "judge/redaction": passwords,
    "judge/evidence": evidence,
    "judge/pcap": captures,
}
