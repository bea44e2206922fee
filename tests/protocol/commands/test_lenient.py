import pytest
from hypothesis import given
from hypothesis import strategies as st

from nvr_protocol.commands.lenient import mend_command
from nvr_protocol.commands.table import COMMANDS_BY_PATH
from nvr_protocol.commands.urls import CommandError, parse_command

MENDED = [
    ("status.cgi", "uid=7888", "keep_alive", {"PC": "AS60"}),
    ("hdrctl.cgi", "UID=7888&playcmd=play", "play", {"TIMEF": None}),
    ("hdrctl.cgi", "UID=7888&SCREEN=4X", "live_setup", {"SCREEN": "16X"}),
    ("push.cgi", "UID=7888&CAM=1&CMD=start&COMP=h264", "live_http", {"INTERNETMODE": "ON"}),
    ("push.cgi", "UID=7888&CAM=1&CMD=START&COMP=H264&PORT=99999", "live_rtp", {"PORT": 65535}),
    ("camctl.cgi", "UID=7&CH=1&CMD=FOCUS&CTRL=far&X=1", "focus", {"CTRL": ("FAR", "START")}),
    ("camctl.cgi", "UID=7&CH=1&CMD=PRESET&NO=0", "preset_go", {"NO": 1}),
    ("camctl.cgi", "UID=7&CH=1&CMD=CENTERING&X=50&Y=-1", "centering", {"X": 32, "Y": 0}),
    ("AS_GETINFO.cgi", "FILE=3", "getinfo", {"FILE": "2"}),
    ("loglist.cgi", "UID=7&KIND=err", "log_errors", {"HTML": "as_errorlog.html"}),
]


@pytest.mark.parametrize(("cgi", "query", "key", "values"), MENDED)
def test_what_is_meant_is_taken(cgi, query, key, values):
    with pytest.raises(CommandError):
        parse_command(f"/cgi-bin/{cgi}", query)
    command = parse_command(*mend_command(f"/cgi-bin/{cgi}", query))
    assert command.key == key
    assert values.items() <= dict(command.values).items()


@pytest.mark.parametrize(
    ("cgi", "query"),
    [
        ("push.cgi", "UID=7&CMD=START&COMP=H264"),
        ("hdrctl.cgi", "UID=7"),
        ("status.cgi", ""),
        ("camera.cgi", "UID=7"),
    ],
)
def test_what_names_the_command_the_uid_and_the_camera_must_be_there(cgi, query):
    with pytest.raises(CommandError):
        parse_command(*mend_command(f"/cgi-bin/{cgi}", query))


names = st.sampled_from(
    ["UID", "uid", "CAM", "CMD", "CTRL", "PORT", "PLAYCMD", "TIMEF", "X", "NO", "KIND", "é"]
)
texts = st.sampled_from(
    ["1", "-7", "99999999999999999999", "START", "start", "１", "", "FOCUS", "%zz", "ERR", "FF"]
)


@given(st.sampled_from(sorted(COMMANDS_BY_PATH)), st.lists(st.tuples(names, texts), max_size=8))
def test_any_query_is_mended_or_refused(path, pairs):
    query = "&".join(f"{name}={text}" for name, text in pairs)
    try:
        mended = mend_command(path, query)
        once = parse_command(*mended)
    except CommandError:
        return
    assert parse_command(*mend_command(*mended)) == once
    assert once.unknown == ()
