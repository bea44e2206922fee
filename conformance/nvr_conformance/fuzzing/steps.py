"""What a fuzzed run is made of: steps as plain data, that can be left out, kept in a file and run again.

Clients are named (``s1``, ``s2`` …) by the login that made them; a step of a client that never was is
skipped. Times are relative, so that a file makes sense on any day.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

import msgspec

from nvr_conformance.bounds import read_file, read_json
from nvr_conformance.client.mask import mask_of
from nvr_conformance.client.player import MINUTE
from nvr_conformance.evidence.whole_files import write_file
from nvr_conformance.judgement.plain_struct import PlainStruct
from nvr_protocol.commands.table import COMMANDS_BY_KEY
from nvr_protocol.commands.urls import build_command

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from nvr_conformance.reading.gop import Gop

FORMAT = "nvrkit-fuzz-1"
DEFAULT_AGO = 200 * MINUTE * 100  # hundredths before now: stands for a GOP's time where none was given yet

# What a file may ask for: more than the fuzzer ever makes.
_MODELS = (1, 2, 3)
_MOST_STEPS = 10_000
_MOST_USERS = 15
_MOST_DIGITS = 1000  # of MASK
_LONGEST = 7 * 24 * 3600  # seconds
_FARTHEST = 366 * 24 * 3600 * 100  # hundredths
_SOME_TIME = 1_700_000_000_00
_LABEL = re.compile("s[0-9]{1,6}")  # a variable of a shell, too
_TARGET = re.compile("/[!-~]{0,16383}")

Anchor = Literal["now", "first", "last"]
"""Where a moment counts from: the recorder's time, the first or the last picture of the GOP given last."""


class Moment(msgspec.Struct, frozen=True):
    """A TIMEF. ``ago`` is hundredths of a second before the anchor (negative: behind it)."""

    anchor: Anchor = "now"
    ago: int = 0


class LogIn(msgspec.Struct, frozen=True, tag_field="do", tag="login"):
    """One login. ``user`` counts the users known of the target, highest priority first."""

    label: str
    user: int = 0


class Send(msgspec.Struct, frozen=True, tag_field="do", tag="send"):
    """A command of the table by its key. ``cameras``: those in MASK. ``moment``: its TIMEF."""

    label: str
    key: str
    values: dict[str, int | str] = {}
    cameras: tuple[int, ...] = ()
    moment: Moment | None = None


class Fetch(msgspec.Struct, frozen=True, tag_field="do", tag="fetch"):
    """One ``camera.cgi``."""

    label: str
    camera: int


class Malformed(msgspec.Struct, frozen=True, tag_field="do", tag="malformed"):
    """A request that is no command; ``{uid}`` in its target stands for the UID."""

    label: str
    target: str


class Stranger(msgspec.Struct, frozen=True, tag_field="do", tag="stranger"):
    """A request of one who has no UID."""

    target: str


class CountUids(msgspec.Struct, frozen=True, tag_field="do", tag="count"):
    """``as_getinfo.cgi``: how many UIDs are in use."""


class LetPass(msgspec.Struct, frozen=True, tag_field="do", tag="pass"):
    """Seconds go by."""

    seconds: float


Step = LogIn | Send | Fetch | Malformed | Stranger | CountUids | LetPass

WAYS = ("PLAY", "GOTODATE", "BPLAY", "PAUSE", "FF", "REW", "NEXTFRAME", "PREVFRAME")
"""What PLAYCMD can be, besides STOP (§3.2)."""
_PLAY_KEYS = {"PLAY": "play", "GOTODATE": "goto", "BPLAY": "reverse", "PAUSE": "pause", "STOP": "stop"}
_LIVE = ("live_rtp", "live_http")
_NEVER_GIVEN = ("UID", "TIMEF")  # they are of the client and of the moment
HARMLESS_KEYS = ("keep_alive", "live_setup", "log_errors", "log_events")
CONTROLS: dict[str, dict[str, int | str]] = {
    "pan_tilt_zoom": {"PAN": 4, "TILT": -4, "ZOOM": 0},
    "centering": {"X": 16, "Y": 16},
    "focus": {"CTRL": "AUTO"},
    "iris": {"CTRL": "OPEN"},
    "preset_go": {"NO": 1},
    "auxiliary": {"CMD": "AUX1", "CTRL": "OPEN"},
}
"""Camera control by key of the command, each with values that every camera takes (§4.2)."""


def timef_of(step: Send, gop: Gop | None, now: int) -> int | None:
    """The TIMEF of a step in hundredths; whole seconds but for NEXTFRAME and PREVFRAME. ``gop``: the one
    given last; ``now``: hundredths."""
    if step.moment is None:
        return None
    anchor = now
    if step.moment.anchor != "now":
        anchor = now - DEFAULT_AGO
        if gop is not None and gop.start is not None:
            last = gop.last_picture()
            anchor = gop.start if step.moment.anchor == "first" or last is None else last
    moment = anchor - step.moment.ago
    return moment if step.key == "step" else moment - moment % 100


def push(label: str, key: str, command: str, camera: int, comp: str) -> Send:
    """START or STOP of a live stream. JPEG goes over HTTP alone (§2.3.5)."""
    key = "live_http" if comp == "JPEG" else key
    return Send(label, key, {"CAM": camera, "CMD": command, "COMP": comp})


def playing(label: str, name: str, moment: Moment | None = None) -> Send:
    """A PLAYCMD by its name. PLAY alone has no TIMEF (§3.2.4)."""
    if name in _PLAY_KEYS:
        return Send(label, _PLAY_KEYS[name], moment=None if name == "PLAY" else moment)
    return Send(label, "fast" if name in ("FF", "REW") else "step", {"PLAYCMD": name}, moment=moment)


class FuzzFile(PlainStruct, frozen=True, kw_only=True):
    """A disagreement that was found: the steps that show it, and what was wrong at the last one."""

    format: str = FORMAT
    model: int
    seed: int
    disagreement: str
    steps: tuple[Step, ...]


def write_fuzz_file(path: Path, found: FuzzFile) -> None:
    """Keep it as indented JSON."""
    write_file(path, msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n")


def read_fuzz_file(path: Path) -> FuzzFile:
    """What ``write_fuzz_file`` wrote. ValueError in one line for anything else."""
    try:
        return read_found(read_file(path))
    except (OSError, ValueError) as problem:
        raise ValueError(f"{path}: {problem}") from None


def read_found(data: bytes) -> FuzzFile:
    """A disagreement as JSON. ValueError in one line for anything else, and for steps that nobody can do."""
    found = read_json(data, FuzzFile)
    if found.format != FORMAT:
        raise ValueError(f"format {found.format!r}, expected {FORMAT!r}")
    if found.model not in _MODELS:
        raise ValueError(f"there is no MODEL {found.model}; there are 1, 2 and 3")
    require_doable(found.steps)
    return found


def require_doable(steps: Sequence[Step]) -> None:
    """ValueError, in one line, where a step is none that the fuzzer could have made: somebody wrote it."""
    if len(steps) > _MOST_STEPS:
        raise ValueError(f"{len(steps)} steps; {_MOST_STEPS} at most")
    for number, step in enumerate(steps, 1):
        if fault := _fault(step):
            raise ValueError(f"step {number}: {fault}")
    if sum(step.seconds for step in steps if isinstance(step, LetPass)) > _LONGEST:
        raise ValueError(f"more than {_LONGEST} seconds pass in all")


def _fault(step: Step) -> str:
    """Why a step cannot be done; nothing where it can."""
    label = getattr(step, "label", "s1")
    if not _LABEL.fullmatch(label):
        return f"{label[:40]!r} is no name of a client (s1, s2 …)"
    match step:
        case LogIn() if not 0 <= step.user <= _MOST_USERS:
            return f"there is no user {step.user}; there are 0 to {_MOST_USERS}"
        case LetPass() if not 0 <= step.seconds <= _LONGEST:
            return f"{step.seconds:g} are no seconds from 0 to {_LONGEST}"
        case Malformed() | Stranger() if not _TARGET.fullmatch(step.target):
            return "its target is nothing that can stand in a request line"
        case Fetch():
            return _command_fault("camera", {"CAM": step.camera})
        case Send():
            return _fault_of_send(step)
        case _:
            return ""


def _fault_of_send(step: Send) -> str:
    if step.key not in COMMANDS_BY_KEY or not COMMANDS_BY_KEY[step.key].needs_uid:
        return f"{step.key[:40]!r} is no command that a client sends by its UID"
    if not step.values.keys().isdisjoint(_NEVER_GIVEN):
        return f"its values name one of {', '.join(_NEVER_GIVEN)}"
    digits = step.values.get("digits", 1)
    if not (isinstance(digits, int) and 1 <= digits <= _MOST_DIGITS):
        return f"digits is no number from 1 to {_MOST_DIGITS}"
    if step.key in _LIVE and not step.values.keys() >= {"CAM", "CMD", "COMP"}:
        return f"{step.key} needs CAM, CMD and COMP"
    if step.moment is not None and abs(step.moment.ago) > _FARTHEST:
        return f"ago {step.moment.ago} is more than a year"
    return _command_fault(step.key, values_of(step, 1, 1, None if step.moment is None else _SOME_TIME))


def _command_fault(key: str, values: dict[str, object]) -> str:
    try:
        build_command(key, UID=1, **values)  # type: ignore[arg-type]
    except ValueError as problem:
        return str(problem)
    return ""


def describe(step: Step) -> str:
    """A step in a few words."""
    match step:
        case Send():
            words = [step.label, step.key, *(f"{name}={value}" for name, value in step.values.items())]
            words += [f"cameras {','.join(map(str, step.cameras))}"] if step.cameras else []
            return " ".join(words)
        case Fetch():
            return f"{step.label} camera.cgi CAM={step.camera}"
        case LogIn():
            return f"login {step.label}"
        case Malformed() | Stranger():
            return f"malformed {step.target[:120]}"
        case LetPass():
            return f"{step.seconds:g} s pass"
        case _:
            return "as_getinfo.cgi"


def values_of(step: Send, channels: int, port: int, moment: int | str | None) -> dict[str, object]:
    """The parameters that a command carries beside its UID. ``channels``: digits that MASK must have."""
    values: dict[str, object] = dict(step.values)
    if step.key == "mask":
        values["MASK"] = mask_of(step.cameras, int(str(values.pop("digits", channels))))
    if moment is not None:
        values["TIMEF"] = moment
    if step.key == "live_rtp":
        values["PORT"] = port
    if step.key == "live_http" and values["CMD"] == "START":
        values["INTERNETMODE"] = "ON"
    return values
