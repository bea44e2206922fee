"""The table of commands says what the document says."""

from collections import Counter

import pytest

from nvr_protocol.commands.table import COMMANDS, COMMANDS_BY_KEY, COMMANDS_BY_PATH, Access, Answer, Kind

# The command, its section, and the names of its parameters in the order of the document's URL.
DOCUMENT = {
    "login": ("dlogin", "6.1.1", "UID"),
    "logout": ("logout", "6.1.2", "UID"),
    "keep_alive": ("status", "6.2", "UID PC"),
    "live_setup": ("hdrctl", "2.1.2.1", "UID SCREEN PC"),
    "live_rtp": ("push", "2.1.2.2", "UID CAM CMD COMP PORT"),
    "live_http": ("push", "2.2.2.2", "UID CAM CMD COMP INTERNETMODE"),
    "mask": ("hdrctl", "3.2.3", "UID PC MASK"),
    "play": ("hdrctl", "3.2.4", "UID PC PLAYCMD 2ND TIMEF NOTIME"),
    "reverse": ("hdrctl", "3.2.5", "UID PC PLAYCMD 2ND TIMEF NOTIME"),
    "pause": ("hdrctl", "3.2.6", "UID PC PLAYCMD 2ND TIMEF SMOOTH NOTIME"),
    "step": ("hdrctl", "3.2.7", "UID PC PLAYCMD 2ND TIMEF NOTIME"),
    "goto": ("hdrctl", "3.2.8", "UID PC PLAYCMD 2ND TIMEF SDBACKUP NOTIME"),
    "fast": ("hdrctl", "3.2.9", "UID PC PLAYCMD 2ND TIMEF SMOOTH NOTIME"),
    "stop": ("hdrctl", "3.2.10", "UID PC PLAYCMD 2ND TIMEF"),
    "camera": ("camera", "3.2.1", "UID CAM"),
    "playaudio": ("playaudio", "3.2.2", "UID CAM"),
    "pan_tilt_zoom": ("directctrl", "4.2.1", "UID CH PAN TILT ZOOM PC"),
    "centering": ("camctl", "4.2.3", "UID CH CMD CTRL X Y PC"),
    "focus": ("camctl", "4.2.4", "UID CH CMD CTRL PC"),
    "iris": ("camctl", "4.2.5", "UID CH CMD CTRL PC"),
    "preset_set": ("camctl", "4.2.6", "UID CH CMD NO PC"),
    "preset_go": ("camctl", "4.2.7", "UID CH CMD NO PC"),
    "auxiliary": ("camctl", "4.2.8", "UID CH CMD CTRL PC"),
    "log_errors": ("loglist", "5.1.1", "UID KIND HTML"),
    "log_events": ("loglist", "5.1.2", "UID KIND HTML"),
    "recorded_time": ("recordedtime", "5.2.1", ""),
    "getinfo": ("as_getinfo", "5.3.1", "FILE"),
    "download": ("httpdl", "6.3.2", "UID STARTTIME ENDTIME KIND CAM PC"),
}
ANSWERS = {
    "login": Answer.PAGE,
    "live_http": Answer.LIVE_STREAM,
    "camera": Answer.GOP,
    "playaudio": Answer.AUDIO,
    "log_errors": Answer.TEXT,
    "log_events": Answer.TEXT,
    "recorded_time": Answer.TEXT,
    "getinfo": Answer.TEXT,
    "download": Answer.DOWNLOAD,
}


def test_it_has_every_command_once():
    assert [spec.key for spec in COMMANDS] == list(DOCUMENT)
    assert list(COMMANDS_BY_KEY.values()) == list(COMMANDS)
    assert sum(COMMANDS_BY_PATH.values(), ()) == tuple(
        sorted(COMMANDS, key=lambda s: list(COMMANDS_BY_PATH).index(s.path))
    )


@pytest.mark.parametrize("spec", COMMANDS, ids=lambda spec: spec.key)
def test_row(spec):
    cgi, section, names = DOCUMENT[spec.key]
    assert (spec.cgi, spec.path) == (f"{cgi}.cgi", f"/cgi-bin/{cgi}.cgi")
    assert spec.sections[0] == section
    assert " ".join(parameter.name for parameter in spec.parameters) == names
    assert spec.answer is ANSWERS.get(spec.key, Answer.NOTHING)
    assert spec.access is (Access.DIGEST if spec.key in ("login", "recorded_time", "getinfo") else Access.UID)
    assert spec.needs_uid == any(parameter.kind is Kind.UID for parameter in spec.parameters)
    assert spec.title
    assert "\n" not in spec.title


@pytest.mark.parametrize("spec", COMMANDS, ids=lambda spec: spec.key)
def test_pace(spec):
    expected = {"directctrl.cgi": 0.2, "camctl.cgi": 0.2, "camera.cgi": 0, "playaudio.cgi": 0}
    assert spec.interval == expected.get(spec.cgi, 3)


@pytest.mark.parametrize("path", COMMANDS_BY_PATH)
def test_commands_of_one_path_can_be_told_apart(path):
    specs = COMMANDS_BY_PATH[path]
    if len(specs) == 1:
        assert specs[0].chosen_by == ""
        return
    for chooser, count in Counter(spec.chosen_by for spec in specs).items():
        parameters = [spec.parameter(chooser) for spec in specs if spec.chosen_by == chooser]
        assert None not in parameters
        if count > 1:
            texts = [text for parameter in parameters for text in parameter.allowed]
            assert texts
            assert len(texts) == len(set(texts))


def test_every_parameter_says_what_is_allowed():
    for spec in COMMANDS:
        for parameter in spec.parameters:
            assert parameter.expectation
            assert all(text in parameter.expectation for text in parameter.allowed)
            assert spec.parameter(parameter.name) is parameter


@pytest.mark.parametrize(
    ("key", "name", "minimum", "maximum"),
    [
        ("live_rtp", "PORT", 1, 65_535),
        ("pan_tilt_zoom", "PAN", -256, 256),
        ("pan_tilt_zoom", "TILT", -256, 256),
        ("pan_tilt_zoom", "ZOOM", -4, 4),
        ("centering", "X", 0, 32),
        ("centering", "Y", 0, 32),
        ("preset_set", "NO", 1, 256),
        ("preset_go", "NO", 1, 256),
        ("camera", "CAM", 1, 65_535),
    ],
)
def test_bounds(key, name, minimum, maximum):
    parameter = COMMANDS_BY_KEY[key].parameter(name)
    assert (parameter.minimum, parameter.maximum) == (minimum, maximum)


def test_choices():
    choices = {
        (spec.key, parameter.name): parameter.allowed
        for spec in COMMANDS
        for parameter in spec.parameters
        if parameter.kind in (Kind.CHOICE, Kind.CONTROL)
    }
    assert choices == {
        ("live_rtp", "CMD"): ("START", "STOP"),
        ("live_rtp", "COMP"): ("H264", "H265", "AUDIO"),
        ("live_http", "CMD"): ("START", "STOP"),
        ("live_http", "COMP"): ("H264", "H265", "JPEG", "AUDIO"),
        ("step", "PLAYCMD"): ("NEXTFRAME", "PREVFRAME"),
        ("fast", "PLAYCMD"): ("FF", "REW"),
        ("focus", "CTRL"): ("FAR", "NEAR", "AUTO"),
        ("iris", "CTRL"): ("OPEN", "CLOSE", "RESET"),
        ("auxiliary", "CMD"): ("AUX1", "AUX2", "AUX3", "AUX4", "AUX5", "AUX6", "AUX7", "AUX8"),
        ("auxiliary", "CTRL"): ("OPEN", "CLOSE"),
        ("download", "KIND"): ("MP4", "MP4VO", "N3", "N3VO", "LIST"),
    }


def test_parameters_are_found_by_alias():
    centering = COMMANDS_BY_KEY["centering"]
    assert centering.parameter("CAM") is centering.parameter("CH")
    assert centering.parameter("NO") is None
    assert COMMANDS_BY_KEY["focus"].parameter("CAM") is None
