"""Files in TOML that nobody would write: one line, at once."""

import pytest

from nvr_emulator import EmbeddedRecorder
from nvr_emulator.configuration.recorder_toml import read_recorder
from nvr_emulator.configuration.settings import ConfigurationError

ODD = {
    "a key of many parts": (b"a." * 100_000 + b"a = 1", "more than 1000 dots"),
    "deep lists": (b"a = " + b"[" * 5000 + b"]" * 5000, "nested too deep"),
    "lists just too deep": (b"a = " + b"[" * 70 + b"]" * 70, "nested too deep"),
    "deep tables": (b"a" + b".a" * 100 + b" = 1", "nested too deep"),
    "a number of thousands of digits": (b"model = " + b"9" * 5000, "not TOML"),
    "much": (b"# " + b"x" * 2_000_000, "larger than 1024 KiB"),
    "no UTF-8": (b'a = "\xff"', "not TOML"),
}


@pytest.mark.parametrize("path", ["a\0b", "\ud800"])
def test_what_is_no_path(path):
    with pytest.raises(ConfigurationError, match="is no path") as told:
        EmbeddedRecorder(config=path)
    assert str(told.value).isprintable()


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        ({"variants": {1: 2}}, "variants: variant 1 is not known"),
        ({"config": {1: 2}}, "1 is no name of a key"),
        ({"users": [{1: 2}]}, "users[0]: 1 is no name of a key"),
        ({"cameras": [{None: 2}]}, "cameras[0]: None is no name of a key"),
        ({"dialect": {1: 2}}, "dialect: 1 is no name of a key"),
        ({"faults": [{"name": "rtp-loss", 1: 2}]}, "faults: fault rtp-loss: 1 is no name of a parameter"),
        ({"settings": 3}, "settings: 3 is none: say RecorderSettings(users=…)"),
        ({"time_zone": "Europe"}, "time_zone: 'Europe' is no time zone"),
    ],
)
def test_what_a_program_says_in_its_own_types_is_told_in_one_line(keys, line):
    with pytest.raises(ConfigurationError) as told:
        EmbeddedRecorder(**keys)
    assert str(told.value).startswith(line)


@pytest.mark.parametrize("kind", ODD)
def test_it_is_told_in_one_line(kind, tmp_path):
    content, said = ODD[kind]
    path = tmp_path / "recorder.toml"
    path.write_bytes(content)
    for read in (read_recorder, lambda file: EmbeddedRecorder(config=file)):
        with pytest.raises(ConfigurationError, match=said) as told:
            read(path)
        assert "\n" not in str(told.value)
