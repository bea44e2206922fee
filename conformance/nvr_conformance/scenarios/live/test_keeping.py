"""A live stream whose UID is kept alive (§6.2)."""

from __future__ import annotations

from itertools import pairwise

from nvr_conformance.facts.live_multipart import one_packet_per_part
from nvr_conformance.facts.rtp_clock import clock_speed
from nvr_conformance.procedures.cameras import camera_with_video
from nvr_conformance.procedures.checks import Judge
from nvr_conformance.procedures.streams import BRIEF, beside_video, going_on
from nvr_conformance.procedures.uid_commands import UidCommand, quick_login, uid_commands
from nvr_conformance.scenario import (
    Check,
    Client,
    Fact,
    LiveHttp,
    LiveStream,
    NotTested,
    Require,
    Session,
    Target,
    scenario,
)

LIFE = 90.0
USUAL = 8.0  # seconds that show how far apart packets usually come
HALF = (35.0, 60.0)  # seconds between which packets lie in the middle of it
MARGIN = 6.0  # seconds around the 90th that are watched closely
MANY = 10  # minutes for which a stream is kept alive
BETWEEN = 60.0  # seconds between two commands
BESIDE = (
    "live_setup",
    "log_errors",
    "log_events",
    "download",
    "pan_tilt_zoom",
    "centering",
    "focus",
    "iris",
    "preset_go",
    "auxiliary",
)
"""Commands that may be sent while live runs, each with a UID of its own: fewer than 16."""
RUN_IN = 10.0  # seconds ahead of them: behind a jump of the clock a stream may wait for its next key picture


@scenario("LIV-10", "LIV-31")
def test_a_stream_that_is_kept_alive(
    target: Target, client: Client, check: Check, not_tested: NotTested, require: Require
) -> None:
    """Keep-alives while one stream runs over RTP and one over HTTP, with audio, another camera and JPEG
    beside them, past 90 s after START and after login.

    So long a stream also shows how fast its clock goes; where a camera has both codecs, that of each.
    """
    judge = Judge(check, not_tested)
    camera, codecs = camera_with_video(target)
    by_rtp, by_http = client.login(), client.login()
    streams: dict[str, LiveStream] = {
        "over RTP": by_rtp.start_rtp(camera, codecs[0]),
        "over HTTP": by_http.start_http(camera, codecs[-1]),
    }
    begun = target.now()
    watched = {name: stream for name, stream in streams.items() if stream.wait_packets(1)}
    require(watched, "no live at all")
    clocks = tuple(watched)
    other = next((each for each in target.cameras if each != camera), None)
    if "over RTP" in watched:
        watched |= beside_video(by_rtp, [streams["over RTP"]], None)
        if other is not None and (second := by_rtp.run("HTTP", other, codecs[0], BRIEF)).total:
            watched["a second camera"] = second
    if "over HTTP" in watched:
        watched |= beside_video(by_http, [streams["over HTTP"]], other)
    target.pass_time(USUAL)
    target.settle()
    early = {name: stream.packets for name, stream in watched.items()}
    while (left := begun + LIFE - MARGIN - RUN_IN - target.now()) > 0:
        target.pass_time(min(40.0, left), step=40.0)
        by_rtp.get("keep_alive")
        by_http.get("keep_alive")
    target.pass_time(RUN_IN)
    target.settle()
    middle = {}
    for name, stream in watched.items():
        middle[name] = [packet for packet in stream.packets if HALF[0] <= packet.arrived - begun < HALF[1]]
        stream.forget()  # to make room for what is watched closely
    closely = target.now()
    target.pass_time(2 * MARGIN)
    target.settle()
    until = target.now()
    for name, stream in watched.items():
        late = [packet for packet in stream.packets if packet.arrived >= closely]
        before, around = ([packet.arrived for packet in packets] for packets in (early[name], late))
        check("LIV-31", *_without_gap(before, around, closely, until), name)
        if name not in clocks:
            continue
        if isinstance(stream, LiveHttp) and not one_packet_per_part([*early[name], *late]).ok:
            not_tested("LIV-10", f"{name}: parts that are no RTP packets have no clock")
            continue
        judge(
            "LIV-10",
            f"{stream.comp} {name}, {until - begun:.0f} s",
            clock_speed,
            *map(target.rtp.dissect, (early[name], middle[name], late)),
            in_steps=target.clock == "manual",
        )


@scenario("LIV-31", needs=("manual-clock",))
def test_a_stream_of_many_minutes(target: Target, client: Client, check: Check, require: Require) -> None:
    """A stream over HTTP whose UID is kept alive for ten minutes."""
    camera, codecs = camera_with_video(target)
    session = client.login()
    stream = session.run("HTTP", camera, codecs[0])
    require(stream.total, "no live over HTTP")
    for _ in range(MANY):
        target.pass_time(BETWEEN, step=BETWEEN)
        require(session.is_alive(), "status.cgi does not keep a UID alive")
    more = len(stream.collect(RUN_IN))
    check("LIV-31", more, "goes on", f"{more} packets in {RUN_IN:.0f} s", f"behind {MANY} minutes")


@scenario("LIV-31")
def test_streams_that_other_commands_keep_alive(
    target: Target, client: Client, check: Check, not_tested: NotTested
) -> None:
    """A stream over HTTP on a UID for each kind of command that may be sent meanwhile, which it sends at 60 s
    and at 120 s."""
    camera, codecs = camera_with_video(target)
    commands = [
        command
        for command in uid_commands(target)
        if command.name in BESIDE and not (command.permission and not target.allows(command.permission))
    ]
    kept: list[tuple[UidCommand, Session, LiveStream]] = []
    for command in commands:
        session = quick_login(client)
        kept.append((command, session, session.start_http(camera, codecs[0])))
    for _ in range(2):
        target.pass_time(BETWEEN, step=BETWEEN)
        for command, session, _ in kept:
            command.run(session)
    more = going_on(target, [stream for _, _, stream in kept])
    for (command, session, stream), comes in zip(kept, more, strict=True):
        if not stream.total:
            not_tested("LIV-31", f"{command.name}: no stream")
        elif comes or session.is_alive(doubted=True):  # a UID that ended is for SES-08
            name = f"{2 * BETWEEN:.0f} s after START, with {command.name}"
            check("LIV-31", comes, "goes on", "goes on" if comes else "nothing comes", name)
        session.logout()


def _without_gap(before: list[float], around: list[float], begin: float, end: float) -> Fact:
    """Packets come from ``begin`` to ``end`` about as close together as they did before."""
    usual = max((after - earlier for earlier, after in pairwise(before)), default=0.0)
    limit = max(1.5, 3 * usual)
    expected = f"no gap of more than {limit:.1f} s at 90 s"
    at, gap = max(
        ((earlier, after - earlier) for earlier, after in pairwise([begin, *around, end])),
        key=lambda place: place[1],
    )
    return Fact(gap <= limit, expected, f"{gap:.1f} s, {at - begin + LIFE - MARGIN:.0f} s after START")
