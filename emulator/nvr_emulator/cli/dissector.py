"""`nvr-emulator dissector`: what Wireshark needs to read what a recorder sends."""

from __future__ import annotations

import os
from importlib.resources import files
from pathlib import Path

from nvr_emulator.cli.whole_file import write_whole

NAME = "nvr.lua"


def source() -> Path:
    """Where the dissector is in the package."""
    return Path(str(files("nvr_protocol").joinpath("wireshark", NAME)))


def plugins() -> Path:
    """The folder of Lua plugins of whoever asks: the one that Wireshark names, else its usual one."""
    chosen = os.environ.get("WIRESHARK_PLUGIN_DIR")
    return Path(chosen) if chosen else Path.home() / ".local" / "lib" / "wireshark" / "plugins"


def installed() -> Path:
    """Copy the dissector to that folder; gives where it is. `OSError` where it cannot be written."""
    folder = plugins()
    folder.mkdir(parents=True, exist_ok=True)
    there = folder / NAME
    write_whole(there, source().read_bytes(), 0o644)
    return there
