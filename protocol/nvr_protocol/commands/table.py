"""The table of all commands, as data (§2 to §6).

The reader and writer of URLs, the documentation and the fuzzer are made from `COMMANDS`. Names and fixed
values are upper case and compare exactly; parameters stand in the order in which the document draws them.
"""

from nvr_protocol.commands.specs import (
    CAMERA_MAXIMUM,
    CONTROL_INTERVAL,
    Access,
    Answer,
    CommandSpec,
    Kind,
    ParameterSpec,
)

__all__ = [
    "COMMANDS",
    "COMMANDS_BY_KEY",
    "COMMANDS_BY_PATH",
    "Access",
    "Answer",
    "CommandSpec",
    "Kind",
    "ParameterSpec",
]


def _fixed(
    name: str, *allowed: str, omit_with: tuple[str, str] | None = None, note: str = ""
) -> ParameterSpec:
    return ParameterSpec(name, Kind.FIXED, allowed, omit_with=omit_with, note=note)


def _choice(name: str, *allowed: str) -> ParameterSpec:
    return ParameterSpec(name, Kind.CHOICE, allowed)


def _control(*allowed: str) -> ParameterSpec:
    return ParameterSpec("CTRL", Kind.CONTROL, allowed, note="sent twice: the value, then START")


def _integer(
    name: str, minimum: int, maximum: int, *, required: bool = True, note: str = ""
) -> ParameterSpec:
    return ParameterSpec(name, Kind.INTEGER, minimum=minimum, maximum=maximum, required=required, note=note)


def _camera(name: str, *aliases: str, note: str = "") -> ParameterSpec:
    return ParameterSpec(name, Kind.CAMERA, minimum=1, maximum=CAMERA_MAXIMUM, aliases=aliases, note=note)


_UID = ParameterSpec("UID", Kind.UID)
_CAM = _camera("CAM")
_CH = _camera("CH")
_PC = _fixed("PC", "AS60")
_NOTIME = _fixed("NOTIME", "ON")
_SMOOTH = _fixed("SMOOTH", "OFF")
_START_STOP = _choice("CMD", "START", "STOP")
_TIMEF = ParameterSpec("TIMEF", Kind.TIME)
_PICTURE_TIMEF = ParameterSpec("TIMEF", Kind.PICTURE_TIME)
_NO_TIMEF = ParameterSpec("TIMEF", Kind.NO_TIME)
_PRESET = _integer("NO", 1, 256)


def _playback(
    key: str, title: str, section: str, operation: ParameterSpec, time: ParameterSpec, *rest: ParameterSpec
) -> CommandSpec:
    parameters = (_UID, _PC, operation, _fixed("2ND", "OFF"), time, *rest)
    return CommandSpec(key, title, (section,), "hdrctl.cgi", parameters, Answer.NOTHING, chosen_by="PLAYCMD")


def _control_command(key: str, title: str, section: str, *rest: ParameterSpec) -> CommandSpec:
    parameters = (_UID, _CH, *rest, _PC)
    return CommandSpec(
        key,
        title,
        (section,),
        "camctl.cgi",
        parameters,
        Answer.NOTHING,
        chosen_by="CMD",
        interval=CONTROL_INTERVAL,
    )


COMMANDS: tuple[CommandSpec, ...] = (
    CommandSpec(
        "login",
        "Log in and be given a UID",
        ("6.1.1",),
        "dlogin.cgi",
        (ParameterSpec("UID", Kind.LOGIN),),
        Answer.PAGE,
        access=Access.DIGEST,
    ),
    CommandSpec("logout", "Give the UID back", ("6.1.2",), "logout.cgi", (_UID,), Answer.NOTHING),
    CommandSpec("keep_alive", "Keep the UID alive", ("6.2",), "status.cgi", (_UID, _PC), Answer.NOTHING),
    CommandSpec(
        "live_setup",
        "Prepare live streaming",
        ("2.1.2.1",),
        "hdrctl.cgi",
        (_UID, _fixed("SCREEN", "16X", "1X", note="1X: observed"), _PC),
        Answer.NOTHING,
        chosen_by="SCREEN",
    ),
    CommandSpec(
        "live_rtp",
        "Start or stop a live stream over RTP/UDP",
        ("2.1.2.2",),
        "push.cgi",
        (_UID, _CAM, _START_STOP, _choice("COMP", "H264", "H265", "AUDIO"), _integer("PORT", 1, 65_535)),
        Answer.NOTHING,
        chosen_by="PORT",
    ),
    CommandSpec(
        "live_http",
        "Start or stop a live stream over HTTP(S)",
        ("2.2.2.2",),
        "push.cgi",
        (
            _UID,
            _CAM,
            _START_STOP,
            _choice("COMP", "H264", "H265", "JPEG", "AUDIO"),
            _fixed(
                "INTERNETMODE", "ON", omit_with=("CMD", "STOP"), note="may be left out at STOP (§2.2.1.1)"
            ),
        ),
        Answer.LIVE_STREAM,
        chosen_by="INTERNETMODE",
    ),
    CommandSpec(
        "mask",
        "Choose the cameras to play back",
        ("3.2.3",),
        "hdrctl.cgi",
        (_UID, _PC, ParameterSpec("MASK", Kind.MASK)),
        Answer.NOTHING,
        chosen_by="MASK",
    ),
    _playback("play", "Play forward", "3.2.4", _fixed("PLAYCMD", "PLAY"), _NO_TIMEF, _NOTIME),
    _playback("reverse", "Play backward", "3.2.5", _fixed("PLAYCMD", "BPLAY"), _TIMEF, _NOTIME),
    _playback("pause", "Pause playback", "3.2.6", _fixed("PLAYCMD", "PAUSE"), _TIMEF, _SMOOTH, _NOTIME),
    _playback(
        "step",
        "Show the next or the previous picture",
        "3.2.7",
        _choice("PLAYCMD", "NEXTFRAME", "PREVFRAME"),
        _PICTURE_TIMEF,
        _NOTIME,
    ),
    _playback(
        "goto",
        "Play forward from a date and time",
        "3.2.8",
        _fixed("PLAYCMD", "GOTODATE"),
        _TIMEF,
        _fixed("SDBACKUP", "0"),
        _NOTIME,
    ),
    _playback(
        "fast", "Wind forward or backward", "3.2.9", _choice("PLAYCMD", "FF", "REW"), _TIMEF, _SMOOTH, _NOTIME
    ),
    _playback("stop", "Stop playback", "3.2.10", _fixed("PLAYCMD", "STOP"), _TIMEF),
    CommandSpec(
        "camera",
        "Fetch the video of a camera in playback",
        ("3.2.1",),
        "camera.cgi",
        (_UID, _CAM),
        Answer.GOP,
        interval=0,
    ),
    CommandSpec(
        "playaudio",
        "Fetch the audio of a camera in playback",
        ("3.2.2",),
        "playaudio.cgi",
        (_UID, _CAM),
        Answer.AUDIO,
        interval=0,
    ),
    CommandSpec(
        "pan_tilt_zoom",
        "Pan, tilt and zoom a camera, 16 or 256 speeds",
        ("4.2.1", "4.2.2"),
        "directctrl.cgi",
        (
            _UID,
            _CH,
            _integer("PAN", -256, 256, required=False, note="positive: right; 16 steps use -16 to 16"),
            _integer("TILT", -256, 256, required=False, note="positive: down; 16 steps use -16 to 16"),
            _integer("ZOOM", -4, 4, required=False, note="positive: in"),
            _PC,
        ),
        Answer.NOTHING,
        interval=CONTROL_INTERVAL,
    ),
    CommandSpec(
        "centering",
        "Move a point of the picture to its centre",
        ("4.2.3",),
        "camctl.cgi",
        (
            _UID,
            _camera("CH", "CAM", note="CH in the URL, CAM in the table: both are read (OP-2)"),
            _fixed("CMD", "CENTERING"),
            _fixed("CTRL", "START"),
            _integer("X", 0, 32, note="grows to the left (OP-3)"),
            _integer("Y", 0, 32, note="grows upwards (OP-3)"),
            _PC,
        ),
        Answer.NOTHING,
        chosen_by="CMD",
        interval=CONTROL_INTERVAL,
    ),
    _control_command(
        "focus", "Focus a camera", "4.2.4", _fixed("CMD", "FOCUS"), _control("FAR", "NEAR", "AUTO")
    ),
    _control_command(
        "iris",
        "Move the iris of a camera",
        "4.2.5",
        _fixed("CMD", "IRIS"),
        _control("OPEN", "CLOSE", "RESET"),
    ),
    _control_command("preset_set", "Register a preset", "4.2.6", _fixed("CMD", "PRESETPRG"), _PRESET),
    _control_command("preset_go", "Move to a preset", "4.2.7", _fixed("CMD", "PRESET"), _PRESET),
    _control_command(
        "auxiliary",
        "Open or close an auxiliary output",
        "4.2.8",
        _choice("CMD", *(f"AUX{number}" for number in range(1, 9))),
        _choice("CTRL", "OPEN", "CLOSE"),
    ),
    CommandSpec(
        "log_errors",
        "List the errors",
        ("5.1.1",),
        "loglist.cgi",
        (_UID, _fixed("KIND", "ERR"), _fixed("HTML", "as_errorlog.html")),
        Answer.TEXT,
        chosen_by="KIND",
    ),
    CommandSpec(
        "log_events",
        "List the events",
        ("5.1.2",),
        "loglist.cgi",
        (_UID, _fixed("KIND", "EVENT"), _fixed("HTML", "as_eventlog.html")),
        Answer.TEXT,
        chosen_by="KIND",
    ),
    CommandSpec(
        "recorded_time",
        "List the disks and what is recorded on them",
        ("5.2.1",),
        "recordedtime.cgi",
        (),
        Answer.TEXT,
        access=Access.DIGEST,
    ),
    CommandSpec(
        "getinfo",
        "List the cameras' connections and the UIDs in use",
        ("5.3.1",),
        "as_getinfo.cgi",
        (_fixed("FILE", "2"),),
        Answer.TEXT,
        access=Access.DIGEST,
    ),
    CommandSpec(
        "download",
        "Download recordings as files",
        ("6.3.2",),
        "httpdl.cgi",
        (
            _UID,
            ParameterSpec("STARTTIME", Kind.RANGE_START),
            ParameterSpec("ENDTIME", Kind.RANGE_END),
            _choice("KIND", "MP4", "MP4VO", "N3", "N3VO", "LIST"),
            _CAM,
            _PC,
        ),
        Answer.DOWNLOAD,
    ),
)
"""Every command of the document."""

COMMANDS_BY_KEY: dict[str, CommandSpec] = {spec.key: spec for spec in COMMANDS}
"""The commands by `CommandSpec.key`."""

COMMANDS_BY_PATH: dict[str, tuple[CommandSpec, ...]] = {
    path: tuple(spec for spec in COMMANDS if spec.path == path)
    for path in dict.fromkeys(s.path for s in COMMANDS)
}
"""The commands that share each path."""
