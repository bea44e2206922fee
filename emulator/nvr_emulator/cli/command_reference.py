"""The commands and what the emulator answers, as a page: made from the command table, with real answers.

`nvr-emulator commands --markdown` prints docs/commands.md. Each command is sent to a recorder of its own,
after what the command needs: a login, live or playback.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nvr_emulator.configuration.plan import plan
from nvr_emulator.configuration.settings import RecorderSettings
from nvr_emulator.configuration.small_recorder import small_recorder
from nvr_emulator.recorder.live.stream import LiveAnswer
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.recorder.replies import Answer, Reply, Request
from nvr_protocol import download
from nvr_protocol.commands.specs import CommandSpec, Kind
from nvr_protocol.commands.table import COMMANDS
from nvr_protocol.commands.urls import build_command

NOW = 1_714_020_000.0
"""2024-04-25 04:40 UTC: when the examples are asked."""
UID = 7888
"""The UID of the document's examples."""

PLAYED_AT = int(NOW - 3600) * 100
ASKED_FOR: dict[str, Any] = {
    "UID": UID,
    "CAM": 1,
    "CH": 1,
    "MASK": "1100",
    "PORT": 5004,
    "CMD": "START",
    "TIMEF": PLAYED_AT,
    "STARTTIME": PLAYED_AT // 100 // 60 * 60,
    "ENDTIME": PLAYED_AT // 100 // 60 * 60 + 60,
    "PAN": 15,
    "TILT": 1,
    "ZOOM": 2,
    "X": 16,
    "Y": 16,
    "NO": 1,
}
MASKED = ("play", "goto")
PLAYING = ("reverse", "pause", "step", "fast", "stop", "camera", "playaudio")


@dataclass(frozen=True)
class Example:
    """One command, the URLs that come before it, its own, and what came back. Each carries `UID`."""

    spec: CommandSpec
    before: tuple[str, ...]
    url: str
    status: int
    answer: str


def examples() -> list[Example]:
    """Every command of the table with every choice that it has, sent to an emulated MODEL 2."""
    settings = small_recorder(2, seed=0)
    return [example(settings, spec, values) for spec in COMMANDS for values in variants(spec)]


def variants(spec: CommandSpec) -> list[dict[str, Any]]:
    """Values for each parameter; one set for each value of the parameter that offers a choice."""
    values = {
        parameter.name: ASKED_FOR[parameter.name]
        for parameter in spec.parameters
        if parameter.name in ASKED_FOR and parameter.kind not in (Kind.FIXED, Kind.NO_TIME, Kind.LOGIN)
    }
    choices = [parameter for parameter in spec.parameters if parameter.kind in (Kind.CHOICE, Kind.CONTROL)]
    result = [values]
    for parameter in choices:
        result = [{**one, parameter.name: choice} for one in result for choice in parameter.allowed]
    return result


def example(settings: RecorderSettings, spec: CommandSpec, values: Mapping[str, Any]) -> Example:
    """Send one command to a recorder that has been brought to where the command makes sense."""
    url = build_command(spec.key, **values)
    recorder = Recorder(plan(settings), NOW)
    session = recorder.sessions.login(settings.users[0].name, 0, NOW)
    assert session is not None

    def ask(target: str) -> Reply:
        path, _, query = target.replace(f"UID={UID}", f"UID={session.uid}").partition("?")
        return recorder.receive(Request("GET", path, query), NOW)

    before = needed(spec, values)
    for earlier in before:
        ask(earlier)
    reply = ask(url)
    return Example(spec, before, url, reply.status, described(reply, recorder))


def needed(spec: CommandSpec, values: Mapping[str, Any]) -> tuple[str, ...]:
    """What has to be sent before a command makes sense."""
    mask = build_command("mask", UID=UID, MASK="1100")
    if spec.key in MASKED:
        return (mask,)
    if spec.key in PLAYING:
        return (mask, build_command("goto", UID=UID, TIMEF=PLAYED_AT))
    if values.get("COMP") == "AUDIO" or values.get("CMD") == "STOP":
        return (build_command("live_rtp", UID=UID, CAM=1, CMD="START", COMP="H264", PORT=5004),)
    return ()


def described(reply: Reply, recorder: Recorder) -> str:
    """What an answer holds, in a few words."""
    if isinstance(reply, LiveAnswer):
        return f"`{recorder.live.content_type()}`, endless"
    if not isinstance(reply, Answer):
        return f"`{download.CONTENT_TYPE}`, files"
    if reply.challenges:
        return "Digest challenge; with it, 200"
    if not reply.body:
        return "no body"
    return f"`{reply.content_type}`, {len(reply.body)} bytes"


def markdown() -> str:
    """The page docs/commands.md."""
    lines = [
        "# Commands, and what the emulator answers",
        "",
        "Made by `nvr-emulator commands --markdown`; each URL was sent to an emulated MODEL 2 with its clock",
        "at 2024-04-25 04:40 UTC, after what the command needs first (a login, live or playback). Refusals",
        "are a short `text/html` page with one line: 400 a bad, missing or contradictory parameter, 401 a",
        "UID that is not valid, 404 an unknown path or a camera that is not registered, 405 another method,",
        "503 a limit; 204 without a body is the START of a stream that runs already. What other recorders",
        "answer instead: [variants.md](variants.md).",
    ]
    section = None
    for one in examples():
        if one.spec.key != section:
            section = one.spec.key
            sections = ", ".join(f"§{number}" for number in one.spec.sections)
            lines += ["", f"## {one.spec.title} ({sections})", "", "| URL | answer |", "|---|---|"]
        lines.append(f"| `{one.url}` | {one.status} {one.answer} |")
    return "\n".join(lines) + "\n"
