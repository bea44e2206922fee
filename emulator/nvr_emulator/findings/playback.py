"""Playback: cameras chosen, played, fetched and stopped (§1.3, §3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nvr_emulator.findings.chapter import Chapter, by
from nvr_emulator.findings.clients import DATA, PLAYBACK, Asking, Clients, Known, WatchedUid
from nvr_emulator.findings.rule import Breach, Rule, Severity
from nvr_emulator.findings.times import FUTURE, LOCAL_TIME, ahead
from nvr_emulator.journal.entries import Exchange
from nvr_emulator.recorder.happenings import Happening, SessionEnded

LIVE_NOT_STOPPED = Rule(
    "live-not-stopped",
    "1.3",
    Severity.ERROR,
    "Playback started beside live",
    "Playback was started on a UID on which live ran. One UID has either.",
    "Stop all live streams of the UID first, or log in for another UID.",
)
WITHOUT_MASK = Rule(
    "play-without-mask",
    "3.2.3",
    Severity.ERROR,
    "Playback without MASK",
    "PLAYCMD was sent on a UID that had not chosen its cameras.",
    "Send hdrctl.cgi with MASK first, and again whenever the cameras change.",
)
BEFORE_PLAY = Rule(
    "fetch-before-play",
    "3.1.1",
    Severity.ERROR,
    "Pictures fetched before playback began",
    "camera.cgi or playaudio.cgi was sent on a UID without a PLAYCMD in effect.",
    "Send MASK, then a PLAYCMD, then fetch; after STOP begin with a PLAYCMD again.",
)
OUTSIDE_MASK = Rule(
    "camera-outside-mask",
    "3.2.3",
    Severity.ERROR,
    "A camera outside MASK",
    "camera.cgi or playaudio.cgi named a camera that MASK does not choose.",
    "Send MASK with a 1 for each camera that is fetched; camera 1 is the leftmost digit.",
)
TOO_MANY = Rule(
    "mask-of-too-many",
    "1.3",
    Severity.ERROR,
    "More than 16 cameras played",
    "MASK chose more than 16 cameras on one UID.",
    "Choose 16 at most, and log in for another UID for more.",
)
TWO_IN_FLIGHT = Rule(
    "two-in-flight",
    "1.3",
    Severity.ERROR,
    "Two camera.cgi of one camera at once",
    "camera.cgi was sent while the answer to another one of the same camera on the same UID was still "
    "under way.",
    "Read each GOP to its end before asking for the next one; use another UID for a second playback of "
    "a camera.",
)
AUDIO_ELSEWHERE = Rule(
    "audio-without-play",
    "3.2.2",
    Severity.WARNING,
    "Audio asked for outside of playing",
    "playaudio.cgi was sent in an operation that has no audio (reverse, fast, pause, single pictures).",
    "Fetch audio after PLAY and GOTODATE alone.",
)
NO_PAUSE = Rule(
    "no-picture-no-pause",
    "3.2.1",
    Severity.WARNING,
    "Asked again at once where no picture is",
    "camera.cgi was sent over and over, less than half a second apart, where there was no picture: behind "
    "the last one that is recorded, or before the first.",
    "Wait a second before the next camera.cgi when an answer had no picture, or stop playback.",
)

MOST_CAMERAS = 16
OFTEN = 10
"""Answers without a picture behind each other, from which on a client is taken to ask for ever."""
AT_ONCE = 0.5
"""Seconds: a recording has no new GOP sooner."""


class Playback(Chapter):
    """Watches playback."""

    rules = (
        LIVE_NOT_STOPPED,
        WITHOUT_MASK,
        BEFORE_PLAY,
        OUTSIDE_MASK,
        TOO_MANY,
        TWO_IN_FLIGHT,
        NO_PAUSE,
        AUDIO_ELSEWHERE,
        LOCAL_TIME,
        FUTURE,
    )

    def __init__(self, known: Known, clients: Clients) -> None:
        super().__init__(known, clients)
        self._in_flight: dict[tuple[int, int], int] = {}
        self._in_vain: dict[tuple[int, int], tuple[Exchange, int]] = {}

    def asked(self, asking: Asking) -> Iterator[Breach]:
        """hdrctl.cgi, camera.cgi and playaudio.cgi."""
        command, watched = asking.command, asking.valid
        if command is None or watched is None:
            return
        if command.key == "mask":
            chosen = command.text("MASK").count("1")
            if chosen > MOST_CAMERAS:
                yield by(asking, TOO_MANY, f"MASK chooses {chosen} cameras")
        elif command.key in PLAYBACK:
            yield from self._played(asking, watched)
        elif command.key in DATA:
            yield from self._fetched(asking, watched, command.integer("CAM"))

    def _played(self, asking: Asking, watched: WatchedUid) -> Iterator[Breach]:
        assert asking.command is not None
        yield from self._beside_live(asking, watched)
        self._forget(self._in_vain, watched.uid)
        if watched.mask is None:
            yield by(asking, WITHOUT_MASK, f"no MASK on UID {watched.uid} before {asking.key}")
        hundredths = asking.command.values.get("TIMEF")
        if isinstance(hundredths, int):
            yield from ahead(asking, self.known, "TIMEF", hundredths / 100, self.clients.shown)

    def _fetched(self, asking: Asking, watched: WatchedUid, camera: int) -> Iterator[Breach]:
        yield from self._beside_live(asking, watched)
        if watched.operation is None:
            yield by(asking, BEFORE_PLAY, f"{asking.exchange.name} without PLAYCMD on UID {watched.uid}")
        elif watched.mask is not None and camera not in watched.mask:
            chosen = ", ".join(map(str, sorted(watched.mask))) or "none"
            yield by(asking, OUTSIDE_MASK, f"camera {camera}; MASK chooses {chosen}")
        elif asking.key == "playaudio" and watched.operation not in ("play", "goto"):
            yield by(asking, AUDIO_ELSEWHERE, f"playaudio.cgi in the operation {watched.operation}")
        if asking.key == "camera":
            earlier = self._in_flight.get((watched.uid, camera))
            if earlier is not None:
                text = f"camera {camera} was still being sent on UID {watched.uid}"
                yield by(asking, TWO_IN_FLIGHT, text, earlier)
            elif not asking.exchange.refused:
                self._in_flight[watched.uid, camera] = asking.exchange.number
            yield from self._without_picture(asking, (watched.uid, camera))

    def _without_picture(self, asking: Asking, key: tuple[int, int]) -> Iterator[Breach]:
        exchange = asking.exchange
        before, times = self._in_vain.pop(key, (exchange, 0))
        if not exchange.no_picture:
            return
        times = times + 1 if self.clients.elapsed(before, exchange) < AT_ONCE else 1
        self._in_vain[key] = exchange, times
        if times == OFTEN:
            text = f"camera {key[1]} had no picture {times} times, and was asked again at once each time"
            yield by(asking, NO_PAUSE, text, before.number)

    def _beside_live(self, asking: Asking, watched: WatchedUid) -> Iterator[Breach]:
        if watched.live:
            stream = next(iter(watched.live.values()))
            text = f"{stream.comp} of camera {stream.camera} runs live on UID {watched.uid}"
            yield by(asking, LIVE_NOT_STOPPED, text, stream.number)

    def taken(self, exchange: int) -> None:
        """The next camera.cgi of that camera may come."""
        for key in [key for key, number in self._in_flight.items() if number == exchange]:
            del self._in_flight[key]

    def happened(self, entry: Happening) -> tuple[Breach, ...]:
        """UIDs that ended."""
        if isinstance(entry, SessionEnded):
            self._forget(self._in_flight, entry.uid)
            self._forget(self._in_vain, entry.uid)
        return ()

    @staticmethod
    def _forget(kept: dict[tuple[int, int], Any], uid: int) -> None:
        for key in [key for key in kept if key[0] == uid]:
            del kept[key]
