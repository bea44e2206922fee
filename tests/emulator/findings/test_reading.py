"""What is wrong with a URL, all of it at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nvr_emulator.findings.reading import MOST_FAULTS, read
from nvr_emulator.findings.registry import RULES
from nvr_protocol.commands.table import COMMANDS_BY_PATH
from nvr_protocol.commands.urls import build_command

NAMES = [
    "UID",
    "PC",
    "MASK",
    "PLAYCMD",
    "2ND",
    "TIMEF",
    "CTRL",
    "CMD",
    "COMP",
    "CAM",
    "STARTTIME",
    "ENDTIME",
    "uid",
]
VALUES = ["AS60", "1", "-1", "START", "FAR", "PLAY", "240425044000", "H264"]
PLAY = "hdrctl.cgi?UID=7&PC=AS60&PLAYCMD=PLAY&2ND=OFF&TIMEF=AS60_UNKNOWN&NOTIME=ON"


def reading(target):
    path, _, query = target.partition("?")
    return read(path if path.startswith("/") else f"/cgi-bin/{path}", query)


@pytest.mark.parametrize(
    ("target", "key", "rules"),
    [
        ("status.cgi?UID=7&PC=AS60", "keep_alive", []),
        (PLAY, "play", []),
        (PLAY.replace("&2ND", "&&2ND"), "play", []),
        ("recordedtime.cgi?UID=7", "recorded_time", []),
        ("status.cgi?UID=7", "keep_alive", ["fixed-value"]),
        ("status.cgi?UID=7&PC=AS61", "keep_alive", ["fixed-value"]),
        ("dlogin.cgi", "login", ["fixed-value"]),
        ("dlogin.cgi?UID=0", "login", ["fixed-value"]),
        (PLAY.replace("AS60_UNKNOWN", "24042504400000"), "play", ["fixed-value"]),
        ("hdrctl.cgi?UID=7&SCREEN=1X&PC=AS60", "live_setup", ["screen-1x"]),
        ("status.cgi?uid=7&PC=as60", "keep_alive", ["wrong-case", "wrong-case"]),
        ("DLogin.cgi?UID=-1", "login", ["wrong-case"]),
        (PLAY.replace("PLAYCMD=PLAY", "PLAYCMD%20=%20PLAY"), "play", ["blank-in-query"]),
        (PLAY.replace("PLAYCMD=PLAY", "PLAYCMD+=+PLAY"), "play", ["blank-in-query"]),
        ("status.cgi?UID=7&PC=AS60&COLOUR=3", "keep_alive", ["unknown-parameter"]),
        ("status.cgi?UID=7&UID=7&PC=AS60", "keep_alive", ["given-twice"]),
        ("hdrctl.cgi?UID=7&PC=AS60&MASK=1&SCREEN=16X", None, ["contradiction"]),
        ("hdrctl.cgi?UID=7&PC=AS60", None, ["missing-parameter"]),
        ("camera.cgi?UID=7", None, ["missing-parameter"]),
        ("camera.cgi?UID=7&CAM=0", "camera", ["out-of-range"]),
        ("camera.cgi?UID=7&CAM=one", None, ["bad-value"]),
        ("push.cgi?UID=7&CAM=1&CMD=START&COMP=H266&PORT=5004", None, ["bad-value"]),
        ("push.cgi?UID=7&CAM=1&CMD=START&COMP=H264&PORT=65536", "live_rtp", ["out-of-range"]),
        ("directctrl.cgi?UID=7&CH=1&PAN=257&PC=AS60", "pan_tilt_zoom", ["out-of-range"]),
        ("camctl.cgi?UID=7&CH=1&CMD=PRESET&NO=257&PC=AS60", "preset_go", ["out-of-range"]),
        ("camctl.cgi?UID=7&CH=1&CMD=FOCUS&CTRL=FAR&PC=AS60", "focus", ["ctrl-once"]),
        ("camctl.cgi?UID=7&CH=1&CMD=FOCUS&CTRL=START&PC=AS60", None, ["ctrl-once"]),
        ("camctl.cgi?UID=7&CH=1&CMD=FOCUS&CTRL=far&CTRL=start&PC=AS60", "focus", ["wrong-case"]),
        ("camctl.cgi?UID=7&CH=1&CMD=FOCUS&CTRL=FAR&CTRL=START&CTRL=START&PC=AS60", "focus", ["given-twice"]),
        ("status.cgi?UID=-7&PC=AS60", None, ["uid-malformed"]),
        ("status.cgi?UID=%zz&PC=AS60", None, ["bad-escape"]),
        ("snapshot.cgi", None, ["unknown-command"]),
        ("/favicon.ico", None, []),
        ("/", None, []),
    ],
)
def test_each_fault_has_its_rule(target, key, rules):
    result = reading(target)
    assert [fault.rule for fault in result.faults] == rules
    assert (result.command and result.command.key) == key


@pytest.mark.parametrize(
    ("start", "end", "rules"),
    [
        ("240425044000", "240425054000", []),
        ("240425044000", "240425054100", ["range-over-an-hour"]),
        ("240425044000", "240425043900", ["range-order"]),
        ("240425044010", "240425044100", ["range-seconds"]),
        ("240425044000", "240425044110", ["range-end-seconds"]),
        ("240425044010", "240425054110", ["range-seconds", "range-end-seconds", "range-over-an-hour"]),
        ("2404250440", "240425044100", ["bad-value"]),
    ],
)
def test_ranges(start, end, rules):
    result = reading(f"httpdl.cgi?UID=7&STARTTIME={start}&ENDTIME={end}&KIND=MP4&CAM=1&PC=AS60")
    assert [fault.rule for fault in result.faults] == rules


def test_all_faults_are_told_at_once():
    result = reading(PLAY.replace("PC=AS60", "pc=AS60").replace("OFF", "off").replace("&NOTIME=ON", "&X=1"))
    assert [fault.rule for fault in result.faults] == [
        "wrong-case",
        "wrong-case",
        "fixed-value",
        "unknown-parameter",
    ]
    assert result.command is not None


def test_what_is_built_has_no_fault():
    for target in (
        build_command("iris", UID=7, CH=1, CTRL="RESET"),
        build_command("live_http", UID=7, CAM=1, CMD="STOP", COMP="H264"),
        build_command("goto", UID=7, TIMEF=171402000000),
    ):
        assert reading(target).faults == ()


@given(
    st.sampled_from([*COMMANDS_BY_PATH, "/cgi-bin/x", "/CGI-BIN/PUSH.CGI", "/"]),
    st.lists(
        st.tuples(
            st.sampled_from(NAMES),
            st.one_of(st.text(max_size=5), st.sampled_from(VALUES)),
        ),
        max_size=12,
    ),
    st.text(max_size=8),
)
def test_any_url_is_read(path, pairs, tail):
    result = read(path, "&".join(f"{name}={value}" for name, value in pairs) + tail)
    assert len(result.faults) <= MOST_FAULTS
    assert {fault.rule for fault in result.faults} <= RULES.keys() | {"uid-malformed"}
    for fault in result.faults:
        assert fault.text
        assert len(fault.text) < 400
