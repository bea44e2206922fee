"""`nvr-emulator dissector`: what Wireshark needs to read what a recorder sends."""

from __future__ import annotations

import os
import stat
from importlib.resources import files
from pathlib import Path

from nvr_emulator.cli.ending import EXIT_USAGE, ended
from nvr_emulator.cli.whole_file import led_to, write_whole

NAME = "nvr.lua"
CHOSEN = "WIRESHARK_PLUGIN_DIR"


def source() -> Path:
    """Where the dissector is in the package."""
    return Path(str(files("nvr_protocol").joinpath("wireshark", NAME)))


def plugins() -> Path:
    """The folder of Lua plugins of whoever asks: the one that Wireshark names, else its usual one.
    `ClickException` where nobody knows whose that is."""
    if chosen := os.environ.get(CHOSEN):
        return Path(chosen)
    try:
        # An empty HOME would be the root of all files.
        home = Path.home() if os.environ.get("HOME") != "" else None
    except RuntimeError:
        home = None
    if home is None or not home.is_absolute():
        reason = f"no home folder is known (HOME): name the folder of plugins in {CHOSEN}"
        raise ended(reason, EXIT_USAGE)
    return home / ".local" / "lib" / "wireshark" / "plugins"


def installed() -> Path:
    """Copy the dissector to that folder; gives where it is. A link is followed. `ClickException` where
    another file has its name, `OSError` where it cannot be written."""
    folder = plugins()
    folder.mkdir(parents=True, exist_ok=True)
    there = folder / NAME
    content = source().read_bytes()
    target = led_to(there)
    if not _is_free(target, content.splitlines()[0]):
        reason = f"{there} is another's: it is left as it is; move it, or name another folder in {CHOSEN}"
        raise ended(reason, EXIT_USAGE)
    write_whole(target, content, 0o644)
    return there


def _is_free(target: Path, first_line: bytes) -> bool:
    """Whether nothing is there, or the dissector of some version."""
    try:
        if not stat.S_ISREG(target.stat().st_mode):  # a pipe would keep us waiting
            return False
    except FileNotFoundError:
        return True
    with target.open("rb") as file:
        return file.read(len(first_line)) == first_line
