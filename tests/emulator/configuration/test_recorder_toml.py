"""recorder.toml: what it can say, and the one line that says what is wrong with it."""

import contextlib
import dataclasses
import re
from datetime import UTC, datetime
from importlib.resources import files

import msgspec
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nvr_emulator.cli.main import main
from nvr_emulator.configuration.plan import plan
from nvr_emulator.configuration.recorder_toml import read_recorder
from nvr_emulator.configuration.settings import (
    CameraSettings,
    CameraState,
    ConfigurationError,
    Level,
    RecorderSettings,
    RecordingSettings,
    UserSettings,
)
from nvr_protocol.codecs import AudioCodec, Codec
from nvr_protocol.dialect import ALTERNATIVES, Dialect

EXAMPLE = files("nvr_emulator").joinpath("recorder.example.toml").read_text("utf-8")


@pytest.fixture
def read(tmp_path):
    def read(text):
        path = tmp_path / "recorder.toml"
        path.write_text(text, "utf-8")
        return read_recorder(path)

    return read


def test_an_empty_file_is_the_usual_recorder(read):
    assert read("") == RecorderSettings(users=())


def test_everything_at_once(read):
    settings = read(
        """
        series = "WJ-NX400"
        transport = "factory"
        digest = ["SHA-256", "MD5"]
        time_zone = "America/St_Johns"
        clock_start = 2026-11-01T05:00:00Z
        disks = ["EXT1-2", "MAIN-1"]
        dialect = "byte_order=little"
        [[users]]
        name = "A"
        password = "p"
        level = "viewer"
        [[cameras]]
        number = "1-3"
        fixture = "counter"
        audio = "G726"
        [[cameras]]
        number = 7
        video = ["H265"]
        recorded = "JPEG"
        jpeg = false
        ptz = false
        state = "lost"
        [[recordings]]
        since = 2026-10-31T22:00:00-02:30
        until = 2026-11-01T01:00:00Z
        [[recordings]]
        since = 2026-11-01T02:00:00Z
        recorded = "H265"
        fixture = "city"
        """
    )
    assert (settings.model, settings.digest) == (1, ("SHA-256", "MD5"))
    assert settings.clock_start == datetime(2026, 11, 1, 5, tzinfo=UTC).timestamp()
    assert settings.users == (UserSettings("A", "p", Level.VIEWER),)
    assert [camera.number for camera in settings.cameras] == [1, 2, 3, 7]
    assert {camera.audio for camera in settings.cameras[:3]} == {AudioCodec.G726}
    assert settings.cameras[3] == CameraSettings(
        7, "city", (Codec.H265,), Codec.JPEG, jpeg=False, ptz=False, state=CameraState.LOST
    )
    assert settings.dialect == Dialect(byte_order="little")
    first, second = settings.recordings
    assert first.since == datetime(2026, 11, 1, 0, 30, tzinfo=UTC)
    assert (second.recorded, second.fixture, second.until) == (Codec.H265, "city", None)
    planned = plan(settings)
    assert planned.transport == "both"
    assert planned.disks == ("MAIN-1", "EXT1-2")


@pytest.mark.parametrize("model", [2, 3])
def test_the_factory_setting_of_later_models_is_https(model):
    settings = RecorderSettings(model=model, transport="factory", users=(UserSettings("A", "p"),))
    assert plan(settings).transport == "https"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("modle = 2", "modle: unknown key; did you mean 'model'?"),
        ("zzz = 2", "zzz: unknown key"),
        ("model = 4", "model: 4 is none of 1, 2, 3"),
        ('model = "2"', "model: '2' is none of 1, 2, 3"),
        ('series = "WJ-NX1"', "series: 'WJ-NX1' is not known; see nvr-emulator models"),
        ('model = 3\nseries = "WJ-NU101"', "series: WJ-NU101 is of MODEL 2, not 3"),
        ("time_zone = 9", "time_zone: must be a text, not a whole number"),
        ('time_zone = "Asia/Edo"', "time_zone: 'Asia/Edo' is no time zone (say Asia/Tokyo)"),
        ('time_zone = "Europe"', "time_zone: 'Europe' is no time zone (say Asia/Tokyo)"),
        (f'time_zone = "{"x" * 400}"', f"time_zone: '{'x' * 40}' is no time zone (say Asia/Tokyo)"),
        ('digest = ["MD4"]', "digest[0]: 'MD4' is none of MD5, SHA-256"),
        ("digest = []", "digest: must have at least 1 entry"),
        ("channels = 129", "channels: must be a whole number of at most 128"),
        (
            "clock_start = 2026-11-01T05:00:00",
            "clock_start: has no offset from UTC: say 2026-11-01T05:00:00Z",
        ),
        ("[[users]]\nname = 'A'", "users[0].password: missing"),
        ("[[users]]\nname='A'\npassword='b'\n" * 2, "users[1].name: 'A' stands twice"),
        (
            '[[users]]\nname="a\\u0000b"\npassword="x"',
            r"users[0].name: 'a\x00b' must be printable characters (UTF-8)",
        ),
        ("cameras = 3", "cameras: must be a list, not a whole number"),
        ("cameras = [3]", "cameras[0]: must be a table, not a whole number"),
        ("[[cameras]]\nfixture='city'", "cameras[0].number: missing"),
        ("[[cameras]]\nnumber=1.5", "cameras[0].number: must be a whole number, not a number"),
        ("[[cameras]]\nnumber='1-'", "cameras[0].number: '1-' is neither a number nor a range like \"1-16\""),
        ("[[cameras]]\nnumber='3-2'", "cameras[0].number: '3-2' is neither a number nor a range"),
        ("[[cameras]]\nnumber='1-999'", "cameras[0].number: '1-999' is neither a number nor a range"),
        ("[[cameras]]\nnumber='1-2'\n[[cameras]]\nnumber=9", "cameras[1].number: 9 is not in 1 … 4"),
        ("[[cameras]]\nnumber='1-3'\n[[cameras]]\nnumber=2", "cameras[1].number: 2 stands twice"),
        (
            "[[cameras]]\nnumber='1-2'\n[[cameras]]\nnumber=3\nfixture='town'",
            "cameras[1].fixture: 'town' is not known; there is city, counter, counter-small",
        ),
        (
            "[[cameras]]\nnumber=1\nfixtures='city'",
            "cameras[0].fixtures: unknown key; did you mean 'fixture'?",
        ),
        ("[[cameras]]\nnumber=1\nstate='dead'", "cameras[0].state: 'dead' is none of normal, lost"),
        ("[[cameras]]\nnumber=1\nvideo=['H263']", "cameras[0].video[0]: 'H263' is none of H264, H265, JPEG"),
        ("[[cameras]]\nnumber=1\naudio='G726'", "cameras[0].audio: MODEL 2 has no audio G726"),
        ("[[recordings]]\nsince=-5", "recordings[0].since: must be a whole number of at least 0"),
        ("[[recordings]]\nsince=5\nuntil=6", "recordings[0].until: not after since"),
        (
            "[[recordings]]\nsince=5\n[[recordings]]\nsince=9\nuntil=4",
            "recordings[0].since: overlaps another",
        ),
        (
            "[[recordings]]\nsince=9\nuntil=2026-11-01T05:00:00Z",
            "recordings: some in minutes before the start, some in dates and times: choose one",
        ),
        (
            "clock_start = 1901-01-01T00:00:00Z",
            "clock_start: the recorder's clock goes from 1970-01-03 to 2106",
        ),
        (
            "clock_start = 2110-01-01T00:00:00Z",
            "clock_start: the recorder's clock goes from 1970-01-03 to 2106",
        ),
        ("clock_start = nan", "clock_start: the recorder's clock goes from 1970-01-03 to 2106"),
        ("clock_start = 2026-11-01", "clock_start: must be a number, not a date"),
        ("[[recordings]]\nsince=1901-01-01T00:00:00Z", "recordings: since = 1901-01-01 00:00:00"),
        ("[[recordings]]\nsince=2026-11-01T05:00:00", "recordings[0].since: has no offset from UTC"),
        ("[[recordings]]\nsince=2\nfixture='x'", "recordings[0].fixture: 'x' is not known"),
        ('disks = ["MAIN-2"]', "disks[0]: there is no slot 'MAIN-2'; there is MAIN-1"),
        ("dialect = 'endian=big'", "dialect: 'endian' is none of byte_order"),
        ("[dialect]\nendian = 'big'", "dialect.endian: unknown key"),
        ("[dialect]\nbyte_order = 'middle'", "dialect.byte_order: 'middle' is none of big, little"),
        ("model = ", "not TOML: Invalid value (at end of document)"),
        ("dialect = 'byte_order=x'", "dialect.byte_order: 'x' is none of big, little"),
    ],
)
def test_one_line_says_which_key_and_why(read, tmp_path, text, line):
    with pytest.raises(ConfigurationError) as caught:
        read(text)
    assert str(caught.value).startswith(f"{tmp_path / 'recorder.toml'}: {line}")
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_or_no_text(tmp_path):
    with pytest.raises(ConfigurationError, match=r"none\.toml: No such file"):
        read_recorder(tmp_path / "none.toml")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigurationError, match="not TOML"):
        read_recorder(tmp_path / "binary")


values = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 200) | st.floats() | st.text(max_size=8) | st.datetimes(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["number", "since", "name", "fixture", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)


# The first text that hypothesis draws builds its table of characters, which takes seconds on a busy machine.
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(list(RecorderSettings.__struct_fields__)), values, max_size=4))
def test_any_document_is_read_or_refused(document):
    from nvr_emulator.configuration.recorder_toml import _KeyProblem, settings_of

    with contextlib.suppress(ConfigurationError, _KeyProblem):
        settings_of(document)


# The example


def test_the_example_can_be_served(read):
    assert len(read(EXAMPLE).cameras) == 4


@pytest.mark.parametrize(
    "kind",
    [RecorderSettings, UserSettings, CameraSettings, RecordingSettings],
    ids=lambda kind: kind.__name__,
)
def test_the_example_names_every_key(kind):
    for name in kind.__struct_fields__:
        assert re.search(rf"^(# )?({name} = |\[+{name}\]+)", EXAMPLE, re.MULTILINE), name


def test_the_example_names_every_field_of_the_dialect_and_its_values():
    for field in dataclasses.fields(Dialect):
        line = next(line for line in EXAMPLE.splitlines() if line.startswith(f"{field.name} = "))
        for value in ALTERNATIVES[field.name]:
            assert (value if isinstance(value, str) else f"0x{value:04X}") in line


def test_what_the_example_has_commented_out_is_right_too(read):
    alternatives = dict(re.findall(r"^# ([a-z_0-9]+) = (.*)$", EXAMPLE, re.MULTILINE))
    since = alternatives.pop("since")
    lines = [f"{key} = {value}" for key, value in alternatives.items()]
    settings = read("\n".join([*lines, "[[recordings]]", f"since = {since}"]))
    assert settings.seed == 1
    assert settings.dialect == Dialect(byte_order="little", zone_info="low-bits")
    assert settings.digest == ("SHA-256", "MD5")
    assert settings.recordings[0].since == datetime(2026, 11, 1, 0, 30, tzinfo=UTC)


def test_the_command_prints_what_it_accepts(tmp_path):
    path = tmp_path / "recorder.toml"
    path.write_text(CliRunner().invoke(main, ["config", "--example"]).output, "utf-8")
    result = CliRunner().invoke(main, ["config", "--check", str(path)])
    assert result.exit_code == 0
    assert "WJ-NU101, 4 cameras, Asia/Tokyo" in result.output


def test_the_command_says_what_is_wrong_in_one_line(tmp_path):
    path = tmp_path / "recorder.toml"
    path.write_text("modle = 2", "utf-8")
    result = CliRunner().invoke(main, ["config", "--check", str(path)])
    assert result.exit_code == 1
    assert result.output == f"Error: {path}: modle: unknown key; did you mean 'model'?\n"
    assert CliRunner().invoke(main, ["config"]).exit_code == 2


def test_settings_survive_being_plain_data():
    settings = RecorderSettings(
        users=(UserSettings("A", "p"),),
        recordings=(RecordingSettings(since=datetime(2026, 1, 1, tzinfo=UTC)),),
        dialect=Dialect(jpeg_form="one-soi"),
    )
    assert msgspec.convert(msgspec.to_builtins(settings), RecorderSettings) == settings


def test_one_slot_is_no_range(read):
    with pytest.raises(ConfigurationError, match=r"there is no slot 'MAIN-2'; there is MAIN-1$"):
        read('series = "WJ-NU101"\nmain_slots = 1\nextension_units = 0\ndisks = ["MAIN-2"]')
