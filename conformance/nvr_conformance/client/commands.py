"""The commands as the document draws them, written out: what the judge sends is its own, so that a wrong
table of the emulator is seen (§2 to §6). A test holds them against `nvr_protocol`'s."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from nvr_conformance.judgement.outcomes import PrerequisiteFailed

PLAY = "/cgi-bin/hdrctl.cgi?UID={UID}&PC=AS60&PLAYCMD="
CONTROL = "/cgi-bin/camctl.cgi?UID={UID}&CH={CH}&CMD="

URLS: Mapping[str, str] = {
    "login": "/cgi-bin/dlogin.cgi?UID=-1",
    "logout": "/cgi-bin/logout.cgi?UID={UID}",
    "keep_alive": "/cgi-bin/status.cgi?UID={UID}&PC=AS60",
    "live_setup": "/cgi-bin/hdrctl.cgi?UID={UID}&SCREEN=16X&PC=AS60",
    "live_rtp": "/cgi-bin/push.cgi?UID={UID}&CAM={CAM}&CMD={CMD}&COMP={COMP}&PORT={PORT}",
    "live_http": "/cgi-bin/push.cgi?UID={UID}&CAM={CAM}&CMD={CMD}&COMP={COMP}&INTERNETMODE=ON",
    "mask": "/cgi-bin/hdrctl.cgi?UID={UID}&PC=AS60&MASK={MASK}",
    "play": PLAY + "PLAY&2ND=OFF&TIMEF=AS60_UNKNOWN&NOTIME=ON",
    "reverse": PLAY + "BPLAY&2ND=OFF&TIMEF={TIMEF}&NOTIME=ON",
    "pause": PLAY + "PAUSE&2ND=OFF&TIMEF={TIMEF}&SMOOTH=OFF&NOTIME=ON",
    "step": PLAY + "{PLAYCMD}&2ND=OFF&TIMEF={TIMEF}&NOTIME=ON",
    "goto": PLAY + "GOTODATE&2ND=OFF&TIMEF={TIMEF}&SDBACKUP=0&NOTIME=ON",
    "fast": PLAY + "{PLAYCMD}&2ND=OFF&TIMEF={TIMEF}&SMOOTH=OFF&NOTIME=ON",
    "stop": PLAY + "STOP&2ND=OFF&TIMEF={TIMEF}",
    "camera": "/cgi-bin/camera.cgi?UID={UID}&CAM={CAM}",
    "playaudio": "/cgi-bin/playaudio.cgi?UID={UID}&CAM={CAM}",
    "pan_tilt_zoom": "/cgi-bin/directctrl.cgi?UID={UID}&CH={CH}&PAN={PAN}&TILT={TILT}&ZOOM={ZOOM}&PC=AS60",
    "centering": CONTROL + "CENTERING&CTRL=START&X={X}&Y={Y}&PC=AS60",
    "focus": CONTROL + "FOCUS&CTRL={CTRL}&CTRL=START&PC=AS60",
    "iris": CONTROL + "IRIS&CTRL={CTRL}&CTRL=START&PC=AS60",
    "preset_set": CONTROL + "PRESETPRG&NO={NO}&PC=AS60",
    "preset_go": CONTROL + "PRESET&NO={NO}&PC=AS60",
    "auxiliary": CONTROL + "{CMD}&CTRL={CTRL}&PC=AS60",
    "log_errors": "/cgi-bin/loglist.cgi?UID={UID}&KIND=ERR&HTML=as_errorlog.html",
    "log_events": "/cgi-bin/loglist.cgi?UID={UID}&KIND=EVENT&HTML=as_eventlog.html",
    "recorded_time": "/cgi-bin/recordedtime.cgi",
    "getinfo": "/cgi-bin/as_getinfo.cgi?FILE=2",
    "download": (
        "/cgi-bin/httpdl.cgi?UID={UID}&STARTTIME={STARTTIME}&ENDTIME={ENDTIME}&KIND={KIND}&CAM={CAM}&PC=AS60"
    ),
}
"""Path and query of each command; what stands in braces is filled in."""

MAY_BE_LEFT_OUT = ("PAN", "TILT", "ZOOM", "INTERNETMODE")
"""Parameters that a command can do without: those of functions that do not operate; INTERNETMODE at STOP."""


FIRST, LAST = 1_640_995_200, 2_082_758_399
"""2022-01-01 00:00:00 and 2035-12-31 23:59:59, in Unix seconds."""


class UnnamableTimeError(PrerequisiteFailed, ValueError):
    """A time that no command can name: what needs it cannot be tested."""


def command_url(key: str, **values: object) -> str:
    """The path and query of a command. TIMEF is in hundredths of a Unix second, STARTTIME and ENDTIME in
    Unix seconds; a parameter that may be left out and is not given is not sent.

    KeyError for a command that is not in the table, and for a value that is missing; UnnamableTimeError for a
    time that has no place in it (2022 to 2035).
    """
    pattern = URLS[key]
    path, _, query = pattern.partition("?")
    texts = {name: _text(name, value) for name, value in values.items()}
    pairs = [pair for pair in query.split("&") if pair and not _is_left_out(pair, texts)]
    return path + ("?" if pairs else "") + "&".join(pair.format_map(texts) for pair in pairs)


def timef(hundredths: int) -> str:
    """A TIMEF: yymmddhhmmssff, UTC, ff in hundredths (§3.2)."""
    seconds, rest = divmod(hundredths, 100)
    return f"{range_time(seconds)}{rest:02d}"


def range_time(seconds: int) -> str:
    """A STARTTIME or ENDTIME: yymmddhhmmss, UTC (§6.3.2). UnnamableTimeError beyond 2022 to 2035."""
    if not FIRST <= seconds <= LAST:
        raise UnnamableTimeError(
            f"no command can name {_day(seconds)}: they name 2022 to 2035 (is the recorder's clock right?)"
        )
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    return moment.strftime("%y%m%d%H%M%S")


def _day(seconds: int) -> str:
    try:
        return f"{datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds):%Y-%m-%d}"
    except OverflowError:
        return f"second {seconds}"


def _text(name: str, value: object) -> str:
    if name == "TIMEF" and isinstance(value, int):
        return timef(value)
    if name in ("STARTTIME", "ENDTIME") and isinstance(value, int):
        return range_time(value)
    return str(value)


def _is_left_out(pair: str, texts: Mapping[str, str]) -> bool:
    name, _, text = pair.partition("=")
    return name in MAY_BE_LEFT_OUT and text.startswith("{") and name not in texts
