"""Files that are written whole or not at all, and places that are looked at ahead."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nvr_conformance.evidence.whole_files import PRIVATE, require_folder, require_writable, write_file


@pytest.mark.parametrize(
    ("umask", "asked", "mode"), [(0o022, 0o666, 0o644), (0o077, 0o666, 0o600), (0, PRIVATE, 0o600)]
)
def test_the_umask_is_kept(tmp_path, umask, asked, mode):
    before = os.umask(umask)
    try:
        write_file(tmp_path / "file", b"new", mode=asked)
    finally:
        os.umask(before)
    assert (tmp_path / "file").stat().st_mode & 0o777 == mode


def test_a_disk_that_is_full_leaves_the_old_one_and_nothing_else(tmp_path, monkeypatch):
    (tmp_path / "file").write_bytes(b"old")

    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        write_file(tmp_path / "file", b"new")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("file", b"old")]


def test_a_link_stays_one_and_a_device_is_written_to(tmp_path):
    (tmp_path / "file").write_bytes(b"old")
    (tmp_path / "link").symlink_to("file")
    write_file(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_bytes() == b"new"
    require_writable(Path("/dev/null"))
    write_file(Path("/dev/null"), b"new")
    assert Path("/dev/null").is_char_device()


@pytest.mark.parametrize(
    ("place", "said"),
    [("", "is a directory"), ("none/file", "there is no directory"), ("file/below", "there is no directory")],
)
def test_what_cannot_be_written_is_known_ahead(tmp_path, place, said):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OSError, match=said):
        require_writable(tmp_path / place)


@pytest.mark.parametrize("place", [Path("/proc/x"), Path("/proc/self")])
def test_what_takes_no_files_is_known_ahead(place):
    with pytest.raises(OSError, match=str(place)):
        require_folder(place)
    with pytest.raises(OSError, match="cannot be written"):
        require_writable(place / "file" if place.is_dir() else place)


def test_looking_leaves_nothing(tmp_path):
    require_folder(tmp_path / "a" / "b")
    require_writable(tmp_path / "a" / "file")
    assert list(tmp_path.rglob("*")) == [tmp_path / "a", tmp_path / "a" / "b"]
