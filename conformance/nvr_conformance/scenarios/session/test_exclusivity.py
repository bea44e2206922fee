"""§1.3: never live and playback together on one UID; another UID may do what this one may not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nvr_conformance.client.at_once import start_beside
from nvr_conformance.client.mask import send_mask
from nvr_conformance.client.player import player_in_recording, whole
from nvr_conformance.procedures.cameras import camera_with_video, cameras_with_video, further_cameras
from nvr_conformance.procedures.streams import (
    HANDOVER,
    JPEG,
    going_on,
    pictures_change,
    sending,
    sends_jpeg,
    wait_for_first_packets,
    who_gives_way,
)
from nvr_conformance.procedures.udp_path import BLOCKED, find_out
from nvr_conformance.scenario import (
    Check,
    Client,
    Exchange,
    Fact,
    LiveStream,
    NotTested,
    Observe,
    PrerequisiteFailed,
    Require,
    Session,
    Target,
    refused,
    scenario,
)

TRIES = 2  # of beginning both at once: a recorder may be done with one before it takes the other, by chance
TRIED = 4  # cameras among which one that sends JPEG is sought
OTHERS: dict[str, Callable[[Session, int], object]] = {
    "PAUSE": lambda session, moment: session.get("pause", TIMEF=moment),
    "FF": lambda session, moment: session.get("fast", PLAYCMD="FF", TIMEF=moment),
    "REW": lambda session, moment: session.get("fast", PLAYCMD="REW", TIMEF=moment),
    "BPLAY": lambda session, moment: session.get("reverse", TIMEF=moment),
    "NEXTFRAME": lambda session, moment: session.get("step", PLAYCMD="NEXTFRAME", TIMEF=moment),
    "PLAY": lambda session, moment: session.get("play"),
}
"""PLAYCMDs beside GOTODATE that are playback as much, behind which ``camera.cgi`` may give pictures."""


@dataclass(frozen=True)
class Ground:
    """What is known to work: a camera's recording at a moment, a camera's live pictures in a codec, another's
    in JPEG, if any."""

    recorded: int
    moment: int
    live: int
    codec: str
    jpeg: int | None


def _play(target: Target, session: Session, ground: Ground) -> Exchange:
    """MASK, GOTODATE, camera.cgi: the answer to the last. PLAY might leave the place (OP-25)."""
    send_mask(session, [ground.recorded])
    session.get("goto", TIMEF=ground.moment)
    return session.get("camera", CAM=ground.recorded)


def _stop_playing(target: Target, session: Session) -> None:
    session.get("stop", TIMEF=int(target.unix_time()) * 100)


def _start(session: Session, camera: int, codec: str, transport: str = "HTTP") -> LiveStream:
    """A stream that runs."""
    stream = session.run(transport, camera, codec)
    if not stream.total:
        raise PrerequisiteFailed(f"no live: {stream.exchange}")
    return stream


def _never_both(
    target: Target, session: Session, ground: Ground, streams: list[LiveStream], asked: str = "camera"
) -> Fact:
    """Whether nothing of the recording comes while these streams send. ``asked``: for what, "camera" or
    "playaudio"."""
    lives = _shows(target, streams)
    plays = not refused(session.get(asked, CAM=ground.recorded))
    lives = _shows(target, streams) and lives
    told = ("live goes on" if lives else "no live", "playback goes on" if plays else "no playback")
    return Fact(not (lives and plays), "never both", ", ".join(told))


def _shows(target: Target, streams: list[LiveStream]) -> bool:
    """Whether any of these streams sends what a camera sees: of JPEG, other pictures than one."""
    marks = [stream.total for stream in streams]
    sends = sending(target, streams)
    return any(
        on and (stream.comp != JPEG or pictures_change(stream.since(mark)))
        for stream, on, mark in zip(streams, sends, marks, strict=True)
    )


def _with_jpeg(target: Target, client: Client) -> int | None:
    """A camera that sends JPEG pictures of its own."""
    for camera in target.cameras[:TRIED]:
        session = client.login()
        session.get("live_setup")
        found = sends_jpeg(session, camera)
        session.logout()
        if found:
            return camera
    return None


def _require_both(target: Target, client: Client, require: Require) -> Ground:
    """Live and playback, each alone on a UID of its own, work."""
    live, (codec, *_) = camera_with_video(target)
    player, first = player_in_recording(target, client, codecs=("H264", "H265", "JPEG"))
    player.session.logout()  # nothing plays while a camera that sends JPEG is sought
    ground = Ground(first.camera, whole(first.start or 0), live, codec, _with_jpeg(target, client))
    playing = client.login()
    answer = _play(target, playing, ground)
    require(not refused(answer), f"no playback on a UID that has nothing else: {answer}")
    playing.logout()
    living = client.login()
    living.get("live_setup")
    _start(living, live, codec).close()
    living.logout()
    return ground


@scenario("EXC-01", "EXC-03")
def test_playback_beside_live(
    target: Target, client: Client, check: Check, observe: Observe, require: Require
) -> None:
    """Live runs; playback is asked for, by several PLAYCMDs, while all of it runs, while a part still runs,
    that of another camera than is asked for and over RTP, and behind its end."""
    ground = _require_both(target, client, require)
    running = cameras_with_video(target, 2)
    session = client.login()
    session.get("live_setup")
    order = sorted(running, key=lambda camera: camera == ground.recorded)
    ways = ("RTP", "HTTP") if find_out(target, client, session, order[0]) else ("HTTP", "HTTP")
    streams = [
        _start(session, camera, running[camera], way) for camera, way in zip(order, ways, strict=False)
    ]
    _ask_playback(target, session, ground, streams, check, observe, "live runs")
    audio = _never_both(target, session, ground, streams, "playaudio")
    check("EXC-01", *audio, "live runs, and audio is asked for")
    for name, command in OTHERS.items():
        command(session, ground.moment)
        check("EXC-01", *_never_both(target, session, ground, streams), f"live runs, and {name} comes")
    if len(streams) > 1 and all(sending(target, streams)):
        session.stop(streams[1])
        session.stop(streams[1])  # once too many: it ends nothing else
        _ask_playback(
            target, session, ground, streams[:1], check, observe, "one of two live streams was stopped"
        )
    again = session.start("HTTP", streams[0].camera, streams[0].comp)  # of what runs, or ran
    for stream in streams if again.refused else (*streams, again):
        session.stop(stream)
    again.close()
    answer = _play(target, session, ground)
    check("EXC-03", not refused(answer), "a picture", answer, "live was stopped")
    _begin_at_once(target, client, ground, check, observe)
    if ground.jpeg is not None:
        watching = client.login()
        stream = _start(watching, ground.jpeg, JPEG)
        _ask_playback(target, watching, ground, [stream], check, observe, "live JPEG runs")
        watching.logout()
        stream.close()


def _ask_playback(
    target: Target,
    session: Session,
    ground: Ground,
    streams: list[LiveStream],
    check: Check,
    observe: Observe,
    when: str,
) -> None:
    """EXC-01, while these streams run."""
    answer = _play(target, session, ground)
    check("EXC-01", *_never_both(target, session, ground, streams), when)
    lives = any(sending(target, streams))
    observe("EXC-01", f"{answer}, {who_gives_way(lives, not refused(answer))}", when)


def _begin_at_once(target: Target, client: Client, ground: Ground, check: Check, observe: Observe) -> None:
    """EXC-01, where GOTODATE and START are sent at once: what a recorder looks at may be neither. One that
    has both where they are sent in turn is judged for that."""
    session = client.login()
    session.get("live_setup")
    for _ in range(TRIES):
        send_mask(session, [ground.recorded])
        goto = session.path("goto", TIMEF=ground.moment)
        stream = start_beside(session, goto, ground.live, ground.codec)
        wait_for_first_packets(target, [stream])
        never_both = _never_both(target, session, ground, [stream])
        session.stop(stream)
        stream.close()
        _stop_playing(target, session)
        if not never_both.ok:
            break
    if never_both.ok or _never_both_in_turn(target, client.login(), ground).ok:
        check("EXC-01", *never_both, "live and playback are begun at once")
        observe("EXC-01", never_both.actual, "live and playback are begun at once, which gives way")
    session.logout()


def _never_both_in_turn(target: Target, session: Session, ground: Ground) -> Fact:
    """Whether START behind GOTODATE brings no live beside playback."""
    session.get("live_setup")
    send_mask(session, [ground.recorded])
    session.get("goto", TIMEF=ground.moment)
    stream = session.run("HTTP", ground.live, ground.codec)
    never_both = _never_both(target, session, ground, [stream])
    session.stop(stream)
    stream.close()
    _stop_playing(target, session)
    return never_both


@scenario("EXC-02", "EXC-04")
def test_live_beside_playback(
    target: Target, client: Client, check: Check, observe: Observe, not_tested: NotTested, require: Require
) -> None:
    """Playback runs; live is asked for over HTTP and RTP; then playback is stopped. Alike behind other
    PLAYCMDs than GOTODATE."""
    ground = _require_both(target, client, require)
    finding = client.login()
    finding.get("live_setup")
    by_rtp = find_out(target, client, finding, ground.live)
    finding.logout()
    if not by_rtp:
        not_tested("EXC-02", f"RTP: {BLOCKED}")
    session = client.login()
    session.get("live_setup")
    kinds = [("HTTP", ground.live, ground.codec)]
    if by_rtp:
        kinds.append(("RTP", ground.live, ground.codec))
    others = further_cameras(target, (ground.recorded, ground.live), 1)
    kinds += [("RTP" if by_rtp else "HTTP", camera, codec) for camera, codec in others.items()]
    if ground.jpeg is not None:
        kinds.append(("HTTP", ground.jpeg, JPEG))
    for transport, camera, comp in kinds:
        answer = _play(target, session, ground)
        require(not refused(answer), f"no playback: {answer}")
        stream = session.start(transport, camera, comp)
        name = (comp if comp == JPEG else transport) + (", another camera" if camera in others else "")
        check("EXC-02", *_never_both(target, session, ground, [stream]), name)
        plays = not refused(session.get("camera", CAM=ground.recorded))
        observe("EXC-02", f"{stream.exchange}, {who_gives_way(plays, stream.total > 0)}", name)
        session.stop(stream)
        stream.close()
    _stop_playing(target, session)
    stream = _live_behind_stop(session, ground, check, not_tested, "playback was stopped")
    for name, command in OTHERS.items():
        session.stop(stream)
        stream.close()
        send_mask(session, [ground.recorded])
        session.get("goto", TIMEF=ground.moment)
        command(session, ground.moment)
        beside = session.start("HTTP", ground.live, ground.codec)
        check("EXC-02", *_never_both(target, session, ground, [beside]), f"HTTP, behind {name}")
        if not beside.refused:
            session.stop(beside)
        beside.close()
        _stop_playing(target, session)
        stream = _live_behind_stop(session, ground, check, not_tested, f"playback was stopped behind {name}")


def _live_behind_stop(
    session: Session, ground: Ground, check: Check, not_tested: NotTested, name: str
) -> LiveStream:
    """EXC-04, unless playback goes on: then it is STOP that did nothing."""
    stream = session.run("HTTP", ground.live, ground.codec)
    if stream.total or refused(session.get("camera", CAM=ground.recorded)):
        check("EXC-04", stream.total, "live, without SCREEN=16X again", stream.exchange, name)
    else:
        not_tested("EXC-04", f"{name}, and camera.cgi still brings a GOP")
    return stream


@scenario("EXC-05")
def test_two_uids(
    target: Target, client: Client, check: Check, not_tested: NotTested, require: Require
) -> None:
    """One UID has live, of several cameras where there are, another plays back: whichever began."""
    ground = _require_both(target, client, require)
    living, playing = client.login(), client.login()
    require(living.uid != playing.uid, "two logins were given one UID")
    living.get("live_setup")
    streams = [_start(living, ground.live, ground.codec)]
    for camera, codec in further_cameras(target, (ground.live,), 2).items():
        streams.append(_start(living, camera, codec))
    answer = _play(target, playing, ground)
    check("EXC-05", not refused(answer), "a picture", answer, "live first, then playback")
    target.pass_time(HANDOVER)
    lives = all(going_on(target, streams))
    check("EXC-05", lives, "live goes on", "so" if lives else "it ended", "live goes on")
    for stream in streams:
        living.stop(stream)
    answer = _play(target, playing, ground)
    require(not refused(answer), f"no playback on a UID that has nothing else: {answer}")
    if ground.jpeg is not None:
        watching = client.login()  # whether JPEG ends at STOP is for LIV-18
        own = watching.run("HTTP", ground.jpeg, JPEG)
        check("EXC-05", own.total, "live", own.exchange, "playback first, then live JPEG")
        watching.logout()
        own.close()
    again = living.run("HTTP", ground.live, ground.codec)
    check("EXC-05", again.total, "live", again.exchange, "playback first, then live")
    answer = playing.get("camera", CAM=ground.recorded)
    living.stop(again)
    if refused(answer) and _is_last(target, playing, ground):
        not_tested("EXC-05", f"no GOP follows in the recording: {answer}")
    else:
        check("EXC-05", not refused(answer), "the next picture", answer, "playback goes on")


def _is_last(target: Target, session: Session, ground: Ground) -> bool:
    """Whether nothing follows what is played, though nothing else runs."""
    begins = not refused(_play(target, session, ground))
    return begins and refused(session.get("camera", CAM=ground.recorded))
