"""Reading and writing commands as URLs."""

import pytest

from nvr_protocol.codecs import Codec
from nvr_protocol.commands.urls import (
    QUERY_LIMIT,
    Command,
    CommandError,
    build_command,
    parse_command,
    read_query,
    write_query,
)

NOON = 1_668_427_200  # 2022-11-14 12:00:00 UTC
RANGE = "STARTTIME=221114120000&ENDTIME=221114130000"

# The example URLs of the document, and what they are read to.
EXAMPLES = {
    "dlogin.cgi?UID=-1": ("login", {"UID": -1}),
    "logout.cgi?UID=13313": ("logout", {"UID": 13313}),
    "status.cgi?UID=7888&PC=AS60": ("keep_alive", {"UID": 7888, "PC": "AS60"}),
    "hdrctl.cgi?UID=7888&SCREEN=16X&PC=AS60": ("live_setup", {"UID": 7888, "SCREEN": "16X", "PC": "AS60"}),
    "push.cgi?UID=7888&CAM=1&CMD=START&COMP=H264&PORT=5004": (
        "live_rtp",
        {"UID": 7888, "CAM": 1, "CMD": "START", "COMP": "H264", "PORT": 5004},
    ),
    "push.cgi?UID=7888&CAM=1&CMD=STOP&COMP=AUDIO&PORT=5004": (
        "live_rtp",
        {"UID": 7888, "CAM": 1, "CMD": "STOP", "COMP": "AUDIO", "PORT": 5004},
    ),
    "push.cgi?UID=7888&CAM=1&CMD=START&COMP=JPEG&INTERNETMODE=ON": (
        "live_http",
        {"UID": 7888, "CAM": 1, "CMD": "START", "COMP": "JPEG", "INTERNETMODE": "ON"},
    ),
    "push.cgi?UID=7888&CAM=1&CMD=STOP&COMP=H264": (
        "live_http",
        {"UID": 7888, "CAM": 1, "CMD": "STOP", "COMP": "H264"},
    ),
    "hdrctl.cgi?UID=7888&PC=AS60&MASK=0100000000000000": (
        "mask",
        {"UID": 7888, "PC": "AS60", "MASK": "0100000000000000"},
    ),
    "hdrctl.cgi?UID=7888&PC=AS60&PLAYCMD=PLAY&2ND=OFF&TIMEF=AS60_UNKNOWN&NOTIME=ON": (
        "play",
        {"UID": 7888, "PC": "AS60", "PLAYCMD": "PLAY", "2ND": "OFF", "TIMEF": None, "NOTIME": "ON"},
    ),
    "hdrctl.cgi?UID=7888&PC=AS60&PLAYCMD=BPLAY&2ND=OFF&TIMEF=22111412000000&NOTIME=ON": (
        "reverse",
        {"UID": 7888, "PC": "AS60", "PLAYCMD": "BPLAY", "2ND": "OFF", "TIMEF": NOON * 100, "NOTIME": "ON"},
    ),
    "hdrctl.cgi?UID=7888&PC=AS60&PLAYCMD=PAUSE&2ND=OFF&TIMEF=22111412000000&SMOOTH=OFF&NOTIME=ON": (
        "pause",
        {
            "UID": 7888,
            "PC": "AS60",
            "PLAYCMD": "PAUSE",
            "2ND": "OFF",
            "TIMEF": NOON * 100,
            "SMOOTH": "OFF",
            "NOTIME": "ON",
        },
    ),
    "hdrctl.cgi?UID=7888&PC=AS60&PLAYCMD=NEXTFRAME&2ND=OFF&TIMEF=22111412000020&NOTIME=ON": (
        "step",
        {
            "UID": 7888,
            "PC": "AS60",
            "PLAYCMD": "NEXTFRAME",
            "2ND": "OFF",
            "TIMEF": NOON * 100 + 20,
            "NOTIME": "ON",
        },
    ),
    "hdrctl.cgi?UID=7888&PC=AS60&PLAYCMD=GOTODATE&2ND=OFF&TIMEF=22111412000000&SDBACKUP=0&NOTIME=ON": (
        "goto",
        {
            "UID": 7888,
            "PC": "AS60",
            "PLAYCMD": "GOTODATE",
            "2ND": "OFF",
            "TIMEF": NOON * 100,
            "SDBACKUP": "0",
            "NOTIME": "ON",
        },
    ),
    "hdrctl.cgi?UID=7888&PC=AS60&PLAYCMD=REW&2ND=OFF&TIMEF=22111412000000&SMOOTH=OFF&NOTIME=ON": (
        "fast",
        {
            "UID": 7888,
            "PC": "AS60",
            "PLAYCMD": "REW",
            "2ND": "OFF",
            "TIMEF": NOON * 100,
            "SMOOTH": "OFF",
            "NOTIME": "ON",
        },
    ),
    "hdrctl.cgi?UID=7888&PC=AS60&PLAYCMD=STOP&2ND=OFF&TIMEF=22111412000000": (
        "stop",
        {"UID": 7888, "PC": "AS60", "PLAYCMD": "STOP", "2ND": "OFF", "TIMEF": NOON * 100},
    ),
    "camera.cgi?UID=7888&CAM=2": ("camera", {"UID": 7888, "CAM": 2}),
    "playaudio.cgi?UID=7888&CAM=2": ("playaudio", {"UID": 7888, "CAM": 2}),
    "directctrl.cgi?UID=7888&CH=1&PAN=-256&TILT=256&ZOOM=-4&PC=AS60": (
        "pan_tilt_zoom",
        {"UID": 7888, "CH": 1, "PAN": -256, "TILT": 256, "ZOOM": -4, "PC": "AS60"},
    ),
    "directctrl.cgi?UID=7888&CH=1&PC=AS60": ("pan_tilt_zoom", {"UID": 7888, "CH": 1, "PC": "AS60"}),
    "camctl.cgi?UID=7888&CH=1&CMD=CENTERING&CTRL=START&X=0&Y=32&PC=AS60": (
        "centering",
        {"UID": 7888, "CH": 1, "CMD": "CENTERING", "CTRL": "START", "X": 0, "Y": 32, "PC": "AS60"},
    ),
    "camctl.cgi?UID=7888&CH=1&CMD=FOCUS&CTRL=AUTO&CTRL=START&PC=AS60": (
        "focus",
        {"UID": 7888, "CH": 1, "CMD": "FOCUS", "CTRL": ("AUTO", "START"), "PC": "AS60"},
    ),
    "camctl.cgi?UID=7888&CH=1&CMD=IRIS&CTRL=RESET&CTRL=START&PC=AS60": (
        "iris",
        {"UID": 7888, "CH": 1, "CMD": "IRIS", "CTRL": ("RESET", "START"), "PC": "AS60"},
    ),
    "camctl.cgi?UID=7888&CH=1&CMD=PRESETPRG&NO=256&PC=AS60": (
        "preset_set",
        {"UID": 7888, "CH": 1, "CMD": "PRESETPRG", "NO": 256, "PC": "AS60"},
    ),
    "camctl.cgi?UID=7888&CH=1&CMD=PRESET&NO=1&PC=AS60": (
        "preset_go",
        {"UID": 7888, "CH": 1, "CMD": "PRESET", "NO": 1, "PC": "AS60"},
    ),
    "camctl.cgi?UID=7888&CH=1&CMD=AUX8&CTRL=CLOSE&PC=AS60": (
        "auxiliary",
        {"UID": 7888, "CH": 1, "CMD": "AUX8", "CTRL": "CLOSE", "PC": "AS60"},
    ),
    "loglist.cgi?UID=7888&KIND=ERR&HTML=as_errorlog.html": (
        "log_errors",
        {"UID": 7888, "KIND": "ERR", "HTML": "as_errorlog.html"},
    ),
    "loglist.cgi?UID=7888&KIND=EVENT&HTML=as_eventlog.html": (
        "log_events",
        {"UID": 7888, "KIND": "EVENT", "HTML": "as_eventlog.html"},
    ),
    "recordedtime.cgi": ("recorded_time", {}),
    "as_getinfo.cgi?FILE=2": ("getinfo", {"FILE": "2"}),
    f"httpdl.cgi?UID=7888&{RANGE}&KIND=N3VO&CAM=1&PC=AS60": (
        "download",
        {
            "UID": 7888,
            "STARTTIME": NOON,
            "ENDTIME": NOON + 3600,
            "KIND": "N3VO",
            "CAM": 1,
            "PC": "AS60",
        },
    ),
}


def parse(url: str) -> Command:
    name, _, query = url.partition("?")
    return parse_command(f"/cgi-bin/{name}", query)


def refusal(url: str) -> CommandError:
    with pytest.raises(CommandError) as caught:
        parse(url)
    return caught.value


@pytest.mark.parametrize("url", EXAMPLES)
def test_example_is_read(url):
    key, values = EXAMPLES[url]
    command = parse(url)
    assert (command.key, command.values, command.unknown) == (key, values, ())


@pytest.mark.parametrize("url", EXAMPLES)
def test_example_is_written_in_documented_order(url):
    key, values = EXAMPLES[url]
    assert build_command(key, **values) == f"/cgi-bin/{url}"


@pytest.mark.parametrize("url", [url for url in EXAMPLES if "?" in url])
def test_each_parameter_is_needed_unless_it_may_be_left_out(url):
    name, _, query = url.partition("?")
    key, _ = EXAMPLES[url]
    pairs = read_query(query)
    for index, (parameter, _) in enumerate(pairs):
        rest = write_query(pairs[:index] + pairs[index + 1 :])
        if parameter in ("PAN", "TILT", "ZOOM") or (
            key == "live_rtp" and parameter == "PORT" and "STOP" in url
        ):
            assert parse_command(f"/cgi-bin/{name}", rest).values
            continue
        error = refusal(f"{name}?{rest}")
        assert error.kind == "missing-parameter"
        assert parameter in str(error)
        told_apart_by = {"SCREEN", "MASK", "PLAYCMD", "PORT", "INTERNETMODE"}
        assert error.parameter == (None if parameter in told_apart_by else parameter)


@pytest.mark.parametrize("url", [url for url in EXAMPLES if "?" in url])
def test_each_parameter_is_refused_when_it_has_another_value(url):
    name, _, query = url.partition("?")
    pairs = read_query(query)
    for index, (parameter, _) in enumerate(pairs):
        for other in ("", "bogus", "-99999", "+1", " 1"):
            wrong = [*pairs[:index], (parameter, other), *pairs[index + 1 :]]
            error = refusal(f"{name}?{write_query(wrong)}")
            assert (error.kind, error.parameter) == ("bad-parameter", parameter)


@pytest.mark.parametrize("url", [url for url in EXAMPLES if "?" in url])
def test_each_parameter_is_refused_twice(url):
    name, _, query = url.partition("?")
    for parameter, text in read_query(query):
        error = refusal(f"{name}?{query}&{parameter}={text}")
        assert (error.kind, error.parameter) == ("contradiction", parameter)


@pytest.mark.parametrize("url", [url for url in EXAMPLES if "CTRL" not in url])
def test_order_is_free(url):
    name, _, query = url.partition("?")
    turned = write_query(reversed(read_query(query)))
    assert parse(f"{name}?{turned}").values == parse(url).values


@pytest.mark.parametrize("url", EXAMPLES)
def test_unknown_parameters_are_kept_apart(url):
    strangers = "a=1&pc=as60&a=2&B&%C3%A4=%00+"
    command = parse(f"{url}&{strangers}" if "?" in url else f"{url}?{strangers}")
    assert command.values == EXAMPLES[url][1]
    assert command.unknown == (("a", "1"), ("pc", "as60"), ("a", "2"), ("B", ""), ("ä", "\x00+"))


@pytest.mark.parametrize(
    "path",
    ["", "/", "/cgi-bin/", "/cgi-bin/none.cgi", "/push.cgi", "/cgi-bin/PUSH.cgi", "/cgi-bin/push.cgi/"],
)
def test_unknown_path(path):
    with pytest.raises(CommandError) as caught:
        parse_command(path, "UID=1")
    assert caught.value.kind == "unknown-path"
    assert caught.value.parameter is None


@pytest.mark.parametrize(
    "text", ["", "0", "-1", "-0", "00", "1.0", "0x10", "1e3", "１", "٣", "1" * 20, "9" * 5000]
)
@pytest.mark.parametrize(
    "url", ["camera.cgi?CAM=1", "hdrctl.cgi?PLAYCMD=X&MASK=2", "push.cgi?", "loglist.cgi?"]
)
def test_wrong_uid_is_told_first(url, text):
    error = refusal(f"{url}&{write_query([('UID', text)])}")
    assert (error.kind, error.parameter) == ("bad-parameter", "UID")


def test_missing_uid_is_told_first():
    error = refusal("camctl.cgi?CMD=BOGUS")
    assert (error.kind, error.parameter) == ("missing-parameter", "UID")


@pytest.mark.parametrize(
    ("text", "uid"), [("1", 1), ("0007", 7), ("9" * 19, 10**19 - 1), ("0" * 50 + "1" * 19, int("1" * 19))]
)
def test_uid_has_up_to_19_digits(text, uid):
    assert parse(f"logout.cgi?UID={text}").uid == uid


@pytest.mark.parametrize("text", ["5", "0", "-2", "-01", "−1"])
def test_login_takes_no_other_uid(text):
    error = refusal(f"dlogin.cgi?{write_query([('UID', text)])}")
    assert (error.kind, error.parameter) == ("bad-parameter", "UID")


@pytest.mark.parametrize("text", ["0", "-1", "65536", "99999999999999999999", "1" * 5000, "1.5", "one"])
def test_camera_number_out_of_range(text):
    error = refusal(f"camera.cgi?UID=1&CAM={text}")
    assert (error.kind, error.parameter, error.key) == ("bad-parameter", "CAM", "camera")


def test_error_is_one_line_that_says_what_is_allowed():
    assert str(refusal("camera.cgi?UID=1&CAM=0")) == "CAM: 0 is not a camera number (1 or more)"
    assert str(refusal("camera.cgi?UID=1")) == "CAM: missing; it should be a camera number (1 or more)"
    assert str(refusal("status.cgi?UID=1&PC=as60")) == "PC: as60 is not AS60"
    assert str(refusal("as_getinfo.cgi?FILE=")) == "FILE: (empty) is not 2"
    assert str(refusal("push.cgi?UID=1&CAM=1&CMD=GO&COMP=H264&PORT=1")) == "CMD: GO is not START or STOP"


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "a\r\nSet-Cookie: x", "\x1b[31m", "'\"", "ä" * 3000, "x" * 8000]
)
def test_hostile_value_is_made_harmless(text):
    for url in (f"camera.cgi?UID=1&CAM={text}", f"camera.cgi?UID={text}", f"hdrctl.cgi?UID=1&PLAYCMD={text}"):
        told = str(refusal(url))
        assert len(told) < 200
        assert told.isascii()
        assert told.isprintable()
        assert not set(told) & set("<>&'\"")


@pytest.mark.parametrize("name", ["<b>", "\n", "x" * 500])
def test_hostile_name_is_made_harmless(name):
    error = refusal(f"camera.cgi?UID=1&CAM=1&{name}=%zz")
    for told in (str(error), str(error.parameter)):
        assert len(told) < 120
        assert told.isprintable()
        assert "<" not in told


@pytest.mark.parametrize("text", ["%", "%4", "%zz", "%ff", "%C3", "%ED%A0%80", "\udcff"])
def test_bad_escapes_and_bad_utf8_are_refused(text):
    error = refusal(f"camera.cgi?UID=1&CAM={text}")
    assert (error.kind, error.parameter) == ("bad-parameter", "CAM")
    assert refusal(f"camera.cgi?UID=1&CAM=1&{text}=1").kind == "bad-parameter"


def test_escapes_are_read():
    assert parse("status.cgi?%55ID=%35&PC=%41S60").values == {"UID": 5, "PC": "AS60"}


def test_long_query_is_refused():
    url = "camera.cgi?UID=1&CAM=1&x="
    query = url.partition("?")[2]
    assert parse(url + "y" * (QUERY_LIMIT - len(query))).camera == 1
    assert refusal(url + "y" * (QUERY_LIMIT - len(query) + 1)).kind == "bad-parameter"


def test_empty_pieces_are_skipped():
    assert parse("camera.cgi?&&UID=1&&CAM=2&").values == {"UID": 1, "CAM": 2}


@pytest.mark.parametrize(
    ("query", "kind", "parameter"),
    [
        ("CAM=1&CMD=START&COMP=H264&PORT=5000&INTERNETMODE=ON", "contradiction", "INTERNETMODE"),
        ("CAM=1&CMD=STOP&COMP=H264&PORT=5000&INTERNETMODE=ON", "contradiction", "INTERNETMODE"),
        ("CAM=1&CMD=START&COMP=H264", "missing-parameter", None),
        ("CAM=1&COMP=H264", "missing-parameter", "CMD"),
        ("CAM=1&CMD=START&CMD=STOP&COMP=H264", "contradiction", "CMD"),
        ("CAM=1&CMD=START&COMP=JPEG&PORT=5000", "bad-parameter", "COMP"),
        ("CAM=1&CMD=START&COMP=H264&PORT=0", "bad-parameter", "PORT"),
        ("CAM=1&CMD=START&COMP=H264&PORT=65536", "bad-parameter", "PORT"),
        ("CAM=1&CMD=STOP&COMP=H264&INTERNETMODE=OFF", "bad-parameter", "INTERNETMODE"),
    ],
)
def test_live_needs_either_port_or_internet_mode(query, kind, parameter):
    error = refusal(f"push.cgi?UID=1&{query}")
    assert (error.kind, error.parameter) == (kind, parameter)


@pytest.mark.parametrize(
    ("query", "kind", "parameter"),
    [
        ("", "missing-parameter", None),
        ("SCREEN=16X&MASK=1", "contradiction", "MASK"),
        ("PLAYCMD=PLAY&MASK=1", "contradiction", "PLAYCMD"),
        ("PLAYCMD=PLAY&SCREEN=16X", "contradiction", "PLAYCMD"),
        ("PLAYCMD=PLAY&PLAYCMD=STOP", "contradiction", "PLAYCMD"),
        ("PLAYCMD=REWIND", "bad-parameter", "PLAYCMD"),
        ("SCREEN=4X", "bad-parameter", "SCREEN"),
        ("MASK=", "bad-parameter", "MASK"),
        ("MASK=0120", "bad-parameter", "MASK"),
        ("MASK=１", "bad-parameter", "MASK"),
    ],
)
def test_recorder_control_is_one_of_three(query, kind, parameter):
    error = refusal(f"hdrctl.cgi?UID=1&PC=AS60&{query}")
    assert (error.kind, error.parameter) == (kind, parameter)


def test_live_setup_takes_1x_too():
    assert parse("hdrctl.cgi?UID=1&SCREEN=1X&PC=AS60").text("SCREEN") == "1X"


@pytest.mark.parametrize(
    ("key", "operation"),
    [("reverse", "BPLAY"), ("goto", "GOTODATE"), ("pause", "PAUSE"), ("fast", "FF"), ("stop", "STOP")],
)
def test_only_steps_name_hundredths(key, operation):
    with pytest.raises(CommandError) as caught:
        build_command(key, UID=1, PLAYCMD=operation, TIMEF=NOON * 100 + 1)
    assert caught.value.parameter == "TIMEF"
    assert "TIMEF=22111412000001&" in build_command("step", UID=1, PLAYCMD="PREVFRAME", TIMEF=NOON * 100 + 1)


@pytest.mark.parametrize(
    "text",
    [
        "AS60_UNKNOWN",
        "2211141200000",
        "221114120000000",
        "21111412000000",
        "22131412000000",
        "36010100000000",
    ],
)
def test_times_outside_of_the_form(text):
    error = refusal(f"hdrctl.cgi?UID=1&PC=AS60&PLAYCMD=STOP&2ND=OFF&TIMEF={text}")
    assert (error.kind, error.parameter) == ("bad-parameter", "TIMEF")


@pytest.mark.parametrize("number", ["0", "257", "-1"])
@pytest.mark.parametrize("operation", ["PRESET", "PRESETPRG"])
def test_presets_are_1_to_256(operation, number):
    assert refusal(f"camctl.cgi?UID=1&CH=1&CMD={operation}&NO={number}&PC=AS60").parameter == "NO"


@pytest.mark.parametrize("operation", ["AUX0", "AUX9", "AUX", "AUX10", "aux1"])
def test_auxiliaries_are_1_to_8(operation):
    assert refusal(f"camctl.cgi?UID=1&CH=1&CMD={operation}&CTRL=OPEN&PC=AS60").parameter == "CMD"


@pytest.mark.parametrize(
    "query",
    ["PAN=257", "PAN=-257", "TILT=257", "TILT=-257", "ZOOM=5", "ZOOM=-5", "PAN=1.5", "TILT=--1", "ZOOM=-"],
)
def test_speeds_out_of_range(query):
    error = refusal(f"directctrl.cgi?UID=1&CH=1&{query}&PC=AS60")
    assert (error.kind, error.parameter) == ("bad-parameter", query.partition("=")[0])


@pytest.mark.parametrize("query", ["X=33&Y=0", "X=-1&Y=0"])
def test_points_out_of_range(query):
    assert refusal(f"camctl.cgi?UID=1&CH=1&CMD=CENTERING&CTRL=START&{query}&PC=AS60").parameter == "X"


def test_centering_takes_ch_or_cam_but_not_both():
    rest = "CMD=CENTERING&CTRL=START&X=1&Y=2&PC=AS60"
    assert parse(f"camctl.cgi?UID=1&CAM=3&{rest}") == parse(f"camctl.cgi?UID=1&CH=3&{rest}")
    error = refusal(f"camctl.cgi?UID=1&CAM=3&CH=3&{rest}")
    assert (error.kind, error.parameter) == ("contradiction", "CAM")
    assert refusal(f"camctl.cgi?UID=1&{rest}").parameter == "CH"
    assert refusal("camctl.cgi?UID=1&CAM=1&CMD=PRESET&NO=1&PC=AS60").parameter == "CH"


@pytest.mark.parametrize(
    ("controls", "kind"),
    [
        ("CTRL=FAR", "missing-parameter"),
        ("CTRL=START", "missing-parameter"),
        ("CTRL=START&CTRL=FAR", "bad-parameter"),
        ("CTRL=FAR&CTRL=FAR", "bad-parameter"),
        ("CTRL=OPEN&CTRL=START", "bad-parameter"),
        ("CTRL=FAR&CTRL=START&CTRL=START", "contradiction"),
    ],
)
def test_focus_needs_its_two_controls(controls, kind):
    error = refusal(f"camctl.cgi?UID=1&CH=1&CMD=FOCUS&{controls}&PC=AS60")
    assert (error.kind, error.parameter) == (kind, "CTRL")


@pytest.mark.parametrize(
    ("times", "kind", "parameter"),
    [
        ("STARTTIME=221114120000&ENDTIME=221114130100", "contradiction", "ENDTIME"),
        ("STARTTIME=221114120100&ENDTIME=221114120000", "contradiction", "ENDTIME"),
        ("STARTTIME=221114120001&ENDTIME=221114130000", "bad-parameter", "STARTTIME"),
        ("STARTTIME=221114120000&ENDTIME=221114123059", "bad-parameter", "ENDTIME"),
        ("STARTTIME=221114120000&ENDTIME=221114126000", "bad-parameter", "ENDTIME"),
        ("STARTTIME=22111412000000&ENDTIME=221114120000", "bad-parameter", "STARTTIME"),
    ],
)
def test_download_range(times, kind, parameter):
    error = refusal(f"httpdl.cgi?UID=1&{times}&KIND=MP4&CAM=1&PC=AS60")
    assert (error.kind, error.parameter) == (kind, parameter)


def test_download_range_may_be_empty():
    times = "STARTTIME=221114120000&ENDTIME=221114120000"
    assert parse(f"httpdl.cgi?UID=1&{times}&KIND=MP4&CAM=1&PC=AS60").integer("ENDTIME") == NOON


def test_values_by_type():
    command = parse("camctl.cgi?UID=1&CH=3&CMD=FOCUS&CTRL=FAR&CTRL=START&PC=AS60")
    assert (command.uid, command.camera, command.text("CMD")) == (1, 3, "FOCUS")
    assert (parse("recordedtime.cgi").uid, parse("recordedtime.cgi").camera) == (None, None)
    with pytest.raises(TypeError):
        command.integer("CTRL")
    with pytest.raises(TypeError):
        command.text("CH")
    with pytest.raises(KeyError):
        command.integer("X")


def test_written_without_its_fixed_values():
    assert build_command("login") == "/cgi-bin/dlogin.cgi?UID=-1"
    assert build_command("recorded_time") == "/cgi-bin/recordedtime.cgi"
    assert (
        build_command("play", UID=5)
        == "/cgi-bin/hdrctl.cgi?UID=5&PC=AS60&PLAYCMD=PLAY&2ND=OFF&TIMEF=AS60_UNKNOWN&NOTIME=ON"
    )
    assert (
        build_command("focus", CTRL="NEAR", CH=2, UID=5)
        == "/cgi-bin/camctl.cgi?UID=5&CH=2&CMD=FOCUS&CTRL=NEAR&CTRL=START&PC=AS60"
    )
    assert (
        build_command("live_http", UID=5, CAM=2, CMD="START", COMP=Codec.H265)
        == "/cgi-bin/push.cgi?UID=5&CAM=2&CMD=START&COMP=H265&INTERNETMODE=ON"
    )
    assert (
        build_command("live_http", UID=5, CAM=2, CMD="STOP", COMP=Codec.H265)
        == "/cgi-bin/push.cgi?UID=5&CAM=2&CMD=STOP&COMP=H265"
    )


@pytest.mark.parametrize(
    ("key", "values", "parameter"),
    [
        ("logout", {}, "UID"),
        ("logout", {"UID": 10**19}, "UID"),
        ("logout", {"UID": 10**6000}, "UID"),
        ("logout", {"UID": "5"}, "UID"),
        ("logout", {"UID": None}, "UID"),
        ("logout", {"UID": True}, "UID"),
        ("logout", {"UID": 1, "CAM": 1}, "CAM"),
        ("camera", {"UID": 1, "CAM": 0}, "CAM"),
        ("camera", {"UID": 1}, "CAM"),
        ("keep_alive", {"UID": 1, "PC": "AS61"}, "PC"),
        ("keep_alive", {"UID": 1, "PC": "AS60&X=1"}, "PC"),
        ("mask", {"UID": 1, "MASK": ""}, "MASK"),
        ("mask", {"UID": 1, "MASK": "\ud800"}, "MASK"),
        ("live_rtp", {"UID": 1, "CAM": 1, "CMD": "START", "COMP": Codec.JPEG, "PORT": 1}, "COMP"),
        ("stop", {"UID": 1, "TIMEF": None}, "TIMEF"),
        ("stop", {"UID": 1, "TIMEF": 0}, "TIMEF"),
        ("stop", {"UID": 1, "TIMEF": -(10**18)}, "TIMEF"),
        ("play", {"UID": 1, "TIMEF": NOON * 100}, "TIMEF"),
        ("focus", {"UID": 1, "CH": 1, "CTRL": "OPEN"}, "CTRL"),
        ("focus", {"UID": 1, "CH": 1, "CTRL": ()}, "CTRL"),
        ("preset_go", {"UID": 1, "CH": 1, "NO": 5, "CMD": "PRESETPRG"}, "CMD"),
        ("auxiliary", {"UID": 1, "CH": 1, "CMD": ("AUX1", "AUX2"), "CTRL": "OPEN"}, "CMD"),
        (
            "download",
            {"UID": 1, "CAM": 1, "KIND": "MP4", "STARTTIME": NOON, "ENDTIME": NOON + 3660},
            "ENDTIME",
        ),
        (
            "download",
            {"UID": 1, "CAM": 1, "KIND": "MP4", "STARTTIME": NOON + 1, "ENDTIME": NOON + 60},
            "STARTTIME",
        ),
    ],
)
def test_unfit_values_are_not_written(key, values, parameter):
    with pytest.raises(CommandError) as caught:
        build_command(key, **values)
    assert caught.value.parameter == parameter


def test_there_is_no_command_of_another_key():
    with pytest.raises(KeyError):
        build_command("rewind", UID=1)
