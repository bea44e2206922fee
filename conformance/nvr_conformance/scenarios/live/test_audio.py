"""Live audio: §2.1.2.2, §2.2.2.2, §2.3.6, §2.3.7."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from nvr_conformance.carriers import live_audio as carrier
from nvr_conformance.carriers.live_audio import AudioCapture
from nvr_conformance.carriers.rows import walk
from nvr_conformance.facts import live_audio
from nvr_conformance.facts import rtp as rtp_facts
from nvr_conformance.facts.live_multipart import part_headers
from nvr_conformance.procedures import audio_both_ways
from nvr_conformance.procedures.audio_witness import SAME, recorded_apart
from nvr_conformance.procedures.checks import Judge
from nvr_conformance.procedures.streams import (
    AUDIO,
    ends_at_stop,
    goes_on,
    quiet_behind,
    wait_for_first_packets,
    way_of,
)
from nvr_conformance.procedures.udp_path import BLOCKED, find_out
from nvr_conformance.reading.rtp import RtpRecord
from nvr_conformance.scenario import (
    CapturedPacket,
    Check,
    Client,
    LiveHttp,
    LiveRtp,
    LiveStream,
    NothingToJudge,
    NotTested,
    Observe,
    PrerequisiteFailed,
    Require,
    Session,
    Target,
    scenario,
)

LISTENED = live_audio.SETTLED + 3.0  # seconds of audio that are judged
AT_ONCE = 4  # cameras that are listened to at once
FEWEST_STARTS = 3  # streams whose first sequence numbers show whether they are random
TRIED = 8  # cameras among which each codec is sought
WAYS = ("RTP", "HTTP")
WANTED = {1: {"AAC", "G711", "G726"}, 2: {"AAC", "G711"}, 3: {"AAC", "G711"}}  # §1.1, by model


@dataclass(frozen=True)
class Heard:
    """What one camera sent of its audio, by RTP and by HTTP. ``codec`` by the data themselves, "" where
    nothing came that tells it."""

    camera: int
    rtp: LiveRtp
    records: list[RtpRecord]
    http: LiveHttp
    parts: list[CapturedPacket]
    codec: str

    @property
    def silent(self) -> bool:
        """Whether START over RTP was accepted, and nothing came."""
        return not self.rtp.total and not self.rtp.refused

    @property
    def name(self) -> str:
        return f"{self.codec} of camera {self.camera}"


@scenario(
    "LIV-27",
    "LIV-28",
    "LIV-29",
    "LIV-35",
    besides=("LIV-03", "LIV-05", "LIV-07", "LIV-08", "LIV-09", "LIV-18", "LIV-26"),
    setup={"rtp_wrap_after": 1.5},
)
def test_live_audio_of_each_codec(
    target: Target,
    client: Client,
    check: Check,
    observe: Observe,
    not_tested: NotTested,
    require: Require,
) -> None:
    """Video of some cameras, then their audio over RTP, then over HTTP, until each codec of the model was
    heard."""
    judge = Judge(check, not_tested)
    session = client.login()
    session.get("live_setup")
    heard: set[str] = set()
    starts: list[int] = []
    is_open: bool | None = None
    cameras = target.cameras[:TRIED]
    for first in range(0, len(cameras), AT_ONCE):
        units: dict[str, dict[int, list[bytes]]] = {}
        for audio in _listen(target, client, check, cameras[first : first + AT_ONCE]):
            if not audio.codec:
                continue
            is_first = audio.codec not in heard
            heard.add(audio.codec)
            if audio.silent and is_open is None:
                is_open = find_out(target, client, session, audio.camera)
            if audio.silent and not is_open:
                for id_ in ("LIV-26", "LIV-28" if audio.codec == "AAC" else "LIV-27"):
                    not_tested(id_, f"{audio.name}: {BLOCKED}")
            else:
                _judge_by_rtp(check, observe, judge, audio)
            _judge_by_http(target, client, check, observe, judge, audio)
            if is_first and not audio.silent:
                _judge_again(target, client, check, judge, audio)
            if target.model != 1:
                actual = f"{audio.codec} of camera {audio.camera}"
                check("LIV-35", audio.codec in WANTED[target.model], "AAC-LC or G.711", actual, audio.name)
            starts += [record.sequence for record in audio.records[:1]]
            units.setdefault(audio.codec, {})[audio.camera] = [record.payload for record in audio.records]
        for codec, of_cameras in units.items():
            _judge_own(target, client, judge, not_tested, codec, of_cameras)
        if heard >= WANTED[target.model]:
            break
    if len(starts) >= FEWEST_STARTS:
        check("LIV-08", *rtp_facts.random_starts(starts), "audio", basis="audio")
    require(heard, "no camera sends audio")
    if not heard & {"G711", "G726"}:
        not_tested("LIV-27", "no camera sends G.711 or G.726")
    if "AAC" not in heard:
        not_tested("LIV-28", "no camera sends AAC")


def _listen(target: Target, client: Client, check: Check, cameras: tuple[int, ...]) -> list[Heard]:
    """The audio of these cameras beside their video, first over RTP, then over HTTP, on a UID each."""
    by_rtp, by_http = (_heard(target, client, check, way, cameras) for way in WAYS)
    found = []
    for camera in by_rtp.keys() & by_http.keys():
        rtp, http = by_rtp[camera], by_http[camera]
        assert isinstance(rtp, LiveRtp)
        assert isinstance(http, LiveHttp)
        records = [] if rtp.dropped else target.rtp.dissect(rtp.packets)
        found.append(Heard(camera, rtp, records, http, http.packets, _codec(records, http.packets)))
    return sorted(found, key=lambda heard: heard.camera)


def _codec(records: list[RtpRecord], parts: list[CapturedPacket]) -> str:
    """By RTP where that tells it, else by HTTP; "" where nothing does."""
    with suppress(NothingToJudge):
        return live_audio.codec_of(records)
    with suppress(NothingToJudge):
        return live_audio.codec_of_parts(parts)
    return ""


def _heard(
    target: Target, client: Client, check: Check, way: str, cameras: tuple[int, ...]
) -> dict[int, LiveStream]:
    """The audio of these cameras in one way; of the first that comes, how it ends at STOP."""
    session = client.login()
    session.get("live_setup")
    videos = [
        session.run("HTTP", camera, codec) for camera in cameras for codec in _first_codec(target, camera)
    ]
    audios = {video.camera: session.start(way, video.camera, AUDIO) for video in videos if video.total}
    wait_for_first_packets(target, list(audios.values()))
    session.get("keep_alive")
    target.pass_time(LISTENED, step=0.5)
    target.settle()
    for audio in audios.values():
        session.stop(audio)
    stopped = next((audio for audio in audios.values() if audio.total), None)
    if stopped is not None:
        video = next(video for video in videos if video.camera == stopped.camera)
        _judge_stop(target, session, check, stopped, video)
    for video in videos:
        session.stop(video)
    for stream in (*audios.values(), *videos):
        stream.close()
    session.logout()
    return audios


def _judge_stop(target: Target, session: Session, check: Check, audio: LiveStream, video: LiveStream) -> None:
    """LIV-03, LIV-18: STOP ends audio, its video goes on. LIV-26, LIV-29: START brings it again."""
    name = f"audio of camera {audio.camera}"
    if isinstance(audio, LiveRtp):
        codec = _codec(target.rtp.dissect(audio.packets), [])
        stopped = check("LIV-03", *quiet_behind(target, audio, live_audio.RATES[codec or "G711"]), name)
    else:
        stopped = check("LIV-18", *ends_at_stop(audio), name)
    stop, comes = ("LIV-03", "LIV-26") if isinstance(audio, LiveRtp) else ("LIV-18", "LIV-29")
    if not check(stop, *goes_on(target, video), f"{name}, its video") or not stopped:
        return
    again = session.run(way_of(audio), audio.camera, AUDIO)
    actual = f"{again.exchange}, {again.total} packets"
    check(comes, again.total, "audio", actual, f"{name} over {way_of(audio)}, started again")
    session.stop(again)
    again.close()


def _first_codec(target: Target, camera: int) -> tuple[str, ...]:
    try:
        return target.live_codecs(camera)[:1]
    except PrerequisiteFailed:
        return ()


def _judge_own(
    target: Target,
    client: Client,
    judge: Judge,
    not_tested: NotTested,
    codec: str,
    of_cameras: dict[int, list[bytes]],
) -> None:
    """LIV-26: each camera has its own audio. Cameras that have the same are judged where the recorder tells
    them apart in its recordings; else one of the two is left out."""
    audios = dict(of_cameras)
    for camera, other in live_audio.alike(of_cameras):
        if not recorded_apart(target, client, camera, other):
            not_tested("LIV-26", f"{codec}: cameras {camera} and {other} {SAME}")
            audios.pop(other, None)
    if len(audios) > 1:
        judge("LIV-26", f"{codec} of {len(audios)} cameras", live_audio.own_audio, audios)


def _judge_by_rtp(check: Check, observe: Observe, judge: Judge, audio: Heard) -> None:
    codec, name, records = audio.codec, audio.name, audio.records
    if not audio.rtp.dropped and check("LIV-26", records, "packets", audio.rtp.exchange, f"{name}, it comes"):
        walk(carrier.ROWS, judge, AudioCapture(records, codec, audio.camera), name)
        if codec == "AAC":
            judge("LIV-28", f"{name}, clock", live_audio.units_on_the_clock, records)
            units = live_audio.access_units(records)
            judge("LIV-28", f"{name}, decoded", live_audio.access_units_decode, units)
            observe("LIV-28", live_audio.au_header(records), f"{name}, AU headers")
        else:
            judge("LIV-27", f"{name}, samples", live_audio.samples_alone, records, codec)
            settled = live_audio.settled(records)
            judge("LIV-27", f"{name}, clock", rtp_facts.timestamp_rate, settled, live_audio.RATES[codec])


def _judge_again(target: Target, client: Client, check: Check, judge: Judge, audio: Heard) -> None:
    """LIV-27, LIV-28: audio over RTP behind that over HTTP is as it was before."""
    stream = _heard(target, client, check, WAYS[0], (audio.camera,)).get(audio.camera)
    records = [] if stream is None else target.rtp.dissect(stream.packets)
    name = f"{audio.name}, over RTP behind HTTP"
    if records and audio.codec == "AAC":
        judge("LIV-28", name, live_audio.access_units_decode, live_audio.access_units(records))
    elif records:
        judge("LIV-27", name, live_audio.samples_alone, records, audio.codec)


def _judge_by_http(
    target: Target, client: Client, check: Check, observe: Observe, judge: Judge, audio: Heard
) -> None:
    codec, name, parts = audio.codec, audio.name, audio.parts
    if check("LIV-29", parts, "parts", audio.http.exchange, f"{name}, it comes"):
        judge("LIV-29", f"{name}, headers", part_headers, parts)
        types = {part.part.content_type for part in parts if part.part is not None}
        judge("LIV-29", f"{name}, Content-Type", live_audio.content_type, codec, types, basis="type")
        if codec == "G711":
            observe("LIV-29", ", ".join(sorted(types)), f"{name}, Content-Type")
        judge("LIV-29", f"{name}, 0x00", live_audio.leading_zero, parts, basis="zero")
        bodies = [part.data for part in parts]
        if codec == "AAC":
            units = [body[1:] for body in bodies]
            judge("LIV-29", f"{name}, decoded", live_audio.access_units_decode, units)
        elif audio.records:
            judge("LIV-29", f"{name}, as over RTP", live_audio.same_units, bodies, codec, audio.records)
        if audio.records:
            with suppress(NothingToJudge):
                whole = live_audio.none_left_out(parts, codec, audio.records)
                if whole.ok:
                    check("LIV-29", *whole, f"{name}, all of it")
                else:
                    both = (target, client, audio.camera, codec, LISTENED)
                    judge("LIV-29", f"{name}, all of it", audio_both_ways.none_left_out, *both)
