"""`nvr-emulator dissector --install`: it replaces itself alone, and knows whose folder it writes into."""

import os

import pytest
from click.testing import CliRunner

from nvr_emulator.cli import dissector
from nvr_emulator.cli.main import main

OLDER = dissector.source().read_bytes().splitlines(keepends=True)[0] + b"-- an older one\n"


@pytest.fixture
def plugins(tmp_path, monkeypatch):
    """An empty folder of plugins."""
    folder = tmp_path / "plugins"
    folder.mkdir()
    monkeypatch.setenv("WIRESHARK_PLUGIN_DIR", str(folder))
    return folder


def install():
    """Status and message."""
    told = CliRunner().invoke(main, ["dissector", "--install"])
    assert told.output.count("\n") == 1
    return told.exit_code, told.output


def is_ours(path):
    return path.read_bytes() == dissector.source().read_bytes()


def test_an_older_one_is_replaced(plugins):
    there = plugins / "nvr.lua"
    there.write_bytes(OLDER)
    assert install() == (0, f"{there}\n")
    assert is_ours(there)


@pytest.mark.parametrize("content", [b"-- a dissector of somebody's\n", b"", OLDER[:20]])
def test_what_is_anothers_is_left_alone(plugins, content):
    there = plugins / "nvr.lua"
    there.write_bytes(content)
    status, said = install()
    assert status == 2
    assert said == (
        f"Error: {there} is another's: it is left as it is; "
        "move it, or name another folder in WIRESHARK_PLUGIN_DIR\n"
    )
    assert there.read_bytes() == content


@pytest.mark.parametrize("kind", ["folder", "pipe"])
def test_what_is_no_file_is_left_alone(plugins, kind):
    there = plugins / "nvr.lua"
    there.mkdir() if kind == "folder" else os.mkfifo(there)
    status, said = install()
    assert (status, f"{there} is another's" in said) == (2, True)
    assert not there.is_file()


@pytest.mark.parametrize("content", [None, OLDER, b"another's\n"])
def test_a_link_stays_one(plugins, tmp_path, content):
    there, target = plugins / "nvr.lua", tmp_path / "kept.lua"
    there.symlink_to(target)
    if content is not None:
        target.write_bytes(content)
    status, _ = install()
    assert there.is_symlink()
    if content == b"another's\n":
        assert (status, target.read_bytes()) == (2, content)
    else:
        assert (status, is_ours(target)) == (0, True)


def test_links_in_a_circle(plugins):
    there = plugins / "nvr.lua"
    there.symlink_to(there)
    reason = "cannot be written: Too many levels of symbolic links"
    assert install() == (2, f"Error: {there}: {reason}\n")


@pytest.mark.parametrize("home", ["", "here", None])
def test_a_home_that_nobody_knows(tmp_path, monkeypatch, home):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WIRESHARK_PLUGIN_DIR", "")
    if home is None:
        monkeypatch.delenv("HOME")
        monkeypatch.setattr(os, "getuid", lambda: 987654321)
    else:
        monkeypatch.setenv("HOME", home)
    status, said = install()
    reason = "no home folder is known (HOME): name the folder of plugins in WIRESHARK_PLUGIN_DIR"
    assert (status, said) == (2, f"Error: {reason}\n")
    assert list(tmp_path.iterdir()) == []


def test_its_usual_folder(tmp_path, monkeypatch):
    monkeypatch.delenv("WIRESHARK_PLUGIN_DIR", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    there = tmp_path / ".local" / "lib" / "wireshark" / "plugins" / "nvr.lua"
    assert install() == (0, f"{there}\n")
    assert is_ours(there)
