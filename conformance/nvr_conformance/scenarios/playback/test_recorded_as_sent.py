"""What was seen and heard live, held against what playback gives of the same seconds."""

from __future__ import annotations

from dataclasses import dataclass, field

from nvr_conformance.carriers.same_content import (
    CHOICES,
    as_sent,
    delays,
    in_step,
    nearest,
    played,
    runs_in,
    sent,
    told_ahead,
)
from nvr_conformance.carriers.zones import ZoneTold, agrees, zone_in
from nvr_conformance.facts import playback_audio
from nvr_conformance.facts.live_audio import ACCESS_UNIT, AU_HEADER, RATES
from nvr_conformance.facts.playback_order import near
from nvr_conformance.procedures.checks import Judge
from nvr_conformance.procedures.usual_recordings import RECORDINGS
from nvr_conformance.reading.additional_information import order_of, walk
from nvr_conformance.reading.live_jpeg import read_jpeg_part
from nvr_conformance.reading.playback_audio import AudioWalk
from nvr_conformance.reading.rtp import RtpRecord, dissect
from nvr_conformance.scenario import (
    SECOND,
    CapturedPacket,
    Check,
    Client,
    Fact,
    Gop,
    LiveStream,
    NothingToJudge,
    NotTested,
    Observe,
    Player,
    Require,
    Session,
    Target,
    player_in_recording,
    scenario,
)

CAMERAS = 2  # that are watched and listened to
WATCHED = 4.0  # seconds of each way in which audio is heard
STORED = 12.0  # seconds that a recorder is given to store what it sent: a long GOP, and as much again
AHEAD = (3, 15, 60)  # seconds ahead of the first live picture from which it is played
MOST_GOPS = 150
ANSWERS = 90  # seconds of audio that are asked for at most
SOUGHT = 1.0  # seconds of audio, of those that were heard, that are sought in the recording


MICROPHONES = tuple(
    {"number": number, "fixture": "city", "recorded": codec, "audio": audio}
    for number, codec, audio in ((1, "H264", "AAC"), (2, "H265", "G711"), (3, "H264", None))
)


@dataclass
class Watched:
    """One camera: what was seen of it and heard of it live, and what playback gives of that time."""

    camera: int
    codec: str
    video: LiveStream
    audio: dict[str, list[CapturedPacket]] = field(default_factory=dict)
    gops: list[Gop] = field(default_factory=list)
    audios: list[AudioWalk] = field(default_factory=list)
    records: list[RtpRecord] = field(default_factory=list)


@scenario(
    besides=("LIV-12", "LIV-29", "PLB-07", "PLB-12", "PLB-23", "PLB-24"),
    setup={"time_zone": "America/St_Johns", "cameras": MICROPHONES, "recordings": RECORDINGS},
)
def test_a_recording_of_what_was_sent(
    target: Target,
    client: Client,
    check: Check,
    not_tested: NotTested,
    observe: Observe,
    require: Require,
) -> None:
    """Video of two cameras live with their audio; then GOTODATE to that time."""
    judge = Judge(check, not_tested)
    player, _ = player_in_recording(target, client)
    session = client.login()
    session.get("live_setup")
    begin = round(target.unix_time())
    cameras = _start(target, player, session)
    require(cameras, "no camera sends live what it is recorded as")
    _listen(target, session, cameras)
    for each in cameras:
        session.stop(each.video)
        each.video.close()
    target.pass_time(STORED)
    end = round(target.unix_time())
    zones: list[ZoneTold] = []
    for each in cameras:
        _play(player, each, begin, end)
        _judge_content(judge, observe, each, target.unix_time() - target.now())
        zones += _zones_of(each)
    for told in zones:
        judge(told.id, f"zone in {told.carrier}", agrees, told, zones, basis=told.basis)


@scenario("LIV-19", setup={"time_zone": "America/St_Johns"})
def test_zone_of_live_jpeg(
    target: Target, client: Client, check: Check, not_tested: NotTested, require: Require
) -> None:
    """JPEG beside video of another camera, and what is recorded of that: they tell one zone."""
    judge = Judge(check, not_tested)
    player, gop = player_in_recording(target, client)
    session = client.login()
    session.get("live_setup")
    seen, *more = require(_start(target, player, session), "no camera sends live what it is recorded as")
    for each in more:
        session.stop(each.video)
    others = [camera for camera in target.cameras if camera != seen.camera]
    jpeg = session.run("HTTP", require(others, "one camera is connected")[0], "JPEG")
    session.logout()
    seen.records, seen.gops = dissect(seen.video.packets), [gop]
    told = require(_zone_of_jpeg(jpeg), "JPEG tells no zone")[0]
    judge(told.id, f"zone in {told.carrier}", agrees, told, [told, *_zones_of(seen)], basis=told.basis)


def _start(target: Target, player: Player, session: Session) -> list[Watched]:
    """Live video, in the codec in which they are recorded, of the first cameras that have it."""
    found: list[Watched] = []
    for camera in target.cameras[: 2 * CAMERAS]:
        player.choose(camera)
        codec = player.at(camera, round(target.unix_time() - 3600) * SECOND).codec
        if len(found) < CAMERAS and codec in ("H264", "H265"):
            video = session.run("HTTP", camera, codec)
            if video.total:
                found.append(Watched(camera, codec, video))
            else:
                session.stop(video)
                video.close()
    return found


def _listen(target: Target, session: Session, cameras: list[Watched]) -> None:
    """Their audio over RTP, then over HTTP."""
    for way, start in (("RTP", session.start_rtp), ("HTTP", session.start_http)):
        audios = {each.camera: start(each.camera, "AUDIO") for each in cameras}
        target.pass_time(WATCHED, step=0.5)
        target.settle()
        for each in cameras:
            audio = audios[each.camera]
            each.audio[way] = audio.packets
            session.stop(audio)
            audio.close()


def _play(player: Player, each: Watched, begin: int, end: int) -> None:
    """The GOPs and the audio of the time in which it was watched."""
    each.records = dissect(each.video.packets)
    player.choose(each.camera)
    # GOTODATE may give the GOP behind TIMEF (OP-26), and GOPs may be long: it must lie ahead of live.
    for ahead in AHEAD:
        moment = (begin - ahead) * SECOND
        first = player.at(each.camera, moment)
        if not first.given or (first.start or 0) <= begin * SECOND:
            break
    if not first.given or not near(first, moment).ok:
        return  # what is played is of another time, which is for PLB-17
    player.goto(moment)
    while len(each.gops) < MOST_GOPS and (gop := player.fetch(each.camera)).given and gop.start is not None:
        each.gops.append(gop)
        if gop.start > end * SECOND:
            break
    player.goto(moment)
    while len(each.audios) < ANSWERS and (heard := player.listen(each.camera)) is not None:
        each.audios.append(heard)
        if heard.start > end:
            break


def _judge_content(judge: Judge, observe: Observe, each: Watched, ahead_of_us: float) -> None:
    """Pictures and audio of one camera, and their times. ``ahead_of_us``: seconds from when something came to
    the recorder's time."""
    name = f"camera {each.camera}"
    live, recorded = sent(each.records, each.codec), played(each.gops)
    aheads: dict[str, list[float]] = {}
    if (ahead := told_ahead(live)) is not None:
        aheads["live"] = [ahead]
    try:
        aheads["pictures"] = delays(live, recorded)
    except NothingToJudge as other:
        observe("PLB-12", other.reason, f"{name}, live and recorded")
    else:
        if not judge("PLB-12", f"{name}, as sent", as_sent, live, recorded):
            del aheads["pictures"]  # others than were sent are no witnesses of when
    codec = playback_audio.codec_of(each.audios)
    heard = {way: _units(way, packets, codec) for way, packets in each.audio.items()}
    follows = playback_audio.in_turn(each.audios, codec)
    if follows and (places := _places(heard["RTP"], each.audios, codec)):
        aheads["audio"] = places
        if heard["HTTP"]:
            stored = [unit for unit, came in heard["HTTP"] if came + ahead_of_us < each.audios[-1].start]
            judge("LIV-29", f"{name}, as over RTP", _is_recorded, stored, each.audios, basis="same")
    elif follows:
        observe("PLB-24" if codec == "AAC" else "PLB-23", "other audio than was sent", f"{name}, recorded")
    rows = {"live": ("LIV-12", "time"), "pictures": ("PLB-07", "same_time")}
    rows["audio"] = ("PLB-24" if codec == "AAC" else "PLB-23", "layout")
    # What looks or sounds the same all the time is no witness of when.
    if len(aheads) == len(rows) and all(len(told) <= CHOICES for told in aheads.values()):
        told = nearest(aheads)
        for witness, (id_, basis) in rows.items():
            judge(id_, f"{name}, {witness} in step", in_step, witness, told, basis=basis)


def _units(way: str, packets: list[CapturedPacket], codec: str) -> list[tuple[bytes, float]]:
    """Units of audio, each with when it came."""
    if way == "HTTP":
        return [(packet.data[1:], packet.arrived) for packet in packets]
    header = AU_HEADER if codec == "AAC" else 0
    return [(record.payload[header:], record.arrived) for record in dissect(packets)]


def _places(units: list[tuple[bytes, float]], audios: list[AudioWalk], codec: str) -> list[float]:
    """By how much the places of a second of what was heard, in the recording, are ahead of when it came;
    hundredths."""
    middle = len(units) // 2
    begin = 100 * audios[0].start
    came = 100 * units[middle][1] if units else 0.0
    if codec == "AAC":
        second = units[middle : middle + round(SOUGHT * RATES["AAC"] / ACCESS_UNIT)]
        step = 100 * ACCESS_UNIT / RATES["AAC"]
        wanted = [unit.lstrip(b"\0") for unit, _ in second]
        return [begin + place * step - came for place in runs_in(wanted, _stored_units(audios))]
    rate = playback_audio.BYTES_A_SECOND[codec]
    sought = b"".join(unit for unit, _ in units[middle:])[: round(SOUGHT * rate)]
    stream = b"".join(audio.samples for audio in audios)
    found, at = [], stream.find(sought)
    while at >= 0 and sought:
        found.append(begin + 100 * at / rate - came)
        at = stream.find(sought, at + 1)
    return found


def _stored_units(audios: list[AudioWalk]) -> list[bytes]:
    """The access units of a recording, without the 0x00 that may be attached to their front."""
    units = [unit for audio in audios for unit in audio.units]
    return [(unit.data[AU_HEADER:] if unit.au_info == 1 else unit.data).lstrip(b"\0") for unit in units]


def _is_recorded(heard: list[bytes], audios: list[AudioWalk]) -> Fact:
    """LIV-29: most of what came over HTTP, ahead of the last second that is recorded, is in the recording, as
    what came over RTP is; some may have been left out on the way."""
    if not heard:
        raise NothingToJudge("none of what came over HTTP is recorded yet")
    stored, stream = set(_stored_units(audios)), b"".join(audio.samples for audio in audios)
    found = sum(unit.lstrip(b"\0") in stored or (not stored and unit in stream) for unit in heard)
    return Fact(
        2 * found > len(heard), "the audio of RTP, which is recorded", f"{found} of {len(heard)} parts"
    )


def _zones_of(each: Watched) -> list[ZoneTold]:
    """What live video, and playback of video and audio, tell of the zone."""
    found = []
    extension = next((record.extension for record in each.records if record.extension), b"")
    order = order_of(extension)
    if (zone := zone_in(walk(extension, byte_order=order), order)) is not None:
        found.append(ZoneTold("live video", "LIV-12", "time", zone, each.records[0].place))
    for gop in each.gops[:1]:
        if (zone := zone_in(gop.chunk.information, gop.chunk.byte_order)) is not None:
            place = gop.chunk.information.place(0x0007)
            found.append(ZoneTold("playback", "PLB-07", "same_time", zone, place))
    for audio in each.audios[:1]:
        if "times" not in audio.problems:
            id_ = "PLB-24" if audio.kind == "AAC" else "PLB-23"
            found.append(ZoneTold("playback audio", id_, "layout", audio.end_zone, "the end"))
    return found


def _zone_of_jpeg(stream: LiveStream) -> list[ZoneTold]:
    """What live JPEG tells of it."""
    for packet in stream.packets[:1]:
        part = read_jpeg_part(packet.data)
        if (zone := zone_in(part.recorder, part.byte_order)) is not None:
            return [ZoneTold("live JPEG", "LIV-19", "values", zone, part.recorder.place(0x0007))]
    return []
