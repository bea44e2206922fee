"""What somebody without a valid UID gets, and what he changes: neither may be anything (§1.3, §6.1).

How a refusal looks is open, so it is judged by its effect: by what an answer gives where the command gives
something, by what goes on for those who have a UID, and where the control port tells by the recorder's state.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nvr_conformance.client.player import Player
from nvr_conformance.judgement.fact import Fact
from nvr_conformance.procedures.cameras import cameras_with_video
from nvr_conformance.procedures.streams import going_on
from nvr_conformance.procedures.uid_commands import AGO, UidCommand, first_camera, quick_login, uid_commands
from nvr_conformance.reading.gop import SECOND, Gop
from nvr_conformance.reading.refusals import gives_something, refused
from nvr_conformance.wire.live_streams import LiveRtp

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nvr_conformance.client.client import Client
    from nvr_conformance.client.session import Session
    from nvr_conformance.client.target import Target
    from nvr_conformance.engine.books import Check, NotTested
    from nvr_conformance.wire.exchange import Exchange
    from nvr_conformance.wire.live_streams import LiveStream

NOTHING = "nothing"
FILES = ("MP4VO", "N3VO")
_RUNNING = ("idle", "left", "pictures", "packets", "stood")  # what time changes in the state
_MOVED = ("pan", "tilt", "zoom", "auto_focus", "presets", "open_auxiliaries")
_SHOWN: dict[str, dict[str, Any]] = {
    "pan_tilt_zoom": {"PAN": 16, "TILT": 0, "ZOOM": 0},
    "centering": {"X": 0, "Y": 0},
    "focus": {"CTRL": "FAR"},
    "preset_set": {"NO": 255},
    "auxiliary": {"CMD": "AUX1", "CTRL": "OPEN"},
}
"""Camera control that can be seen, for commands whose usual values change nothing."""


@dataclass
class Strangers:
    """``by_cause``: their sessions. ``accepted``: the commands without a described answer that were not
    refused by its form, each with the answer; that alone is no fault."""

    id: str
    target: Target
    client: Client
    check: Check
    not_tested: NotTested
    living: Session
    playing: Session
    by_cause: Mapping[str, Session]
    accepted: dict[str, Exchange] = field(default_factory=dict)

    def judge(self) -> None:
        """All commands but START, whose refusal is seen by its media; then what goes on for the others.

        Logout comes last: somebody logs in for it, and may be given the UID of one that has ended.
        """
        *commands, logout = uid_commands(self.target)
        for command in commands:
            if command.name.endswith(("START", "STOP")):
                continue
            if command.permission and not self.target.allows(command.permission):
                self.not_tested(self.id, f"{command.name} needs --allow {command.permission}")
                continue
            self._keep_alive()
            self._judge(command)
        self._judge_files()
        self._keep_alive()
        self._judge_playback()
        self._judge_live()
        self._keep_alive()
        self._judge(logout)
        valid = self.playing.is_alive() and self.living.is_alive()
        actual = "both valid" if valid else "one ended"
        self.check(self.id, valid, "both valid", actual, "logout: other UIDs stay")

    def _keep_alive(self) -> None:
        if self.target.clock == "real":  # at 3 s a command the other one would expire
            for session in (self.living, self.playing):
                session.get("keep_alive")

    def _judge_files(self) -> None:
        """A minute of a camera in files, as the list of them was judged with all commands."""
        if not self.target.allows("load"):
            self.not_tested(self.id, f"download of {' and '.join(FILES)} needs --allow load")
            return
        camera, begin = first_camera(self.target), (int(self.target.unix_time()) - AGO) // 60 * 60
        for kind in FILES:
            asked: dict[str, Any] = {"KIND": kind, "STARTTIME": begin, "ENDTIME": begin + 60, "CAM": camera}
            self._keep_alive()
            answers = {cause: one.get("download", **asked) for cause, one in self.by_cause.items()}
            before = self.playing.get("download", **asked)
            if refused(before):
                self.not_tested(self.id, f"download of {kind} with a valid UID: {before}")
                continue
            for cause, answer in answers.items():
                self.check(self.id, refused(answer), NOTHING, answer, f"download of {kind}, {cause}")

    def _host(self, command: UidCommand) -> Session:
        if command.name == "logout":
            return quick_login(self.client)
        return self.living if command.is_live else self.playing

    def _judge(self, command: UidCommand) -> None:
        before = command.run(self._host(command))
        was = self._state()
        answers = {}
        for cause, stranger in self.by_cause.items():
            gives = gives_something(before)
            answers[cause] = command.run(stranger) if gives else self._send(command, stranger, was)
        if command.name in _SHOWN and was is not None:
            self.target.pass_time(1.0)  # in which a camera that moves shows it
        now = self._state()
        after = command.run(self._host(command))
        if refused(before) or refused(after):
            self.not_tested(self.id, f"{command.name} with a valid UID: {before}, later {after}")
            return
        for cause, answer in answers.items():
            name = f"{command.name}, {cause}"
            if gives_something(answer):
                self.check(self.id, refused(answer), NOTHING, answer, name)
            elif answer.ok:
                self.accepted[name] = answer
        if was is not None and now is not None:
            changed = [part for part in was if was[part] != now[part]]
            actual = "; ".join(f"{part}: {was[part]}, then {now[part]}" for part in changed)
            name = f"{command.name}: nothing changes"
            self.check(self.id, not changed, "the same state", actual or "the same state", name)

    def _send(self, command: UidCommand, stranger: Session, state: object) -> Exchange:
        """A camera is changed where that can be seen: not to change it shows nothing."""
        if command.name in _SHOWN and state is not None:
            return stranger.get(command.name, CH=first_camera(self.target), **_SHOWN[command.name])
        return command.send(stranger)

    def _state(self) -> dict[str, object] | None:
        """What commands change, where the recorder tells; without what time changes."""
        state = self.target.state()
        if state is None:
            return None
        kept: dict[str, object] = {
            part: [_without(entry, _RUNNING) for entry in state.get(part, [])]
            for part in ("sessions", "live", "playback")
        }
        cameras = state.get("cameras", [])
        return {**kept, "cameras": [[camera.get(name) for name in _MOVED] for camera in cameras]}

    def _judge_playback(self) -> None:
        """One who plays back goes on, whatever others say without a UID. From a moment with room behind it:
        where PLAY begins is open, it may be with the newest GOP."""
        commands = {command.name: command for command in uid_commands(self.target)}
        player, camera = Player(self.playing), first_camera(self.target)
        player.choose(camera)
        before = player.with_room(camera, (int(self.target.unix_time()) - AGO) * SECOND)
        for stranger in self.by_cause.values():
            for name in ("mask", "pause", "stop"):
                commands[name].send(stranger)
        self._keep_alive()
        after = player.fetch(camera).exchange
        if refused(before.exchange):
            self.not_tested(self.id, f"STOP of playback: no playback with a valid UID: {before}")
        elif refused(after) and _is_last(player, before):
            self.not_tested(self.id, f"STOP of playback: no GOP follows in the recording: {before}")
        else:
            self.check(self.id, not refused(after), "a picture", after, "STOP of playback: others go on")

    def _judge_live(self) -> None:
        """And so does one who has live, over HTTP and RTP."""
        cameras = cameras_with_video(self.target, 2)
        started: dict[str, LiveStream] = {}
        starts: dict[str, Callable[[int, str], LiveStream]] = {
            "live_http": self.living.start_http,
            "live_rtp": self.living.start_rtp,
        }
        for (kind, start), (camera, codec) in zip(starts.items(), cameras.items(), strict=False):
            started[kind] = start(camera, codec)
        for stream in started.values():
            stream.wait_packets(1)
        for stranger in self.by_cause.values():
            for kind, stream in started.items():
                stop: dict[str, Any] = {"CAM": stream.camera, "CMD": "STOP", "COMP": stream.comp}
                if isinstance(stream, LiveRtp):
                    stop["PORT"] = stream.port
                stranger.get(kind, **stop)
        self._keep_alive()
        more = going_on(self.target, list(started.values()))
        for (kind, stream), comes in zip(started.items(), more, strict=True):
            if stream.total:
                fact = Fact(comes, "packets", "packets" if comes else "nothing comes")
                self.check(self.id, *fact, f"{kind} STOP: the streams of others go on")
            else:
                self.not_tested(self.id, f"{kind} STOP: no stream with a valid UID: {stream.exchange}")
            self.living.stop(stream)
            stream.close()


def _is_last(player: Player, gop: Gop) -> bool:
    """Whether nothing follows a GOP though nobody is in the way."""
    player.choose(gop.camera)
    return gop.start is None or (
        player.at(gop.camera, gop.start).given and not player.fetch(gop.camera).given
    )


def _without(entry: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if name not in names}
