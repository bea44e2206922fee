"""Live streams: who gets which pictures, and when (§1.3, §2).

A stream walks along the grid of its camera's footage or audio. `due` gives the pictures (or units of
audio) whose time has come, already as RTP packets or as bodies of parts; nothing here knows a socket.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from heapq import heappop, heappush, heapreplace

from nvr_emulator.configuration.plan import RecorderPlan
from nvr_emulator.footage.audio import Audio, AudioUnit
from nvr_emulator.footage.footage import TICKS, Footage, Gop, placeholder_footage, ticks
from nvr_emulator.recorder.happenings import StreamEnded, StreamStarted, Tell, unheard
from nvr_emulator.recorder.live.audio import AUDIO, LiveAudio
from nvr_emulator.recorder.live.jpeg import LivePictures
from nvr_emulator.recorder.live.stream import LivePicture, LiveStream, Transport
from nvr_emulator.recorder.live.video import LiveVideo
from nvr_emulator.recorder.replies import Refused
from nvr_emulator.seams import seam
from nvr_protocol.codecs import Codec
from nvr_protocol.dialect import Dialect
from nvr_protocol.multipart import live_content_type
from nvr_protocol.rtp.prepared_picture import size_of
from nvr_protocol.timestamps import Ticks

STOPPED = "stopped"
"""Why a stream ended that its client stopped."""

CATCH_UP = 2 * TICKS
"""A stream that is further behind than this begins again at the next GOP instead of flooding its client."""


AUDIO_STARTS = {"at-once": 0.0, "kept-first": -0.9, "late": 2.5}
"""Seconds behind START of the first unit of audio; what is later than a second is left out."""


class LiveTable:
    """All live streams of a recorder."""

    def __init__(self, plan: RecorderPlan, rng: random.Random, *, streams_per_uid: int = 16) -> None:
        self.streams_per_uid = streams_per_uid
        self.dialect: Dialect = plan.dialect
        self.variants = plan.variants
        self.video = LiveVideo(plan.zone, plan.dialect, plan.variants)
        self.jpeg = LivePictures(plan.zone, plan.dialect, plan.variants)
        self.audio = LiveAudio(plan.zone, plan.dialect, plan.variants)
        self._rng = rng
        self._wrap_after = plan.rtp_wrap_after
        self._streams: dict[int, LiveStream] = {}
        self._line: list[tuple[Ticks, int, LiveStream]] = []
        """Streams by when their next picture is due, a heap. A stream that moved stands where it was until it
        comes to the front; it never moves backwards."""
        self._in_line: set[int] = set()
        self._started = 0
        self._just_ended: list[LiveStream] = []
        self.tell: Tell = unheard

    def content_type(self) -> str:
        """The Content-Type of live over HTTP (OP-17)."""
        return live_content_type(self.dialect)

    def streams(self, uid: int | None = None) -> list[LiveStream]:
        """The running streams, of one UID or of all, oldest first."""
        return [stream for stream in self._streams.values() if uid is None or stream.uid == uid]

    def find(self, uid: int, camera: int) -> LiveStream | None:
        """The running stream of a camera's pictures on a UID."""
        return next((stream for stream in self.pictures(uid) if stream.camera == camera), None)

    def pictures(self, uid: int) -> list[LiveStream]:
        """The running streams of a UID without those of audio, which do not count (OP-9)."""
        return [stream for stream in self.streams(uid) if stream.comp != AUDIO]

    def audio_stream(self, uid: int, camera: int) -> LiveStream | None:
        """The running audio stream of a camera on a UID."""
        streams = (stream for stream in self.streams(uid) if stream.camera == camera)
        return next((stream for stream in streams if stream.comp == AUDIO), None)

    @seam
    def start(
        self,
        uid: int,
        camera: int,
        comp: str,
        source: Footage | Audio | None,
        destination: tuple[str, int] | None,
        now: float,
    ) -> LiveStream:
        """Start a stream; over HTTP where there is no destination."""
        if comp == AUDIO:
            self.check_video_runs(uid, camera)
        else:
            source = self.make_room(uid, camera, comp, source)
        self._started += 1
        stream = LiveStream(
            number=self._started,
            uid=uid,
            camera=camera,
            comp=comp,
            transport=Transport.HTTP if destination is None else Transport.RTP,
            destination=destination,
            source=source,
            ssrc=self._rng.getrandbits(32),
            sequence=self.first_sequence(),
            timestamp_offset=self._rng.getrandbits(32),
            started=now,
        )
        if self._wrap_after is not None:
            wrap = now + self._wrap_after
            stream.timestamp_offset = -round(wrap * _clock_of(stream)) & 0xFFFFFFFF
        stream.begin_at_key(self.first_moment(comp, now))
        match self.variants.first_picture:
            case "joins":
                stream.join(ticks(now))
            case "at-once":
                stream.begin_before(ticks(now))
            case "key":
                pass
        self._streams[stream.number] = stream
        self._line_up(stream)
        self.tell(
            StreamStarted(
                at=now,
                stream=stream.number,
                uid=uid,
                camera=camera,
                comp=comp,
                transport=stream.transport.value,
                destination=destination,
                sends=source is not None and source is not placeholder_footage(),
            )
        )
        return stream

    def make_room(
        self, uid: int, camera: int, comp: str, source: Footage | Audio | None
    ) -> Footage | Audio | None:
        """What a newcomer sends: its source where there is room; else it is refused, or sends nothing, or
        takes the place of an older stream (§1.3, OP-43)."""
        try:
            self.check_room(uid, camera, comp)
        except Refused:
            match self.variants.second_stream:
                case "silent":
                    return None
                case "replaces":
                    self.end(self.find(uid, camera) or self.pictures(uid)[0], "another stream took its place")
                case _:
                    raise
        return source

    @seam
    def check_room(self, uid: int, camera: int, comp: str) -> None:
        """Refuse a second stream of a camera and a seventeenth stream on one UID (§1.3)."""
        running = self.find(uid, camera)
        if running is not None:
            if running.comp == comp:
                raise Refused(204, f"CAM: camera {camera} streams {comp} on this UID already")
            raise Refused(503, f"CAM: camera {camera} streams {running.comp} on this UID already")
        if len(self.pictures(uid)) >= self.streams_per_uid:
            raise Refused(503, f"CAM: {self.streams_per_uid} live streams run on this UID already")

    @seam
    def check_video_runs(self, uid: int, camera: int) -> None:
        """Refuse audio ahead of its camera's video, and a second stream of it (§2.1.2.2)."""
        if self.find(uid, camera) is None:
            raise Refused(400, f"COMP: video of camera {camera} must run on this UID before its audio")
        if self.audio_stream(uid, camera) is not None:
            raise Refused(204, f"CAM: camera {camera} streams {AUDIO} on this UID already")

    def first_moment(self, comp: str, now: float) -> Ticks:
        """Whence a stream is sent that is started now."""
        return ticks(now + (AUDIO_STARTS[self.variants.audio_start] if comp == AUDIO else 0.0))

    @seam
    def first_sequence(self) -> int:
        """Where the sequence numbers of a stream start: at random (§2.3.1)."""
        return self._rng.getrandbits(16)

    @seam
    def stop(self, uid: int, camera: int, comp: str) -> None:
        """Stop the stream of that camera and kind, if it runs."""
        for stream in self.streams(uid):
            if stream.camera == camera and stream.comp == comp:
                self.end(stream, STOPPED)

    def end_uid(self, uid: int, why: str) -> None:
        """The UID ended, and its streams with it."""
        for stream in self.streams(uid):
            self.end(stream, why)

    def end(self, stream: LiveStream, why: str) -> None:
        """End one stream, and with pictures their audio (OP-10); `take_ended` tells the server."""
        if self.forget(stream):
            stream.ended = why
            self._just_ended.append(stream)
            self.tell(
                StreamEnded(
                    stream=stream.number,
                    uid=stream.uid,
                    camera=stream.camera,
                    comp=stream.comp,
                    why=why,
                    pictures=stream.pictures_sent,
                    packets=stream.packets_sent,
                    bytes=stream.bytes_sent,
                )
            )
        audio = None if stream.comp == AUDIO else self.audio_stream(stream.uid, stream.camera)
        if audio is not None and (self.variants.audio_without_its_video == "ends" or why != STOPPED):
            self.end(audio, why)

    def forget(self, stream: LiveStream) -> bool:
        """Take a stream out of the table; False if it is not there (any more)."""
        return self._streams.pop(stream.number, None) is not None

    def suspend(self, camera: int) -> None:
        """The camera is lost: its streams send nothing."""
        for stream in self.streams():
            stream.suspended = stream.suspended or stream.camera == camera

    def resume(self, camera: int, now: Ticks) -> None:
        """The camera is back: its streams go on with a key frame. `now` in ticks."""
        for stream in self.streams():
            if stream.camera == camera:
                stream.suspended = False
                stream.begin_at_key(now)
                self._line_up(stream)

    def clock_stepped(self, seconds: float, now: Ticks) -> None:
        """The clock was set to `now` (ticks): streams go on with a key frame, their RTP clocks as before."""
        for stream in self.streams():
            moved = round(seconds * _clock_of(stream))
            stream.timestamp_offset = (stream.timestamp_offset - moved) & 0xFFFFFFFF
            stream.begin_at_key(now)
        # Streams may have moved backwards: they line up anew.
        self._line.clear()
        self._in_line.clear()
        for stream in self.streams():
            self._line_up(stream)

    def take_ended(self) -> list[LiveStream]:
        """The streams that ended since the last call."""
        ended, self._just_ended = self._just_ended, []
        return ended

    def next_due(self) -> int | None:
        """When the next picture of any stream is to be sent, in ticks."""
        return None if self._front() is None else self._line[0][0]

    def _line_up(self, stream: LiveStream) -> None:
        due = stream.next_due()
        if due is not None and stream.number not in self._in_line:
            self._in_line.add(stream.number)
            heappush(self._line, (due, stream.number, stream))

    def _front(self) -> LiveStream | None:
        """The stream whose picture is due first, which is then at the front of the line."""
        while self._line:
            stood, number, stream = self._line[0]
            silent = stream.gop is None or stream.suspended or number not in self._streams
            if stream.moment == stood and not silent:
                return stream
            if silent:
                heappop(self._line)
                self._in_line.discard(number)
            else:
                heapreplace(self._line, (stream.moment, number, stream))
        return None

    def skip_to(self, now: Ticks) -> None:
        """Drop what was due before `now` (ticks); each stream goes on with the next GOP."""
        for stream in self.streams():
            due = stream.next_due()
            if due is not None and due < now:
                stream.begin_at_key(now)

    @seam
    def due(self, now: Ticks) -> Iterator[LivePicture]:
        """The pictures whose time has come by `now` (ticks), in the order in which they are due."""
        line, streams = self._line, self._streams
        # Whoever stands in line stands at a moment at which nothing of it was due yet.
        while line and line[0][0] <= now:
            due, number, stream = line[0]
            if stream.moment != due or stream.gop is None or stream.suspended or number not in streams:
                self._front()
                continue
            if stream.late(now) > CATCH_UP:
                self.leave_out(stream, Ticks(now - CATCH_UP))
                continue
            picture = self.next_picture(stream)
            if stream.gop is not None and line[0][1] == number:
                heapreplace(line, (stream.moment, number, stream))
            if picture is not None:
                yield picture

    def due_of(self, stream: LiveStream, now: Ticks) -> Iterator[LivePicture]:
        """The pictures of one stream whose time has come by `now` (ticks)."""
        due = stream.next_due()
        if due is not None and stream.late(now) > CATCH_UP:
            self.leave_out(stream, Ticks(now - CATCH_UP))
        # A stream may end while its pictures are being sent.
        while stream.ended is None and (due := stream.next_due()) is not None and due <= now:
            if (picture := self.next_picture(stream)) is not None:
                yield picture

    @seam
    def next_picture(self, stream: LiveStream) -> LivePicture | None:
        """The picture at which a stream stands, which goes on to the next; None where its client is not to
        have it."""
        made = None
        keeps_up = stream.keeps_up
        if keeps_up is None or keeps_up(stream.picture == 0):
            made = self.picture(stream)
        else:
            stream.pictures_left_out += 1
        stream.step()
        return made

    def leave_out(self, stream: LiveStream, until: Ticks) -> None:
        """Go on with the first key picture from then on (ticks); what is left out is counted."""
        stood = stream.ordinal()
        stream.begin_at_key(until)
        stream.pictures_left_out += stream.ordinal() - stood

    def leave_out_late(self, now: Ticks, most: Ticks) -> list[LiveStream]:
        """Streams that are later than that go on with their next key picture; which did (all in ticks)."""
        late = []
        while (stream := self._front()) is not None and stream.late(now) > most:
            self.leave_out(stream, now)
            late.append(stream)
        return late

    @seam
    def picture(self, stream: LiveStream) -> LivePicture:
        """The picture at which a stream stands, ready to travel."""
        assert stream.gop is not None
        taken = stream.moment
        packets = self.media(stream, stream.gop, taken)
        stream.pictures_sent += 1
        stream.packets_sent += len(packets)
        stream.bytes_sent += size_of(packets)
        return LivePicture(stream, packets, taken, stream.picture == 0)

    def media(self, stream: LiveStream, gop: Gop | AudioUnit, taken: Ticks) -> Sequence[bytes]:
        """What travels: RTP packets, or the body of a part where a part is no RTP packet."""
        if isinstance(gop, AudioUnit):
            http = stream.transport is Transport.HTTP
            return [self.audio.body(gop) if http else self.audio.packet(stream, gop)]
        if gop.footage.codec is Codec.JPEG:
            return [self.jpeg.body(stream.camera, gop)]
        return self.video.picture(stream, gop, taken)

    def part_writer(self, stream: LiveStream) -> Callable[[Sequence[bytes]], bytes]:
        """What makes multipart parts of that which travels."""
        if isinstance(stream.source, Audio):
            return partial(self.audio.parts, stream.source.codec)
        return self.jpeg.parts if stream.comp == Codec.JPEG else self.video.parts


def _clock_of(stream: LiveStream) -> int:
    """Ticks of its RTP clock in a second."""
    return stream.source.fixture.sample_rate if isinstance(stream.source, Audio) else TICKS
