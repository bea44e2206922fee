"""Live streams: prepared, started, listened to and stopped (§1.3, §2)."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator

from nvr_emulator.findings.chapter import Chapter, by, on
from nvr_emulator.findings.clients import AUDIO, Asking, Clients, Known, WatchedUid
from nvr_emulator.findings.rule import Breach, Rule, Severity
from nvr_emulator.journal.entries import Exchange, FellBehind, NobodyListens, ReaderTooSlow
from nvr_emulator.recorder.happenings import (
    WENT_AWAY,
    Happening,
    SessionEnded,
    StreamEnded,
    StreamStarted,
)

AUDIO_BEFORE_VIDEO = Rule(
    "audio-before-video",
    "2.1.2.2",
    Severity.ERROR,
    "Audio before video",
    "Audio was started for a camera whose video does not run on this UID. There is no audio alone.",
    "Start the camera's video with the same UID first.",
)
PLAYBACK_NOT_STOPPED = Rule(
    "playback-not-stopped",
    "1.3",
    Severity.ERROR,
    "Live started beside playback",
    "Live was started on a UID on which playback ran. One UID has either.",
    "Send PLAYCMD=STOP first, or log in for another UID.",
)
WITHOUT_SCREEN = Rule(
    "push-without-screen",
    "2.1.2.1",
    Severity.WARNING,
    "Live not set up",
    "A live stream was started on a UID that had not sent hdrctl.cgi with SCREEN=16X.",
    "Send hdrctl.cgi?UID=…&SCREEN=16X&PC=AS60 once after the login, before the first push.cgi.",
)
SECOND_STREAM = Rule(
    "second-stream",
    "1.3",
    Severity.ERROR,
    "A second stream of a camera",
    "A stream was started of a camera that streams on this UID already.",
    "Stop the first one, or use another UID.",
)
SEVENTEENTH = Rule(
    "seventeenth-stream",
    "1.3",
    Severity.ERROR,
    "More than 16 streams",
    "A seventeenth live stream was started on one UID.",
    "Stop one, or log in for another UID: each has 16.",
)
UID_PER_CAMERA = Rule(
    "uid-per-camera",
    "1.3",
    Severity.NOTE,
    "A UID for each camera",
    "One user at one address watches four cameras or more, each on a UID of its own. There are 16 UIDs for "
    "everybody, and a UID has 16 streams.",
    "Log in once, and start all cameras with the same UID.",
)
CHURN = Rule(
    "start-stop-churn",
    "1.3",
    Severity.WARNING,
    "Live started and stopped over and over",
    "A camera's stream was started three times within 9 s. A recorder was seen to give nothing any more "
    "then.",
    "Keep the stream for a while after the last viewer has left, and wait longer after each failure.",
)
HUNG_UP = Rule(
    "hung-up",
    "2.2.2.2",
    Severity.WARNING,
    "A stream not stopped before hanging up",
    "The client closed the connection of a live stream and did not stop the stream first.",
    "Send push.cgi with CMD=STOP on another connection, then read until the stream's answer ends.",
)
OTHER_STREAM = Rule(
    "stop-of-another",
    "2.1.2.2",
    Severity.WARNING,
    "A stop that fits no stream",
    "CMD=STOP named another COMP than the one that streams of this camera, which goes on.",
    "Stop with the same CAM and COMP as it was started with.",
)
CODEC = Rule(
    "codec-not-sent",
    "2.1.2.2",
    Severity.WARNING,
    "A codec that the camera does not send, and no other tried",
    "COMP asked for what the camera does not send. The recorder says 200, and nothing (or a "
    "placeholder) comes.",
    "If no picture has come after 8 s or so, stop and start with another COMP.",
)
NOBODY = Rule(
    "nobody-listens",
    "2.1.2.2",
    Severity.ERROR,
    "Nobody listens at PORT",
    "The client's host answered RTP packets with ICMP: no socket is bound to the port.",
    "Bind the UDP socket first, then send push.cgi with its port; keep it open until the stream is stopped.",
)
PORT_TWICE = Rule(
    "port-twice",
    "2.1.2.2",
    Severity.NOTE,
    "Two streams to one port",
    "An RTP stream was started to a port that another one of this client is sent to. Their packets come "
    "mixed, and the header alone does not tell their cameras.",
    "Bind a socket for each stream, or sort what comes by SSRC.",
)
TOO_SLOW = Rule(
    "reader-too-slow",
    "2.2.2.2",
    Severity.WARNING,
    "A reader too slow for its stream",
    "The client did not read a live stream as fast as it was sent; pictures were dropped up to the next "
    "key picture.",
    "Read the connection in a thread or task of its own; drop pictures behind it, not in front.",
)
BEHIND = Rule(
    "machine-too-slow",
    "1.3",
    Severity.NOTE,
    "More streams than the machine can send",
    "The emulator was more than a second late with a live stream; pictures were left out up to the next key "
    "picture. This is no mistake of the client, and nothing that a recorder does.",
    "Ask for fewer streams, or let several emulators send them, each on a core of its own.",
)

MOST_STREAMS = 16
MANY_UIDS = 4
"""With so many UIDs, each with one camera, a client seems to log in for each."""
CHURN_STARTS = 3
CHURN_SECONDS = 9.0
PATIENCE = 30.0
"""Seconds that a client may take to try another codec."""
STREAMS_REMEMBERED = 1000


class Live(Chapter):
    """Watches live streams."""

    rules = (
        AUDIO_BEFORE_VIDEO,
        PLAYBACK_NOT_STOPPED,
        WITHOUT_SCREEN,
        SECOND_STREAM,
        SEVENTEENTH,
        UID_PER_CAMERA,
        CHURN,
        HUNG_UP,
        OTHER_STREAM,
        CODEC,
        NOBODY,
        PORT_TWICE,
        TOO_SLOW,
        BEHIND,
    )

    def __init__(self, known: Known, clients: Clients) -> None:
        super().__init__(known, clients)
        self._starts: OrderedDict[tuple[int, int], deque[Exchange]] = OrderedDict()
        self._silent: OrderedDict[tuple[int, int], StreamStarted] = OrderedDict()

    def asked(self, asking: Asking) -> Iterator[Breach]:
        """push.cgi."""
        command, watched = asking.command, asking.valid
        if command is None or watched is None or asking.key not in ("live_rtp", "live_http"):
            return
        camera, comp = command.integer("CAM"), command.text("COMP")
        if command.text("CMD") == "STOP":
            yield from self._stopped(asking, watched, camera, comp)
            return
        yield from self._port(asking, watched, camera)
        if watched.operation is not None:
            yield by(asking, PLAYBACK_NOT_STOPPED, f"{comp} of camera {camera} while playback ran")
        if comp == AUDIO:
            yield from self._audio(asking, watched, camera)
            return
        if not watched.screen:
            yield by(asking, WITHOUT_SCREEN, f"no SCREEN=16X on UID {watched.uid} before CAM={camera}")
        if running := watched.video(camera):
            text = f"camera {camera} streams {running[0].comp} on UID {watched.uid} already"
            yield by(asking, SECOND_STREAM, text, running[0].number)
        elif len(watched.video()) >= MOST_STREAMS:
            yield by(asking, SEVENTEENTH, f"{len(watched.video())} streams ran on UID {watched.uid}")
        yield from self._churn(asking, watched.uid, camera)

    def _port(self, asking: Asking, watched: WatchedUid, camera: int) -> Iterator[Breach]:
        """Streams that are sent to the same port already, but for one that this START may replace."""
        port = asking.command.values.get("PORT") if asking.command is not None else None
        for other in self.clients.valid():
            for stream in other.live.values():
                replaced = other is watched and stream.camera == camera and stream.comp != AUDIO
                if stream.destination == (asking.exchange.peer, port) and not replaced:
                    text = f"PORT {port} has {stream.comp} of camera {stream.camera} already"
                    yield by(asking, PORT_TWICE, text, stream.number)

    def _audio(self, asking: Asking, watched: WatchedUid, camera: int) -> Iterator[Breach]:
        if not watched.video(camera):
            yield by(
                asking, AUDIO_BEFORE_VIDEO, f"video of camera {camera} does not run on UID {watched.uid}"
            )
        for stream in watched.live.values():
            if stream.camera == camera and stream.comp == AUDIO:
                text = f"camera {camera} streams audio on UID {watched.uid} already"
                yield by(asking, SECOND_STREAM, text, stream.number)

    def _stopped(self, asking: Asking, watched: WatchedUid, camera: int, comp: str) -> Iterator[Breach]:
        running = [stream for stream in watched.live.values() if stream.camera == camera]
        if running and comp not in (stream.comp for stream in running):
            text = f"STOP of {comp}, while camera {camera} streams {running[0].comp}"
            yield by(asking, OTHER_STREAM, text, running[0].number)

    def _churn(self, asking: Asking, uid: int, camera: int) -> Iterator[Breach]:
        starts = self._starts.setdefault((uid, camera), deque(maxlen=CHURN_STARTS))
        starts.append(asking.exchange)
        while len(self._starts) > STREAMS_REMEMBERED:
            self._starts.popitem(last=False)
        if (
            len(starts) == CHURN_STARTS
            and (span := self.clients.elapsed(starts[0], starts[-1])) < CHURN_SECONDS
        ):
            text = f"camera {camera} was started {len(starts)} times within {span:.1f} s"
            yield by(asking, CHURN, text, *(start.number for start in list(starts)[:-1]))

    def happened(self, entry: Happening) -> Iterator[Breach]:
        """Streams begin, end, and are not taken."""
        match entry:
            case StreamStarted() if entry.comp != AUDIO:
                self._silent.pop((entry.uid, entry.camera), None)
                if not entry.sends:
                    self._silent[entry.uid, entry.camera] = entry
                yield from self._one_each(entry)
            case StreamEnded(why=why) if why == WENT_AWAY:
                text = f"{entry.comp} of camera {entry.camera} ran when its connection was closed"
                yield from self._on(entry.uid, HUNG_UP, text, entry.number)
            case ReaderTooSlow():
                text = f"{entry.waiting} bytes of camera {entry.camera} waited for the client"
                yield from self._on(entry.uid, TOO_SLOW, text, entry.number)
            case FellBehind():
                text = f"camera {entry.camera} fell behind; {entry.streams} live streams ran"
                yield from self._on(entry.uid, BEHIND, text, entry.number)
            case NobodyListens():
                host, port = entry.destination
                text = f"camera {entry.camera} is sent to {host}:{port}, where nobody listens"
                yield from self._on(entry.uid, NOBODY, text, entry.number)
            case SessionEnded():
                for key in [key for key in self._starts if key[0] == entry.uid]:
                    del self._starts[key]
                for key in [key for key in self._silent if key[0] == entry.uid]:
                    yield from self._not_tried(self._silent.pop(key))

    def _one_each(self, started: StreamStarted) -> Iterator[Breach]:
        watched = self.clients.uids.get(started.uid)
        if watched is None or watched.live:
            return
        alike = {started.camera}
        for other in self.clients.valid():
            if (other.peer, other.issued.user) == (watched.peer, watched.issued.user):
                cameras = {stream.camera for stream in other.live.values()}
                alike |= cameras if len(cameras) == 1 else set()
        if len(alike) >= MANY_UIDS:
            text = f"{watched.issued.user} at {watched.peer} watches {len(alike)} cameras, each on its UID"
            yield Breach(UID_PER_CAMERA, text, (started.number,), None, watched.peer)

    def overdue(self, now: float) -> Iterator[Breach]:
        """Cameras that were asked for what they do not send."""
        while self._silent:
            key, stream = next(iter(self._silent.items()))
            if self.clients.since(stream, now) < PATIENCE and len(self._silent) < STREAMS_REMEMBERED:
                return
            del self._silent[key]
            yield from self._not_tried(stream)

    def finished(self) -> Iterator[Breach]:
        """Those for which nothing else was tried."""
        for stream in self._silent.values():
            yield from self._not_tried(stream)
        self._silent.clear()

    def _not_tried(self, stream: StreamStarted) -> Iterator[Breach]:
        text = f"camera {stream.camera} does not send {stream.comp}, and no other COMP was tried"
        return self._on(stream.uid, CODEC, text, stream.number)

    def _on(self, uid: int, rule: Rule, text: str, number: int) -> Iterator[Breach]:
        if (watched := self.clients.uids.get(uid)) is not None:
            yield on(watched, rule, text, number)
