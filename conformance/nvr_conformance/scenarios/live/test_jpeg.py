"""Live JPEG over HTTP: §2.2.2.2, §2.3.5."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nvr_conformance.carriers.live_jpeg import ROWS, JpegCapture
from nvr_conformance.carriers.rows import walk
from nvr_conformance.facts import live_jpeg
from nvr_conformance.facts.clock import Now
from nvr_conformance.facts.likeness import own_pictures, small
from nvr_conformance.facts.live_jpeg import Shots
from nvr_conformance.facts.live_multipart import part_headers
from nvr_conformance.procedures.cameras import cameras_with_video
from nvr_conformance.procedures.checks import Judge
from nvr_conformance.procedures.recorder_clock import now_on
from nvr_conformance.procedures.streams import KEY_WAIT, UNTIL_ENDED, wait_for_key_picture
from nvr_conformance.procedures.uid_commands import playing_uid
from nvr_conformance.reading.decoding import decode_pictures, decodes
from nvr_conformance.reading.live_jpeg import read_jpeg_part
from nvr_conformance.reading.nal_units import codec_in, pictures_of
from nvr_conformance.reading.rtp import quick_payload
from nvr_conformance.scenario import (
    Check,
    Client,
    Fact,
    LiveHttp,
    LiveStream,
    NotTested,
    Observe,
    Require,
    Session,
    Target,
    scenario,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from nvr_conformance.facts.likeness import Small
    from nvr_conformance.reading.live_jpeg import JpegPart

TRIED = 4  # cameras among which one that sends JPEG is sought
PICTURES = 4
WAITED = 12.0  # seconds for these pictures
LONGER = 1.5  # seconds behind them: over the end of a second, which times must go over too

ONE_SENDS_NONE = {
    "cameras": [
        {"number": 1, "fixture": "counter-small", "jpeg": False},
        {"number": 2, "fixture": "city"},
        {"number": 3, "fixture": "counter-small"},
    ]
}


@scenario("LIV-18", "LIV-19", "LIV-20", setup=ONE_SENDS_NONE)
def test_live_jpeg_pictures(
    target: Target,
    client: Client,
    check: Check,
    not_tested: NotTested,
    observe: Observe,
    require: Require,
) -> None:
    """JPEG of some cameras, until one was found that sends pictures of its own; while another UID plays."""
    judge = Judge(check, not_tested)
    playing_uid(target, client)
    session = client.login()
    session.get("live_setup")
    own = require(_sends_its_own(target, session, observe), "no camera sends JPEG pictures of its own")
    if _judge_one(judge, check, observe, own, now_on(target, client)):
        _judge_whose(target, client, session, judge, check, own.camera)


def _sends_its_own(target: Target, session: Session, observe: Observe) -> LiveHttp | None:
    """JPEG of the first camera whose pictures change; where none do, of one that stands still alone."""
    seen: dict[int, LiveHttp] = {}
    shots: dict[int, Shots] = {}
    for camera in target.cameras[:TRIED]:
        stream = _watch(target, session, camera, LONGER)
        if not stream.total and not stream.problem:
            observe("LIV-20", f"{stream.exchange}, nothing in {WAITED:.0f} s", f"camera {camera}")
            continue
        if other := _other_than_jpeg(stream):
            observe("LIV-20", f"{other} instead", f"camera {camera}, without JPEG")
            continue
        seen[camera], shots[camera] = stream, _shots(_parts(stream))
        if not shots[camera].still:
            break
    none = live_jpeg.placeholders(shots)
    for camera in sorted(none):
        count, picture = len(shots[camera].jpegs), shots[camera].jpegs[0]
        told = f"{seen[camera].exchange}, {count} times the same picture, {len(picture)} bytes"
        observe("LIV-20", told, f"camera {camera}, without JPEG")
    return next((stream for camera, stream in reversed(seen.items()) if camera not in none), None)


def _judge_one(judge: Judge, check: Check, observe: Observe, stream: LiveHttp, now: Now) -> bool:
    """The multipart, the parts and the pictures of one camera; whether it is a multipart."""
    camera, parts = stream.camera, _parts(stream)
    name = f"camera {camera}"
    actual = "ended" if stream.ended else "still open"
    check("LIV-18", stream.ended, "STOP ends the answer", actual, f"JPEG of {name}")
    if not check("LIV-19", *_multipart(stream), f"{name}, the multipart"):
        return False
    check("LIV-19", *part_headers(stream.packets, "image/jpeg"), f"{name}, the parts")
    bodies = [packet.data for packet in stream.packets]
    walk(ROWS, judge, JpegCapture(parts, bodies, camera, now), name)
    decoded = decode_pictures("JPEG", [part.jpeg for part in parts])
    check("LIV-19", *decodes(decoded, exactly=len(parts)), f"{name}, decoded")
    forms = sorted({part.form or "none" for part in parts})
    observe("LIV-20", f"camera information: {', '.join(forms)}", name)
    observe("LIV-20", live_jpeg.ids(parts), f"{name}, ids")
    return True


def _judge_whose(
    target: Target, client: Client, session: Session, judge: Judge, check: Check, known: int
) -> None:
    """Whether JPEG of each camera names it, and shows what its video shows meanwhile, on another UID; of the
    one that is known to send it, whether it comes again."""
    sending = cameras_with_video(target, TRIED)
    beside = client.login()
    beside.get("live_setup")
    videos = [beside.run("HTTP", camera, codec) for camera, codec in sending.items()]
    for video in videos:
        wait_for_key_picture(video, KEY_WAIT)
    streams = [_watch(target, session, camera) for camera in sending]
    for video in videos:
        beside.stop(video)
        video.close()
    beside.logout()
    views = {video.camera: _keys_of(target, video) for video in videos}
    for stream in streams:
        if stream.camera == known:
            # That two UIDs may have a camera is for LIV-24.
            again = stream if stream.total else _watch(target, session, known)
            check("LIV-19", again.total, "JPEG", again.exchange, f"camera {known}, START behind STOP")
            if again.ended:
                _judge_short_stop(session, check, known)
    none = live_jpeg.placeholders({stream.camera: _shots(_parts(stream)) for stream in streams})
    for stream in streams:
        parts = _parts(stream)
        found: list[Small | None] = []
        decoded = decode_pictures("JPEG", [part.jpeg for part in parts], keep=_into(found))
        if decoded.pictures and stream.camera not in none:
            name = f"camera {stream.camera}, whose pictures"
            judge("LIV-19", name, own_pictures, _seen(found), views, stream.camera)
            judge("LIV-19", f"camera {stream.camera}, 0x0004", live_jpeg.names_camera, parts, stream.camera)


def _keys_of(target: Target, video: LiveStream) -> list[Small]:
    """The key pictures of a video stream, in small."""
    runs = pictures_of(target.rtp.dissect(video.packets), video.comp)
    found: list[Small | None] = []
    decode_pictures(video.comp, [run.annex_b for run in runs if run.is_key], keep=_into(found))
    return _seen(found)


def _into(found: list[Small | None]) -> Callable[[Any], None]:
    return lambda frame: found.append(small(frame))


def _seen(found: list[Small | None]) -> list[Small]:
    return [picture for picture in found if picture is not None]


def _judge_short_stop(session: Session, check: Check, camera: int) -> None:
    """LIV-18: STOP as it is drawn, cut off behind COMP."""
    stream = session.run("HTTP", camera, "JPEG", WAITED)
    if stream.total:
        session.stop_as_drawn(stream)
        ended = stream.wait_until(lambda: stream.ended, UNTIL_ENDED)
        actual = "ended" if ended else "still open"
        check("LIV-18", ended, "STOP ends the answer", actual, f"JPEG of camera {camera}, no INTERNETMODE")
    session.stop(stream)
    stream.close()


def _watch(target: Target, session: Session, camera: int, longer: float = 0.0) -> LiveHttp:
    stream = session.run("HTTP", camera, "JPEG", WAITED)
    assert isinstance(stream, LiveHttp)
    if stream.total:
        stream.wait_packets(PICTURES, WAITED)
        target.pass_time(longer)
        target.settle()
    session.stop(stream)
    if stream.total:
        stream.wait_until(lambda: stream.ended, UNTIL_ENDED)
    stream.close()
    return stream


def _parts(stream: LiveHttp) -> list[JpegPart]:
    return [read_jpeg_part(packet.data) for packet in stream.packets]


def _shots(parts: list[JpegPart]) -> Shots:
    pictures = decode_pictures("JPEG", [part.jpeg for part in parts[:1]]).pictures
    return Shots([part.jpeg for part in parts], pictures[0].width if pictures else 0)


def _other_than_jpeg(stream: LiveHttp) -> str:
    """The codec of the video that came in the place of JPEG, if it is that."""
    bodies = [packet.data for packet in stream.packets]
    if any(body[:2] == b"\xff\xd8" for body in bodies):
        return ""
    return codec_in(map(quick_payload, bodies))


def _multipart(stream: LiveHttp) -> Fact:
    expected = "a multipart of --myboundary parts"
    right = stream.started and not stream.problem and stream.total > 0
    actual = f"{stream.exchange.content_type}, {stream.total} parts"
    return Fact(right, expected, f"{actual}{stream.problem and f', {stream.problem}'}")
