"""Scenarios of one's own, judged in a process that has modules of these names already."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

from nvr_conformance.client.options import TargetOptions
from nvr_conformance.engine.judge import judge
from nvr_conformance.engine.run_options import RunOptions
from nvr_conformance.judgement.verdicts import Overall


def scenario_of(id_):
    return f"""from nvr_conformance.scenario import scenario
@scenario("{id_}")
def test_it(check):
    check("{id_}", True)
"""


def judged(scenarios):
    result = judge(TargetOptions(model=2), RunOptions(scenarios=scenarios))
    assert result.verdict is Overall.CONFORMANT
    return {row.id for row in result.requirements if row.checks}


@pytest.mark.parametrize("place", ["test_one_name.py", "inner/test_one_name.py", "package/test_one_name.py"])
@pytest.mark.parametrize("given", ["directory", "file", "relative"])
def test_files_of_one_name_in_two_folders_and_one_that_was_edited(tmp_path, monkeypatch, place, given):
    monkeypatch.chdir(tmp_path)
    for number, id_ in enumerate(("SES-01", "SES-02", "SES-03")):
        directory = tmp_path / str(number % 2)  # the third stands where the first stood
        file = directory / place
        file.parent.mkdir(parents=True, exist_ok=True)
        if place.startswith("package"):
            (file.parent / "__init__.py").touch()
        file.write_text(scenario_of(id_) + "#" * number)
        scenarios = {"directory": directory, "file": file, "relative": Path(directory.name)}[given]
        assert judged(scenarios) == {id_}


@pytest.mark.parametrize("name", ["test_of_the_caller", "conftest"])
def test_a_module_of_the_same_name_is_not_taken_and_stays(tmp_path, monkeypatch, name):
    callers = ModuleType(name)
    monkeypatch.setitem(sys.modules, name, callers)
    text = scenario_of("SES-01").replace("(check):", "(check, needed):")
    (tmp_path / "test_of_the_caller.py").write_text(text)
    (tmp_path / "conftest.py").write_text("import pytest\n@pytest.fixture\ndef needed(): return 1\n")
    before = set(sys.modules)
    assert judged(tmp_path) == {"SES-01"}
    assert sys.modules[name] is callers
    assert not {each for each in set(sys.modules) - before if "test_of_the_caller" in each}
