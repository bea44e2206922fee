"""The readers of the emulator: requests, bodies of the control port, its configuration, and footage."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from av.error import FFmpegError
from readers import Reader, films, of_file, text_of
from readers_of_protocol import QUERIES, texts

from nvr_emulator.configuration.fault_choice import parse_fault
from nvr_emulator.configuration.plan import plan
from nvr_emulator.configuration.recorder_toml import read_recorder
from nvr_emulator.configuration.settings import ConfigurationError
from nvr_emulator.configuration.small_recorder import small_recorder
from nvr_emulator.configuration.variant_choice import VariantError, parse_choices, read_variants
from nvr_emulator.faults.fault import FaultError
from nvr_emulator.findings.reading import read as read_url
from nvr_emulator.recorder.digest import DigestGate, parse_authorization
from nvr_emulator.recorder.download.table import DownloadAnswer
from nvr_emulator.recorder.live.stream import LiveAnswer
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.recorder.replies import Answer, Request
from nvr_emulator.recorder.request_target import same_resource
from nvr_emulator.server.control_access import ControlError
from nvr_emulator.server.control_operations import OPERATIONS
from nvr_emulator.server.control_port import read_raw_body
from nvr_fixtures.errors import FixtureError
from nvr_fixtures.importing.scan import Unfit, scan
from nvr_fixtures.importing.source import look_at
from nvr_fixtures.manifest import read_manifest
from nvr_protocol.codecs import Codec

NOW = 1_714_000_000.0
AUTHORIZATION = (
    b'Digest username="ADMIN", realm="Network disk recorder", nonce="0a", uri="/cgi-bin/dlogin.cgi?UID=-1", '
    b'qop=auth, nc=00000001, cnonce="x", response="0123"'
)
REQUESTS = tuple(
    b"GET " + each.replace(b"UID=123", b"UID={uid}").replace(b"UID=1&", b"UID={uid}&") for each in QUERIES
)
CONFIGURATION = (
    b'model = 2\nusers = [{name = "ADMIN", password = "admin12345"}]\nclock_start = 2024-01-01T00:00:00Z\n'
    b'cameras = [{number = "1-2", recorded = "H264"}]\nvariants = {refusal = "close"}\n'
    b'faults = [{name = "rtp-loss", rate = 0.1}]\n'
)
BODIES = (
    b'{"seconds": 91}',
    b'{"state": "lost"}',
    b'{"name": "rtp-loss", "rate": 0.02, "seed": 3}',
    b'{"clock": "keep"}',
    b'{"variants": {"refusal": "close"}}',
    b'{"text": "SITE(VMD)-1"}',
)


@cache
def _recorder() -> Recorder:
    return Recorder(plan(small_recorder()), NOW)


def request(data: bytes) -> None:
    """A request of somebody who is logged in (`{uid}`), answered; a second line is its Authorization."""
    recorder = _recorder()
    if recorder.sessions.used() == 0 or len(recorder.live.streams()) > 8:
        for stream in recorder.live.streams():
            recorder.live.end(stream, "enough")
        recorder.sessions.login("ADMIN", 0, NOW)
    uid = str(recorder.sessions.valid()[-1].uid).encode()
    line, _, authorization = text_of(data.replace(b"{uid}", uid)).partition("\n")
    method, _, target = line.partition(" ")
    reply = recorder.receive(Request.of_target(method, target, authorization=authorization or None), NOW)
    match reply:
        case Answer():
            _ = reply.body
            if reply.sent is not None:
                reply.sent()
        case LiveAnswer():
            recorder.live.end(reply.stream, "enough")
        case DownloadAnswer():
            next(iter(reply.blocks), None)
            if reply.download is not None:
                recorder.downloads.end(reply.download, "enough")
        case _:
            raise TypeError(type(reply).__name__)


def url(data: bytes) -> None:
    """What is wrong with a URL."""
    path, _, query = text_of(data).partition("?")
    read_url.__wrapped__(path, query)


def authorization(data: bytes) -> None:
    """An answer to a challenge."""
    text = data.decode("utf-8", "surrogateescape")
    gate = DigestGate({"ADMIN": "admin12345"}, _recorder().rng)
    nonce = gate.challenge(NOW).split('"')[3]
    parse_authorization.__wrapped__(text)
    gate.check(text.replace("{nonce}", nonce), "GET", "/cgi-bin/dlogin.cgi?UID=-1", NOW)


def targets(data: bytes) -> None:
    """Two targets that may name the same."""
    one, _, other = text_of(data).partition("\n")
    same_resource(one, other)


def bodies(data: bytes) -> None:
    """A body, for each operation that takes one."""
    refused: ControlError | None = None
    for operation in OPERATIONS:
        if operation.body is not None:
            try:
                read_raw_body(data, operation)
            except ControlError as error:
                refused = error
    if refused is not None:
        raise refused


COMMAND_LINE = 2 * 1024 * 1024
"""Bytes that a system takes as one."""


def fault(data: bytes) -> None:
    """A fault of a command line."""
    str(parse_fault(text_of(data[:COMMAND_LINE])))


def variants(data: bytes) -> None:
    """Variants of a command line."""
    read_variants(parse_choices(text_of(data[:COMMAND_LINE]).split("\n")))


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="nvr-readers-")


def manifest(data: bytes) -> None:
    """A fixture's manifest."""
    folder = Path(_folder().name) / "footage"
    folder.mkdir(exist_ok=True)
    (folder / "manifest.json").write_bytes(data)
    read_manifest.__wrapped__(str(folder), Path("/"))


def footage(path: Path) -> Any:
    """A film of one's own; what FFmpeg says of it `import` tells in one line."""
    source = look_at(path)
    return scan(source, Codec.H265 if source.codec == "hevc" else Codec.H264, 1)


MANIFEST = (
    b'{"name":"x","origin":"","tracks":[{"kind":"audio","codec":"G711","camera":1,"file":"a.ulaw","units":'
    b'[{"length":160,"sha256":"00"}]}]}'
)
READERS = (
    Reader("emulator/request", request, texts(*REQUESTS)),
    Reader("emulator/url", url, texts(*QUERIES)),
    Reader(
        "emulator/authorization",
        authorization,
        texts(AUTHORIZATION, AUTHORIZATION.replace(b'"0a"', b'"{nonce}"')),
    ),
    Reader("emulator/targets", targets, texts(b"/a?b=%41\nhttp://x/a?b=A")),
    Reader("emulator/control-bodies", bodies, texts(*BODIES), (ControlError,)),
    Reader("emulator/fault", fault, texts(b"rtp-loss:rate=0.1,seed=3", b"camera-lost"), (FaultError,)),
    Reader(
        "emulator/variants", variants, texts(b"refusal=close\nchallenge", b"all-different"), (VariantError,)
    ),
    Reader(
        "emulator/recorder-toml",
        of_file(read_recorder, "recorder.toml"),
        texts(CONFIGURATION),
        (ConfigurationError,),
    ),
    Reader("emulator/manifest", manifest, texts(MANIFEST), (FixtureError,)),
    Reader(
        "emulator/footage", of_file(footage, "film.mp4"), films, (FixtureError, Unfit, FFmpegError), slow=True
    ),
)
