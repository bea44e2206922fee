"""The readers of the judge: what a recorder answers, and what is given as a file."""

from __future__ import annotations

import io
import struct
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable

from readers import Reader, films, in_pieces, of_file, text_of
from readers_of_protocol import (
    CONNECTIONS,
    IDR,
    LOG,
    MULTIPART,
    PARTS,
    RECORDED,
    SLICE,
    cut,
    packets,
    small,
    texts,
)

from nvr_conformance.bounds import HEAD_LIMIT, read_json
from nvr_conformance.cli.fuzz_summary import read_summary
from nvr_conformance.evidence.index import RunIndex, index_json, read_index
from nvr_conformance.evidence.pcap_reading import read_pcap
from nvr_conformance.evidence.redaction import Redactor
from nvr_conformance.evidence.scenario_file import read_evidence
from nvr_conformance.facts import answer_headers, logs, recorded_time
from nvr_conformance.facts.clock import Now
from nvr_conformance.fuzzing.steps import read_fuzz_file
from nvr_conformance.judgement.expected_failures import read_expected_failures
from nvr_conformance.judgement.outcomes import NothingToJudge
from nvr_conformance.judgement.plain_text import plain, plain_value
from nvr_conformance.judgement.result import CheckResult, RequirementResult, Result
from nvr_conformance.judgement.verdicts import Overall, Verdict
from nvr_conformance.profile.dialect_naming import (
    told_by_audio,
    told_by_g711,
    told_by_jpeg,
    told_by_live_answer,
    told_by_video,
)
from nvr_conformance.reading import nal_units, refusals
from nvr_conformance.reading.additional_information import order_of, walk, wrong_value
from nvr_conformance.reading.connection_information import cameras_in, counts_in
from nvr_conformance.reading.decoding import decode_audio, decode_file, decode_pictures
from nvr_conformance.reading.gop import Gop
from nvr_conformance.reading.live_jpeg import read_jpeg_part
from nvr_conformance.reading.login_page import read_title, read_uid
from nvr_conformance.reading.mp4_boxes import build_of
from nvr_conformance.reading.mp4_samples import is_fragmented, read_samples, sync_table
from nvr_conformance.reading.playback_audio import walk_audio
from nvr_conformance.reading.playback_video import walk_chunk
from nvr_conformance.reading.rtp_readers import RtpReaders
from nvr_conformance.report.declaration import declaration_json
from nvr_conformance.report.diff import changes
from nvr_conformance.report.result_files import junit_xml, read_result, result_json
from nvr_conformance.selftest.files import read_selftest
from nvr_conformance.selftest.mutation.files import read_mutants
from nvr_conformance.wire.connection import ResponseReader, WireError
from nvr_conformance.wire.datagrams import Sieve
from nvr_conformance.wire.digest import DigestAnswers, choose_challenge, read_challenges
from nvr_conformance.wire.download_multipart import DownloadCutter
from nvr_conformance.wire.endpoint import endpoint_of
from nvr_conformance.wire.exchange import Exchange
from nvr_conformance.wire.live_multipart import PartCutter
from nvr_conformance.wire.live_streams import CapturedPacket
from nvr_protocol.texts.login_page import LoginPage, write_login_page

ANSWER = (
    b"\x80HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"5\r\nhello\r\n0\r\n\r\n"
)
CHALLENGE = b'Digest realm="Network disk recorder", nonce="0a", qop="auth", algorithm=MD5, stale=true'
EVIDENCE = (
    b'{"format":"nvrkit-evidence-1","scenario":"s","target":{"url":"u","clock":"real","pace":0,"timeout":1,'
    b'"users":[],"allowed":[],"https_alone":null,"endpoint":["h",1,false],"other":null,"knowledge":{}},'
    b'"clock_start":0,"ticks":[],"flows":[{"local":["h",1],"packets":0}],"exchanges":[{"number":1,"method":"GET",'
    b'"target":"/","started":0,"ended":1,"flow":0}],"told":[["state",0,{"a":[1]}]]}'
)
STEPS = (
    b'{"format":"nvrkit-fuzz-1","model":2,"seed":0,"disagreement":"","steps":'
    b'[{"do":"login","label":"s1"},{"do":"count"}]}'
)
FAILURES = b'[[failure]]\nid = "SES-01"\nreason = "known"\nowner = "me"\nuntil = 2030-01-01\n'
NAMES = (
    "camera.cgi",
    "playaudio.cgi",
    "loglist.cgi",
    "recordedtime.cgi",
    "as_getinfo.cgi",
    "dlogin.cgi",
    "httpdl.cgi",
)


def answered(data: bytes, target: str = "/") -> Exchange:
    """An exchange with this body."""
    exchange = Exchange(1, "GET", target)
    exchange.status, exchange.body = 200, data
    return exchange


def judged(*judge: Callable[[], object]) -> None:
    """Each of them, whether it finds anything to judge or not."""
    for each in judge:
        try:
            each()
        except NothingToJudge:
            continue


def response(data: bytes) -> None:
    """An answer over HTTP."""
    reader = ResponseReader("GET")
    in_pieces(data, reader.feed)
    reader.feed(b"")


def live_parts(data: bytes) -> None:
    """Live over HTTP."""
    in_pieces(data, PartCutter().feed)


def download_parts(data: bytes) -> None:
    """A download."""
    kind, _, body = data.partition(b"\n")
    cutter = DownloadCutter(kept=1 << 16, content_type=text_of(kind))
    in_pieces(body, cutter.feed)
    cutter.end()


def challenges(data: bytes) -> None:
    """What a recorder asks for."""
    found = read_challenges(text_of(data[:HEAD_LIMIT]).split("\n"))  # they stand in heads
    chosen = choose_challenge(found)
    if chosen is not None:
        DigestAnswers(chosen, "user", "password").authorization("GET", "/")


def datagrams(data: bytes) -> None:
    """Datagrams at a port, and as packets of a stream by both readers of RTP."""
    sieve, captured = Sieve(1, "H264"), []
    for number, piece in enumerate(cut(data)):
        sieve.take(piece, ("192.0.2.1", len(piece) % 3))
        captured.append(CapturedPacket(number, piece, float(number)))
    records = RtpReaders("").read_many(captured)
    codec = nal_units.codec_in([record.payload for record in records]) or "H264"
    for run in nal_units.pictures_of(records, codec):
        _ = run.is_key, run.annex_b


def payloads(data: bytes) -> None:
    """Payloads of RTP."""
    for codec in ("H264", "H265"):
        for piece in cut(data):
            _ = nal_units.read_payload(codec, piece).each


def elements(data: bytes) -> None:
    """Additional information."""
    for order in ("<", ">"):
        for element in walk(data, byte_order=order).elements:
            wrong_value(element, order)
    order_of(data)


def chunk(data: bytes) -> None:
    """A GOP."""
    walked = walk_chunk(data)
    gop = Gop(1, answered(data), walked)
    _ = (gop.given, gop.codec, gop.start, gop.count, gop.followed, gop.span, gop.plausible_span, gop.interval)
    _ = (gop.length, gop.video, gop.whole_second, gop.last_picture())
    _ = (walked.pictures, walked.camera, walked.operation, walked.speed, walked.information_time)
    told_by_video([gop, gop])


def audio(data: bytes) -> None:
    """A second of audio."""
    walked = walk_audio(data)
    _ = walked.zone_sample, walked.samples
    told_by_audio(walked)


def jpeg(data: bytes) -> None:
    """A live JPEG."""
    told_by_jpeg(read_jpeg_part(data))


def pages(data: bytes) -> None:
    """Texts of a recorder."""
    page = answered(data)
    _ = read_uid(page), read_title(page), counts_in(page.text), cameras_in(page.text)
    recorded_time.form(page)
    recorded_time.stated_range(page.text)
    judged(
        lambda: logs.form(page, "ERROR"),
        lambda: logs.form(page, "EVENT"),
        lambda: logs.count(page),
        lambda: logs.order(page),
        lambda: logs.fields(page),
        lambda: logs.at_their_times([(entry[1:], Now(0.0)) for entry in logs.entries(page)]),
        lambda: logs.added(page, answered(data[: len(data) // 2])),
    )


def answers(data: bytes) -> None:
    """Whether answers are refusals."""
    for name in NAMES:
        refusals.refused(answered(data, f"/cgi-bin/{name}"))


def heads(data: bytes) -> None:
    """Header fields, of a head as long as is taken."""
    exchange = answered(b"")
    pairs = [line.partition(":") for line in text_of(data[:HEAD_LIMIT]).split("\n")]
    exchange.headers = tuple((name, value.strip()) for name, _, value in pairs)
    answer_headers.as_drawn(exchange, "text/html", caching=True)
    exchange.goes_on = True
    judged(lambda: answer_headers.kept([exchange]))
    told_by_live_answer(exchange.header("Content-Type") or "")
    told_by_g711(exchange.header("Content-Type") or "")


def boxes(data: bytes) -> None:
    """The boxes of an MP4."""
    _ = build_of(data), sync_table(data), is_fragmented(data)


def film(data: bytes) -> None:
    """An MP4."""
    decode_file(data)
    for sample in read_samples(data):
        _ = sample.nal_units


def pictures(data: bytes) -> None:
    """Pictures for FFmpeg."""
    for codec in ("H264", "H265", "JPEG"):
        decode_pictures(codec, cut(data))


def sounds(data: bytes) -> None:
    """Audio for FFmpeg."""
    for codec in ("AAC", "G711", "G726"):
        decode_audio(codec, cut(data))


def redaction(data: bytes) -> None:
    """What is to be shown without passwords and UIDs."""
    redactor = Redactor(["admin12345", "1760"], uids=True)
    text = text_of(data)
    redactor.meet(text)
    shown = redactor.wire(data)
    assert len(shown) == len(data), "a length changed"
    _ = (
        redactor.text(text),
        redactor.value({"a": [text]}),
        plain_value((plain(text), plain(text, lines=True))),
    )


def pcaps() -> list[bytes]:
    """One connection and one datagram."""
    head = struct.pack("=IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, 0xFFFF, 101)
    tcp = bytes.fromhex(
        "45000028000100004006f97d c0000201c0000209 1388 0050 00000001 00000000 5002ffff 00000000"
    )
    back = bytes.fromhex(
        "4500002d000100004006f978 c0000209c0000201 0050 1388 00000001 00000002 5018ffff 00000000"
    )
    udp = bytes.fromhex("45000020000100004011f97a c0000209c0000201 1388 1770 000c 0000") + b"abcd"
    packets_ = (tcp, back + b"hello", udp)
    return [head + b"".join(struct.pack("=IIII", 1, 0, len(each), len(each)) + each for each in packets_)]


def result(data: bytes) -> None:
    """A result, as `diff` and the files of a report take it."""
    read = read_result(data)
    changes(read, read)
    declaration_json(read)
    ElementTree.fromstring(junit_xml(read))


def results() -> list[bytes]:
    """Of a run."""
    check = CheckResult("a check", Verdict.FAIL, "this", "that", "exchange 1")
    row = RequirementResult("SES-01", "fail", Verdict.FAIL, "so", (check,))
    verdict = next(iter(Overall))
    return [
        result_json(Result(verdict=verdict, target="t", model=2, seed=0, seconds=1.0, requirements=(row,)))
    ]


def indices() -> list[bytes]:
    """Of a run."""
    return [index_json(RunIndex(target="t", model=2, seed=0, selected=(), needs=(), scenarios={}, files={}))]


def behind_length(*pieces: bytes) -> bytes:
    """Pieces as `cut` takes them."""
    return b"".join(len(each).to_bytes(2, "big") + each for each in pieces)


JSON = texts(b'{"a":[1,"b",null]}', b"[[[[]]]]")
_ALL: tuple[
    tuple[str, Callable[[bytes], object], Callable[[], list[bytes]], tuple[type[Exception], ...]], ...
] = (
    ("response", response, texts(ANSWER, b"\0" + ANSWER[1:]), (WireError,)),
    ("live-multipart", live_parts, texts(b"\x80" + MULTIPART), ()),
    (
        "download-multipart",
        download_parts,
        texts(
            b"multipart/form-data; boundary=--myboundary\n\x80--myboundary\r\n"
            + PARTS
            + b"\r\n\r\nabc\r\n--myboundary"
        ),
        (),
    ),
    ("challenges", challenges, texts(CHALLENGE), ()),
    ("datagrams", datagrams, packets, ()),
    ("payloads", payloads, lambda: [behind_length(IDR, SLICE, b"\x7c\x85" + IDR)], ()),
    ("elements", elements, texts(b"\0\4\0\x0a\0\1\0\0\0\0"), ()),
    ("chunk", chunk, lambda: small("playback-h", "playback-j"), ()),
    ("playback-audio", audio, lambda: small("playback-a"), ()),
    ("live-jpeg", jpeg, lambda: small("live-j"), ()),
    ("pages", pages, lambda: [CONNECTIONS, LOG, RECORDED, write_login_page(LoginPage(13313, "NX300"))], ()),
    ("refusals", answers, lambda: [CONNECTIONS, LOG, RECORDED, *small("playback-a")], ()),
    ("heads", heads, texts(b"Content-Type: text/html\nConnection: Keep-Alive\nCache-Control: no-cache"), ()),
    ("boxes", boxes, films, ()),
    ("film", film, films, ()),
    ("pictures", pictures, lambda: [behind_length(b"\0\0\0\1" + IDR, b"\0\0\0\1" + SLICE)], ()),
    ("audio", sounds, lambda: [behind_length(b"\x21\x10\x04", b"abcd")], ()),
    (
        "redaction",
        redaction,
        texts(b"GET /?UID=13313&a=admin12345 HTTP/1.1\r\nAuthorization: Digest a=b\r\n\r\n"),
        (),
    ),
    (
        "endpoint",
        lambda data: endpoint_of(text_of(data), insecure=True),
        texts(b"http://[::1]:80/", b"https://nvr:443"),
        (ValueError,),
    ),
    ("json", lambda data: read_json(data, object), JSON, (ValueError,)),
    ("evidence", lambda data: read_evidence(data, "x.json"), texts(EVIDENCE), (ValueError,)),
    ("pcap", lambda data: read_pcap(io.BytesIO(data)), pcaps, (ValueError,)),
    ("result", result, results, (ValueError,)),
    ("run-index", of_file(lambda path: read_index(path.parent), "run.json"), indices, (ValueError,)),
    ("fuzz-file", of_file(read_fuzz_file, "steps.json"), texts(STEPS), (ValueError,)),
    (
        "expected-failures",
        of_file(read_expected_failures, "failures.toml"),
        texts(FAILURES),
        (ValueError, OSError),
    ),
    ("selftest-file", of_file(read_selftest, "selftest.json"), JSON, (ValueError, OSError)),
    ("mutants-file", of_file(read_mutants, "mutants.json"), JSON, (ValueError, OSError)),
    ("fuzz-summary", of_file(read_summary, "fuzz.json"), JSON, (ValueError, OSError)),
)
_BY_FFMPEG = ("film", "pictures", "audio")
READERS = tuple(
    Reader(f"judge/{name}", read, seeds, refuses, slow=name in _BY_FFMPEG)
    for name, read, seeds, refuses in _ALL
)
