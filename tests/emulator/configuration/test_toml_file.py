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


@pytest.mark.parametrize("kind", ODD)
def test_it_is_told_in_one_line(kind, tmp_path):
    content, said = ODD[kind]
    path = tmp_path / "recorder.toml"
    path.write_bytes(content)
    for read in (read_recorder, lambda file: EmbeddedRecorder(config=file)):
        with pytest.raises(ConfigurationError, match=said) as told:
            read(path)
        assert "\n" not in str(told.value)
