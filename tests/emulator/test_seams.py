"""A seam can be gone around, on one object alone; what is none cannot, and mypy sees what does not fit."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from nvr_emulator import seams
from nvr_emulator.seams import around, late, seam


class Gate:
    @seam
    def check(self, header, now):
        return f"{header} {now}"

    def closed(self):
        return True


def test_a_wrapper_is_given_the_original_first():
    gate = Gate()
    around(gate.check, lambda original, header, now: "anybody" if header is None else original(header, now))
    assert gate.check(None, 1.0) == "anybody"
    assert gate.check("x", now=1.0) == "x 1.0"


def test_a_second_wrapper_goes_around_the_first():
    gate = Gate()
    around(gate.check, lambda original, header, now: original(header, now).upper())
    around(gate.check, lambda original, header, now: f"<{original(header, now)}>")
    assert gate.check("x", 1) == "<X 1>"


def test_other_objects_stay_as_they_are():
    around(Gate().check, lambda original, header, now: "planted")
    assert Gate().check("x", 1) == "x 1"


def test_a_table_sees_what_was_put_around_it():
    gate = Gate()
    table = {"check": late(gate.check)}
    around(gate.check, lambda original, header, now: "planted")
    assert table["check"]("x", 1) == "planted"


@pytest.mark.parametrize("method", [Gate().closed, Gate.check, len])
def test_nothing_goes_around_what_is_no_seam(method):
    with pytest.raises(TypeError, match="is no seam"):
        around(method, lambda original: None)


def test_a_table_takes_bound_methods_alone():
    with pytest.raises(TypeError, match="is not a bound method"):
        late(len)


MISUSE = """
from collections.abc import Callable
from seams import around, seam

Check = Callable[[str | None, float], str]

class Gate:
    @seam
    def check(self, header: str | None, now: float) -> str:
        return f"{header} {now}"

def right(original: Check, header: str | None, now: float) -> str:
    return original(header, now)

def another_type(original: Check, header: int, now: float) -> str:
    return ""

gate = Gate()
around(gate.check, right)
around(gate.check, lambda original, header, now: original(header, now).upper())
around(gate.chek, lambda original, header, now: "")
around(gate.check, lambda original, header: "")
around(gate.check, another_type)
around(gate.check, lambda original, header, now: 1)
"""


def test_mypy_sees_a_method_that_is_gone_or_has_another_shape(tmp_path):
    shutil.copy(Path(seams.__file__), tmp_path / "seams.py")
    (tmp_path / "misuse.py").write_text(MISUSE, "utf-8")
    options = ["--strict", "--config-file=", "--cache-dir=cache"]
    command = [sys.executable, "-m", "mypy", *options, "misuse.py"]
    checked = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    first = MISUSE.splitlines().index('around(gate.chek, lambda original, header, now: "")') + 1
    wrong = {int(line.split(":")[1]) for line in checked.stdout.splitlines() if ": error:" in line}
    assert wrong == {first, first + 1, first + 2, first + 3}, checked.stdout
