"""No file that `nvr-emulator serve` writes is one that it reads, or another that it writes."""

import os

import pytest
from click.testing import CliRunner

from nvr_emulator.cli.file_clashes import refuse_clashes
from nvr_emulator.cli.main import main
from nvr_emulator.cli.recorder_options import OPTIONS

READ = ["--config", "--cert", "--key"]
READY = '{"ready": true}\n'


def refused(*arguments):
    """Status and message of a recorder that does not start."""
    told = CliRunner().invoke(main, ["serve", "--transport", "http", *map(str, arguments)])
    assert told.output.count("\n") == 1
    return told.exit_code, told.output


def line(option, path, other):
    return 2, f"Error: {option}: {path} is the file of {other} too: name another\n"


@pytest.mark.parametrize("read", READ)
@pytest.mark.parametrize("written", ["--findings-out", "--ready-file"])
def test_what_is_read_is_not_written(tmp_path, written, read):
    path = tmp_path / "rec.sarif"
    path.write_text(READY)
    assert refused(read, path, written, path) == line(written, path, read)
    assert path.read_text() == READY


def test_what_is_written_is_written_once(tmp_path):
    path = tmp_path / "out.xml"
    path.write_text(READY)
    told = refused("--findings-out", path, "--ready-file", path)
    assert told == line("--ready-file", path, "--findings-out")
    told = refused("--findings-out", path, "--findings-out", path)
    assert told == line("--findings-out", path, "another --findings-out")
    assert path.read_text() == READY


@pytest.mark.parametrize("way", ["link", "folder that is a link", "..", "relative"])
def test_by_whatever_way_it_is_reached(tmp_path, monkeypatch, way):
    path, folder = tmp_path / "rec.sarif", tmp_path / "folder"
    path.write_text("model = 3\n")
    if way == "link":
        other = tmp_path / "link.sarif"
        other.symlink_to(path)
    elif way == "folder that is a link":
        folder.symlink_to(tmp_path)
        other = folder / path.name
    elif way == "..":
        folder.mkdir()
        other = folder / ".." / path.name
    else:
        monkeypatch.chdir(tmp_path)
        other = path.name
    assert refused("--config", path, "--findings-out", other) == line("--findings-out", other, "--config")
    assert path.read_text() == "model = 3\n"


def test_the_environment_names_files_too(tmp_path, monkeypatch):
    path = tmp_path / "rec.xml"
    monkeypatch.setenv("NVR_EMULATOR_CONFIG", str(path))
    assert refused("--findings-out", path) == line("--findings-out", path, "--config")


def test_a_fleet_too(tmp_path):
    path = tmp_path / "rec.xml"
    told = CliRunner().invoke(
        main, ["fleet", "--count", "2", "--config", str(path), "--findings-out", str(path)]
    )
    assert (told.exit_code, told.output) == line("--findings-out", path, "--config")


def test_what_is_read_may_be_read_twice(tmp_path):
    both = tmp_path / "both.pem"
    refuse_clashes(
        [("--ready-file", tmp_path / "ready")], [("--cert", both), ("--key", both), ("--config", None)]
    )
    path, link = tmp_path / "a", tmp_path / "b"
    path.touch()
    os.link(path, link)  # its own name is replaced, the other keeps what it has
    refuse_clashes([("--ready-file", path)], [("--config", link)])


def test_all_options_that_name_files_are_looked_at():
    """A new one belongs among what is written or what is read."""

    def command():
        pass

    for option in OPTIONS:
        command = option(command)
    named = {one.opts[0] for one in command.__click_params__ if one.type.name in ("file", "path", "filename")}
    assert named == {*READ, "--ready-file", "--findings-out"}
