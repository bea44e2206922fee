"""A self-test's files take the place of an older one's alone."""

import pytest
from click.testing import CliRunner

from nvr_conformance.cli.main import main
from nvr_conformance.selftest.place import require_place

OURS = '{"settings": {"kit": "0.1", "of": "an older version"}, "more": [1]}'


@pytest.mark.parametrize(
    ("files", "foreign"),
    [
        ({"selftest.json": "{}"}, "selftest.json"),
        ({"selftest.json": "mine"}, "selftest.json"),
        ({"mutants.json": '{"settings": {}}'}, "mutants.json"),
        ({"fuzz.json": "[1]"}, "fuzz.json"),
        ({"selftest.html": "mine"}, "selftest.html"),
        ({"selftest.html": "mine", "fuzz.json": OURS}, "selftest.html"),
        ({"selftest.json": "mine", "selftest.html": "mine"}, "selftest.json, selftest.html"),
    ],
)
@pytest.mark.parametrize(
    "command",
    [
        ["selftest", "--model", "2", "--defect", "any-user"],
        ["selftest", "--mutants", "1"],
        ["merge", ".."],
    ],
)
def test_what_is_no_self_tests_is_refused_and_stays(tmp_path, monkeypatch, files, foreign, command):
    monkeypatch.chdir(tmp_path)
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    told = CliRunner().invoke(main, [*command, "--report", "."])
    assert told.exit_code == 2, told.output
    assert f". holds files that are no self-test's: {foreign}; name another directory" in " ".join(
        told.output.replace("│", " ").split()
    )
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == files


@pytest.mark.parametrize("name", ["selftest.json", "mutants.json"])
def test_an_older_one_makes_room(tmp_path, name):
    (tmp_path / name).write_text(OURS)
    (tmp_path / "selftest.html").write_text("its page")
    (tmp_path / "notes.md").write_text("mine")
    require_place(tmp_path)
