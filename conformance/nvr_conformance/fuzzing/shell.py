"""The steps of a fuzzed run as lines for bash, with curl and GNU date: to see a disagreement by hand.

``$URL`` is the recorder, ``$NVR`` is ``user:password`` of its first user, ``$NVR1`` … of the others; a login
leaves its UID in ``$s1`` …. Times are counted from now, as the steps have them.
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from nvr_conformance.client.http_client import HARMLESS, LOGIN
from nvr_conformance.fuzzing.steps import (
    DEFAULT_AGO,
    Fetch,
    LetPass,
    LogIn,
    Malformed,
    Moment,
    Send,
    Step,
    Stranger,
    values_of,
)
from nvr_protocol.commands.urls import build_command

if TYPE_CHECKING:
    from collections.abc import Sequence

PORT = 5004
"""Where RTP is sent to; what comes there is not looked at."""
_SOME_TIME = 1_700_000_000_00
_TIMEF = re.compile(r"TIMEF=[0-9]{14}")
_STATUS = "-w '%{http_code}, %{size_download} bytes\\n'"
_PLAIN = re.compile(r"[A-Za-z0-9_/.?&=-]*")
GOP_TIME = r"""gop_time() { # FILE, first or last picture, hundredths before it: as TIMEF has it (§3.3.1)
  local at time
  at=$(LC_ALL=C grep -aobP '\xff\x06\x00\x44' "$1" | head -1 | cut -d: -f1)
  ((at += 4 + 16)); [ "$2" = last ] || ((at += 8))
  time=$(($(od -An -tu4 --endian=big -j $at -N 4 "$1") * 100 + $(od -An -tu1 -j $((at + 4)) -N 1 "$1") - $3))
  printf '%s%02d\n' "$(date -u -d "@$((time / 100))" +%y%m%d%H%M%S)" $((time % 100))
}"""
STILL_RUNNING = "sleep 1; jobs -r  # what does not end; end it by: kill $(jobs -p)"


def shell_lines(steps: Sequence[Step], channels: int) -> tuple[str, ...]:
    """The steps as lines, and what they need before and after. ``channels``: digits that MASK must have."""
    lines: list[str] = []
    shown: set[str] = set()
    for step in steps:
        if isinstance(step, Fetch):
            shown.add(step.label)
        lines.append(_line(step, channels, shown))
    before = [GOP_TIME] if shown else []
    after = [STILL_RUNNING] if any(_starts_over_http(step) for step in steps) else []
    return (*before, *lines, *after)


def _starts_over_http(step: Step) -> bool:
    return isinstance(step, Send) and step.key == "live_http" and step.values["CMD"] == "START"


def _line(step: Step, channels: int, shown: set[str]) -> str:
    match step:
        case LetPass():
            return f"sleep {step.seconds:g}"
        case LogIn():
            who = "$NVR" if step.user == 0 else f"$NVR{step.user}"
            page = f'curl -sk --digest -u "{who}" "$URL{LOGIN}"'
            uid = "grep -o 'UID=[0-9]*' | head -1 | cut -d= -f2"
            return f'{step.label}=$({page} | {uid}); echo "UID ${step.label}"'
        case Fetch():
            path = build_command("camera", UID=1, CAM=step.camera).replace("UID=1", f"UID=${step.label}", 1)
            file = f"{step.label}.gop"
            return f'curl -skf -o {file} {_STATUS} "$URL{path}" && gop_time {file} first 0'
        case Malformed():
            return _curl(step.target, step.label)
        case Stranger():
            return _curl(step.target)
        case Send():
            return _send(step, channels, shown)
        case _:
            return f'curl -sk --digest -u "$NVR" "$URL{HARMLESS}" | grep USEDUID'


def _send(step: Send, channels: int, shown: set[str]) -> str:
    moment = None if step.moment is None else _SOME_TIME
    path = build_command(step.key, UID=1, **values_of(step, channels, PORT, moment))  # type: ignore[arg-type]
    path = path.replace("UID=1", f"UID=${step.label}", 1)
    if step.moment is not None:
        path = _TIMEF.sub(lambda _: f"TIMEF={_timef(step.moment, step, shown)}", path)  # type: ignore[arg-type]
    if _starts_over_http(step):
        ended = f"{step.label} camera {step.values['CAM']} {step.values['COMP']}: %{{http_code}}, has ended"
        return f"curl -skN -o /dev/null -w '{ended}\\n' \"$URL{path}\" & sleep 1"
    return f'curl -sk -o /dev/null {_STATUS} "$URL{path}"'


def _timef(moment: Moment, step: Send, shown: set[str]) -> str:
    """TIMEF as an expression of the shell; whole seconds but for NEXTFRAME and PREVFRAME."""
    if moment.anchor != "now" and step.label in shown:
        time = f"$(gop_time {step.label}.gop {moment.anchor} {moment.ago})"
        return time if step.key == "step" else f"$(t={time}; echo ${{t%??}}00)"
    ago = moment.ago if moment.anchor == "now" else DEFAULT_AGO + moment.ago
    seconds, part = divmod(-ago, 100)
    return f"$(date -u -d '{seconds:+d} seconds' +%y%m%d%H%M%S){part if step.key == 'step' else 0:02d}"


def _curl(target: str, label: str = "") -> str:
    """GET of any target; ``{uid}`` in it stands for the UID of ``label``."""
    pieces = target.split("{uid}") if label else [target]
    if all(_PLAIN.fullmatch(piece) for piece in pieces):
        return f'curl -sk -o /dev/null {_STATUS} "$URL{f"${label}".join(pieces)}"'
    quoted = f'"${label}"'.join(shlex.quote(piece) if piece else "" for piece in pieces)
    return f'curl -skg --path-as-is -o /dev/null {_STATUS} "$URL"{quoted}'
